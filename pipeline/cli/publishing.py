"""The commands that publish: run, convert, serve."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.cli.app import (
    DONE,
    REFUSED,
    Flag,
    Json,
    OwnPublishers,
    Quiet,
    app,
    canonical_base,
    fhir_version,
    refuse_outputs,
)
from pipeline.cli.console import Console
from pipeline.cli.loading import SigningIn, load_json
from pipeline.cli.loading import conclude as conclude_load
from pipeline.cli.outcome import conclude
from pipeline.errors import Problem, UsageError
from pipeline.settings import DEFAULT_CANONICAL, Profile, Proof, Settings, Withhold

if TYPE_CHECKING:
    from pipeline.store import Place

NO_LOGIN = SigningIn()

Seeds = Annotated[
    str,
    Parameter(name="SEEDS", help="Pages, folders with .md and .txt pages below, or URLs of a store. [default: seeds]"),
]


class Conversion(TypedDict):
    """What `convert` and the flow take by the same names."""

    workers: int
    max_removed: float
    full: bool
    release_withheld: bool
    keep: int | None
    on_unreadable: Literal["keep", "drop"]
    stale_for: int
    follow_links: bool
    page_timeout: float
    base_url: str | None
    update_cadence: str | None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Publishing:
    """The options of every command that publishes."""

    output: Annotated[str, Parameter(help="The folder to publish to, or a URL of a store (s3://bucket/prefix).")] = "output"
    fhir: Annotated[
        tuple[str, ...],
        Parameter(help="A FHIR version (R5, R4B, R4); repeatable, a folder each.", negative="", show_default=" ".join),
    ] = ("R5",)
    profile: Annotated[
        Profile, Parameter(help="core: only MedicationKnowledge and DocumentReference, each readable by itself.")
    ] = "full"
    proof: Annotated[
        Proof,
        Parameter(help="How resources say where facts stand in the page: an extension each, HL7's, or facts.ndjson alone."),
    ] = "compact"
    workers: Annotated[int, Parameter(help="How many convert pages at once; same bytes.", validator=Number(gte=1))] = 1
    as_of: Annotated[
        date | Literal["today"] | None,
        Parameter(help="The date to speak for (2026-01-31), or today. [default: the newest lastReviewed]"),
    ] = None
    max_removed: Annotated[
        float, Parameter(help="Stop if more than this share of the drugs would be removed.", validator=Number(gte=0, lte=1))
    ] = 0.05
    full: Annotated[Flag, Parameter(help="Read every page again, unchanged ones too; same bytes.")] = False
    keep: Annotated[
        int | None,
        Parameter(help="How many snapshots to keep in the output folder. [default: all]", validator=Number(gte=1)),
    ] = None
    on_unreadable: Annotated[
        Literal["keep", "drop"],
        Parameter(
            help="What to do with a page that was published and cannot be read now: keep it as it was last read, or drop it."
        ),
    ] = "keep"
    stale_for: Annotated[
        int, Parameter(help="How many days such a page is kept, marked as stale.", validator=Number(gte=0))
    ] = 14
    page_timeout: Annotated[
        float, Parameter(help="Quarantine a page that takes longer than this, in seconds.", validator=Number(gt=0, lte=86_400))
    ] = 20.0
    corrections: Annotated[
        tuple[Path, ...],
        Parameter(help="A file of corrections besides that of --mappings; repeatable.", negative="", show_default=False),
    ] = ()
    publishers: OwnPublishers = ()
    release_withheld: Annotated[
        Flag, Parameter(help="Publish uses that reviewers withheld, where their corrections are missing now.")
    ] = False
    follow_links: Annotated[
        Flag, Parameter(help="Follow links among the pages to files outside of the folder that was named.")
    ] = False
    withhold: Annotated[
        Withhold | None, Parameter(help="qualified: hold back uses that are restricted by words that no rule understood.")
    ] = None
    canonical: Annotated[str, Parameter(help="The base of onlabel's own URLs; set yours.")] = DEFAULT_CANONICAL
    base_url: Annotated[
        str | None,
        Parameter(help="Where the output folder is on the web, for Bulk Data clients. [default: relative URLs]"),
    ] = None
    update_cadence: Annotated[
        str | None, Parameter(help="How often it changes, for them too: a duration of ISO 8601 (P1D, PT6H).")
    ] = None
    mappings: Annotated[Path | None, Parameter(help="A folder of mapping tables. [default: onlabel's own]")] = None
    work: Annotated[
        Path | None, Parameter(help="The local folder for what is in a store. [default: one in the user's cache folder]")
    ] = None

    def settings(self) -> Settings:
        """The run's settings; raises UsageError (U902, U903, U913, U914)."""
        from pipeline.convert import day_named
        from pipeline.publishers import own

        versions = tuple(dict.fromkeys(fhir_version(name) for name in self.fhir))
        return Settings(
            canonical=canonical_base(self.canonical),
            fhir_versions=versions,
            as_of=day_named(self.as_of),
            profile=self.profile,
            proof=self.proof,
            withhold=self.withhold,
            publishers=own(self.publishers),
        )

    def conversion(self) -> Conversion:
        """What is handed on as it is; raises UsageError (U915)."""
        from pipeline.publish import Hosting

        hosting = Hosting.of(self.base_url, self.update_cadence)
        return Conversion(
            workers=self.workers,
            max_removed=self.max_removed,
            full=self.full,
            release_withheld=self.release_withheld,
            keep=self.keep,
            on_unreadable=self.on_unreadable,
            stale_for=self.stale_for,
            follow_links=self.follow_links,
            page_timeout=self.page_timeout,
            base_url=hosting.base_url,
            update_cadence=hosting.update_cadence,
        )

    def place(self, seeds: tuple[str, ...], console: Console) -> Place:
        """Where the run works; raises UsageError (U912)."""
        from pipeline.store import Place

        place = Place.of(seeds or ("seeds",), self.output, self.work)
        refuse_outputs(Path(seed) for seed in place.seeds)
        if self.work is not None and not place.in_store:
            console.note("--work is not used: neither the pages nor the output are in a store.")
        return place


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Flowing:
    """The options of the commands that go through Prefect."""

    runner: Annotated[Literal["threads", "processes", "dask", "ray"], Parameter(help="What converts pages; same bytes.")] = (
        "processes"
    )
    cluster: Annotated[
        str | None,
        Parameter(help="The address of a Dask or Ray cluster. [default: DASK_SCHEDULER_ADDRESS, RAY_ADDRESS, or one here]"),
    ] = None
    load_to: Annotated[str | None, Parameter(help="The base URL of a FHIR server to load what is published into.")] = None
    prune: Annotated[Flag, Parameter(help="Delete what onlabel loaded onto that server and no longer publishes.")] = False
    withdrawn: Annotated[
        Literal["delete", "retire"], Parameter(help="How: delete, or keep it there with the status retired.")
    ] = "delete"


def flow_parameters(
    place: Place, options: Publishing, settings: Settings, flowing: Flowing, signing_in: SigningIn
) -> dict[str, Any]:
    """The flow's parameters as JSON can hold them; paths absolute, because a server runs it from anywhere."""
    if flowing.load_to is None and (flowing.prune or signing_in != NO_LOGIN):
        cause = "pruning and signing in are about a FHIR server, and --load-to is missing"
        raise UsageError(Problem("U901", "error", cause, "Name the server, or neither."))
    login = asdict(signing_in.login()) if flowing.load_to else None
    return {
        "seeds": [_absolute(seed) for seed in place.seeds],
        "output": _absolute(place.target),
        "fhir": list(settings.fhir_versions),
        # "today" is the day of each run, not the one on which it was deployed.
        "as_of": options.as_of.isoformat() if isinstance(options.as_of, date) else options.as_of,
        "canonical": settings.canonical,
        "profile": settings.profile,
        "proof": settings.proof,
        "withhold": settings.withhold,
        "mappings": options.mappings and _absolute(options.mappings),
        "corrections": [_absolute(file) for file in options.corrections],
        "publishers": [_absolute(file) for file in options.publishers],
        "work": options.work and _absolute(options.work),
        **options.conversion(),
        **asdict(flowing),
        "login": login and login | {"secret_file": login["secret_file"] and _absolute(login["secret_file"])},
    }


def _absolute(path: str | Path) -> str:
    from pipeline.store import is_url

    return str(path) if is_url(str(path)) else str(Path(path).absolute())


@app.command
def run(
    *seeds: Seeds,
    options: Publishing = Publishing(),
    flowing: Flowing = Flowing(),
    signing_in: SigningIn = NO_LOGIN,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Publish pages through the Prefect flow.

    Uses the server of PREFECT_API_URL or of the active Prefect profile; without one, starts a server for the run.

    For example:
    ```
    onlabel run
    onlabel run seeds/ more/page.md --output out --workers 2
    onlabel run s3://pages/nci --output s3://published/onlabel --workers 8 --runner dask
    PREFECT_API_URL=http://127.0.0.1:4200/api onlabel run --config onlabel.toml
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    place = options.place(seeds, console)
    from pipeline import flow

    flow.calm()
    from pipeline.flow.run import run_flow

    with console.progress() as progress:
        done = run_flow(
            flow_parameters(place, options, settings, flowing, signing_in), progress=progress, announce=console.note
        )
    more = {"load": load_json(done.loaded)} if done.loaded else {}
    code = conclude(done.report, settings, place, console, json=json, more=more)
    if done.not_loaded:
        console.problem(done.not_loaded)
        return REFUSED
    if done.loaded and not json:
        return max(code, conclude_load(done.loaded, console, json=False))
    return max(code, done.loaded.exit_code if done.loaded else DONE)


@app.command
def convert(*seeds: Seeds, options: Publishing = Publishing(), json: Json = False, quiet: Quiet = False) -> int:
    """Publish pages without Prefect: the same work as plain calls, the same bytes.

    For example:
    ```
    onlabel convert
    onlabel convert seeds/ --output out --workers 2 --as-of 2025-12-31
    onlabel convert s3://pages/nci --output s3://published/onlabel
    onlabel convert seeds/ --withhold qualified
    onlabel convert seeds/ --json --quiet
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    place = options.place(seeds, console)
    from pipeline.convert import convert as convert_pages
    from pipeline.convert import new_run_id

    console.run_id = new_run_id(os.getpid())
    place.reach(console.note)
    with place.held(), console.progress() as progress:
        report = convert_pages(
            place.fetch(settings.limits.max_bytes),
            place.output,
            settings,
            mappings=options.mappings,
            corrections=options.corrections,
            progress=progress,
            run_id=console.run_id,
            **options.conversion(),
        )
        if report.snapshot is not None:
            report = replace(report, notes=(*report.notes, *place.push(report.snapshot, report.folder, options.keep)))
    return conclude(report, settings, place, console, json=json)


@app.command
def serve(  # noqa: PLR0913 - the command's options
    *seeds: Seeds,
    cron: Annotated[str, Parameter(help="When to run, in UTC: minute, hour, day of month, month, day of week.")] = "0 3 * * *",
    name: Annotated[str, Parameter(help="The deployment's name.")] = "nightly",
    options: Publishing = Publishing(),
    flowing: Flowing = Flowing(),
    signing_in: SigningIn = NO_LOGIN,
    quiet: Quiet = False,
) -> int:
    """Serve the flow as a Prefect deployment with a schedule, until interrupted.

    For example:
    ```
    onlabel serve seeds/ --cron "0 3 * * *"
    onlabel serve seeds/ --keep 30 --load-to https://fhir.example.org/r5 --auth bearer --secret-file token.txt
    PREFECT_API_URL=http://127.0.0.1:4200/api onlabel serve --name hourly --cron "0 * * * *"
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    place = options.place(seeds, console)
    from pipeline import flow

    flow.calm()
    from pipeline.flow.run import serve_flow

    parameters = flow_parameters(place, options, settings, flowing, signing_in)
    serve_flow(parameters, cron=cron, name=name, announce=console.note)
    return DONE
