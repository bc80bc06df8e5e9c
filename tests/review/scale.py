"""Measures a review of many drugs in the browser: how long until the overview and a drug can be used, and how a search answers.

    python tests/review/scale.py output/review

Times are of the browser's own clock where it has one, from a file opened from disk to the words on the screen. A drug's view
must load its own data and nothing of other drugs; that is checked, and an error where it does not.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
TIMES = 5
SEARCHES = ["g", "gu", "breast", "breast cancer her2", "C121932", "zzzz", "", "leukemia tinib"]
ANSWER = """async (queries) => {
  const times = [];
  const input = document.getElementById("query");
  for (const query of queries) {
    const begun = performance.now();
    input.value = query;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    document.body.getBoundingClientRect();
    times.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 50));
  }
  return times;
}"""


def search_times(page: Page) -> list[float]:
    """Milliseconds of each search on an overview, from the key to the new list."""
    times: list[float] = page.evaluate(ANSWER, SEARCHES)
    return times


def overview(context: BrowserContext, site: Path) -> tuple[float, float]:
    """Seconds until the count of drugs stands there, and milliseconds of the slowest search."""
    page = context.new_page()
    begun = time.monotonic()
    page.goto((site / "index.html").as_uri(), wait_until="commit")
    expect(page.locator("#count")).to_contain_text(" of ", timeout=60_000)
    usable = time.monotonic() - begun
    slowest = max(search_times(page))
    page.close()
    return usable, slowest


def drug(context: BrowserContext, file: Path) -> tuple[float, int]:
    """Seconds until a drug's page is complete, and how many bytes it loaded."""
    page = context.new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    begun = time.monotonic()
    page.goto(file.as_uri(), wait_until="load")
    took = time.monotonic() - begun
    paths = [Path(url.removeprefix("file://").partition("?")[0].partition("#")[0]) for url in loaded]
    others = [path for path in paths if path != file and path.parent.name != "static"]
    if others:
        sys.exit(f"{file.name} loads what is not its own: {others}")
    size = sum(path.stat().st_size for path in paths)
    page.close()
    return took, size


def main(site: Path) -> None:
    """Measure a few times each and print the median and the worst."""
    drugs = sorted((site / "drugs").glob("*.html"), key=lambda file: file.stat().st_size)
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        context = browser.new_context()
        seen = [overview(context, site) for _ in range(TIMES)]
        usable, answers = zip(*seen, strict=True)
        say = f"{len(drugs):,} drugs: overview usable in {statistics.median(usable):.2f} s (worst {max(usable):.2f} s)"
        sys.stdout.write(f"{say}, slowest search {statistics.median(answers):.0f} ms (worst {max(answers):.0f} ms)\n")
        for name, file in (("median", drugs[len(drugs) // 2]), ("largest", drugs[-1])):
            times, sizes = zip(*(drug(context, file) for _ in range(TIMES)), strict=True)
            sys.stdout.write(
                f"{name} drug: {statistics.median(times):.2f} s (worst {max(times):.2f} s), {max(sizes):,} bytes\n"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
