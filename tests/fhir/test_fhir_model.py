"""What stands where, and what must not: read as a pharmacist would read the resources."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from fhir.resources import get_fhir_model_class

from pipeline.fhir import build, conformance, derive, link, marked_stale, shared
from pipeline.fhir.systems import CANCER_TERMS, NCI_THESAURUS
from pipeline.model import DrugFacts
from pipeline.settings import FhirVersion, Settings
from tests.fhir.fhir_facts import combination, querin, zorvalimab, zva
from tests.fhir.fhir_walk import Json, objects, of_type
from tests.fhir.unbuild_elements import details_of, extensions

SETTINGS = Settings(proof="full")
REPOSITORY = Path(__file__).resolve().parents[2]


def indications(facts: DrugFacts) -> list[Json]:
    return of_type(build(facts, SETTINGS), "ClinicalUseDefinition")


def texts(found: list[Json]) -> list[str]:
    return [each["concept"]["text"] for each in found]


@pytest.mark.parametrize("make", [zorvalimab, combination, zva])
def test_every_resource_has_the_shape_of_r5(make: Callable[[], DrugFacts]) -> None:
    for resource in [*build(make(), SETTINGS), *shared(SETTINGS), *conformance(SETTINGS)]:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize("make", [zorvalimab, combination, zva])
def test_nothing_is_empty_and_every_reference_is_to_something_built(make: Callable[[], DrugFacts]) -> None:
    resources = [*build(make(), SETTINGS), *shared(SETTINGS)]
    built = {f"{each['resourceType']}/{each['id']}" for each in resources}
    assert len(built) == len(resources)
    for resource in resources:
        contained = {f"#{each['id']}" for each in resource.get("contained", ())}
        for element in objects(resource):
            assert all(value not in ("", [], {}, None) for value in element.values())
            if isinstance(element.get("reference"), str):
                assert element["reference"] in built | contained


def test_local_codes_are_all_published_with_their_meaning() -> None:
    published = {(each["url"], code["code"]) for each in conformance(SETTINGS) for code in each.get("concept", ())}
    open_ended = {f"{SETTINGS.canonical}/CodeSystem/page-{name}" for name in ("cancer-type", "topic", "audience")}
    used = {
        (element["system"], element["code"])
        for make in (zorvalimab, zva)
        for resource in build(make(), SETTINGS)
        for element in objects(resource)
        if str(element.get("system", "")).startswith(f"{SETTINGS.canonical}/CodeSystem/")
    }
    assert {each for each in used if each[0] not in open_ended} <= published
    assert len(used) > 20


def test_every_extension_of_ours_is_documented_and_every_documented_one_is_used() -> None:
    readme = (REPOSITORY / "pipeline" / "fhir" / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in readme.partition("## Our extensions")[2].splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall("`([a-z-]+)`", row)}
    base = f"{SETTINGS.canonical}/StructureDefinition/"

    used = {
        element["url"].removeprefix(base)
        for make in (zorvalimab, combination, zva, querin)
        for version in get_args(FhirVersion)
        for settings in (SETTINGS, Settings())
        for resource in derive(
            marked_stale(build(make(), settings), date(2026, 1, 2), SETTINGS.canonical), version, settings
        ).resources
        for element in objects(resource)
        if str(element.get("url", "")).startswith(base)
    }

    assert used == documented


def test_a_page_that_is_no_drugs_gives_nothing() -> None:
    assert build(replace(zorvalimab(), kind="none"), SETTINGS) == []


def test_building_twice_gives_the_same() -> None:
    assert build(zorvalimab(), SETTINGS) == build(zorvalimab(), SETTINGS)


# Indications


def test_an_indication_is_a_use_and_condition_and_each_setting_and_cause_joined_by_or() -> None:
    found = indications(zorvalimab())

    by_use = [extensions(each, "use")[0]["valueInteger"] for each in found]
    assert by_use == [1, 2, 3, 3, 4, 4, 4, 4]
    assert texts([each["indication"]["diseaseSymptomProcedure"] for each in found[2:]]) == [
        "Vessel blight", "vessel rust", *["bone loss"] * 4
    ]  # fmt: skip
    assert [texts(each["indication"]["comorbidity"]) for each in found[4:]] == [
        ["bromal cancer", "wasting"],
        ["bromal cancer", "plating"],
        ["skelar cancer", "wasting"],
        ["skelar cancer", "plating"],
    ]


def test_a_narrower_disease_takes_the_code_from_the_wider_one() -> None:
    wider, narrower = (each["indication"]["diseaseSymptomProcedure"]["concept"] for each in indications(zorvalimab())[:2])

    assert wider["coding"][0]["code"] == "MONDO:9000001"
    assert narrower == {"text": "Quillar carcinoma of the brome: juvenile quillar sarcoma"}


def test_a_glossary_id_codes_only_the_words_that_are_linked() -> None:
    found = indications(zorvalimab())
    part_of_phrase, whole_phrase = (found[n]["indication"]["diseaseSymptomProcedure"]["concept"] for n in (0, 2))

    assert CANCER_TERMS not in {each["system"] for each in part_of_phrase["coding"]}
    assert extensions(part_of_phrase, "linked-term")[0]["valueCoding"]["display"] == "Quillar carcinoma"
    assert [(each["code"], each["display"]) for each in whole_phrase["coding"]] == [("900003", "Vessel blight")]


def test_a_mapped_code_that_means_more_than_the_words_is_not_their_coding() -> None:
    concept = indications(zorvalimab())[0]["indication"]["diseaseSymptomProcedure"]["concept"]

    assert [each["code"] for each in concept["coding"]] == ["MONDO:9000001"]
    assert extensions(concept["coding"][0], "mapped")
    assert [
        coding["code"] for each in extensions(concept, "broader-concept") for coding in each["valueCodeableConcept"]["coding"]
    ] == ["MONDO:9000002"]


def test_required_partners_stand_one_by_one_and_a_choice_stands_as_one() -> None:
    found = indications(zorvalimab())[0]["indication"]["otherTherapy"]

    said = [(each["relationshipType"]["coding"][0]["code"], each["treatment"]["concept"]["text"]) for each in found]
    assert said == [
        ("indicated-only-with", "paraxel"),
        ("indicated-only-with", "doxafen"),
        ("indicated-only-with", "either cisfolin or topofolin"),
        ("indicated-only-before", "platinol"),
        ("indicated-only-before", "folinase"),
    ]


def test_partners_whose_grouping_is_not_read_stand_as_one_phrase() -> None:
    facts = zorvalimab()
    first = facts.uses[0]
    together = replace(first, therapies=(replace(first.therapies[1], mode="combination"),), prior=())
    (found,) = indications(replace(facts, uses=(together,)))[0]["indication"]["otherTherapy"]

    assert found["treatment"]["concept"]["text"] == "either cisfolin or topofolin"
    (detail,) = extensions(found, "therapy-detail")
    parts = [(part["url"], part.get("valueCode")) for part in detail["extension"]]
    assert parts == [("mode", "combination"), ("phrase", None), ("name", None), ("name", None)]


def test_a_treatment_that_not_every_patient_has_is_no_condition_of_the_use() -> None:
    indication = indications(zorvalimab())[1]["indication"]

    assert texts([each["treatment"] for each in indication["otherTherapy"]]) == ["andronil", "velastin or dorvastin"]
    assert len(extensions(indication, "optional-therapy")) == 1
    assert len(extensions(indication, "conditional-prior-therapy")) == 1


def test_alternative_populations_are_groups_of_their_own_with_the_ages_as_written() -> None:
    first = indications(zorvalimab())[0]

    assert [each["display"] for each in first["population"]] == [
        "adults; women; past menopause",
        "adolescents; aged 12 years to 17 years; women",
    ]
    ages = first["contained"][1]["characteristic"][1]["valueRange"]
    assert [(ages[end]["value"], ages[end]["code"]) for end in ("low", "high")] == [(12, "a"), (17, "a")]


def test_disease_status_biomarker_and_stage_are_read_together_and_kept_apart() -> None:
    status = indications(zorvalimab())[0]["indication"]["diseaseStatus"]

    assert status["concept"]["text"] == "cannot be removed by surgery; has come back; HER9 positive; stage III"
    kinds = [kind for kind, _ in details_of(status)]
    assert kinds == ["status", "status", "biomarker", "stage"]


@pytest.mark.parametrize(
    ("intent", "codes"),
    [
        ("treat", ["Treatment", "treat"]),
        ("prevent", ["Prevention", "prevent"]),
        ("palliate", ["Alleviation", "palliate"]),
        ("prevent_and_treat", ["prevent-and-treat"]),
        ("reduce_risk", ["reduce-risk"]),
        ("other", ["other"]),
    ],
)
def test_an_intent_has_a_standard_code_only_where_the_words_mean_the_same(intent: str, codes: list[str]) -> None:
    facts = zorvalimab()
    use = replace(facts.uses[0], intent=intent)  # type: ignore[arg-type]

    effect = indications(replace(facts, uses=(use,)))[0]["indication"]["intendedEffect"]["concept"]

    assert [each["code"] for each in effect["coding"]] == codes
    assert effect["text"] == "treat"


def test_a_use_is_of_its_brands_or_where_none_is_named_of_the_drug() -> None:
    assert [[each["display"] for each in each_use["subject"]] for each_use in indications(zorvalimab())[:4]] == [
        ["Zorvaq"], ["Zorvalimab"], ["Velzor"], ["Velzor"]
    ]  # fmt: skip


def test_the_branches_of_a_use_can_be_told_apart_by_their_narratives() -> None:
    narratives = [each["text"]["div"] for each in indications(zorvalimab())]
    assert len(set(narratives)) == len(narratives) == 8


# The drug


def test_the_drug_lists_every_use_and_a_brand_only_its_own() -> None:
    drug, *brands = of_type(build(zorvalimab(), SETTINGS), "MedicationKnowledge")

    assert len(drug["indicationGuideline"]) == 4
    assert sum(len(each["indication"]) for each in drug["indicationGuideline"]) == 8
    own = {
        each["name"][0]: [one for one in each["indicationGuideline"] if one["extension"][0]["valueCode"] == "brand"]
        for each in brands
    }
    assert {name: len(guidelines) for name, guidelines in own.items()} == {"Zorvaq": 1, "Zorvaq Sub-Q": 0, "Velzor": 1}


def test_a_use_in_the_drugs_record_is_the_pages_whole_sentences() -> None:
    drug = of_type(build(zorvalimab(), SETTINGS), "MedicationKnowledge")[0]

    statement = drug["indicationGuideline"][0]["indication"][0]["concept"]["text"]

    assert statement.startswith("Zorvalimab is approved to treat: Quillar carcinoma of the brome, HER9 positive")
    assert statement.endswith("This use is approved for the Zorvaq brand of zorvalimab.")


def test_every_medication_of_a_drug_is_found_from_the_drugs_code() -> None:
    for medication in of_type(build(zorvalimab(), SETTINGS), "Medication"):
        (coding, _mapped) = medication["ingredient"][0]["item"]["concept"]["coding"]
        assert (coding["system"], coding["code"]) == (NCI_THESAURUS, "C900900")


def test_a_fixed_combination_is_found_from_its_own_code_and_from_its_drugs() -> None:
    resources = build(combination(), SETTINGS)

    for medication in of_type(resources, "Medication"):
        texts = [each["item"]["concept"]["text"] for each in medication["ingredient"]]
        assert texts == ["paraxel & doxafen", "paraxel", "doxafen"]
    knowledge = of_type(resources, "MedicationKnowledge")[0]["definitional"]["ingredient"]
    assert [each["item"]["concept"]["text"] for each in knowledge] == ["paraxel", "doxafen"]


def test_a_drug_that_is_no_longer_available_has_no_active_record_and_no_active_use() -> None:
    resources = build(replace(zorvalimab(), fda_status="discontinued"), SETTINGS)

    for kind in ("MedicationKnowledge", "Medication"):
        assert {each["status"] for each in of_type(resources, kind)} == {"inactive"}
    assert {each["status"]["coding"][0]["code"] for each in of_type(resources, "ClinicalUseDefinition")} == {"retired"}


def test_a_denial_is_said_of_the_drug_and_is_no_indication() -> None:
    resources = build(zorvalimab(), SETTINGS)
    drug, *brands = of_type(resources, "MedicationKnowledge")

    assert len(extensions(drug, "denied-use")) == 1
    assert not any(extensions(each, "denied-use") for each in brands)
    assert not any("common blight" in str(each["indication"]) for each in of_type(resources, "ClinicalUseDefinition"))


# Regimens


def test_a_component_is_linked_only_where_its_drug_is_published() -> None:
    (regimen,) = of_type(build(zva(), SETTINGS), "MedicationKnowledge")
    published = {"zorvalimab": "nci.zorvalimab"}

    linked = link(regimen, published)

    references = [each["reference"][0] for each in linked["relatedMedicationKnowledge"]]
    assert [each.get("reference") for each in references] == ["MedicationKnowledge/nci.zorvalimab", None, None]
    assert [each.get("identifier", {}).get("value") for each in references] == ["zorvalimab", None, "avorubin"]
    assert [each["display"] for each in references] == ["Zorvalimab", "Velastin", "Avorubin"]
    assert link(linked, published) == linked
    assert not any("reference" in each["reference"][0] for each in regimen["relatedMedicationKnowledge"]), "changed in place"


def test_linking_leaves_every_other_resource_as_it_is() -> None:
    for resource in [*build(zorvalimab(), SETTINGS), *shared(SETTINGS)]:
        assert link(resource, {"zorvalimab": "nci.zorvalimab"}) == resource


def test_a_regimen_is_no_mixture() -> None:
    resources = build(zva(), SETTINGS)

    assert "ingredient" not in of_type(resources, "Medication")[0]
    assert "definitional" not in of_type(resources, "MedicationKnowledge")[0]


# The page and who wrote what


def test_the_page_is_attached_byte_for_byte() -> None:
    facts = zorvalimab()
    (document,) = of_type(build(facts, SETTINGS), "DocumentReference")

    attachment = document["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    assert data == facts.page.data
    assert attachment["size"] == str(len(data))
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(data, usedforsecurity=False).digest()
    assert hashlib.sha256(data).hexdigest() in {each["value"] for each in document["identifier"]}


def test_nci_wrote_the_page_and_not_our_reading_of_it() -> None:
    resources = build(zorvalimab(), SETTINGS)
    (provenance,) = of_type(resources, "Provenance")

    whose = [each["who"] for each in provenance["agent"]]
    assert whose == [{"reference": "Device/onlabel"}, {"display": "Ann <Ex>"}, {"display": "Bo Wye"}]
    assert [each["who"]["reference"] for each in provenance["entity"][0]["agent"]] == ["Organization/nci"]
    assert not any("author" in each for each in of_type(resources, "MedicationKnowledge"))
    assert len(provenance["target"]) == len(resources) - 2


def test_a_page_that_says_it_is_another_publishers_names_no_author() -> None:
    facts = zorvalimab()
    page = replace(facts.page, front_matter={})

    resources = build(replace(facts, page=page), SETTINGS)

    assert "Organization/" not in str(resources)


def test_provenance_is_dated_by_the_page_then_by_the_run_then_not() -> None:
    facts = zorvalimab()
    undated = replace(facts, page=replace(facts.page, front_matter={}))
    as_of = Settings(proof="full", as_of=date(2026, 1, 2))

    recorded = [
        of_type(build(each, settings), "Provenance")[0].get("recorded")
        for each, settings in ((facts, as_of), (undated, as_of), (undated, SETTINGS))
    ]

    assert recorded == ["2025-12-30T00:00:00Z", "2026-01-02T00:00:00Z", None]


def test_bookkeeping_is_carried_as_stated_and_is_no_indication() -> None:
    (document,) = of_type(build(zorvalimab(), SETTINGS), "DocumentReference")

    assert [each["code"] for each in document["meta"]["tag"]] == ["breast", "skin", "treatment", "patient"]
    assert "attester" not in document
    keys = [each["extension"][-1]["valueString"] for each in extensions(document, "front-matter")]
    assert keys == ["audienceLevel", "cancerTypes", "cancerTypes", "lastReviewed", "language", "source", "tags", "title", "url",
                    "version"]  # fmt: skip
