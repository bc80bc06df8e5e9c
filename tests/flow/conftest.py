"""One Prefect server for all tests of the flow, in a process of its own: Prefect's warnings are not ours to fail on."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.flow.onlabel_process import Onlabel, Warm

_SERVE = """
import sys
from pipeline import flow
flow.calm()
from pipeline.flow.server import prefect_server
with prefect_server(lambda said: None) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session", autouse=True)
def _listening_to_interrupts() -> None:
    """A shell makes what it starts in the background deaf to Ctrl-C, and all that this starts with it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def warm(prefect_home: Path) -> Iterator[Warm]:
    warm = Warm(Onlabel(prefect_home, None).environment)
    yield warm
    warm.end()


@pytest.fixture(scope="session")
def served(prefect_home: Path, warm: Warm) -> Iterator[Onlabel]:
    """`onlabel` with a Prefect server that stays for the session."""
    with Onlabel(prefect_home, None).start("-c", _SERVE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, process.stderr and process.stderr.read()
        yield Onlabel(prefect_home, url, warm)
        process.communicate("", timeout=60)


@pytest.fixture
def alone(prefect_home: Path, served: Onlabel, warm: Warm) -> Onlabel:
    """`onlabel` without a server, with the same Prefect home (whose database is there already)."""
    assert served.url
    return Onlabel(prefect_home, None, warm)


PAGES: Mapping[str, str] = {
    "zorvatinib.md": """---
title: Zorvatinib - NCI
url: https://www.cancer.gov/about-cancer/treatment/drugs/zorvatinib
lastReviewed: '2025-03-04'
reviewFrequency: annually
---

# Zorvatinib

US Brand Name(s)

Zorvex

FDA Approved

Yes

## Use in Cancer

Zorvatinib is approved to treat:

- **Melanoma** that cannot be removed by surgery.
- **Gastric cancer** in adults.
""",
    "broken.md": "---\ntitle: [\n---\n# Broken\n",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A drug's page and one that cannot be read."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
