"""A drug's page: what the template needs, put together from what the snapshot says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipeline.correct import Correction
from pipeline.errors import Problem
from pipeline.fields import FIELDS
from pipeline.model import DrugFacts, Resource
from pipeline.review.cards import FDA, IDENTIFIERS, Card, Comparison, Field, Value, cards_of, comparison_of, value_of
from pipeline.review.editable import CHOICES, editable
from pipeline.review.marks import Mark, Marks
from pipeline.review.overview import file_of
from pipeline.review.source import Source, source_of
from pipeline.snapshot import Record


@dataclass(frozen=True, slots=True)
class Near:
    """Another drug or regimen of the snapshot, to go to: its name, letter in a regimen's name, and file if it is published."""

    value: Value | None
    name: str
    file: str | None
    letter: str = ""


@dataclass(frozen=True, slots=True)
class DrugView:
    """All that a drug's page shows. `decisions` are what people decided on each use, by the place of its text.

    `stale` is the day on which the page was read last, if it cannot be read now.
    `sampled` are the places of uses that were drawn at random.
    """

    facts: DrugFacts
    stale: str | None
    name: str
    cards: tuple[Card, ...]
    #: The cards in their order, those that follow each other under the same sentences with these.
    groups: tuple[tuple[tuple[Value, ...], tuple[Card, ...]], ...]
    comparison: Comparison | None
    identity: tuple[Field, ...]
    said: tuple[Field, ...]
    components: tuple[Near, ...]
    regimens: tuple[Near, ...]
    source: Source
    marks: tuple[Mark, ...]
    findings: tuple[Problem, ...]
    decisions: Mapping[int, tuple[Correction, ...]]
    sampled: Collection[int]
    data: Mapping[str, Any]


def view_of(  # noqa: PLR0913, PLR0917 - what one page shows comes from seven places
    record: Record,
    shared: Iterable[Resource],
    published: Iterable[str],
    regimens: Iterable[tuple[str, str]],
    findings: tuple[Problem, ...],
    corrections: Iterable[Correction],
    sampled: Collection[int],
) -> DrugView:
    """Everything that a drug's page shows.

    Args:
        record: The drug as the snapshot has it.
        shared: The resources that every page names.
        published: The slugs of all published drugs.
        regimens: Slug and name of the regimens that the drug is part of.
        findings: What was found about its page.
        corrections: What people decided on this version of its page.
        sampled: The places of its uses that were drawn at random.
    """
    facts, marks = record.facts, Marks()
    known = frozenset(published)
    cards = cards_of(facts, record.indications, marks)
    identity = tuple(field for field in _identity(facts, marks) if field.groups)
    said = tuple(field for field in _said(facts, marks) if field.groups)
    components = tuple(
        Near(
            value_of("drug", one.name, marks),
            one.name.text,
            file_of(one.slug) if one.slug in known and one.slug is not None else None,
            one.letter.text if one.letter else "",
        )
        for one in facts.components
    )
    decisions: dict[int, tuple[Correction, ...]] = {}
    for one in corrections:
        decisions[one.span.start] = (*decisions.get(one.span.start, ()), one)
    resources = [*record.resources, *shared]
    return DrugView(
        facts=facts,
        stale=record.input.stale,
        name=facts.name.text if facts.name else facts.slug,
        cards=cards,
        groups=tuple((opening, tuple(each)) for opening, each in groupby(cards, key=lambda card: card.opening)),
        comparison=comparison_of(cards) if len(cards) > 1 else None,
        identity=identity,
        said=said,
        components=components,
        regimens=tuple(Near(None, name, file_of(slug)) for slug, name in regimens),
        source=source_of(facts.page, marks.all, findings),
        marks=tuple(marks.all),
        findings=findings,
        decisions=decisions,
        sampled=sampled,
        data={
            "drug": facts.slug,
            "page": facts.page.name,
            "sha256": facts.page.sha256,
            "uses": [
                [
                    card.offset,
                    card.length,
                    card.text.text,
                    card.reading,
                    card.indications[0] if card.indications else "",
                    card.offset in sampled,
                    editable(use),
                ]
                for card, use in zip(cards, facts.uses, strict=True)
            ],
            "fields": {field.name: field.label for field in FIELDS},
            "single": [field.name for field in FIELDS if field.single],
            "choices": CHOICES,
            "resources": resources,
            "elsewhere": dict(_elsewhere(resources, known)),
            "marks": [[mark.kind, mark.label, mark.length, mark.uses, mark.rule] for mark in marks.all],
            "findings": [
                [one.resource, one.code, one.severity, one.expression or "", one.cause] for one in findings if one.resource
            ],
        },
    )


def _identity(facts: DrugFacts, marks: Marks) -> Iterator[Field]:
    if facts.name is not None:
        yield Field("name", "Name", ((value_of("drug", facts.name, marks),),))
    if facts.pronunciation is not None:
        yield Field("pronunciation", "Pronunciation", ((value_of("drug", facts.pronunciation, marks),),))
    brands = {fact.text.casefold(): fact for use in reversed(facts.uses) for fact in use.brands}
    listed = [
        *facts.brands,
        *(fact for text, fact in reversed(brands.items()) if text not in {one.text.casefold() for one in facts.brands}),
    ]
    yield Field("brands", "Brands", tuple((value_of("brand", fact, marks),) for fact in listed))
    yield Field("ingredients", "Ingredients", tuple((value_of("drug", fact, marks),) for fact in facts.ingredients))
    if facts.fda_status_fact is not None:
        yield Field(
            "fda", "FDA approved", ((value_of("approval_status", facts.fda_status_fact, marks, note=FDA[facts.fda_status]),),)
        )
    if facts.page_status is not None:
        note = "the page says of itself that it is no longer in force"
        yield Field("page-status", "Page status", ((value_of("approval_status", facts.page_status, marks, note=note),),))
    named = tuple((value_of("drug", one.fact, marks, note=IDENTIFIERS[one.kind]),) for one in facts.identifiers)
    yield Field("identifiers", "Identifiers", named)


def _said(facts: DrugFacts, marks: Marks) -> Iterator[Field]:
    """What the page says besides uses: of each sentence, that it is no use, and why."""
    yield Field("denials", "Not approved for", tuple((value_of("denied", fact, marks),) for fact in facts.denials))
    yield Field("studied", "Only being studied", tuple((value_of("studied", fact, marks),) for fact in facts.studied))
    for role, label in (("unread", "Not read by any rule"), ("withheld", "Withheld")):
        found = [one for one in facts.sentences if one.role == role]
        yield Field(role, label, tuple((value_of(role, one.fact, marks, note=one.reason or ""),) for one in found))


def _elsewhere(value: object, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """References to resources of other drugs' pages, each with the file of its drug."""
    if isinstance(value, list):
        for each in value:
            yield from _elsewhere(each, known)
    elif isinstance(value, dict):
        slug = value["identifier"].get("value") if isinstance(value.get("identifier"), dict) else None
        if isinstance(value.get("reference"), str) and slug in known:
            yield value["reference"], file_of(slug)
        for each in value.values():
            yield from _elsewhere(each, known)
