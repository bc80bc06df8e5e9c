"""How often a process of ours looks for cycles among its objects."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Look for cycles less often, in a process that is ours: the command, a worker, the process of a batch.

    A page's facts and resources are many small objects without cycles, so that each look is for nothing: on 60 pages looking
    took 0.08 of the processor time of `convert`, and takes 0.02. Whoever calls onlabel from a program of their own keeps
    their setting.
    """
    gc.set_threshold(50_000, 20, 50)
