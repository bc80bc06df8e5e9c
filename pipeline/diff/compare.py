"""All changes between two snapshots, one page after the other: only pages whose bytes differ are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.diff.changes import KINDS, Change, Changes
from pipeline.diff.drugs import changes_of_page
from pipeline.diff.pages import PagePair, pages, side, stale_between, unlike
from pipeline.errors import SnapshotError
from pipeline.settings import FhirVersion
from pipeline.snapshot import Line, Record, Snapshot

#: What becomes of a page, in the order in which it is told.
_PAGES: Final = ("same", "changed", "added", "removed", "stale")


def compare(old: Snapshot | None, new: Snapshot, stale: Collection[str] | None = None) -> Changes:
    """Compare two snapshots; all changes are listed, in memory.

    Args:
        old: The older snapshot, or None where nothing was published before.
        new: The newer one.
        stale: Drugs whose pages are quarantined in the new one, so that they are not removed; found out unless they are given.

    Raises:
        SnapshotError: W101, the bundles of one are not to be read. A page that cannot be read back is told as `not-compared`.

    """
    tally = Tally()
    for change in changes_between(old, new, stale, tally):
        tally.add(change)
    return tally.changes(old, new)


def changes_between(
    old: Snapshot | None,
    new: Snapshot,
    stale: Collection[str] | None,
    tally: Tally,
    each: Callable[[PagePair], None] = lambda _: None,
) -> Iterator[Change]:
    """Every change, one after the other, as `compare`; `tally` counts the pages, `each` is handed every pair of them."""
    if old is None:
        # The drugs are not read one by one: all that they say is new.
        for one in new.published():
            tally.page("added")
            yield Change("drug-added", one.slug or "", one.slug or "")
    elif old.path == new.path:
        for _ in new.published():
            tally.page("same")
    else:
        for pair in pages(old, new, stale_between(old, new) if stale is None else stale):
            tally.page(outcome(pair))
            each(pair)
            yield from changes_of_pair(pair)


def changes_of_pair(pair: PagePair) -> Iterator[Change]:
    """Every change of one drug, each told once."""
    if pair.same:
        return
    slug = pair.any.slug
    try:
        old, new = _read(pair.old), _read(pair.new)
    except SnapshotError as error:
        yield Change("not-compared", slug, slug, now=(error.problem.cause,))
        return
    if pair.stale and old is not None:
        # Nothing of it is in the new snapshot, but nothing says that its uses are withdrawn either.
        yield Change("became-stale", slug, old.facts.name.text if old.facts.name else slug)
        return
    yield from changes_of_page(old, new)


def outcome(pair: PagePair) -> str:
    """What became of a page."""
    if pair.same:
        return "same"
    if pair.new is None:
        return "stale" if pair.stale else "removed"
    return "added" if pair.old is None else "changed"


@dataclass(slots=True)
class Tally:
    """Counts changes as they come and keeps as many as it may (`most` of the clinical, and of the others; None: all)."""

    most: int | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    clinical: list[Change] = field(default_factory=list)
    others: list[Change] = field(default_factory=list)

    def page(self, name: str) -> None:
        """Count a page."""
        self.outcomes[name] += 1

    def add(self, change: Change) -> None:
        """Count a change, and keep it if there is room."""
        self.kinds[change.kind] += 1
        kept = self.clinical if change.clinical else self.others
        if self.most is None or len(kept) < self.most:
            kept.append(change)

    def changes(self, old: Snapshot | None, new: Snapshot, deleted: Mapping[FhirVersion, int] | None = None) -> Changes:
        """All of it."""
        listed = (*self.clinical, *self.others)
        return Changes(
            old=side(old) if old else None,
            new=side(new),
            totals={kind: self.kinds[kind] for kind in KINDS},
            pages={name: self.outcomes[name] for name in _PAGES},
            listed=listed,
            left_out=self.kinds.total() - len(listed),
            deleted=deleted or {},
            notes=unlike(old, new) if old else (),
        )


def _read(line: Line | None) -> Record | None:
    return line.record() if line else None
