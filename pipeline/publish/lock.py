"""A lock on an open file, which the kernel lets go when its process ends, and what its holder says of itself in that file."""

from __future__ import annotations

import fcntl
import os


def lock_or_holder(handle: int) -> str | None:
    """Take the lock on an open file, without waiting. Returns None, or what the file says where another holds it.

    Raises:
        OSError: Files cannot be locked there.

    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(handle, 1000, 0).decode(errors="replace").strip()
    return None


def say(handle: int, text: str) -> None:
    """Let a locked file say `text` alone. In place: the lock belongs to this very file, so no rename can replace it."""
    data = text.encode()
    os.pwrite(handle, data, 0)
    os.ftruncate(handle, len(data))
