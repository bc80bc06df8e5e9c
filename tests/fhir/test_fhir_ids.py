from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BuildError
from pipeline.fhir import build
from pipeline.fhir.ids import brand_id, drug_id, indication_ids, normal
from pipeline.model import DrugFacts
from pipeline.settings import Settings
from tests.fhir.fhir_facts import zorvalimab
from tests.fhir.fhir_walk import of_type

LEGAL = re.compile(r"[A-Za-z0-9.-]{1,64}")


def test_reordering_a_page_changes_no_id_of_an_indication() -> None:
    facts = zorvalimab()
    turned = replace(facts, uses=facts.uses[::-1])

    before, after = (
        {each["id"]: each["indication"]["intendedEffect"] for each in of_type(build(each, Settings()), "ClinicalUseDefinition")}
        for each in (facts, turned)
    )

    assert before == after


def test_brands_evidence_and_approval_status_do_not_name_an_indication() -> None:
    facts = zorvalimab()
    changed = replace(facts, uses=tuple(replace(use, brands=(), evidence=(), approval_status="used") for use in facts.uses))

    ids = [[each["id"] for each in of_type(build(each, Settings()), "ClinicalUseDefinition")] for each in (facts, changed)]

    assert ids[0] == ids[1]


def test_a_use_stated_twice_gives_two_indications() -> None:
    facts = zorvalimab()
    twice = replace(facts, uses=(*facts.uses, facts.uses[0]))

    ids = [each["id"] for each in of_type(build(twice, Settings(proof="full")), "ClinicalUseDefinition")]

    assert len(set(ids)) == len(ids) == 9


def drug(slug: str) -> DrugFacts:
    return replace(zorvalimab(), slug=slug)


@given(st.lists(st.from_regex(r"[a-z0-9-]{1,90}", fullmatch=True), unique=True))
def test_different_slugs_have_different_legal_ids(slugs: list[str]) -> None:
    ids = [drug_id(drug(slug)) for slug in slugs]
    assert len(set(ids)) == len(ids)
    assert all(LEGAL.fullmatch(each) for each in ids)


@given(st.lists(st.text(alphabet="aAbB -+®é.", min_size=1, max_size=5), unique_by=normal))
def test_different_brands_of_a_drug_have_different_legal_ids(brands: list[str]) -> None:
    ids = [brand_id(drug("zorvalimab"), brand) for brand in brands]
    assert len(set(ids)) == len(ids)
    assert all(LEGAL.fullmatch(each) for each in ids)


def test_a_brand_of_one_drug_cannot_meet_a_drug_named_like_it() -> None:
    assert brand_id(drug("zorvalimab"), "Sub-Q") != drug_id(drug("zorvalimab-sub-q"))
    assert brand_id(drug("zorvalimab"), "Sub") != drug_id(drug("zorvalimab-sub"))


def test_an_indication_of_a_long_named_drug_has_a_legal_id() -> None:
    ids = indication_ids(drug("z" * 80), [("treat", "a"), ("treat", "b"), ("treat", "b")])
    assert len(set(ids)) == 3
    assert all(LEGAL.fullmatch(each) for each in ids)


@pytest.mark.parametrize("slug", ["", "../etc", "Zorva", "a b", "a.b"])
def test_a_slug_that_is_none_is_refused(slug: str) -> None:
    with pytest.raises(BuildError, match="F302"):
        build(replace(zorvalimab(), slug=slug), Settings(proof="full"))
