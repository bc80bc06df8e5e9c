"""The command that writes the review, and says how far people are with it."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.cli.app import DONE, Flag, Quiet, app
from pipeline.cli.console import Console, counted

if TYPE_CHECKING:
    from pipeline.correct import Corrections
    from pipeline.diff import Changes
    from pipeline.snapshot import Snapshot


@app.command
def review(  # noqa: PLR0913 - one parameter an option
    output: Annotated[Path, Parameter(help="An output folder, or one snapshot.")] = Path("output"),
    *,
    to: Annotated[Path | None, Parameter(help="The folder to write. [default: review in the output folder]")] = None,
    previous: Annotated[
        str | None,
        Parameter(help="The snapshot to show changes from: a path or the first digits of its hash. [default: the one before]"),
    ] = None,
    mappings: Annotated[
        Path | None, Parameter(help="The folder with corrections.yaml. [default: that of the mappings]")
    ] = None,
    progress: Annotated[Flag, Parameter(help="Print how far the review is instead.")] = False,
    quiet: Quiet = False,
) -> int:
    """Write pages on which people see what was extracted and why, and decide whether it is right.

    For example:
    ```
    onlabel review
    onlabel review output --to /tmp/review --previous 3f9a
    onlabel review --progress
    ```
    """
    from pipeline.correct import load
    from pipeline.review import write_review
    from pipeline.snapshot import open_snapshot
    from pipeline.terminology import default_folder

    console, snapshot = Console(quiet=quiet), open_snapshot(output)
    corrections = load(mappings or default_folder())
    if progress:
        _say_progress(console, snapshot, corrections)
        return DONE
    # A snapshot's own folder is named by its content: nothing may be added to it.
    place = to or (output if (output / "current").exists() or not (output / "report.json").exists() else Path()) / "review"
    changes = _changes(console, output, previous, snapshot)
    with console.progress() as done:
        written = write_review(snapshot, place, corrections, changes, done)
    console.out(f"{counted(written.drugs, 'page')}: {written.index}")
    return DONE


def _changes(console: Console, output: Path, previous: str | None, snapshot: Snapshot) -> Changes | None:
    """What changed since the snapshot that was named; without a name since the one before, if there is one."""
    from pipeline.diff import choose, compare, open_both
    from pipeline.errors import OnlabelError

    try:
        older, _ = open_both(*choose(previous, str(snapshot.path) if previous else None, output))
    except OnlabelError as error:
        if previous is not None:
            raise
        console.note(f"No changes are shown: {error.problem.cause}.")
        return None
    return compare(older, snapshot) if older is not None else None


def _say_progress(console: Console, snapshot: Snapshot, corrections: Corrections) -> None:
    from pipeline.correct import ReviewedPage
    from pipeline.correct import progress as progress_of

    listed = (ReviewedPage(one.slug, one.facts.page.sha256, len(one.facts.uses)) for one in snapshot.records())
    found = progress_of(listed, corrections)
    pages = f"{found.reviewed_pages:,} of {counted(found.pages, 'page')}"
    console.out(f"{found.reviewed:,} of {counted(found.uses, 'use')} reviewed, on {pages}")
    console.out("  " + ", ".join(f"{number:,} {verdict}" for verdict, number in found.verdicts.items()))
    for who, number in found.reviewers.items():
        console.out(f"  {who}: {counted(number, 'use')}")
    if found.precision is None:
        console.out("No use that was drawn at random is reviewed, so there is no precision to state.")
    else:
        low, high = found.precision.low, found.precision.high
        drawn = counted(sum(found.sample.values()), "use")
        console.out(f"Precision {found.precision.share:.1%} (95 % interval {low:.1%} to {high:.1%}) of {drawn} drawn at random")
    for one in found.waiting:
        console.out(f"  for another look, the page changed: {one.drug}: {' '.join(one.quote.split())}")
    for one in found.elsewhere:
        console.out(f"  not in this snapshot: {one.drug}")
