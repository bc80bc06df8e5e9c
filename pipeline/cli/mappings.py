"""The commands for whoever keeps the mapping tables: build, coverage, suggest, check, refresh."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pipeline.cli.app import DONE, PARTLY, Flag, Json, Seed, app, some_page
from pipeline.cli.console import Console, by_severity
from pipeline.errors import Problem, UsageError

mappings = App(name="mappings", help="Keep the tables that give words their codes: build, check, measure, refresh.")
app.command(mappings)

Folder = Annotated[Path | None, Parameter(help="The mappings folder. [default: the one of this installation]")]


@mappings.command
def build(
    *,
    source: Annotated[Path, Parameter(name="--from", help="The folder of candidate facts (drugs.tsv, conditions.tsv, …).")],
    mappings: Folder = None,
) -> int:
    """Write the tables from candidate facts and decisions.tsv, and list what was refused in pending.tsv.

    For example:
    ```
    onlabel mappings build --from terms
    onlabel mappings build --from terms --mappings my-mappings
    ```
    """
    from pipeline.terminology.commands import mappings_build

    changed = mappings_build(source, mappings)
    Console().out("\n".join(f"written: {name}" for name in changed) or "Nothing changed.")
    return DONE


@mappings.command
def coverage(*seeds: Seed, mappings: Folder = None, json: Json = False) -> int:
    """Say what share of what the pages name has a code, exact or broader, and what has none, by frequency.

    For example:
    ```
    onlabel mappings coverage
    onlabel mappings coverage seeds/ --json
    ```
    """
    from pipeline.terminology.commands import as_json, as_text, mappings_coverage

    result = mappings_coverage(_pages(seeds), mappings)
    Console().out(as_json(result) if json else as_text(result))
    return DONE


@mappings.command
def suggest(*seeds: Seed, mappings: Folder = None, json: Json = False) -> int:
    """List candidates for words without a code, with scores, for a reader; nothing is applied.

    For example:
    ```
    onlabel mappings suggest seeds/
    ```
    """
    from pipeline.terminology.commands import as_json, as_text, mappings_suggest

    result = mappings_suggest(_pages(seeds), mappings)
    Console().out(as_json(result) if json else as_text(result) or "Nothing is like what has no code.")
    return DONE


@mappings.command
def check(*, mappings: Folder = None, json: Json = False) -> int:
    """Look for disorder, malformed codes, contradicting rows and cycles; exit code 1 where there are any.

    For codes that are retired see `onlabel mappings refresh`.

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


@mappings.command
def refresh(
    *,
    source: Annotated[Path | None, Parameter(name="--from", help="A folder with unpacked official files.")] = None,
    online: Annotated[Flag, Parameter(help="Fetch the current files. Never tried: no network where it was written.")] = False,
    write: Annotated[Flag, Parameter(help="Write the new labels and versions, if no code is lost.")] = False,
    mappings: Folder = None,
    json: Json = False,
) -> int:
    """Compare the tables with official releases of RxNorm, UNII and NCI Thesaurus; exit code 1 where a code is lost or retired.

    Official files: RXNCONSO.RRF (RxNorm, prescribable), UNII_Records_*.txt, Thesaurus.txt.

    For example:
    ```
    onlabel mappings refresh --from releases
    onlabel mappings refresh --from releases --write
    onlabel mappings refresh --online
    ```
    """
    from pipeline.terminology.commands import as_json, as_text, mappings_refresh

    if (source is None) != online:
        raise UsageError(Problem("U901", "error", "either --from or --online is needed", "See the command's --help."))
    result = mappings_refresh(source, mappings, write=write)
    Console().out(as_json(result) if json else as_text(result))
    return PARTLY if result.fails else DONE


def _pages(seeds: tuple[Path, ...]) -> tuple[Path, ...]:
    found = some_page(seeds or (Path("seeds"),))
    return tuple(path for one in found if one.problem is None and (path := Path(one.path)).is_file())
