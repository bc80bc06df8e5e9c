"""The populations of a use, from what its sentences say of the patients, outermost first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.extract.state import runs_of
from pipeline.meaning.said import Reading, Said
from pipeline.model import Characteristic, Population
from pipeline.phrases.people import Group

_OF_BODY = re.compile(r"\b(?:weigh\w*|body|bones?|tall|puberty|kilograms?|pounds?)\b", re.IGNORECASE)
_BEHIND_COMMA = re.compile(r",\s+(?:all of whom|both of whom|who|whose)\s+\Z", re.IGNORECASE)
_LEAD = re.compile(r"(?:(?:and|or)\s+)?(?:who\s+)?", re.IGNORECASE)


def populations_of(readings: Iterable[Reading], *, preventive: bool = False) -> tuple[Population, ...]:
    """The alternatives that the sentences of one element name; sentences narrow each other where they can.

    `preventive`: a disease "in patients with X" says who they are, not what is treated.
    """
    found: tuple[Population, ...] = ()
    for reading in readings:
        for each in _alternatives(reading, preventive=preventive):
            found = narrowed(found, each, keep=True)
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


def narrowed_for_one(outer: tuple[Population, ...], inner: tuple[Population, ...]) -> tuple[Population, ...]:
    """`outer`, where `inner` restricts only those of its age and sex; all of it where they are not among several."""
    named = [c for one in inner for c in one.characteristics if c.age_group or c.sex]
    of_it = [
        one for one in outer if any(c.age_group == n.age_group and c.sex == n.sex for n in named for c in one.characteristics)
    ]
    others = tuple(one for one in outer if one not in of_it)
    if not of_it or any(_fit(a, b) for a in others for b in inner):
        return narrowed(outer, inner)
    return tuple(each for one in outer for each in ((one,) if one in others else narrowed((one,), inner)))


def widened(some: tuple[Population, ...], more: Iterable[Population]) -> tuple[Population, ...]:
    """`some` and those of `more` that say something else."""
    found: dict[tuple[tuple[object, ...], ...], Population] = {}
    for one in (*some, *more):
        found.setdefault(tuple(map(_meaning, one.characteristics)), one)
    return tuple(found.values())


def without_duplicates(populations: tuple[Population, ...]) -> tuple[Population, ...]:
    """The same alternatives, each once; an alternative without any characteristic says nothing and goes."""
    kept: list[Population] = []
    for one in populations:
        if one.characteristics and one not in kept:
            kept.append(replace(one))
    return tuple(kept)


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
    return one.kind, words, one.age_group, one.sex, one.low, one.high, one.low_exclusive, one.high_exclusive


def _alternatives(reading: Reading, *, preventive: bool) -> list[tuple[Population, ...]]:
    """The alternatives of each run of patients in a sentence: "adults and in adolescents whose …" gives two side by side."""
    found: list[tuple[Population, ...]] = []
    groups: list[list[Characteristic]] = []
    bound = comma = False
    for one in _of_patients(reading, preventive=preventive):
        if one.kind == "population":
            mine = [list(_characteristics(reading, group, aged=not _one_of_several(reading, one))) for group in one.groups]
            joined = bool(groups) and one.mode.startswith(("and", "or"))
            if not joined and groups:
                found.append(_populations(groups))
                groups = []
            groups.extend(mine)
            comma = "," in one.mode
            bound = (joined and one.mode.endswith("+")) or (len(one.groups) > 1 and one.groups[-1].bound)
            continue
        said = _described(reading, one)
        if not groups:
            groups = [[]]
        apart = _BEHIND_COMMA.search(reading.statement.plain[: one.place[0]]) is not None  # "in men, and in women, who have X"
        # "in adults and in children whose cancer has spread": without a comma it may be said of both, and then it must not be lost
        of_last = (
            bound
            and not apart
            and one.rule != "one-of-several"
            and (comma or one.groups or _OF_BODY.search(said.fact.text) is not None)
        )
        for each in groups[-1:] if of_last else groups:
            each.append(said)
    if groups:
        found.append(_populations(groups))
    return found


def _of_patients(reading: Reading, *, preventive: bool) -> list[Said]:
    """What a sentence says of the patients; alternatives of what is said of them are quoted together."""
    runs = [Said("description", "one-of-several", place) for kind, place in runs_of(reading) if kind == "description"]
    own = [
        one
        for one in reading.said
        if one.kind == "population"
        or (one.kind == "description" and not one.some)
        or (preventive and one.kind == "narrower" and one.rule in ("disease-of-patients", "whose-disease"))
    ]
    return _whole(reading, sorted([*own, *runs], key=lambda one: one.place) if runs else own)


def _whole(reading: Reading, told: Sequence[Said]) -> list[Said]:
    """Reads "who have anemia that needed blood transfusions" as one: what is said of a thing is quoted with it."""
    kept: list[Said] = []
    for one in told:
        last = kept[-1] if kept else None
        goes_on = last is not None and last.kind == one.kind == "description" and not last.groups and not one.groups
        if last is not None and goes_on and reading.text((last.place[1], one.place[0])) == " ":
            kept[-1] = replace(last, place=(last.place[0], one.place[1]))
        else:
            kept.append(one)
    return kept


def _one_of_several(reading: Reading, one: Said) -> bool:
    """Reads "adults aged 75 years or older, or who cannot receive X": the age is not required, for there is another way."""
    run = next((place for _, place in runs_of(reading) if place[0] <= one.place[0] and one.place[1] <= place[1]), None)
    if run is None:
        return False
    inside = [each for each in reading.said if run[0] <= each.place[0] and each.place[1] <= run[1]]
    return len([each for each in inside if each.kind == "population"]) == 1 and inside[0] is one


def _populations(groups: Sequence[Sequence[Characteristic]]) -> tuple[Population, ...]:
    return tuple(Population(tuple(one)) for one in groups if one)


def _described(reading: Reading, one: Said) -> Characteristic:
    if one.groups:
        return next(iter(_characteristics(reading, one.groups[0])))
    lead = _LEAD.match(reading.statement.plain, one.place[0], one.place[1])
    start = lead.end() if lead is not None else one.place[0]
    return Characteristic("description", reading.quote((start, one.place[1]), one.rule))


def _characteristics(reading: Reading, group: Group, *, aged: bool = True) -> Iterable[Characteristic]:
    if group.age_group is not None:
        yield Characteristic("age-group", reading.quote(group.noun, "age-group"), age_group=group.age_group)
    if group.age is not None and aged:
        age = group.age
        yield Characteristic(
            "age-range", reading.quote(age.place, "age-range"), low=age.low, high=age.high,
            low_exclusive=age.low_exclusive, high_exclusive=age.high_exclusive,
        )  # fmt: skip
    if group.sex is not None:
        yield Characteristic("sex", reading.quote(group.noun, "sex"), sex=group.sex)
    if group.menopausal is not None:
        yield Characteristic("menopausal-status", reading.quote(group.menopausal, "menopausal-status"))
    if group.some is not None:
        yield Characteristic("description", reading.quote(group.some, "some-patients"))
