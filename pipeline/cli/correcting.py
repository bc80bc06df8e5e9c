"""The commands for files of corrections: merge."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pipeline.cli.app import DONE, app, require
from pipeline.cli.console import Console, counted
from pipeline.errors import Problem, UsageError

corrections = App(name="corrections", help="Manage reviewers' decisions on uses: merge files of corrections.")
app.command(corrections)


@corrections.command
def merge(
    *files: Annotated[Path, Parameter(name="FILE", help="Files of corrections, as the review page exports them.")],
    to: Annotated[Path | None, Parameter(help="The file to write; it may be one of those. [default: standard output]")] = None,
) -> int:
    """Make one file of several: duplicates count once, and a reviewer's later decision replaces an earlier one.

    For example:
    ```
    onlabel corrections merge jane.yaml omar.yaml --to corrections.yaml
    onlabel corrections merge mappings/corrections.yaml ~/Downloads/corrections.yaml --to mappings/corrections.yaml
    ```
    """
    from pipeline.correct import dump, load_files
    from pipeline.publish.files import write_file

    require(files, "FILE")
    found = load_files(files)
    if to is None:
        Console().file(dump(found))
        return DONE
    try:
        write_file(to, dump(found).encode())
    except OSError as error:
        cause = f"the file cannot be written ({error.strerror or type(error).__name__})"
        remedy = "Name another file with `--to`, or give this user the right to write there."
        raise UsageError(Problem("E104", "error", cause, remedy, source=str(to))) from error
    Console().out(f"{counted(len(found.entries), 'correction')} of {counted(len(files), 'file')}: {to}")
    return DONE
