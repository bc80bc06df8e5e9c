"""The shape of IDMP: of the same facts, products, ingredients and the approvals that the page states; no more is claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import orjson
import pytest

from pipeline.fhir import RECORDS, build, code_definitions, conformance, link, shared
from pipeline.fhir.concept_maps import AppliedCodes
from pipeline.model import DrugFacts, FdaStatus
from pipeline.publish import CODED
from pipeline.settings import Proof, Settings
from pipeline.validate import check_references, validate
from tests.fhir.fhir_facts import combination, querin, zorvalimab, zva
from tests.fhir.fhir_walk import Json, objects, of_type

IDMP, KNOWLEDGE = Settings(model="idmp"), Settings()
PRODUCT, APPROVAL = "MedicinalProductDefinition", "RegulatedAuthorization"
US = [{"coding": [{"system": "urn:iso:std:iso:3166", "code": "US", "display": "United States of America"}]}]


def approvals(facts: DrugFacts) -> dict[tuple[str, str], Json]:
    """The approvals of a page by product and kind."""
    found = of_type(build(facts, IDMP), APPROVAL)
    return {(each["subject"][0]["reference"].partition("/")[2], each["type"]["coding"][0]["code"]): each for each in found}


def uses_of(approval: Json) -> set[str]:
    return {each["reference"]["reference"].partition("/")[2] for each in approval.get("indication", ())}


def without_fda(facts: DrugFacts) -> DrugFacts:
    return replace(facts, fda_status="not_stated", fda_status_fact=None)


@pytest.mark.parametrize("proof", get_args(Proof))
@pytest.mark.parametrize("make", [zorvalimab, combination, zva, querin])
def test_every_resource_is_valid_and_every_reference_is_to_something_built(make: Callable[[], DrugFacts], proof: Proof) -> None:
    settings = replace(IDMP, proof=proof)
    resources = [*build(make(), settings), *shared(settings)]
    assert [*validate(resources, "R5"), *check_references(resources)] == []
    assert not {"Medication", "MedicationKnowledge"} & {each["resourceType"] for each in resources}
    assert b"Medication/" not in orjson.dumps(resources)
    assert b"MedicationKnowledge" not in orjson.dumps(resources)
    assert all(value not in ("", [], {}, None) for each in resources for one in objects(each) for value in one.values())


@pytest.mark.parametrize("make", [zorvalimab, combination, zva, querin])
def test_uses_documents_and_provenance_are_those_of_the_other_shape_of_other_subjects(make: Callable[[], DrugFacts]) -> None:
    here, there = build(make(), IDMP), build(make(), KNOWLEDGE)
    for kind in ("ClinicalUseDefinition", "DocumentReference"):
        assert len(of_type(here, kind)) == len(of_type(there, kind)) > 0
        for one, other in zip(of_type(here, kind), of_type(there, kind), strict=True):
            said = orjson.dumps(other).replace(b'"MedicationKnowledge/', b'"Medication/')
            assert orjson.loads(said.replace(b'"Medication/', f'"{PRODUCT}/'.encode())) == one
    (provenance,) = of_type(here, "Provenance")
    read = [f"{each['resourceType']}/{each['id']}" for each in here if each["resourceType"] in {*CODED, APPROVAL}]
    assert {each["reference"] for each in provenance["target"]} == set(read)


def test_a_brand_is_a_product_of_its_own_with_its_own_uses() -> None:
    resources = build(zorvalimab(), IDMP)
    products = {each["name"][0]["productName"]: each for each in of_type(resources, PRODUCT)}
    assert [*products] == ["Zorvalimab", "Zorvaq", "Zorvaq Sub-Q", "Velzor"]
    drug, brand = products["Zorvalimab"], products["Velzor"]
    assert [each["type"]["coding"][0]["code"] for each in (drug, brand)] == ["generic", "brand"]
    assert {each["code"] for each in drug["code"]} == {"C900900", "9"}
    assert drug["attachedDocument"] == brand["attachedDocument"] == [{"reference": "DocumentReference/nci.zorvalimab"}]
    assert [each["product"]["reference"]["display"] for each in drug["crossReference"]] == [*products][1:]
    (back,) = brand["crossReference"]
    assert back["product"]["reference"]["reference"] == f"{PRODUCT}/nci.zorvalimab"
    subjects = [{each["display"] for each in use["subject"]} for use in of_type(resources, "ClinicalUseDefinition")]
    assert subjects == [{"Zorvaq"}, {"Zorvalimab"}, {"Velzor"}, {"Velzor"}, *[{"Zorvalimab"}] * 4]


def test_the_words_of_a_name_are_proven_where_they_stand() -> None:
    (drug, *_), (full, *_) = (
        of_type(build(zorvalimab(), replace(IDMP, proof=proof)), PRODUCT) for proof in ("compact", "full")
    )
    fact = zorvalimab().name
    assert fact
    (proof,) = drug["name"][0]["_productName"]["extension"]
    assert proof["valueString"] == f"{fact.spans[0].start}+{len(fact.text)} {fact.rule}"
    assert full["name"][0]["_productName"]["extension"][0]["extension"][1]["valueInteger"] == fact.spans[0].start


def test_an_ingredient_is_of_the_drug_and_all_its_brands_and_a_regimen_has_none() -> None:
    (one,) = of_type(build(zorvalimab(), IDMP), "Ingredient")
    assert [each["display"] for each in one["for"]] == ["Zorvalimab", "Zorvaq", "Zorvaq Sub-Q", "Velzor"]
    assert one["substance"]["code"]["concept"]["text"] == "Zorvalimab"
    several = of_type(build(combination(), IDMP), "Ingredient")
    assert [each["substance"]["code"]["concept"]["text"] for each in several] == ["paraxel", "doxafen"]
    assert len({each["id"] for each in several}) == 2
    assert of_type(build(zva(), IDMP), "Ingredient") == []


def test_an_approval_is_of_the_product_that_the_page_ascribes_it_to_and_an_accelerated_one_is_told() -> None:
    indications = [each["id"] for each in of_type(build(zorvalimab(), IDMP), "ClinicalUseDefinition")]
    found = approvals(zorvalimab())
    assert {key: uses_of(each) for key, each in found.items()} == {
        ("nci.zorvalimab", "approved"): {indications[1]},
        ("nci.zorvalimab.zorvaq", "accelerated-approval"): {indications[0]},
        ("nci.zorvalimab.velzor", "approved"): {*indications[2:4]},
    }
    # The uses that the page only says the drug is used for, and the brand of which it says nothing, have none.
    assert not {*indications[4:]} & {use for each in found.values() for use in uses_of(each)}


def test_the_region_is_told_only_where_the_page_names_the_fda() -> None:
    assert [each["region"] for each in approvals(zorvalimab()).values()] == [US] * 3
    found = approvals(without_fda(zorvalimab()))
    # The footnote of the accelerated approval says "FDA's"; the others say "approved" alone.
    assert {key: each.get("region") for key, each in found.items()} == {
        ("nci.zorvalimab", "approved"): None,
        ("nci.zorvalimab.zorvaq", "accelerated-approval"): US,
        ("nci.zorvalimab.velzor", "approved"): None,
    }


def test_a_drug_that_the_page_calls_approved_is_so_though_no_use_of_it_is_approved() -> None:
    facts = replace(zorvalimab(), uses=zorvalimab().uses[3:])
    assert {key: uses_of(each) for key, each in approvals(facts).items()} == {("nci.zorvalimab", "approved"): set()}
    assert approvals(without_fda(facts)) == {}


@pytest.mark.parametrize(("status", "expected"), [("not_approved", set()), ("discontinued", {"retired"})])
def test_what_is_not_approved_has_no_approval_and_what_is_no_longer_available_none_in_force(
    status: FdaStatus, expected: set[str]
) -> None:
    found = approvals(replace(zorvalimab(), fda_status=status))
    assert {each["status"]["coding"][0]["code"] for each in found.values()} == expected


def test_a_regimen_names_its_drugs_and_is_linked_to_those_that_are_published() -> None:
    (regimen,) = of_type(build(zva(), IDMP), PRODUCT)
    published = {"zorvalimab": "nci.zorvalimab"}
    linked = link(regimen, published)
    references = [each["product"]["reference"] for each in linked["crossReference"]]
    assert [each.get("reference") for each in references] == [f"{PRODUCT}/nci.zorvalimab", None, None]
    assert {each["type"] for each in references} == {PRODUCT}
    assert link(linked, published) == linked
    assert link(linked, {}) == regimen
    assert validate([linked], "R5") == []


@pytest.mark.parametrize("make", [zorvalimab, combination, zva])
def test_each_code_is_mapped_as_in_the_other_shape(make: Callable[[], DrugFacts]) -> None:
    def maps(settings: Settings) -> list[Json]:
        applied = AppliedCodes()
        for each in build(make(), settings):
            if each["resourceType"] in CODED:
                applied.note(each)
        return code_definitions(applied.rows, settings, "R5")

    assert maps(IDMP) == maps(KNOWLEDGE) != []


def test_what_is_claimed_and_used_is_defined_for_this_shape() -> None:
    defined = {each["url"]: each for each in conformance(IDMP)}
    used = {
        url
        for make in (zorvalimab, combination, zva, querin)
        for each in build(make(), IDMP)
        for url in (*each.get("meta", {}).get("profile", ()), *(str(one.get("url")) for one in objects(each)))
        if url.startswith(f"{IDMP.canonical}/StructureDefinition/")
    }
    assert used <= defined.keys()
    said = orjson.dumps([*defined.values()])
    assert b"MedicationKnowledge" not in orjson.dumps([each.get("context", ()) for each in defined.values()])
    assert b'"base":["MedicationKnowledge"]' not in said
    assert PRODUCT.encode() in said
    assert not any(name.encode() in orjson.dumps(conformance(KNOWLEDGE)) for name in (PRODUCT, APPROVAL))
    assert {"MedicationKnowledge", PRODUCT} == RECORDS
