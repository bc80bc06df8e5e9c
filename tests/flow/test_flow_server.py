"""What is said where a Prefect server for a run does not start."""

from __future__ import annotations

from pathlib import Path

from pipeline.flow.server import not_started


def test_a_package_that_is_missing_is_named() -> None:
    problem = not_started(Path("/home/jane/.prefect"), "ModuleNotFoundError: No module named 'aiosqlite.core'").problem
    assert (problem.code, problem.severity) == ("U931", "fatal")
    assert "`pip install aiosqlite`" in problem.remedy


def test_what_is_slow_gets_more_time() -> None:
    assert "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS" in not_started(Path("/home/jane/.prefect")).problem.remedy
