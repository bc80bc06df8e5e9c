"""The FHIR packages, read by HAPI's package loader, define what is published: without any other definition of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.settings import FhirVersion
from tests.interop import hapi
from tests.interop.publishing import VERSIONS
from tests.interop.snapshot import Snapshot

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    assert run_command(["conformance", "--package", "--to", str(folder), "--quiet"]) == 0
    return {version: next(folder.glob(f"onlabel-*-{version.lower()}.tgz")) for version in VERSIONS}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_package_is_all_that_a_validator_needs_to_know_of_us(
    version: FhirVersion, packages: dict[str, Path], published_seed: Path, validator: hapi.Validator
) -> None:
    snapshot = Snapshot(published_seed, version)
    resources = [file for file in snapshot.files if file.parent.name == "resources"]
    document = snapshot.of_type("DocumentReference")[0]
    kept = [each for each in document["extension"] if not each["url"].endswith("/kind-reason")]
    fault = {**document, "id": "fault", "extension": [*kept, {**kept[0], "valueString": "neither value nor parts"}]}

    found = validator.validate(version, [packages[version], *resources], [*snapshot.lines, json.dumps(fault)])

    errors = [each for each in found if each.severity in {"error", "fatal"}]
    assert [str(each) for each in errors if not each.resource.endswith("/fault")] == []
    told = " ".join(each.text for each in errors)
    assert "kind-reason" in told
    ours = [each for each in found if "https://onlabel.example/fhir/StructureDefinition/" in each.text]
    assert [each for each in ours if "unknown" in each.text.lower()] == []
