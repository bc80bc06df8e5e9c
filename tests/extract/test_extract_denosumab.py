"""The page that the project ships, in full: what a pharmacist would check."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.extract import extract, findings, record
from pipeline.model import Characteristic, DrugFacts, Population, Use
from pipeline.read import read_page


@pytest.fixture(scope="module")
def facts(seed: Path) -> DrugFacts:
    return extract(read_page(seed.read_bytes(), "denosumab.md"))


def texts(facts: tuple) -> list[str]:
    return [fact.text for fact in facts]


def said(population: Population) -> list[str]:
    return [f"{one.kind}: {one.fact.text}" for one in population.characteristics]


def test_the_drug_its_brands_and_its_identifiers(facts: DrugFacts) -> None:
    assert (facts.kind, facts.slug, facts.fda_status) == ("drug", "denosumab", "approved")
    assert texts(facts.brands) == ["Prolia", "Xgeva"]
    found = {identifier.kind: identifier.fact.text for identifier in facts.identifiers}
    assert found["ncit"] == "C61313"
    assert found["nci-drug-dictionary"] == "481348"
    assert found["medlineplus"] == "a610023"


def test_every_sentence_is_read_and_being_studied_yields_no_use(facts: DrugFacts) -> None:
    assert facts.unread == ()
    assert findings(facts) == ()
    assert texts(facts.studied) == ["Denosumab is also being studied in the treatment of other conditions and types of cancer."]
    assert len(facts.uses) == 5


def test_giant_cell_tumor_in_adults_or_in_adolescents_whose_bones_have_finished_growing(facts: DrugFacts) -> None:
    use = facts.uses[0]
    assert texts(use.conditions) == ["giant cell tumor of the bone"]
    assert (use.intent, use.approval_status, texts(use.brands)) == ("treat", "approved", ["Xgeva"])
    assert texts(use.disease_status) == ["cannot be removed by surgery"]
    assert [said(population) for population in use.populations] == [
        ["age-group: adults"],
        ["age-group: adolescents", "description: whose bones have finished growing"],
    ]


def test_hypercalcemia_that_got_worse_after_bisphosphonates(facts: DrugFacts) -> None:
    use = facts.uses[1]
    assert texts(use.conditions) == ["hypercalcemia of malignancy"]
    assert (use.intent, texts(use.brands)) == ("treat", ["Xgeva"])
    assert texts(use.disease_status) == ["got worse after treatment with bisphosphonates"]
    assert [(prior.mode, texts(prior.names)) for prior in use.prior] == [("required", ["bisphosphonates"])]


def test_bone_problems_are_prevented_in_two_branches(facts: DrugFacts) -> None:
    use = facts.uses[2]
    assert texts(use.conditions) == ["broken bones and other bone problems"]
    assert (use.intent, texts(use.brands)) == ("prevent", ["Xgeva"])
    assert texts(use.causes) == ["multiple myeloma", "solid tumors that have spread to bone"]
    assert use.disease_status == ()


@pytest.mark.parametrize(
    ("number", "setting", "sex", "therapy"),
    [
        (3, "breast cancer", "female", "aromatase inhibitor therapy"),
        (4, "prostate cancer", "male", "androgen deprivation therapy"),
    ],
)
def test_bone_mass_is_increased_in_a_cancer_that_is_not_treated(
    facts: DrugFacts, number: int, setting: str, sex: str, therapy: str
) -> None:
    use: Use = facts.uses[number]
    assert texts(use.conditions) == ["bone mass"]
    assert texts(use.settings) == [setting]
    assert (use.intent, use.intent_text.text if use.intent_text else None, texts(use.brands)) == (
        "other",
        "increase",
        ["Prolia"],
    )
    (population,) = use.populations
    assert [one.age_group for one in population.characteristics if one.age_group] == ["adult"]
    assert [one.sex for one in population.characteristics if one.sex] == [sex]
    assert _description(population.characteristics) == "a high risk of breaking bones"
    assert [(one.mode, one.phrase.text, texts(one.names)) for one in use.therapies] == [
        ("concurrent", f"receiving {therapy}", [therapy])
    ]


def _description(characteristics: tuple[Characteristic, ...]) -> str:
    (found,) = [one for one in characteristics if one.kind == "description"]
    return found.fact.text


def test_the_record_has_the_fields_of_the_annotations_in_a_fixed_order(facts: DrugFacts) -> None:
    made = record(facts)
    fields = ["slug", "kind", "name", "brands", "fda_status", "components", "uses", "not_approved", "source", "sha256"]
    assert list(made)[: len(fields)] == fields
    use = made["uses"][3]
    assert use["condition"] == ["bone mass"]
    assert use["subcondition"] == ["breast cancer"]
    assert (use["ages"], use["sex"], use["with"], use["prior"]) == (["adult"], "female", [], [])
    assert made["uses"][2]["subcondition"] == []
    assert made["sentences"]["unread"] == []


def test_what_a_use_inherits_points_at_the_lead(facts: DrugFacts) -> None:
    use = facts.uses[3]
    assert use.lead is not None
    assert use.intent_text is not None
    lead, adult = use.lead.spans[0], use.populations[0].characteristics[0].fact.spans[0]
    for inside in (use.intent_text.spans[0], use.conditions[0].spans[0], adult):
        assert lead.start <= inside.start
        assert inside.end <= lead.end
