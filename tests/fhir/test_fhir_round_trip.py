"""Facts → FHIR → facts loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.fhir import build
from pipeline.model import DrugFacts
from pipeline.settings import Settings
from tests.fhir.fhir_facts import combination, querin, zorvalimab, zva
from tests.fhir.unbuild import read_facts


def in_reading_order(facts: DrugFacts) -> DrugFacts:
    """Facts whose lists of different things stand in one order: FHIR keeps such things in places of their own."""
    return replace(
        facts,
        identifiers=tuple(sorted(facts.identifiers, key=lambda identifier: (identifier.kind, identifier.fact.spans))),
        uses=tuple(
            replace(
                use,
                therapies=tuple(sorted(use.therapies, key=lambda therapy: (therapy.phrase.spans, therapy.mode))),
                prior=tuple(sorted(use.prior, key=lambda prior: (prior.phrase.spans, prior.mode))),
            )
            for use in facts.uses
        ),
    )


@pytest.mark.parametrize("make", [zorvalimab, combination, zva, querin])
def test_every_field_of_the_facts_can_be_read_back_from_the_resources(make: Callable[[], DrugFacts]) -> None:
    facts = in_reading_order(make())

    stored = json.loads(json.dumps(build(facts, Settings(proof="full"))))
    back = in_reading_order(read_facts(stored, facts.page.name))

    assert back.page.text == facts.page.text
    assert back.page.front_matter == facts.page.front_matter
    assert back.uses == facts.uses
    assert back == facts
