"""The task that loads what a run published into a FHIR server."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run

from pipeline.convert import reading
from pipeline.errors import OnlabelError
from pipeline.flow.expected_failures import failed
from pipeline.load import LoadOptions, LoadReport, load
from pipeline.web import shown


def _run_name() -> str:
    """Where to, without what an address may hold besides."""
    return f"load into {shown(task_run.parameters['server'])}"


@task(task_run_name=_run_name, cache_policy=NO_CACHE, persist_result=False)
def load_published(snapshot: Path, server: str, options: LoadOptions) -> LoadReport:
    """Load a snapshot. No retries by Prefect: `load` itself tries again what may pass by itself, Bundle by Bundle."""
    try:
        with reading(snapshot) as held:
            return load(held, server, options)
    except OnlabelError as error:
        return cast("LoadReport", failed(error))  # given where the state is asked for


def loaded(report: LoadReport) -> str:
    """What a load did, for the name of the run's state."""
    return f"{report.created + report.updated} loaded" + (f", {report.refused} refused" if report.refused else "")
