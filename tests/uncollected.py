"""Time without the collector: it looks through all that other tests left, the more often the more is made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected meanwhile."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
