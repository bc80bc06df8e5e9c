"""What a snapshot holds, and that it depends on nothing but its pages and settings."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline.convert import convert
from pipeline.errors import PublishError
from pipeline.settings import Settings
from pipeline.validate import check_references, validate
from tests.invented_pages import CORPUS, drug_page, write_pages
from tests.snapshot_reader import Publish, hash_of, lines, place, tree


def test_current_leads_to_a_snapshot_named_by_its_content(publish: Publish, tmp_path: Path) -> None:
    report = publish(CORPUS)
    current = tmp_path / "output" / "current"
    assert current.is_symlink()
    assert report.snapshot is not None
    assert current.resolve() == report.snapshot.resolve()
    assert report.snapshot.name == hash_of(report.snapshot)
    files = {"facts.ndjson", "facts.schema.json", "report.json", "SHA256SUMS"}
    assert {path.name for path in report.snapshot.iterdir()} == {*files, "R5", "outcome"}
    assert {path.name for path in (report.snapshot / "R5").iterdir()} == {
        "resources",
        "bundles",
        "conformance",
    }


def test_resources_stand_one_a_line_sorted_by_id_in_the_file_of_their_type(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS)
    files = sorted((tmp_path / "output/current/R5/resources").iterdir())
    assert {path.stem for path in files} >= {"MedicationKnowledge", "DocumentReference", "Organization", "Device", "Provenance"}
    for path in files:
        resources = lines(path)
        assert {resource["resourceType"] for resource in resources} == {path.stem}
        ids = [resource["id"] for resource in resources]
        assert ids == sorted(set(ids))


def test_everything_published_is_valid_and_refers_to_what_is_published(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS)
    snapshot = tmp_path / "output/current"
    resources = [resource for path in (snapshot / "R5/resources").iterdir() for resource in lines(path)]
    found = [*validate(resources, "R5"), *check_references(resources)]
    found += validate(lines(snapshot / "R5/bundles/transaction.ndjson"), "R5")
    found += validate(lines(snapshot / "outcome/OperationOutcome.ndjson"), "R5")
    assert [problem for problem in found if problem.severity in {"fatal", "error"}] == []


def test_the_facts_stand_one_page_a_line_in_the_order_of_the_bundles_as_their_schema_says(
    publish: Publish, tmp_path: Path
) -> None:
    publish(CORPUS)
    snapshot = tmp_path / "output/current"
    facts = lines(snapshot / "facts.ndjson")
    schema = json.loads((snapshot / "facts.schema.json").read_bytes())

    assert [each["slug"] for each in facts] == ["abrotinib", "abrotinib-mesylate", "zelanib", "za"]
    assert [each["page"]["name"] for each in facts] == ["abrotinib.md", "abrotinib-mesylate.md", "zelanib.md", "za.md"]
    assert [problem.message for each in facts for problem in Draft202012Validator(schema).iter_errors(each)] == []
    for each in facts:
        text = CORPUS[each["page"]["name"]]
        assert each["page"]["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert each["page"]["url"] == f"https://www.cancer.gov/about-cancer/treatment/drugs/{each['slug']}"
        for condition in (condition for use in each["uses"] for condition in use["conditions"]):
            (span,) = condition["spans"]
            assert text[span["start"] : span["end"]] == condition["text"]


def test_a_page_that_may_not_be_published_leaves_no_facts(publish: Publish, tmp_path: Path) -> None:
    others = {"twin.md": drug_page("Twin"), "twin-2.md": drug_page("Twin", brand="Morvia"), "zz.md": CORPUS["zelanib.md"]}
    report = publish({**CORPUS, **others})
    assert report.accounting == {"inputs": 8, "published": 4, "not_a_drug": 1, "quarantined": 2, "duplicate": 1}
    names = [each["page"]["name"] for each in lines(tmp_path / "output/current/facts.ndjson")]
    assert names == ["abrotinib.md", "abrotinib-mesylate.md", "zelanib.md", "za.md"]


def test_bundles_can_be_committed_one_after_the_other(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS)
    folder = tmp_path / "output/current/R5"
    bundles = lines(folder / "bundles/transaction.ndjson")
    there: set[str] = set()
    committed: list[dict[str, Any]] = []
    for bundle in bundles:
        assert bundle["type"] == "transaction"
        for entry in bundle["entry"]:
            target = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            assert entry["request"] == {"method": "PUT", "url": target}
            assert target not in there, "a resource stands in one bundle only"
            there.add(target)
        committed.extend(entry["resource"] for entry in bundle["entry"])
        assert check_references(committed) == []
    by_type = [f"{path.stem}/{resource['id']}" for path in (folder / "resources").iterdir() for resource in lines(path)]
    assert there == set(by_type)
    knowledge = [
        [e["resource"]["id"] for e in b["entry"] if e["resource"]["resourceType"] == "DocumentReference"] for b in bundles
    ]
    assert knowledge == [[], ["nci.abrotinib"], ["nci.abrotinib-mesylate"], ["nci.zelanib"], ["nci.za"]]


def test_a_regimen_refers_to_its_drugs_where_they_are_published_and_names_them_where_not(
    publish: Publish, tmp_path: Path
) -> None:
    publish(CORPUS)
    resources = {r["id"]: r for r in lines(tmp_path / "output/current/R5/resources/MedicationKnowledge.ndjson")}
    related = resources["nci.za"]["relatedMedicationKnowledge"]
    references = [reference for entry in related for reference in entry["reference"]]
    assert [reference.get("reference") for reference in references] == [
        "MedicationKnowledge/nci.zelanib",
        "MedicationKnowledge/nci.abrotinib",
        None,
    ]
    assert references[2]["display"] == "Unheardof"


def test_sha256sums_checks_every_other_file(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS, settings=Settings(fhir_versions=("R5", "R4")))
    snapshot = tmp_path / "output/current"
    checked = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=snapshot, capture_output=True, check=True)  # noqa: S607
    names = {line.removesuffix(": OK") for line in checked.stdout.decode().splitlines()}
    assert names == set(tree(snapshot)) - {"SHA256SUMS"}


def test_the_accounting_adds_up_and_names_every_input(publish: Publish, tmp_path: Path) -> None:
    copy = CORPUS["zelanib.md"]
    publish({**CORPUS, "copy-of-zelanib.md": copy, "empty.md": "", "sub/z.TXT": copy, "notes.rst": "not a page"})
    report = json.loads((tmp_path / "output/current/report.json").read_bytes())
    assert report["accounting"] == {"inputs": 8, "published": 4, "not_a_drug": 1, "quarantined": 1, "duplicate": 2}
    assert {one["name"]: one["outcome"] for one in report["inputs"]} == {
        "abrotinib-mesylate.md": "published",
        "abrotinib.md": "published",
        "copy-of-zelanib.md": "published",
        "empty.md": "quarantined",
        "list.md": "not-a-drug",
        "sub/z.TXT": "duplicate",
        "za.md": "published",
        "zelanib.md": "duplicate",
    }
    assert [one["name"] for one in report["inputs"]] == sorted(one["name"] for one in report["inputs"])
    assert report["counts"]["drugs"] == 3
    assert report["counts"]["regimens"] == 1
    assert report["resources"]["R5"]["DocumentReference"] == 4


def test_findings_carry_page_line_and_code(publish: Publish, tmp_path: Path) -> None:
    publish({"zelanib.md": drug_page("Zelanib") + "\n", "broken.md": "---\ntitle: 'x\n---\n"})
    outcomes = lines(tmp_path / "output/current/outcome/OperationOutcome.ndjson")
    (issue,) = [issue for outcome in outcomes for issue in outcome["issue"] if place(issue, "file") == "broken.md"]
    assert issue["severity"] == "error"
    assert issue["code"] == "structure"
    assert issue["details"]["coding"][0]["code"].startswith("R1")
    assert int(place(issue, "line") or 0) >= 1


@pytest.mark.parametrize("workers", [1, 2])
def test_the_bytes_do_not_depend_on_order_workers_or_history(publish: Publish, tmp_path: Path, workers: int) -> None:
    wanted = tree(publish(CORPUS).snapshot or tmp_path)
    seeds = tmp_path / "seeds"
    reversed_order = [seeds / name for name in sorted(CORPUS, reverse=True)]
    old = convert([write_pages(tmp_path / "old", {"other.md": drug_page("Other")})], tmp_path / "second")
    again = convert(reversed_order, tmp_path / "second", workers=workers, max_removed=1)
    assert old.snapshot != again.snapshot
    assert again.snapshot is not None
    assert tree(again.snapshot) == wanted


def test_publishing_the_same_again_changes_nothing(publish: Publish, tmp_path: Path) -> None:
    first = publish(CORPUS)
    before = {path: path.lstat().st_mtime_ns for path in (tmp_path / "output/snapshots").rglob("*")}
    link = (tmp_path / "output/current").lstat().st_ino
    second = publish(CORPUS)
    assert (first.unchanged, second.unchanged) == (False, True)
    assert {path: path.lstat().st_mtime_ns for path in (tmp_path / "output/snapshots").rglob("*")} == before
    assert (tmp_path / "output/current").lstat().st_ino == link


def test_a_published_file_that_someone_changed_is_put_back(publish: Publish) -> None:
    snapshot = publish(CORPUS).snapshot
    assert snapshot is not None
    (snapshot / "R5/resources/Device.ndjson").write_text("{}\n")
    assert publish(CORPUS).snapshot == snapshot
    assert hash_of(snapshot) == snapshot.name


@pytest.mark.parametrize(
    ("reviewed", "as_of", "wanted"),
    [
        (["2025-12-30", "2024-02-29"], None, "2025-12-30"),
        (["2025-12-30", "2026-02-30"], None, "2025-12-30"),
        (["20251230", "2024-02-29"], None, "2024-02-29"),
        ([None, "soon"], None, None),
        (["2025-12-30", None], date(2020, 1, 1), "2020-01-01"),
    ],
)
def test_the_date_is_the_newest_valid_one_of_the_pages_or_the_one_asked_for(
    publish: Publish, tmp_path: Path, reviewed: list[str | None], as_of: date | None, wanted: str | None
) -> None:
    pages = {f"{name}.md": drug_page(name, reviewed=day) for name, day in zip(["Abrotinib", "Zelanib"], reviewed, strict=True)}
    report = publish(pages, settings=Settings(as_of=as_of))
    assert json.loads((tmp_path / "output/current/report.json").read_bytes())["as_of"] == wanted
    assert [problem.code for problem in report.notes] == ([] if wanted else ["P524"])
    issues = [i for o in lines(tmp_path / "output/current/outcome/OperationOutcome.ndjson") for i in o["issue"]]
    general = [issue["details"]["coding"][0]["code"] for issue in issues if place(issue, "file") is None]
    assert general == ([] if wanted else ["P524"])


def test_a_setting_that_spoils_what_belongs_to_no_page_stops_the_run(publish: Publish, tmp_path: Path) -> None:
    with pytest.raises(PublishError) as stopped:
        publish(CORPUS, settings=Settings(canonical="no url"))
    assert stopped.value.problem.code == "P526"
    assert not (tmp_path / "output/snapshots").exists()


def test_the_runs_folder_holds_what_depends_on_history_and_machine(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS, run_id="first")
    publish({**CORPUS, "new.md": drug_page("Newinib")}, run_id="second")
    run = json.loads((tmp_path / "output/runs/second/run.json").read_bytes())
    first = json.loads((tmp_path / "output/runs/first/run.json").read_bytes())
    assert (run["state"], run["added"], run["removed"], run["stale"]) == ("published", ["newinib"], [], [])
    assert run["previous"] == first["snapshot"]
    metrics = json.loads((tmp_path / "output/runs/second/metrics.json").read_bytes())
    assert metrics["seconds"]["all"] > 0
    assert not (tmp_path / "output/.staging").exists()
