"""What a run leaves in its own folder: everything that depends on history or machine."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from pipeline.convert.report import Report
from pipeline.errors import OnlabelError, Problem, PublishError
from pipeline.publish import Hosting, OutputFolder, publish_manifests, remove_beyond
from pipeline.publish.files import refusals, write_file
from pipeline.publish.output import BULK


def new_run_id(tail: object) -> str:
    """A name for a run: its moment to the microsecond, because two runs of one process may share a second, and `tail`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{tail}"


def conclude(report: Report, previous: Path | None) -> Report:
    """Say what changed, and write `run.json`, `metrics.json` and `log` into the run's folder.

    The snapshot stands, or the guards have spoken, before this begins: what goes wrong here is a note in the report.

    Args:
        report: The run's report.
        previous: The snapshot that was current before.

    """
    report = _with_changes(report, previous)
    state = "stopped" if report.snapshot is None else "unchanged" if report.unchanged else "published"
    run = {
        "state": state,
        "day": report.day,
        "snapshot": report.snapshot.name if report.snapshot else None,
        "previous": previous.name if previous else None,
        "accounting": report.accounting,
        "added": report.change.added,
        "removed": report.change.removed,
        "stale": report.change.stale,
        "kept": report.change.kept,
        "overdue": [page._asdict() for page in report.overdue],
        "stopped": asdict(report.stopped) if report.stopped else None,
    }
    try:
        with refusals(report.folder):
            report.folder.mkdir(parents=True, exist_ok=True)
            write_file(report.folder / "run.json", _json(run))
            write_file(report.folder / "metrics.json", _json(metrics(report)))
            write_file(report.folder / "log", "".join(_log(report)).encode(errors="backslashreplace"))
    except PublishError as error:
        cause = f"the run's own folder is not complete: {error.problem.cause}"
        remedy = "Make room, or give the right to write there, before the next run."
        report = _noting(report, Problem("P507", "warning", cause, remedy, source=str(report.folder)))
    return report


def _with_changes(report: Report, previous: Path | None) -> Report:
    if report.snapshot is None:
        return report
    from pipeline.diff import write_changes  # noqa: PLC0415 - loads only when there is a snapshot to tell of

    start = time.perf_counter()
    try:
        report.folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return report  # `conclude` cannot write there either, and says so
    try:
        changes = write_changes(previous, report.snapshot, report.change.stale, report.folder)
    except Exception as error:  # noqa: BLE001 - what is published stands, whatever the one before brings up
        known = error.problem if isinstance(error, OnlabelError) else None
        cause = f"what changed is not listed: {known.cause if known else f'{type(error).__name__}, which was not expected'}"
        remedy = "Compare the two snapshots with `onlabel diff`; report it if that fails too."
        return _noting(report, Problem("P530", "warning", cause, remedy, source=known.source if known else str(previous)))
    return replace(report, changes=changes, seconds={**report.seconds, "changes": time.perf_counter() - start})


def metrics(report: Report) -> dict[str, Any]:
    """How long each stage took, how many pages a second that is, and how much memory the run needed at most.

    The stages of converting are summed over all workers; `take over` is of all pages, they are of those that were read.
    """
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # Linux counts in KiB, macOS in bytes.
    peak = [kept if sys.platform == "darwin" else kept * 1024 for kept in usage]
    pages = report.accounting["inputs"]
    read = pages - report.taken_over
    of_all = {"take over", "keep", "publish", "changes", "all"}
    rates = {stage: (pages if stage in of_all else read) / spent for stage, spent in report.seconds.items() if spent > 0}
    return {
        "pages": {"read": read, "taken_over": report.taken_over},
        "seconds": report.seconds,
        "pages_per_second": rates,
        "peak_bytes": {"this_process": peak[0], "largest_worker": peak[1]},
    }


def hosted(report: Report, output: OutputFolder, hosting: Hosting, canonical: str, keep: int | None) -> Report:
    """Let the manifests that Bulk Data clients read be those of the snapshot that is current now."""
    if report.snapshot is None:
        return report
    try:
        publish_manifests(output, report.snapshot, hosting, canonical, datetime.now(UTC), keep)
    except (OSError, ValueError, LookupError) as error:
        cause = f"the manifests for Bulk Data clients are not those of this snapshot ({error})"
        remedy = "See that the folder is as onlabel wrote it, and that this user may write there; the next run tries again."
        return _noting(report, Problem("P508", "warning", cause, remedy, source=str(output.path / BULK)))
    return report


def without_old(report: Report, previous: Path | None, output: OutputFolder, keep: int | None) -> Report:
    """Remove the snapshots that are not to be kept."""
    if report.snapshot is None or keep is None:
        return report
    try:
        remove_beyond(output, keep, report.snapshot, previous)
    except OSError as error:
        cause = f"snapshots beyond the {keep} to keep could not be removed ({error.strerror})"
        remedy = "Give this user the right to write in the folder of snapshots; the next run tries again."
        return _noting(report, Problem("P529", "warning", cause, remedy, source=str(report.snapshot.parent)))
    return report


def _noting(report: Report, problem: Problem) -> Report:
    return replace(report, notes=(*report.notes, problem))


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _log(report: Report) -> Iterator[str]:
    for problem in report.problems:
        yield f"{problem}\n"
    for one in report.pages:
        if one.page.trace:
            yield f"\n{one.page.name}\n{one.page.trace}"
