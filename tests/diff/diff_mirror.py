"""A change told backwards, and what of it must be the same: the names of drug, use and brands are those of the new page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from pipeline.diff import Change, Kind

_PAIRS: tuple[tuple[Kind, Kind], ...] = (
    ("drug-added", "drug-removed"),
    ("brand-added", "brand-removed"),
    ("use-added", "use-withdrawn"),
    ("use-widened", "use-narrowed"),
    ("use-brand-added", "use-brand-removed"),
    ("denial-added", "denial-removed"),
    ("unread-added", "unread-removed"),
)
_MIRROR: dict[Kind, Kind] = {**dict(_PAIRS), **{other: one for one, other in _PAIRS}}


def mirrored(change: Change) -> Change:
    return replace(
        change,
        kind=_MIRROR.get(change.kind, change.kind),
        was=change.now,
        now=change.was,
        old=change.new,
        new=change.old,
        old_ids=change.new_ids,
        new_ids=change.old_ids,
    )


def essence(changes: Iterable[Change]) -> Counter[Change]:
    return Counter(replace(one, drug="", use=None, brands=()) for one in changes)
