"""What was published can be read back, page by page, in every version and profile."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.errors import SnapshotError
from pipeline.extract import extract
from pipeline.facts import FACTS, reference
from pipeline.read import read_page
from pipeline.settings import FhirVersion, Profile, Settings
from pipeline.snapshot import facts_of, open_snapshot
from tests.fhir.unbuild import by_use
from tests.fhir.unbuild_older import as_full
from tests.invented_pages import CORPUS, write_pages

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
NOT_A_DRUG = "---\ntitle: About cancer\n---\n\n# About cancer\n\nA list of links.\n"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snapshot")
    extra = write_pages(folder / "seeds", {"about.md": NOT_A_DRUG, "empty.md": ""})
    convert([SEEDS, extra], folder / "output", Settings(fhir_versions=("R5", "R4B", "R4")))
    return folder / "output"


@pytest.mark.parametrize("version", ["R5", "R4B", "R4"])
def test_every_version_gives_back_the_facts_of_the_page(output: Path, version: FhirVersion) -> None:
    (record,) = open_snapshot(output, version).records()

    page = SEEDS / "denosumab.md"
    expected = extract(read_page(page.read_bytes(), page.name))
    assert [use.text for use in record.facts.uses] == [use.text for use in expected.uses]
    assert [use.brands[0].text for use in record.facts.uses] == [use.brands[0].text for use in expected.uses]
    assert record.facts.page.text == page.read_text(encoding="utf-8")
    assert [len(ids) for ids in record.indications] == [1, 1, 2, 1, 1]


@pytest.mark.parametrize("profile", ["full", "core"])
def test_a_page_is_found_by_its_drug_and_only_by_it(tmp_path: Path, profile: Profile) -> None:
    convert([SEEDS], tmp_path, Settings(profile=profile))
    snapshot = open_snapshot(tmp_path)

    found = snapshot.record("denosumab")
    assert found is not None
    assert found.facts.name is not None
    assert found.facts.name.text == "Denosumab"
    assert snapshot.record("zorvalimab") is None


@pytest.mark.parametrize("name", ["../../../escaped", "zorvalimab"])
def test_a_drug_that_is_not_called_as_its_page_is_is_not_given(output: Path, tmp_path: Path, name: str) -> None:
    changed = Path(shutil.copytree(output / "current", tmp_path / "snapshot"))
    for path, old in ((changed / "report.json", '"drug":"denosumab"'), (changed / FACTS, '"slug":"denosumab"')):
        if path.name != "report.json" or "/" in name:
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, old.replace("denosumab", name)), encoding="utf-8")
    with pytest.raises(SnapshotError) as refused:
        list(open_snapshot(changed).records())
    assert refused.value.problem.code == "W102"


def test_a_document_that_is_not_the_page_of_the_facts_is_not_given(output: Path, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(output / "current", tmp_path / "snapshot"))
    bundles = changed / "R5" / "bundles" / "transaction.ndjson"
    text = base64.b64encode((SEEDS / "denosumab.md").read_bytes()).decode()
    other = base64.b64encode((SEEDS / "denosumab.md").read_bytes().replace(b"Denosumab", b"Zorvalima")).decode()
    assert text in bundles.read_text(encoding="utf-8")
    bundles.write_text(bundles.read_text(encoding="utf-8").replace(text, other), encoding="utf-8")
    with pytest.raises(SnapshotError, match="W102"):
        list(open_snapshot(changed).records())


@pytest.mark.parametrize("profile", get_args(Profile))
def test_the_indications_of_a_use_are_those_that_its_resources_state(tmp_path: Path, profile: Profile) -> None:
    seeds = write_pages(tmp_path / "seeds", CORPUS)
    convert([seeds], tmp_path / "output", Settings(fhir_versions=get_args(FhirVersion), profile=profile))
    for version in get_args(FhirVersion):
        for record in open_snapshot(tmp_path / "output", version).records():
            stated = by_use(as_full(record.resources)).values()
            assert record.indications == tuple(tuple(sorted(each["id"] for each in use)) for use in stated)


@pytest.mark.parametrize("command", [["show"], ["show", "denosumab"], ["tables"], ["review"]])
def test_a_snapshot_without_facts_is_refused_by_whoever_reads_it(
    output: Path, tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    changed = Path(shutil.copytree(output / "current", tmp_path / "output" / "snapshots" / "changed"))
    (changed / FACTS).unlink()
    assert run_command([command[0], str(changed), *command[1:]]) == 3
    said = capsys.readouterr().err
    assert "W101" in said
    assert FACTS in said
    assert "Remedy: Publish again" in said


def test_a_snapshot_folder_opens_as_its_output_folder_does(output: Path) -> None:
    assert open_snapshot((output / "current").resolve()) == open_snapshot(output)


def test_findings_are_given_back_by_page_with_code_cause_and_remedy(output: Path) -> None:
    findings = open_snapshot(output).findings()

    assert [problem.code for problem in findings["empty.md"]] == ["R101"]
    assert findings["empty.md"][0].severity == "error"
    assert findings["empty.md"][0].remedy
    assert [problem.code for problem in findings["about.md"]] == ["P522"]


def test_inputs_are_all_pages_with_their_outcome(output: Path) -> None:
    assert {one.name: one.outcome for one in open_snapshot(output).inputs} == {
        "about.md": "not-a-drug",
        "denosumab.md": "published",
        "empty.md": "quarantined",
    }


def test_what_is_not_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="W100"):
        open_snapshot(tmp_path)


def test_a_version_that_is_not_there_is_said(tmp_path: Path) -> None:
    convert([SEEDS], tmp_path, Settings(fhir_versions=("R4",)))

    assert open_snapshot(tmp_path).version == "R4"
    with pytest.raises(SnapshotError, match="W103"):
        open_snapshot(tmp_path, "R5")


@pytest.mark.parametrize("spoilt", [b"", b"{}\n", b"not json\n", b'{"entry": []}\n{"entry": []}\n{"entry": []}\n'])
def test_changed_bundles_are_a_coded_error(tmp_path: Path, spoilt: bytes) -> None:
    convert([SEEDS], tmp_path, Settings())
    snapshot = open_snapshot(tmp_path)
    (snapshot.folder / "bundles" / "transaction.ndjson").write_bytes(b"{}\n" + spoilt)

    with pytest.raises(SnapshotError, match=r"W10[12]"):
        list(snapshot.records())


@pytest.mark.parametrize("spoilt", ["", "[]", '{"settings": {}}', '{"settings": {"fhir_versions": ["R5"]}, "inputs": [{}]}'])
def test_a_changed_report_is_a_coded_error(tmp_path: Path, spoilt: str) -> None:
    convert([SEEDS], tmp_path, Settings())
    (tmp_path / "current" / "report.json").write_text(spoilt, encoding="utf-8")

    with pytest.raises(SnapshotError, match="W101"):
        open_snapshot(tmp_path)


def test_the_facts_themselves_are_given_back_page_by_page_whatever_the_version(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", CORPUS)
    convert([seeds], tmp_path / "output", Settings(fhir_versions=("R4",), profile="core"))
    given = facts_of(open_snapshot(tmp_path / "output"))

    first = next(given)
    expected = extract(read_page(CORPUS["abrotinib.md"].encode(), "abrotinib.md"))
    assert first.page == reference(expected.page)
    assert [use.text for use in first.uses] == [use.text for use in expected.uses]
    assert first.sentences == expected.sentences
    assert [facts.slug for facts in given] == ["abrotinib-mesylate", "zelanib", "za"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda lines: lines[:-1], "W101"),
        (lambda lines: [*lines, lines[0]], "W101"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "W102"),
        (lambda lines: [b"{}\n", *lines[1:]], "W102"),
        (lambda lines: [b"\xff\n", *lines[1:]], "W102"),
        (lambda lines: [lines[0].replace(b'"treat"', b'"cure"'), *lines[1:]], "W102"),
    ],
)
def test_changed_facts_are_a_coded_error(tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], code: str) -> None:
    convert([write_pages(tmp_path / "seeds", CORPUS)], tmp_path / "output")
    file = tmp_path / "output" / "current" / "facts.ndjson"
    changed = change(file.read_bytes().splitlines(keepends=True))
    assert b"".join(changed) != file.read_bytes()
    file.write_bytes(b"".join(changed))

    with pytest.raises(SnapshotError, match=code):
        list(facts_of(open_snapshot(tmp_path / "output")))


def test_facts_that_are_gone_are_a_coded_error(tmp_path: Path) -> None:
    convert([SEEDS], tmp_path)
    (tmp_path / "current" / "facts.ndjson").unlink()

    with pytest.raises(SnapshotError, match="W101"):
        list(facts_of(open_snapshot(tmp_path)))
