"""Which snapshots stay: a reader holds the one that it reads, and a run removes the oldest that nobody holds.

The lock is the kernel's, on the snapshot's own folder: it goes when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from pipeline.publish.output import OutputFolder

#: What a snapshot is called: its content hash. Anything else beside them is somebody's own.
_NAME: Final = re.compile(r"[0-9a-f]{64}")


@contextmanager
def reading(snapshot: Path) -> Iterator[Path]:
    """Hold a snapshot while it is read: no run removes it until the block ends.

    Args:
        snapshot: Its folder, or a link to it (`output/current`).

    Yields:
        The snapshot's own folder, whatever `current` comes to name meanwhile.

    Raises:
        FileNotFoundError: It is not there.

    """
    while True:
        found = snapshot.resolve(strict=True)
        handle = os.open(found, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _lock(handle, fcntl.LOCK_SH)
            # A run may have removed it between the two calls; a link then names another one.
            if _is_still_there(found, handle):
                yield found
                return
        finally:
            os.close(handle)


def remove_beyond(output: OutputFolder, keep: int, current: Path, previous: Path | None = None) -> list[str]:
    """Remove the snapshots beyond the `keep` that became current last; never the current one, nor one that is held.

    When a snapshot became current is told by the newest `run.json` that names it, or by its folder where none does; but the
    one that was current before this run (`previous`) is the newest of all others, whatever the clock said then.

    Returns:
        The names of those that were removed.

    """
    since = {path.name: path.stat().st_mtime_ns for path in current.parent.iterdir() if _is_snapshot(path)}
    named = _named(output.path / "runs")
    since.pop(current.name, None)
    before = previous.name if previous else None
    newest_first = sorted(since, key=lambda name: (name == before, named.get(name, since[name]), name), reverse=True)
    return [name for name in newest_first[keep - 1 :] if _remove(current.parent / name, output.staging)]


def _is_snapshot(path: Path) -> bool:
    return _NAME.fullmatch(path.name) is not None and path.is_dir()


def _named(runs: Path) -> dict[str, int]:
    """When each snapshot was current last, as far as runs say."""
    found: dict[str, int] = {}
    for path in runs.glob("*/run.json"):
        try:
            name = orjson.loads(path.read_bytes())["snapshot"]
            found[name] = max(found.get(name, 0), path.stat().st_mtime_ns)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a run that could not write it whole
    return found


def _remove(snapshot: Path, staging: Path) -> bool:
    handle = os.open(snapshot, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not _lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return False
        # Out of sight in one step; what is in staging is deleted at the end of the run, or by the next one.
        snapshot.rename(staging / f"removed-{snapshot.name}")
        return True
    finally:
        os.close(handle)


def _lock(handle: int, operation: int) -> bool:
    try:
        fcntl.flock(handle, operation)
    except OSError:  # another holds it, or (NFS) folders cannot be locked: then nothing is removed
        return False
    return True


def _is_still_there(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
