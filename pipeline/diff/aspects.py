"""In what a use can be narrower, wider or another one: one row an aspect, each with how its statements compare."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.diff.changes import Aspect
from pipeline.diff.restriction import (
    ALONE,
    Direction,
    Statement,
    all_of,
    any_of,
    direction,
    named,
    of_people,
    of_treatments,
    people,
    texts,
    treatments,
)
from pipeline.diff.words import fold, words
from pipeline.fields import FIELDS
from pipeline.model import Fact, Population, PriorTherapy, Therapy, Use, facts_in

#: So many characters at most stand between two parts of a list (", that ").
_BESIDE: Final = 16


@dataclass(frozen=True, slots=True)
class AspectOfUse:
    """An aspect: `part` gives the facts of a use that state it, `said` what they say, `values` how a person reads them."""

    name: Aspect
    part: Callable[[Use], tuple[Fact | Population | None, ...]]
    said: Callable[[Use], Statement]
    within: Callable[[Statement, Statement], bool]
    values: Callable[[Use], tuple[str, ...]]

    def facts(self, use: Use) -> tuple[Fact, ...]:
        """Every fact of the aspect, at any depth."""
        return tuple(facts_in(self.part(use)))


def _list(name: Aspect, part: Callable[[Use], tuple[Fact, ...]], within: Callable[[Statement, Statement], bool]) -> AspectOfUse:
    each = (lambda use: _apart(part(use))) if name == "stage" else part
    return AspectOfUse(name, each, lambda use: texts(each(use)), within, lambda use: shown(part(use)))


def _apart(stages: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Stages one by one: "stage III or IV" is one quote, and is stage III or stage IV."""
    said = ((fact, re.split(r",? or |, ", fact.text)) for fact in stages)
    return tuple(replace(fact, text=part if " " in part else f"stage {part}") for fact, parts in said for part in parts)


def shown(facts: tuple[Fact, ...]) -> tuple[str, ...]:
    """Facts as a person reads them, in the order of the page."""
    return tuple(dict.fromkeys(fact.text for fact in sorted(facts, key=lambda fact: fact.spans)))


def _combination(use: Use) -> Statement:
    return treatments(use.therapies) | ({ALONE} if use.alone else frozenset())


def _names(parts: tuple[Therapy | PriorTherapy, ...]) -> tuple[Fact, ...]:
    """The treatments, not the phrases around them: a phrase with one more name holds all words of the one before."""
    return tuple(name for one in parts for name in one.names or (one.phrase,))


def _shown_combination(use: Use) -> tuple[str, ...]:
    return (*((use.alone.text,) if use.alone else ()), *map(_shown_therapy, use.therapies))


def _shown_therapy(one: Therapy | PriorTherapy) -> str:
    return one.phrase.text if one.mode == "required" else f"{one.phrase.text} [{one.mode.replace('_', ' ')}]"


def _phases(use: Use) -> Statement:
    return frozenset(enumerate(fold(one.phrase.text) for one in use.phases))


def _shown_phases(use: Use) -> tuple[str, ...]:
    return tuple(one.phrase.text for one in use.phases)


def _shown_population(one: Population) -> str:
    return ", ".join(dict.fromkeys(each.fact.text for each in one.characteristics))


#: How values that the page joins compare.
_JOINED: Final = {"or": any_of, "and": all_of, "named": named}
#: In the order in which changes of a use are told.
ASPECTS: Final = (
    *(_list(field.aspect, field.facts, _JOINED[field.joined]) for field in FIELDS if field.aspect),
    AspectOfUse(
        "population",
        lambda use: use.populations,
        lambda use: people(use.populations),
        of_people,
        lambda use: tuple(dict.fromkeys(map(_shown_population, use.populations))),
    ),
    AspectOfUse(
        "prior-therapy",
        lambda use: _names(use.prior),
        lambda use: treatments(use.prior),
        of_treatments,
        lambda use: tuple(map(_shown_therapy, use.prior)),
    ),
    AspectOfUse(
        "combination", lambda use: (use.alone, *_names(use.therapies)), _combination, of_treatments, _shown_combination
    ),
    AspectOfUse("phase", lambda use: tuple(one.phrase for one in use.phases), _phases, operator.eq, _shown_phases),
    _list("qualifier", lambda use: tuple(one.fact for one in use.qualifiers), all_of),
)


def quotes_of(use: Use) -> tuple[Fact, ...]:
    """Every sentence of the page that says something of a use, its own words first."""
    return tuple(fact for fact in (use.text, use.parent, use.lead, *use.evidence) if fact)


def change_of(aspect: AspectOfUse, old: Use, new: Use, before: str = "", after: str = "") -> Direction | None:
    """In which direction a use changed in an aspect, or None where it did not.

    A direction is claimed only where the words that came or went really came to the page or left it: a rule that takes the same
    words for something else, or leaves them unread, narrows and widens nothing.

    Args:
        aspect: The aspect.
        old: The use as it was.
        new: The use as it is.
        before: What stands unread on the old page.
        after: What stands unread on the new page.

    """
    was, now = aspect.said(old), aspect.said(new)
    if was == now:
        return None
    found = direction(was, now, aspect.within)
    gone, came = aspect.facts(old), aspect.facts(new)
    if (
        found == "changed"
        or (aspect.within is all_of and (_is_open(gone) or _is_open(came)))
        or _still_said(gone, came, new, after)
        or _still_said(came, gone, old, before)
    ):
        return "changed"
    return found


def _is_open(facts: Iterable[Fact]) -> bool:
    """Whether an "or" may join them: the last fact of "metastatic, refractory, or recurrent" is "refractory, or recurrent"."""
    ordered = sorted((fact for fact in facts if fact.spans), key=lambda fact: fact.spans)
    return any(
        ", or " in fold(other.text) and 0 < other.spans[0].start - one.spans[-1].end <= _BESIDE
        for one, other in pairwise(ordered)
    )


def _still_said(these: Iterable[Fact], others: Iterable[Fact], use: Use, unread: str) -> bool:
    """Whether a value that is not among the other facts of its aspect stands in the words of that use, or unread beside it."""
    kept = {words([fact.text]) for fact in others}
    there = words((unread, *(fact.text for fact in quotes_of(use))))
    return any(said <= there for said in (words([fact.text]) for fact in these) if said not in kept)
