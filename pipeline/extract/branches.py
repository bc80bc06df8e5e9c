"""Several sorts of patients in one sentence, each with words of their own: none of these words is a must of the whole use.

"It is used in adults whose cancer has spread, or with brontinib in children who had surgery" and "Melanoma that is metastatic,
or in patients who had surgery" join branches. What a branch says is quoted together with the others; only who the patients
are is taken apart, as alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.extract.clauses import Clause, ClauseKind, Part, Reading
from pipeline.extract.language import GENERIC_DISEASE, rx

_TREATMENT: tuple[ClauseKind, ...] = ("partner", "alone", "concurrent", "prior", "history", "line", "timing")
#: What would bind every patient of the use; a description binds only the patients that it stands with.
BINDING: tuple[ClauseKind, ...] = ("status", "biomarker", "stage", "negated", "narrower", *_TREATMENT)
_WITHIN = (*BINDING, "population", "description", "subject", "manner", "purpose")
_GLUE = ("connector", "gloss")
_JOINT = re.compile(r"[\s,;]*(?:and/or|and|or)\b", re.IGNORECASE)
_ENDS_IN_JOINT = re.compile(r"(?:\b(?:and/or|and|or)|;)\s*$", re.IGNORECASE)
_APART = re.compile(r",\s*(?:and|or)\b|\bor\b", re.IGNORECASE)
_ALSO = re.compile(r"\balso\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Branches that stand side by side, from the first word of the first to the last of the last."""

    part: Part
    branches: tuple[tuple[Clause, ...], ...]

    @property
    def binds(self) -> bool:
        """Whether a branch says more than who the patients are."""
        return any(clause.kind in BINDING for branch in self.branches for clause in branch)

    @property
    def shared(self) -> bool:
        """Whether one clause names the patients of both branches."""
        return self.branches[0] == self.branches[1][:1]

    def holds(self, clause: Clause) -> bool:
        """Whether a clause is one of a branch."""
        return any(clause is one for branch in self.branches for one in branch)


@lru_cache(maxsize=64)  # asked for by each part of a use, and by every use that stands under the sentence
def stretches(reading: Reading) -> tuple[Stretch, ...]:
    """The stretches of a sentence, in order."""
    said = [clause for clause in reading.clauses if clause.kind not in _GLUE]
    if not any(clause.kind == "population" for clause in said):
        return ()
    found: list[Stretch] = []
    for number, clause in enumerate(said):
        if clause.kind != "population":
            continue
        if (start := _joined(reading, said, number)) is not None:
            first = _first_branch(said, start)
            if first == start:
                continue
            goes_on = bool(found) and found[-1].holds(said[start - 1])
            before = found.pop().branches if goes_on else (tuple(said[first:start]),)
            ends = not any(one.kind in _TREATMENT for one in before[0])
            found.append(_stretch(reading, [*before, _to_end(reading, said, start, ends=ends)]))
        elif _two_groups_apart(reading, clause):
            found.append(_stretch(reading, [(clause,), _to_end(reading, said, number)]))
    return tuple(one for one in found if len(one.branches[-1]) > 1 or len(one.branches[0]) > 1)


def _stretch(reading: Reading, branches: Sequence[tuple[Clause, ...]]) -> Stretch:
    clauses = [clause for branch in branches for clause in branch]
    first = next((clause for clause in clauses if clause.kind != "subject"), clauses[0])
    end = max(clause.end for clause in clauses)
    noun = _NOUN.match(reading.statement.plain, end, reading.statement.end)
    start = first.start if first.kind in _TREATMENT else first.whole.start
    return Stretch(Part(start, noun.end() if noun is not None else end), tuple(branches))


_NOUN = rx(rf" {GENERIC_DISEASE}\b")  # "children with stage II disease": the clause is the stage alone


def _joined(reading: Reading, said: Sequence[Clause], number: int) -> int | None:
    """Where the branch of a population begins, if "and" or "or" joins it to words before: there, or at its treatment."""
    at = number
    while at > 0:
        before = max(clause.end for clause in said[:at])
        if said[at].start >= before and _joins(reading, before, said[at].start):
            return at
        if said[at - 1].kind not in _TREATMENT:
            return None
        at -= 1
    return None


def _joins(reading: Reading, before: int, start: int) -> bool:
    """Whether "and" or "or" leads to a clause: right before it, or as its own first word."""
    text = reading.statement.plain
    return _ENDS_IN_JOINT.search(text, before, start) is not None or _JOINT.match(text, start) is not None


def _first_branch(said: Sequence[Clause], start: int) -> int:
    """Where the branch before a joint begins; at the joint, where what stands before it holds for both."""
    first = start
    while first > 0 and said[first - 1].kind in _WITHIN and said[first - 1].rule != "site":
        first -= 1
        if said[first].kind == "population":
            break
    by_patients = said[first].kind == "population" if first < start else False
    if said[start].kind == "population" and first < start and not by_patients:
        return first
    if not by_patients:
        return start  # "alone or with X in adults": the adults are of both
    if said[start].kind != "population":
        while first > 0 and said[first - 1].kind in _TREATMENT:
            first -= 1
    return first


def _to_end(reading: Reading, said: Sequence[Clause], start: int, *, ends: bool = True) -> tuple[Clause, ...]:
    """The clauses of a branch: up to another verb, the next joint, or (`ends`) a treatment set apart by a comma."""
    patients = False
    end = start
    while end < len(said) and said[end].kind in _WITHIN:
        one = said[end]
        if end > start and (one.kind == "population" or one.kind in _TREATMENT) and patients:
            before = max(clause.end for clause in said[:end])
            between = reading.statement.plain[before : max(before, one.start + len(", or "))]
            apart = one.start >= before and (one.kind == "population" or (ends and between.lstrip().startswith(",")))
            if apart or (one.start >= before and _JOINT.match(between) and _of_another(said, end)):
                break
        patients = patients or one.kind == "population"
        end += 1
    return tuple(said[start:end])


def _of_another(said: Sequence[Clause], number: int) -> bool:
    """Whether the treatments from here on lead to other patients."""
    while number < len(said) and said[number].kind in _TREATMENT:
        number += 1
    return number < len(said) and said[number].kind == "population"


def _two_groups_apart(reading: Reading, clause: Clause) -> bool:
    """Reads "in adults, or in children whose …": what follows is said of the last group alone."""
    if len(clause.groups) < 2 or not clause.groups[-1].bound:  # noqa: PLR2004 - one group has no other beside it
        return False
    one, last = clause.groups[-2:]
    return _APART.search(reading.statement.plain, (one.age or one.noun).end, last.noun.start) is not None


def in_a_branch(reading: Reading, clause: Clause) -> bool:
    """Whether a clause is said of some of the patients only, or of one way of use among several."""
    return reading.another_way or any(one.binds and one.holds(clause) for one in stretches(reading))


def says_another_way(reading: Reading) -> int | None:
    """Where "also" stands in "It is also used in children who …", None where a sentence does not say another way of use."""
    for clause in reading.of("carrier"):
        found = _ALSO.search(reading.statement.plain, clause.start, clause.end)
        if found is not None:
            return found.start()
    return None
