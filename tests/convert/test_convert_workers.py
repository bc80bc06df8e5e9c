"""Ctrl-C reaches every process of a run, and one of them answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.convert import interrupts_held
from tests.invented_pages import drug_page, write_pages
from tests.sampled import further

#: The command, listening to Ctrl-C: what a shell starts in the background is deaf to it, and hands that on to its children.
ONLABEL = "import signal, pipeline.cli; signal.signal(signal.SIGINT, signal.default_int_handler); pipeline.cli.main()"

#: Ctrl-C each time that Python's tracker of locks has noted a new one.
INTERRUPTED_AT_LOCKS = """
import os, signal
from multiprocessing import resource_tracker

def noted(*lock, register=resource_tracker.register):
    register(*lock)
    os.kill(os.getpid(), signal.SIGINT)

resource_tracker.register = noted
"""


def test_an_interrupt_that_another_thread_takes_waits_too() -> None:
    """The system gives it to any thread that lets it through, and Python raises it in the main one."""
    over, done = threading.Event(), []
    other = threading.Thread(target=over.wait)
    other.start()

    def interrupted() -> None:
        with interrupts_held():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
            done.append("the work of the block")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    finally:
        over.set()
        other.join()
        signal.signal(signal.SIGINT, before)
    assert done


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the workers are found by Linux' /proc")
@pytest.mark.parametrize("pause", [further(0), 0.2, further(0.6)])
def test_an_interrupt_while_workers_start_is_one_sentence(tmp_path: Path, pause: float) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{number}.md": drug_page(f"Drug{number}") for number in range(200)})
    command = [sys.executable, "-c", ONLABEL, "convert", str(seeds), "--output", str(tmp_path / "output"), "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        time.sleep(pause)
        os.killpg(run.pid, signal.SIGINT)
        said = run.communicate(timeout=60)[1]
    assert said.splitlines() == ["Interrupted. What was published before is unchanged."]
    assert run.returncode == 130


@pytest.mark.slow
def test_an_interrupt_while_the_workers_locks_are_made_is_one_sentence(tmp_path: Path) -> None:
    """Python reports a lock as leaked that it knows of, and that no one is there yet to remove."""
    seeds = write_pages(tmp_path / "seeds", {f"{number}.md": drug_page(f"Drug{number}") for number in range(200)})
    arguments = ["convert", str(seeds), "--output", str(tmp_path / "output"), "--workers", "2"]
    command = [sys.executable, "-c", f"{INTERRUPTED_AT_LOCKS}{ONLABEL}", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr.splitlines() == ["Interrupted. What was published before is unchanged."]
    assert run.returncode == 130
