"""From what the batches spooled to a snapshot that is there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import Problem, PublishError
from pipeline.fhir import conformance, derive, shared
from pipeline.publish.base import Base, BaseError, BasePage, PossibleBase, base_page
from pipeline.publish.bulk import Hosting, publish_manifests
from pipeline.publish.files import NewFolder, refusals
from pipeline.publish.freshness import Overdue, is_known
from pipeline.publish.guards import Change, PageCounts, PageResult, Settled, compare, forbidden, settle
from pipeline.publish.keeping import reading, remove_beyond
from pipeline.publish.outcome import has_findings
from pipeline.publish.output import OutputFolder, current_snapshot, held, unreadable
from pipeline.publish.report import has_inputs, kept, read_report
from pipeline.publish.reviews import lapsed, released
from pipeline.publish.snapshot import Selection, broken_links, write_snapshot
from pipeline.publish.spool import CODED, SHARED, Serialised, Spool, SpoolWriter, serialise
from pipeline.seeds import Stale
from pipeline.settings import Settings
from pipeline.validate import validate

__all__ = [
    "CODED",
    "Base",
    "BaseError",
    "BasePage",
    "Change",
    "Hosting",
    "OutputFolder",
    "Overdue",
    "PageCounts",
    "PageResult",
    "PossibleBase",
    "Published",
    "PublishedPage",
    "Serialised",
    "Settled",
    "SpoolWriter",
    "base_page",
    "compare",
    "current_snapshot",
    "held",
    "is_known",
    "lapsed",
    "publish",
    "publish_manifests",
    "published_in",
    "read_report",
    "reading",
    "remove_beyond",
    "serialise",
    "settle",
    "unchanged",
]


class PublishedPage(NamedTuple):
    """The page of a drug in a snapshot: its name, the hash of its bytes, and since when it is stale, if it is."""

    name: str
    sha256: str
    stale: Stale | None


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a run. Without a snapshot, `stopped` says why; what was current before still is.

    `settled` gives each page's outcome, `change` what is different from the snapshot that was current before (`previous`),
    `unchanged` whether this very snapshot was, `restored` whether its files had been changed since and are put back.
    `findings` are those on all pages where none could be published.
    """

    snapshot: Path | None
    previous: Path | None
    unchanged: bool
    stopped: Problem | None
    settled: tuple[Settled, ...]
    change: Change
    findings: tuple[Problem, ...] = ()
    restored: bool = False


def publish(  # noqa: PLR0913 - what went in, and how
    output: OutputFolder,
    pages: Sequence[PageResult],
    settings: Settings,
    made_by: Mapping[str, Any],
    max_removed: float = 0.05,
    *,
    base: Base | None = None,
    release_withheld: bool = False,
) -> Published:
    """Publish what the batches spooled, and what is taken over, unless a guard forbids it.

    Args:
        output: The output folder, held by this run; every batch wrote to its `spool`.
        pages: What became of each page, by number.
        settings: The run's settings.
        made_by: The program's version and the hashes of its rules and mappings, for the report.
        max_removed: The share (0 to 1) of the drugs of the current snapshot that may be missing from the new one.
        release_withheld: Whether uses may be published again that the current snapshot withholds on the same bytes of their
            pages.
        base: The current snapshot, where pages are taken over from it.

    Raises:
        BaseError: What is taken over cannot stand beside what was read: nothing was published, and all pages must be read.
        PublishError: The output cannot be written (P503 to P505), or what was published before cannot be read (P506),
            or what belongs to no page is not valid (P526).

    """
    previous = current_snapshot(output.path)
    before = {slug: page.name for slug, page in published_in(previous)}
    _spool_shared(output.spool, settings, check=base is None)
    broken: dict[int, Sequence[Problem]] = {}
    while True:
        settled = tuple(settle(pages, broken))
        change = compare(settled, before)
        stopped = forbidden(settled, change, before, max_removed)
        if stopped is None and not release_withheld:
            stopped = released(previous, settled, output.spool)
        if stopped is not None:
            findings = _findings(output.spool) if stopped.code == "P511" else ()
            return Published(None, previous, False, stopped, settled, change, findings)  # noqa: FBT003 - in its order
        if base is not None and _gives_the_base(base, settled, output.spool, settings):
            return unchanged(base.snapshot, pages)
        selection = Selection.of(Spool(output.spool), settled, base)
        staged = NewFolder(output.staging / "snapshot")
        shutil.rmtree(staged.path, ignore_errors=True)
        # A page that cannot stand beside the others is quarantined; what then refers to nothing is linked anew.
        found: dict[int, list[Problem]] = {}
        with refusals(output.path):
            for version in settings.fhir_versions:
                found |= broken_links(selection, version)
            found = found or write_snapshot(staged, selection, settled, settings, made_by)
        if not found:
            break
        broken |= found
    with refusals(output.path):
        snapshot = output.place(staged)
        if snapshot != previous:
            output.switch(snapshot)
    restored = output.has_restored(snapshot)
    return Published(snapshot, previous, snapshot == previous, None, settled, change, restored=restored)


def _gives_the_base(base: Base, settled: Sequence[Settled], spool: Path, settings: Settings) -> bool:
    """Whether what would be written is the base again: its pages are these, and those that were read give what they gave then.

    So it is in most nights of a corpus with a page that is quarantined for good, or a duplicate.
    """
    taken = [one for one in settled if one.page.taken_over]
    read = [one for one in settled if not one.page.taken_over]
    return (
        base.same_pages
        and not any(one.problems or one.outcome != one.page.outcome for one in taken)
        and has_inputs(base.snapshot / "report.json", read)
        and has_findings(base.snapshot, Spool(spool), read, settings.canonical)
    )


def _findings(spool: Path) -> tuple[Problem, ...]:
    return tuple(problem for _, problems in Spool(spool).problems() for problem in problems)


def unchanged(snapshot: Path, pages: Sequence[PageResult]) -> Published:
    """What becomes of a run all of whose pages are those of the current snapshot, which is whole: nothing."""
    settled = tuple(settle(pages, {}))
    stale = tuple(sorted(one.page.slug for one in kept(settled) if one.page.slug))
    return Published(snapshot, snapshot, unchanged=True, stopped=None, settled=settled, change=Change(stale=stale, kept=stale))


def _spool_shared(spool: Path, settings: Settings, *, check: bool) -> None:
    """Add what belongs to no page. It is checked here, because a setting goes into it: the base of our canonical URLs.

    A base has been made with the same settings, so it has been checked.
    """
    writer = SpoolWriter(spool, "shared", settings.canonical)
    for version in settings.fhir_versions:
        resources = derive(shared(settings), version, settings).resources
        for problem in validate([*resources, *conformance(settings, version)], version) if check else ():
            if problem.severity in {"fatal", "error"}:
                cause = f"{problem.resource}, which belongs to no page, is not valid: {problem.cause}"
                remedy = "See that the base of canonical URLs is a URL. Nothing was published."
                raise PublishError(replace(problem, code="P526", severity="fatal", cause=cause, remedy=remedy))
        writer.add(SHARED, "none", None, version, map(serialise, resources))
    writer.finish()


def published_in(snapshot: Path | None) -> Iterator[tuple[str, PublishedPage]]:
    """The drugs of a snapshot (slugs), each with its page.

    Raises:
        PublishError: P506, it is not to be read.

    """
    if snapshot is None:
        return
    try:
        _, pages = read_report(snapshot / "report.json")
        yield from ((one["drug"], _published(one)) for one in pages if one["outcome"] == "published")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(snapshot, "its report.json is missing or is not one") from error


def _published(item: Mapping[str, Any]) -> PublishedPage:
    stale = Stale(date.fromisoformat(item["read"]), date.fromisoformat(item["since"])) if "read" in item else None
    return PublishedPage(item["name"], item["sha256"], stale)
