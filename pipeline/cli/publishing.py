"""The commands that publish: run, convert, serve."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import os
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from pipeline.cli.app import DONE, REFUSED, Json, Quiet, app, refuse_outputs
from pipeline.cli.console import Console
from pipeline.cli.loading import conclude as conclude_load
from pipeline.cli.loading import load_json
from pipeline.cli.outcome import conclude
from pipeline.errors import Problem, UsageError
from pipeline.options import Flowing, Login, Publishing
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.store import Place

Seeds = Annotated[
    str,
    Parameter(name="SEEDS", help="Pages, folders with .md and .txt pages below, or URLs of a store. [default: seeds]"),
]


def _place(seeds: tuple[str, ...], options: Publishing, console: Console) -> Place:
    """Where the run works; raises UsageError (U912)."""
    from pipeline.store import Place

    place = Place.of(seeds or ("seeds",), options.output, options.work)
    refuse_outputs(Path(seed) for seed in place.seeds)
    if options.work is not None and not place.in_store:
        console.note("--work is not used: neither the pages nor the output are in a store.")
    return place


def flow_parameters(place: Place, options: Flowing, settings: Settings, login: Login) -> dict[str, Any]:
    """The flow's parameters as JSON can hold them; paths absolute, because a server runs it from anywhere."""
    if options.load_to is None and (options.prune or login != Login()):
        cause = "pruning and signing in are about a FHIR server, and --load-to is missing"
        raise UsageError(Problem("U901", "error", cause, "Name the server, or neither."))
    return {
        **_plain(asdict(options)),
        "seeds": [_absolute(seed) for seed in place.seeds],
        "output": _absolute(place.target),
        "canonical": settings.canonical,
        "login": _plain(asdict(login)) if options.load_to else None,
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - any option
    """An option as JSON has it. "today" stays: it is the day of each run, not the one on which it was deployed."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case Path():
            return _absolute(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _absolute(path: str | Path) -> str:
    from pipeline.store import is_url

    return str(path) if is_url(str(path)) else str(Path(path).absolute())


@app.command
def run(
    *seeds: Seeds,
    options: Flowing = Flowing(),
    login: Login = Login(),
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
    place = _place(seeds, options, console)
    from pipeline import flow

    flow.calm()
    from pipeline.flow.run import run_flow

    with console.progress() as progress:
        done = run_flow(flow_parameters(place, options, settings, login), progress=progress, announce=console.note)
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
    onlabel convert seeds/ --model idmp --output catalog
    onlabel convert seeds/ --json --quiet
    ```
    """
    settings, console = options.settings(), Console(quiet=quiet)
    place = _place(seeds, options, console)
    from pipeline.convert import convert as convert_pages
    from pipeline.convert import new_run_id

    console.run_id = new_run_id(os.getpid())
    place.reach(console.note)
    with place.held(), console.progress() as progress:
        report = convert_pages(
            place.fetch(settings.limits.max_bytes),
            place.output,
            settings,
            progress=progress,
            run_id=console.run_id,
            **options.conversion(),
        )
        if report.snapshot is not None:
            report = replace(report, notes=(*report.notes, *place.push(report.snapshot, report.folder, options.keep)))
    return conclude(report, settings, place, console, json=json)


@app.command
def serve(
    *seeds: Seeds,
    cron: Annotated[str, Parameter(help="When to run, in UTC: minute, hour, day of month, month, day of week.")] = "0 3 * * *",
    name: Annotated[str, Parameter(help="The deployment's name.")] = "nightly",
    options: Flowing = Flowing(),
    login: Login = Login(),
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
    place = _place(seeds, options, console)
    from pipeline import flow

    flow.calm()
    from pipeline.flow.run import serve_flow

    parameters = flow_parameters(place, options, settings, login)
    serve_flow(parameters, cron=cron, name=name, announce=console.note)
    return DONE
