"""Two snapshots side by side, page by page: the lines of a drug that are not the same bytes, and what makes the two unlike."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.diff.changes import Side
from pipeline.settings import model_of
from pipeline.snapshot import Line, Snapshot

_MADE_BY = {"onlabel": "another version of onlabel", "rules_sha256": "other rules", "mappings": "other tables or corrections"}


@dataclass(frozen=True, slots=True)
class PagePair:
    """A drug's page in either snapshot; one of the two may be missing. `stale`: its page is here and quarantined."""

    old: Line | None
    new: Line | None
    stale: bool = False

    @property
    def any(self) -> Line:
        """The new line, or the old one where there is no other."""
        line = self.new or self.old
        assert line is not None  # noqa: S101 - a pair has at least one side
        return line

    @property
    def same(self) -> bool:
        """Whether not a byte of it changed."""
        return self.old is not None and self.new is not None and self.old.data == self.new.data


def pages(old: Snapshot, new: Snapshot, stale: Collection[str]) -> Iterator[PagePair]:
    """Every drug and regimen of either snapshot, two lines in memory at a time, in the order of the bundles.

    Raises:
        SnapshotError: W101, the bundles of one are not to be read.

    """
    kinds = ({one.slug: one.kind for one in snapshot.published()} for snapshot in (old, new))
    before, after = kinds
    # A drug that became a regimen (or back) stands elsewhere in the other file: its line waits until the other one comes.
    crossing = {slug for slug, kind in before.items() if slug in after and after[slug] != kind}
    waiting: dict[str, Line] = {}
    for one, other in _merged(old, new):
        line = other or one
        if line is None or line.slug not in crossing:
            yield PagePair(one, other, stale=other is None and one is not None and one.slug in stale)
        elif line.slug in waiting:
            first = waiting.pop(line.slug)
            yield PagePair(first, other) if one is None else PagePair(one, first)
        else:
            waiting[line.slug] = line


def _merged(old: Snapshot, new: Snapshot) -> Iterator[tuple[Line | None, Line | None]]:
    """Both files in one pass, by their common order."""
    lines, others = old.lines(), new.lines()
    one, other = next(lines, None), next(others, None)
    while one is not None or other is not None:
        if other is None or (one is not None and _place(one) < _place(other)):
            yield one, None
            one = next(lines, None)
        elif one is None or _place(other) < _place(one):
            yield None, other
            other = next(others, None)
        else:
            yield one, other
            one, other = next(lines, None), next(others, None)


def _place(line: Line) -> tuple[bool, str]:
    return line.input.kind != "drug", line.slug


def stale_between(old: Snapshot, new: Snapshot) -> frozenset[str]:
    """Drugs of the old snapshot whose page is quarantined in the new one: the same page by name, or the same drug.

    A folder that could not be listed (its name ends in "/") keeps the drugs of all pages below it.
    """
    quarantined = [one for one in new.inputs if one.outcome == "quarantined"]
    published = {one.slug for one in new.inputs if one.outcome == "published"}
    names, slugs = {one.name for one in quarantined}, {one.slug for one in quarantined}
    folders = tuple(name.removeprefix("./") for name in names if name.endswith("/"))
    return frozenset(
        one.slug
        for one in old.published()
        if one.slug is not None
        and one.slug not in published
        and (one.slug in slugs or one.name in names or one.name.startswith(folders))
    )


def side(snapshot: Snapshot) -> Side:
    """What says which snapshot it is, and what it was made by and as."""
    report = snapshot.report
    return Side(
        snapshot=snapshot.path.name,
        version=snapshot.version,
        profile=str(report["settings"]["profile"]),
        as_of=report["as_of"],
        onlabel=str(report["made_by"]["onlabel"]),
    )


def unlike(old: Snapshot, new: Snapshot) -> tuple[str, ...]:
    """What makes two snapshots unlike besides their pages, in words: changes may come of it that no page made."""
    before, after = old.report, new.report
    found = []
    if old.version != new.version:
        found.append(f"the old snapshot is read as {old.version}, the new one as {new.version}")
    for name, what in (("profile", "profile"), ("canonical", "base of canonical URLs"), ("fhir_versions", "FHIR versions")):
        was, now = before["settings"].get(name), after["settings"].get(name)
        if was != now:
            found.append(f"the {what}: {_shown(was)}, now {_shown(now)}")
    was, now = model_of(before["settings"]), model_of(after["settings"])
    if was != now:
        found.append(f"the model: {was}, now {now}")
    made, making = before["made_by"], after["made_by"]
    others = sorted(name for name in {*made, *making} if made.get(name) != making.get(name))
    return (*found, *(f"made with {_MADE_BY.get(name, f'other {name}')}" for name in others))


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever a settings file may hold
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
