"""Durable writes, the content hash, and what the operating system refuses, as coded errors."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Problem, PublishError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: How much of a large file is read or written at a time: lines of bundles are as long as their pages.
LARGE = 1024 * 1024
_DENIED = {errno.EACCES, errno.EPERM}


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
    elif error.errno == errno.EROFS:
        code, cause = "P503", "the output is on a disk that is mounted read-only"
        remedy = "Name a folder on another disk (--output; --work for a store), or mount this one for writing."
    elif error.errno in _DENIED:
        code, cause, remedy = "P503", "the output may not be written", "Give this user the right to write there."
    else:
        code, cause, remedy = "P505", "writing the output failed", "Look at the disk and the folder, then run again."
    remedy += " What was published before is unchanged."
    return Problem(code, "fatal", f"{cause} ({reason})", remedy, source=str(error.filename or path))


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for bytes, on the disk for good when the block ends. Only for folders that no reader sees yet."""
    with path.open("xb", buffering=LARGE) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


class HashedFile:
    """A file that is being written; knows the SHA-256 and the number of bytes that it has so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """SHA-256 of what is written, in lower-case hexadecimal."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Write bytes at the end."""
        self._file.write(data)
        self._digest.update(data)
        self.bytes += len(data)


class NewFolder:
    """A folder that is being written. `files` holds SHA-256 and size of each file that is done, by relative path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, tuple[str, int]] = {}

    @contextmanager
    def file(self, name: str, *, even_empty: bool = False) -> Iterator[HashedFile]:
        """A new file; the folders above it are made. One that stays empty is removed, unless `even_empty`."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path) as file:
            hashed = HashedFile(file)
            yield hashed
        if hashed.bytes or even_empty:
            self.files[name] = (hashed.sha256, hashed.bytes)
        else:
            path.unlink()

    def content_hash(self) -> str:
        """What `content_hash` would say of the folder; no file is read for it."""
        return hashlib.sha256(self.listing()).hexdigest()

    def listing(self) -> bytes:
        """The files that are done, a line each with their SHA-256, in byte order of their paths, as `sha256sum` writes them."""
        return _listing((name, self.files[name][0]) for name in sorted(self.files, key=os.fsencode))


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
    names = files_below(folder)
    # Hashing leaves the interpreter's lock alone, and half of a snapshot is one file.
    with ThreadPoolExecutor(2) as pool:
        hashes = zip(names, pool.map(lambda name: sha256(folder / name), names), strict=True)
        return hashlib.sha256(_listing(hashes)).hexdigest()


def _listing(hashes: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in hashes).encode()
