"""The definitions of what is ours stand by themselves: with snapshots, each once, and as a FHIR package."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline import __version__
from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.fhir import build, derive, with_snapshot
from pipeline.fhir.conformance import conformance
from pipeline.settings import FhirVersion, Profile, Settings
from pipeline.validate import validate
from tests.fhir.fhir_facts import combination, querin, zorvalimab, zva
from tests.fhir.fhir_walk import objects
from tests.medplum import medplum_core, run_node
from tests.snapshot_reader import lines

Json = dict[str, Any]
VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")
every_version = pytest.mark.parametrize("version", VERSIONS)


def structures(version: FhirVersion) -> list[Json]:
    found = (with_snapshot(each, version) for each in conformance(Settings(), version))
    stored: list[Json] = json.loads(json.dumps([each for each in found if each["resourceType"] == "StructureDefinition"]))
    return stored


@every_version
def test_every_structure_has_a_snapshot_as_the_specification_asks(version: FhirVersion) -> None:
    """Invariants sdf-3, sdf-8a, sdf-8b, sdf-15 and sdf-16, eld-16 of https://hl7.org/fhir/R5/structuredefinition.html."""
    found = structures(version)
    assert [str(problem) for problem in validate(found, version) if problem.severity != "information"] == []
    for structure in found:
        elements = structure["snapshot"]["element"]
        assert elements[0]["path"] == structure["type"]
        assert "type" not in elements[0]
        assert max(Counter(element["id"] for element in elements).values()) == 1
        for element in elements[1:]:
            assert element["path"].startswith(f"{structure['type']}.")
            assert element["id"].rpartition(".")[0] in {each["id"] for each in elements}
            assert "type" in element or "contentReference" in element, element["id"]
        assert all({"definition", "min", "max", "base"} <= element.keys() for element in elements)
        assert len(json.dumps(structure)) < 150_000


@every_version
def test_a_snapshot_says_all_that_its_differential_says(version: FhirVersion) -> None:
    for structure in structures(version):
        snapshot = {element["id"]: element for element in structure["snapshot"]["element"]}
        for element in structure["differential"]["element"]:
            assert snapshot[element["id"]].items() >= element.items()


@every_version
def test_slices_follow_what_they_slice_and_that_says_by_what(version: FhirVersion) -> None:
    sliced = 0
    for structure in structures(version):
        for view in ("snapshot", "differential"):
            seen: dict[str, Json] = {}
            for element in structure[view]["element"]:
                if "sliceName" in element:
                    sliced += 1
                    base = seen[element["id"].rpartition(":")[0]]
                    assert base["slicing"]["discriminator"] == [{"type": "value", "path": "url"}]
                    assert element["path"] == base["path"]
                seen[element["id"]] = element
    assert sliced > 20


@every_version
def test_each_code_system_is_there_once_and_none_is_an_empty_fragment(version: FhirVersion, seed: Path, tmp_path: Path) -> None:
    snapshot = convert([seed], tmp_path, Settings(fhir_versions=(version,))).snapshot
    assert snapshot is not None
    folder = snapshot / version / "conformance"
    ours, excerpts = lines(folder / "CodeSystem.ndjson"), lines(folder / "excerpts.ndjson")
    assert max(Counter((each["url"], each.get("version")) for each in (*ours, *excerpts)).values()) == 1
    assert max(Counter(each["id"] for each in (*ours, *excerpts)).values()) == 1
    assert all(each["content"] == "complete" and each["concept"] for each in ours)
    # What could answer for the whole of somebody else's code system on a server is left out with one file.
    assert {each["content"] for each in excerpts} == {"fragment"}
    assert not [each for each in excerpts if each["url"].startswith(Settings().canonical) or not each["concept"]]


@every_version
def test_the_package_holds_every_definition_and_an_index_of_them(version: FhirVersion, tmp_path: Path) -> None:
    canonical = "https://pharmacy.example/fhir"
    for folder in ("one", "two"):
        told = ["conformance", "--package", "--fhir", version, "--to", str(tmp_path / folder), "--canonical", canonical]
        assert run_command([*told, "--quiet"]) == 0
    name = f"onlabel-{__version__}-{version.lower()}.tgz"
    data = (tmp_path / "one" / name).read_bytes()
    assert data == (tmp_path / "two" / name).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = {each.name: json.load(archive.extractfile(each) or io.BytesIO()) for each in archive}
    about, index = files.pop("package/package.json"), files.pop("package/.index.json")
    number = {"R5": "5.0.0", "R4B": "4.3.0", "R4": "4.0.1"}[version]
    assert (about["version"], about["fhirVersions"], about["canonical"]) == (__version__, [number], canonical)
    assert about["dependencies"] == {f"hl7.fhir.{version.lower()}.core": number}
    indexed = {f"package/{each['filename']}": (each["resourceType"], each["id"], each["url"]) for each in index["files"]}
    assert indexed == {path: (each["resourceType"], each["id"], each["url"]) for path, each in files.items()}
    expected = {each["url"] for each in conformance(Settings(canonical=canonical), version)}
    assert {each["url"] for each in files.values()} == expected
    assert all("snapshot" in each for each in files.values() if each["resourceType"] == "StructureDefinition")


def test_medplums_core_loads_the_structures_of_the_r4_package_with_their_slices(tmp_path: Path) -> None:
    """It speaks R4, reads snapshots alone, and finds the parts of an extension by its slicing."""
    assert run_command(["conformance", "--package", "--fhir", "R4", "--to", str(tmp_path), "--quiet"]) == 0
    with tarfile.open(next(tmp_path.glob("*-r4.tgz"))) as archive:
        archive.extractall(tmp_path, filter="data")

    found = json.loads(run_node(Path(__file__).with_name("load_package.cjs"), medplum_core(), tmp_path / "package"))

    assert set(found) == {each["id"] for each in structures("R4")}
    assert all(each["loaded"] and each["elements"] for each in found.values())
    parts = ["relationship-type", "treatment", "mode", "phrase", "name"]
    assert [each for each in found["other-therapy"]["slices"] if each in parts] == parts
    assert found["source-document"]["slices"] == ["kind-reason"]


#: HL7's code systems among those that we use that FHIR R4 4.0.1 has. Source: https://hl7.org/fhir/R4/terminologies-systems.html
IN_R4 = {
    "http://hl7.org/fhir/administrative-gender",
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
    "http://terminology.hl7.org/CodeSystem/v3-DataOperation",
}


@pytest.mark.parametrize("profile", ["full", "core"])
def test_r4_resources_use_code_systems_of_r4(profile: Profile) -> None:
    used = set()
    for make in (zorvalimab, combination, zva, querin):
        settings = Settings(profile=profile)
        resources = [*derive(build(make(), settings), "R4", settings).resources, *conformance(settings, "R4")]
        used |= {str(each["system"]) for each in objects(resources) if "system" in each and "code" in each}
    assert {system for system in used if "hl7.org" in system} <= IN_R4
    assert any("hl7.org" in system for system in used)


def test_without_package_the_definitions_are_files_in_a_folder(tmp_path: Path) -> None:
    assert run_command(["conformance", "--fhir", "R4", "--to", str(tmp_path), "--quiet"]) == 0
    found = [json.loads(path.read_bytes()) for path in (tmp_path / "R4").iterdir()]
    assert len(found) == len(conformance(Settings(), "R4"))
    assert {each["id"] for each in found if each["resourceType"] == "SearchParameter"} == {
        "drug-condition", "drug-identifier", "drug-use-approval-status",
    }  # fmt: skip
