"""The output folder: is it ours, one run at a time, and how a finished snapshot becomes the current one.

Nothing here knows what a snapshot holds. The order of the steps is what makes a crash harmless: all files of a snapshot
are on the disk before its folder is renamed to where readers look, and that rename is on the disk before `current` moves.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Problem, PublishError
from pipeline.publish.files import NewFolder, content_hash, refusals, sync_folder, write_file
from pipeline.publish.lock import lock_or_holder, say

MARKER = ".onlabel"
_STAGING = ".staging"
#: Begins the name in staging of a snapshot that is being replaced by what it should be.
_DAMAGED = "damaged-"
_MARKER_TEXT = "This folder is written by onlabel.\n"
#: The folder of pages that cannot be read now, as they were read last.
KEPT = "kept"
#: The folder of what a web server publishes beside `snapshots`.
BULK = "bulk"
#: What a folder may hold and still be free to take: what a repository keeps in a folder that is otherwise empty,
#: and an input of a run.
_HARMLESS = frozenset({"README.md", ".gitignore", ".gitkeep", KEPT})
#: What a file system without symbolic links answers: FAT, and some network shares.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_REMEDY = "Name an empty folder, or one that onlabel made. Nothing was touched."
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_POINTER = re.compile(r"snapshots/[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """An output folder that this run holds. `staging` is the run's own place for anything unfinished."""

    path: Path
    run_id: str

    @property
    def staging(self) -> Path:
        """The run's folder for what is not finished: on the same file system, gone when the run ends."""
        return self.path / _STAGING / self.run_id

    @property
    def spool(self) -> Path:
        """Where the batches write what they convert."""
        return self.staging / "spool"

    @property
    def run(self) -> Path:
        """The run's folder for what depends on history or on the machine (not made yet)."""
        return self.path / "runs" / self.run_id

    @property
    def kept(self) -> Path:
        """The folder of kept pages (not made yet)."""
        return self.path / KEPT

    def place(self, snapshot: NewFolder) -> Path:
        """Move a finished snapshot folder to where it is found by its content hash; gives its new place."""
        name = snapshot.content_hash()
        for folder, _, _ in os.walk(snapshot.path):
            sync_folder(Path(folder))
        target = self.path / "snapshots" / name
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            if content_hash(target) == name:
                return target
            # Someone changed a published file. The hash says what belongs here, so put that back.
            target.rename(self.staging / f"{_DAMAGED}{name}")
        snapshot.path.rename(target)
        sync_folder(target.parent)
        return target

    def has_restored(self, snapshot: Path) -> bool:
        """Whether `place` put a snapshot back whose files someone had changed."""
        return (self.staging / f"{_DAMAGED}{snapshot.name}").exists()

    def switch(self, snapshot: Path) -> None:
        """Make a placed snapshot the current one, in one rename."""
        pointer = f"snapshots/{snapshot.name}"
        link = self.staging / "current"
        try:
            link.symlink_to(pointer)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            write_file(self.path / "CURRENT", f"{pointer}\n".encode())
            return
        link.replace(self.path / "current")
        (self.path / "CURRENT").unlink(missing_ok=True)
        sync_folder(self.path)


@contextmanager
def held(path: Path, run_id: str, holder: str) -> Iterator[OutputFolder]:
    """Hold an output folder for one run: made if it is not there, locked, and cleared of what dead runs left.

    The kernel lets the lock go when the process ends, however it ends; there is no stale lock.

    Args:
        path: The folder.
        run_id: Names this run's folders: letters, digits, `.`, `_` and `-`.
        holder: What a second run is told about this one ("process 4711 on host ward7").

    Raises:
        PublishError: P501 (not ours), P502 (held by another run), P503 to P505 (cannot be written).

    """
    if not _RUN_ID.fullmatch(run_id):
        message = f"not a run id: {run_id!r}"
        raise ValueError(message)
    with refusals(path):
        _claim(path)
        refuse_links(path)
        handle = os.open(path / MARKER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        _lock(handle, path)
        folder = OutputFolder(path, run_id)
        try:
            with refusals(path):
                say(handle, f"{_MARKER_TEXT}Held by {holder}.\n")
                _clear(path)
                folder.spool.mkdir(parents=True)
            yield folder
        finally:
            # What cannot be undone now, the next run clears; a full disk must not hide the error that is under way.
            with suppress(OSError):
                _clear(path)
            with suppress(OSError):
                say(handle, _MARKER_TEXT)
    finally:
        os.close(handle)


def current_snapshot(path: Path) -> Path | None:
    """The snapshot that an output folder's `current` (or `CURRENT`) names, or None where nothing was published.

    Raises:
        PublishError: P506, where something stands there that names no snapshot.

    """
    link, text = path / "current", path / "CURRENT"
    try:
        if link.is_symlink():
            pointer = str(link.readlink())
        elif text.is_file():
            pointer = text.read_text(encoding="utf-8", errors="replace").strip()
        elif link.exists():
            pointer = "a file or folder that onlabel did not make"
        else:
            return None
    except OSError as error:
        raise unreadable(path, f"it cannot be opened ({error.strerror})") from error
    snapshot = path / pointer
    if not _POINTER.fullmatch(pointer) or not snapshot.is_dir():
        raise unreadable(path, f"it points at {pointer!r}, where no snapshot is")
    return snapshot


def unreadable(path: Path, reason: str) -> PublishError:
    """P506: what was published before cannot be known, so nothing can be compared with it."""
    remedy = "Put the snapshot back, or remove `current` and `CURRENT` to publish as if for the first time."
    return PublishError(Problem("P506", "fatal", f"the current snapshot is not to be read: {reason}", remedy, source=str(path)))


def refuse_links(path: Path) -> None:
    """P501, where a link stands in an output folder in place of what is written there: it would be written elsewhere."""
    for name in (MARKER, "snapshots", "runs", KEPT, BULK):
        if (path / name).is_symlink():
            cause = f"a link stands in the output folder where onlabel writes ({name})"
            raise PublishError(Problem("P501", "fatal", cause, f"{_REMEDY} A link to the whole folder is followed.", str(path)))


def _claim(path: Path) -> None:
    try:
        entries = {entry.name for entry in path.iterdir()}
    except FileNotFoundError:
        path.mkdir(parents=True, exist_ok=True)
        return
    except NotADirectoryError:
        raise PublishError(Problem("P501", "fatal", "the output is not a folder", _REMEDY, source=str(path))) from None
    if MARKER not in entries and entries - _HARMLESS:
        shown = ", ".join(sorted(entries - _HARMLESS)[:3])
        cause = f"the output folder holds something that onlabel did not write ({shown})"
        raise PublishError(Problem("P501", "fatal", cause, _REMEDY, source=str(path)))


def _lock(handle: int, path: Path) -> None:
    with refusals(path):
        said = lock_or_holder(handle)
    if said is not None:
        cause = f"another run is writing this output folder. {said.removeprefix(_MARKER_TEXT.strip()).strip()}".rstrip()
        remedy = "Wait until it has ended, or name another output folder."
        raise PublishError(Problem("P502", "fatal", cause, remedy, source=str(path)))


def _clear(path: Path) -> None:
    """Remove every run's staging: whoever holds the lock is the only run, so what is there is of a dead one."""
    staging = path / _STAGING
    if staging.is_symlink():
        staging.unlink()
    elif staging.exists():
        for damaged in staging.glob(f"*/{_DAMAGED}*"):
            # Nothing took its place: `current` may name it, and would lead nowhere.
            place = path / "snapshots" / damaged.name.removeprefix(_DAMAGED)
            if not place.exists():
                damaged.rename(place)
        shutil.rmtree(staging)
