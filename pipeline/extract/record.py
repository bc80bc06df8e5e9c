"""The facts as the annotation record: its field names, plus source, proof and accounting. A lossy export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.extract.beside import names_in
from pipeline.extract.leaf import CAUSE_FROM_LEAD
from pipeline.language import rx
from pipeline.meaning.causes import CAUSING_DISEASE, UNDERLYING
from pipeline.meaning.listed import conditions
from pipeline.meaning.said import BESIDE, INCLUDED, SHARED_NOUN
from pipeline.model import DrugFacts, Fact, Population, Use
from pipeline.phrases.diseases import diseases, ends_in_disease
from pipeline.phrases.nouns import noun_list
from pipeline.phrases.people_openers import people_end
from pipeline.phrases.words import words_of


def record(facts: DrugFacts) -> dict[str, Any]:
    """One record a page, keys always in the same order.

    `proof` gives, for each field, the spans (code points of the page) and rule of every quoted value; `sentences` counts what
    became of the sentences of the use section, and lists those that no rule read.
    """
    return {
        "slug": facts.slug.rpartition(".")[2],  # as the annotations name the page: without its publisher's id
        "kind": facts.kind,
        "name": facts.name.text if facts.name is not None else None,
        "brands": [brand.text for brand in facts.brands],
        "fda_status": facts.fda_status,
        "components": [component.name.text for component in facts.components],
        "uses": [_use(use) for use in facts.uses],
        "not_approved": [denial.text for denial in facts.denials],
        "source": facts.page.name,
        "sha256": facts.page.sha256,
        "proof": {
            "name": _proof(facts.name),
            "brands": [_proof(brand) for brand in facts.brands],
            "fda_status": _proof(facts.fda_status_fact),
            "components": [_proof(component.name) for component in facts.components],
            "not_approved": [_proof(denial) for denial in facts.denials],
        },
        "sentences": _accounting(facts),
    }


def _use(use: Use) -> dict[str, Any]:
    partners = [name for therapy in use.therapies if therapy.mode != "concurrent" for name in therapy.names]
    # the annotations give the disease below "bone damage caused by:" as the narrower condition, and in a label that of "due to X"
    from_lead = tuple(cause for cause in use.causes if cause.rule in (CAUSE_FROM_LEAD, CAUSING_DISEASE))
    narrower = (*use.narrower, *map(_without_examples, use.settings), *from_lead)
    included = [name for each in use.disease_status if each.rule == INCLUDED for name in _included(use, each)]
    included += [
        name
        for each in use.settings
        if (shown := _without_examples(each)) is not each
        for name in _included(use, replace(each, text=each.text[len(shown.text) :].lstrip(", ")))
    ]
    included += [name for each in use.disease_status if each.rule == BESIDE for name in names_in(each.text.strip("()"))]
    prior = [name for therapy in use.prior for name in therapy.names]
    characteristics = [c for population in use.populations for c in population.characteristics]
    return {
        "text": use.text.text,
        "parent": use.parent.text if use.parent is not None else None,
        "condition": _as_written(use.conditions),
        "subcondition": list(dict.fromkeys((*_as_written(narrower), *included, *_side_by_side(use.settings)))),
        "intent": use.intent,
        "intent_text": use.intent_text.text if use.intent_text is not None else None,
        "status": use.approval_status,
        "brands": _texts(use.brands),
        "ages": [age for age in ("adult", "adolescent", "child") if any(c.age_group == age for c in characteristics)],
        "min_age": _min_age(use),
        "sex": _sex(use.populations),
        "alone": use.alone is not None or any(step.alone is not None for step in use.phases if not _leads(use, step.phrase)),
        "with": _texts(partners),
        "prior": _texts(prior),
        "proof": {
            "text": _proof(use.text),
            "parent": _proof(use.parent),
            "condition": [_proof(fact) for fact in use.conditions],
            "subcondition": [_proof(fact) for fact in narrower],
            "intent": _proof(use.intent_text),
            "status": _proof(use.approval_status_fact or use.lead),
            "brands": [_proof(fact) for fact in use.brands],
            "population": [_proof(c.fact) for c in characteristics],
            "alone": _proof(use.alone),
            "with": [_proof(fact) for fact in partners],
            "prior": [_proof(fact) for fact in prior],
        },
    }


def _side_by_side(settings: Sequence[Fact]) -> list[str]:
    """Reads "agitation associated with schizophrenia and mania": the annotations list each disease of a setting that stays one."""
    found = []
    for each in map(_without_examples, settings):
        words = words_of(each.text, 0, len(each.text))
        parts = conditions(each.text, words, 0, len(words), plain=True) if each.rule == UNDERLYING else ()
        found += [each.text[a:b] for a, b in parts if len(parts) > 1]
    return found


_EXAMPLES = rx(r",? ?\(?(?:including|such as|e\.g\.),?\s")


def _without_examples(setting: Fact) -> Fact:
    """Reads "renal disease, including the nephrotic syndrome" as the annotations do: the disease, and beside it what it includes."""
    found = _EXAMPLES.search(setting.text) if setting.rule == UNDERLYING else None
    return replace(setting, text=setting.text[: found.start()]) if found is not None else setting


def _texts(facts: Any) -> list[str]:  # noqa: ANN401 - any iterable of facts
    return list(dict.fromkeys(fact.text for fact in facts))


def _leads(use: Use, said: Fact) -> bool:
    """Whether words stand in the opening sentence, whose "alone" the annotations do not count (convention 24)."""
    lead = use.lead.spans if use.lead is not None else ()
    return all(any(one.start <= span.start and span.end <= one.end for one in lead) for span in said.spans)


def _as_written(facts: Sequence[Fact]) -> list[str]:
    """Diseases without the noun that an earlier one shares with the last: the annotations split such a list as it is written."""
    last = next((one.text.split() for one in reversed(facts) if one.rule != SHARED_NOUN), [])
    return list(dict.fromkeys(_own_words(one.text, last) if one.rule == SHARED_NOUN else one.text for one in facts))


def _own_words(said: str, last: Sequence[str]) -> str:
    words = said.split()
    shared = next((n for n in range(len(words)) if n >= len(last) or words[-1 - n] != last[-1 - n]), len(words))
    return " ".join(words[: len(words) - shared])


def _included(use: Use, said: Fact) -> list[str]:
    """The diseases of "including those with X or Y", which the annotations list as narrower ones."""
    words = words_of(said.text, 0, len(said.text))
    first = next((number for number in range(1, len(words)) if not words[number].is_stop and words[number].low != "as"), 1)
    persons = people_end(words, first, len(words))
    if persons is not None and persons < len(words) and words[persons].low == "with":
        first = persons + 1
    listed = noun_list(words, first, len(words))
    if not listed.items:
        return []
    several = conditions(said.text, words, first, listed.end, plain=True) if len(listed.items) > 1 else ()
    of_form = [ends_in_disease(said.text[a:b]) for a, b in several]
    if len(several) > 1 and 2 * sum(of_form) >= len(several):
        return [said.text[a:b] for a, b in several]
    heads = tuple(one.text for one in use.conditions)
    named = diseases(said.text, words[first].start, words[listed.end - 1].end, heads) or ()
    return [said.text[slice(*one.place)] for one in named if one.kind == "narrower"]


def _proof(fact: Fact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {"spans": [[span.start, span.end] for span in fact.spans], "rule": fact.rule}


def _min_age(use: Use) -> str | None:
    """The lowest lower bound as a number and a unit."""
    days = {"day": 1, "week": 7, "month": 30, "year": 365}
    lows = [c.low for population in use.populations for c in population.characteristics if c.low is not None]
    if not lows:
        return None
    low = min(lows, key=lambda age: age.value * days[age.unit])
    return f"{low.value} {low.unit}{'' if low.value == 1 else 's'}"


def _sex(populations: tuple[Population, ...]) -> str | None:
    """The sex to which every alternative is limited."""
    each = [{c.sex for c in population.characteristics if c.sex is not None} for population in populations]
    found = {sex for sexes in each for sex in sexes}
    return found.pop() if len(found) == 1 and all(each) else None


def _accounting(facts: DrugFacts) -> dict[str, Any]:
    return {
        "total": len(facts.sentences),
        "read": len(facts.sentences) - len(facts.unread),
        "unread": [
            {"text": one.fact.text, "reason": one.reason, "spans": [[s.start, s.end] for s in one.fact.spans]}
            for one in facts.unread
        ],
    }
