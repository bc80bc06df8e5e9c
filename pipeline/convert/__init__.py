"""The whole way, from pages to a published snapshot, as plain calls; the Prefect flow is a shell around the same pieces."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias, get_args

from pipeline.convert.batch import Batch, BatchResult, convert_batch
from pipeline.convert.clock import Clock
from pipeline.convert.deadline import LONGEST, PAGE_TIMEOUT
from pipeline.convert.kept import Keeping, Kept, OnUnreadable, keep_pages
from pipeline.convert.program import made_by
from pipeline.convert.refusals import refusals_of
from pipeline.convert.report import Report, make_report
from pipeline.convert.run_folder import conclude, hosted, new_run_id, without_old
from pipeline.convert.tables import MappingTables
from pipeline.convert.takeover import Compact, FromBase, take_over
from pipeline.convert.today import day_named, day_of_run
from pipeline.convert.versions import left_out
from pipeline.convert.workers import become_worker, in_processes, interrupts_held
from pipeline.correct import Corrections, held_back, tally
from pipeline.errors import Problem, PublishError, UsageError
from pipeline.publish import (
    BaseError,
    Hosting,
    OutputFolder,
    PageResult,
    Published,
    current_snapshot,
    held,
    lapsed,
    publish,
    reading,
    unchanged,
)
from pipeline.publishers import own as own_publishers
from pipeline.seeds import Fetched, Source, find
from pipeline.settings import FhirVersion, Model, Profile, Proof, Settings

__all__ = [
    "PAGE_TIMEOUT",
    "Batch",
    "BatchResult",
    "BatchRunner",
    "OnUnreadable",
    "Report",
    "Source",
    "become_worker",
    "convert",
    "convert_batch",
    "day_named",
    "find",
    "interrupts_held",
    "new_run_id",
    "own_publishers",
    "reading",
]

#: Runs batches somehow (here, in processes, as Prefect tasks) and gives their results, in any order, as they come.
BatchRunner: TypeAlias = Callable[[Sequence[Batch]], Iterable[BatchResult]]
#: Told after each batch: how many pages are done, of how many.
Progress: TypeAlias = Callable[[int, int], None]

#: A run has at most so many batches, whatever the number of pages (a Prefect task run each), and none below so many pages.
_MOST_BATCHES = 16
_LEAST_PAGES = 25


def convert(  # noqa: PLR0913 - the command's options, all but two with a default
    seeds: Iterable[Path | Fetched],
    output: Path,
    settings: Settings | None = None,
    *,
    mappings: Path | None = None,
    corrections: Sequence[Path] = (),
    workers: int = 1,
    max_removed: float = 0.05,
    full: bool = False,
    keep: int | None = None,
    on_unreadable: OnUnreadable = "keep",
    stale_for: int = 14,
    page_timeout: float = PAGE_TIMEOUT,
    release_withheld: bool = False,
    follow_links: bool = False,
    base_url: str | None = None,
    update_cadence: str | None = None,
    progress: Progress | None = None,
    run_id: str | None = None,
    run_batches: BatchRunner | None = None,
    today: date | None = None,
) -> Report:
    """Convert pages and publish them.

    What is published depends on the pages, the kept pages, the settings, the mapping tables and onlabel's own version alone;
    what is overdue is only said in the report and in the run's folder. With `workers`
    above 1 the calling program must be importable (`if __name__ == "__main__"`), because worker processes start afresh.

    Args:
        seeds: Files, folders with `.md` and `.txt` files below, and pages that were fetched from a store.
        output: The folder to publish to; made if it is not there.
        settings: What the published bytes depend on besides the pages.
        mappings: The folder of mapping tables; those of this installation unless it is given.
        corrections: Files of what people decided on single uses, besides the one in that folder.
        workers: How many processes convert pages.
        max_removed: The share (0 to 1) of the drugs published before that this run may remove.
        full: Whether to read every page, also those that the current snapshot has unchanged. The published bytes are the same.
        keep: How many snapshots to keep, the current one among them; all of them unless it is given.
        on_unreadable: Whether a page that was published and cannot be read now stays as it was read last, marked as stale.
        stale_for: For how many days at most.
        page_timeout: How long a page may take, in seconds of processor time; one that takes longer is quarantined (P536).
        release_withheld: Whether uses may be published again that people withheld, where their corrections are missing.
        follow_links: Whether links among the pages are followed to files outside of the folder that was named.
        base_url: The URL at which a web server publishes the output folder, for the manifests that Bulk Data clients read.
        update_cadence: How often it changes, as an ISO 8601 duration (P1D), for them too.
        progress: Told after each batch how many pages are done, of how many.
        run_id: Names the run's folder; the time and the process's number unless it is given.
        run_batches: What runs the batches, instead of `workers` processes.
        today: The day of the run; that of the clock (UTC) unless it is given.

    Raises:
        UsageError: U910 (a seed is not there), U911, U915 (an option that cannot be), M801, M802, M808
            (the mapping tables), E101 to E103 (the corrections).
        PublishError: P501 to P506 (the output folder), P513 (a worker died), P514 (a batch was lost). What was published
            before is unchanged.

    """
    settings = settings or Settings()
    _check(settings, workers, max_removed, keep, stale_for, page_timeout)
    hosting = Hosting.of(base_url, update_cadence)
    tables = MappingTables.of(mappings, corrections)
    sources = find(seeds, output, follow_links=follow_links)
    run_id = run_id or new_run_id(os.getpid())
    day = day_of_run(settings.as_of, today)
    started = time.perf_counter()
    with held(output, run_id, f"run {run_id}, process {os.getpid()} on {socket.gethostname()}") as folder:
        keeping = Keeping(on_unreadable, stale_for, day)
        run = _Run(sources, settings, tables, folder, keeping, run_batches or _runner(workers), progress, page_timeout)
        taken = FromBase() if full else run.take_over()
        if taken.base is not None and taken.base.same_pages and len(taken.pages) == len(sources):
            published = unchanged(taken.base.snapshot, taken.pages)
        else:
            published = run.publish(taken, max_removed, release_withheld=release_withheld)
        seconds = {**run.clock.seconds, "all": time.perf_counter() - started}
        notes = (*taken.notes, *run.kept.notes_on(published.change.kept))
        report = _report(published, settings, day, folder.run, seconds, notes, tables.corrections())
        report = conclude(report, published.previous)
        report = hosted(report, folder, hosting, settings.canonical, keep)
        return without_old(report, published.previous, folder, keep)


def _report(  # noqa: PLR0913, PLR0917 - what became of the run, and of people's corrections
    published: Published,
    settings: Settings,
    day: date,
    folder: Path,
    seconds: Mapping[str, float],
    notes: Sequence[Problem],
    corrections: Corrections,
) -> Report:
    not_applied = held_back(corrections, ((one.page.slug, one.page.sha256) for one in published.settled))
    refused = refusals_of(published, corrections)
    gone = None
    if published.previous and published.snapshot:
        listed = {(entry.sha256, entry.quote, entry.reviewer) for entry in corrections.entries}
        gone = lapsed(published.previous, published.snapshot, listed)
    fewer = left_out(published.previous, settings.fhir_versions) if published.snapshot else None
    told = (*notes, *filter(None, (fewer, gone)), *not_applied, *refused)
    report = make_report(published, settings, day, folder, seconds, told)
    if published.snapshot is None:
        return report
    there = {one.page.sha256 or "" for one in published.settled if one.outcome == "published"}
    return replace(report, corrections=tally(corrections, there, refused))


@dataclass
class _Run:
    """The pages of a run and what becomes of them; `clock` has the time by stage, `kept` the pages that are kept, so far."""

    sources: list[Source]
    settings: Settings
    tables: MappingTables
    folder: OutputFolder
    keeping: Keeping
    run_batches: BatchRunner
    progress: Progress | None
    page_timeout: float
    clock: Clock = field(default_factory=Clock)
    compact: Compact = field(default_factory=Compact)
    kept: Kept = field(default_factory=Kept)

    def take_over(self) -> FromBase:
        """What need not be read."""
        with self.clock.stage("take over"):
            previous = current_snapshot(self.folder.path)
            return take_over(previous, self.sources, self.settings, made_by(self.tables), self.compact)

    def publish(self, taken: FromBase, max_removed: float, *, release_withheld: bool) -> Published:
        """Read the pages that are not taken over, and publish all."""
        pages = self._read(taken.pages)
        with self.clock.stage("keep"):
            self.kept = keep_pages(self.folder, pages, self.keeping)
        everything = [*pages, *self._read_kept(len(self.sources))]
        if taken.base is None:
            self.sources.clear()  # nothing is read again, and there is no end of pages
        program = made_by(self.tables)
        try:
            with self.clock.stage("publish"):
                return publish(
                    self.folder,
                    everything,
                    self.settings,
                    program,
                    max_removed,
                    base=taken.base,
                    release_withheld=release_withheld,
                )
        except BaseError:
            kept = everything[len(pages) :]
            everything = [*self._read([page for page in pages if not page.taken_over]), *kept]
            with self.clock.stage("publish"):
                return publish(self.folder, everything, self.settings, program, max_removed, release_withheld=release_withheld)

    def _read_kept(self, first: int) -> list[PageResult]:
        """The results of the kept pages, whose numbers begin with `first`. Few are read here: most nights there are none."""
        sources = self.kept.sources
        run_batches = _here if len(sources) <= _LEAST_PAGES else self.run_batches
        batches = self._batches(range(first, first + len(sources)), dict(enumerate(sources, first)), first + len(sources))
        found: list[PageResult] = []
        for result in self._results(batches, run_batches):
            found += (self.compact(page, page.name) for page in result.pages)
            self.clock.add(result.seconds)
        return self.kept.checked(sorted(found, key=lambda page: page.number))

    def _read(self, done: Sequence[PageResult]) -> list[PageResult]:
        """The results of all pages: those that are done, and the others, which are read now."""
        there = {page.number for page in done}
        todo = [number for number in range(len(self.sources)) if number not in there]
        pages = [*done]
        self._tell(pages)
        batches = self._batches(todo, self.sources, len(self.sources))
        for result in self._results(batches, self.run_batches):
            pages += (self.compact(page, self.sources[page.number].name) for page in result.pages)
            self.clock.add(result.seconds)
            self._tell(pages)
        pages.sort(key=lambda page: page.number)
        if [page.number for page in pages] != list(range(len(self.sources))):
            # A lost batch would look like pages that are gone, and take their drugs with them.
            found = len({page.number for page in pages}) - len(there)
            cause = f"{len(todo)} pages went to be converted, and the results are of {found}"
            remedy = "Run again; if it happens again, look at what runs the batches."
            raise PublishError(Problem("P514", "fatal", cause, remedy))
        return pages

    def _batches(self, todo: Sequence[int], sources: Sequence[Source] | Mapping[int, Source], total: int) -> list[Batch]:
        size = max(_LEAST_PAGES, -(-len(todo) // _MOST_BATCHES))
        parts = [tuple(todo[first : first + size]) for first in range(0, len(todo), size)]
        return [
            Batch(
                numbers,
                tuple(sources[n] for n in numbers),
                self.settings,
                self.tables,
                self.folder.spool,
                total,
                self.page_timeout,
            )
            for numbers in parts
        ]

    @staticmethod
    def _results(batches: Sequence[Batch], run_batches: BatchRunner) -> Iterator[BatchResult]:
        if not batches:
            return
        try:
            yield from run_batches(batches)
        except (BrokenProcessPool, MemoryError) as error:
            cause = "a process that converted pages died; most often the machine is out of memory"
            remedy = "Run again with fewer workers. What was published before is unchanged."
            raise PublishError(Problem("P513", "fatal", cause, remedy)) from error

    def _tell(self, pages: Sequence[PageResult]) -> None:
        if self.progress is not None and pages:
            self.progress(len(pages), len(self.sources))


def _runner(workers: int) -> BatchRunner:
    return _here if workers == 1 else lambda todo: in_processes(todo, workers)


def _check(  # noqa: PLR0913, PLR0917 - the options that have bounds
    settings: Settings, workers: int, max_removed: float, keep: int | None, stale_for: int, page_timeout: float
) -> None:
    _refuse(
        (workers >= 1, f"{workers} workers cannot convert anything"),
        (0 <= max_removed <= 1, f"--max-removed is a share between 0 and 1, not {max_removed}"),
        (keep is None or keep >= 1, f"--keep is a number of snapshots from 1 on, not {keep}"),
        (stale_for >= 0, f"--stale-for is a number of days from 0 on, not {stale_for}"),
        (
            0 < page_timeout <= LONGEST,
            f"--page-timeout is a number of seconds above 0 and up to {LONGEST:,}, not {page_timeout}",
        ),
    )
    check_settings(settings)


def check_settings(settings: Settings) -> None:
    """Refuse settings that cannot be, or not together; raises UsageError (U911)."""
    versions = settings.fhir_versions
    known = len({*versions} & {*get_args(FhirVersion)}) == len(versions) > 0
    alone = versions == ("R5",) and settings.profile == "full"
    _refuse(
        (known, f"the FHIR versions to publish are one or more of R5, R4B, R4, once each, not {versions}"),
        (settings.profile in get_args(Profile), f"the profile to publish is full or core, not {settings.profile!r}"),
        (settings.proof in get_args(Proof), f"the proof that resources carry is compact, full or none, not {settings.proof!r}"),
        (settings.model in get_args(Model), f"the model of what is published is knowledge or idmp, not {settings.model!r}"),
        (
            settings.model == "knowledge" or alone,
            f"--model idmp is to be had in R5 alone and in the full profile, not in {', '.join(versions)} ({settings.profile})",
        ),
    )


def _refuse(*checks: tuple[bool, str]) -> None:
    for holds, cause in checks:
        if not holds:
            raise UsageError(Problem("U911", "error", cause, "See `onlabel convert --help`."))


def _here(batches: Sequence[Batch]) -> Iterator[BatchResult]:
    return map(convert_batch, batches)
