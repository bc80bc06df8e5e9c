"""What is withdrawn from a server: what is ours and no longer published, and never more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.settings import FhirVersion, Settings
from pipeline.validate import validate
from pipeline.withdrawal import is_withdrawn, withdrawn
from tests.load.fhir_stub import Stub, serving
from tests.load.load_runs import DRUGS, codes, published, run
from tests.load.load_snapshots import snapshot

VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")
RETIRED = {"system": "http://hl7.org/fhir/publication-status", "code": "retired", "display": "Retired"}


def test_pruning_deletes_what_is_ours_and_no_longer_published(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS, ["ab-regimen"], uses=3), stub)
    others = {
        "Medication/other": {"resourceType": "Medication", "id": "other", "identifier": [{"system": "urn:x", "value": "1"}]}
    }
    stub.store |= others
    smaller = snapshot(tmp_path, DRUGS[:2])
    assert run(smaller, stub).deleted == 0
    report = run(smaller, stub, prune=True, max_removed=0.7)
    assert set(stub.store) == {*published(smaller), *others}
    assert (report.exit_code, report.deleted) == (0, 2 + 2 * 8 + 3)


@pytest.mark.parametrize("withdrawing", ["delete", "retire"])
def test_a_record_of_others_that_bears_an_identifier_of_ours_is_not_ours(tmp_path: Path, stub: Stub, withdrawing: str) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    ours = [stub.store[f"{kind}/org.doxelide"] for kind in ("MedicationKnowledge", "DocumentReference")]
    ours.append(stub.store["MedicationKnowledge/org.doxelide.brand"])
    others = {
        f"{one['resourceType']}/f-{number}": {**one, "id": f"f-{number}", "identifier": [*one["identifier"], {"value": "4711"}]}
        for number, one in enumerate(ours)
    }
    stub.store |= others
    run(snapshot(tmp_path, DRUGS[:2]), stub, prune=True, withdrawn=withdrawing, max_removed=0.7)
    assert {name: stub.store.get(name) for name in others} == others


@pytest.mark.parametrize("unsearchable", [{"MedicationKnowledge"}, set()], ids=["no search", "a search that was added later"])
def test_pruning_finds_a_drug_in_r4_where_its_identifier_is_an_extension(tmp_path: Path, unsearchable: set[str]) -> None:
    """A server that has our search parameter finds by it only what came after it, here nothing."""
    with serving(Stub(version="4.0.1", unsearchable=frozenset(unsearchable))) as stub:
        run(snapshot(tmp_path, DRUGS, version="R4"), stub)
        stub.store["MedicationKnowledge/other"] = {"resourceType": "MedicationKnowledge", "id": "other"}
        smaller = snapshot(tmp_path, DRUGS[:2], version="R4")
        run(smaller, stub, prune=True, max_removed=0.6)
    assert set(stub.store) == {*published(smaller, "R4"), "MedicationKnowledge/other"}


def test_pruning_stops_before_anything_is_sent_where_too_much_would_go(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    before = stub.versions
    report = run(snapshot(tmp_path, DRUGS[:2], wording="2"), stub, prune=True)
    assert (report.stopped and report.stopped.code, report.exit_code) == ("L740", 3)
    assert stub.versions == before


@pytest.mark.parametrize("drug", ["corvatin", None], ids=["drug known", "drug known from the snapshot before"])
def test_a_stale_page_is_never_pruned(tmp_path: Path, stub: Stub, drug: str | None) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    before = {name for name in stub.store if "corvatin" in name}
    report = run(snapshot(tmp_path, DRUGS[:2], quarantined=[("corvatin.md", drug)]), stub, prune=True, max_removed=0.5)
    assert {name for name in stub.store if "corvatin" in name} == before
    assert not {name for name in stub.store if "doxelide" in name}
    assert report.kept == len(before) - 1  # the record of how it was read has no identifier, and is not even looked for


def test_a_stale_page_of_an_unknown_drug_stops_the_pruning(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path / "before", DRUGS), stub)
    before = stub.versions
    report = run(snapshot(tmp_path / "now", DRUGS[:3], quarantined=[("p17.md", None)]), stub, prune=True, max_removed=1)
    assert (report.stopped and report.stopped.code, report.exit_code) == ("L741", 3)
    assert stub.versions == before


def test_what_others_name_is_not_deleted_and_is_said(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    named = {"reference": "Medication/org.doxelide"}
    stub.store["MedicationRequest/p1"] = {"resourceType": "MedicationRequest", "id": "p1", "medication": named}
    report = run(snapshot(tmp_path, DRUGS[:2]), stub, prune=True, max_removed=1)
    assert codes(report) == {"L742"}
    assert "Medication/org.doxelide" in stub.store
    assert "Medication/org.corvatin" not in stub.store


#: What names each other in a page of `load_snapshots`, and so goes in one Bundle however small the limit is.
KNOT = {"MedicationKnowledge/org.doxelide", "MedicationKnowledge/org.doxelide.brand", "Medication/org.doxelide"}


@pytest.mark.parametrize(("most", "bundles"), [(1, [1, 5, 1]), (3, [1, 5, 1]), (6, [1, 6]), (7, [7]), (100, [7])])
def test_deleting_keeps_to_the_entries_of_a_bundle_and_takes_what_names_others_first(
    tmp_path: Path, stub: Stub, most: int, bundles: list[int]
) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    smaller, sent = snapshot(tmp_path, DRUGS[:3]), len(stub.transactions)
    report = run(smaller, stub, prune=True, max_removed=0.7, max_entries=most)
    # The server refuses a Bundle after which anything would name what is gone.
    assert (report.problems, report.deleted, set(stub.store)) == ((), 7, set(published(smaller)))
    assert [len(targets) for targets in stub.transactions[sent:]] == bundles
    assert all(len(targets) <= most or set(targets) >= KNOT for targets in stub.transactions[sent:])
    assert "Provenance/org.doxelide" in stub.transactions[sent]


@pytest.mark.parametrize(("most", "bundles"), [(1, [1, 5]), (6, [6]), (100, [6])])
def test_retiring_keeps_to_the_entries_of_a_bundle(tmp_path: Path, stub: Stub, most: int, bundles: list[int]) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    smaller, sent = snapshot(tmp_path, DRUGS[:3]), len(stub.transactions)
    report = run(smaller, stub, prune=True, withdrawn="retire", max_removed=0.7, max_entries=most)
    assert (report.problems, report.retired) == ((), 6)
    assert [len(targets) for targets in stub.transactions[sent:]] == bundles


def test_retiring_keeps_to_the_bytes_of_a_bundle(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    sent = len(stub.transactions)
    report = run(snapshot(tmp_path, DRUGS[:3]), stub, prune=True, withdrawn="retire", max_removed=0.7, max_bytes=100)
    assert (report.problems, report.retired) == ((), 6)
    assert [len(targets) for targets in stub.transactions[sent:]] == [1, 5]


def test_of_a_page_that_goes_in_several_bundles_what_others_name_stays_whole(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    named = {"reference": "Medication/org.doxelide"}
    stub.store["MedicationRequest/p1"] = {"resourceType": "MedicationRequest", "id": "p1", "medication": named}
    report = run(snapshot(tmp_path, DRUGS[:3]), stub, prune=True, max_removed=1, max_entries=2)
    (problem,) = report.problems
    assert (problem.code, report.deleted) == ("L742", 1)
    assert "this and 5 more of its page" in problem.cause
    assert set(stub.store) >= {*KNOT, "DocumentReference/org.doxelide"}


def test_nothing_is_deleted_when_something_was_refused(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    stub.refuse = lambda resource: "no" if resource["id"] == "org.ablumab.use2" else None
    report = run(snapshot(tmp_path, DRUGS[:2], uses=3), stub, prune=True, max_removed=1)
    assert report.deleted == 0
    assert {"L730", "L743"} <= codes(report)


@pytest.mark.parametrize("withdrawing", ["delete", "retire"])
def test_a_snapshot_with_every_page_and_no_uses_does_not_take_the_uses_away(
    tmp_path: Path, stub: Stub, withdrawing: str
) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    before = stub.versions
    report = run(snapshot(tmp_path, DRUGS, core=True), stub, prune=True, withdrawn=withdrawing)
    assert report.stopped is not None
    assert report.stopped.code == "L740"
    said = f"4 of the 4 Medication and 8 of the 8 ClinicalUseDefinition on the server would be {withdrawing}d"
    assert report.stopped.cause.startswith(said)
    assert stub.versions == before


def test_retiring_keeps_what_is_withdrawn_marked_and_a_second_load_makes_no_new_version(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS, uses=3), stub)
    smaller = snapshot(tmp_path, DRUGS[:3])
    there = set(stub.store)
    report = run(smaller, stub, prune=True, withdrawn="retire", max_removed=0.6)
    marked = {name for name, one in stub.store.items() if RETIRED in one.get("meta", {}).get("tag", ())}
    gone = there - set(published(smaller))
    # The record of how a page was read has no status, and is true for ever.
    assert marked == gone - {"Provenance/org.doxelide"}
    assert (set(stub.store), report.retired, report.deleted, report.exit_code) == (there, len(marked), 0, 0)
    statuses = {name.partition("/")[0]: stub.store[name]["status"] for name in marked}
    assert statuses == {
        "ClinicalUseDefinition": {"coding": [RETIRED]},
        "DocumentReference": "superseded",
        "Medication": "inactive",
        "MedicationKnowledge": "inactive",
    }
    before = stub.versions
    # What is retired already passed the guard then, and does not count for it again.
    again = run(smaller, stub, prune=True, withdrawn="retire", max_removed=0)
    assert (again.retired, again.exit_code, stub.versions) == (0, 0, before)


def test_what_is_retired_is_deleted_when_that_is_asked_for(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    smaller = snapshot(tmp_path, DRUGS[:3])
    run(smaller, stub, prune=True, withdrawn="retire", max_removed=0.6)
    run(smaller, stub, prune=True, max_removed=0)
    assert set(stub.store) == set(published(smaller))


def test_a_page_that_comes_back_is_in_force_again_and_bears_no_mark(tmp_path: Path, stub: Stub) -> None:
    whole = snapshot(tmp_path, DRUGS)
    run(whole, stub)
    run(snapshot(tmp_path, DRUGS[:3]), stub, prune=True, withdrawn="retire", max_removed=0.6)
    report = run(whole, stub)
    assert report.updated == len([name for name in stub.store if "doxelide" in name]) - 1
    assert not [one for one in stub.store.values() if RETIRED in one.get("meta", {}).get("tag", ())]
    assert (report.problems, run(whole, stub).unchanged) == ((), len(stub.store))


def test_a_stale_page_is_not_retired_and_a_dry_run_retires_nothing(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    before = stub.versions
    smaller = snapshot(tmp_path, DRUGS[:2], quarantined=[("corvatin.md", "corvatin")])
    report = run(smaller, stub, prune=True, withdrawn="retire", max_removed=0.5, dry_run=True)
    assert (report.retired, report.deleted, stub.versions) == (6, 0, before)
    run(smaller, stub, prune=True, withdrawn="retire", max_removed=0.5)
    assert {name for name in stub.store if is_withdrawn(stub.store[name] if "Prov" not in name else None)} == {
        name for name in before if "doxelide" in name and not name.startswith("Provenance/")
    }


def test_a_server_that_does_not_retire_is_said(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    stub.refuse = lambda resource: "never" if resource.get("status") == "inactive" else None
    report = run(snapshot(tmp_path, DRUGS[:3]), stub, prune=True, withdrawn="retire", max_removed=0.6)
    assert (codes(report), report.retired, report.exit_code) == ({"L744"}, 0, 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_retired_is_valid_in_every_version(version: FhirVersion, seed: Path, tmp_path: Path) -> None:
    folder = convert([seed], tmp_path, Settings(fhir_versions=VERSIONS)).snapshot
    assert folder is not None
    ours = [one for one in published(folder, version).values() if one["resourceType"] not in {"Device", "Organization"}]
    marked = [withdrawn(one) for one in ours if one["resourceType"] != "Provenance"]
    assert all(is_withdrawn(one) and not is_withdrawn(before) for one, before in zip(marked, ours, strict=False))
    assert [problem for problem in validate(marked, version) if problem.severity != "information"] == []


def test_withdrawn_without_prune_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["load", str(tmp_path), "--server", "http://127.0.0.1:9/fhir", "--withdrawn", "retire"]
    assert run_command(call) == 2
    assert "--prune is missing" in capsys.readouterr().err
