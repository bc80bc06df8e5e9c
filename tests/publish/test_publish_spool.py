"""The files between batches and a snapshot: what comes out is sorted and whole, however it went in."""

from __future__ import annotations

import random
from pathlib import Path

import orjson
import pytest

from pipeline.errors import Problem
from pipeline.publish import SpoolWriter, serialise
from pipeline.publish.snapshot import Selection, write_version
from pipeline.publish.spool import SHARED, Spool
from pipeline.settings import Settings


def medication(identity: str) -> dict[str, str]:
    return {"resourceType": "Medication", "id": identity}


def test_ids_come_sorted_out_of_more_runs_than_may_be_open_at_once(tmp_path: Path) -> None:
    ids = [f"nci.{word}{number}" for number in range(120) for word in ("a", "a-", "a.", "b")]
    random.Random(7).shuffle(ids)  # noqa: S311 - a fixed shuffle
    for number, identity in enumerate(ids):
        writer = SpoolWriter(tmp_path, f"{number:05}")
        writer.add(number, "drug", identity.replace(".", "-"), "R5", [serialise(medication(identity))])
        writer.end_page(number, [Problem("X290", "information", f"of {number}", "-")])
        writer.flush()
    spool = Spool(tmp_path)
    pages = frozenset(range(len(ids)))
    for _ in range(2):
        assert [entry.id for entry in spool.resources("R5", "Medication", pages)] == sorted(ids)
    assert [entry.id for entry in spool.resources("R5", "Medication", {3, 5})] == sorted([ids[3], ids[5]])
    assert [(page, found[0].cause) for page, found in spool.problems()] == [(n, f"of {n}") for n in range(len(ids))]
    assert spool.types("R5") == ["Medication"]


def test_a_batch_writes_the_same_files_when_it_is_tried_again(tmp_path: Path) -> None:
    for _ in range(2):
        writer = SpoolWriter(tmp_path, "0")
        writer.add(0, "drug", "a", "R5", [serialise(medication("nci.a"))])
        writer.end_page(0, [])
        writer.flush()
    assert [entry.json for entry in Spool(tmp_path).resources("R5", "Medication", {0})] == [orjson.dumps(medication("nci.a"))]


def test_pages_come_drugs_first_then_regimens_each_page_in_one_piece(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "0")
    writer.add(SHARED, "none", "", "R5", [serialise({"resourceType": "Device", "id": "onlabel"})])
    for number, (kind, slug) in enumerate([("regimen", "a"), ("drug", "c-d"), ("drug", "c"), ("drug", "c")]):
        resources = [medication(f"nci.{slug}"), {"resourceType": "MedicationKnowledge", "id": f"nci.{slug}"}]
        writer.add(number, kind, slug, "R5", map(serialise, resources))  # type: ignore[arg-type]  # a kind, in a list
    writer.flush()
    found = [(page, [entry.target for entry in entries]) for page, entries in Spool(tmp_path).by_page("R5", {SHARED, 0, 1, 3})]
    assert found == [
        (SHARED, ["Device/onlabel"]),
        (3, ["Medication/nci.c", "MedicationKnowledge/nci.c"]),
        (1, ["Medication/nci.c-d", "MedicationKnowledge/nci.c-d"]),
        (0, ["Medication/nci.a", "MedicationKnowledge/nci.a"]),
    ]


def test_two_pages_that_give_one_id_are_both_named(tmp_path: Path) -> None:
    writer = SpoolWriter(tmp_path, "0")
    for number, slug in enumerate(["a", "b", "c"]):
        writer.add(number, "drug", slug, "R5", [serialise(medication("nci.b" if slug == "a" else f"nci.{slug}"))])
    writer.flush()
    selection = Selection(Spool(tmp_path), frozenset({0, 1, 2}), frozenset(), {})
    written = write_version(tmp_path / "R5", selection, Settings(), "R5")
    assert {page: [problem.code for problem in found] for page, found in written.clashes.items()} == {0: ["P525"], 1: ["P525"]}


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
