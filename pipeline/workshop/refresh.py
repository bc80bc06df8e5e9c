"""The tables against newer official releases: what changed, and whether a code was lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.terminology.mapping import Row, file_name, load, table
from pipeline.terminology.normalise import key
from pipeline.terminology.systems import SystemKey
from pipeline.workshop.official import Release, releases


@dataclass(frozen=True, slots=True)
class Change:
    """One row that a release speaks differently of: `relabelled`, `retired` (said so) or `lost` (no longer there)."""

    what: str
    row: Row
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """The comparison: the releases read (system, version), how many rows they confirm, and the changes.

    `rows` are all rows with the releases' labels and versions, as they would be written.
    """

    versions: tuple[tuple[SystemKey, str | None], ...]
    confirmed: int
    changes: tuple[Change, ...]
    rows: tuple[Row, ...]

    @property
    def fails(self) -> bool:
        """Whether a code that is applied was retired or lost: nothing is written then."""
        return any(change.what != "relabelled" for change in self.changes)


def refresh(folder: Path, official: Path) -> Refresh:
    """Compare the tables of a folder with official files.

    Args:
        folder: The mappings folder.
        official: A folder with unpacked official files (see `official.py`).

    Returns:
        The comparison; nothing is written.

    Raises:
        UsageError: M801, M802 for the tables, M805, M806 for the official files.
    """
    rows = load(folder).rows
    codes: dict[SystemKey, set[str]] = {}
    for row in rows:
        codes.setdefault(row.system, set()).add(row.code)
    found = releases(official, dict(codes))
    by_system = {release.system: release for release in found}
    changes: list[Change] = []
    renewed: list[Row] = []
    confirmed = 0
    for row in rows:
        release = by_system.get(row.system)
        change = _change(row, release) if release else None
        label = release.labels.get(row.code) if release else None
        if change:
            changes.append(change)
        confirmed += label is not None
        renewed.append(replace(row, display=label, version=release.version) if release and label is not None else row)
    return Refresh(tuple((release.system, release.version) for release in found), confirmed, tuple(changes), tuple(renewed))


def write(result: Refresh, folder: Path) -> list[str]:
    """Write the tables with the releases' labels and versions, if nothing was lost, and name the files that changed."""
    if result.fails:
        return []
    changed = []
    for kind, system in sorted({(row.kind, row.system) for row in result.rows}):
        path = folder / file_name(kind, system)
        text = table(kind, system, (row for row in result.rows if (row.kind, row.system) == (kind, system)))
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path.name)
    return changed


def _change(row: Row, release: Release) -> Change | None:
    if row.code in release.retired:
        return Change("retired", row)
    label = release.labels.get(row.code)
    if label is None:
        return Change("lost", row)
    return Change("relabelled", row, label) if key(label) != key(row.display) else None


def lines(result: Refresh) -> Iterable[str]:
    """The comparison as a diff to read: a line a change, what is lost first."""
    for change in sorted(result.changes, key=lambda change: (change.what == "relabelled", change.what, change.row)):
        row = change.row
        said = f"{row.display} -> {change.label}" if change.label else row.display
        yield f"{change.what:10} {row.kind:9} {row.system:7} {row.code:10} {row.subject}: {said}"
