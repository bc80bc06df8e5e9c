"""When one statement admits fewer patients than another: what "narrower" and "wider" mean, and where nobody can tell.

Two kinds of lists are told apart. The page joins conditions, narrower conditions, settings, causes, stages and populations by
"or": one more of them admits more patients. It joins disease status, biomarkers, required therapies and what a population
must be by "and": one more of them admits fewer. An empty list restricts nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.diff.words import fold, words
from pipeline.model import Age, Characteristic, Fact, Population, PriorTherapy, Therapy

Direction: TypeAlias = Literal["narrowed", "widened", "changed"]
Statement: TypeAlias = frozenset[Hashable]

#: Words that join the names of treatments and say nothing beside them.
_JOINTS = frozenset({"a", "an", "and", "either", "or", "the", "with"})
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Clause:
    """A treatment that a use asks for: its mode, the names, and the words of its phrase that neither name nor join them.

    Where the names do not say which of them go together, `rest` is the whole phrase: such clauses are equal or not comparable.
    """

    mode: str
    names: frozenset[str]
    rest: tuple[str, ...]


#: For an inner and an outer clause: whether the names of the first leave no patient whom the second does not admit.
_IMPLIED: dict[tuple[str, str], Callable[[frozenset[str], frozenset[str]], bool]] = {
    ("required", "required"): operator.ge,
    ("concurrent", "concurrent"): operator.ge,
    ("alternative", "alternative"): operator.le,
    ("one_of", "one_of"): operator.le,
    ("required", "alternative"): lambda all_of_these, one_of_these: bool(all_of_these & one_of_these),
    ("required", "one_of"): lambda all_of_these, one_of_these: bool(all_of_these & one_of_these),
}
ALONE = Clause("alone", frozenset(), ())


def direction(old: Statement, new: Statement, within: Callable[[Statement, Statement], bool]) -> Direction:
    """Whether a statement that is not the same any more admits fewer patients, more, or nobody can tell.

    Args:
        old: What was said.
        new: What is said.
        within: Whether all patients of its first statement surely are patients of its second.

    """
    narrower, wider = within(new, old), within(old, new)
    if narrower == wider:
        return "changed"
    return "narrowed" if narrower else "widened"


# What a statement is of, as values that are equal where the page says the same


def texts(facts: tuple[Fact, ...]) -> Statement:
    """Facts by their words."""
    return frozenset(fold(fact.text) for fact in facts)


def people(populations: tuple[Population, ...]) -> Statement:
    """Populations, each by the set of what its patients must be."""
    return frozenset(frozenset(map(_characteristic, one.characteristics)) for one in populations)


def treatments(parts: tuple[Therapy | PriorTherapy, ...]) -> Statement:
    """Therapies (given with it, or before) as clauses."""
    return frozenset(map(_clause, parts))


def _clause(part: Therapy | PriorTherapy) -> Clause:
    names = frozenset(fold(name.text) for name in part.names)
    phrase = fold(part.phrase.text)
    if part.mode in {"combination", "conditional"}:
        return Clause(part.mode, names, (phrase,))
    return Clause(part.mode, names, tuple(sorted(words([phrase]) - words(names) - _JOINTS)))


def _characteristic(one: Characteristic) -> tuple[Hashable, ...]:
    match one.kind:
        case "age-group" if one.age_group:
            return (one.kind, one.age_group)
        case "age-range" if one.low or one.high:
            return (one.kind, one.low, one.high, one.low_exclusive, one.high_exclusive)
        case "sex" if one.sex:
            return (one.kind, one.sex)
        case _:
            return (one.kind, fold(one.fact.text))


# Whether the patients of one statement surely are patients of another


def any_of(inner: Statement, outer: Statement) -> bool:
    """Statements whose parts are alternatives."""
    return not outer or (bool(inner) and inner <= outer)


def all_of(inner: Statement, outer: Statement) -> bool:
    """Statements whose parts all must hold."""
    return inner >= outer


def named(inner: Statement, outer: Statement) -> bool:
    """Conditions: alternatives too, but a use without one is not a use of anything."""
    return bool(inner) and inner <= outer


def of_people(inner: Statement, outer: Statement) -> bool:
    """Populations: each of the inner ones is one of the outer ones, or part of it."""
    return not outer or (bool(inner) and all(any(_is_part(one, other) for other in outer) for one in inner))


def of_treatments(inner: Statement, outer: Statement) -> bool:
    """Therapies: whatever the outer statement asks for, the inner one asks for too.

    An option asks for nothing. Statements of which one alone says "alone" are not comparable: in "alone or with other drugs"
    it means the opposite of a restriction.
    """
    if (ALONE in inner) != (ALONE in outer):
        return False
    asked = (one for one in outer if not (isinstance(one, Clause) and one.mode == "optional"))
    return all(any(_implies(one, other) for one in inner) for other in asked)


def _implies(one: Hashable, other: Hashable) -> bool:
    if one == other:
        return True
    if not isinstance(one, Clause) or not isinstance(other, Clause):
        return False
    implied = _IMPLIED.get((one.mode, other.mode))
    return implied is not None and one.rest == other.rest and implied(one.names, other.names)


def _is_part(inner: Hashable, outer: Hashable) -> bool:
    if not isinstance(inner, frozenset) or not isinstance(outer, frozenset):
        return inner == outer
    return all(any(_lies_in(one, other) for one in inner) for other in outer)


def _lies_in(one: Hashable, other: Hashable) -> bool:
    match one, other:
        case ("age-range", low, high, *left_out), ("age-range", lowest, highest, *outer_left_out):
            return (lowest is None or _reaches(low, lowest, *_ends(left_out, outer_left_out, 0))) and (
                highest is None or _reaches(highest, high, *_ends(left_out, outer_left_out, 1))
            )
        case _:
            return one == other


def _ends(inner: Sequence[object], outer: Sequence[object], side: int) -> tuple[bool, bool]:
    """Whether the inner and the outer range leave out their bound at a side (0: low, 1: high)."""
    return bool(inner[side]), bool(outer[side])


def _reaches(age: object, bound: object, left_out: bool, bound_left_out: bool) -> bool:  # noqa: FBT001 - each beside its age
    """Whether an age is surely not below another. Months and days have no common measure: 4 weeks are not surely a month.

    A bound that the outer range leaves out is only reached by the same one if the inner range leaves it out too.
    """
    for units in (_MONTHS, _DAYS):
        if isinstance(age, Age) and isinstance(bound, Age) and age.unit in units and bound.unit in units:
            of_age, of_bound = age.value * units[age.unit], bound.value * units[bound.unit]
            return of_age > of_bound or (of_age == of_bound and (left_out or not bound_left_out))
    return False
