"""`onlabel validate`: any file or folder in, findings out as text, JSON or OperationOutcomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import run_command
from pipeline.settings import DEFAULT_CANONICAL
from pipeline.validate import LAYERS, validate

R4 = json.loads((Path(__file__).parent / "minimal_resources_r4.json").read_text(encoding="utf-8"))


def _write(file: Path, resources: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(resource) + "\n" for resource in resources), encoding="utf-8")
    return file


def _named(kind: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return next(resource for resource in R4 if resource["resourceType"] == kind) | changes


@pytest.mark.parametrize("version", ["R4", "R4B"])
def test_sound_resources_of_any_version_pass(version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["validate", str(_write(tmp_path / "a.ndjson", R4)), "--fhir", version]) == 0
    assert f"{len(R4)} resources of {version} checked: 0 fatal, 0 error, 0 warning" in capsys.readouterr().out


def test_r4_is_checked_as_r4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    use = {"resourceType": "ClinicalUseDefinition", "id": "a", "type": "indication"}
    file = _write(tmp_path / "a.ndjson", [use])
    assert run_command(["validate", str(file), "--fhir", "R4", "--json"]) == 1
    finding, _ = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (finding["layer"], finding["code"], finding["line"]) == ("shape", "V400", 1)
    assert run_command(["validate", str(file), "--fhir", "R4B", "--json"]) == 0


def test_outcomes_are_fhir_and_say_layer_place_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.ndjson", [_named("Organization"), _named("Organization", id="b", active="yes")])
    assert run_command(["validate", str(file), "--fhir", "R4", "--format", "outcome"]) == 1
    outcomes = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [problem for problem in validate(outcomes, "R4") if problem.severity == "error"] == []
    (issue,) = outcomes[0]["issue"]
    assert issue["expression"] == ["Organization.active"]
    assert {extension["valueString"] for extension in issue["extension"]} == {str(file), "2"}
    assert issue["diagnostics"].startswith("Layer: values\n")


def test_the_end_counts_each_layer_and_says_what_was_not_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.ndjson"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(_named("Medication", status="sold")).encode())
    assert run_command(["validate", str(file), "--fhir", "R4"]) == 1
    said = capsys.readouterr().err
    assert "[json] V461 error" in said
    assert "[bindings] V420 error" in said
    counts = said.split("By layer: ")[1].split(".\n")[0]
    assert counts == ", ".join(f"{name} {1 if name in {'json', 'bindings'} else 0}" for name in LAYERS)
    for missing in ("RxNorm", "slicing", "references outside folders"):
        assert missing in said.split("Not checked: ")[1]


def test_the_end_says_which_folders_of_a_snapshot_were_not_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("R4/resources", "R4/bundles", "R4/conformance", "R5/resources", "outcome"):
        (tmp_path / folder).mkdir(parents=True)
        _write(tmp_path / folder / "Organization.ndjson", [_named("Organization")])
    for named in (tmp_path, tmp_path / "R4", tmp_path / "R4" / "bundles"):
        assert run_command(["validate", str(named), "--fhir", "R4"]) == 0
        printed = capsys.readouterr()
        assert "1 resource " in printed.out
        beside = "R4/bundles, R4/conformance, outcome, R5 of this snapshot"
        assert (beside in printed.err.split("Not checked: ")[1]) is (named.name != "bundles")


def test_a_long_list_of_findings_is_cut_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.ndjson", [_named("Organization", id=f"a{n}", active="yes") for n in range(30)])
    assert run_command(["validate", str(file), "--fhir", "R4"]) == 1
    said = capsys.readouterr().err
    assert said.count("V411 error") == 20
    assert "… and 10 more" in said


def test_in_a_folder_a_missing_target_is_found_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(
        tmp_path / "a.ndjson", [_named("Organization"), _named("Medication", manufacturer={"reference": "Organization/who"})]
    )
    assert run_command(["validate", str(tmp_path), "--fhir", "R4", "--json"]) == 1
    finding, _ = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (finding["code"], finding["layer"], finding["line"]) == ("V434", "references", 2)
    assert finding["expression"] == "Medication.manufacturer.reference"


def test_in_a_folder_of_bundles_their_entries_are_found(tmp_path: Path) -> None:
    organization = {"resource": _named("Organization"), "fullUrl": "https://example.org/fhir/Organization/nci"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [organization]}
    (tmp_path / "bundle.json").write_text(json.dumps(bundle, indent=2), encoding="utf-8")
    _write(tmp_path / "a.ndjson", [_named("Medication")])
    assert run_command(["validate", str(tmp_path), "--fhir", "R4"]) == 0


def test_profiles_are_checked_where_they_are_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://example.org/fhir/StructureDefinition/maker"
    rule = {"id": "Organization.alias", "path": "Organization.alias", "min": 1}
    profile = {"resourceType": "StructureDefinition", "url": url, "type": "Organization", "derivation": "constraint"}
    definitions = tmp_path / "profiles.json"
    definitions.write_text(json.dumps(profile | {"differential": {"element": [rule]}}), encoding="utf-8")
    file = _write(tmp_path / "a.ndjson", [_named("Organization", meta={"profile": [url]})])
    assert run_command(["validate", str(file), "--fhir", "R4"]) == 0
    capsys.readouterr()
    assert run_command(["validate", str(file), "--fhir", "R4", "--definitions", str(definitions), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[0])["code"] == "V480"


@pytest.mark.parametrize("version", ["R5", "R4B", "R4"])
def test_a_snapshot_is_checked_against_the_profiles_in_it(
    version: str, seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "published"
    assert run_command(["convert", str(seed), "--output", str(output), "--fhir", version]) == 0
    assert run_command(["validate", str(output), "--fhir", version]) == 0
    file = output / "current" / version / "resources" / "DocumentReference.ndjson"
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["meta"]["profile"]
    del document["identifier"]
    _write(file, [document])
    capsys.readouterr()
    assert run_command(["validate", str(output), "--fhir", version, "--json"]) == 1
    *found, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {each["layer"] for each in found} == {"profiles"}
    assert last["summary"]["layers"]["profiles"] == len(found)


def test_a_version_that_the_snapshot_does_not_hold_is_said_and_nothing_else_is_read(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "published"
    assert run_command(["convert", str(seed), "--output", str(output), "--fhir", "R4", "--quiet"]) == 0
    capsys.readouterr()
    assert run_command(["validate", str(output)]) == 2
    assert "U906 error" in (said := capsys.readouterr().err)
    assert "this snapshot holds R4, not R5" in said


def test_profiles_that_are_not_found_are_named_at_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url, core = "https://example.org/fhir/StructureDefinition/maker", "http://hl7.org/fhir/StructureDefinition/Organization"
    makers = [_named("Organization", id=name, meta={"profile": [f"{url}|2.0", core]}) for name in ("a", "b")]
    assert run_command(["validate", str(_write(tmp_path / "a.ndjson", makers)), "--fhir", "R4"]) == 0
    assert f"profiles that were not found: {url} (claimed by 2)" in capsys.readouterr().err.split("Not checked: ")[1]


def test_our_own_extensions_are_known_without_their_definitions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"url": f"{DEFAULT_CANONICAL}/StructureDefinition/mapped", "valueString": "yes"}
    coding = {"extension": [wrong], "system": "https://example.org/s", "code": "a"}
    file = _write(tmp_path / "a.ndjson", [_named("Medication", code={"coding": [coding]})])
    assert run_command(["validate", str(file), "--fhir", "R4", "--json"]) == 1
    finding = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (finding["code"], finding["expression"]) == ("V490", "Medication.code.coding[0].extension[0]")
