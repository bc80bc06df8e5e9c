"""Makes the README's pictures again: the review in light and dark, and what the terminal shows.

Run it from the checkout (`make pictures`); it needs Chromium (CHROMIUM, or `chromium` on the path) and no network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "pipeline" / "review" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDTH, HEIGHT, COLUMNS = 1010, 560, 110


def onlabel(*arguments: str) -> str:
    """What a command prints to a terminal, colours included."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=REPOSITORY, env=environment).stdout


def terminal(name: str, typed: str, printed: str) -> None:
    """A picture of a terminal, as SVG."""
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to nowhere
    console.print(f"$ {typed}", style="bold")
    console.print(Text.from_ansi(printed))
    picture = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="onlabel"), flags=re.DOTALL)  # fonts from the network
    (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")


def review(site: Path) -> None:
    """Pictures of a drug's page with a fact chosen."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            page.goto((site / "drugs" / "denosumab.html").resolve().as_uri())
            page.click("#use-1 [data-field=conditions] .fact >> nth=0")
            page.screenshot(path=PICTURES / f"review-{scheme}.png")
        browser.close()


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


if __name__ == "__main__":
    main()
