"""A use with the values that a reviewer gave it, each a quotation of its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pipeline.correct.corrections import (
    ApprovalStatusEdit,
    CharacteristicEdit,
    Edits,
    IntentEdit,
    PriorEdit,
    QualifierEdit,
    Quote,
    TherapyEdit,
)
from pipeline.correct.quoting import NO_AGE, RULE, Passage, UnquotableError, says_age
from pipeline.fields import FIELDS
from pipeline.model import Characteristic, DrugFacts, Fact, Population, PriorTherapy, Qualifier, Therapy, Use

_PLAIN = {field.name: field for field in FIELDS}
#: What a reviewer chooses, and the field with the words that say it.
_WORDS = {"intent": "intent_text", "approval_status": "approval_status_fact"}


def edited(use: Use, edits: Edits, facts: DrugFacts) -> Use:
    """The use with other values in the fields that are edited.

    A value that the use already has in a field stays as it was read, with its place and rule; every other one is quoted anew.

    Raises:
        UnquotableError: E114 (words that do not stand there), E115 (words that stand there more than once), E116 (an age that
            the words do not say).
    """
    said = [use.text, *(one for one in (use.parent, use.lead) if one is not None), *use.evidence]
    passage = Passage(facts.page, _spans(said), _spans(sentence.fact for sentence in facts.sentences))
    changed: dict[str, Any] = {}
    for name in edits.changed:
        new, old = getattr(edits, name), getattr(use, name)
        if name in _PLAIN:
            # A brand is named on the page beside its uses, if not in them.
            found = _quoted(new, _PLAIN[name].facts(use), passage, facts.brands if name == "brands" else ())
            changed[name] = found if not _PLAIN[name].single else found[0] if found else None
        elif name == "populations":
            changed[name] = tuple(_population(each, old, passage) for each in new)
        elif name == "qualifiers":
            changed[name] = tuple(_qualifier(each, old, passage) for each in new)
        elif name in _WORDS:
            changed |= {name: new.choice, _WORDS[name]: _chosen(new, old, getattr(use, _WORDS[name]), passage)}
        else:
            changed[name] = tuple(_treatment(each, old, passage) for each in new)
    return replace(use, **changed)


def _spans(facts: Iterable[Fact]) -> tuple[Any, ...]:
    return tuple(span for fact in facts for span in fact.spans)


def _kept(quote: Quote, old: Iterable[Fact]) -> Fact | None:
    """The value that a field has already, if the quote means that one."""
    return next((one for one in old if one.text == quote.text and quote.span in {None, *one.spans}), None)


def _quoted(new: Sequence[Quote], old: Sequence[Fact], passage: Passage, named: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(_one(quote, old, passage, named) for quote in new))


def _one(quote: Quote, old: Sequence[Fact], passage: Passage, named: Sequence[Fact] = ()) -> Fact:
    kept = _kept(quote, old)
    if kept is not None:
        return kept
    try:
        return passage.find(quote)
    except UnquotableError:
        brand = _kept(quote, named)
        if brand is None:
            raise
        return replace(brand, rule=RULE)


def _chosen(edit: IntentEdit | ApprovalStatusEdit, choice: str, old: Fact | None, passage: Passage) -> Fact:
    kept = _kept(edit.quote, (old,) if old is not None else ())
    if kept is not None:
        # The words stay, what they mean is the reviewer's.
        return kept if edit.choice == choice else replace(kept, rule=RULE)
    return passage.find(edit.quote)


def _population(new: Sequence[CharacteristicEdit], old: Sequence[Population], passage: Passage) -> Population:
    known = [each for population in old for each in population.characteristics]
    return Population(tuple(_characteristic(each, known, passage) for each in new))


def _characteristic(new: CharacteristicEdit, old: Sequence[Characteristic], passage: Passage) -> Characteristic:
    for bound in (new.low, new.high):
        if bound is not None and not says_age(new.quote.text, bound):
            raise UnquotableError(NO_AGE, f"“{new.quote.text}” does not say {bound.value} {bound.unit}")
    fact = _kept(new.quote, [each.fact for each in old]) or passage.find(new.quote)
    made = Characteristic(new.kind, fact, new.age_group, new.low, new.high, new.sex, new.low_exclusive, new.high_exclusive)
    return made if made in old else replace(made, fact=replace(fact, rule=RULE))


def _qualifier(new: QualifierEdit, old: Sequence[Qualifier], passage: Passage) -> Qualifier:
    fact = _kept(new.quote, [each.fact for each in old]) or passage.find(new.quote)
    made = Qualifier(fact, new.of, new.kind)
    return made if made in old else replace(made, fact=replace(fact, rule=RULE))


def _treatment(new: TherapyEdit | PriorEdit, old: Sequence[Therapy | PriorTherapy], passage: Passage) -> Therapy | PriorTherapy:
    names = [name for each in old for name in each.names]
    phrase = _kept(new.phrase, [each.phrase for each in old]) or passage.find(new.phrase)
    found = tuple(_kept(name, names) or passage.find(name, phrase.spans) for name in new.names)
    if isinstance(new, TherapyEdit):
        therapy: Therapy | PriorTherapy = Therapy(new.mode, phrase, found)
    else:
        therapy = PriorTherapy(new.mode, phrase, found)
    return therapy if therapy in old else replace(therapy, phrase=replace(phrase, rule=RULE))
