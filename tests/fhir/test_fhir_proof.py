"""What README.md promises under "How proof is carried"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

import pytest

from pipeline.fhir import build
from pipeline.model import DrugFacts
from pipeline.settings import Settings
from tests.fhir.fhir_facts import combination, zorvalimab, zva
from tests.fhir.fhir_walk import Json, folded, objects, of_type, proven, slices

XHTML = "{http://www.w3.org/1999/xhtml}"
MAKERS = pytest.mark.parametrize("make", [zorvalimab, combination, zva])


@MAKERS
def test_every_proven_value_is_what_its_spans_hold(make: Callable[[], DrugFacts]) -> None:
    facts = make()

    found = [pair for resource in build(facts, Settings(proof="full")) for pair in proven(resource, facts.page.text)]

    assert len(found) > 20
    assert [value for value, sources in found if value != " ".join(folded(source) for source in sources)] == []


@MAKERS
def test_no_text_of_a_concept_is_without_proof_unless_its_parts_have_it(make: Callable[[], DrugFacts]) -> None:
    facts = make()
    composed = []
    for resource in build(facts, Settings(proof="full")):
        for element in objects(resource):
            concept = element.get("concept", {})
            if "text" in concept and not slices(concept, facts.page.text):
                composed.append((concept["text"], [value for value, _ in proven(element, facts.page.text)]))
            texts = [v for k, v in element.items() if k not in {"text", "concept"} and isinstance(v, dict) and "text" in v]
            assert all(slices(each, facts.page.text) or is_composed(each) for each in texts)

    for text, parts in composed:
        pieces = re.split("; |: ", text)
        assert pieces == list(dict.fromkeys(part for part in parts if part in pieces))


def is_composed(concept: Json) -> bool:
    """Whether a concept's text is a condition and the narrower ones, which stand beside it with their proof."""
    named = [each["valueCodeableConcept"]["text"] for each in concept.get("extension", ()) if each["url"].endswith("condition")]
    return len(named) > 1 and concept["text"] == f"{named[0]}: {'; '.join(named[1:])}"


@MAKERS
def test_a_narrative_quotes_only_what_the_resource_proves(make: Callable[[], DrugFacts]) -> None:
    facts = make()
    for resource in build(facts, Settings(proof="full")):
        assert set(quoted(resource["text"]["div"])) <= {value for value, _ in proven(resource, facts.page.text)}


def quoted(div: str) -> list[str]:
    """What a narrative quotes; the first words of an entry below others are theirs and its own."""
    return [*_quoted(ET.fromstring(div), [])]  # noqa: S314 - our own


def _quoted(element: ET.Element, above: list[str]) -> Iterator[str]:
    own = [each.text or "" for each in element if each.tag == f"{XHTML}q"]
    below = [each for each in element if each.tag == f"{XHTML}ul"]
    if element.tag == f"{XHTML}li" and below:
        assert len(own) == 1
        yield from (words for entry in below[0] for words in _quoted(entry, [*above, *own]))
        return
    yield from [" ".join([*above, *own[:1]]), *own[1:]] if own else []
    yield from (words for each in element for words in _quoted(each, []) if each.tag != f"{XHTML}q")


def test_an_indication_points_at_all_its_sentences_with_the_standard_extension() -> None:
    facts = zorvalimab()
    first = of_type(build(facts, Settings(proof="full")), "ClinicalUseDefinition")[0]

    said = [folded(source) for source in slices(first, facts.page.text)]

    use = facts.uses[0]
    assert use.lead is not None
    assert use.parent is not None
    assert said == [use.lead.text, use.parent.text, use.text.text, use.evidence[0].text]


def test_every_rule_that_read_a_fact_is_named_beside_it() -> None:
    facts = zorvalimab()
    named = [
        extension["valueCode"]
        for resource in build(facts, Settings(proof="full"))
        for element in objects(resource)
        for extension in element.get("extension", ())
        if extension["url"].endswith("/rule")
    ]
    assert set(named) == {"a rule"}
