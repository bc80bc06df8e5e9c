"""Which pages need not be read, because the current snapshot has them as they are now."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import Problem, ReadError
from pipeline.publish import Base, BasePage, PageResult, PossibleBase, base_page
from pipeline.seeds import Source, load
from pipeline.settings import Settings

_Value = TypeVar("_Value", bound=Hashable)


class Compact:
    """Makes results of pages small: what many of them have in common is in memory once."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Any] = {}

    def __call__(self, page: PageResult, name: str) -> PageResult:
        """The same result, with `name` as its name."""
        once, counts = self._once, page.counts
        shared = replace(
            counts,
            sentences=once(tuple(once(each) for each in counts.sentences)),
            not_held=once(tuple(once(each) for each in counts.not_held)),
        )
        return replace(
            page,
            name=name,
            outcome=once(page.outcome),
            kind=once(page.kind),
            last_reviewed=once(page.last_reviewed),
            frequency=once(page.frequency),
            counts=once(shared),
        )

    def _once(self, value: _Value) -> _Value:
        found: _Value = self._seen.setdefault(value, value)
        return found


@dataclass(frozen=True, slots=True)
class FromBase:
    """The pages that are taken over from `base`, by number."""

    pages: tuple[PageResult, ...] = ()
    base: Base | None = None
    notes: tuple[Problem, ...] = ()


def take_over(
    previous: Path | None, sources: Sequence[Source], settings: Settings, made_by: Mapping[str, Any], compact: Compact
) -> FromBase:
    """The pages that the current snapshot has already, and that this program with these settings would not read differently.

    Every byte of the snapshot is proven by its content hash first; one that is damaged is not used, and a note says so.
    """
    possible = PossibleBase.of(previous, settings, made_by)
    if possible is None:
        return FromBase()
    if not possible.is_whole():
        cause = "the current snapshot is not as it was published, so nothing is taken over from it and every page is read"
        remedy = "None is needed for this run. See who or what changes files below the output folder."
        return FromBase(notes=(Problem("P528", "warning", cause, remedy, source=str(possible.snapshot)),))
    taken: list[PageResult] = []
    published: list[BasePage] = []
    same_pages = True
    for item, place in _by_name(possible.pages(), sources):
        page = None
        if item is None or place is None:
            same_pages = False
        else:
            number, source = place
            sha256 = _sha256(source, settings.limits.max_bytes)
            page = possible.page_of(item, number, sha256) if sha256 is not None else None
            same_pages = same_pages and item["sha256"] == sha256
        if page is not None:
            taken.append(compact(page, source.name))
        if item is not None and item["outcome"] == "published":
            published.append(base_page(item, page.number if page else None))
    published += possible.stale()
    return FromBase(tuple(taken), possible.base(published, settings, same_pages=same_pages))


def _by_name(
    items: Iterator[Mapping[str, Any]], sources: Sequence[Source]
) -> Iterator[tuple[Mapping[str, Any] | None, tuple[int, Source] | None]]:
    """The inputs of a snapshot beside the pages of a run, both in the order of their names, with the pages' numbers."""
    item = next(items, None)
    for place in enumerate(sources):
        while item is not None and item["name"] < place[1].name:
            yield item, None
            item = next(items, None)
        if item is not None and item["name"] == place[1].name:
            yield item, place
            item = next(items, None)
        else:
            yield None, place
    while item is not None:
        yield item, None
        item = next(items, None)


def _sha256(source: Source, max_bytes: int) -> str | None:
    """The hash of a page's bytes; None where it cannot be read, which is said when it is converted."""
    if source.problem is not None:
        return None
    try:
        return hashlib.sha256(load(source, max_bytes)).hexdigest()
    except ReadError:
        return None
