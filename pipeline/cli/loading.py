"""The command that loads a snapshot into a FHIR server."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipeline.cli.app import Json, Quiet, app, holding
from pipeline.cli.console import Console, as_json, counted
from pipeline.options import Loading

if TYPE_CHECKING:
    from pipeline.load import LoadReport


@app.command
def load(
    output: Annotated[Path, Parameter(help="An output folder, or a snapshot in one.")] = Path("output"),
    *,
    server: Annotated[str | None, Parameter(help="The base URL of a FHIR server. Required.")] = None,
    options: Loading = Loading(),
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Load a snapshot into a FHIR server: only what is new or other there. A second load changes nothing.

    For example:
    ```
    onlabel load --server http://127.0.0.1:8080/fhir
    onlabel load output --server https://fhir.example.org/r5 --auth basic --user loader --secret-file password.txt
    ONLABEL_SECRET=… onlabel load --server https://fhir.example.org/r5 --auth bearer --dry-run --prune
    onlabel load --server http://127.0.0.1:8080/fhir --prune --withdrawn retire
    ```
    """
    from pipeline.errors import Problem, UsageError
    from pipeline.load import LoadOptions
    from pipeline.load import load as load_snapshot

    if server is None:
        cause, remedy = "--server is missing: nothing says where to load to", "Name a FHIR base: --server https://…/fhir."
        raise UsageError(Problem("U901", "error", cause, remedy))
    if options.withdrawn and not options.prune:
        cause, remedy = "--withdrawn says what --prune does, and --prune is missing", "Give both, or neither."
        raise UsageError(Problem("U901", "error", cause, remedy))
    console = Console(quiet=quiet)
    with holding(output) as folder, console.progress("resources") as progress:
        report = load_snapshot(folder, server, LoadOptions.of(options), progress, console.note)
    return conclude(report, console, json=json)


def conclude(report: LoadReport, console: Console, *, json: bool) -> int:
    """Print what a load did, and what went wrong; give the exit code."""
    console.problems(report.problems, "see them all with --json")
    if json:
        console.json(load_json(report))
        return report.exit_code
    if report.stopped is not None:
        console.problem(report.stopped)
        console.out(f"Nothing was sent to {report.server}.")
        return report.exit_code
    became = {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "deleted": report.deleted,
        "retired": report.retired,
        "kept as stale": report.kept,
    }
    would = "Would be in" if report.dry_run else "In"
    said = ", ".join(f"{number:,} {name}" for name, number in became.items())
    console.out(f"{would} {report.server} ({report.version}): {counted(report.resources, 'resource')}: {said}")
    if report.definitions:
        said = ", ".join(f"{number:,} {name}" for name, number in sorted(report.definitions.items()))
        console.out(f"{counted(sum(report.definitions.values()), 'definition')} of what is in them: {said}")
    return report.exit_code


def load_json(report: LoadReport) -> dict[str, object]:
    """The report as JSON data."""
    outcomes = ("created", "updated", "unchanged", "refused", "deleted", "retired", "kept")
    plain = ("server", "version", "dry_run", "resources", *outcomes)
    return {
        "snapshot": str(report.snapshot),
        **{name: getattr(report, name) for name in plain},
        "definitions": dict(report.definitions),
        "stopped": as_json(report.stopped) if report.stopped else None,
        "problems": [as_json(problem) for problem in report.problems],
    }
