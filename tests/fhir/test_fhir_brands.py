"""From a brand to its uses: its record has those of the brand and those of the drug, told apart, and no other brand's."""

from __future__ import annotations

from typing import get_args

import pytest

from pipeline.fhir import build, derive
from pipeline.settings import FhirVersion, Profile, Proof, Settings
from tests.fhir.fhir_facts import zorvalimab
from tests.fhir.fhir_walk import Json, of_type
from tests.fhir.unbuild_elements import extensions


def stated_for(guideline: Json) -> list[str]:
    return [each["valueCode"] for each in guideline["extension"] if each["url"].endswith("/stated-for")]


@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize("version", get_args(FhirVersion))
def test_a_brands_record_has_its_uses_and_those_of_the_drug_told_apart(version: FhirVersion, profile: Profile) -> None:
    facts, settings = zorvalimab(), Settings(profile=profile)
    resources = derive(build(facts, settings), version, settings).resources

    brands = [
        each for each in of_type(resources, "MedicationKnowledge") if each["productType"][0]["coding"][0]["code"] == "brand"
    ]

    assert len(brands) > 1
    for brand in brands:
        guidelines = brand.get("indicationGuideline") or brand.get("administrationGuidelines")
        said = {"brand": set(), "drug": set()}  # type: dict[str, set[str]]
        for guideline in guidelines:
            (kind,) = stated_for(guideline)
            concepts = [each["concept"] for each in guideline.get("indication", ())] or [guideline["indicationCodeableConcept"]]
            said[kind] |= {concept["text"] for concept in concepts}
        name = brand["code"]["text"]
        for use in facts.uses:
            text = " ".join(fact.text for fact in (use.lead, use.parent, use.text) if fact)
            names = {each.text for each in use.brands}
            assert (text in said["drug"]) == (not names)
            assert (text in said["brand"]) == (name in names)
            assert (f"{use.text.text}" in brand["text"]["div"] or "&" in use.text.text or "<" in use.text.text) or (
                names and name not in names
            )


def patients(record: Json) -> set[tuple[str, str]]:
    """The uses of a record and the words for their patients, pair by pair."""
    found = set()
    for guideline in record.get("indicationGuideline") or record.get("administrationGuidelines") or ():
        concepts = [each["concept"] for each in guideline.get("indication", ())] or [guideline["indicationCodeableConcept"]]
        dosings = guideline.get("dosingGuideline") or [{"patientCharacteristic": guideline.get("patientCharacteristics", ())}]
        for concept in concepts:
            for each in (one for dosing in dosings for one in dosing.get("patientCharacteristic", ())):
                value = {key: each[key] for key in sorted(each) if key.startswith(("value", "characteristic"))}
                found.add((concept["text"], str({key: _plain(one) for key, one in value.items()})))
    return found


def _plain(value: object) -> object:
    """A value without its proof, which stands once."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key not in {"extension", "_value"}}
    return value


@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize("version", get_args(FhirVersion))
def test_a_use_of_the_drug_has_its_patients_in_the_record_of_each_brand(version: FhirVersion, profile: Profile) -> None:
    facts, settings = zorvalimab(), Settings(profile=profile)
    resources = derive(build(facts, settings), version, settings).resources
    drug, *brands = of_type(resources, "MedicationKnowledge")
    of_drug = {
        " ".join(fact.text for fact in (use.lead, use.parent, use.text) if fact)
        for use in facts.uses
        if not use.brands and any(population.characteristics for population in use.populations)
    }
    expected = {pair for pair in patients(drug) if pair[0] in of_drug}

    assert {text for text, _ in expected} == of_drug
    assert of_drug
    for brand in brands:
        assert {pair for pair in patients(brand) if pair[0] in of_drug} == expected


def test_a_subject_is_a_brand_only_where_the_page_names_it_for_the_use() -> None:
    facts = zorvalimab()
    named = {fact.text for use in facts.uses for fact in use.brands}
    for use in of_type(build(facts, Settings()), "ClinicalUseDefinition"):
        assert {each["display"] for each in use["subject"]} <= {*named, "Zorvalimab"}


def values(element: Json, name: str) -> list[Json]:
    """The values of an element's extensions of that name."""
    return [next(value for key, value in each.items() if key.startswith("value")) for each in extensions(element, name)]


@pytest.mark.parametrize("proof", get_args(Proof))
@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize("version", get_args(FhirVersion))
def test_a_record_read_by_itself_says_of_each_use_for_whom_whether_approved_and_what_is_treated(
    version: FhirVersion, profile: Profile, proof: Proof
) -> None:
    facts, settings = zorvalimab(), Settings(profile=profile, proof=proof)
    resources = derive(build(facts, settings), version, settings).resources
    told: set[tuple[str, str, tuple[str, ...], str, tuple[str, ...]]] = set()

    for record in of_type(resources, "MedicationKnowledge"):
        for guideline in record.get("indicationGuideline") or record["administrationGuidelines"]:
            branches = guideline.get("indication", [{"concept": guideline.get("indicationCodeableConcept")}])
            (kind,), (status,) = values(guideline, "stated-for"), values(guideline, "approval-status")
            brands = tuple(each["display"] for each in values(guideline, "subject"))
            for branch in branches:
                (disease,) = values(branch, "disease") or values(guideline, "disease")
                codes = tuple(each["code"] for each in disease.get("coding", ()))
                told.add((branch["concept"]["text"], kind, brands, status["coding"][0]["code"], (disease["text"], *codes)))
        for use in facts.uses:
            limited = {brand.text for brand in use.brands}
            if not limited or record["code"]["text"] in {*limited, "Zorvalimab"}:
                assert f": {use.approval_status.replace('_', ' ')}" in record["text"]["div"]

    expected = set()
    for use in facts.uses:
        text = " ".join(fact.text for fact in (use.lead, use.parent, use.text) if fact)
        brands, status = tuple(brand.text for brand in use.brands), use.approval_status.replace("_", "-")
        for condition in use.conditions:
            codes = [each.glossary_id for each in condition.links if each.text == condition.text and each.glossary_id]
            codes += [each.code for each in condition.codings if each.relation == "exact"]
            treated = (condition.text, *codes)
            if use.narrower:
                treated = (f"{condition.text}: {'; '.join(each.text for each in use.narrower)}",)
            expected.add((text, "brand" if brands else "drug", brands, status, treated))
    assert told == expected
