"""Codes from the mapping tables in the resources: where each stands, and those of the seed page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.fhir import AppliedCodes, build, code_definitions
from pipeline.model import Coding, DrugFacts, Resource
from pipeline.settings import Settings
from pipeline.terminology import code, default_folder, load
from pipeline.validate import validate
from tests.fhir.fhir_facts import BROADER, MAPPED, zorvalimab
from tests.fhir.fhir_walk import Json, objects, of_type
from tests.fhir.test_fhir_round_trip import in_reading_order
from tests.fhir.unbuild import read_facts
from tests.fhir.unbuild_elements import extensions
from tests.real_facts import facts_of

NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UNII = "http://fdasis.nlm.nih.gov"
TABLES = load(default_folder())


def coded_facts(path: Path) -> DrugFacts:
    return code(facts_of(path), TABLES)


def tokens(concept: Json) -> list[tuple[str, str]]:
    return [(each["system"], each["code"]) for each in concept.get("coding", ())]


@pytest.fixture(scope="module")
def denosumab(seed: Path) -> list[Resource]:
    return build(coded_facts(seed), Settings(proof="full"))


def test_denosumab_and_its_brands_have_their_codes(denosumab: list[Resource]) -> None:
    assert {each["code"]["text"]: tokens(each["code"]) for each in of_type(denosumab, "Medication")} == {
        "Denosumab": [(NCIT, "C61313"), (RXNORM, "993449"), (UNII, "4EQZ6YO2HI")],
        "Prolia": [(RXNORM, "993453")],
        "Xgeva": [(RXNORM, "1046399")],
    }


def test_every_disease_that_the_denosumab_page_names_has_its_ncit_code_and_what_has_none_stays_text(
    denosumab: list[Resource],
) -> None:
    concepts = [
        concept
        for each in of_type(denosumab, "ClinicalUseDefinition")
        for concept in (
            each["indication"]["diseaseSymptomProcedure"]["concept"],
            *(comorbidity["concept"] for comorbidity in each["indication"].get("comorbidity", ())),
        )
    ]
    coded = {each["text"]: [found for system, found in tokens(each) if system == NCIT] for each in concepts}
    assert {text: codes for text, codes in coded.items() if codes} == {
        "giant cell tumor of the bone": ["C121932"],
        "hypercalcemia of malignancy": ["C3496"],
        "multiple myeloma": ["C3242"],
        "breast cancer": ["C4872"],
        "prostate cancer": ["C4863"],
    }
    assert "solid tumors that have spread to bone" in coded


def test_a_mapped_code_names_its_release_its_label_and_that_no_person_picked_it(denosumab: list[Resource]) -> None:
    codings = [each for each in objects(denosumab) if extensions(each, "mapped")]
    assert codings
    assert {each["userSelected"] for each in codings} == {False}
    assert all(each["display"] for each in codings)
    assert {each["version"] for each in codings if each["system"] in {RXNORM, UNII}} == {"10062025", "2025-06"}


def test_a_code_that_means_more_never_stands_beside_one_that_means_the_same() -> None:
    resources = build(zorvalimab(), Settings(proof="full"))
    for concept in objects(resources):
        exact = {each["code"] for each in concept.get("coding", ()) if extensions(each, "mapped")}
        if "text" in concept:
            assert BROADER.code not in exact
    broader = [each for each in objects(resources) if str(each.get("url")).endswith("/broader-concept")]
    assert {coding["code"] for each in broader for coding in each["valueCodeableConcept"]["coding"]} == {BROADER.code}
    assert all("text" not in each["valueCodeableConcept"] for each in broader)


def test_each_ingredient_of_a_fixed_combination_carries_its_own_codes() -> None:
    facts = zorvalimab()
    assert facts.name is not None
    parts = tuple(
        replace(facts.name, codings=(Coding(UNII, unii, unii, version="2025-06"),)) for unii in ("AAAAAAAAAA", "BBBBBBBBBB")
    )
    resources = build(replace(facts, ingredients=parts), Settings(proof="full"))
    for medication in of_type(resources, "Medication"):
        uniis = [
            [found for system, found in tokens(each["item"]["concept"]) if system == UNII] for each in medication["ingredient"]
        ]
        assert uniis == [[], ["AAAAAAAAAA"], ["BBBBBBBBBB"]]


def test_no_code_of_a_real_page_is_lost(real_pages: list[Path]) -> None:
    lost = []
    for path in real_pages:
        facts = coded_facts(path)
        resources = build(facts, Settings(proof="full"))
        if resources:
            back = read_facts(resources, facts.page.name)
            if in_reading_order(replace(back, page=facts.page)) != in_reading_order(facts):
                lost.append(path.name)
    assert lost == []


# ConceptMaps and fragments of code systems


def applied(resources: list[Resource], version: str = "R5") -> dict[str, Resource]:
    codes = AppliedCodes()
    for each in resources:
        if each["resourceType"] in {"MedicationKnowledge", "ClinicalUseDefinition"}:
            codes.note(each)
    found = code_definitions(codes.rows, Settings(proof="full"), "R4B" if version == "R4B" else "R5")
    assert [str(problem) for problem in validate(found, "R4B" if version == "R4B" else "R5")] == []
    return {f"{each['resourceType']}/{each['id']}": each for each in found}


def test_a_concept_map_holds_the_words_of_the_pages_and_whether_a_code_means_the_same_or_more() -> None:
    found = applied(build(zorvalimab(), Settings(proof="full")))
    (group,) = found["ConceptMap/condition-mondo"]["group"][1:]
    (element,) = group["element"]
    assert group["target"] == f"{MAPPED.system}|2026"
    assert element == {
        "code": "Quillar carcinoma of the brome",
        "target": [{"code": MAPPED.code, "display": MAPPED.display, "relationship": "equivalent"}],
    }
    (open_version,) = found["ConceptMap/condition-mondo"]["group"][:1]
    assert [each["relationship"] for each in open_version["element"][0]["target"]] == ["source-is-narrower-than-target"]


def test_r4b_calls_the_relationship_equivalence_and_the_version_by_itself() -> None:
    (open_version, group) = applied(build(zorvalimab(), Settings(proof="full")), "R4B")["ConceptMap/condition-mondo"]["group"]
    assert (group["target"], group["targetVersion"]) == (MAPPED.system, "2026")
    assert [each["target"][0]["equivalence"] for each in (open_version["element"][0], group["element"][0])] == [
        "wider",
        "equivalent",
    ]


def test_the_maps_and_fragments_of_a_snapshot_hold_every_code_in_it_and_no_other(denosumab: list[Resource]) -> None:
    found = applied(denosumab)
    used = {
        (each["system"], each.get("version", ""), each["code"]) for each in objects(denosumab) if extensions(each, "mapped")
    }
    mapped = {
        (*group["target"].partition("|")[::2], target["code"])
        for each in found.values()
        for group in each.get("group", ())
        for element in group["element"]
        for target in element["target"]
    }
    defined = {
        (each["url"], each.get("version", ""), concept["code"])
        for each in found.values()
        if each["resourceType"] == "CodeSystem" and "copyright" in each
        for concept in each["concept"]
    }
    assert mapped == used
    # The page prints one code itself.
    assert defined == used | {(NCIT, "", "C61313")}
    assert {each["content"] for each in found.values() if "copyright" in each and "content" in each} == {"fragment"}


def test_brands_and_drugs_are_mapped_apart(denosumab: list[Resource]) -> None:
    found = applied(denosumab)
    words = {
        name.partition("/")[2]: sorted(element["code"] for group in each["group"] for element in group["element"])
        for name, each in found.items()
        if each["resourceType"] == "ConceptMap"
    }
    assert words["brand-rxnorm"] == ["Prolia", "Xgeva"]
    assert words["drug-rxnorm"] == ["Denosumab"]
