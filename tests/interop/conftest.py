"""What the tests against other people's FHIR software share: the programs, the published snapshots, a server a version."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipeline.settings import FhirVersion
from tests.interop import hapi
from tests.interop.amount import FULL
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
def corpus_pages(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pages: all of them, or every sixth one and the page that the project ships."""
    corpus = shared_dir / "corpus" / "drugs"
    if FULL:
        return corpus
    some = tmp_path_factory.mktemp("pages")
    for page in {*sorted(corpus.glob("*.md"))[::6], *corpus.glob("*-denosumab.md")}:
        shutil.copy(page, some)
    return some


@pytest.fixture(scope="session")
def published_corpus(corpus_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real pages, published in every version."""
    return publish(corpus_pages, tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def seed_snapshot(published_seed: Path) -> Snapshot:
    """What is published in R5 from the page that the project ships."""
    return Snapshot(published_seed)


@pytest.fixture(scope="session")
def corpus_snapshot(published_corpus: Path) -> Snapshot:
    """What is published in R5 from the real pages."""
    return Snapshot(published_corpus)


@pytest.fixture(scope="session")
def servers(programs: hapi.Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hapi.Servers]:
    """A server of each version, of which the second and third start while the tests of the first run."""
    with hapi.servers(programs, VERSIONS, tmp_path_factory.mktemp("servers")) as starting:
        yield starting


@pytest.fixture(scope="session")
def validator(programs: hapi.Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hapi.Validator]:
    """The HL7 validator, one for all tests: it is slow at first, and quick when it has seen some resources."""
    with hapi.validator(programs, tmp_path_factory.mktemp("validator")) as ready:
        yield ready


@pytest.fixture(scope="session", params=VERSIONS)
def server(request: pytest.FixtureRequest, servers: hapi.Servers) -> Iterator[FhirServer]:
    """A server of each version. Its tests share it, since it takes a while to start: none relies on an empty one."""
    version: FhirVersion = request.param
    with httpx.Client(base_url=servers.base(version), timeout=ANSWER_SECONDS, trust_env=False) as http:
        yield FhirServer(http, version)


@pytest.fixture(scope="session", autouse=True)
def begun_early(request: pytest.FixtureRequest) -> None:
    """Servers that any chosen test asks for start at once, while tests that need none of them run."""
    if any("server" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("servers")
