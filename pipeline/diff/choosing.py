"""Which two snapshots of an output folder are meant: by folder, by the beginning of a hash, or the last two."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import Problem, UsageError
from pipeline.snapshot import open_snapshot

_PREFIX: Final = re.compile(r"[0-9a-f]{4,64}")


def choose(old: str | None, new: str | None, output: Path) -> tuple[Path, Path]:
    """Two snapshot folders.

    Args:
        old: A snapshot folder, an output folder (its current snapshot), or at least four digits of a snapshot's hash in
            `output`; None for the one that was current before the new one.
        new: The same; None for the current snapshot of `output`.
        output: An output folder.

    Raises:
        UsageError: D102 (no such snapshot, or several), D103 (nothing was published before).
        SnapshotError: W100, W101, nothing is published there, or it is not to be read.
        PublishError: P506, where `current` points at nothing.

    """
    chosen = _snapshot(new, output) if new is not None else open_snapshot(output).path
    return (_snapshot(old, output) if old is not None else _before(chosen)), chosen


def _snapshot(name: str, output: Path) -> Path:
    if Path(name).is_dir():
        return open_snapshot(Path(name)).path
    found = [*(output / "snapshots").glob(f"{name}*")] if _PREFIX.fullmatch(name) else []
    if len(found) == 1:
        return found[0].resolve()
    cause = f"{len(found)} snapshots in {output} have a hash that begins with {name!r}" if found else f"{name!r} is no snapshot"
    remedy = "Name a snapshot folder, an output folder, or more of a hash of a snapshot below --output."
    raise UsageError(Problem("D102", "error", cause, remedy))


def _before(snapshot: Path) -> Path:
    """The snapshot that was current before this one, as the newest run that published it says."""
    folder = snapshot.parent.parent
    runs = sorted(folder.glob("runs/*/run.json"), key=lambda file: (file.stat().st_mtime_ns, file.parent.name), reverse=True)
    for run in map(_read, runs):
        previous = folder / "snapshots" / str(run.get("previous"))
        if run.get("snapshot") == snapshot.name != run.get("previous") and previous.is_dir():
            return previous
    cause = "nothing tells of a snapshot before this one: it is the first, or the one before was removed"
    remedy = "Name the older snapshot: `onlabel diff OLD NEW`."
    raise UsageError(Problem("D103", "error", cause, remedy, source=str(snapshot)))


def _read(file: Path) -> dict[str, Any]:
    try:
        run = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return run if isinstance(run, dict) else {}
