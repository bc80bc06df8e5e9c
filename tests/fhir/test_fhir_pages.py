"""Real pages: the seed, as a pharmacist would check it, and what must hold over all pages there are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from pipeline.fhir import build
from pipeline.settings import Settings
from tests.fhir.fhir_walk import Json, of_type
from tests.fhir.test_fhir_round_trip import in_reading_order
from tests.fhir.unbuild import read_facts
from tests.fhir.unbuild_elements import extensions
from tests.real_facts import facts_of

EXPECTED = json.loads((Path(__file__).parent / "denosumab.json").read_text(encoding="utf-8"))


def codes(concept: Json, system: str) -> list[str]:
    return [each["code"] for each in concept.get("coding", ()) if each["system"].endswith(system)]


def seen_of_knowledge(resource: Json) -> Json:
    guidelines = resource["indicationGuideline"]
    (fda,) = resource["medicineClassification"][0]["classification"]
    return {
        "id": resource["id"],
        "name": resource["name"],
        "type": resource["productType"][0]["coding"][0]["code"],
        "status": resource["status"],
        "uses": len(guidelines),
        "indications": sum(len(each["indication"]) for each in guidelines),
        "identifiers": [each["value"] for each in resource["identifier"]],
        "code": next(iter(codes(resource["code"], "Thesaurus.owl")), None),
        "fda": [*codes(fda, "fda-status"), fda["text"]],
    }


def seen_of_indication(resource: Json) -> Json:
    indication = resource["indication"]
    effect = indication["intendedEffect"]["concept"]
    return {
        "of": [each["display"] for each in resource["subject"]],
        "intent": codes(effect, "/intent")[0],
        "hl7": next(iter(codes(effect, "product-intended-use")), None),
        "condition": indication["diseaseSymptomProcedure"]["concept"]["text"],
        "approval_status": codes(resource["category"][0], "approval-status")[0],
        "status": indication.get("diseaseStatus", {}).get("concept", {}).get("text"),
        "comorbidity": [
            [extensions(each, "comorbidity-role")[0]["valueCode"], each["concept"]["text"]]
            for each in indication.get("comorbidity", ())
        ],
        "therapy": [
            [each["relationshipType"]["coding"][0]["code"], each["treatment"]["concept"]["text"]]
            for each in indication.get("otherTherapy", ())
        ],
        "population": [each["display"] for each in resource.get("population", ())],
    }


def test_denosumab_says_what_a_pharmacist_reads_on_its_page(seed: Path) -> None:
    resources = build(facts_of(seed), Settings(proof="full"))

    assert Counter(each["resourceType"] for each in resources) == {
        "MedicationKnowledge": 3, "Medication": 3, "ClinicalUseDefinition": 6, "DocumentReference": 1, "Provenance": 1
    }  # fmt: skip
    assert {
        "MedicationKnowledge": [seen_of_knowledge(each) for each in of_type(resources, "MedicationKnowledge")],
        "Medication": [
            {"id": each["id"], "ingredient": codes(each["ingredient"][0]["item"]["concept"], "Thesaurus.owl")[0]}
            for each in of_type(resources, "Medication")
        ],
        "ClinicalUseDefinition": [seen_of_indication(each) for each in of_type(resources, "ClinicalUseDefinition")],
    } == EXPECTED


def test_denosumab_treats_no_cancer_for_which_it_protects_the_bones(seed: Path) -> None:
    resources = build(facts_of(seed), Settings(proof="full"))

    conditions = [
        each["indication"]["diseaseSymptomProcedure"]["concept"]["text"] for each in of_type(resources, "ClinicalUseDefinition")
    ]

    assert not {"breast cancer", "prostate cancer", "multiple myeloma"} & set(conditions)
    assert "studied" not in str([each["indication"] for each in of_type(resources, "ClinicalUseDefinition")])


def test_over_real_pages_no_id_is_used_twice_and_nothing_is_lost(real_pages: list[Path]) -> None:
    ids: Counter[tuple[str, str]] = Counter()
    lost = []
    for path in real_pages:
        facts = facts_of(path)
        resources = build(facts, Settings(proof="full"))
        ids.update((each["resourceType"], each["id"]) for each in resources)
        if resources:
            back = read_facts(resources, facts.page.name)
            assert back.page.text == facts.page.text
            if in_reading_order(replace(back, page=facts.page)) != in_reading_order(facts):
                lost.append(path.name)

    assert ids.most_common(1)[0][1] == 1
    assert lost == []
