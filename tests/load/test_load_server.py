"""Loading into a server that is strict, and one that fails: what arrives, what is said, what is never sent."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from pipeline.cli import exit_code, run_command
from pipeline.errors import LoadError, Problem, UsageError
from pipeline.load import LoadOptions, load
from pipeline.load.redaction import Secrets
from pipeline.load.refusals import Refusals
from tests.load.fhir_stub import BREAK, TYPES, Fault, Stub, serving
from tests.load.load_runs import DRUGS, QUICK, held, published, run, told
from tests.load.load_snapshots import snapshot


@pytest.fixture
def drugs(tmp_path: Path) -> Path:
    return snapshot(tmp_path, DRUGS, ["ab-regimen"])


@pytest.mark.parametrize(("max_entries", "in_flight"), [(100, 4), (8, 1), (3, 2), (1, 4)])
def test_the_server_holds_what_was_published_whatever_the_limits(
    drugs: Path, stub: Stub, max_entries: int, in_flight: int
) -> None:
    report = run(drugs, stub, max_entries=max_entries, in_flight=in_flight)
    assert held(stub) == published(drugs)
    assert (report.created, report.resources, report.exit_code) == (len(published(drugs)), len(published(drugs)), 0)
    # Two drugs' parts name each other and cannot be parted: three resources of a page go together at the least.
    assert max(map(len, stub.transactions)) <= max(max_entries, 6)


def test_a_bundle_ends_at_its_size_in_bytes(drugs: Path, stub: Stub) -> None:
    run(drugs, stub, max_bytes=3_000)
    assert held(stub) == published(drugs)
    assert len(stub.transactions) > len(DRUGS)


def test_a_second_load_sends_nothing(drugs: Path, stub: Stub) -> None:
    run(drugs, stub)
    sent, versions = len(stub.transactions), stub.versions
    report = run(drugs, stub)
    assert report.unchanged == report.resources
    assert (len(stub.transactions), stub.versions) == (sent, versions)


def test_only_what_changed_is_sent(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    report = run(snapshot(tmp_path, DRUGS, wording="2"), stub)
    assert report.updated == 2 * len(DRUGS)
    assert {name for name, version in stub.versions.items() if version == "2"} == {
        f"ClinicalUseDefinition/org.{drug}.use{number}" for drug in DRUGS for number in range(2)
    }


def test_drugs_go_side_by_side_and_regimens_after_them(drugs: Path, stub: Stub) -> None:
    stub.pause = 0.05
    run(drugs, stub, max_entries=7, in_flight=3)
    assert 1 < stub.most_at_once <= 3
    order = [name for transaction in stub.transactions for name in transaction]
    assert order.index("MedicationKnowledge/org.ab-regimen") > max(
        order.index(f"MedicationKnowledge/org.{one}") for one in DRUGS
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, {"Retry-After": "0"}),
        Fault(503),
        Fault(500, body="a moment, please"),
        Fault(409, body="somebody else is writing"),
        Fault(BREAK),
        Fault(BREAK, after=True),
        Fault(504, after=True),
    ],
    ids=["busy", "unavailable", "fault", "conflict", "broken", "broken when done", "timeout when done"],
)
def test_what_passes_by_itself_is_tried_again(drugs: Path, stub: Stub, fault: Fault) -> None:
    stub.faults = [fault, fault]
    report = run(drugs, stub, max_entries=8)
    assert held(stub) == published(drugs)
    assert report.exit_code == 0


@pytest.mark.parametrize("asked", ["1", "date"])
def test_retry_after_is_kept(drugs: Path, stub: Stub, asked: str) -> None:
    stub.faults = [Fault(429, {"Retry-After": asked if asked == "1" else formatdate(time.time() + 2, usegmt=True)})]
    start = time.monotonic()
    run(drugs, stub)
    assert time.monotonic() - start >= 0.9


def test_a_server_that_asks_for_too_much_patience_ends_the_load_at_once(drugs: Path, stub: Stub) -> None:
    stub.faults = [Fault(503, {"Retry-After": "86400"}, body="closed for today")]
    with pytest.raises(LoadError, match=r"L702.*closed for today"):
        run(drugs, stub)


def test_a_server_that_is_gone_is_said_and_the_next_load_goes_on(drugs: Path, stub: Stub) -> None:
    stub.faults = [Fault(BREAK, after=True), *([Fault(503)] * 8)]
    with pytest.raises(LoadError, match="L702"):
        run(drugs, stub, max_entries=8, in_flight=1)
    there = set(stub.store)
    assert there
    stub.faults = []
    report = run(drugs, stub, max_entries=8)
    assert report.unchanged == len(there)
    assert held(stub) == published(drugs)
    assert {stub.versions[name] for name in there - {"Organization/org", "Device/reader"}} <= {"1"}


def test_a_killed_load_goes_on_where_it_stopped(drugs: Path, stub: Stub) -> None:
    stub.pause = 0.3
    arguments = ["-m", "pipeline", "load", str(drugs), "--server", stub.base, "--max-entries", "8", "--in-flight", "1"]
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        deadline = time.monotonic() + 30
        while len(stub.transactions) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGKILL)
    time.sleep(0.5)  # what was on its way arrives or does not
    stub.pause = 0
    there = len(stub.store)
    assert 0 < there < len(published(drugs))
    report = run(drugs, stub)
    assert (report.unchanged, held(stub)) == (there, published(drugs))
    assert set(stub.versions.values()) == {"1"}


def test_one_bad_resource_is_named_with_its_line_and_the_rest_is_loaded(drugs: Path, stub: Stub) -> None:
    bad = "ClinicalUseDefinition/org.bexinib.use1"
    stub.refuse = lambda resource: "adults are not welcome" if resource["id"] == "org.bexinib.use1" else None
    report = run(drugs, stub)
    (refused,) = [problem for problem in report.problems if problem.code == "L730"]
    assert refused.resource == bad
    assert "adults are not welcome" in refused.cause
    assert Path(refused.source or "").name == "ClinicalUseDefinition.ndjson"
    line = Path(refused.source or "").read_text().splitlines()[(refused.line or 0) - 1]
    assert json.loads(line)["id"] == "org.bexinib.use1"
    # The drug names all of its uses: without one of them it must not be there, nor what names the drug.
    missing = {problem.resource for problem in report.problems if problem.code == "L733"}
    assert {"MedicationKnowledge/org.bexinib", "MedicationKnowledge/org.ab-regimen"} <= missing
    assert set(stub.store) == set(published(drugs)) - missing - {bad}
    assert {"MedicationKnowledge/org.ablumab", "MedicationKnowledge/org.doxelide"} <= set(stub.store)
    assert (report.refused, report.exit_code) == (len(missing) + 1, 1)


def test_where_nothing_tells_which_of_some_is_bad_all_of_them_are_named(drugs: Path, stub: Stub) -> None:
    stub.validates = False
    stub.refuse = lambda resource: "no" if resource["id"] == "org.bexinib.use1" else None
    report = run(drugs, stub)
    suspects = {problem.resource for problem in report.problems if problem.code == "L730"}
    assert "ClinicalUseDefinition/org.bexinib.use1" in suspects
    assert all("bexinib" in (suspect or "") for suspect in suspects)
    assert {"DocumentReference/org.bexinib", "MedicationKnowledge/org.ablumab"} <= set(stub.store)


def test_a_server_that_takes_less_at_once_gets_less(drugs: Path, stub: Stub) -> None:
    stub.most_entries = 5
    report = run(drugs, stub)
    assert held(stub) == published(drugs)
    assert report.exit_code == 0


def test_a_server_that_takes_nothing_is_code_4(tmp_path: Path, stub: Stub) -> None:
    stub.refuse = lambda _: "no"
    assert run(snapshot(tmp_path, ["ablumab"]), stub).exit_code == 4


def test_what_is_refused_is_told_while_the_load_runs(tmp_path: Path, stub: Stub) -> None:
    folder = snapshot(tmp_path, [f"drug{number}" for number in range(6)])
    stub.refuse = lambda resource: (
        f"{resource['id']} is too new" if resource["resourceType"] == "ClinicalUseDefinition" else None
    )
    said, error = told(folder, stub)
    assert error is None
    assert [line.startswith("refused: ") for line in said] == [True] * 10 + [False]
    assert "ClinicalUseDefinition/org.drug0.use0: the server refuses this resource" in said[0]
    assert said[10] == "20 resources are refused so far; all are listed at the end"


def test_a_server_that_refuses_everything_for_one_reason_is_left_early(tmp_path: Path, stub: Stub) -> None:
    folder = snapshot(tmp_path, [f"drug{number}" for number in range(30)])
    stub.refuse = lambda _: "Cannot perform create as update with client-assigned ID"
    said, error = told(folder, stub)
    assert error is not None
    assert error.problem.code == "L735"
    assert "create as update with client-assigned ID" in error.problem.cause
    assert "--ids uuid" in error.problem.remedy
    assert len(said) == 11
    assert exit_code(error) == 4


def test_how_many_could_not_be_told_apart_makes_no_other_reason() -> None:
    heard = Refusals("https://fhir.example.org", Secrets(), None)
    wordings = ("the server refuses this resource", "the server refuses this resource or one of 3 more that it goes with")
    causes = [f"{words}: HTTP 422 no room for Medication/org.drug{number}" for number in range(10) for words in wordings]
    for cause in causes[:-1]:
        heard.hear(Problem("L730", "error", cause, "See what it says."))
    with pytest.raises(LoadError, match="L735"):
        heard.hear(Problem("L730", "error", causes[-1], "See what it says."))


def test_a_server_that_refuses_all_for_several_reasons_is_asked_for_everything(tmp_path: Path, stub: Stub) -> None:
    folder = snapshot(tmp_path, [f"drug{number}" for number in range(6)])
    stub.refuse = lambda resource: f"no {resource['resourceType']} today"
    report = run(folder, stub)
    assert (report.refused, report.exit_code) == (report.resources, 4)


def test_what_the_server_drops_is_said(drugs: Path, stub: Stub) -> None:
    stub.forget = frozenset({"population"})
    report = run(drugs, stub)
    assert {(problem.code, problem.expression) for problem in report.problems} == {("L734", "ClinicalUseDefinition.population")}
    assert report.exit_code == 1


def test_what_is_someone_elses_is_left_alone(drugs: Path, stub: Stub) -> None:
    theirs = {
        "resourceType": "Medication",
        "id": "org.bexinib",
        "identifier": [{"system": "urn:them", "value": "7"}],
        "meta": {"versionId": "1"},
    }
    stub.store["Medication/org.bexinib"] = theirs
    report = run(drugs, stub)
    assert stub.store["Medication/org.bexinib"] == theirs
    assert [problem.resource for problem in report.problems if problem.code == "L731"] == ["Medication/org.bexinib"]


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        ({"version": "4.0.1"}, "L710", "--fhir R4"),
        ({"version": "3.0.2"}, "L710", "FHIR 3.0.2"),
        ({"types": TYPES[:4]}, "L711", "ClinicalUseDefinition, DocumentReference, Provenance"),
        ({"interactions": ("batch",)}, "L712", "no transactions"),
        ({"redirect": "https://elsewhere.example/fhir?token=1"}, "L704", "https://elsewhere.example/fhir,"),
        ({"authorization": "Bearer x"}, "L705", "401"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_work_is_said_before_anything_is_sent(drugs: Path, state: dict[str, object], code: str, said: str) -> None:
    with serving(Stub(**state)) as stub, pytest.raises(LoadError) as refused:  # type: ignore[arg-type]
        run(drugs, stub)
    assert refused.value.problem.code == code
    assert said in str(refused.value)
    assert not stub.transactions


def test_a_dry_run_sends_nothing_and_says_what_would_be(tmp_path: Path, stub: Stub) -> None:
    run(snapshot(tmp_path, DRUGS), stub)
    before = stub.versions
    report = run(snapshot(tmp_path, DRUGS[1:], ["ab-regimen"], wording="2"), stub, dry_run=True, prune=True, max_removed=1)
    assert (report.created, report.updated, report.deleted) == (3, 6, 7)
    assert stub.versions == before


def test_the_version_is_the_one_that_is_asked_for(tmp_path: Path) -> None:
    folder = snapshot(tmp_path, DRUGS, version="R4")
    with serving(Stub(version="4.0.1")) as stub:
        assert run(folder, stub).version == "R4"
    with pytest.raises(UsageError, match=r"L700.*only R4"):
        load(folder, stub.base, LoadOptions(version="R5"))


def test_the_command_says_what_became_of_it(drugs: Path, stub: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    number = len(published(drugs))
    assert run_command(["load", str(drugs), "--server", stub.base]) == 0
    said = f"In {stub.base} (R5): {number} resources: {number} created, 0 updated, 0 unchanged, 0 refused, 0 deleted"
    assert said in capsys.readouterr().out
    assert run_command(["load", str(drugs), "--server", stub.base, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == number


def test_the_snapshot_is_held_while_it_is_loaded(drugs: Path, stub: Stub) -> None:
    def free() -> bool:
        handle = os.open(drugs, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    seen: set[bool] = set()
    stub.refuse = lambda _: seen.add(free())
    assert run_command(["load", str(drugs), "--server", stub.base, "--quiet"]) == 0
    assert (seen, free()) == ({False}, True)


def test_without_a_server_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["load"]) == 2
    assert "U901 error: --server is missing" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_said(drugs: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{unused.getsockname()[1]}/fhir"
        said: list[str] = []
        started = time.monotonic()
        with pytest.raises(LoadError, match=r"L703.*cannot reach.*refused"):
            load(drugs, base, tell=said.append)
    assert time.monotonic() - started < 20  # a server that never answers is waited for a minute
    assert "trying again in 0.5 s" in said[0]


def test_a_wait_for_a_busy_server_is_said(drugs: Path, stub: Stub) -> None:
    stub.faults = [Fault(429, {"Retry-After": "1"}, body="the queue is full")]
    said: list[str] = []
    load(drugs, stub.base, LoadOptions(pauses=QUICK), tell=said.append)
    assert said == [f"{stub.base}: HTTP 429 the queue is full; trying again in 1 s"]


def test_nothing_of_ours_logs_what_is_sent(drugs: Path, stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        run(drugs, stub)
    assert "ablumab" not in caplog.text
