"""What the tests against other people's FHIR software share: the programs, the published snapshots, a loaded server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.convert import convert
from tests.interop import hapi
from tests.interop.fhir_server import FhirServer, Loaded
from tests.interop.snapshot import Snapshot

REPOSITORY = Path(__file__).resolve().parents[2]
ANSWER_SECONDS = 300


@pytest.fixture(scope="session")
def programs() -> hapi.Programs:
    """The server and the validator, built; without a JDK and Maven the tests skip, in CI they fail."""
    reason = hapi.missing()
    if reason and os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI requires it")
    if reason:
        pytest.skip(reason)
    return hapi.build(REPOSITORY / ".cache" / "interop")


def publish(seeds: Path, output: Path) -> Snapshot:
    snapshot = convert([seeds], output).snapshot
    assert snapshot is not None
    return Snapshot(snapshot)


@pytest.fixture(scope="session")
def seed_snapshot(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """What is published from the page that the project ships."""
    return publish(seed, tmp_path_factory.mktemp("seed") / "output")


@pytest.fixture(scope="session")
def corpus_snapshot(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """What is published from all real pages."""
    return publish(shared_dir / "corpus" / "drugs", tmp_path_factory.mktemp("corpus") / "output")


@pytest.fixture(scope="session", params=["seed", "corpus"])
def loaded(
    request: pytest.FixtureRequest, programs: hapi.Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """An R5 server that holds one snapshot and nothing else."""
    snapshot: Snapshot = request.getfixturevalue(f"{request.param}_snapshot")
    with (
        hapi.server(programs, snapshot.version, tmp_path_factory.mktemp("server")) as base,
        httpx.Client(base_url=base, timeout=ANSWER_SECONDS, trust_env=False) as http,
    ):
        server = FhirServer(http)
        yield Loaded(server, snapshot, server.load(snapshot), server.load(snapshot))
