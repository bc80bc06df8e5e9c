"""The folder of a review: built beside its place and switched, and never another's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import Problem, ReviewError

#: The file by which a folder is known to be ours.
MARKER = ".onlabel-review"
_MARKER_TEXT = "This folder is written by `onlabel review` and replaced as a whole.\n"


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new, empty folder that takes the place of `folder` when the block ends well, and is removed when it does not.

    Raises:
        ReviewError: W200, `folder` is there and was not made by this room; W201, what the operating system refuses.

    """
    _require_ours(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            new.chmod(0o777 & ~_umask())
            (new / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
            yield new
            _switch(new, folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        cause = f"the review cannot be written ({error.strerror or type(error).__name__})"
        remedy = "See that there is room and that this user may write there; a review made before is unchanged."
        raise ReviewError(Problem("W201", "fatal", cause, remedy, source=str(error.filename or folder))) from error


def _require_ours(folder: Path) -> None:
    if folder.is_dir() and ((folder / MARKER).is_file() or not any(folder.iterdir())) and not folder.is_symlink():
        return
    if folder.exists() or folder.is_symlink():
        cause = "the folder holds something that `onlabel review` did not write"
        raise ReviewError(Problem("W200", "fatal", cause, "Name a new folder with --to.", source=str(folder)))


def _switch(new: Path, folder: Path) -> None:
    """Two renames: for an instant there is none, never half of one. The old one comes back if the second fails."""
    old = new.with_name(f"{new.name}.old")
    there = folder.exists()
    if there:
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if there:
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
