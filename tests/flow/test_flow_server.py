"""How a Prefect server for a run is started, and what is said where it does not."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from pipeline.flow.server import _one_start_at_a_time, not_started


def test_a_package_that_is_missing_is_named() -> None:
    problem = not_started(Path("/home/jane/.prefect"), "ModuleNotFoundError: No module named 'aiosqlite.core'").problem
    assert (problem.code, problem.severity) == ("U931", "fatal")
    assert "`pip install aiosqlite`" in problem.remedy


def test_what_is_slow_gets_more_time() -> None:
    assert "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS" in not_started(Path("/home/jane/.prefect")).problem.remedy


def test_one_start_waits_for_the_other_until_its_time_is_over(tmp_path: Path) -> None:
    began: list[str] = []

    def start(name: str, seconds: float) -> None:
        with _one_start_at_a_time(tmp_path, time.monotonic() + seconds):
            began.append(name)

    with _one_start_at_a_time(tmp_path, time.monotonic() + 60):
        impatient, patient = (threading.Thread(target=start, args=each) for each in (("impatient", 0.2), ("patient", 60)))
        patient.start()
        impatient.start()
        impatient.join()
        assert began == ["impatient"]
    patient.join()
    assert began == ["impatient", "patient"]
