"""Durable writes, the content hash, and what the operating system refuses, as coded errors."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Problem, PublishError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses while writing at `path` into a `PublishError` (P503, P504, P505)."""
    try:
        yield
    except OSError as error:
        raise PublishError(_refusal(error, path)) from error


def _refusal(error: OSError, path: Path) -> Problem:
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        code, cause, remedy = "P504", "there is no room left to write", "Make room on the output's disk, then run again."
    elif error.errno in _DENIED:
        code, cause, remedy = "P503", "the output may not be written", "Give this user the right to write there."
    else:
        code, cause, remedy = "P505", "writing the output failed", "Look at the disk and the folder, then run again."
    remedy += " What was published before is unchanged."
    return Problem(code, "fatal", f"{cause} ({reason})", remedy, source=str(error.filename or path))


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for bytes, on the disk for good when the block ends. Only for folders that no reader sees yet."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, data: bytes) -> None:
    """Write a file that readers may be looking at: they see the old bytes or the new ones, whole."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with new_file(unfinished) as file:
        file.write(data)
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's own entries (files made, renamed, removed) last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder: Path) -> list[str]:
    """The relative paths of all files below a folder, `/` between parts, in byte order."""
    return sorted((p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()), key=os.fsencode)


def content_hash(folder: Path) -> str:
    """The name that a folder's content has: see "The content hash" in this room's README."""
    lines = (f"{sha256(folder / name)}  {name}\n" for name in files_below(folder))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
