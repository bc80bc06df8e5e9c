"""Predicates to facts: what "and" joins stays apart, what "or" joins is one quote, so that no alternative reads as a must."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline.extract.branches import BINDING, says_another_way, stretches
from pipeline.extract.clauses import Clause, Part, Reading
from pipeline.extract.quote import fact
from pipeline.model import Fact

_PREDICATES = ("status", "biomarker", "stage", "negated", "history", "description", "line")
_TRANSPARENT = ("connector", "gloss", "subject", "narrower", "prior", "timing", "purpose")
_NEW_SUBJECT = re.compile(r"\b(?:whose|who|that|which|including)\b", re.IGNORECASE)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_COMMA_OR = re.compile(r"\s*,\s*or\b", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|but)\b|[.;]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DiseaseState:
    """What an item says of the state of its disease.

    `alternative` are the places of clauses that are one of several; `way` is what a sentence says that is one of several ways
    of use ("also used in children whose cancer has come back").
    """

    status: tuple[Fact, ...] = ()
    biomarkers: tuple[Fact, ...] = ()
    stages: tuple[Fact, ...] = ()
    lines: tuple[Part, ...] = ()
    alternative: frozenset[int] = frozenset()
    way: Part | None = None


@lru_cache(maxsize=64)  # asked for by each part of a use, and by every use that stands under the sentence
def disease_state(reading: Reading) -> DiseaseState:
    """The state that one sentence gives."""
    if reading.another_way:
        return _of_another_way(reading)
    branched = [one for one in stretches(reading) if one.binds]
    status: list[Fact] = []
    biomarkers: list[Fact] = []
    stages: list[Fact] = []
    lines: list[Part] = []
    alternative: set[int] = set()
    for group in _groups(reading):
        kinds = {clause.kind for clause in group}
        if any(one.holds(group[0]) for one in branched):
            alternative.update(clause.start for clause in group if len(kinds) > 1)
            continue  # quoted with the other branches
        if kinds <= {"description"} or kinds == {"line"}:
            continue  # of the patients alone, of the treatment alone
        if "line" in kinds:  # "as the first treatment or after treatment with X"
            lines.append(Part(group[0].whole.start, max(c.end for c in group)))
            alternative.update(clause.start for clause in group)
            continue
        if kinds == {"stage"} or len(group) == 1:
            target = {"biomarker": biomarkers, "stage": stages}.get(group[0].kind, status)
            target.extend(_quoted(reading, clause.whole, clause.rule) for clause in group if clause.kind != "history")
            continue
        target = biomarkers if kinds == {"biomarker"} else status
        target.append(_quoted(reading, Part(group[0].whole.start, max(c.end for c in group)), "one-of-several"))
        alternative.update(clause.start for clause in group)
    status.extend(_quoted(reading, one.part, "one-of-several-patients") for one in branched)
    status.extend(_quoted(reading, clause.whole, clause.rule) for clause in reading.of("restriction"))
    return DiseaseState(tuple(status), tuple(biomarkers), tuple(stages), tuple(lines), frozenset(alternative))


def _of_another_way(reading: Reading) -> DiseaseState:
    """What one of several ways of use says: no more than which words are to be quoted together with the other ways."""
    said = [clause for clause in reading.clauses if clause.kind in (*BINDING, "population", "description")]
    if not said:
        return DiseaseState()
    also = says_another_way(reading)
    start = also if also is not None else min((c.whole.start for c in said if c.kind in BINDING), default=said[0].start)
    way = Part(start, max(clause.end for clause in said))
    return DiseaseState(way=way, alternative=frozenset(clause.start for clause in said if clause.kind != "description"))


def _quoted(reading: Reading, part: Part, rule: str) -> Fact:
    text = reading.text(part)
    return fact(reading.statement.block, part.start, part.start + len(text.rstrip(" .,;")), rule)


def ways_of_use(readings: Iterable[Reading]) -> tuple[Fact, ...]:
    """Several ways of use as one quote a block: "has spread. It is also used in children whose cancer has come back"."""
    found: dict[int, list[tuple[Reading, Part]]] = {}
    for reading in readings:
        if (way := disease_state(reading).way) is not None:
            found.setdefault(id(reading.statement.block), []).append((reading, way))
    return tuple(
        _quoted(ways[0][0], Part(min(w.start for _, w in ways), max(w.end for _, w in ways)), "another-way-of-use")
        for ways in found.values()
    )


def _groups(reading: Reading) -> list[list[Clause]]:
    """Chains of neighbouring predicates, cut at every "and"; a comma counts as the next word that joins."""
    groups: list[list[Clause]] = []
    chain: list[Clause] = []
    for clause in reading.clauses:
        if clause.kind in _PREDICATES and clause.rule != "site":
            chain.append(clause)
        elif clause.rule == "site":
            groups.append([clause])
        elif clause.kind not in _TRANSPARENT and chain:
            groups.extend(_cut(reading, chain))
            chain = []
    return groups + (_cut(reading, chain) if chain else [])


def _joints(reading: Reading, chain: list[Clause]) -> list[str]:
    """How neighbours hang together: "or", "and", or "new" where another "whose …" begins without "or"."""
    joints: list[str] = []
    commas: list[bool] = []
    for one, following in pairwise(chain):
        named = [c.end for c in reading.of("narrower") if one.start <= c.start < following.start]
        from_here = max(one.end, *named) if named and one.kind == "stage" else one.end
        between = reading.statement.plain[from_here : max(from_here, following.whole.start)]
        commas.append("," in between)
        if _OR.search(between) and not _AND.search(between):
            joints.append("or")
        elif _NEW_SUBJECT.search(between):
            joints.append("new")
        else:
            joints.append("" if "," in between and not _AND.search(between) else "and")
    return [joint or _of_comma(joints, commas, number) for number, joint in enumerate(joints)]


def _of_comma(joints: list[str], commas: list[bool], number: int) -> str:
    """Reads "A, B or C, and D": a comma is the next word that joins after a comma, else the next that joins."""
    later = range(number + 1, len(joints))
    found = next((joints[n] for n in later if joints[n] and commas[n]), next((joints[n] for n in later if joints[n]), "and"))
    return "and" if found == "new" else found


def _cut(reading: Reading, chain: list[Clause]) -> list[list[Clause]]:
    groups = [[chain[0]]]
    subject = 0  # where the groups of the current "that …" or "whose cancer …" begin
    before = ""
    for number, (joint, clause) in enumerate(zip(_joints(reading, chain), chain[1:], strict=True)):
        if joint != "or":
            groups.append([clause])
            subject = len(groups) - 1 if joint == "new" else subject
        else:
            if before in ("and", "new") and _apart(reading, chain, number) and not _comma(reading, chain, number - 1):
                groups = [[one for group in groups for one in group]]  # "A and B, or C": the comma parts the two sides
            elif before == "and" and not _comma(reading, chain, number):
                first = _ambiguous_from(reading, groups, clause, subject)
                groups[first:] = [[one for group in groups[first:] for one in group]]
            groups[-1].append(clause)
        before = joint
    return groups


def _ambiguous_from(reading: Reading, groups: list[list[Clause]], clause: Clause, subject: int) -> int:
    """Reads "A and B or C" may mean "(A and B) or C": from which group on one quote has to hold it all.

    A biomarker before two words of course ("is X positive and has come back or did not respond") stands for itself, unless
    "either" says otherwise.
    """
    first = len(groups) - 1
    mixed = any(one.kind != clause.kind for one in groups[-1])
    while first > subject:
        start = groups[first][0].start
        either = "either" in reading.statement.plain[max(0, start - 8) : start].lower()
        if either or not (mixed or all(one.kind == clause.kind for one in groups[first - 1])):
            break
        first -= 1
    for number in range(subject, len(groups)):
        start = groups[number][0].whole.start
        if "either " in reading.statement.plain[max(0, start - 8) : start].lower():
            return min(first, number)
    return first


def _apart(reading: Reading, chain: list[Clause], number: int) -> bool:
    """Whether ", or" itself stands after a clause: no list goes on there."""
    return _COMMA_OR.match(reading.statement.plain, chain[number].end) is not None


def _comma(reading: Reading, chain: list[Clause], number: int) -> bool:
    """Whether a comma parts a clause from the next: in "A and B, C, or D" "or" joins only what the commas separate."""
    return "," in reading.statement.plain[chain[number].end : chain[number + 1].start]
