"""How long each stage of a run takes. It goes to the run's folder, never into a snapshot."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Clock:
    """Seconds by stage, so far."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block under a stage's name."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add([(name, time.perf_counter() - start)])

    def add(self, spent: Iterable[tuple[str, float]]) -> None:
        """Count what another clock did."""
        for name, seconds in spent:
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds
