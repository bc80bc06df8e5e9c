"""`prefect server start`, tethered: it ends as soon as its standard input closes.

The parent holds the other end of that pipe and never writes to it. However the parent goes, by returning, by Ctrl-C, by
`kill -9`, the operating system closes the pipe, and no server is left behind. (Linux' parent-death signal would not do: it
fires when the starting *thread* ends, and other systems do not have it.)
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

#: How long the server may take to put its work away before it is ended without asking.
GRACE_SECONDS = 10


def main() -> None:
    """Run `prefect server start` with this process's arguments until standard input closes."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    sys.argv = ["prefect", "server", "start", *sys.argv[1:]]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


def _end_with_the_parent() -> None:
    # A raw read: a buffered one would hold a lock that the interpreter wants at exit.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
