"""What README.md promises under "How proof is carried"."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from pipeline.fhir import build
from pipeline.model import DrugFacts
from pipeline.settings import Settings
from tests.fhir.fhir_facts import combination, zorvalimab, zva
from tests.fhir.fhir_walk import folded, objects, of_type, proven, slices

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
            assert all(slices(each, facts.page.text) for each in texts)

    for text, parts in composed:
        pieces = re.split("; |: ", text)
        assert pieces == list(dict.fromkeys(part for part in parts if part in pieces))


@MAKERS
def test_a_narrative_quotes_only_what_the_resource_proves(make: Callable[[], DrugFacts]) -> None:
    facts = make()
    for resource in build(facts, Settings(proof="full")):
        quoted = [html.unescape(each) for each in re.findall("<q>(.*?)</q>", resource["text"]["div"])]
        assert set(quoted) <= {value for value, _ in proven(resource, facts.page.text)}


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
