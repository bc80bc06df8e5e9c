"""A page's deadline: an alarm of the operating system, which ends even a single long search.

It counts the processor's time, not the clock's: a page is in time or late by what it is, not by what else the machine does.

Only a main thread is rung for, and only there does a search of a regular expression stop for it; in any other thread it keeps
all of Python waiting until it is done. So a batch that comes to another thread (of Prefect's thread runner, of Dask's workers)
is handed to a process of its own.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final, TypeVar

from pipeline.collecting import collect_seldom

T = TypeVar("T")

#: How long a page may take, in seconds of processor time, unless a run is told otherwise; most take a twentieth of one.
PAGE_TIMEOUT: Final = 20.0
#: And how long it may be allowed, a day: the operating system has a bound of its own.
LONGEST: Final = 86_400
#: It rings again after so many seconds: where Python drops an exception (in a finalizer), the first is for nothing.
_AGAIN: Final = 1.0


class Overdue(BaseException):  # an end like KeyboardInterrupt: what contains errors must not contain it
    """The time is up."""


def rings_here() -> bool:
    """Whether the alarm can be set in this thread, and no one else has set it."""
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    )


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` gives; without a deadline where the alarm cannot be set.

    Raises:
        Overdue: It took longer than `seconds` of the processor's time, other threads of this process included.

    """
    if not rings_here():
        return work()
    over = False

    def ring(*_: object) -> None:
        if not over:
            raise Overdue

    before = signal.signal(signal.SIGPROF, ring)
    # Twice: it may ring at the very end, in the inner `finally`; the next ring is a second away.
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
            return work()
        finally:
            over = True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def in_own_process(function: Callable[[Any], T], argument: object) -> T:
    """What a function gives in the main thread of another process, which ends when this one does.

    Not by multiprocessing: a worker of Dask is a daemon, to which it gives no children.

    Raises:
        BrokenProcessPool: The process died.
        Exception: What the function raised.

    """
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [
            sys.executable,
            "-c",
            f"from {__name__} import main; main()",
        ],  # with -m, runpy warns that the module is loaded already
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,  # Ctrl-C is for the run
    ) as process:
        assert process.stdin is not None  # noqa: S101 - for the type checker
        assert process.stdout is not None  # noqa: S101 - for the type checker
        try:
            process.stdin.write(pickle.dumps((function, argument)))
            process.stdin.flush()
            said = process.stdout.read()
        except BrokenPipeError:
            said = b""
        process.stdin.close()
    if not said:
        message = f"the process of a batch ended with {process.returncode}"
        raise BrokenProcessPool(message)
    result, error = pickle.loads(said)  # noqa: S301 - written by our own process, just now
    if error is not None:
        raise error
    given: T = result
    return given


def main() -> None:
    """Run what standard input names, write what it gives to standard output, and end early if standard input closes."""
    collect_seldom()
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between
    function, argument = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent, just now
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    said: tuple[Any, Exception | None]
    try:
        said = function(argument), None
    except Exception as error:  # noqa: BLE001 - raised again in the parent
        said = None, error
    with answer:
        answer.write(pickle.dumps(said))


def _end_with_the_parent() -> None:
    # A raw read: a buffered one would hold a lock that the interpreter wants at exit.
    while os.read(0, 1):
        pass
    os._exit(1)
