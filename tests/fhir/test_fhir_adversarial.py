"""Pages that mean harm, or that no FHIR type can hold."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BuildError
from pipeline.fhir import build
from pipeline.fhir.primitives import is_string, midnight, web_address
from pipeline.model import Fact, FrontMatterValue, Span
from pipeline.settings import Settings
from tests.fhir.fhir_facts import zorvalimab, zva
from tests.fhir.fhir_walk import of_type
from tests.fhir.unbuild_elements import extensions

SETTINGS = Settings(proof="full")


def named(text: str) -> Fact:
    return Fact(text, (Span(0, 1),), "a rule")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "]]>&amp;<b", 'x" onload="y', "A\u00a0B\r\nC\U0001f600"])
def test_a_name_is_text_in_a_narrative_whatever_it_says(name: str) -> None:
    facts = replace(zorvalimab(), name=named(name))

    for resource in build(facts, SETTINGS):
        root = ET.fromstring(resource["text"]["div"])  # noqa: S314 - our own output
        assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {"div", "p", "b", "i", "ul", "li", "q"}
        if resource["resourceType"] == "MedicationKnowledge" and resource["id"] == "nci.zorvalimab":
            assert "".join(root[0].itertext()) == name


@given(st.text(min_size=1).filter(str.strip))
def test_any_text_is_quoted_as_it_is_or_refused(text: str) -> None:
    facts = replace(zva(), name=named(text))
    if not is_string(text):
        with pytest.raises(BuildError, match="F301"):
            build(facts, SETTINGS)
        return
    resources = build(facts, SETTINGS)
    assert of_type(resources, "MedicationKnowledge")[0]["name"][0] == text
    for resource in resources:
        ET.fromstring(resource["text"]["div"])  # noqa: S314 - our own output


@pytest.mark.parametrize("text", ["", " ", "a\x00b", "a\x0bb", "a\ufffe", "x" * (1024 * 1024 + 1)])
def test_text_that_no_fhir_string_can_hold_is_refused_not_mended(text: str) -> None:
    with pytest.raises(BuildError, match="F301"):
        build(replace(zorvalimab(), name=named(text)), SETTINGS)


def test_a_text_that_is_too_long_is_told_by_its_size_and_not_by_its_characters() -> None:
    with pytest.raises(BuildError) as caught:
        build(replace(zorvalimab(), name=named("x" * (1024 * 1024 + 1))), SETTINGS)
    assert "1,048,577 bytes" in caught.value.problem.cause
    assert "split it" in caught.value.problem.remedy


def test_a_drug_without_a_name_is_refused() -> None:
    with pytest.raises(BuildError, match="F303"):
        build(replace(zorvalimab(), name=None), SETTINGS)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "//cancer.gov/x", "/about-cancer", "https://", "http://[",
     "https://a b", 'https://a/"x', "https://a/<x>", "ftp://a/b", "urn:x:y", "not an address", ""],
)  # fmt: skip
def test_an_address_that_is_not_of_the_web_stays_text(address: str) -> None:
    facts = zorvalimab()
    matter = {**facts.page.front_matter, "url": (FrontMatterValue(address, Span(0, 1)),)}

    resources = build(replace(facts, page=replace(facts.page, front_matter=matter)), SETTINGS)

    assert web_address(address) is None
    assert not any("source" in each.get("meta", {}) for each in resources)
    (document,) = of_type(resources, "DocumentReference")
    assert len(document["identifier"]) == 1
    assert "sourceUri" not in str(resources)


@pytest.mark.parametrize(
    ("key", "value", "is_text"),
    [("language", "English (US)", True), ("language", "e\u00a0", True), ("lastReviewed", "last week", True),
     ("lastReviewed", "2025-13-01", True), ("title", "\x07", False), ("version", "\x0b", False), ("tags", "a  b", True)],
)  # fmt: skip
def test_front_matter_that_a_type_cannot_hold_stays_out_of_it(key: str, value: str, *, is_text: bool) -> None:
    facts = zorvalimab()
    matter = {**facts.page.front_matter, key: (FrontMatterValue(value, Span(0, 1)),)}

    resources = build(replace(facts, page=replace(facts.page, front_matter=matter)), SETTINGS)

    (document,), (provenance,) = of_type(resources, "DocumentReference"), of_type(resources, "Provenance")
    attachment = document["content"][0]["attachment"]
    held = [attachment.get("language"), attachment.get("title"), document.get("version"), provenance.get("recorded")]
    assert value not in held
    assert value not in [each["code"] for each in document["meta"]["tag"]]
    carried = [extension["extension"][0]["valueString"] for extension in extensions(document, "front-matter")]
    assert (value in carried) == is_text


def test_a_date_is_an_instant_only_if_it_is_one() -> None:
    assert midnight("2025-12-30") == "2025-12-30T00:00:00Z"
    assert midnight("30/12/2025") is None
    assert midnight(None) is None
