"""What a run leaves in Prefect to look at: a summary, what changed, pages quarantined and overdue, the review page."""

from __future__ import annotations

from collections.abc import Iterator

from prefect import get_client, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from pipeline.convert import Report
from pipeline.diff import literal, markdown
from pipeline.flow.batches import share
from pipeline.store import Place

SUMMARY_KEY = "onlabel-summary"
CHANGES_KEY = "onlabel-changes"
QUARANTINE_KEY = "onlabel-quarantined"
OVERDUE_KEY = "onlabel-overdue"
REVIEW_KEY = "onlabel-review"
#: Artifacts are for eyes; the report on the disk has everything.
ROWS_SHOWN = 500
#: Of a message, in characters.
_MOST = 1000
_ACCOUNTING = ("published", "not_a_drug", "quarantined", "duplicate")
_COUNTS = ("drugs", "regimens", "brands", "uses", "indications", "unread")


@task(task_run_name="describe the run", retries=3, retry_delay_seconds=1, cache_policy=NO_CACHE, persist_result=False)
def describe(report: Report, place: Place) -> None:
    """Leave the run's artifacts, and say in its name what it read. Retried, because it talks to the server."""
    inputs = report.accounting["inputs"]
    with get_client(sync_client=True) as client:
        name = f"{flow_run.name}: {share(inputs - report.taken_over, inputs)} read"
        client.update_flow_run(flow_run.id, name=name)
    described = f"What went in, and what became of it (run {report.folder.name})"
    create_markdown_artifact(key=SUMMARY_KEY, markdown=summary(report, place), description=described)
    create_markdown_artifact(key=QUARANTINE_KEY, markdown=quarantined(report), description="Pages that were not published")
    if report.changes is not None and not report.unchanged:
        described = "What is different from the snapshot before, use by use"
        create_markdown_artifact(key=CHANGES_KEY, markdown=markdown(report.changes), description=described)
    due = f"Pages that were to be reviewed again before {report.day}, the day of the run, as their front matter says"
    create_markdown_artifact(key=OVERDUE_KEY, markdown=overdue(report), description=due)
    review = place.output / "review" / "index.html"
    if review.is_file():
        described = "The review page that `onlabel review` made last"
        create_link_artifact(key=REVIEW_KEY, link=review.absolute().as_uri(), description=described)


def summary(report: Report, place: Place) -> str:
    """The run in Markdown: the accounting, what is published, what changed, and where it is."""
    accounting = "\n".join(f"| {name.replace('_', ' ')} | {report.accounting[name]:,} |" for name in _ACCOUNTING)
    counts = "\n".join(f"| {name} | {report.counts[name]:,} |" for name in _COUNTS)
    unpublished = "nothing was published; what was published before is in place"
    where = f"`{place.shown(report.snapshot)}`" if report.snapshot else unpublished
    return "\n\n".join(
        [
            f"# onlabel as of {report.as_of or 'no date'}",
            f"**Snapshot**: {where}" + ("" if report.became == "Published" else f" ({report.became.lower()})"),
            *([f"**Stopped**: {literal(str(report.stopped), _MOST)}"] if report.stopped else []),
            f"| pages | {report.accounting['inputs']:,} |\n|---|---:|\n{accounting}",
            f"| published | |\n|---|---:|\n{counts}",
            *_changes(report),
            f"Run folder: `{place.shown(report.folder)}`",
        ]
    )


def _changes(report: Report) -> Iterator[str]:
    change = report.change
    for title, drugs in (("Added", change.added), ("Removed", change.removed), ("Stale", change.stale)):
        if drugs:
            more = f" and {len(drugs) - ROWS_SHOWN} more" if len(drugs) > ROWS_SHOWN else ""
            yield f"**{title}** ({len(drugs)}): {', '.join(drugs[:ROWS_SHOWN])}{more}"


def quarantined(report: Report) -> str:
    """Each page that was quarantined with every reason and its remedy, in Markdown; the last line counts what is not shown.

    No table: Prefect's do not break lines, and a table's last column is beyond the edge of the screen.
    """
    found = [
        (page.page.name, problem)
        for page in report.pages
        if page.outcome == "quarantined"
        for problem in (*page.page.problems, *page.problems)
    ]
    lines = [
        f"- **{literal(name)}**{f', line {problem.line}' if problem.line else ''}: {problem.code}, "
        f"{literal(problem.cause, _MOST)}\n  - {literal(problem.remedy, _MOST)}"
        for name, problem in found[:ROWS_SHOWN]
    ]
    if len(found) > ROWS_SHOWN:
        lines.append(f"- {len(found) - ROWS_SHOWN:,} more: see `OperationOutcome.ndjson`")
    return "\n".join(lines) or "None."


def overdue(report: Report) -> str:
    """Each page that is overdue, in the page's own words, in Markdown; the last line counts what is not shown.

    No table: Prefect's first pages read its cells as Markdown, and a page may be called `[x](javascript:…).md`.
    """
    lines = [
        f"- **{literal(page.name)}**: lastReviewed {literal(page.last_reviewed)}, "
        f"reviewFrequency {literal(page.frequency)}; due {page.due.isoformat()}"
        for page in report.overdue[:ROWS_SHOWN]
    ]
    if len(report.overdue) > ROWS_SHOWN:
        lines.append(f"- {len(report.overdue) - ROWS_SHOWN:,} more: see `run.json`")
    return "\n".join(lines) or "None."
