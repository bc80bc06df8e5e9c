"""The files between batches and a snapshot: what comes out is sorted and whole, however it went in."""

from __future__ import annotations

import random
from pathlib import Path

import orjson
import pytest

from pipeline.errors import Problem
from pipeline.publish import SpoolWriter, serialise
from pipeline.publish.files import NewFolder
from pipeline.publish.snapshot import Selection, broken_links, write_version
from pipeline.publish.spool import SHARED, Spool

BASE = "https://onlabel.example/fhir"


def medication(identity: str) -> dict[str, str]:
    return {"resourceType": "Medication", "id": identity}


def test_ids_come_sorted_out_of_more_runs_than_may_be_open_at_once(tmp_path: Path) -> None:
    ids = [f"nci.{word}{number}" for number in range(120) for word in ("a", "a-", "a.", "b")]
    random.Random(7).shuffle(ids)  # noqa: S311 - a fixed shuffle
    for number, identity in enumerate(ids):
        writer = SpoolWriter(tmp_path, f"{number:05}", BASE)
        writer.add(number, "drug", identity.replace(".", "-"), "R5", [serialise(medication(identity))])
        writer.end_page(number, [Problem("X290", "information", f"of {number}", "-")])
        writer.finish()
    spool = Spool(tmp_path)
    pages = frozenset(range(len(ids)))
    for _ in range(2):
        assert [entry.key.decode() for entry in spool.resources("R5", "Medication", pages)] == sorted(ids)
    assert [entry.key.decode() for entry in spool.resources("R5", "Medication", {3, 5})] == sorted([ids[3], ids[5]])
    assert [(page, found[0].cause) for page, found in spool.problems()] == [(n, f"of {n}") for n in range(len(ids))]
    assert spool.types("R5") == {"Medication"}


def test_a_batch_writes_the_same_files_when_it_is_tried_again(tmp_path: Path) -> None:
    for _ in range(2):
        writer = SpoolWriter(tmp_path, "0", BASE)
        writer.add(0, "drug", "a", "R5", [serialise(medication("nci.a"))])
        writer.end_page(0, [])
        writer.finish()
    assert [entry.json for entry in Spool(tmp_path).resources("R5", "Medication", {0})] == [orjson.dumps(medication("nci.a"))]


@pytest.mark.parametrize("pages_a_run", [1, 2, 100])
def test_a_batch_leaves_one_file_a_group_however_often_it_wrote_and_whoever_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages_a_run: int
) -> None:
    monkeypatch.setattr("pipeline.publish.spool._PAGES_A_RUN", pages_a_run)
    monkeypatch.setattr("pipeline.publish.spool._FAN_IN", 2)

    def take(writer: SpoolWriter, number: int) -> None:
        slug = "fbdaec"[number]
        writer.add(number, "drug", slug, "R5", [serialise(medication(f"nci.{slug}"))])
        writer.add_codes(number, "R5", [("http://loinc.org", "", "1", "One")])
        writer.end_page(number, [Problem("X290", "information", f"of {number}", "-")])

    died, writer = SpoolWriter(tmp_path, "0", BASE), SpoolWriter(tmp_path, "0", BASE)
    for number in range(6):
        take(died, number)
        take(writer, number)
    writer.finish()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "R5.Medication.0",
        "R5.bundles.0",
        "codes.0",
        "problems.0",
    ]
    spool, every = Spool(tmp_path), set(range(6))
    assert [entry.key.decode() for entry in spool.resources("R5", "Medication", every)] == [f"nci.{x}" for x in "abcdef"]
    assert [entry.page for entry in spool.bundles("R5", every)] == [3, 1, 5, 2, 4, 0]
    assert [number for number, _ in spool.problems()] == list(range(6))
    assert spool.codes({0, 1, 5}) == {("R5", ("http://loinc.org", "", "1", "One")): 3}


def test_pages_come_drugs_first_then_regimens_each_page_in_one_piece(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "0", BASE)
    writer.add(SHARED, "none", None, "R5", [serialise({"resourceType": "Device", "id": "onlabel"})])
    for number, (kind, slug) in enumerate([("regimen", "a"), ("drug", "c-d"), ("drug", "c"), ("drug", "c")]):
        resources = [medication(f"nci.{slug}"), {"resourceType": "MedicationKnowledge", "id": f"nci.{slug}"}]
        writer.add(number, kind, slug, "R5", map(serialise, resources))  # type: ignore[arg-type]  # a kind, in a list
    writer.finish()
    found = [
        (entry.page, [each["request"]["url"] for each in orjson.loads(entry.json)["entry"]])
        for entry in Spool(tmp_path).bundles("R5", {SHARED, 0, 1, 3})
    ]
    assert found == [
        (SHARED, ["Device/onlabel"]),
        (3, ["Medication/nci.c", "MedicationKnowledge/nci.c"]),
        (1, ["Medication/nci.c-d", "MedicationKnowledge/nci.c-d"]),
        (0, ["Medication/nci.a", "MedicationKnowledge/nci.a"]),
    ]


def test_two_pages_that_give_one_id_are_both_named(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "0", BASE)
    for number, slug in enumerate(["a", "b", "c"]):
        writer.add(number, "drug", slug, "R5", [serialise(medication("nci.b" if slug == "a" else f"nci.{slug}"))])
    writer.finish()
    selection = Selection(Spool(tmp_path), frozenset({0, 1, 2}), frozenset(), {})
    written = write_version(NewFolder(tmp_path / "snapshot"), selection, None, "R5")
    assert {page: [problem.code for problem in found] for page, found in written.clashes.items()} == {0: ["P525"], 1: ["P525"]}


@pytest.mark.parametrize(("drug", "broken"), [("nci.zelanib", {}), ("nci zelanib", {7: ["V430"]})])
def test_a_regimen_whose_link_is_no_reference_is_named(tmp_path: Path, drug: str, broken: dict[int, list[str]]) -> None:
    knowledge = {
        "resourceType": "MedicationKnowledge",
        "id": "nci.zel-chemo",
        "relatedMedicationKnowledge": [
            {"type": {"text": "component"}, "reference": [{"identifier": {"value": "zelanib"}, "display": "Zelanib"}]}
        ],
    }
    writer = SpoolWriter(tmp_path, "0", BASE)
    writer.add(7, "regimen", "zel-chemo", "R5", [serialise(knowledge)])
    writer.finish()
    selection = Selection(Spool(tmp_path), frozenset({SHARED, 7}), frozenset({7}), {"zelanib": drug})
    found = broken_links(selection, "R5")
    assert {page: [problem.code for problem in problems] for page, problems in found.items()} == broken


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "../../Device", "id": "a"},
        {"resourceType": "Device", "id": "a/../b"},
        {"resourceType": "Device", "id": "a\tb"},
        {"resourceType": "Device"},
        {"resourceType": "Device", "id": "a", "text": "\ud800"},
    ],
)
def test_what_could_leave_its_line_or_its_folder_is_no_resource(resource: dict[str, str]) -> None:
    with pytest.raises((ValueError, TypeError)):
        serialise(resource)
