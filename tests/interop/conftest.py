"""What the tests against other people's FHIR software share: the programs, the published snapshots, a server a version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.settings import FhirVersion
from tests.interop import hapi
from tests.interop.fhir_server import FhirServer
from tests.interop.publishing import VERSIONS, publish
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


@pytest.fixture(scope="session")
def published_seed(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page that the project ships, published in every version."""
    return publish(seed, tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="session")
def published_corpus(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All real pages, published in every version."""
    return publish(shared_dir / "corpus" / "drugs", tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def seed_snapshot(published_seed: Path) -> Snapshot:
    """What is published in R5 from the page that the project ships."""
    return Snapshot(published_seed)


@pytest.fixture(scope="session")
def corpus_snapshot(published_corpus: Path) -> Snapshot:
    """What is published in R5 from all real pages."""
    return Snapshot(published_corpus)


@pytest.fixture(scope="session", params=VERSIONS)
def server(
    request: pytest.FixtureRequest, programs: hapi.Programs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FhirServer]:
    """A server of each version. Its tests share it, since it takes half a minute to start: none relies on an empty one."""
    version: FhirVersion = request.param
    with (
        hapi.server(programs, version, tmp_path_factory.mktemp("server")) as base,
        httpx.Client(base_url=base, timeout=ANSWER_SECONDS, trust_env=False) as http,
    ):
        yield FhirServer(http, version)
