"""The command `onlabel`: arguments and printing. What a command needs is imported when it runs, so that help comes at once."""
# ruff: noqa: PLC0415 - see above: imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter
from cyclopts.config import Toml
from cyclopts.validators import Number

from pipeline import __version__
from pipeline.console import Console, as_json, by_severity, counted, hang_up
from pipeline.errors import OnlabelError, Problem, UsageError, VerifyError
from pipeline.settings import DEFAULT_CANONICAL, FhirVersion, Settings

if TYPE_CHECKING:
    from pipeline.convert import Report

#: Exit codes, never reused. 4 is kept for a FHIR server that refuses or cannot be reached.
DONE, PARTLY, USAGE, STOPPED, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 130, 143
#: A run of so few drugs lists each with its uses.
FEW_DRUGS = 10

Flag = Annotated[bool, Parameter(negative="")]
Seed = Annotated[Path, Parameter(name="SEEDS", help="Pages, or folders with .md and .txt pages below. [default: seeds]")]
Json = Annotated[Flag, Parameter(help="Print the result as JSON.")]
Quiet = Annotated[Flag, Parameter(help="Say nothing but the result and errors.")]

app = App(
    name="onlabel",
    help="""Publish what drug-information pages say each drug is approved for, quoted and proven, as FHIR.

Exit codes: 0 all published; 1 some pages quarantined or some resources invalid; 2 wrong usage; 3 nothing could be published,
or a guard stopped the run.
""",
    version=__version__,
    version_flags=["--version"],
    help_format="markdown",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Publishing:
    """The options of every command that publishes."""

    output: Annotated[Path, Parameter(help="The folder to publish to.")] = Path("output")
    fhir: Annotated[tuple[str, ...], Parameter(help="The FHIR version; repeatable. Only R5 so far.", negative="")] = ("R5",)
    workers: Annotated[int, Parameter(help="How many processes convert pages; same bytes.", validator=Number(gte=1))] = 1
    as_of: Annotated[date | None, Parameter(help="The date to speak for. [default: the newest lastReviewed]")] = None
    max_removed: Annotated[
        float, Parameter(help="Stop if more than this share of the drugs would be removed.", validator=Number(gte=0, lte=1))
    ] = 0.05
    canonical: Annotated[str, Parameter(help="The base of onlabel's own URLs; set yours.")] = DEFAULT_CANONICAL

    def settings(self) -> Settings:
        """The run's settings; raises UsageError (U902, U903)."""
        versions = tuple(dict.fromkeys(fhir_version(name) for name in self.fhir))
        return Settings(canonical=canonical_base(self.canonical), fhir_versions=versions, as_of=self.as_of)


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


@app.command
def extract(
    *pages: Annotated[Path, Parameter(help="Pages, or folders with pages below.")],
    unread: Annotated[Flag, Parameter(help="Print the sentences that no rule read instead.")] = False,
    quiet: Quiet = False,
) -> int:
    """Print the facts of pages as JSON lines, with their places in the source.

    For example:
    ```
    onlabel extract seeds/denosumab.md
    onlabel extract --unread seeds/ | head
    ```
    """
    from pipeline.convert.seeds import find, load
    from pipeline.extract import extract as facts_of
    from pipeline.extract import findings, record
    from pipeline.read import read_page
    from pipeline.settings import ReadLimits

    console, limits, code = Console(quiet=quiet), ReadLimits(), DONE
    require(pages, "PAGE")
    for source in find(pages, Path()):
        try:
            if source.problem is not None:
                raise UsageError(source.problem)
            facts = facts_of(read_page(load(source, limits.max_bytes), source.name, limits))
        except OnlabelError as error:
            console.problem(error.problem)
            code = PARTLY
            continue
        for value in map(as_json, findings(facts)) if unread else [record(facts)]:
            console.json(value)
    return code


@app.command
def validate(
    *files: Annotated[Path, Parameter(name="PATH", help="NDJSON, JSON resources or Bundles, folders, an output folder.")],
    fhir: Annotated[str, Parameter(help="The FHIR version that the resources are in.")] = "R5",
    json: Annotated[Flag, Parameter(help="Print each finding as a JSON line.")] = False,
    quiet: Quiet = False,
) -> int:
    """Check FHIR resources, ours or not.

    For example:
    ```
    onlabel validate output
    onlabel validate bundle.json ClinicalUseDefinition.ndjson --json
    ```
    """
    from pipeline.resources import check

    version, console = fhir_version(fhir), Console(quiet=quiet)
    require(files, "PATH")
    checked = check(files, version)
    if json:
        for problem in checked.problems:
            console.json(as_json(problem))
    else:
        console.problems(checked.problems, "see all with --json")
    console.note(f"{counted(checked.resources, 'resource')} of {version} checked: {by_severity(checked.problems)}")
    console.note(f"Not checked: {checked.unchecked}.")
    return PARTLY if any(problem.severity in {"fatal", "error"} for problem in checked.problems) else DONE


@app.command
def verify(
    output: Annotated[Path, Parameter(help="An output folder, or one snapshot.")] = Path("output"),
    *,
    json: Annotated[Flag, Parameter(help="Print each finding as a JSON line.")] = False,
    quiet: Quiet = False,
) -> int:
    """Prove every quoted fact of an output again, from the page bytes in it, by code that shares nothing with the extractor.

    For example:
    ```
    onlabel verify
    onlabel verify out/snapshots/3f9a… --json
    ```
    """
    from pipeline.verify import verify as verify_output

    console = Console(quiet=quiet)
    problems = verify_output(output)
    said = f"{output}: {by_severity(problems) if problems else 'every quoted fact is proven'}"
    if json:
        for problem in problems:
            console.json(as_json(problem))
        console.note(said)
    else:
        console.problems(problems, "see all with --json")
        console.out(said)
    return PARTLY if problems else DONE


app.meta.suppress_keyboard_interrupt = False


@app.meta.default
def with_config(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    config: Annotated[Path | None, Parameter(help="A TOML file with options by their names (max-removed = 0.1).")] = None,
) -> int:
    """Take options from a file before those of the command line."""
    app.config = ()
    if config is not None:
        app.config = (Toml(readable(config), must_exist=True, use_commands_as_keys=False),)
    result: int | None = app(tokens, exit_on_error=False, print_error=False)  # None after --help
    return result or DONE


def readable(config: Path) -> Path:
    """A configuration file that can be read; raises UsageError (U904) for one that cannot."""
    import tomllib

    try:
        tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        cause = f"the configuration file cannot be read ({error})"
        raise UsageError(Problem("U904", "error", cause, "name a TOML file", source=str(config))) from error
    return config


def conclude(report: Report, settings: Settings, console: Console, *, json: bool) -> int:
    """Print what a run published and where, and what it did not; give the exit code."""
    from pipeline.summary import published_drugs

    outcome = str(report.folder.parent.parent / "current" / "outcome" / "OperationOutcome.ndjson")
    console.problems(report.problems, f"see {outcome if report.snapshot else report.folder / 'log'}")
    if json:
        console.json(report_json(report))
        return report.exit_code
    if report.snapshot is None:
        console.out(f"Nothing was published; what was published before is unchanged. Run: {shown(report.folder)}")
        return report.exit_code
    if report.accounting["published"] <= FEW_DRUGS:
        console.drugs(published_drugs(report.snapshot, settings.fhir_versions[0]))
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


def require(values: Iterable[object], name: str) -> None:
    """Refuse a command that was given nothing to work on (U901)."""
    if not tuple(values):
        raise UsageError(Problem("U901", "error", f"{name} is missing", "see the command's --help"))


def fhir_version(name: str) -> FhirVersion:
    """A FHIR version by its name; raises UsageError (U902) for one that is not to be had."""
    match name.upper():
        case "R5":
            return "R5"
        case "R4" | "R4B":
            cause, remedy = f"FHIR {name} is not built yet", "publish R5"
        case "STU3" | "R3" | "DSTU2" | "R2":
            cause = f"FHIR {name} has no ClinicalUseDefinition or MedicationKnowledge, so an indication has no place in it"
            remedy = "publish R5"
        case _:
            cause, remedy = f"there is no FHIR version {name!r}", "name R5"
    raise UsageError(Problem("U902", "error", cause, remedy))


def canonical_base(url: str) -> str:
    """A base for canonical URLs, without a slash at its end; raises UsageError (U903)."""
    base = url.rstrip("/")
    if not base.startswith(("http://", "https://", "urn:")) or any(c.isspace() or c in '<>"|#' for c in base):
        remedy = "give an absolute URL without fragment, as in https://example.org/fhir"
        raise UsageError(Problem("U903", "error", f"--canonical {url!r} is no base for URLs", remedy))
    return base


def main() -> None:
    """Run the command and leave with its exit code."""
    # A service manager's stop: leave as from Ctrl-C, so that workers, server and unfinished files go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; foreseeable errors become a message and an exit code, never a traceback."""
    console = Console()
    try:
        code: int | None = app.meta(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        console.problem(Problem("U901", "error", " ".join(str(error).split()), "see `onlabel --help` and the command's --help"))
        return USAGE
    except OnlabelError as error:
        console.problem(error.problem)
        return USAGE if isinstance(error, UsageError | VerifyError) else STOPPED
    except BrokenPipeError:
        return hang_up()
    except KeyboardInterrupt:
        console.note("Interrupted. What was published before is unchanged.")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - a fault of ours must not look like exit code 1, "some pages quarantined"
        traceback.print_exc()
        console.problem(Problem("U990", "fatal", "a fault in onlabel itself (see above)", "report it with what stands above"))
        return STOPPED
    return code or DONE
