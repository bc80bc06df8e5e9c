"""What a run tells whoever called it, and what it leaves in its folder: everything that depends on history or machine."""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import Problem, PublishError
from pipeline.publish import Change, Published, Settled
from pipeline.publish.documents import accounting, as_of, counts, no_date
from pipeline.publish.files import refusals, write_file
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did.

    `snapshot` is the folder that is current now; None where the run stopped before it published, and `stopped` says why.
    `unchanged` says that it was current before. `pages` are all pages by name, each with its outcome; `accounting` and
    `counts` are those of `report.json`. `notes` are findings on the run as a whole. `folder` is the run's own folder,
    `seconds` the time by stage, over all workers.
    """

    snapshot: Path | None
    unchanged: bool
    stopped: Problem | None
    as_of: date | None
    accounting: Mapping[str, int]
    counts: Mapping[str, Any]
    change: Change
    pages: tuple[Settled, ...]
    notes: tuple[Problem, ...]
    folder: Path
    seconds: Mapping[str, float]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why pages are quarantined, what went stale, and why the run stopped: what a person should look at."""
        quarantined = (one for one in self.pages if one.outcome == "quarantined")
        of_pages = (problem for one in quarantined for problem in (*one.page.problems, *one.problems))
        return (*of_pages, *self.change.problems, *self.notes, *([self.stopped] if self.stopped else []))

    @property
    def exit_code(self) -> int:
        """0: all published; 1: some pages quarantined; 3: nothing could be published, or a guard stopped the run."""
        if self.snapshot is None:
            return 3
        return 1 if self.accounting["quarantined"] else 0


def make_report(published: Published, settings: Settings, folder: Path, seconds: Mapping[str, float]) -> Report:
    """The report of a run that got as far as its guards."""
    day = as_of(settings, published.settled)
    return Report(
        snapshot=published.snapshot,
        unchanged=published.unchanged,
        stopped=published.stopped,
        as_of=day,
        accounting=accounting(published.settled),
        counts=counts(published.settled),
        change=published.change,
        pages=published.settled,
        notes=() if day or published.stopped else (no_date(),),
        folder=folder,
        seconds=seconds,
    )


def write_run(report: Report, previous: Path | None) -> Report:
    """Write `run.json`, `metrics.json` and `log` into the run's folder, or say in the report why they are not there."""
    state = "stopped" if report.snapshot is None else "unchanged" if report.unchanged else "published"
    run = {
        "state": state,
        "snapshot": report.snapshot.name if report.snapshot else None,
        "previous": previous.name if previous else None,
        "accounting": report.accounting,
        "added": report.change.added,
        "removed": report.change.removed,
        "stale": report.change.stale,
        "stopped": asdict(report.stopped) if report.stopped else None,
    }
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # Linux counts in KiB, macOS in bytes.
    peak = [kept if sys.platform == "darwin" else kept * 1024 for kept in usage]
    metrics = {"seconds": report.seconds, "peak_bytes": {"this_process": peak[0], "largest_worker": peak[1]}}
    try:
        with refusals(report.folder):
            report.folder.mkdir(parents=True, exist_ok=True)
            write_file(report.folder / "run.json", _json(run))
            write_file(report.folder / "metrics.json", _json(metrics))
            write_file(report.folder / "log", _log(report).encode(errors="backslashreplace"))
    except PublishError as error:
        # The snapshot stands, or the guards have spoken: neither is undone by a log that cannot be kept.
        cause = f"the run's own folder is not complete: {error.problem.cause}"
        remedy = "Make room, or give the right to write there, before the next run."
        return replace(report, notes=(*report.notes, Problem("P507", "warning", cause, remedy, source=str(report.folder))))
    return report


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _log(report: Report) -> str:
    traces = (f"\n{one.page.name}\n{one.page.trace}" for one in report.pages if one.page.trace)
    return "".join([*(f"{problem}\n" for problem in report.problems), *traces])
