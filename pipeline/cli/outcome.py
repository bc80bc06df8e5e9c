"""What the commands that publish say at their end: what is published and where, what is not and why."""
# ruff: noqa: PLC0415 - imports inside the functions keep `onlabel --help` under 0.3 s

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.console import Console, as_json, counted
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.convert import Report
    from pipeline.store import Place

#: A run of so few drugs lists each with its uses.
FEW_DRUGS = 10
#: Where a snapshot has what was found in each page.
OUTCOME = Path("outcome", "OperationOutcome.ndjson")


def conclude(  # noqa: PLR0913 - a run, where and how it ran, and how to say it
    report: Report, settings: Settings, place: Place, console: Console, *, json: bool, more: Mapping[str, object] | None = None
) -> int:
    """Print what a run published and where, and what it did not; give the exit code."""
    console.run_id = report.folder.name
    everything = report.snapshot / OUTCOME if report.snapshot else report.folder / "log"
    console.problems((one for one in report.problems if one is not report.stopped), f"see {place.shown(everything)}")
    if json:
        console.json(report_json(report, place) | dict(more or {}))
    elif report.snapshot is None:
        console.out(f"Nothing was published; what was published before is unchanged. Run: {place.shown(report.folder)}")
    else:
        _say_published(report, report.snapshot, settings, place, console)
    if report.stopped is not None:
        console.problem(report.stopped)  # last, because its last line says what to do
    return report.exit_code


def _say_published(report: Report, snapshot: Path, settings: Settings, place: Place, console: Console) -> None:
    from pipeline.snapshot import open_snapshot

    whole = "R5" in settings.fhir_versions and settings.profile == "full"
    if report.accounting["published"] <= FEW_DRUGS:
        console.drugs(open_snapshot(snapshot).records())
    console.report(report.accounting, report.counts, f"`onlabel extract --unread PAGE`, {OUTCOME}")
    if report.change.kept:
        console.out(f"{counted(len(report.change.kept), 'page')} stale, published as read last")
    if report.overdue:
        console.out(f"{counted(len(report.overdue), 'page')} overdue for review on {report.day}, as they say themselves")
    if report.taken_over:
        console.out(f"{counted(report.taken_over, 'page')} unchanged since the last snapshot, not read again")
    applied, refused = report.corrections
    if applied or refused:
        console.out(f"{counted(applied + refused, 'correction')}: {applied:,} applied, {refused:,} not applied")
    if report.changes is not None and not report.changes.first and not report.unchanged:
        from pipeline.diff import summary

        console.out(f"Changes: {summary(report.changes)} ({place.shown(report.folder / 'changes.json')})")
    console.out(f"{report.became}: {place.shown(snapshot)}")
    if not whole:
        console.note("`onlabel verify` proves the full R5 output: publish it too (--fhir R5, --profile full) to use it.")


def report_json(report: Report, place: Place) -> dict[str, object]:
    """The report as JSON data: what `report.json` counts, where it is, and what went wrong.

    Paths are absolute, so that they lead there from any folder; `published_to` is a URL where the output is in a store.
    """
    from pipeline.store import is_url

    snapshot = str(report.snapshot.absolute()) if report.snapshot else None
    return {
        "snapshot": snapshot,
        "published_to": place.shown(report.snapshot) if report.snapshot and is_url(place.target) else snapshot,
        "unchanged": report.unchanged,
        "restored": report.restored,
        "stopped": as_json(report.stopped) if report.stopped else None,
        "as_of": report.as_of,
        "day": report.day,
        "accounting": report.accounting,
        "counts": report.counts,
        "taken_over": report.taken_over,
        "corrections": dict(zip(("applied", "not_applied"), report.corrections, strict=True)),
        "change": {name: getattr(report.change, name) for name in ("added", "removed", "stale", "kept")},
        "overdue": [page._asdict() for page in report.overdue],
        "problems": [as_json(problem) for problem in report.problems],
        "run": str(report.folder.absolute()),
        "seconds": report.seconds,
    }
