"""The commands that publish: run, convert, serve."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.cli.app import DONE, Json, Quiet, Seed, app, canonical_base, fhir_version
from pipeline.cli.console import Console, as_json
from pipeline.settings import DEFAULT_CANONICAL, Profile, Settings

if TYPE_CHECKING:
    from pipeline.convert import Report

#: A run of so few drugs lists each with its uses.
FEW_DRUGS = 10


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Publishing:
    """The options of every command that publishes."""

    output: Annotated[Path, Parameter(help="The folder to publish to.")] = Path("output")
    fhir: Annotated[
        tuple[str, ...],
        Parameter(help="A FHIR version (R5, R4B, R4); repeatable, a folder each.", negative="", show_default=" ".join),
    ] = ("R5",)
    profile: Annotated[
        Profile, Parameter(help="core: only MedicationKnowledge and DocumentReference, each readable by itself.")
    ] = "full"
    workers: Annotated[int, Parameter(help="How many processes convert pages; same bytes.", validator=Number(gte=1))] = 1
    as_of: Annotated[date | None, Parameter(help="The date to speak for. [default: the newest lastReviewed]")] = None
    max_removed: Annotated[
        float, Parameter(help="Stop if more than this share of the drugs would be removed.", validator=Number(gte=0, lte=1))
    ] = 0.05
    canonical: Annotated[str, Parameter(help="The base of onlabel's own URLs; set yours.")] = DEFAULT_CANONICAL

    def settings(self) -> Settings:
        """The run's settings; raises UsageError (U902, U903)."""
        versions = tuple(dict.fromkeys(fhir_version(name) for name in self.fhir))
        return Settings(
            canonical=canonical_base(self.canonical), fhir_versions=versions, as_of=self.as_of, profile=self.profile
        )


@app.command
def run(*seeds: Seed, options: Publishing = Publishing(), json: Json = False, quiet: Quiet = False) -> int:
    """Publish pages through the Prefect flow.

    Uses the server of PREFECT_API_URL or of the active Prefect profile; without one, starts a server for the run.

    For example:
    ```
    onlabel run
    onlabel run seeds/ more/page.md --output out --workers 2
    PREFECT_API_URL=http://127.0.0.1:4200/api onlabel run --config onlabel.toml
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    from pipeline import flow

    flow.calm()
    from pipeline.flow.run import run_flow

    with console.progress() as progress:
        report = run_flow(
            paths(seeds),
            options.output,
            settings,
            workers=options.workers,
            max_removed=options.max_removed,
            progress=progress,
            announce=console.note,
        )
    return conclude(report, settings, console, json=json)


@app.command
def convert(*seeds: Seed, options: Publishing = Publishing(), json: Json = False, quiet: Quiet = False) -> int:
    """Publish pages without Prefect: the same work as plain calls, the same bytes.

    For example:
    ```
    onlabel convert
    onlabel convert seeds/ --output out --workers 2 --as-of 2025-12-31
    onlabel convert seeds/ --json --quiet
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    from pipeline.convert import convert as convert_pages

    with console.progress() as progress:
        report = convert_pages(
            paths(seeds),
            options.output,
            settings,
            workers=options.workers,
            max_removed=options.max_removed,
            progress=progress,
        )
    return conclude(report, settings, console, json=json)


@app.command
def serve(
    *seeds: Seed,
    cron: Annotated[str, Parameter(help="When to run: minute, hour, day of month, month, day of week.")] = "0 3 * * *",
    name: Annotated[str, Parameter(help="The deployment's name.")] = "nightly",
    options: Publishing = Publishing(),
    quiet: Quiet = False,
) -> int:
    """Serve the flow as a Prefect deployment with a schedule, until interrupted.

    For example:
    ```
    onlabel serve seeds/ --cron "0 3 * * *"
    PREFECT_API_URL=http://127.0.0.1:4200/api onlabel serve --name hourly --cron "0 * * * *"
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    from pipeline import flow

    flow.calm()
    from pipeline.flow.run import serve_flow

    serve_flow(
        paths(seeds),
        options.output,
        settings,
        workers=options.workers,
        max_removed=options.max_removed,
        cron=cron,
        name=name,
        announce=console.note,
    )
    return DONE


def conclude(report: Report, settings: Settings, console: Console, *, json: bool) -> int:
    """Print what a run published and where, and what it did not; give the exit code."""
    from pipeline.cli.summary import published_drugs

    outcome = str(report.folder.parent.parent / "current" / "outcome" / "OperationOutcome.ndjson")
    console.problems(report.problems, f"see {outcome if report.snapshot else report.folder / 'log'}")
    if json:
        console.json(report_json(report))
        return report.exit_code
    if report.snapshot is None:
        console.out(f"Nothing was published; what was published before is unchanged. Run: {shown(report.folder)}")
        return report.exit_code
    # Read back from where a use has a resource of its own.
    if report.accounting["published"] <= FEW_DRUGS and "R5" in settings.fhir_versions and settings.profile == "full":
        console.drugs(published_drugs(report.snapshot, "R5"))
    console.report(report.accounting, report.counts)
    console.out(f"{'Unchanged' if report.unchanged else 'Published'}: {shown(report.snapshot)}")
    return report.exit_code


def report_json(report: Report) -> dict[str, object]:
    """The report as JSON data: what `report.json` counts, where it is, and what went wrong."""
    return {
        "snapshot": str(report.snapshot) if report.snapshot else None,
        "unchanged": report.unchanged,
        "stopped": as_json(report.stopped) if report.stopped else None,
        "as_of": report.as_of,
        "accounting": report.accounting,
        "counts": report.counts,
        "change": {name: getattr(report.change, name) for name in ("added", "removed", "stale")},
        "problems": [as_json(problem) for problem in report.problems],
        "run": str(report.folder),
        "seconds": report.seconds,
    }


def shown(path: Path) -> Path:
    """A path as a person here would write it: from this folder on, where it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def paths(seeds: tuple[Path, ...]) -> tuple[Path, ...]:
    """The seeds that were named, or the usual ones."""
    return seeds or (Path("seeds"),)
