"""Profiles: what a StructureDefinition asks for beyond its type."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pipeline.validate import profiles, validate

URL = "https://example.org/fhir/StructureDefinition/drug"
EXTENSION = "https://example.org/fhir/StructureDefinition/rule"
DEFINITIONS: list[dict[str, Any]] = [
    {
        "resourceType": "StructureDefinition",
        "url": URL,
        "type": "Organization",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Organization", "path": "Organization"},
                {"id": "Organization.name", "path": "Organization.name", "min": 1},
                {"id": "Organization.alias", "path": "Organization.alias", "max": "1"},
                {"id": "Organization.endpoint", "path": "Organization.endpoint", "max": "0"},
                {"id": "Organization.active", "path": "Organization.active", "fixedBoolean": True},
                {
                    "id": "Organization.type",
                    "path": "Organization.type",
                    "patternCodeableConcept": {"coding": [{"system": "https://example.org/s", "code": "govt"}]},
                },
                {"id": "Organization.identifier:a", "path": "Organization.identifier", "min": 1, "sliceName": "a"},
                {"id": "Organization.identifier.system", "path": "Organization.identifier.system", "min": 1},
            ]
        },
    },
    {
        "resourceType": "StructureDefinition",
        "url": EXTENSION,
        "type": "Extension",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
                {"id": "Extension.url", "path": "Extension.url", "fixedUri": EXTENSION},
                {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{"code": "string"}]},
            ]
        },
    },
]
SOUND: dict[str, Any] = {
    "resourceType": "Organization",
    "id": "a",
    "meta": {"profile": [f"{URL}|1.0"]},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A</div>'},
    "extension": [{"url": EXTENSION, "valueString": "r"}],
    "identifier": [{"system": "https://example.org/s", "value": "1"}],
    "active": True,
    "type": [{"coding": [{"system": "https://example.org/s", "code": "govt", "display": "Government"}], "text": "G"}],
    "name": "A",
}
KNOWN = profiles(DEFINITIONS)


def _codes(**changes: Any) -> list[str]:  # noqa: ANN401 - any JSON
    resource = copy.deepcopy(SOUND) | changes
    return [p.code for p in validate([{k: v for k, v in resource.items() if v is not None}], "R5", KNOWN)]


def test_what_follows_its_profiles_has_no_findings() -> None:
    assert _codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"name": None}, "V480", id="an element that the profile requires"),
        pytest.param({"alias": ["b", "c"]}, "V480", id="more than the profile allows"),
        pytest.param({"endpoint": [{"reference": "Endpoint/a"}]}, "V480", id="an element that the profile forbids"),
        pytest.param({"identifier": [{"value": "1"}]}, "V480", id="a required element below another"),
        pytest.param({"active": False}, "V481", id="another value than the fixed one"),
        pytest.param({"type": [{"text": "G"}]}, "V481", id="a concept without the pattern's code"),
        pytest.param({"extension": [{"url": EXTENSION, "valueBoolean": True}]}, "V490", id="another type of an extension"),
    ],
)
def test_what_breaks_a_profile_is_found(changes: dict[str, Any], code: str) -> None:
    assert _codes(**changes) == [code]


def test_a_profile_of_another_type_is_found() -> None:
    device = {"resourceType": "Device", "id": "a", "meta": {"profile": [URL]}, "text": SOUND["text"]}
    assert [p.code for p in validate([device], "R5", KNOWN)] == ["V480"]


def test_a_profile_that_is_not_given_is_not_checked() -> None:
    assert validate([SOUND | {"meta": {"profile": ["https://example.org/other"]}, "active": True}], "R5", KNOWN) == []


def test_a_slash_at_the_end_of_an_extension_that_is_given_is_found() -> None:
    assert _codes(extension=[{"url": f"{EXTENSION}/", "valueString": "r"}]) == ["V491"]
