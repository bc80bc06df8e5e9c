"""What is reported once: failures that were expected, problems of pages, and that a run was stopped.

Prefect logs a task that returns a failed state twice as an error, the first time with the traceback of no exception
(`NoneType: None`). Where the command that started the run tells the failure itself, these lines are kept from the console.
They reach the server as ever; every other task run's lines reach both.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.runtime import task_run
from prefect.states import Failed

from pipeline.errors import OnlabelError, Problem
from pipeline.flow import CONSOLE_LEVEL

#: In the environment, because the workers that the run starts need it too.
_VARIABLE = "ONLABEL_TELLS_FAILURES"
#: What Prefect says of task runs that had not begun when another one failed.
_CANCELLED = "Task run cancelled by the task runner"
#: Marks a line of the run's log that the command has on the console itself.
_PROBLEM = "onlabel_problem"
#: What `Problem` calls itself, in the words of a log.
_LEVELS = {"fatal": logging.CRITICAL, "error": logging.ERROR, "warning": logging.WARNING, "information": logging.INFO}
#: What Prefect says where Ctrl-C, or a service manager's stop, ends a run (the command says it in a line of its own), where
#: a worker was ended in the middle of a word (the command says why), and while a busy server takes a run's last events.
_NO_NEWS = (
    "Crash detected! Execution was aborted by",
    "Finished in state Crashed('Execution was aborted by",
    "Finished in state Running()",  # stopped twice: by the service manager, and by what serves the flow
    "Timed out waiting for process-pool message forwarding",
    "Still processing items: ",
)


class _Foreseen(logging.Filter):
    def __init__(self) -> None:
        super().__init__()
        self.task_runs: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        # What has an exception was not expected, though an earlier try of the same task run may have failed as expected.
        if record.exc_info is not None and record.exc_info[0] is not None:
            return True
        return getattr(record, "task_run_id", None) not in self.task_runs and _CANCELLED not in record.getMessage()


_FORESEEN = _Foreseen()


@contextmanager
def told_by_the_command() -> Iterator[None]:
    """Let Prefect's console be silent about what fails as expected in a `with` block: whoever opened it reports that.

    A user who chose what Prefect logs (`calm` then left it alone) gets what was chosen.
    """
    if not _is_calm():
        yield
        return
    os.environ[_VARIABLE] = "1"
    for handler in _console():
        handler.addFilter(_is_news)
        handler.addFilter(_is_not_told)
    try:
        yield
    finally:
        del os.environ[_VARIABLE]
        for handler in _console():
            handler.removeFilter(_is_news)
            handler.removeFilter(_is_not_told)


def stopped_in_silence() -> None:
    """Let the console of a run that `onlabel serve` started be silent where it is stopped: `serve` tells that."""
    if _is_calm():
        for handler in _console():
            handler.addFilter(_is_news)


def log(problems: Iterable[Problem], run_id: str) -> None:
    """Write problems to the run's log in Prefect, each at the level that it calls itself."""
    to = get_run_logger()
    for problem in problems:
        said = ("run %s, page %s: %s", run_id, problem.source or "-", problem)
        to.log(_LEVELS[problem.severity], *said, extra={_PROBLEM: True})


def _is_calm() -> bool:
    name, level = CONSOLE_LEVEL
    return os.environ.get(name) == level


def _console() -> list[logging.Handler]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, PrefectConsoleHandler)]


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_NO_NEWS)


def _is_not_told(record: logging.LogRecord) -> bool:
    return not hasattr(record, _PROBLEM)


def failed(error: OnlabelError) -> Any:  # noqa: ANN401 - stands for whatever the task would return
    """The failed state for a task to return; what waits for the task gets the error from it."""
    if _VARIABLE in os.environ:
        _FORESEEN.task_runs.add(str(task_run.id))
        for handler in _console():
            handler.addFilter(_FORESEEN)
    return Failed(message=str(error.problem), data=error)


def done(state: State[Any]) -> Any:  # noqa: ANN401 - what the task gave
    """What a task gave; raises what it failed of."""
    result = state.result(raise_on_failure=False)
    if isinstance(result, Exception):
        raise result
    return result
