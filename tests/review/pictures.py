"""Makes the README's pictures again: the review in light and dark, what the terminal shows, and a run in Prefect's pages.

Run it from the checkout (`make pictures`); it needs Chromium (CHROMIUM, or `chromium` on the path) and no network: Prefect's
server is one for the length of the picture, on this machine, and its pages must ask nobody else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright
from prefect.context import refresh_global_settings_context
from rich.console import Console
from rich.text import Text

from pipeline.flow.server import prefect_server

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "pipeline" / "review" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDTH, HEIGHT, COLUMNS = 1010, 560, 110
#: Prefect's page down to its timeline, and milliseconds until that has been drawn: nothing on the page says when.
PREFECT_HEIGHT, DRAWN = 505, 3000


def onlabel(*arguments: str, cwd: Path = REPOSITORY) -> str:
    """What a command prints to a terminal, colours included."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd, env=environment).stdout


def terminal(name: str, typed: str, printed: str) -> None:
    """A picture of a terminal, as SVG."""
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to nowhere
    console.print(f"$ {typed}", style="bold")
    console.print(Text.from_ansi(printed))
    picture = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="onlabel"), flags=re.DOTALL)  # fonts from the network
    (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that asks nothing by itself."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def review(site: Path) -> None:
    """Pictures of a drug's page with a fact chosen, of its uses side by side, of the queue and of a search."""
    with chromium() as browser:
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            page.goto((site / "drugs" / "denosumab.html").resolve().as_uri())
            page.click("#use-1 [data-field=conditions] .fact >> nth=0")
            page.screenshot(path=PICTURES / f"review-{scheme}.png")
        views = {
            "side-by-side": ("drugs/denosumab.html", "#tab-compare"),
            "queue": ("queue.html", "#left"),
            "search": ("index.html#q=prior:bisphosphonates", "#count"),
        }
        for name, (file, chosen) in views.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(f"{site.resolve().as_uri()}/{file}")
            page.click(chosen)
            page.screenshot(path=PICTURES / f"{name}.png")


def prefect(folder: Path) -> None:
    """A picture of a run of the flow over the seed in Prefect's pages: its state, its tasks and what they left to look at."""
    shutil.copytree(REPOSITORY / "seeds", folder / "seeds")
    os.environ["PREFECT_HOME"] = str(folder / "prefect")
    refresh_global_settings_context()
    with prefect_server(print, dashboard=True) as api:
        onlabel("run", "seeds", "--output", "output", cwd=folder)  # where it ran is then said of no machine
        (run,) = httpx.post(f"{api}/flow_runs/filter", json={}).raise_for_status().json()
        with chromium() as browser:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, timezone_id="UTC")
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{api.removesuffix('/api')}/runs/flow-run/{run['id']}")
            page.get_by_text("Published, 0 quarantined").wait_for()
            page.wait_for_timeout(DRAWN)
            page.screenshot(path=PICTURES / "prefect.png", clip={"x": 0, "y": 0, "width": WIDTH, "height": PREFECT_HEIGHT})
    if strangers := {url for url in asked if not url.startswith((api.removesuffix("/api"), "data:", "blob:"))}:
        sys.exit(f"Prefect's pages asked others: {strangers}")


def main() -> None:
    """Publish the seed, look at it, keep the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        terminal(
            "convert", "onlabel convert", onlabel("convert", "--output", str(output)).replace(str(output.resolve()), "output")
        )
        terminal("show", "onlabel show output denosumab", onlabel("show", str(output), "denosumab"))
        onlabel("review", str(output))
        review(output / "review")
        prefect(Path(folder))


if __name__ == "__main__":
    main()
