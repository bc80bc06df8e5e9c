"""Test processes beside each other: what they share is made by one of them while the others wait."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_at_a_time(name: Path) -> Iterator[None]:
    """In one process at a time, as the lock file of that name has it."""
    name.parent.mkdir(parents=True, exist_ok=True)
    with name.with_name(f"{name.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
