"""The command `onlabel`: arguments and printing. What a command needs is imported when it runs, so that help comes at once.

One module a family of commands (`publishing`, `inspecting`, `loading`, `mappings`); `app` holds what they share.
"""

from __future__ import annotations

import signal
import sys
import traceback

from cyclopts import CycloptsError

from pipeline.cli import comparing, correcting, defining, inspecting, loading, mappings, publishing, reviewing, showing
from pipeline.cli.app import DONE, INTERRUPTED, REFUSED, STOPPED, TERMINATED, USAGE, app
from pipeline.cli.console import Console, hang_up
from pipeline.collecting import collect_seldom
from pipeline.errors import LoadError, OnlabelError, Problem, UsageError

__all__ = [
    "app",
    "comparing",
    "correcting",
    "defining",
    "exit_code",
    "inspecting",
    "loading",
    "main",
    "mappings",
    "publishing",
    "reviewing",
    "run_command",
    "showing",
]

#: What was to be read is not there, or is not what the command reads: as much a wrong call as a misspelled option.
_MISNAMED = frozenset({"C600", "W100", "W103"})
#: How to write a value that is easily written otherwise.
_FORMS = {
    "--as-of": "Write a date as in `--as-of 2026-01-31`, or `--as-of today`.",
    "--max-removed": "Write a share between 0 and 1, as in `--max-removed 0.05` for 5 %.",
}
#: No other call would have helped: the network, a disk, tables that changed meanwhile.
_IN_THE_WAY = frozenset({"M807", "M808", "W311"})


def main() -> None:
    """Run the command and leave with its exit code."""
    # A service manager's stop: leave as from Ctrl-C, so that workers, server and unfinished files go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    collect_seldom()
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; foreseeable errors become a message and an exit code, never a traceback."""
    Console.log = "text"
    console = Console()
    try:
        code: int | None = app.meta(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        console.problem(Problem("U901", "error", " ".join(str(error).split()), _remedy(error, arguments)))
        return USAGE
    except OnlabelError as error:
        console.problem(error.problem)
        return exit_code(error)
    except BrokenPipeError:
        return hang_up()
    except KeyboardInterrupt:
        console.note("Interrupted. What was published before is unchanged.")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - a fault of ours must not look like exit code 1, "some pages quarantined"
        console.note(traceback.format_exc().rstrip())
        console.problem(Problem("U990", "fatal", "a fault in onlabel itself (see above)", "Report it with what stands above."))
        return STOPPED
    return code or DONE


def _remedy(error: CycloptsError, arguments: list[str]) -> str:
    # By the option's name: the parser's wording differs between its versions.
    names = error.argument.names if error.argument else ()
    form = next((form for option, form in _FORMS.items() if option in names), None)
    return form or f"See `{_command(arguments)} --help`."


def _command(arguments: list[str]) -> str:
    """The command that was called, as far as there is such."""
    words, place = ["onlabel"], app
    for word in arguments:
        if word.startswith("-") or word not in place:
            break
        place = place[word]
        words.append(word)
    return " ".join(words)


def exit_code(error: OnlabelError) -> int:
    """How a command ends on an error; the rule stands in `pipeline/ERRORS.md`."""
    if error.problem.code in _MISNAMED:
        return USAGE
    if isinstance(error, UsageError):
        return STOPPED if error.problem.code in _IN_THE_WAY else USAGE
    return REFUSED if isinstance(error, LoadError) else STOPPED
