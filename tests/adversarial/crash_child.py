"""Runs conversions in forked children that can be killed, so that crash tests pay for the imports once. They keep one snapshot.

Reads lines `SEEDS OUTPUT WORKERS STEP` from standard input. For each it prints the child's process number and, after one more
line, its exit status (negative: the signal). With a STEP above 0 the child kills itself just before that many-th step on
the file system (as the interpreter's audit hooks see them) below OUTPUT; with 0 it runs to its end unless it is killed.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.convert import convert

#: Audit events of everything that changes a file system: https://docs.python.org/3/library/audit_events.html
STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.truncate", "os.listdir", "os.scandir"}


def kill_before(step: int, output: str) -> None:
    """Let this process die, as if by `kill -9`, just before its `step`-th event below `output`."""
    count = itertools.count(1)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        below = any(isinstance(said, str | os.PathLike) and str(said).startswith(output) for said in arguments)
        if event in STEPS and below and next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def main() -> None:
    """Serve until standard input ends."""
    with TemporaryDirectory() as folder:  # once here, for what is imported and made ready at the first page
        convert([Path(__file__).parents[2] / "seeds"], Path(folder) / "output")
    for line in sys.stdin:
        seeds, output, workers, step = line.split()
        child = os.fork()
        if child == 0:
            status = 70
            try:
                if int(step):
                    kill_before(int(step), output)
                status = convert([Path(seeds)], Path(output), workers=int(workers), keep=1).exit_code
            finally:
                os._exit(status)
        print(child, flush=True)  # noqa: T201 - the answer
        sys.stdin.readline()  # until it is waited for, its number is its own: nobody kills another process by mistake
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
