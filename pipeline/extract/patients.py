"""The populations of a use, from the population clauses of its leaf, its parents and its lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.extract.branches import stretches
from pipeline.extract.clauses import Clause, Group, Part, Reading
from pipeline.extract.disease_state import disease_state
from pipeline.extract.quote import fact
from pipeline.model import Characteristic, Fact, Population

_DESCRIPTION_START = re.compile(r"(?:(?:and|or)\s+)?(?:who\s+)?", re.IGNORECASE)
_OR = re.compile(r"\bor\b", re.IGNORECASE)


def populations_of(readings: Iterable[Reading], *, with_diseases: bool = False) -> tuple[Population, ...]:
    """The alternatives that one item's sentences name; sentences narrow each other where they can.

    `with_diseases`: "in patients with X" says who they are (of a preventive use), not what is treated.
    """
    found: tuple[Population, ...] = ()
    for reading in readings:
        for sets in _per_clause(reading, with_diseases=with_diseases):
            found = narrowed(found, sets, keep=True)
    return found


def narrowed(outer: tuple[Population, ...], inner: tuple[Population, ...], *, keep: bool = False) -> tuple[Population, ...]:
    """`outer` restricted by `inner`. With `keep`, what cannot be combined stays as an alternative; without, `inner` wins."""
    if not outer or not inner:
        return outer or inner
    pairs = [(a, b) for a in outer for b in inner if _fit(a, b)]
    merged = tuple(_merge(a, b) for a, b in pairs)
    if not keep:
        return merged + tuple(b for b in inner if not any(b is fitted for _, fitted in pairs))
    left = tuple(a for a in outer if not any(a is fitted for fitted, _ in pairs))
    right = tuple(b for b in inner if not any(b is fitted for _, fitted in pairs))
    return left + merged + right


def widened(some: tuple[Population, ...], more: Iterable[Population]) -> tuple[Population, ...]:
    """`some` and those of `more` that say something else."""
    found: dict[tuple[tuple[object, ...], ...], Population] = {}
    for one in (*some, *more):
        found.setdefault(tuple(map(_meaning, one.characteristics)), one)
    return tuple(found.values())


def _fit(a: Population, b: Population) -> bool:
    for kind in ("age_group", "sex"):
        one = {getattr(c, kind) for c in a.characteristics if getattr(c, kind)}
        other = {getattr(c, kind) for c in b.characteristics if getattr(c, kind)}
        if one and other and not one & other:
            return False
    statuses = [{c.fact.text.casefold() for c in one.characteristics if c.kind == "menopausal-status"} for one in (a, b)]
    return not all(statuses) or bool(statuses[0] & statuses[1])


def _merge(a: Population, b: Population) -> Population:
    seen = {_meaning(one) for one in a.characteristics}
    return Population(a.characteristics + tuple(one for one in b.characteristics if _meaning(one) not in seen))


def _meaning(one: Characteristic) -> tuple[object, ...]:
    words = one.fact.text.casefold() if one.kind in ("description", "menopausal-status") else ""
    ages = one.low, one.high, one.low_exclusive, one.high_exclusive
    return one.kind, words, one.age_group, one.sex, *ages


def _per_clause(reading: Reading, *, with_diseases: bool) -> Iterator[tuple[Population, ...]]:
    """The alternatives of each population clause; branches that stand side by side are alternatives of one another."""
    skipped = disease_state(reading).alternative
    clauses = [
        clause
        for clause in reading.clauses
        if clause.kind == "population"
        or (clause.kind == "description" and clause.start not in skipped)
        or (with_diseases and clause.rule == "disease-of-patients" and clause.kind == "narrower")
    ]
    found = stretches(reading)
    yield from _sets(reading, [clause for clause in clauses if not any(one.holds(clause) for one in found)])
    for one in found:
        branches = one.branches[1:] if one.shared else one.branches
        sets = [list(_sets(reading, [clause for clause in clauses if clause in branch])) for branch in branches]
        if all(
            each and all(population.characteristics for alternatives in each for population in alternatives) for each in sets
        ):
            yield widened((), (population for each in sets for alternatives in each for population in alternatives))


def _sets(reading: Reading, clauses: Iterable[Clause]) -> Iterator[tuple[Population, ...]]:
    """Each population clause with the descriptions that follow it; descriptions before any go with all patients."""
    base: list[list[Characteristic]] = []
    groups: list[list[Characteristic]] = []
    bound = False
    last: Clause | None = None
    for clause in clauses:
        if clause.kind == "population":
            if groups:
                yield _populations(groups)
            base = [_characteristics(reading, group) for group in clause.groups]
            groups = [list(one) for one in base]
            bound = len(clause.groups) > 1 and clause.groups[-1].bound
            last = clause if any(base) else None
            continue
        said = _described(reading, clause)
        if not groups:
            base, groups = [[]], [[]]
        if last is not None and _OR.search(reading.statement.plain, last.end, clause.start + len("or ")):
            # "who are 75 or older or who cannot receive X", "aged 75 years or older, or who cannot receive X"
            whom = base if last.kind != "population" else [[c for c in one if c.kind != "age-range"] for one in base]
            groups.extend([*one, said] for one in whom)
        else:
            for one in groups[-1:] if bound else groups:
                one.append(said)
        last = clause
    if groups:
        yield _populations(groups)


def _populations(groups: list[list[Characteristic]]) -> tuple[Population, ...]:
    return tuple(Population(tuple(one)) for one in groups if one)


def _described(reading: Reading, clause: Clause) -> Characteristic:
    if clause.groups:
        return _characteristics(reading, clause.groups[0])[0]
    part = clause.whole
    said = reading.text(part)
    start = part.start + (opening.end() if (opening := _DESCRIPTION_START.match(said)) is not None else 0)
    return Characteristic("description", fact(reading.statement.block, start, part.end, clause.rule))


def _characteristics(reading: Reading, group: Group) -> list[Characteristic]:
    block = reading.statement.block

    def quoted(part: Part, rule: str) -> Fact:
        return fact(block, part.start, part.end, rule)

    found = []
    if group.age_group is not None:
        found.append(Characteristic("age-group", quoted(group.noun, "age-group"), age_group=group.age_group))
    if group.age is not None:
        age = Characteristic("age-range", quoted(group.age, "age-range"), low=group.low, high=group.high)
        over, under = (group.exclusive and other is None for other in (group.high, group.low))
        found.append(replace(age, low_exclusive=over, high_exclusive=under))
    if group.sex is not None:
        found.append(Characteristic("sex", quoted(group.noun, "sex"), sex=group.sex))
    if group.menopausal is not None:
        found.append(Characteristic("menopausal-status", quoted(group.menopausal, "menopausal-status")))
    if group.some is not None:
        found.append(Characteristic("description", quoted(group.some, "some-patients")))
    return found


def without_duplicates(populations: tuple[Population, ...]) -> tuple[Population, ...]:
    """The same alternatives, each once; an alternative without any characteristic says nothing and goes."""
    kept: list[Population] = []
    for one in populations:
        if one.characteristics and one not in kept:
            kept.append(replace(one))
    return tuple(kept)
