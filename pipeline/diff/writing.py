"""The files that tell what a run changed: `changes.json`, and for each FHIR version what is to be deleted or retired.

Everything goes line by line through unnamed files in the run's folder: memory does not grow with the snapshots, and a run that
dies leaves nothing half-written under a name.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, get_args

import orjson

from pipeline.diff.changes import Changes
from pipeline.diff.compare import Tally, changes_between
from pipeline.diff.document import as_json, write_document
from pipeline.diff.pages import PagePair, pages
from pipeline.diff.retire import gone, target
from pipeline.errors import DiffError, Problem
from pipeline.settings import FhirVersion, model_of
from pipeline.snapshot import Snapshot, open_snapshot
from pipeline.withdrawal import deletion, retirement

#: So many changes of either sort stay in memory for whoever shows them; all of them stand in `changes.json`.
LISTED: Final = 1000


def write_changes(previous: Path | None, snapshot: Path, stale: Collection[str], folder: Path) -> Changes:
    """Compare a new snapshot with the one before and write what changed into a run's folder.

    Writes `changes.json`, and as `deleted.ndjson` and `retired.ndjson` what is in the old snapshot alone, of the FHIR version
    that was compared; for each further version that both have, `deleted-<version>.ndjson` and `retired-<version>.ndjson`.

    Args:
        previous: The snapshot that was current before, or None.
        snapshot: The snapshot that is current now.
        stale: Drugs (slugs) that were published before and whose pages are quarantined now: they lose nothing.
        folder: The run's folder; it is there.

    Returns:
        The changes; of many, the first are listed (see `left_out`).

    Raises:
        SnapshotError: W100, W101, one of the two cannot be read back.
        DiffError: D101, the files cannot be written.

    """
    old, new = open_both(previous, snapshot)
    tally = Tally(LISTED)
    with _refusals(folder), ExitStack() as stack:
        told = [_scratch(stack, folder) for _ in ("clinical", "other")]
        # What one of the two does not hold at all (another FHIR version, profile or model) is not lost: it was not asked for.
        losing = _common(old, new) if old is not None and _shape(old) == _shape(new) else []
        withdrawn = {version: _Withdrawn(stack, folder) for version in losing or [new.version]}
        note = withdrawn[new.version].add if losing else lambda _: None
        for change in changes_between(old, new, stale, tally, note):
            tally.add(change)
            told[not change.clinical].write(orjson.dumps(as_json(change)) + b"\n")
        for version in losing[1:]:
            for pair in pages(replace(old, version=version), replace(new, version=version), stale) if old else ():
                withdrawn[version].add(pair)
        changes = tally.changes(old, new, {version: found.count for version, found in withdrawn.items()})
        with _new_file(folder / "changes.json") as file:
            write_document(file, changes, itertools.chain.from_iterable(map(_again, told)))
        for version, found in withdrawn.items():
            found.write(folder, "" if version == new.version else f"-{version}")
    return changes


def open_both(previous: Path | None, snapshot: Path) -> tuple[Snapshot | None, Snapshot]:
    """Two snapshots in the newest FHIR version that both have; where they have none in common, each in its newest.

    Raises:
        SnapshotError: W100, W101, one of the two cannot be read back.

    """
    new = open_snapshot(snapshot)
    if previous is None:
        return None, new
    old = open_snapshot(previous)
    common = _common(old, new)
    return (replace(old, version=common[0]), replace(new, version=common[0])) if common else (old, new)


def _shape(snapshot: Snapshot) -> tuple[object, object]:
    settings = snapshot.report["settings"]
    return settings["profile"], model_of(settings)


def _common(old: Snapshot, new: Snapshot) -> list[FhirVersion]:
    there, here = (snapshot.report["settings"]["fhir_versions"] for snapshot in (old, new))
    return [version for version in get_args(FhirVersion) if version in there and version in here]


class _Withdrawn:
    """Transaction Bundles of what one version lost, those of regimens apart: they name drugs, so they come first."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.count = 0
        self._parts = {name: {kind: _scratch(stack, folder) for kind in ("regimen", "drug")} for name in ("deleted", "retired")}

    def add(self, pair: PagePair) -> None:
        """Take what a page lost."""
        resources = gone(pair)
        if pair.old is None or not resources:
            return
        self.count += len(resources)
        kind = "drug" if pair.old.input.kind == "drug" else "regimen"
        for name, bundle in (("deleted", deletion(map(target, resources))), ("retired", retirement(resources))):
            if bundle["entry"]:
                self._parts[name][kind].write(orjson.dumps(bundle) + b"\n")

    def write(self, folder: Path, suffix: str) -> None:
        """Write both files."""
        for name, parts in self._parts.items():
            with _new_file(folder / f"{name}{suffix}.ndjson") as file:
                file.writelines(itertools.chain.from_iterable(map(_again, parts.values())))


def _scratch(stack: ExitStack, folder: Path) -> IO[bytes]:
    return stack.enter_context(TemporaryFile(dir=folder))


def _again(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole when the block has ended, and not before."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("xb") as file:  # a link that stands there is not followed
        yield file
    unfinished.replace(path)


@contextmanager
def _refusals(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cause = f"what the run changed cannot be written ({error.strerror or type(error).__name__})"
        remedy = (
            "Make room, or give the right to write there. Both snapshots are unchanged; `onlabel diff` compares them again."
        )
        raise DiffError(Problem("D101", "error", cause, remedy, source=str(error.filename or folder))) from error
