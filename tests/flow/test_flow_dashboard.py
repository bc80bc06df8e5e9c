"""Prefect's pages, where onlabel starts the server that serves them: whom they ask, and what a run leaves there to look at."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.flow.onlabel_process import Onlabel, Warm, comes
from tests.invented_pages import drug_page
from tests.sampled import further

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

_SERVE = """
import sys
from pipeline import flow
flow.calm()
from pipeline.flow.server import prefect_server
with prefect_server(lambda said: None, dashboard=True) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
README = (Path(__file__).resolve().parents[2] / "pipeline" / "flow" / "README.md").read_text(encoding="utf-8")
#: What a page may say that would be markup, a link or a character reference.
_HOSTILE = "in adults (https://evil.example/a_b, www.evil.example, x@evil.example) <b>bold</b> &amp; *star*."
#: And what it may say that would act: on Prefect's pages it must be words.
_HARM = (
    "<script>document.title='taken'</script>",
    "<img src=https://evil.example/x.png onerror=\"document.title='taken'\">",
    "<svg/onload=document.title='taken'><details open ontoggle=document.title='taken'>",
    "<iframe srcdoc=\"<script>parent.document.title='taken'</script>\"></iframe><style>*{display:none}</style>",
    "![picture](https://evil.example/x.png) <https://evil.example/auto>",
    "[press](javascript:document.title='taken') [data](data:text/html,taken)",
    "``` ~~~ | a | b | {{constructor.constructor('document.title=1')()}} $$\\href{javascript:1}{x}$$",
    "&lt;img src=x onerror=alert(1)&gt; &#60;script&#62; <!-- [//]: # (x)",
)
#: Prefect's pages, and those that it offers beside them.
VERSIONS = [pytest.param("", id="first pages"), further("/v2", id="second pages")]
_NAME = "<img src=x onerror=document.title='taken'>`|*_[x](javascript:1)\u202e"


@pytest.fixture(scope="module")
def dashboard(prefect_home: Path, served: Onlabel, warm: Warm) -> Iterator[Onlabel]:
    """`onlabel` with a server that has pages (and whose database is there already)."""
    assert served.url
    with Onlabel(prefect_home, None).start("-c", _SERVE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url, process.stderr and process.stderr.read()
        yield Onlabel(prefect_home, url, warm)
        process.communicate("", timeout=60)


def asks(api: str) -> str:
    """Where the pages of a server ask."""
    found: str = httpx.get(f"{api.removesuffix('/api')}/ui-settings", trust_env=False).raise_for_status().json()["api_url"]
    return found


def test_the_pages_ask_the_server_that_serves_them(dashboard: Onlabel) -> None:
    """And not the one at the port that Prefect's settings have, which may be nobody or another project's."""
    assert dashboard.url
    assert asks(dashboard.url) == dashboard.url


def test_the_pages_of_a_server_at_another_port_ask_it_as_the_readme_has_it(prefect_home: Path, served: Onlabel) -> None:
    assert served.url
    setting, port = re.findall(r"`(PREFECT_UI_API_URL)=\S+ prefect server start --port (\d+)`", README)[0]
    assert port == "4300"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}/api"
    database = f"sqlite+aiosqlite:///{prefect_home}/onlabel.db"
    told = {setting: url, "PREFECT_SERVER_DATABASE_CONNECTION_URL": database}
    with Onlabel(prefect_home, None).start("-m", "prefect", "server", "start", "--port", port, **told) as server:
        try:

            def answers() -> bool:
                try:
                    return httpx.get(f"{url}/health", trust_env=False).is_success
                except httpx.HTTPError:
                    return False

            assert comes(answers, 120)
            assert asks(url) == url
        finally:
            server.terminate()
            server.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium), none named in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI requires one")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def artifacts(dashboard: Onlabel, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the second of two runs left to look at, by key, and the run: some pages cannot be read, others became hostile."""
    from tests.flow.conftest import PAGES  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("dashboard")
    pages = folder / "pages"
    pages.mkdir()
    # Two of one drug, one that cannot be read: what a run says of them has their names and words in it.
    for number, name in enumerate((f"a{_NAME}.md", f"b{_NAME}.md")):
        (pages / name).write_text(drug_page("Doublenib") + " " * number, encoding="utf-8")
    (pages / f"c{_NAME}.md").write_text(f"---\ntitle: {_HARM[0]}\n{_HARM[1]}: [\n---\n\n# X\n", encoding="utf-8")
    overdue = drug_page("Overdunib").replace("version: v1", "reviewFrequency: annually\nversion: v1")
    (pages / f"d{_NAME}.md").write_text(overdue.replace("2025-12-30", "2001-01-01"), encoding="utf-8")
    for changed in ("in adults.", _HOSTILE):
        for number, harm in enumerate(_HARM):
            said = f"in adults {harm}" if changed == _HOSTILE else "in adults"
            quoted = harm.replace("'", "''")
            unknown = f"reviewFrequency: '{quoted}'\nversion: v1"
            text = drug_page(f"Harmnib{number}").replace("in adults", said).replace("version: v1", unknown)
            (pages / f"harm{number}.md").write_text(text, encoding="utf-8")
        for name, text in PAGES.items():
            (pages / name).write_text(text.replace("in adults.", changed), encoding="utf-8")
        done = dashboard("run", str(pages), "--output", str(folder / "looked-at"))
        assert done.returncode == 1, done.stderr
    (run, *_) = [run for run in dashboard.ask("/flow_runs/filter", sort="START_TIME_DESC") if "looked-at" in run["name"]]
    left = dashboard.ask("/artifacts/filter", flow_runs={"id": {"any_": [run["id"]]}})
    return {"run": run["id"], **{one["key"]: one["id"] for one in left}}


@pytest.mark.browser
@pytest.mark.parametrize("version", VERSIONS)
def test_a_quarantined_page_and_its_remedy_are_on_the_screen(
    version: str, browser: Browser, dashboard: Onlabel, artifacts: dict[str, str]
) -> None:
    """Prefect's tables do not break lines: the remedy stood beyond their edge."""
    assert dashboard.url
    page = browser.new_page(viewport={"width": 1010, "height": 900})
    page.goto(f"{dashboard.url.removesuffix('/api')}{version}/artifacts/artifact/{artifacts['onlabel-quarantined']}")
    for said in ("broken.md, line 3: R107, the front matter is not YAML", "Fix the front matter of the page."):
        expect(page.locator("li", has_text=said).last).to_be_in_viewport(ratio=1, timeout=30_000)


@pytest.mark.browser
@pytest.mark.parametrize("version", VERSIONS)
def test_the_words_of_a_page_are_shown_as_they_are(
    version: str, browser: Browser, dashboard: Onlabel, artifacts: dict[str, str]
) -> None:
    assert dashboard.url
    page = browser.new_page()
    page.goto(f"{dashboard.url.removesuffix('/api')}{version}/artifacts/artifact/{artifacts['onlabel-changes']}")
    shown = page.locator("body")
    # Asked again until they are there: the pages draw some of it twice.
    for said in ("zorvatinib.md:", "https://evil.example/a_b, www.evil.example, x@evil.example"):
        expect(shown).to_contain_text(said, timeout=30_000)
    expect(shown).not_to_contain_text("&#")
    expect(page.locator("a[href*='evil.example']")).to_have_count(0)


#: What stands on each page of a run once it is drawn.
_DRAWN = {
    "onlabel-summary": "published",
    "onlabel-changes": "Harmnib7",
    "onlabel-quarantined": "R107",
    "onlabel-overdue": "2001-01-01",
    "run": "R107 error",
}


@pytest.mark.browser
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", _DRAWN)
def test_hostile_words_and_names_do_nothing_on_the_pages_of_a_run(
    key: str, version: str, browser: Browser, dashboard: Onlabel, artifacts: dict[str, str]
) -> None:
    assert dashboard.url
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))
    runs = "/runs/flow-run" if version else "/flow-runs/flow-run"
    page.goto(
        f"{dashboard.url.removesuffix('/api')}{version}{runs if key == 'run' else '/artifacts/artifact'}/{artifacts[key]}"
    )
    expect(page.locator("body")).to_contain_text(_DRAWN[key], timeout=30_000)
    page.wait_for_timeout(500)  # for what would act
    assert "taken" not in page.title()
    assert [url for url in asked if "evil.example" in url or url.startswith("dialog:")] == []
    acting = "[onerror], [onload], [ontoggle], iframe, a[href^='javascript:'], a[href^='data:'], [href*='evil'], [src*='evil']"
    assert page.locator(acting).evaluate_all("found => found.map(one => one.outerHTML)") == []
    assert "\u202e" not in page.inner_text("body")
    page.close()
