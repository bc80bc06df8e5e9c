"""Walks through thirty uses of a review by keys alone and says how many presses and seconds it takes; nobody reads meanwhile.

    python tests/review/walk.py output/review

It starts in the queue, decides right, wrong (with a reason) and incomplete as a reviewer would, and fails where a key is not
answered. What is left of a minute a use is for reading.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.review.conftest import ARGUMENTS, chromium

USES = 30
#: Of ten uses the fifth is wrong and the tenth incomplete.
KEYS = ("r", "r", "r", "r", "w", "r", "r", "r", "r", "i")


def walk(page: Page, queue: Path, keys: tuple[str, ...]) -> tuple[int, float]:
    """Decide on thirty uses by keys; returns how often a key was pressed (letters of the reason too), and the seconds."""
    page.goto(queue.resolve().as_uri())
    page.evaluate("localStorage.setItem('onlabel.reviewer', 'Ann')")
    page.reload()
    page.wait_for_function("document.activeElement.id === 'start'")
    presses, begun, reason = 1, time.monotonic(), "Wrong."
    page.keyboard.press("Enter")
    for number in range(USES):
        page.wait_for_selector(".card.current")
        before, key = page.url, keys[number % len(keys)]
        page.keyboard.press(key)
        presses += 1
        if key != "r":
            page.wait_for_selector(".edit")
            page.keyboard.type(reason)  # once; the next decision has it filled in
            page.keyboard.press("Enter")
            presses, reason = presses + len(reason) + 1, ""
        page.wait_for_function("(before) => location.href !== before", arg=before)
    taken = time.monotonic() - begun
    decided = page.evaluate("Object.keys(JSON.parse(localStorage.getItem('onlabel.decisions.1'))).length")
    if decided != USES:
        sys.exit(f"{decided} of {USES} uses are decided")
    return presses, taken


def main(review: Path) -> None:
    """Print both walks."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for name, keys in (("all right", ("r",)), ("24 right, 3 wrong, 3 incomplete", KEYS)):
            page = browser.new_context(reduced_motion="reduce").new_page()
            presses, taken = walk(page, review / "queue.html", keys)
            print(f"{USES} uses, {name}: {presses} presses, {taken:.1f} s, {USES / taken * 60:.0f} uses a minute")  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
