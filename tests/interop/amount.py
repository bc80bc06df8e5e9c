"""How much of everything is put before other people's software: a sample, or all of it."""

from __future__ import annotations

import os

#: Whether all is tried: every page, every resource, every fault, every version (ONLABEL_INTEROP_FULL=1).
FULL = bool(os.environ.get("ONLABEL_INTEROP_FULL"))
