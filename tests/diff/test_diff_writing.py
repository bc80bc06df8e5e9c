"""What a run writes of its changes: for machines to read, and for servers that hold the snapshot before to apply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.diff import Changes, write_changes, writing
from pipeline.errors import DiffError
from pipeline.settings import FhirVersion, Settings
from tests.invented_pages import drug_page, regimen_page, write_pages
from tests.snapshot_reader import references

OLD = {
    "abrotinib.md": drug_page("Abrotinib"),
    "velorine.md": drug_page("Velorine"),
    "zelanib.md": drug_page("Zelanib"),
    "za.md": regimen_page("ZA", ["Zelanib", "Abrotinib"]),
}
#: Velorine and the regimen are gone, Zelanib lost its second use and its brand, Quorvax came.
NEW = {
    "abrotinib.md": OLD["abrotinib.md"],
    "zelanib.md": "\n".join(line for line in OLD["zelanib.md"].splitlines() if "melanoma" not in line and line != "Zelaria"),
    "quorvax.md": drug_page("Quorvax"),
}
Server = dict[str, Any]


@pytest.fixture
def publish(tmp_path: Path) -> Callable[[dict[str, str], Settings], Path]:
    def snapshot(pages: dict[str, str], settings: Settings) -> Path:
        seeds = write_pages(tmp_path / f"seeds-{len([*tmp_path.iterdir()])}", pages)
        report = convert([seeds], tmp_path / "output", settings, max_removed=1.0, on_unreadable="drop")
        assert report.snapshot is not None
        return report.snapshot

    return snapshot


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def resources(snapshot: Path, version: str) -> Server:
    found = (one for file in (snapshot / version / "resources").iterdir() for one in lines(file))
    return {f"{one['resourceType']}/{one['id']}": one for one in found}


def apply(server: Server, bundles: Iterable[Any]) -> None:
    """As a server takes transactions: each whole, and none that leaves a reference to what is not there."""
    for bundle in bundles:
        assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
        for entry in bundle["entry"]:
            target = entry["request"]["url"]
            if entry["request"]["method"] == "DELETE":
                assert set(entry) == {"request"}
                del server[target]
            else:
                server[target] = entry["resource"]
        assert {name for one in server.values() for name in references(one)} <= server.keys()


@pytest.mark.parametrize("version", ["R5", "R4B", "R4"])
def test_the_new_snapshot_and_its_deletions_make_the_new_out_of_a_server_with_the_old(
    version: FhirVersion, publish: Callable[..., Path], run: Path
) -> None:
    settings = Settings(fhir_versions=(version,))
    old, new = publish(OLD, settings), publish(NEW, settings)
    changes = write_changes(old, new, (), run)

    server = resources(old, version)
    before = len(server)
    apply(server, lines(new / version / "bundles" / "transaction.ndjson"))
    apply(server, lines(run / "deleted.ndjson"))

    assert server == resources(new, version)
    assert changes.deleted == {version: len(resources(old, version).keys() - server.keys())}
    assert len(server) < before + 5


def test_each_further_version_has_files_of_its_own(publish: Callable[..., Path], run: Path) -> None:
    settings = Settings(fhir_versions=("R5", "R4"))
    old, new = publish(OLD, settings), publish(NEW, settings)
    changes = write_changes(old, new, (), run)

    assert {file.name for file in run.iterdir()} == {
        *("changes.json", "deleted.ndjson", "retired.ndjson", "deleted-R4.ndjson", "retired-R4.ndjson")
    }
    assert changes.new.version == "R5"
    server = resources(old, "R4")
    apply(server, [*lines(new / "R4" / "bundles" / "transaction.ndjson"), *lines(run / "deleted-R4.ndjson")])
    assert server == resources(new, "R4")


def test_what_is_retired_is_what_would_be_deleted_marked_as_withdrawn(publish: Callable[..., Path], run: Path) -> None:
    old, new = publish(OLD, Settings()), publish(NEW, Settings())
    write_changes(old, new, (), run)
    before = resources(old, "R5")

    deleted = {entry["request"]["url"] for bundle in lines(run / "deleted.ndjson") for entry in bundle["entry"]}
    retired = {entry["request"]["url"]: entry for bundle in lines(run / "retired.ndjson") for entry in bundle["entry"]}
    assert {target.partition("/")[0] for target in deleted - retired.keys()} == {"Provenance"}
    assert retired.keys() <= deleted
    status = {}
    for target, entry in retired.items():
        assert entry["request"] == {"method": "PUT", "url": target}
        changed = entry["resource"]
        status[changed["resourceType"]] = changed["status"]
        assert {**changed, "status": 0, "meta": 0} == {**before[target], "status": 0, "meta": 0}
        assert changed["meta"]["tag"][-1]["code"] == "retired"
    assert status == {
        "MedicationKnowledge": "inactive",
        "Medication": "inactive",
        "ClinicalUseDefinition": {
            "coding": [{"system": "http://hl7.org/fhir/publication-status", "code": "retired", "display": "Retired"}]
        },
        "DocumentReference": "superseded",
    }


def test_a_stale_drug_is_told_and_loses_nothing(publish: Callable[..., Path], run: Path) -> None:
    old = publish(OLD, Settings())
    new = publish({**OLD, "velorine.md": ""}, Settings())
    changes = write_changes(old, new, ("velorine",), run)

    assert {change.kind for change in changes.listed} == {"became-stale"}
    assert (changes.clinical, changes.pages["stale"], changes.pages["removed"]) == (0, 1, 0)
    assert (run / "deleted.ndjson").read_bytes() == (run / "retired.ndjson").read_bytes() == b""


def test_a_run_that_a_guard_stops_deletes_nothing(publish: Callable[..., Path], tmp_path: Path) -> None:
    old = publish(OLD, Settings())
    seeds = write_pages(tmp_path / "fewer", NEW)
    report = convert([seeds], tmp_path / "output", Settings())

    assert report.stopped is not None
    assert report.stopped.code == "P512"
    assert (tmp_path / "output" / "current").resolve() == old.resolve()
    assert not (report.folder / "deleted.ndjson").exists()


def test_a_run_leaves_its_changes_in_its_folder(publish: Callable[..., Path], tmp_path: Path) -> None:
    publish(OLD, Settings())
    report = convert([write_pages(tmp_path / "fewer", NEW)], tmp_path / "output", Settings(), max_removed=1.0)

    told = json.loads((report.folder / "changes.json").read_bytes())
    assert told["totals"]["drug-removed"] == 2
    assert (report.folder / "deleted.ndjson").read_bytes()


def test_a_first_snapshot_adds_its_drugs_and_deletes_nothing(publish: Callable[..., Path], run: Path) -> None:
    changes = write_changes(None, publish(OLD, Settings()), (), run)

    assert changes.first
    assert [(one.kind, one.slug) for one in changes.listed] == [
        ("drug-added", slug) for slug in ("abrotinib", "velorine", "zelanib", "za")
    ]
    assert json.loads((run / "changes.json").read_bytes())["old"] is None
    assert (run / "deleted.ndjson").read_bytes() == b""


def test_the_same_snapshot_again_is_no_change(publish: Callable[..., Path], run: Path) -> None:
    snapshot = publish(OLD, Settings())
    changes = write_changes(snapshot, snapshot, (), run)

    assert sum(changes.totals.values()) == 0
    assert changes.pages["same"] == 4
    assert (run / "deleted.ndjson").read_bytes() == b""


def test_the_document_counts_every_change_and_tells_clinical_ones_first(publish: Callable[..., Path], run: Path) -> None:
    old = publish(OLD, Settings())
    changes = write_changes(old, publish(NEW, Settings()), (), run)
    told = json.loads((run / "changes.json").read_bytes())

    assert told["format"] == "onlabel-changes/1"
    assert told["clinical"] == changes.clinical == sum(one["clinical"] for one in told["changes"])
    assert sum(told["totals"].values()) == len(told["changes"]) == len(changes.listed)
    assert [one["clinical"] for one in told["changes"]] == sorted((one["clinical"] for one in told["changes"]), reverse=True)
    assert told["old"]["snapshot"] == old.name
    again = (run / "changes.json").read_bytes()
    write_changes(old, run.parent / "output" / "current", (), run)
    assert (run / "changes.json").read_bytes() == again


def test_what_is_too_much_for_memory_stands_in_the_document(
    publish: Callable[..., Path], run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LISTED", 2)
    changes = write_changes(publish(OLD, Settings()), publish(NEW, Settings()), (), run)

    told = json.loads((run / "changes.json").read_bytes())
    assert sum(change.clinical for change in changes.listed) == 2
    assert changes.left_out == len(told["changes"]) - len(changes.listed) > 0


def test_a_page_that_cannot_be_read_back_is_not_compared_and_loses_nothing(publish: Callable[..., Path], run: Path) -> None:
    old, new = publish(OLD, Settings()), publish(NEW, Settings())
    file = old / "R5" / "bundles" / "transaction.ndjson"
    shared, abrotinib, velorine, *rest = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([shared, abrotinib, b"{}\n", *rest]))
    changes = write_changes(old, new, (), run)

    (told,) = [change for change in changes.listed if change.slug == "velorine"]
    assert told.kind == "not-compared"
    assert told.clinical
    assert "velorine" not in (run / "deleted.ndjson").read_text(encoding="utf-8")
    assert velorine


def test_where_nothing_can_be_written_the_error_says_so(publish: Callable[..., Path], tmp_path: Path) -> None:
    snapshot = publish(OLD, Settings())
    with pytest.raises(DiffError, match="D101"):
        write_changes(None, snapshot, (), tmp_path / "no-such-folder")


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        (Settings(canonical="https://other.example/fhir"), "the base of canonical URLs: https://onlabel.example/fhir, now"),
        (Settings(profile="core"), "the profile: full, now core"),
        (Settings(fhir_versions=("R4",)), "the old snapshot is read as R5, the new one as R4"),
    ],
)
def test_snapshots_that_were_not_made_alike_are_compared_and_it_is_said(
    settings: Settings, note: str, publish: Callable[..., Path], run: Path
) -> None:
    changes: Changes = write_changes(publish(OLD, Settings()), publish(OLD, settings), (), run)

    assert any(one.startswith(note) for one in changes.notes)
    assert changes.clinical == 0
    assert changes.totals["resources-only"] == len(OLD)
    assert (run / "deleted.ndjson").read_bytes() == b"", "what is not published in this form is not lost"
