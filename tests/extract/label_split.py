"""The halves of the labels beside the checkout, every other one by its id: rules were written on one and measured on the other.

The labels live in `../shared/labels`. Since 2026-11-29 both are looked at; labels that nobody saw are kept aside elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable


def halves(ids: Iterable[str]) -> dict[str, set[str]]:
    """The ids of each half."""
    known = sorted(ids)
    return {"build": set(known[1::2]), "measure": set(known[::2])}
