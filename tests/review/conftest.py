"""A review of the real pages, made once, and a browser that is allowed to open files and nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect, sync_playwright

from pipeline.cli import run_command
from tests.beside import one_at_a_time

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Page]


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        reason = "no Chromium on this machine (Debian: apt-get install chromium), none named in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI requires one")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        expect.set_options(timeout=30_000)  # milliseconds; the default is too short on a machine busy with other suites
        opened = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def real_site(published_pages: Path, for_all: Path) -> Path:
    """The review of all real pages, made once for all processes. Whoever changes it copies it first."""
    site = for_all / "published-review"
    with one_at_a_time(site):
        if not (site / "index.html").exists():
            assert run_command(["review", str(published_pages), "--to", str(site), "--quiet"]) == 0
    return site


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a file in a new context; what is no file, and whatever the page complains of, fails the test at its end."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opening(file: Path, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()

        def allow(route: Route) -> None:
            if route.request.url.startswith(("file:", "blob:")):
                route.continue_()
            else:
                faults.append(f"request: {route.request.url}")
                route.abort()

        def refuse(dialog: Dialog) -> None:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        context.route("**/*", allow)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type in {"error", "warning"} else None)
        page.on("dialog", refuse)
        page.goto(file.resolve().as_uri())
        return page

    yield opening
    for context in contexts:
        context.close()
    assert faults == []
