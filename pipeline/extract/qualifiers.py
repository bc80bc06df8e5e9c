"""What no field of a use holds, as qualifiers: words that nobody read, ways of use, programs, and what else the drug is for."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from pipeline.elements.details import OF_A_GROUP, groups_of
from pipeline.extract.around import brings_on, in_step, steps_of
from pipeline.extract.leaf import PREVENTIVE, Leaf, in_order, said
from pipeline.extract.state import in_run, ways
from pipeline.language import closed, rx
from pipeline.meaning.said import Reading, Said
from pipeline.model import Fact, Qualifier
from pipeline.sentences.frames import PROGRAM
from pipeline.sentences.quote import join


def qualifiers_of(leaf: Leaf, verb: Said) -> tuple[Qualifier, ...]:
    """What no other field holds; the words of alternatives are quoted with them."""
    steps = steps_of(leaf)
    found = [
        Qualifier(reading.quote(one.place, one.rule), "disease" if _brought_on(reading, one, verb) else one.of, one.what)
        for reading in leaf.every
        for one in _whole(reading)
        if not in_run(reading, one) and not (one.what != "stated" and in_step(reading, one, steps))
    ]
    found += [Qualifier(reading.quote(place, "denied"), "use") for reading in leaf.every for place in reading.denied]
    found += [
        Qualifier(one, "treatment", "manner") if one.rule == PROGRAM else Qualifier(one)
        for one in (*ways(leaf), *_by_group(leaf), *leaf.stated)
    ]
    found += [Qualifier(one, "disease") for one in _of_both(leaf)]
    found += _other_aims(leaf, verb)
    found += [
        Qualifier(reading.quote(_with_when(reading, one.place), one.rule), "patients", "timing")
        for reading, one in said(leaf.every, "prior") if one.rule != "after-head" and brings_on(leaf, verb, reading, one)
    ]  # fmt: skip
    below = [*leaf.above, *leaf.own, *leaf.general]
    unnamed = said(below, "partner") if said(below, "partner", "alone") else said(leaf.leading, "partner")
    found += [
        Qualifier(reading.quote(one.place, one.rule), "treatment", "manner")
        for reading, one in unnamed
        if one.mode == "unnamed" and not one.some
    ]
    kept: dict[str, Qualifier] = {}
    for one in found:
        kept.setdefault(one.fact.text.casefold(), one)
    return in_order(kept.values())


def _brought_on(reading: Reading, one: Said, verb: Said) -> bool:
    """Reads "(to prevent) vomiting after surgery": when the thing prevented comes, and not when the drug is given."""
    return verb.mode in PREVENTIVE and any(
        prior.rule == "after-head" and one.place[0] <= prior.place[0] and prior.place[1] <= one.place[1]
        for prior in reading.of("prior")
    )


def _of_both(leaf: Leaf) -> list[Fact]:
    """Reads "delayed nausea and vomiting": what stands before the first of two names may hold for both, so the whole is kept."""
    return [
        reading.quote(head.place, "head")
        for reading, head in said([*leaf.above, *leaf.own], "head")
        if len(head.names) > 1
        and (reading.text(head.names[0]).split(" ")[0].lower() in closed("of-both") or _TWO.match(reading.text(head.names[0])))
        and " " not in reading.text(head.names[-1])
    ]


_TWO = rx(r"[\w-]+ (?:and|or) [\w-]+ \w")


def _by_group(leaf: Leaf) -> list[Fact]:
    """Reads "Adults receive it with A. Children receive it alone.": the fields hold both groups and both ways, the words which is whose."""
    found: list[tuple[Reading, set[str]]] = []
    for reading in leaf.own:
        groups = groups_of(reading.of("population"))
        if groups and reading.of(*OF_A_GROUP):
            found.append((reading, groups))
    apart = any(not one[1] & other[1] and _way(one[0]) != _way(other[0]) for one, other in combinations(found, 2))
    return [join([reading.statement.fact("one-of-several") for reading, _ in found], "one-of-several")] if apart else []


def _way(reading: Reading) -> set[str]:
    """With what a sentence says that the drug is given, in which line and after what."""
    return {reading.text(one.place).casefold() for one in reading.of(*OF_A_GROUP)}


_WHEN = rx(r"\b(?:after|during|before|following) (?:an? |the )?\Z")


def _with_when(reading: Reading, place: tuple[int, int]) -> tuple[int, int]:
    """The place of a treatment with "after" before it: "surgery" alone does not say when."""
    found = _WHEN.search(reading.statement.plain[reading.statement.start : place[0]])
    return (reading.statement.start + found.start() if found is not None else place[0], place[1])


_GAP = re.compile(r"[\s,;]*")


def _whole(reading: Reading) -> list[Said]:
    """The qualifiers of a sentence; words that nobody read are one with the qualifier right beside them, and not torn from it."""
    found: list[Said] = []
    for one in sorted(reading.of("qualifier"), key=lambda each: each.place):
        last = found[-1] if found else None
        beside = last is not None and _GAP.fullmatch(reading.statement.plain, last.place[1], max(one.place[0], last.place[1]))
        if last is None or not beside or "stated" not in (last.what, one.what):
            found.append(one)
            continue
        place = (last.place[0], max(last.place[1], one.place[1]))
        found[-1] = replace(last, rule="stated", place=place, what="stated", of=last.of if last.of == one.of else "use")
    return found


#: In characters: what an aim acts on stands right behind it.
_NEAR = 16


def _other_aims(leaf: Leaf, verb: Said) -> list[Qualifier]:
    """What else an item says the drug is for ("… as palliative treatment", "to remove methotrexate from the body")."""
    found = []
    for reading in (*leaf.above, *leaf.own):
        for one in reading.of("intent"):
            if one is verb or one.mode == "treat" or one.rule == "indicated" or reading.text(one.place) in ("treat", "for"):
                continue
            things = [
                other.place[1]
                for other in reading.of("object", "qualifier")
                if other.place[0] >= one.place[1] and other.place[0] - one.place[1] < _NEAR
            ]
            found.append(Qualifier(reading.quote((one.place[0], max([one.place[1], *things[:1]])), one.rule), "use", "purpose"))
    return found
