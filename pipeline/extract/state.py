"""How the disease of a use stands; what "or" joins is one quote, so that no alternative reads as a must."""

from __future__ import annotations

from itertools import groupby

from pipeline.extract.leaf import Leaf
from pipeline.language import rx
from pipeline.meaning.markers import MARKER_NOUN
from pipeline.meaning.said import OTHER_WAY, STATES, Place, Reading, Said
from pipeline.model import Fact
from pipeline.sentences.quote import join

_OF_SEVERAL = (*STATES, "description", "narrower", "line", "qualifier")


def state_of(leaf: Leaf) -> dict[str, list[Fact]]:
    """Status, biomarkers and stages; what "or" joins is one quote, so that no alternative reads as a must."""
    found: dict[str, list[Fact]] = {kind: [] for kind in STATES}
    first, _ = ways_of(leaf)
    for reading in leaf.every:
        for kind, places, rule in _states(reading):
            if reading not in first and rule != OTHER_WAY:
                pieces = [reading.quote(place, rule) for place in places]
                found[kind].append(pieces[0] if len(pieces) == 1 else join(pieces, rule))
    return found


def _states(reading: Reading) -> list[tuple[str, tuple[Place, ...], str]]:
    alone = [one for one in reading.of(*STATES) if not in_run(reading, one)]
    runs = runs_of(reading)
    return [
        *((one.kind, one.names or (one.place,), one.rule) for one in alone),
        *((kind if kind in STATES else "status", (place,), "one-of-several") for kind, place in runs if kind != "description"),
    ]


def ways(leaf: Leaf) -> list[Fact]:
    """Two ways of use as one quote: the first whole, or from its first state on behind the item's head, and the other whole."""
    first, others = ways_of(leaf)
    if not first:
        return []
    starts = [
        min(place[0] for _, places, _ in _states(one) for place in places) if one.of("head") else one.statement.start
        for one in first
    ]
    heres = [one.quote((start, one.statement.end), "one-of-several") for start, one in zip(starts, first, strict=True)]
    theres = [one.quote((one.statement.start, one.statement.end), "one-of-several") for one in others]
    return [join([*heres, *theres], "one-of-several")]


def ways_of(leaf: Leaf) -> tuple[list[Reading], list[Reading]]:
    """The sentences of a first way of use and those of another ("It is also used …"), where each says how the disease stands.

    The item's head binds every way, but for one that names its disease again ("… to treat melanoma that can be removed").
    """
    others = [reading for reading in leaf.own if any(one.rule == OTHER_WAY for one in reading.of("status"))]
    again = any(one.rule == "intent" for reading in others for one in reading.of("intent"))
    first = [
        reading
        for reading in leaf.own
        if not reading.also and (again or not reading.of("head")) and (reading.of(*STATES) or runs_of(reading))
    ]
    return (first, others) if first and others else ([], [])


def runs_of(reading: Reading) -> list[tuple[str, tuple[int, int]]]:
    """The stretches of a sentence that "or" holds together, with what they are; patients alone and partners alone are none."""
    runs: list[tuple[str, tuple[int, int]]] = []
    for several, group in groupby(
        reading.said, key=lambda one: one.some and (one.kind != "frame" or one.rule == "disease-again")
    ):
        members = list(group)
        kinds = {one.kind for one in members} - {"gloss", "frame", "kinds", "prior"}
        of_both = "population" in kinds and not kinds.isdisjoint(("partner", "alone"))
        if not several or not (of_both or kinds & set(_OF_SEVERAL)) or (kinds == {"line"} and len(members) == 1):
            continue
        if kinds <= {"partner", "alone"} or kinds == {"population"}:
            continue
        kind = next(iter(kinds)) if len(kinds) == 1 else "status"
        if kinds == {"biomarker", "status"} and all(MARKER_NOUN.search(reading.text(one.place)) for one in members):
            kind = "biomarker"  # "whose cancer is DEF positive or when it is not known if it is DEF positive"
        start = min(one.place[0] for one in members)
        opened = _OPENED.search(reading.statement.plain[:start]) if members[0].kind in ("partner", "line") else None
        runs.append((kind, (start if opened is None else opened.start(), max(one.place[1] for one in members))))
    return runs


#: What leads to a partner or a line of therapy: "or" joins it with the words before it.
_OPENED = rx(r"\b(?:(?:in|for) patients )?(?:with|as|on)(?: part of)?(?: (?:the|an?))? \Z")


def in_run(reading: Reading, one: Said) -> bool:
    """Whether something is said within a stretch that "or" holds together."""
    return any(place[0] <= one.place[0] and one.place[1] <= place[1] for _, place in runs_of(reading))
