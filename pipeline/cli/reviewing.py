"""The command that writes the review, and says how far people are with it."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.cli.app import DONE, Quiet, app, holding, output_of, there
from pipeline.cli.console import Console, counted
from pipeline.options import Flag

if TYPE_CHECKING:
    from pipeline.correct import Agreement, Correction, Corrections
    from pipeline.diff import Changes
    from pipeline.review import Drawn
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
    corrections: Annotated[
        tuple[Path, ...],
        Parameter(help="A file of corrections besides that one; repeatable.", negative="", show_default=False),
    ] = (),
    sample: Annotated[
        int | None, Parameter(help="Draw this many uses at random, to measure the precision on.", validator=Number(gte=1))
    ] = None,
    seed: Annotated[str, Parameter(help="Any text; the same text draws the same uses.")] = "1",
    progress: Annotated[Flag, Parameter(help="Print the review's progress instead.")] = False,
    quiet: Quiet = False,
) -> int:
    """Write pages on which people see what was extracted and why, and decide whether it is right.

    For example:
    ```
    onlabel review
    onlabel review output --to /tmp/review --previous 3f9a
    onlabel review --sample 200
    onlabel review --progress --sample 200
    onlabel review --progress --corrections ann.yaml --corrections bo.yaml
    ```
    """
    from pipeline.correct import FILE_NAME, agreements, load_opinions, settled
    from pipeline.review import draw_uses, waiting, write_review
    from pipeline.snapshot import open_snapshot
    from pipeline.terminology import default_folder

    tables = there(mappings) if mappings else default_folder()
    console, said = Console(quiet=quiet), load_opinions(tables, corrections)
    pairs = agreements(said.entries)
    known = settled(said, pairs)
    with holding(output) as folder:
        snapshot, home = open_snapshot(folder), output_of(output, folder)
        drawn = draw_uses(snapshot, sample, seed) if sample is not None else frozenset()
        if progress:
            file = tables / FILE_NAME
            none = "" if file.is_file() else ", which is not there (--mappings names another folder)"
            console.note(f"Decisions in {file}{none}:")
            _say_progress(console, snapshot, known, drawn)
            apart = {one.use for pair in pairs for one, _ in pair.disagreements}
            left = waiting(snapshot, known, apart)
            needs = ", ".join(f"{number:,} {need}" for need, number in left.items())
            console.out(f"{counted(sum(left.values()), 'use')} to review{': ' if needs else ''}{needs}")
            _say_agreement(console, pairs)
            return DONE
        changes, before = _changes(console, home, previous, snapshot)
        with console.progress() as done:
            written = write_review(
                snapshot, to or home / "review", known, changes, drawn, done, agreements=pairs, before=before
            )
    console.out(f"{counted(written.drugs, 'page')}: {written.index}")
    return DONE


def _changes(console: Console, home: Path, previous: str | None, snapshot: Snapshot) -> tuple[Changes | None, dict[str, str]]:
    """What changed since the snapshot that was named, without a name since the one before; and the hashes of its pages."""
    from pipeline.diff import choose, compare, open_both
    from pipeline.errors import OnlabelError
    from pipeline.snapshot import facts_of

    try:
        older, newer = choose(previous, str(snapshot.path), home)
        with holding(older) as folder:
            old, new = open_both(folder, newer)
            pages = {facts.slug: facts.page.sha256 for facts in facts_of(old)} if old else {}
            return compare(old, new), pages
    except OnlabelError as error:
        if previous is not None:
            raise
        console.note(f"No changes are shown: {error.problem.cause}.")
        return None, {}


def _say_progress(console: Console, snapshot: Snapshot, corrections: Corrections, drawn: frozenset[Drawn]) -> None:
    from pipeline.correct import progress as progress_of
    from pipeline.correct import reviewed_page

    findings = snapshot.findings()
    listed = [reviewed_page(one.facts, corrections, findings.get(one.input.name, ())) for one in snapshot.records()]
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
        of_uses = counted(sum(found.sample.values()), "use")
        console.out(
            f"Precision {found.precision.share:.1%} (95 % interval {low:.1%} to {high:.1%}) of {of_uses} drawn at random"
        )
    if drawn:
        decided = len(drawn & {one.use for one in corrections.entries if one.sampled and one not in found.waiting})
        rest = "" if decided == len(drawn) else "; the precision holds once all are"
        console.out(f"  {decided:,} of {counted(len(drawn), 'use')} of this draw decided{rest}")
    here = {page.sha256 for page in listed}
    for one in found.waiting:
        why = "it cannot be applied" if one.sha256 in here else "the page changed"
        console.out(f"  for another look, {why}: {one.drug}: {' '.join(one.quote.split())}")
    for one in found.elsewhere:
        console.out(f"  not in this snapshot: {one.drug}")


def _say_agreement(console: Console, pairs: tuple[Agreement, ...]) -> None:
    """Two reviewers at a time: on how many uses they agree, and those on which they do not."""
    for pair in pairs:
        one, other = pair.reviewers
        kappa = "no kappa: only one verdict was given" if pair.kappa is None else f"Cohen's kappa {pair.kappa:.2f}"
        console.out(f"{one} and {other}: {pair.agreed:,} of {counted(pair.both, 'use')} with the same verdict, {kappa}")
        for first, second in pair.disagreements:
            said = "; ".join(f"{entry.reviewer}: {_verdict(entry)}" for entry in (first, second))
            console.out(f"  not decided: {first.drug}: {' '.join(first.quote.split())} ({said})")


def _verdict(entry: Correction) -> str:
    edited = f", {', '.join(entry.edits.changed)} edited" if entry.edits.changed else ""
    return f"{entry.verdict}{edited}{', withheld' if entry.withhold else ''}{f', {entry.reason}' if entry.reason else ''}"
