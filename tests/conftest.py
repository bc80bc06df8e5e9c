"""What every room's tests share: where the neighbouring facts are, and what happens where they are not."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipeline import publish as publishing
from pipeline.collecting import collect_seldom
from pipeline.convert import batch, convert
from pipeline.publish import snapshot as snapshots
from pipeline.review import site
from tests.beside import one_at_a_time
from tests.once import Compiled, once_each
from tests.sampled import examples, params

REPOSITORY = Path(__file__).resolve().parent.parent

# In memory, where there is plenty: everything that is published waits for the disk, file by file, and half of the suite's time
# went there.
IN_MEMORY, ENOUGH = Path("/dev/shm"), 8 * 2**30  # noqa: S108 - pytest makes its own folder in it, of this user alone
if "TMPDIR" not in os.environ and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = str(IN_MEMORY)
    tempfile.tempdir = None
# The collector looked through all that the modules before had left, again and again: a quarter of some tests' time.
collect_seldom()
# The width of the terminal that the tests are started from: readline hands it to processes beside each other.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)
# How long an example takes says how busy the machine is; what must be quick has a test of its own.
settings.register_profile("onlabel", examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("onlabel")
# The same bytes are valid or not in every test, and the schema of the facts is one: each test that publishes checked all that
# belongs to no page anew, and the same few pages, which was most of its time.
publishing.validate = batch.validate = once_each(publishing.validate)
snapshots.facts_schema = cache(snapshots.facts_schema)
# So are the templates: each review compiled them anew.
site.Environment = partial(site.Environment, bytecode_cache=Compiled())


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real pages and annotations beside a checkout; without it the test skips, in CI it fails."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        reason = "the real pages (a folder `shared` beside the checkout) are not here"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI requires them")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def seed() -> Path:
    """The denosumab page that the project ships."""
    return REPOSITORY / "seeds" / "denosumab.md"


@pytest.fixture(params=params(12))
def real_pages(request: pytest.FixtureRequest, shared_dir: Path) -> list[Path]:
    """The real pages of drugs: every twelfth in `make test`, and all of them in the exhaustive suite."""
    step: int = request.param
    return sorted((shared_dir / "corpus" / "drugs").glob("*.md"))[::step]


@pytest.fixture(scope="session")
def for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all processes of a test run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def published_pages(shared_dir: Path, for_all: Path) -> Path:
    """The output of all real pages of drugs, made once for all processes. Whoever changes it copies it first."""
    output = for_all / "published-pages"
    with one_at_a_time(output):
        if not (output / "current").exists():
            assert convert([shared_dir / "corpus" / "drugs"], output).problems == ()
    return output
