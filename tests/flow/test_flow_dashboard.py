"""Prefect's pages, where onlabel starts the server that serves them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.onlabel_process import Onlabel

pytestmark = pytest.mark.prefect

_ASKED = """
import httpx
from pipeline import flow
flow.calm()
from pipeline.flow.server import prefect_server
with prefect_server(lambda said: None, dashboard=True) as url:
    print(httpx.get(url.removesuffix("/api") + "/ui-settings").json()["api_url"] == url)
"""


def test_the_pages_ask_the_server_that_serves_them(prefect_home: Path, served: Onlabel) -> None:
    """And not the one at the port that Prefect's settings have, which may be nobody or another project's."""
    assert served.url
    with Onlabel(prefect_home, None).start("-c", _ASKED) as process:
        out, err = process.communicate("", timeout=300)
    assert out.strip() == "True", err
