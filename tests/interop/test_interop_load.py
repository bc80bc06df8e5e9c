"""`onlabel load` against HAPI FHIR servers of each version: twice, a page changed, broken off, shut out, kept busy.

The pages are the seed and a few invented ones, so that this takes seconds; real pages are loaded for `test_interop_search`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from pipeline.errors import LoadError
from pipeline.load import LoadOptions, LoadReport, Login, load
from pipeline.settings import DEFAULT_CANONICAL
from tests.interop import hapi
from tests.interop.amount import FULL
from tests.interop.fhir_server import FhirServer
from tests.interop.gate import Gate, standing
from tests.interop.publishing import VERSIONS, publish
from tests.interop.snapshot import Resource, Snapshot, name
from tests.invented_pages import drug_page, regimen_page, write_pages

pytestmark = pytest.mark.interop

TOKEN = "let-me-in"  # noqa: S105 - what the proxy of these tests asks for
REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = ("Zelanib", "Abrotinib", "Corvatin", "Doxelide")
RETIRED = ("http://hl7.org/fhir/publication-status", "retired")
#: A page's Bundle has nine resources at most: one page a Bundle, so that a load of these pages has steps to be broken off at.
ONE_PAGE = 9
KILLED_AT = 3
#: RFC 9562, 5.5: made of a name.
UUID_OF_A_NAME = 5


def invented(names: tuple[str, ...], regimen: str) -> dict[str, str]:
    pages = {f"{each.lower()}.md": drug_page(each) for each in names}
    return {**pages, f"{regimen.lower()}.md": regimen_page(regimen, list(names[:2]))}


def published(folder: Path, pages: dict[str, str]) -> Path:
    return publish(write_pages(folder / "seeds", pages), folder / "output")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("before"), invented(NAMES, "ZA"))


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of `before`: one has lost a use, another is gone, a third is new."""
    pages = invented(NAMES, "ZA")
    kept = [line for line in pages["corvatin.md"].split("\n") if "melanoma" not in line]
    assert len(kept) == len(pages["corvatin.md"].split("\n")) - 1
    del pages["doxelide.md"]
    changed = {**pages, "corvatin.md": "\n".join(kept), "irlotinib.md": drug_page("Irlotinib")}
    return published(tmp_path_factory.mktemp("after"), changed)


@pytest.fixture(scope="module")
def broken_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of other drugs, for a load that is killed."""
    names = ("Ebastinib", "Fulvatide", "Gorlimab", "Hexatinib", "Ixotinib", "Jaxumab")
    return published(tmp_path_factory.mktemp("broken-off"), invented(names, "EF"))


@pytest.fixture(scope="module")
def orphaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of other drugs again, for a load whose server does not live to see the end of it."""
    return published(tmp_path_factory.mktemp("orphaned"), invented(("Kelvinib", "Lomratide", "Mortinib", "Nuvolimab"), "KL"))


def by_name(folder: Path, server: FhirServer) -> dict[str, Resource]:
    return {name(resource): resource for resource in Snapshot(folder, server.version).resources}


def run(folder: Path, server: FhirServer, **options: object) -> LoadReport:
    return load(folder, server.base, LoadOptions(version=server.version, **options))  # type: ignore[arg-type]


def test_bundles_are_taken_as_they_are_by_any_uploader(server: FhirServer, published_seed: Path) -> None:
    snapshot, there = Snapshot(published_seed, server.version), server.versions()
    expected = Counter("200 OK" if key in there else "201 Created" for key in by_name(published_seed, server))
    assert Counter(response["status"] for response in server.load(snapshot)) == expected
    before = server.versions()
    assert {response["status"] for response in server.load(snapshot)} == {"200 OK"}
    assert server.versions() == before


def test_a_wrong_token_is_refused_before_anything_is_sent(
    server: FhirServer, before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = server.versions()
    monkeypatch.setenv("ONLABEL_SECRET", "wrong")
    options = LoadOptions(version=server.version, login=Login("bearer"))
    with standing(Gate(server.base, token=TOKEN)) as gate:
        with pytest.raises(LoadError, match="L705"):
            load(before, gate.base, options)
        assert gate.transactions == 0
        monkeypatch.setenv("ONLABEL_SECRET", TOKEN)
        assert load(before, gate.base, replace(options, dry_run=True)).exit_code == 0
    assert server.versions() == there


def test_definitions_go_first_and_a_second_load_makes_no_new_version(server: FhirServer, published_seed: Path) -> None:
    first = run(published_seed, server)
    assert (first.problems, first.exit_code) == ((), 0)
    assert first.definitions.get("left out", 0) == 0
    there, definitions = server.versions(), server.search("StructureDefinition", _count="200")
    assert {"StructureDefinition/drug", "StructureDefinition/quote"} <= definitions
    second = run(published_seed, server)
    assert (second.unchanged, set(second.definitions)) == (second.resources, {"unchanged"})
    assert server.versions() == there


def test_a_killed_load_goes_on_where_it_stopped_through_a_full_queue(server: FhirServer, broken_off: Path) -> None:
    ours = set(by_name(broken_off, server))
    known = ours & set(server.versions())  # the shared ones, perhaps
    with standing(Gate(server.base)) as gate:
        options = ["--fhir", server.version, "--no-conformance", "--max-entries", str(ONE_PAGE), "--in-flight", "1", "--quiet"]
        command = [sys.executable, "-m", "pipeline", "load", str(broken_off), "--server", gate.base, *options]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            gate.done = lambda transaction: os.kill(child.pid, signal.SIGKILL) if transaction == KILLED_AT else None
        assert child.returncode == -signal.SIGKILL
    there = ours & set(server.versions())
    assert known < there < ours
    with standing(Gate(server.base, busy=True)) as gate:
        report = load(broken_off, gate.base, LoadOptions(version=server.version, max_entries=ONE_PAGE))
        assert gate.turned_away > 1
    assert (report.created, report.unchanged, report.exit_code) == (len(ours) - len(there), len(there), 0)
    versions = server.versions()
    assert {versions[key] for key in ours} == {"1"}


def test_only_what_changed_is_sent_and_what_is_withdrawn_is_retired_then_deleted(
    server: FhirServer, before: Path, after: Path
) -> None:
    run(before, server, prune=True, max_removed=1)
    old, new, versions = by_name(before, server), by_name(after, server), server.versions()
    guarded = run(after, server, prune=True, withdrawn="retire")
    assert (guarded.exit_code, guarded.stopped and guarded.stopped.code) == (3, "L740")
    assert server.versions() == versions

    report = run(after, server, prune=True, withdrawn="retire", max_removed=0.5)

    gone = {key for key in old if key not in new}
    retired = {key for key in gone if not key.startswith("Provenance/")}
    same = {key for key in new if old.get(key) == new[key]}
    changed = {key for key in new if key in old} - same
    assert gone
    assert changed
    assert report.problems == ()
    assert (report.created, report.updated, report.unchanged) == (len(set(new) - set(old)), len(changed), len(same))
    assert (report.retired, report.deleted) == (len(retired), 0)
    moved = {key: str(int(versions[key]) + 1) for key in changed | retired}
    created = {key: "1" for key in new if key not in old}
    assert server.versions() == {**versions, **moved, **created}
    system, code = RETIRED
    found = {key for kind in server.types for key in server.search(kind, _tag=f"{system}|{code}")}
    assert found == retired

    again = run(after, server, prune=True, withdrawn="retire", max_removed=0)
    assert (again.unchanged, again.retired) == (len(new), 0)
    assert server.versions() == {**versions, **moved, **created}

    # A page that comes back is in force again, and bears the mark no longer.
    back = run(before, server)
    assert (back.problems, back.refused) == ((), 0)
    assert not {key for kind in server.types for key in server.search(kind, _tag=f"{system}|{code}")} & set(old)

    last = run(after, server, prune=True, max_removed=0.5)
    assert (last.problems, last.exit_code) == ((), 0)
    assert set(server.versions()) == set(new)


# It takes a server of its own, which starts for half a minute: what a loader does then is the same in each version.
@pytest.mark.parametrize("server", VERSIONS if FULL else VERSIONS[:1], indirect=True)
def test_a_server_that_dies_half_way_is_said_and_the_next_load_completes_it(
    server: FhirServer, programs: hapi.Programs, orphaned: Path, tmp_path: Path
) -> None:
    number = len(by_name(orphaned, server))
    options = LoadOptions(
        version=server.version, no_conformance=True, max_entries=ONE_PAGE, in_flight=1, pauses=(0.1, 0.1, 0.1)
    )
    said: list[str] = []
    with ExitStack() as running:
        dying = running.enter_context(hapi.servers(programs, [server.version], tmp_path)).base(server.version)
        with standing(Gate(dying, done=lambda transaction: running.close() if transaction == 2 else None)) as gate:
            with pytest.raises(LoadError, match="L702"):
                load(orphaned, gate.base, options, tell=said.append)
            assert "trying again in" in said[0]
            # Its database was in memory: the one that replaces it knows nothing of these pages.
            gate.behind, gate.done = server.base, lambda _: None
            report = load(orphaned, gate.base, options)
    assert (report.created + report.unchanged, report.exit_code) == (number, 0)
    assert set(by_name(orphaned, server)) <= set(server.versions())


def test_ids_that_are_uuids_are_loaded_compared_and_pruned_like_others(server: FhirServer, tmp_path: Path) -> None:
    names = ("Quorinib", "Rivolimab", "Sunatide", "Tovacept")
    first = published(tmp_path / "first", invented(names, "QR"))
    there = server.versions()
    assert run(first, server, ids="uuid", no_conformance=True).exit_code == 0
    came = server.versions().keys() - there.keys()
    assert len(came) == len(by_name(first, server))
    assert all(UUID(target.partition("/")[2]).version == UUID_OF_A_NAME for target in came)
    tagged = server.search("MedicationKnowledge", _tag=f"{DEFAULT_CANONICAL}/id|{publisher_of(first, server)}.quorinib")
    assert len(tagged) == 1
    again = run(first, server, ids="uuid", no_conformance=True)
    assert (again.unchanged, again.created) == (again.resources, 0)
    fewer = published(tmp_path / "fewer", invented(names[:3], "QR"))
    pruned = run(fewer, server, ids="uuid", no_conformance=True, prune=True, max_removed=0.5)
    assert (pruned.exit_code, pruned.deleted > 0) == (0, True)
    left = server.versions().keys() - there.keys()
    assert len(left) == len(by_name(fewer, server))
    assert there.items() <= server.versions().items()
    server.delete(left)  # no load under other ids takes them away, and later tests expect only what they loaded
    assert server.versions() == there


def publisher_of(folder: Path, server: FhirServer) -> str:
    return (
        next(target for target in by_name(folder, server) if target.startswith("MedicationKnowledge/"))
        .split("/")[1]
        .split(".")[0]
    )
