"""What changed since another snapshot, as news: clinical changes first, drug by drug; what, before and after, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.diff import Change, Changes, aspect_in_words, people, title
from pipeline.review.cards import APPROVAL_STATUSES, words
from pipeline.review.overview import file_of

_GAINED: Final = ("-added", "-widened")
_LOST: Final = ("-removed", "-withdrawn", "-narrowed")
#: What the values are of, where the change itself does not say.
_OF: Final = {"use-added": "intent", "use-withdrawn": "intent", "drug-added": "brand", "drug-removed": "brand"}


@dataclass(frozen=True, slots=True)
class News:
    """A change to read: its title, what the values are of, both values where they differ, and why it came."""

    change: Change
    title: str
    direction: str
    label: str
    before: str
    after: str
    people: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangedDrug:
    """The changes of one drug; `file` is its page's, if it is still published."""

    slug: str
    name: str
    file: str | None
    news: tuple[News, ...]


def changes_view(
    changes: Changes | None, before: Mapping[str, str] | None, now: Mapping[str, str]
) -> tuple[tuple[ChangedDrug, ...], tuple[ChangedDrug, ...]]:
    """The changes by drug: the clinical ones, and the others.

    Args:
        changes: From the older snapshot to the one that is shown, if one was compared.
        before: The SHA-256 of each drug's page in the older snapshot, by the drug's slug; None where nobody
            knows, and then no reason is given.
        now: The same in the one that is shown.
    """
    listed = changes.listed if changes is not None else ()
    found: tuple[dict[str, list[Change]], dict[str, list[Change]]] = ({}, {})
    for one in listed:
        found[not one.clinical].setdefault(one.slug, []).append(one)
    clinical, others = (
        tuple(
            ChangedDrug(
                slug,
                each[0].drug,
                file_of(slug) if slug in now else None,
                tuple(_news(one, "" if before is None else _why(one, before.get(slug), now.get(slug))) for one in each),
            )
            for slug, each in part.items()
        )
        for part in found
    )
    return clinical, others


def changed_slugs(changes: Changes | None) -> frozenset[str]:
    """The drugs of which anything changed."""
    return frozenset(one.slug for one in changes.listed) if changes is not None else frozenset()


def _news(change: Change, why: str) -> News:
    label = _OF.get(change.kind, change.aspect or "")
    called = _OF.get(change.kind) or aspect_in_words(change.aspect)
    was, now = (_values(label, each) for each in (change.was, change.now))
    if change.kind in {"use-added", "use-withdrawn"}:  # the use in the page's words, under what it is meant to do
        called = was or now
        was, now = (each[0].text if each else "" for each in (change.old, change.new))
    elif (was or now) and not change.kind.endswith(("-added", "-removed")):
        was, now = was or "not stated", now or "not stated"
    return News(change, title(change), _direction(change.kind), called, was, now, people(change), why)


def _values(label: str, values: Iterable[str]) -> str:
    if label == "approval_status":
        return "; ".join(APPROVAL_STATUSES.get(one, one) for one in values)
    return "; ".join(words(one) if label == "intent" else one for one in values)


def _why(change: Change, before: str | None, now: str | None) -> str:
    if change.correction is not None:
        return "Why: a correction by a reviewer."
    if before is None or now is None:
        return "Why: its page is new among the published ones." if before is None else "Why: its page is no longer published."
    if before != now:
        return "Why: the page changed."
    return "Why: the page is the same; rules, code tables or settings of onlabel changed."


def _direction(kind: str) -> str:
    """Whether something was gained, lost or is another."""
    return "gained" if kind.endswith(_GAINED) else "lost" if kind.endswith(_LOST) else "other"
