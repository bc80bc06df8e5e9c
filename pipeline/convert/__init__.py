"""The whole way, from pages to a published snapshot, as plain calls; the Prefect flow is a shell around the same pieces."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.resources import files
from importlib.resources.abc import Traversable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeAlias, get_args

from pipeline import __version__
from pipeline.convert.batch import Batch, BatchResult, convert_batch
from pipeline.convert.report import Report, make_report, write_run
from pipeline.convert.seeds import Source, find
from pipeline.convert.tables import MappingTables
from pipeline.errors import Problem, PublishError, UsageError
from pipeline.publish import PageResult, held, publish
from pipeline.settings import FhirVersion, Profile, Settings

__all__ = ["Batch", "BatchResult", "BatchRunner", "Report", "Source", "become_worker", "convert", "convert_batch", "find"]

#: Runs batches somehow (here, in processes, as Prefect tasks) and gives their results, in any order, as they come.
BatchRunner: TypeAlias = Callable[[Sequence[Batch]], Iterable[BatchResult]]
#: Told after each batch: how many pages are done, of how many.
Progress: TypeAlias = Callable[[int, int], None]

#: A run has at most so many batches, whatever the number of pages (a Prefect task run each), and none below so many pages.
_MOST_BATCHES = 16
_LEAST_PAGES = 25


def convert(  # noqa: PLR0913 - the command's options, all but two with a default
    seeds: Iterable[Path],
    output: Path,
    settings: Settings | None = None,
    *,
    mappings: Path | None = None,
    workers: int = 1,
    max_removed: float = 0.05,
    progress: Progress | None = None,
    run_id: str | None = None,
    run_batches: BatchRunner | None = None,
) -> Report:
    """Convert pages and publish them.

    What is published depends on the pages, the settings, the mapping tables and onlabel's own version alone. With `workers`
    above 1 the calling program must be importable (`if __name__ == "__main__"`), because worker processes start afresh.

    Args:
        seeds: Files, and folders with `.md` and `.txt` files below.
        output: The folder to publish to; made if it is not there.
        settings: What the published bytes depend on besides the pages.
        mappings: The folder of mapping tables; those of this installation unless it is given.
        workers: How many processes convert pages.
        max_removed: The share (0 to 1) of the drugs published before that this run may remove.
        progress: Told after each batch how many pages are done, of how many.
        run_id: Names the run's folder; the time and the process's number unless it is given.
        run_batches: What runs the batches, instead of `workers` processes.

    Raises:
        UsageError: U910 (a seed is not there), U911 (an option that cannot be), M801, M802, M808 (the
            mapping tables).
        PublishError: P501 to P506 (the output folder), P513 (a worker died), P514 (a batch was lost). What was published
            before is unchanged.

    """
    settings = settings or Settings()
    _check(settings, workers, max_removed)
    tables = MappingTables.of(mappings)
    sources = find(seeds, output)
    run_id = run_id or f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}"
    started = time.perf_counter()
    with held(output, run_id, f"run {run_id}, process {os.getpid()} on {socket.gethostname()}") as folder:
        batches = _batches(sources, settings, tables, folder.spool)
        run = run_batches or (_here if workers == 1 else lambda todo: _in_processes(todo, workers))
        pages, seconds = _collect(run(batches), len(sources), progress)
        converted = time.perf_counter()
        published = publish(folder, pages, settings, made_by(tables), max_removed)
        done = time.perf_counter()
        seconds |= {"publish": done - converted, "all": done - started}
        report = make_report(published, settings, folder.run, seconds)
        return write_run(report, published.previous)


def _check(settings: Settings, workers: int, max_removed: float) -> None:
    remedy = "See `onlabel convert --help`."
    if workers < 1:
        raise UsageError(Problem("U911", "error", f"{workers} workers cannot convert anything", remedy))
    if not 0 <= max_removed <= 1:
        raise UsageError(Problem("U911", "error", f"--max-removed is a share between 0 and 1, not {max_removed}", remedy))
    unknown = [version for version in settings.fhir_versions if version not in get_args(FhirVersion)]
    if unknown or len(set(settings.fhir_versions)) != len(settings.fhir_versions) or not settings.fhir_versions:
        cause = f"the FHIR versions to publish are one or more of R5, R4B, R4, once each, not {settings.fhir_versions}"
        raise UsageError(Problem("U911", "error", cause, remedy))
    if settings.profile not in get_args(Profile):
        raise UsageError(Problem("U911", "error", f"the profile to publish is full or core, not {settings.profile!r}", remedy))


def _batches(sources: Sequence[Source], settings: Settings, tables: MappingTables, spool: Path) -> list[Batch]:
    size = max(_LEAST_PAGES, -(-len(sources) // _MOST_BATCHES))
    places = range(0, len(sources), size)
    return [Batch(first, tuple(sources[first : first + size]), settings, tables, spool) for first in places]


def _collect(
    results: Iterable[BatchResult], total: int, progress: Progress | None
) -> tuple[list[PageResult], dict[str, float]]:
    pages: list[PageResult] = []
    seconds: dict[str, float] = {}
    try:
        for result in results:
            pages += result.pages
            for stage, spent in result.seconds:
                seconds[stage] = seconds.get(stage, 0.0) + spent
            if progress is not None:
                progress(len(pages), total)
    except (BrokenProcessPool, MemoryError) as error:
        cause = "a process that converted pages died; most often the machine is out of memory"
        remedy = "Run again with fewer workers. What was published before is unchanged."
        raise PublishError(Problem("P513", "fatal", cause, remedy)) from error
    pages.sort(key=lambda page: page.number)
    if [page.number for page in pages] != list(range(total)):
        # A lost batch would look like pages that are gone, and take their drugs with them.
        cause = f"{total} pages went to be converted, and the results are of {len({page.number for page in pages})}"
        remedy = "Run again; if it happens again, look at what runs the batches."
        raise PublishError(Problem("P514", "fatal", cause, remedy))
    return pages, seconds


def _here(batches: Sequence[Batch]) -> Iterator[BatchResult]:
    return map(convert_batch, batches)


def _in_processes(batches: Sequence[Batch], workers: int) -> Iterator[BatchResult]:
    # Started afresh, not forked: a fork would keep the output folder's lock after its parent is gone.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(batches) or 1), mp_context=context, initializer=become_worker) as pool:
        try:
            yield from pool.map(convert_batch, batches)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def become_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it does: an executor's processes would otherwise wait for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()


def made_by(tables: MappingTables) -> dict[str, Any]:
    """What makes a snapshot besides pages and settings: the version, and hashes of the extraction's rules and the mappings."""
    return {
        "onlabel": __version__,
        "rules_sha256": _tree_hash(files("pipeline") / "extract"),
        "mappings": [{"name": name, "sha256": digest} for name, digest in tables.files],
    }


def _tree_hash(folder: Traversable) -> str:
    """One hash over the Python files of a room, by name; line ends do not count."""
    digest = hashlib.sha256()
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".py"):
            source = item.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{item.name}\n{len(source)}\n".encode() + source)
    return digest.hexdigest()
