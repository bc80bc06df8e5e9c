"""What a run tells whoever called it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import Problem
from pipeline.publish import Change, Overdue, Published, Settled
from pipeline.publish.documents import accounting, as_of, counts, no_date
from pipeline.publish.freshness import overdue
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.diff import Changes


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did.

    `snapshot` is the folder that is current now; None where the run stopped before it published, and `stopped` says why.
    `unchanged` says that it was current before, `restored` that someone had changed its files and they are put back. `pages`
    are all pages by name, each with its outcome; `accounting` and `counts` are those of `report.json`. `notes` are findings
    on the run as a whole. `folder` is the run's own folder, `seconds` the time by stage, over all workers. `overdue` are
    published pages that were to be reviewed again before `day`, the day of the run, by name. `taken_over` counts the pages that
    were not read again, because the current snapshot has them unchanged. `findings` are what was found in each page, where none
    could be published. `changes` is what is different from the snapshot before, use by use; None where nothing was compared.
    `corrections` says how many of what people decided was applied, and how many not; both 0 where nothing is published.
    """

    snapshot: Path | None
    unchanged: bool
    stopped: Problem | None
    as_of: date | None
    day: date
    accounting: Mapping[str, int]
    counts: Mapping[str, Any]
    change: Change
    pages: tuple[Settled, ...]
    notes: tuple[Problem, ...]
    folder: Path
    seconds: Mapping[str, float]
    overdue: tuple[Overdue, ...] = ()
    taken_over: int = 0
    findings: tuple[Problem, ...] = ()
    changes: Changes | None = None
    corrections: tuple[int, int] = (0, 0)
    restored: bool = False

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why pages are quarantined, what went stale, and why the run stopped: what a person should look at."""
        quarantined = (one for one in self.pages if one.outcome == "quarantined")
        of_pages = [problem for one in quarantined for problem in (*one.page.problems, *one.problems)]
        # Where nothing is published at all, what is no drug is looked at too.
        others = (problem for problem in self.findings if problem.code == "P522")
        return (*of_pages, *others, *self.change.problems, *self.notes, *([self.stopped] if self.stopped else []))

    @property
    def became(self) -> str:
        """What became of the current snapshot, in a word, where there is one."""
        return "Restored" if self.restored else "Unchanged" if self.unchanged else "Published"

    @property
    def exit_code(self) -> int:
        """0: all published; 1: some pages quarantined; 3: nothing could be published, or a guard stopped the run."""
        if self.snapshot is None:
            return 3
        return 1 if self.accounting["quarantined"] else 0


def make_report(  # noqa: PLR0913, PLR0917 - what became of a run, when, where and how
    published: Published,
    settings: Settings,
    day: date,
    folder: Path,
    seconds: Mapping[str, float],
    notes: tuple[Problem, ...],
) -> Report:
    """The report of a run on `day` that got as far as its guards; `notes` are what it noted before."""
    speaks_for = as_of(settings, published.settled)
    return Report(
        snapshot=published.snapshot,
        unchanged=published.unchanged,
        stopped=published.stopped,
        as_of=speaks_for,
        day=day,
        accounting=accounting(published.settled),
        counts=counts(published.settled),
        change=published.change,
        pages=published.settled,
        notes=(*notes, *(() if speaks_for or published.stopped else (no_date(),))),
        folder=folder,
        seconds=seconds,
        overdue=tuple(overdue(published.settled, day)),
        taken_over=sum(one.page.taken_over for one in published.settled),
        findings=published.findings,
        restored=published.restored,
    )
