"""What changed since another snapshot, arranged to be read: clinical changes first, drug by drug, old beside new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipeline.diff import Change, Changes
from pipeline.review.overview import file_of

_GAINED: Final = ("-added", "-widened")
_LOST: Final = ("-removed", "-withdrawn", "-narrowed")


@dataclass(frozen=True, slots=True)
class ChangedDrug:
    """The changes of one drug; `file` is its page's, if it is still published."""

    slug: str
    name: str
    file: str | None
    changes: tuple[Change, ...]


def changes_view(changes: Changes | None, published: frozenset[str]) -> tuple[tuple[ChangedDrug, ...], tuple[ChangedDrug, ...]]:
    """The changes by drug: the clinical ones, and the others."""
    listed = changes.listed if changes is not None else ()
    return (
        _by_drug((one for one in listed if one.clinical), published),
        _by_drug((one for one in listed if not one.clinical), published),
    )


def changed_slugs(changes: Changes | None) -> frozenset[str]:
    """The drugs of which anything changed."""
    return frozenset(one.slug for one in changes.listed) if changes is not None else frozenset()


def direction(kind: str) -> str:
    """Whether something was gained, lost or is another."""
    return "gained" if kind.endswith(_GAINED) else "lost" if kind.endswith(_LOST) else "other"


def _by_drug(changes: Iterable[Change], published: frozenset[str]) -> tuple[ChangedDrug, ...]:
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(one.slug, []).append(one)
    return tuple(
        ChangedDrug(slug, each[0].drug, file_of(slug) if slug in published else None, tuple(each))
        for slug, each in found.items()
    )
