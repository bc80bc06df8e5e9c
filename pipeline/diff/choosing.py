"""Which two snapshots of an output folder are meant: by folder, by the beginning of a hash, or the last two."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import Problem, UsageError
from pipeline.snapshot import open_snapshot

_OUTPUT: Final = Path("output")
_PREFIX: Final = re.compile(r"[0-9a-f]{4,64}")


def choose(old: str | None, new: str | None, output: Path | None = None) -> tuple[Path, Path]:
    """Two snapshot folders.

    An output folder that is named alone stands for its own last two: what was published there, compared with itself, would
    never show a change.

    Args:
        old: A snapshot folder, an output folder (its current snapshot), or at least four digits of a snapshot's hash in
            `output`; None for the one that was current before the new one.
        new: The same; None for the current snapshot of `output`.
        output: An output folder; None for `output`, and for the one that `old` names alone.

    Raises:
        UsageError: D102 (no such snapshot, or several), D103 (nothing was published before).
        SnapshotError: W100, W101, nothing is published there, or it is not to be read.
        PublishError: P506, where `current` points at nothing.

    """
    alone = Path(old) if old is not None and new is None else None
    if alone and _is_output(alone) and (output is None or output.resolve() == alone.resolve()):
        old, output = None, alone
    output = output or _OUTPUT
    # The older one first: where its name is wrong, that is said, and nothing of a folder that was not named.
    before = _snapshot(old, output) if old is not None else None
    chosen = _snapshot(new, output) if new is not None else open_snapshot(output).path
    return before or _before(chosen), chosen


def _is_output(path: Path) -> bool:
    published = (path / "current").is_symlink() or (path / "CURRENT").is_file()
    return published and not (path / "report.json").is_file()


def _snapshot(name: str, output: Path) -> Path:
    if Path(name).is_dir():
        return open_snapshot(Path(name)).path
    found = [*(output / "snapshots").glob(f"{name}*")] if _PREFIX.fullmatch(name) else []
    if len(found) == 1:
        return found[0].resolve()
    none = f"{name!r} is not a folder, and no snapshot in {output} has a hash that begins so"
    cause = f"{len(found)} snapshots in {output} have a hash that begins with {name!r}" if found else none
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
