"""A page that takes longer than its deadline is quarantined, wherever it is read, and nothing else is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.convert import Report, convert
from pipeline.convert.deadline import Overdue, in_own_process, within
from pipeline.errors import ReadError, UsageError
from pipeline.read import read_page
from tests.invented_pages import drug_page, write_pages
from tests.sampled import variant


def endless(seconds: float) -> str:
    """Where a search that would take longer than the universe ends: a pattern as no room has any."""
    try:
        within(seconds, lambda: re.fullmatch("(a+)+b", "a" * 60))
    except Overdue:
        return "overdue"
    return "done"


def die(status: int) -> None:
    os._exit(status)


def long_page(name: str) -> str:
    """A page that takes many seconds: so many uses, each its own."""
    uses = "".join(f"- **melanoma** that has spread to {number} places in adults\n" for number in range(8_000))
    return drug_page(name).replace("- **breast cancer** that has metastasized\n", uses)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_pages(
        tmp_path / "seeds",
        {"alomab.md": drug_page("Alomab"), "longumab.md": long_page("Longumab"), "zelanib.md": drug_page("Zelanib")},
    )


def told(report: Report) -> tuple[int, list[tuple[str, str | None]]]:
    return report.accounting["published"], [(one.code, one.source) for one in report.problems if one.code == "P536"]


#: Seconds of the processor that the other pages never take.
LATE = 4
ONE_LATE = (2, [("P536", "longumab.md")])


def test_a_search_without_end_is_broken_off() -> None:
    start = time.monotonic()
    assert endless(0.2) == "overdue"
    assert time.monotonic() - start < 30


def test_what_waits_for_a_busy_machine_is_not_late() -> None:
    assert within(0.2, lambda: time.sleep(0.6)) is None


def test_what_is_done_in_time_is_given_and_the_alarm_is_off() -> None:
    before = signal.getsignal(signal.SIGPROF)
    assert within(5, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    assert (signal.getsignal(signal.SIGPROF), signal.getitimer(signal.ITIMER_PROF)) == (before, (0.0, 0.0))


def test_in_a_thread_too_by_a_process_of_its_own() -> None:
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(in_own_process, endless, 0.2).result() == "overdue"


@pytest.mark.slow
def test_what_fails_in_a_process_of_its_own_fails_here() -> None:
    with pytest.raises(ReadError, match="R101"):
        in_own_process(_read_nothing, None)
    with pytest.raises(BrokenProcessPool, match="7"):
        in_own_process(die, 7)


def _read_nothing(_: None) -> None:
    read_page(b"", "empty.md")


@pytest.mark.parametrize("workers", [1, variant(2)])
def test_a_page_past_its_deadline_costs_no_other(tmp_path: Path, seeds: Path, workers: int) -> None:
    report = convert([seeds], tmp_path / "output", workers=workers, page_timeout=LATE)
    assert told(report) == ONE_LATE
    late = next(one for one in report.problems if one.code == "P536")
    assert f"{LATE} seconds" in late.cause


@pytest.mark.slow
def test_a_page_past_its_deadline_costs_no_other_in_a_thread(tmp_path: Path, seeds: Path) -> None:
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(convert([seeds], tmp_path / "output", page_timeout=LATE)))
    thread.start()
    thread.join()
    assert told(reports[0]) == ONE_LATE


@pytest.mark.slow
def test_the_command_says_so_and_ends_with_1(tmp_path: Path, seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["convert", str(seeds), "--output", str(tmp_path / "output"), "--page-timeout", str(LATE), "--json"]
    assert run_command(command) == 1
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[-1])["accounting"]["quarantined"] == 1
    assert f"P536 error: longumab.md: the page took longer than the {LATE} seconds of processor time" in err


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_deadline_that_is_none_is_refused(tmp_path: Path, seeds: Path, seconds: float) -> None:
    with pytest.raises(UsageError, match="--page-timeout"):
        convert([seeds], tmp_path / "output", page_timeout=seconds)


@pytest.mark.slow
def test_a_process_of_its_own_ends_with_the_one_that_asked() -> None:
    asked = (
        "import time; from pipeline.convert.deadline import in_own_process; print('begun', flush=True);"
        "in_own_process(time.sleep, 60)"
    )
    with subprocess.Popen([sys.executable, "-c", asked], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "begun\n"
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        while not (child := children.read_text().split()):
            time.sleep(0.05)
        parent.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child[0]}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child[0]}").exists()
