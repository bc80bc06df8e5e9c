"""Words that restrict a use stand where a client applies them, in every version and profile, and the use is marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.fhir import build, derive
from pipeline.model import Age, Characteristic, DrugFacts, Population, Resource
from pipeline.settings import FhirVersion, Profile, Settings
from tests.fhir.fhir_facts import querin, zorvalimab
from tests.fhir.fhir_walk import of_type

CAN = "https://onlabel.example/fhir"
TAG = {"system": f"{CAN}/CodeSystem/use-mark", "code": "qualified-in-words", "display": "Qualified in words"}
MARK = {"url": f"{CAN}/StructureDefinition/qualified-in-words", "valueBoolean": True}


def indications(facts: DrugFacts) -> list[Resource]:
    return of_type(build(facts, Settings(proof="full")), "ClinicalUseDefinition")


def codes(element: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in element["coding"]]


def test_words_of_the_disease_the_treatment_and_the_use_are_in_the_status_of_the_disease() -> None:
    glum, vellum = (each["indication"]["diseaseStatus"]["concept"]["text"] for each in indications(querin()))

    assert glum == "for no longer than a spring; that glows; upon relapse; as a powder; The cart must be green."
    assert vellum.startswith("stage II; for no longer than a spring; to lower the chance")


def test_words_of_the_patients_are_in_every_group() -> None:
    glum = indications(querin())[0]

    assert len(glum["contained"]) == 4
    for group in glum["contained"]:
        last = group["characteristic"][-1]
        assert codes(last["code"]) == ["stated"]
        assert last["valueCodeableConcept"]["text"] == "whose palms are dry"
        assert last["exclude"] is False
    assert [each["display"] for each in glum["population"]] == [
        "adults; whose palms are dry",
        "children; younger than 18 years; whose palms are dry",
        *["older than 2 years but younger than 10 years; whose palms are dry"] * 2,
    ]


def test_a_group_is_made_for_words_of_patients_whom_the_page_does_not_name() -> None:
    (group,) = indications(querin())[1]["contained"]

    assert [each["valueCodeableConcept"]["text"] for each in group["characteristic"]] == ["with a steady hand"]


def test_a_bound_that_the_page_leaves_out_is_compared_and_is_no_end_of_a_range() -> None:
    adults, children, mixed, open_ended = indications(querin())[0]["contained"]

    def values(group: dict[str, Any]) -> list[Any]:
        ranges = [each for each in group["characteristic"] if "age-range" in codes(each["code"])]
        return [
            each.get("valueRange") or (each["valueQuantity"]["comparator"], each["valueQuantity"]["value"]) for each in ranges
        ]

    two = {"value": 2, "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"}
    assert values(adults) == []
    assert values(children) == [("<", 18)]
    assert values(mixed) == [{"low": two}, ("<", 10)]
    assert values(open_ended) == [(">", 2), ("<", 10)]


@pytest.mark.parametrize(
    ("low", "high", "stated"),
    [
        (Age(1, "year"), Age(21, "year"), [{"low": (1, "years"), "high": (21, "years")}]),
        (Age(5, "week"), Age(5, "month"), [{"low": (5, "weeks")}, {"high": (5, "months")}]),
        (Age(1, "month"), None, [{"low": (1, "month")}]),
    ],
)
def test_both_ends_of_a_range_have_one_unit_else_each_has_a_range(low: Age, high: Age | None, stated: list[Any]) -> None:
    """Source: rng-2 (https://hl7.org/fhir/R5/datatypes.html#Range), which HL7's validator applies to the numbers."""
    facts = querin()
    aged = Characteristic("age-range", facts.uses[0].populations[1].characteristics[0].fact, low=low, high=high)
    facts = replace(facts, uses=(replace(facts.uses[0], populations=(Population((aged,)),)),))

    (group,) = indications(facts)[0]["contained"]

    ranges = [each["valueRange"] for each in group["characteristic"] if "valueRange" in each]
    assert [{end: (age["value"], age["unit"]) for end, age in each.items()} for each in ranges] == stated


def test_the_mark_stands_in_two_places_and_only_where_a_word_is_not_understood() -> None:
    facts = querin()
    understood = replace(facts.uses[0], qualifiers=tuple(one for one in facts.uses[0].qualifiers if one.kind != "stated"))
    glum, vellum = indications(replace(facts, uses=(understood, facts.uses[1])))

    assert TAG in vellum["meta"]["tag"]
    assert MARK in vellum["extension"]
    assert "tag" not in glum["meta"]
    assert MARK not in glum["extension"]
    assert all("tag" not in each["meta"] and MARK not in each["extension"] for each in indications(zorvalimab()))


@pytest.mark.parametrize("profile", ["full", "core"])
@pytest.mark.parametrize("version", ["R5", "R4B", "R4"])
def test_every_version_has_the_words_in_an_element_of_the_drugs_record(version: FhirVersion, profile: Profile) -> None:
    settings = Settings(proof="full", profile=profile)
    facts = querin()

    resources = derive(build(facts, settings), version, settings).resources

    (drug,) = of_type(resources, "MedicationKnowledge")
    folded = not of_type(resources, "ClinicalUseDefinition")
    for number, use in enumerate(facts.uses):
        stated = {one.fact.text for one in use.qualifiers if one.kind == "stated"}
        guidelines = [each for each in said_of(drug) if each["use"] == number + 1]
        assert guidelines
        for guideline in guidelines:
            assert stated <= guideline["words"]
            assert guideline["marked"] == folded
        assert all(f"<q>{text}</q>" in drug["text"]["div"] for text in stated)


def said_of(drug: Resource) -> list[dict[str, Any]]:
    """The guidelines of a record: the use, the words of its patients, and whether it is marked."""
    found = []
    for place, guideline in enumerate(drug.get("indicationGuideline") or drug["administrationGuidelines"]):
        extension = guideline.get("extension", [])
        stated = [each["valueInteger"] for each in extension if each["url"].endswith("/use")]
        text = (guideline.get("indicationCodeableConcept") or guideline.get("indication", [{}])[0].get("concept"))["text"]
        number = stated[0] if stated else 1 if "Glum" in text else 2
        patients = guideline.get("patientCharacteristics") or [
            each for dosing in guideline["dosingGuideline"] for each in dosing.get("patientCharacteristic", ())
        ]
        words = {
            said
            for each in patients
            for value in each.get("value", [each.get("valueCodeableConcept", {}).get("text")])
            for said in str(value).split("; ")
        }
        found.append({"use": number, "place": place, "words": words, "marked": MARK in extension})
    return found


def test_phases_are_told_in_their_order_with_who_is_given_what() -> None:
    extensions = indications(querin())[1]["indication"]["extension"]

    phases = [each["extension"] for each in extensions if each["url"].endswith("/phase")]
    told = [{part["url"]: part for part in phase} for phase in phases]
    assert [each["order"]["valueInteger"] for each in told] == [1, 2]
    assert told[0]["partner"]["valueCodeableConcept"]["text"] == "cisfolin"
    assert told[1]["alone"]["extension"][0]["valueString"] == "alone"
    assert not any(each["url"].endswith("/given-alone") for each in extensions)


def test_a_qualifier_does_not_change_the_id_of_an_indication() -> None:
    facts = querin()
    plain = replace(facts, uses=tuple(replace(use, qualifiers=()) for use in facts.uses))

    assert [each["id"] for each in indications(plain)] == [each["id"] for each in indications(facts)]
