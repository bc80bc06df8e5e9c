"""`code`: the facts of a page with the codes that the mapping tables have for their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.model import Coding, Component, DrugFacts, Fact, PriorTherapy, Therapy, Use
from pipeline.terminology import match
from pipeline.terminology.combination import ingredients
from pipeline.terminology.mapping import Mappings, Row
from pipeline.terminology.systems import ORDER, SYSTEMS, TREATMENT, SubjectKind


def code(facts: DrugFacts, mappings: Mappings) -> DrugFacts:
    """Put codes beside the words of the facts; words, spans and rules stay as they are.

    What is coded: the drug's or regimen's name, its brands, its components, the conditions, narrower conditions, settings and
    causes of every use, the treatments given with it and before it; for a fixed combination its ingredients, which are found
    here. An identifier that the page itself prints comes first: where it prints the drug's NCI Thesaurus code, no mapping
    adds one. Codings already there are kept, so that coding twice is coding once.

    Args:
        facts: One page's facts, as `extract` reads them.
        mappings: As `load` reads them.

    Returns:
        The same facts with `Fact.codings` filled, in the order of `SYSTEMS`, exact before broader.
    """
    if facts.name is None:
        return facts
    own = {"ncit"} if any(identifier.kind == "ncit" for identifier in facts.identifiers) else set()
    kind: SubjectKind = "regimen" if facts.kind == "regimen" else "drug"
    named = [row for row in match.whole(mappings, (kind,), facts.name.text) if row.system not in own]
    return replace(
        facts,
        name=_coded(facts.name, named),
        brands=_each(mappings, ("brand",), facts.brands),
        ingredients=facts.ingredients or _each(mappings, TREATMENT, ingredients(facts, mappings)),
        components=tuple(_component(mappings, component) for component in facts.components),
        uses=tuple(_use(mappings, use) for use in facts.uses),
    )


def _use(mappings: Mappings, use: Use) -> Use:
    return replace(
        use,
        conditions=_conditions(mappings, use.conditions),
        narrower=_conditions(mappings, use.narrower),
        settings=_conditions(mappings, use.settings),
        causes=_causes(mappings, use.causes),
        brands=_each(mappings, ("brand",), use.brands),
        therapies=tuple(_therapy(mappings, therapy) for therapy in use.therapies),
        prior=tuple(_prior(mappings, prior) for prior in use.prior),
    )


def _conditions(mappings: Mappings, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    texts = [fact.text for fact in facts]
    return tuple(_coded(fact, match.condition(mappings, fact.text, texts[place + 1 :])) for place, fact in enumerate(facts))


def _causes(mappings: Mappings, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """What causes a condition is a disease or a treatment ("nausea caused by chemotherapy")."""
    coded = _conditions(mappings, facts)
    return tuple(fact if fact.codings else _each(mappings, TREATMENT, (fact,))[0] for fact in coded)


def _therapy(mappings: Mappings, therapy: Therapy) -> Therapy:
    return replace(therapy, names=_each(mappings, TREATMENT, therapy.names))


def _prior(mappings: Mappings, prior: PriorTherapy) -> PriorTherapy:
    return replace(prior, names=_each(mappings, TREATMENT, prior.names))


def _component(mappings: Mappings, component: Component) -> Component:
    return replace(component, name=_each(mappings, TREATMENT, (component.name,))[0])


def _each(mappings: Mappings, kinds: Sequence[SubjectKind], facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(_coded(fact, match.whole(mappings, kinds, fact.text)) for fact in facts)


def _coded(fact: Fact, rows: Iterable[Row]) -> Fact:
    codings = {(coding.system, coding.code): coding for coding in fact.codings}
    for row in rows:
        coding = Coding(SYSTEMS[row.system].uri, row.code, row.display, row.relation, row.version)
        codings.setdefault((coding.system, coding.code), coding)
    if not codings:
        return fact
    return replace(fact, codings=tuple(sorted(codings.values(), key=_place)))


def _place(coding: Coding) -> tuple[bool, int, str]:
    return coding.relation != "exact", ORDER.get(coding.system, len(ORDER)), coding.code
