"""The command `onlabel`: arguments and printing. What a command needs is imported when it runs, so that help comes at once.

One module a family of commands (`publishing`, `inspecting`, `loading`, `mappings`); `app` holds what they share.
"""

from __future__ import annotations

import signal
import sys
import traceback

from cyclopts import CycloptsError

from pipeline.cli import comparing, inspecting, loading, mappings, publishing, reviewing, showing
from pipeline.cli.app import DONE, INTERRUPTED, REFUSED, STOPPED, TERMINATED, USAGE, app
from pipeline.cli.console import Console, hang_up
from pipeline.errors import LoadError, OnlabelError, Problem, UsageError, VerifyError

__all__ = ["app", "comparing", "inspecting", "loading", "main", "mappings", "publishing", "reviewing", "run_command", "showing"]


def main() -> None:
    """Run the command and leave with its exit code."""
    # A service manager's stop: leave as from Ctrl-C, so that workers, server and unfinished files go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; foreseeable errors become a message and an exit code, never a traceback."""
    Console.log = "text"
    console = Console()
    try:
        code: int | None = app.meta(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        console.problem(Problem("U901", "error", " ".join(str(error).split()), "see `onlabel --help` and the command's --help"))
        return USAGE
    except OnlabelError as error:
        console.problem(error.problem)
        return USAGE if isinstance(error, UsageError | VerifyError) else REFUSED if isinstance(error, LoadError) else STOPPED
    except BrokenPipeError:
        return hang_up()
    except KeyboardInterrupt:
        console.note("Interrupted. What was published before is unchanged.")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - a fault of ours must not look like exit code 1, "some pages quarantined"
        traceback.print_exc()
        console.problem(Problem("U990", "fatal", "a fault in onlabel itself (see above)", "report it with what stands above"))
        return STOPPED
    return code or DONE
