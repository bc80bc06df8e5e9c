"""The command that compares two snapshots."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.cli.app import DONE, Json, app, holding
from pipeline.cli.console import Console
from pipeline.errors import excerpt
from pipeline.options import Flag

if TYPE_CHECKING:
    from rich.text import Text

    from pipeline.diff import Change, Changes, Quote

#: A sentence longer than this is cut short in the terminal; the JSON has all of it.
_MOST_CHARACTERS = 400
_STYLES = {"-removed": "red", "-withdrawn": "red", "-added": "green", "-narrowed": "yellow", "-widened": "yellow"}


@app.command
def diff(
    old: Annotated[
        str | None, Parameter(help="A snapshot, an output folder, or the first digits of a snapshot's hash.")
    ] = None,
    new: Annotated[str | None, Parameter(help="The same. [default: the current snapshot of --output]")] = None,
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(help="The output folder in which hashes and the last two snapshots are found. [default: output]"),
    ] = None,
    all_: Annotated[Flag, Parameter(name="--all", help="Also list each change of wording, codes and pages.")] = False,
    json: Json = False,
) -> int:
    """Show what changed between two snapshots: clinical changes first, with the old and the new words of the page.

    Without OLD, and for an output folder that is named alone, compares with the snapshot before. Exit code 0 with or without
    changes: `--json` has `clinical`, their number.

    For example:
    ```
    onlabel diff
    onlabel diff out
    onlabel diff 3f9a 81c2 --output out --all
    onlabel diff last-year/ output/ --json | jq '.changes[] | select(.clinical)'
    ```
    """
    from pipeline.diff import choose, compare, document, open_both

    with ExitStack() as held:
        changes = compare(*open_both(*(held.enter_context(holding(path)) for path in choose(old, new, output))))
    if json:
        Console().json(document(changes))
    else:
        _print(changes, everything=all_)
    return DONE


def _print(changes: Changes, *, everything: bool) -> None:
    from rich.console import Console as RichConsole
    from rich.text import Text

    from pipeline.diff import kind_in_words, summary

    # Into a pipe a line stays a line.
    rich = RichConsole(file=sys.stdout, highlight=False, markup=False, emoji=False)
    watched = sys.stdout.isatty()

    def say(line: Text) -> None:
        rich.print(line, soft_wrap=not watched)

    if changes.old and changes.old.snapshot == changes.new.snapshot:
        say(Text(f"{changes.new.snapshot[:12]}: both are the same snapshot; there is nothing to compare.", style="bold"))
        return
    if changes.old:
        say(Text(f"{changes.old.snapshot[:12]} → {changes.new.snapshot[:12]}: {summary(changes)}", style="bold"))
    for note in changes.notes:
        say(Text(f"not only pages are different: {excerpt(note, _MOST_CHARACTERS)}", style="magenta"))
    told = [change for change in changes.listed if everything or change.clinical or change.kind == "became-stale"]
    for _, group in itertools.groupby(told, key=lambda change: (change.clinical, change.slug)):
        found = [*group]
        say(Text(f"\n{excerpt(found[0].drug)}", style="bold"))
        for change in found:
            for line in _lines(change):
                say(line)
    rest = {kind: number for kind, number in changes.totals.items() if number} if not everything else {}
    shown = {change.kind for change in told}
    others = [f"{kind_in_words(kind)}: {number:,}" for kind, number in rest.items() if kind not in shown]
    if others:
        say(Text(f"\nNot clinical, see with --all: {'; '.join(others)}.", style="dim"))


def _lines(change: Change) -> Iterator[Text]:
    from rich.text import Text

    from pipeline.diff import difference, people, subject, title

    style = next((style for end, style in _STYLES.items() if change.kind.endswith(end)), "cyan")
    of = subject(change)
    yield Text.assemble("  ", (title(change), style), f" · {excerpt(of, _MOST_CHARACTERS)}" if of else "")
    if said := difference(change):
        yield Text(f"      {excerpt(said, _MOST_CHARACTERS)}")
    if change.correction:
        yield Text(f"      {excerpt(people(change), _MOST_CHARACTERS)}", style="magenta")
    yield from (_quoted("was", quote) for quote in change.old)
    yield from (_quoted("now", quote) for quote in change.new)


def _quoted(when: str, quote: Quote) -> Text:
    from rich.text import Text

    place, text = (excerpt(part, _MOST_CHARACTERS) for part in (quote.place, quote.text))
    return Text(f"      {when}  {place}  “{text}”", style="dim")
