"""Runs `onlabel` in forked children of one process that has imported all of it, so that tests pay for the imports once.

Reads lines of JSON from standard input: `arguments`, the whole `environment`, `out` and `err` (files to write), and `code`,
Python to be run instead of the command, or null. For each it prints the child's exit status (negative: the signal).
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import signal
import sys
import threading
from types import ModuleType

#: What the commands that these tests run import when they run.
IMPORTED = (
    "pipeline.cli", "pipeline.flow.run", "pipeline.diff", "pipeline.store", "prefect.deployments.runner", "rich.progress",
)  # fmt: skip


def child(arguments: list[str], environment: dict[str, str], out: str, err: str, code: str | None) -> None:
    """Be the process that was asked for."""
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
    # As a process of its own has them: this one's lines are for whoever asks for children.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115 - handles
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["onlabel", *arguments]
    from pipeline.flow import calm  # noqa: PLC0415 - not before what it is for

    calm()
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415 - as above

    refresh_global_settings_context()
    if code is None:
        # What workers that are started afresh look at, to prepare themselves.
        sys.modules["__main__"] = importlib.import_module("pipeline.__main__")
        from pipeline.cli import main  # noqa: PLC0415 - as above

        main()
    else:
        sys.modules["__main__"] = ModuleType("__main__")
        exec(code, vars(sys.modules["__main__"]))  # noqa: S102 - the tests' own


def status_of(asked: dict[str, object]) -> int:
    """Run a child to its end."""
    number = os.fork()
    if number == 0:
        status: object = 1
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            # What hangs fails, and says where.
            faulthandler.dump_traceback_later(180, exit=True)
            child(**asked)  # type: ignore[arg-type]  # as the tests wrote it
            status = 0
        except SystemExit as end:
            status = end.code or 0
        except BaseException:  # noqa: BLE001 - a traceback on its standard error, as from any Python
            sys.excepthook(*sys.exc_info())
        finally:
            end_of_interpreter()
            os._exit(status if isinstance(status, int) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def end_of_interpreter() -> None:
    """What Python does at its end, as far as it shows."""
    import atexit  # noqa: PLC0415 - here alone

    threading._shutdown()  # type: ignore[attr-defined]  # joins threads and ends executors
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()


def main() -> None:
    """Serve until standard input ends."""
    from pipeline.flow import calm  # noqa: PLC0415 - Prefect reads the environment when it is imported

    calm()
    for name in IMPORTED:
        importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()
    for line in sys.stdin:
        print(status_of(json.loads(line)), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
