"""Which annotated pages rules are built on, and which are only measured: decided by a hash, before the first rule.

The annotations live outside the repository (`../shared/gold/dev`); this says, for a slug, on which side it falls. Whoever
writes rules looks at the differences of the `build` half alone; of the `measure` half only at the figures.
"""

from __future__ import annotations

import hashlib
from typing import Literal


def half(slug: str) -> Literal["build", "measure"]:
    """The side of an annotated page, by the first byte of the SHA-256 of its slug."""
    return "build" if hashlib.sha256(slug.encode()).digest()[0] % 2 == 0 else "measure"
