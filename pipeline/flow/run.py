"""Trigger the flow, or serve it on a schedule: a server to speak to, the run, and its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prefect import tags
from prefect.client.schemas.schedules import CronSchedule

from pipeline.convert import Report, find
from pipeline.errors import Problem, UsageError
from pipeline.flow.onlabel import Stopped, onlabel
from pipeline.flow.server import prefect_server, settle
from pipeline.flow.watch import Watcher, watched_by
from pipeline.settings import Settings


def run_flow(  # noqa: PLR0913 - the command's options
    seeds: Sequence[Path],
    output: Path,
    settings: Settings,
    *,
    workers: int,
    max_removed: float,
    progress: Watcher,
    announce: Callable[[str], None],
) -> Report:
    """Run the flow once in this process and give its report: the same as that of `convert`.

    Raises:
        UsageError: A seed is not there (found before a server is started).
        OnlabelError: What `convert` raises, and U930 or U931 where there is no server.

    """
    find(seeds, output)
    parameters = flow_parameters(seeds, output, settings, workers=workers, max_removed=max_removed)
    with prefect_server(announce), tags("onlabel", *settings.fhir_versions), watched_by(progress):
        state = onlabel(**parameters, return_state=True)
        if state.state_details.flow_run_id is not None:
            settle(state.state_details.flow_run_id)
    result: Report | Exception = state.result(raise_on_failure=False)
    if isinstance(result, Exception):
        if isinstance(result, Stopped):
            return result.report
        raise result
    return result


def serve_flow(  # noqa: PLR0913 - the command's options
    seeds: Sequence[Path],
    output: Path,
    settings: Settings,
    *,
    workers: int,
    max_removed: float,
    cron: str,
    name: str,
    announce: Callable[[str], None],
) -> None:
    """Serve the flow as a deployment with a schedule until interrupted.

    Raises:
        UsageError: U905, the schedule is none.
        OnlabelError: U930 or U931 where there is no server.

    """
    try:
        CronSchedule(cron=cron)
    except ValueError as error:
        remedy = "give five fields: minute, hour, day of month, month, day of week, as in `0 3 * * *`"
        raise UsageError(Problem("U905", "error", f"{cron!r} is not a cron schedule", remedy)) from error
    parameters = flow_parameters(seeds, output, settings, workers=workers, max_removed=max_removed)
    with prefect_server(announce, dashboard=True) as url:
        announce(f"Serving onlabel/{name} at {cron!r}; Prefect: {url.removesuffix('/api')}; Ctrl-C ends it.")
        onlabel.serve(
            name=name,
            cron=cron,
            parameters=parameters,
            tags=["onlabel", *settings.fhir_versions],
            print_starting_message=False,
        )


def flow_parameters(
    seeds: Sequence[Path], output: Path, settings: Settings, *, workers: int, max_removed: float
) -> dict[str, Any]:
    """The flow's parameters as JSON can hold them; paths absolute, because a server runs it from anywhere."""
    return {
        "seeds": [str(seed.absolute()) for seed in seeds],
        "output": str(output.absolute()),
        "fhir": list(settings.fhir_versions),
        "workers": workers,
        "as_of": settings.as_of.isoformat() if settings.as_of else None,
        "max_removed": max_removed,
        "canonical": settings.canonical,
        "profile": settings.profile,
    }
