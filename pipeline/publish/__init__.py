"""From what the batches spooled to a snapshot that is there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import Problem, PublishError
from pipeline.fhir import conformance, derive, shared
from pipeline.publish.files import refusals
from pipeline.publish.guards import Change, PageCounts, PageResult, Settled, compare, forbidden, settle
from pipeline.publish.output import OutputFolder, current_snapshot, held, unreadable
from pipeline.publish.snapshot import Selection, broken_links, write_snapshot
from pipeline.publish.spool import SHARED, Serialised, Spool, SpoolWriter, serialise
from pipeline.settings import Settings
from pipeline.validate import validate

__all__ = [
    "Change",
    "OutputFolder",
    "PageCounts",
    "PageResult",
    "Published",
    "Serialised",
    "Settled",
    "SpoolWriter",
    "current_snapshot",
    "held",
    "publish",
    "serialise",
]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a run. Without a snapshot, `stopped` says why; what was current before still is.

    `settled` gives each page's outcome, `change` what is different from the snapshot that was current before (`previous`),
    `unchanged` whether this very snapshot was.
    """

    snapshot: Path | None
    previous: Path | None
    unchanged: bool
    stopped: Problem | None
    settled: tuple[Settled, ...]
    change: Change


def publish(
    output: OutputFolder,
    pages: Sequence[PageResult],
    settings: Settings,
    made_by: Mapping[str, Any],
    max_removed: float = 0.05,
) -> Published:
    """Publish what the batches spooled, unless a guard forbids it.

    Args:
        output: The output folder, held by this run; every batch wrote to its `spool`.
        pages: What became of each page, by number.
        settings: The run's settings.
        made_by: The program's version and the hashes of its rules and mappings, for the report.
        max_removed: The share (0 to 1) of the drugs of the current snapshot that may be missing from the new one.

    Raises:
        PublishError: The output cannot be written (P503 to P505), or what was published before cannot be read (P506),
            or what belongs to no page is not valid (P526).

    """
    previous = current_snapshot(output.path)
    before = _drugs(previous)
    _spool_shared(output.spool, settings)
    broken: dict[int, Sequence[Problem]] = {}
    staged = output.staging / "snapshot"
    while True:
        settled = settle(pages, broken)
        change = compare(settled, before)
        stopped = forbidden(settled, change, before, max_removed)
        if stopped is not None:
            return Published(None, previous, unchanged=False, stopped=stopped, settled=tuple(settled), change=change)
        selection = Selection.of(Spool(output.spool), settled)
        # A page that cannot stand beside the others is quarantined; what then refers to nothing is linked anew.
        found: dict[int, list[Problem]] = {}
        with refusals(output.path):
            for version in settings.fhir_versions:
                found |= broken_links(selection, version)
            found = found or write_snapshot(staged, selection, settled, settings, made_by)
            if not found:
                break
            broken |= found
            shutil.rmtree(staged, ignore_errors=True)
    with refusals(output.path):
        snapshot, _ = output.place(staged)
        if snapshot != previous:
            output.switch(snapshot)
    return Published(snapshot, previous, snapshot == previous, stopped=None, settled=tuple(settled), change=change)


def _spool_shared(spool: Path, settings: Settings) -> None:
    """Add what belongs to no page. It is checked here, because a setting goes into it: the base of our canonical URLs."""
    writer = SpoolWriter(spool, "shared")
    for version in settings.fhir_versions:
        resources = derive(shared(settings), version, settings).resources
        for problem in validate([*resources, *conformance(settings, version)], version):
            if problem.severity in {"fatal", "error"}:
                cause = f"{problem.resource}, which belongs to no page, is not valid: {problem.cause}"
                remedy = "See that the base of canonical URLs is a URL. Nothing was published."
                raise PublishError(replace(problem, code="P526", severity="fatal", cause=cause, remedy=remedy))
        writer.add(SHARED, "none", "", version, map(serialise, resources))
    writer.flush()


def _drugs(snapshot: Path | None) -> dict[str, str]:
    """The drugs of a snapshot: slug to the name of its page."""
    if snapshot is None:
        return {}
    try:
        inputs = orjson.loads((snapshot / "report.json").read_bytes())["inputs"]
        return {one["drug"]: one["name"] for one in inputs if one["outcome"] == "published"}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(snapshot, "its report.json is missing or is not one") from error
