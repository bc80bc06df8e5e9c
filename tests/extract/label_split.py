"""Which of the labels beside the checkout rules are written on, and which are only measured: every other one by its id.

The labels live in `../shared/labels`. Whoever writes rules reads the `build` half; of the `measure` half only the figures.
"""

from __future__ import annotations

from collections.abc import Iterable


def halves(ids: Iterable[str]) -> dict[str, set[str]]:
    """The ids of each half."""
    known = sorted(ids)
    return {"build": set(known[1::2]), "measure": set(known[::2])}
