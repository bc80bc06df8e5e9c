"""`--ids uuid`: a server that takes UUIDs alone holds what was published, and is loaded, asked and pruned like any other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from pipeline.cli import run_command
from tests.load.fhir_stub import Resource, Stub, references
from tests.load.load_runs import DRUGS, codes, published, run
from tests.load.load_snapshots import CANONICAL, snapshot

#: packages/server/src/fhir/repo.ts of medplum/medplum at 000c589c, `updateResourceImpl`.
MEDPLUM = "Invalid id"


def _no_uuid(resource: Resource) -> str | None:
    return None if re.fullmatch(r"[0-9a-f-]{36}", resource["id"]) else MEDPLUM


@pytest.fixture
def medplum(stub: Stub) -> Stub:
    stub.refuse = _no_uuid
    return stub


@pytest.fixture
def drugs(tmp_path: Path) -> Path:
    return snapshot(tmp_path, DRUGS, ["ab-regimen"])


def _uuid(target: str) -> str:
    return f"{target.partition('/')[0]}/{uuid5(NAMESPACE_URL, f'{CANONICAL}/{target}')}"


def test_every_id_and_reference_is_the_uuid_of_what_was_published(drugs: Path, medplum: Stub) -> None:
    report = run(drugs, medplum, ids="uuid")
    assert (report.created, report.refused, report.exit_code) == (len(published(drugs)), 0, 0)
    assert set(medplum.store) == {_uuid(target) for target in published(drugs)}
    assert all(UUID(resource["id"]).version == 5 for resource in medplum.store.values())
    for target, resource in published(drugs).items():
        assert {*references(medplum.store[_uuid(target)])} == {_uuid(named) for named in references(resource)}
        assert {"system": f"{CANONICAL}/id", "code": resource["id"]} in medplum.store[_uuid(target)]["meta"]["tag"]


def test_a_second_load_changes_nothing(drugs: Path, medplum: Stub) -> None:
    run(drugs, medplum, ids="uuid")
    report = run(drugs, medplum, ids="uuid")
    assert (report.unchanged, report.created, report.updated) == (len(published(drugs)), 0, 0)
    assert set(medplum.versions.values()) == {"1"}


def test_what_is_changed_is_updated_under_its_uuid(tmp_path: Path, medplum: Stub) -> None:
    run(snapshot(tmp_path / "a", DRUGS), medplum, ids="uuid")
    before = set(medplum.store)
    report = run(snapshot(tmp_path / "b", DRUGS, wording="2"), medplum, ids="uuid")
    assert report.updated > 0
    assert (report.created, set(medplum.store)) == (0, before)


@pytest.mark.parametrize("withdrawn", ["delete", "retire"])
def test_what_is_no_longer_published_is_pruned(tmp_path: Path, medplum: Stub, withdrawn: str) -> None:
    run(snapshot(tmp_path / "a", DRUGS), medplum, ids="uuid")
    left = snapshot(tmp_path / "b", DRUGS[:3])
    report = run(left, medplum, ids="uuid", prune=True, max_removed=0.5, withdrawn=withdrawn)
    assert report.exit_code == 0
    gone = {
        _uuid(target)
        for target in published(tmp_path / "a" / "snapshots" / next((tmp_path / "a" / "snapshots").iterdir()).name)
    }
    gone -= {_uuid(target) for target in published(left)}
    if withdrawn == "delete":
        assert report.deleted == len(gone) > 0
        assert not gone & set(medplum.store)
    else:
        assert report.retired > 0
        retired = {
            name for name, one in medplum.store.items() if any(tag["code"] == "retired" for tag in one["meta"].get("tag", ()))
        }
        assert retired < gone <= set(medplum.store)
    assert {_uuid(target) for target in published(left)} <= set(medplum.store)


def test_a_refusal_names_the_resource_as_published(drugs: Path, medplum: Stub) -> None:
    bad = _uuid("ClinicalUseDefinition/org.bexinib.use1").partition("/")[2]
    medplum.refuse = lambda resource: f"ClinicalUseDefinition/{bad} is not welcome" if resource["id"] == bad else None
    report = run(drugs, medplum, ids="uuid")
    (refused,) = [problem for problem in report.problems if problem.code == "L730"]
    assert refused.resource == "ClinicalUseDefinition/org.bexinib.use1"
    assert "ClinicalUseDefinition/org.bexinib.use1 is not welcome" in refused.cause
    line = Path(refused.source or "").read_text(encoding="utf-8").splitlines()[(refused.line or 0) - 1]
    assert json.loads(line)["id"] == "org.bexinib.use1"


def test_without_it_such_a_server_is_left_early_with_the_remedy(
    drugs: Path, medplum: Stub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "L730" not in codes(run(drugs, medplum, ids="uuid"))
    medplum.store.clear()
    assert run_command(["load", str(drugs), "--server", medplum.base]) == 4
    said = capsys.readouterr().err
    assert "L735" in said
    assert "--ids uuid" in said
    assert run_command(["load", str(drugs), "--server", medplum.base, "--ids", "uuid"]) == 0
