"""Who watches a run from the process that started it.

No parameter of the flow, because those go to the server; and not a variable beside the flow, because Prefect ships the flow's
module with every task that goes to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

#: Told after each batch: how many pages are done, of how many.
Watcher: TypeAlias = Callable[[int, int], None]
_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` be told how far the runs of a `with` block are."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def watcher() -> Watcher | None:
    """Who is to be told, if anyone."""
    return _watcher.get()
