"""`onlabel load` against a HAPI FHIR server: twice, broken off, with a server that goes away, pruned, shut out, kept busy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from pipeline.convert import convert
from pipeline.errors import LoadError
from pipeline.load import LoadOptions, Login, load
from pipeline.settings import FhirVersion, Settings
from tests.interop import hapi
from tests.interop.fhir_server import FhirServer
from tests.interop.snapshot import Snapshot, name

pytestmark = pytest.mark.interop

TOKEN = "let-me-in"  # noqa: S105 - what the proxy of these tests asks for
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base(programs: hapi.Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with hapi.server(programs, "R5", tmp_path_factory.mktemp("load-server")) as url:
        yield url


@pytest.fixture(scope="module")
def older_snapshot(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All real pages, published in R4B and R4."""
    settings = Settings(fhir_versions=("R4B", "R4"))
    snapshot = convert([shared_dir / "corpus" / "drugs"], tmp_path_factory.mktemp("older") / "output", settings).snapshot
    assert snapshot is not None
    return snapshot


def versions(base: str, snapshot: Snapshot) -> dict[str, str]:
    """The version of each resource of the snapshot's types that the server has."""
    with httpx.Client(base_url=base, timeout=300, trust_env=False) as http:
        kinds = sorted({resource["resourceType"] for resource in snapshot.resources})
        found = [one for kind in kinds for one in FhirServer(http).resources(kind, {})]
    return {name(one): one["meta"]["versionId"] for one in found}


def counted(base: str, kind: str) -> int:
    found: int = httpx.get(f"{base}/{kind}", params={"_summary": "count"}, timeout=300, trust_env=False).json()["total"]
    return found


class Gate(BaseHTTPRequestHandler):
    """Lets through to the server who shows the token; answers every third transaction with 429 when `busy`."""

    behind, token, busy, transactions = "", "", False, 0

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.forward("GET", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.busy and b'"type":"transaction"' in body:
            type(self).transactions += 1
            if self.transactions % 3 == 1:
                self.answer(429, b"", {"Retry-After": "1"})
                return
        self.forward("POST", body)

    def forward(self, method: str, body: bytes) -> None:
        if self.token and self.headers["Authorization"] != f"Bearer {self.token}":
            self.answer(401, b"{}", {})
            return
        headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
        path = self.path.removeprefix("/fhir")
        answer = httpx.request(method, self.behind + path, content=body, headers=headers, timeout=300, trust_env=False)
        self.answer(answer.status_code, answer.content, {"Content-Type": "application/fhir+json"})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def gate(behind: str, *, token: str = "", busy: bool = False) -> Iterator[str]:
    state = {"behind": behind, "token": token, "busy": busy}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("OwnGate", (Gate,), state)) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}/fhir"
        finally:
            http.shutdown()
            thread.join()


def test_a_wrong_token_is_refused_before_anything_is_sent(
    base: str, seed_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLABEL_SECRET", "wrong")
    with gate(base, token=TOKEN) as shut, pytest.raises(LoadError, match="L705"):
        load(seed_snapshot.folder, shut, LoadOptions(login=Login("bearer")))
    assert versions(base, seed_snapshot) == {}


def test_the_seed_loads_and_a_second_load_makes_no_new_version(
    base: str, seed_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLABEL_SECRET", TOKEN)
    with gate(base, token=TOKEN) as guarded:
        first = load(seed_snapshot.folder, guarded, LoadOptions(login=Login("bearer")))
    assert (first.created, first.exit_code, first.problems) == (len(seed_snapshot.resources), 0, ())
    before = versions(base, seed_snapshot)
    assert set(before.values()) == {"1"}
    second = load(seed_snapshot.folder, base)
    assert second.unchanged == len(seed_snapshot.resources)
    assert versions(base, seed_snapshot) == before


def test_a_killed_load_goes_on_where_it_stopped_through_a_full_queue(base: str, corpus_snapshot: Snapshot) -> None:
    number = len(corpus_snapshot.resources)
    arguments = ["-m", "pipeline", "load", str(corpus_snapshot.folder), "--server", base, "--max-entries", "30"]
    with subprocess.Popen([sys.executable, *arguments], cwd=REPOSITORY, stderr=subprocess.DEVNULL) as child:
        deadline = time.monotonic() + 120
        while counted(base, "ClinicalUseDefinition") < number // 20 and time.monotonic() < deadline:
            time.sleep(0.5)
        os.kill(child.pid, signal.SIGKILL)
    time.sleep(5)  # what the server has begun it ends
    there = versions(base, corpus_snapshot)
    assert 0 < len(there) < number
    with gate(base, busy=True) as full:
        report = load(corpus_snapshot.folder, full)
    assert (report.created, report.unchanged, report.exit_code) == (number - len(there), len(there), 0)
    assert set(versions(base, corpus_snapshot).values()) == {"1"}


def test_pruning_leaves_the_last_snapshot_and_nothing_else_of_ours(
    base: str, seed_snapshot: Snapshot, corpus_snapshot: Snapshot
) -> None:
    load(corpus_snapshot.folder, base)
    assert load(seed_snapshot.folder, base, LoadOptions(prune=True)).exit_code == 3
    report = load(seed_snapshot.folder, base, LoadOptions(prune=True, max_removed=1))
    assert report.exit_code == 0
    assert report.deleted > 0
    assert set(versions(base, seed_snapshot)) == {name(resource) for resource in seed_snapshot.resources}


def test_a_server_that_dies_half_way_is_said_and_the_next_load_completes_it(
    programs: hapi.Programs, corpus_snapshot: Snapshot, tmp_path: Path
) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    with ExitStack() as running:
        base = running.enter_context(hapi.server(programs, "R5", tmp_path / "first"))

        def kill(done: int, total: int) -> None:
            if done > total // 4:
                running.close()

        with pytest.raises(LoadError, match="L702"):
            load(corpus_snapshot.folder, base, LoadOptions(pauses=(0.2, 0.2)), kill)
    # Its database was in memory: the one that replaces it is empty.
    with hapi.server(programs, "R5", tmp_path / "second") as base:
        report = load(corpus_snapshot.folder, base)
        assert (report.created, report.exit_code) == (len(corpus_snapshot.resources), 0)


@pytest.mark.parametrize("version", ["R4B", "R4"])
def test_the_older_versions_load_whole_and_a_second_load_makes_no_new_version(
    version: FhirVersion, programs: hapi.Programs, older_snapshot: Path, tmp_path: Path
) -> None:
    snapshot = Snapshot(older_snapshot, version)
    with hapi.server(programs, version, tmp_path) as base:
        first = load(snapshot.folder, base, LoadOptions(version=version))
        assert (first.created, first.exit_code, first.problems) == (len(snapshot.resources), 0, ())
        second = load(snapshot.folder, base, LoadOptions(version=version))
        assert (second.unchanged, second.exit_code) == (len(snapshot.resources), 0)
        assert set(versions(base, snapshot).values()) == {"1"}
        for drug in snapshot.of_type("MedicationKnowledge"):
            for coding in drug["code"].get("coding", ()):
                found = httpx.get(
                    f"{base}/MedicationKnowledge",
                    params={"code": f"{coding['system']}|{coding['code']}", "_elements": "id", "_count": "500"},
                    timeout=300,
                    trust_env=False,
                ).json()
                assert drug["id"] in {entry["resource"]["id"] for entry in found["entry"]}
