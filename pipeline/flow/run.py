"""Trigger the flow, or serve it on a schedule: a server to speak to, the run, and its report."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from prefect import tags
from prefect.client.schemas.schedules import CronSchedule

from pipeline.errors import Problem, UsageError
from pipeline.flow.batches import as_tasks
from pipeline.flow.expected_failures import told_by_the_command
from pipeline.flow.onlabel import Broken, Run, onlabel, tags_of
from pipeline.flow.server import prefect_server, settle
from pipeline.flow.watch import Watcher, watched_by
from pipeline.seeds import find
from pipeline.store import Place, is_url


def run_flow(parameters: Mapping[str, Any], *, progress: Watcher, announce: Callable[[str], None]) -> Run:
    """Run the flow once in this process and give what it did: the same as `convert`, and loading.

    Args:
        parameters: The flow's, as JSON can hold them.
        progress: Told how far the run is.
        announce: Told, in a line, when a server has to be started, or a store takes its time.

    Raises:
        UsageError: A seed is not there, or the runner cannot run (found before a server is started).
        StoreError: A store cannot be reached (found before, too).
        OnlabelError: What `convert` raises, and U930 or U931 where there is no server.

    """
    _check_runner(parameters)
    find([Path(seed) for seed in parameters["seeds"] if not is_url(seed)], Path(parameters["output"]))
    work = parameters["work"] and Path(parameters["work"])
    Place.of(parameters["seeds"], parameters["output"], work).reach(announce)
    with told_by_the_command(), prefect_server(announce), tags(*tags_of(parameters["fhir"])), watched_by(progress):
        state = onlabel(**parameters, return_state=True)
        if state.state_details.flow_run_id is not None:
            settle(state.state_details.flow_run_id)
    result: Run | Exception = state.result(raise_on_failure=False)
    if isinstance(result, Broken):
        return result.run
    if isinstance(result, Exception):
        raise result
    return result


def serve_flow(parameters: Mapping[str, Any], *, cron: str, name: str, announce: Callable[[str], None]) -> None:
    """Serve the flow as a deployment with a schedule until interrupted; a run that is under way is stopped with it.

    Args:
        parameters: The flow's, as JSON can hold them; paths absolute, because a server runs it from anywhere.
        cron: When.
        name: The deployment's name.
        announce: Told what is served.

    Raises:
        UsageError: U905, the schedule is none; U920 to U922, the runner cannot run.
        OnlabelError: U930 or U931 where there is no server, U932 where our own ended before.

    """
    try:
        CronSchedule(cron=cron)
    except ValueError as error:
        remedy = "Give five fields: minute, hour, day of month, month, day of week, as in `0 3 * * *`."
        raise UsageError(Problem("U905", "error", f"{cron!r} is not a cron schedule", remedy)) from error
    _check_runner(parameters)
    with prefect_server(announce, dashboard=True, lost=_stop_serving) as url:
        announce(f"Serving onlabel/{name} at {cron!r} (UTC); Prefect: {url.removesuffix('/api')}; Ctrl-C ends it.")
        try:
            onlabel.serve(
                name=name,
                cron=cron,
                parameters=dict(parameters),
                tags=tags_of(parameters["fhir"]),
                print_starting_message=False,
                limit=1,  # a run that starts while another one publishes would be refused (P502); so it waits for its turn
            )
        except (KeyboardInterrupt, SystemExit) as stopped:
            # A stop before Prefect listens for one, right after the line above, is the same end.
            if isinstance(stopped, SystemExit) and stopped.code != _TERMINATED:
                raise
        # Prefect takes Ctrl-C and a service manager's stop for the way to end this, and so do we.
        announce("Stopped. What was published before is unchanged.")


#: The exit code of a program that a service manager stops.
_TERMINATED: Final = 128 + signal.SIGTERM


def _stop_serving() -> None:
    """End what serves the flow as a service manager would: without its server no run would start, and nobody would know."""
    os.kill(os.getpid(), signal.SIGTERM)


def _check_runner(parameters: Mapping[str, Any]) -> None:
    as_tasks(parameters["runner"], parameters["workers"], parameters["cluster"])
