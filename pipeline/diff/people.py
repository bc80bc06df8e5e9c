"""Which changes come of people: of a correction that is applied now, or of one that was and is no longer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from pipeline.diff.changes import Aspect
from pipeline.diff.words import fold
from pipeline.fields import FIELDS
from pipeline.model import DrugFacts, Fact, Review, Use

#: What people decided, by which the values are as they are in the old and in the new snapshot.
Decided: TypeAlias = tuple[tuple[Review, ...], tuple[Review, ...]]

#: The fields of a use, as corrections name them, that an aspect is made of.
_FIELDS: Final[dict[str, frozenset[str]]] = {
    **{field.aspect: frozenset({field.name}) for field in FIELDS if field.aspect},
    "population": frozenset({"populations"}),
    "prior-therapy": frozenset({"prior"}),
    "combination": frozenset({"therapies", "alone"}),
    "phase": frozenset({"phases"}),
    "qualifier": frozenset({"qualifiers"}),
    "brand": frozenset({"brands"}),
    "approval_status": frozenset({"approval_status"}),
    "intent": frozenset({"intent"}),
}


def on_aspect(aspect: Aspect, before: Use, after: Use) -> Decided:
    """The corrections of a use that stayed which gave it values in an aspect."""
    fields = _FIELDS.get(aspect, frozenset())
    was, now = ([one for one in use.reviews if fields.intersection(one.changed)] for use in (before, after))
    return tuple(was), tuple(now)


def on_use(text: Fact, old: DrugFacts, new: DrugFacts) -> Decided:
    """The corrections that changed or withheld a use with these words, where it is on one of the pages alone."""
    return tuple(_on_words(text, old)), tuple(_on_words(text, new))


def on_page(old: DrugFacts, new: DrugFacts) -> Decided:
    """Whatever was decided on a page and is no longer, and the other way round: where no fact changed, mere verdicts too."""
    was, now = _all(old), _all(new)
    return tuple(one for one in was if one not in now), tuple(one for one in now if one not in was)


def _all(facts: DrugFacts) -> list[Review]:
    groups = (*(use.reviews for use in facts.uses), *(use.reviews for use in facts.withheld))
    return [review for group in groups for review in group]


def _on_words(text: Fact, facts: DrugFacts) -> Iterable[Review]:
    words = fold(text.text)
    yield from (one for use in facts.uses if fold(use.text.text) == words for one in use.reviews if one.changed)
    yield from (one for use in facts.withheld if fold(use.text.text) == words for one in use.reviews)
