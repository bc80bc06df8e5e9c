"""One Prefect server for all tests of the flow, in a process of its own: Prefect's warnings are not ours to fail on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.flow.onlabel_process import Onlabel

_SERVE = """
import sys
from pipeline import flow
flow.calm()
from pipeline.flow.server import prefect_server
with prefect_server(lambda said: None) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def served(prefect_home: Path) -> Iterator[Onlabel]:
    """`onlabel` with a Prefect server that stays for the session."""
    with Onlabel(prefect_home, None).start("-c", _SERVE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, process.stderr and process.stderr.read()
        yield Onlabel(prefect_home, url)
        process.communicate("", timeout=60)


@pytest.fixture
def alone(prefect_home: Path, served: Onlabel) -> Onlabel:
    """`onlabel` without a server, with the same Prefect home (whose database is there already)."""
    assert served.url
    return Onlabel(prefect_home, None)


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
