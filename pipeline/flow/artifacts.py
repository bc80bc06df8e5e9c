"""What a run leaves in Prefect to look at: a summary, and the pages that were quarantined."""

from __future__ import annotations

from collections.abc import Iterator

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from pipeline.convert import Report

SUMMARY_KEY = "onlabel-summary"
QUARANTINE_KEY = "onlabel-quarantined"
#: Artifacts are for eyes; the report on the disk has everything.
ROWS_SHOWN = 500
_ACCOUNTING = ("published", "not_a_drug", "quarantined", "duplicate")
_COUNTS = ("drugs", "regimens", "brands", "uses", "indications", "unread")


@task(task_run_name="describe the run", retries=3, retry_delay_seconds=1, cache_policy=NO_CACHE, persist_result=False)
def describe(report: Report) -> None:
    """Leave the run's artifacts. Retried, because it talks to the server."""
    create_markdown_artifact(key=SUMMARY_KEY, markdown=summary(report), description="What went in, and what became of it")
    create_table_artifact(key=QUARANTINE_KEY, table=list(quarantined(report)), description="Pages that were not published")


def summary(report: Report) -> str:
    """The run in Markdown: the accounting, what is published, what changed, and where it is."""
    accounting = "\n".join(f"| {name.replace('_', ' ')} | {report.accounting[name]:,} |" for name in _ACCOUNTING)
    counts = "\n".join(f"| {name} | {report.counts[name]:,} |" for name in _COUNTS)
    where = f"`{report.snapshot}`" if report.snapshot else "nothing was published; what was published before is in place"
    return "\n\n".join(
        [
            f"# onlabel as of {report.as_of or 'no date'}",
            f"**Snapshot**: {where}" + (" (unchanged)" if report.unchanged else ""),
            *([f"**Stopped**: {_cell(str(report.stopped))}"] if report.stopped else []),
            f"| pages | {report.accounting['inputs']:,} |\n|---|---:|\n{accounting}",
            f"| published | |\n|---|---:|\n{counts}",
            *_changes(report),
            f"Run folder: `{report.folder}`",
        ]
    )


def _changes(report: Report) -> Iterator[str]:
    change = report.change
    for title, drugs in (("Added", change.added), ("Removed", change.removed), ("Stale", change.stale)):
        if drugs:
            more = f" and {len(drugs) - ROWS_SHOWN} more" if len(drugs) > ROWS_SHOWN else ""
            yield f"**{title}** ({len(drugs)}): {', '.join(drugs[:ROWS_SHOWN])}{more}"


def quarantined(report: Report) -> Iterator[dict[str, str | int | None]]:
    """One row for each reason why a page was quarantined; the last row counts what is not shown."""
    found = [
        (page.page.name, problem)
        for page in report.pages
        if page.outcome == "quarantined"
        for problem in (*page.page.problems, *page.problems)
    ]
    for name, problem in found[:ROWS_SHOWN]:
        yield {"page": name, "line": problem.line, "code": problem.code, "cause": problem.cause, "remedy": problem.remedy}
    if len(found) > ROWS_SHOWN:
        rest = f"{len(found) - ROWS_SHOWN:,} more: see OperationOutcome.ndjson"
        yield {"page": "…", "line": None, "code": None, "cause": rest, "remedy": None}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
