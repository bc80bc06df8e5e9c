"""Seeded faults: one change to a small valid resource each, and the finding that it must cause."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import FhirVersion
from pipeline.validate import check_references, layer, validate
from pipeline.validate.walk import STRICTER

_HERE = Path(__file__).parent
_PIPELINE = _HERE.parent.parent / "pipeline"
MINIMAL = {r["resourceType"]: r for r in json.loads((_HERE / "minimal_resources.json").read_text(encoding="utf-8"))}
MINIMAL_R4 = {r["resourceType"]: r for r in json.loads((_HERE / "minimal_resources_r4.json").read_text(encoding="utf-8"))}
FAULTS = json.loads((_HERE / "seeded_faults.json").read_text(encoding="utf-8"))
_OLDER = json.loads((_HERE / "seeded_faults_r4.json").read_text(encoding="utf-8"))
FAULTS_R4 = [(version, fault) for fault in _OLDER for version in fault["versions"]]


def changed(fault: dict[str, Any], minimal: dict[str, Any] = MINIMAL) -> dict[str, Any]:
    """A minimal resource with a fault in it."""
    resource = copy.deepcopy(minimal[fault["in"]])
    *way, last = [int(step) if step.isdigit() else step for step in fault["at"].split(".")]
    place: Any = resource
    for step in way:
        place = place[step]
    if fault.get("remove"):
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(fault["value"])
    else:
        place[last] = fault["value"]
    return resource


@pytest.mark.parametrize("resource", MINIMAL.values(), ids=MINIMAL)
def test_the_resources_that_the_faults_are_seeded_in_are_valid(resource: dict[str, Any]) -> None:
    assert validate([resource], "R5") == []


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f['layer']}: {f['fault']}" for f in FAULTS])
def test_a_seeded_fault_is_found_by_its_code_at_its_place(fault: dict[str, Any]) -> None:
    resource = changed(fault)
    found = {(p.code, p.expression) for p in validate([resource], "R5")}
    assert (fault["code"], fault["expression"]) in found


@pytest.mark.parametrize("version", ["R4", "R4B"])
@pytest.mark.parametrize("resource", MINIMAL_R4.values(), ids=MINIMAL_R4)
def test_what_older_faults_are_seeded_in_is_valid(resource: dict[str, Any], version: FhirVersion) -> None:
    assert validate([resource], version) == []


@pytest.mark.parametrize(("version", "fault"), FAULTS_R4, ids=[f"{v} {f['layer']}: {f['fault']}" for v, f in FAULTS_R4])
def test_a_seeded_fault_is_found_in_older_versions(version: FhirVersion, fault: dict[str, Any]) -> None:
    found = {(p.code, p.expression) for p in validate([changed(fault, MINIMAL_R4)], version)}
    assert (fault["code"], fault["expression"]) in found


@pytest.mark.parametrize("fault", [*FAULTS, *_OLDER], ids=lambda f: f["fault"])
def test_a_fault_is_reported_by_the_layer_that_it_is_seeded_in(fault: dict[str, Any]) -> None:
    assert layer(fault["code"]) == fault["layer"]


@pytest.mark.parametrize("fault", [*FAULTS, *_OLDER], ids=lambda f: f["fault"])
def test_a_finding_that_hl7_has_not_says_so(fault: dict[str, Any]) -> None:
    minimal, version = (MINIMAL_R4, fault["versions"][0]) if "versions" in fault else (MINIMAL, "R5")
    same = [
        p
        for p in validate([changed(fault, minimal)], version)
        if (p.code, p.expression) == (fault["code"], fault["expression"])
    ]
    assert {p.cause.endswith(STRICTER) for p in same} == {fault.get("stricter", False)}


def test_findings_name_their_resource_and_can_be_printed() -> None:
    for fault in FAULTS:
        resource = changed(fault)
        for problem in validate([resource], "R5"):
            assert problem.resource == f"{resource.get('resourceType')}/{resource.get('id', '?')}"
            assert problem.remedy
            assert str(problem).isprintable()


def test_every_validation_code_has_a_seeded_fault() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in sorted((_PIPELINE / "validate").glob("*.py")))
    seeded = {fault["code"] for fault in [*FAULTS, *_OLDER]}
    seeded |= {"V460", "V461", "V462", "V463", "V464", "V465"}  # of bytes: test_validate_encoding.py
    seeded |= {"V480", "V481"}  # of profiles: test_validate_profiles.py
    written = {code for code in _codes() if code in source}
    assert written == seeded


def _codes() -> list[str]:
    return [f"V{number}" for number in range(400, 500)]


def test_r4b_has_its_own_elements_and_its_own_integer64() -> None:
    document = copy.deepcopy(MINIMAL["DocumentReference"])
    del document["subject"]
    document["content"][0]["attachment"]["size"] = int(document["content"][0]["attachment"]["size"])
    assert validate([document], "R4B") == []
    assert [p.code for p in validate([document], "R5")] == ["V411"]
    assert "V402" in {p.code for p in validate([MINIMAL["MedicationKnowledge"]], "R4B")}


def test_the_reference_examples_have_no_errors(shared_dir: Path) -> None:
    files = sorted((shared_dir / "design/examples/r5").glob("*.json"))
    resources = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert len(resources) == 17
    assert [p for p in validate(resources, "R5") if p.severity != "warning"] == []
    assert check_references(r for r in resources if r["resourceType"] != "Bundle") == []


def _snapshot() -> list[dict[str, Any]]:
    brand = copy.deepcopy(MINIMAL["MedicationKnowledge"]) | {"id": "nci.abc.def"}
    return [brand, *(copy.deepcopy(r) for kind, r in MINIMAL.items() if kind != "Bundle")]


def test_a_whole_snapshot_has_all_that_it_refers_to() -> None:
    assert check_references(_snapshot()) == []


@pytest.mark.parametrize(
    ("missing", "expression"),
    [
        ("Organization", "MedicationKnowledge.author.reference"),
        ("Medication", "MedicationKnowledge.associatedMedication[0].reference"),
        ("Device", "Provenance.agent[0].who.reference"),
        ("DocumentReference", "MedicationKnowledge.code.extension[0].extension[0].valueReference.reference"),
    ],
)
def test_a_reference_without_its_target_is_found_inside_extensions_too(missing: str, expression: str) -> None:
    (problem,) = check_references(r for r in _snapshot() if r["resourceType"] != missing)
    assert (problem.code, problem.severity, problem.expression) == ("V434", "error", expression)


def test_a_missing_target_that_exists_under_another_type_is_pointed_out() -> None:
    snapshot = [r | {"resourceType": "Basic"} if r["resourceType"] == "Device" else r for r in _snapshot()]
    (problem,) = check_references(snapshot)
    assert "Basic/onlabel" in problem.cause


def test_two_resources_of_one_type_and_id_are_an_error() -> None:
    snapshot = _snapshot()
    (problem,) = check_references([*snapshot, snapshot[0]])
    assert (problem.code, problem.resource) == ("V435", "MedicationKnowledge/nci.abc.def")


def test_a_resource_of_a_snapshot_without_an_id_is_an_error() -> None:
    snapshot = _snapshot()
    loose = {key: value for key, value in MINIMAL["Organization"].items() if key != "id"}
    (problem,) = check_references([*snapshot, loose])
    assert problem.code == "V414"


def test_one_finding_a_missing_target_however_often_it_is_referred_to() -> None:
    document = [r for r in _snapshot() if r["resourceType"] == "ClinicalUseDefinition"]  # three references to two targets
    assert sorted(p.excerpt or "" for p in check_references(document)) == ["DocumentReference/nci.abc", "Medication/nci.abc"]
