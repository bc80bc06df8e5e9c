"""Several FHIR versions in one snapshot, and the core profile: each folder is whole, and the report says what is not held."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.settings import FhirVersion, Settings
from pipeline.validate import check_references, validate
from pipeline.verify import verify
from tests.invented_pages import CORPUS, drug_page
from tests.snapshot_reader import Publish, lines, tree

ALL: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")


def test_leaving_out_versions_that_were_published_is_said_once(publish: Publish) -> None:
    pages = {"zelanib.md": drug_page("Zelanib")}
    assert publish(pages, settings=Settings(fhir_versions=("R5", "R4B", "R4"))).notes == ()
    report = publish(pages)
    (note,) = report.notes
    assert (note.code, note.severity, report.exit_code) == ("P534", "warning", 0)
    assert note.cause == "the snapshot before also has FHIR R4B and R4, and this one has R5 alone"
    assert note.remedy == "To publish all of them, run with `--fhir R5 --fhir R4B --fhir R4`."
    assert publish(pages).notes == ()


def test_each_version_has_a_folder_of_its_own_in_one_snapshot(publish: Publish) -> None:
    snapshot = publish(CORPUS, settings=Settings(fhir_versions=ALL)).snapshot
    assert snapshot is not None
    report = json.loads((snapshot / "report.json").read_text())

    assert {path.name for path in snapshot.iterdir()} == {
        *ALL,
        "facts.ndjson",
        "facts.schema.json",
        "outcome",
        "report.json",
        "SHA256SUMS",
    }
    for version in ALL:
        folder = snapshot / version
        resources = [resource for path in sorted((folder / "resources").iterdir()) for resource in lines(path)]
        definitions = [resource for path in sorted((folder / "conformance").iterdir()) for resource in lines(path)]
        bundles = lines(folder / "bundles" / "transaction.ndjson")
        found = [*validate([*resources, *definitions, *bundles], version), *check_references(resources)]

        assert [str(problem) for problem in found if problem.severity in {"fatal", "error"}] == []
        assert dict(Counter(each["resourceType"] for each in resources)) == report["resources"][version]
        assert sum(len(bundle["entry"]) for bundle in bundles) == len(resources)
    assert "ClinicalUseDefinition" not in report["resources"]["R4"]
    assert report["not_held"]["R5"] == {}
    assert report["not_held"]["R4"]["ClinicalUseDefinition.status"] == report["resources"]["R5"]["ClinicalUseDefinition"]


def test_a_version_is_the_same_whatever_is_published_beside_it(publish: Publish) -> None:
    together = publish(CORPUS, settings=Settings(fhir_versions=ALL)).snapshot
    assert together is not None

    for version in ALL:
        alone = publish(CORPUS, output=version, settings=Settings(fhir_versions=(version,))).snapshot
        assert alone is not None
        assert tree(alone / version) == tree(together / version)


def test_verify_proves_r5_and_says_that_the_others_are_derived_from_it(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS, settings=Settings(fhir_versions=ALL))

    found = verify(tmp_path / "output")

    assert [(problem.code, problem.severity, Path(problem.source or "").name) for problem in found] == [
        ("C606", "information", "R4"),
        ("C606", "information", "R4B"),
    ]


@pytest.mark.parametrize(
    "settings", [Settings(fhir_versions=("R4",)), Settings(profile="core"), Settings(fhir_versions=("R4B",), profile="core")]
)
def test_verify_says_that_it_cannot_prove_what_stands_without_r5(publish: Publish, tmp_path: Path, settings: Settings) -> None:
    publish(CORPUS, settings=settings)

    found = verify(tmp_path / "output")

    assert [(problem.code, problem.severity) for problem in found] == [("C606", "warning")]


@pytest.mark.parametrize("version", ALL)
def test_core_has_two_types_and_leads_nowhere_else(publish: Publish, version: FhirVersion) -> None:
    snapshot = publish(CORPUS, settings=Settings(fhir_versions=(version,), profile="core")).snapshot
    assert snapshot is not None
    files = sorted((snapshot / version / "resources").iterdir())
    resources = [resource for path in files for resource in lines(path)]

    assert [path.stem for path in files] == ["DocumentReference", "MedicationKnowledge"]
    found = [*validate(resources, version), *check_references(resources)]
    assert [str(problem) for problem in found if problem.severity in {"fatal", "error"}] == []
