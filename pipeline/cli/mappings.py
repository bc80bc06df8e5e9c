"""The commands about the mapping tables: coverage, check. What makes the tables is in `pipeline/workshop`."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pipeline.cli.app import DONE, PARTLY, Json, Seed, app, some_page
from pipeline.cli.console import Console, by_severity

mappings = App(name="mappings", help="Measure and check the tables that give words their codes.")
app.command(mappings)

Folder = Annotated[Path | None, Parameter(help="The mappings folder. [default: the one of this installation]")]


@mappings.command
def coverage(*seeds: Seed, mappings: Folder = None, json: Json = False) -> int:
    """Show how much of what the pages name has a code, exact or broader, and what has none, by frequency.

    For example:
    ```
    onlabel mappings coverage
    onlabel mappings coverage seeds/ --json
    ```
    """
    from pipeline.terminology.commands import as_json, as_text, mappings_coverage

    result = mappings_coverage(pages_of(seeds), mappings)
    Console().out(as_json(result) if json else as_text(result))
    return DONE


@mappings.command
def check(*, mappings: Folder = None, json: Json = False) -> int:
    """Check for unsorted rows, malformed codes, contradicting rows and cycles; exit code 1 where there are any.

    For example:
    ```
    onlabel mappings check
    onlabel mappings check --mappings my-mappings --json
    ```
    """
    from pipeline.terminology.commands import as_json, as_text, mappings_check

    problems = mappings_check(mappings)
    found = by_severity(problems) if problems else "nothing is wrong with the tables"
    Console().out(as_json(problems) if json else "\n".join([*filter(None, [as_text(problems)]), found]))
    return PARTLY if problems else DONE


def pages_of(seeds: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files of the pages that were named; those under `seeds` where none was."""
    found = some_page(seeds or (Path("seeds"),))
    return tuple(path for one in found if one.problem is None and (path := Path(one.path)).is_file())
