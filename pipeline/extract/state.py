"""How the disease of a use stands; what "or" joins is one quote, so that no alternative reads as a must."""

from __future__ import annotations

from itertools import groupby

from pipeline.extract.leaf import Leaf
from pipeline.extract.quote import join
from pipeline.extract.said import Reading, Said
from pipeline.model import Fact

_STATES = ("status", "biomarker", "stage")


_OF_SEVERAL = (*_STATES, "description", "narrower", "line", "qualifier")


def state_of(leaf: Leaf) -> dict[str, list[Fact]]:
    """Status, biomarkers and stages; what "or" joins is one quote, so that no alternative reads as a must."""
    found: dict[str, list[Fact]] = {kind: [] for kind in _STATES}
    for reading in leaf.every:
        for one in reading.said:
            if one.kind in _STATES and not in_run(reading, one):
                pieces = [reading.quote(place, one.rule) for place in one.names or (one.place,)]
                found[one.kind].append(pieces[0] if len(pieces) == 1 else join(pieces, one.rule))
        for kind, place in runs_of(reading):
            found[kind if kind in found else "status"].append(reading.quote(place, "one-of-several"))
    return found


def runs_of(reading: Reading) -> list[tuple[str, tuple[int, int]]]:
    """The stretches of a sentence that "or" holds together, with what they are; patients alone and partners alone are none."""
    runs: list[tuple[str, tuple[int, int]]] = []
    for several, group in groupby(reading.said, key=lambda one: one.some and one.kind != "frame"):
        members = list(group)
        kinds = {one.kind for one in members} - {"gloss", "frame", "kinds", "prior"}
        if not several or not kinds & set(_OF_SEVERAL) or (kinds == {"line"} and len(members) == 1):
            continue
        if kinds <= {"partner", "alone"} or kinds == {"population"}:
            continue
        kind = next(iter(kinds)) if len(kinds) == 1 else "status"
        runs.append((kind, (min(one.place[0] for one in members), max(one.place[1] for one in members))))
    return runs


def in_run(reading: Reading, one: Said) -> bool:
    """Whether something is said within a stretch that "or" holds together."""
    return any(place[0] <= one.place[0] and one.place[1] <= place[1] for _, place in runs_of(reading))
