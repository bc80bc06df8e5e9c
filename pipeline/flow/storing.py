"""The tasks that speak to an object store: bring pages and the current snapshot here, send the new one there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from pipeline.errors import OnlabelError, Problem, StoreError
from pipeline.flow.batches import whole
from pipeline.flow.expected_failures import done, failed
from pipeline.seeds import Fetched
from pipeline.store import Place

Given = ParamSpec("Given")
Result = TypeVar("Result")

#: The store itself tries each object again, for seconds; these are for when it is away for longer.
RETRIES = 2
SECONDS_BETWEEN = 15


def may_pass(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    """Whether another try may fix a failure: a store that answered before (S104), and nothing else."""
    error = state.data
    return isinstance(error, StoreError) and error.problem.code == "S104"


def _speaking_to_the_store(name: str) -> Callable[[Callable[Given, Result]], Task[Given, Result]]:
    return task(
        task_run_name=name,
        retries=RETRIES,
        retry_delay_seconds=SECONDS_BETWEEN,
        retry_condition_fn=may_pass,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


def fetch(place: Place, max_bytes: int) -> tuple[Path | Fetched, ...]:
    """What a run reads, brought here in a task where it is in a store."""
    if not place.in_store:
        return place.fetch(max_bytes)
    state = fetch_from_store(**whole(place=place), max_bytes=max_bytes, return_state=True)
    fetched: tuple[Path | Fetched, ...] = done(state)
    return fetched


def push(place: Place, snapshot: Path, run: Path, keep: int | None) -> tuple[Problem, ...]:
    """Publish in the store, in a task, where the output is in one."""
    if not place.in_store:
        return ()
    state = publish_in_store(**whole(place=place, snapshot=snapshot, run=run), keep=keep, return_state=True)
    notes: tuple[Problem, ...] = done(state)
    return notes


@_speaking_to_the_store("fetch from the store")
def fetch_from_store(place: Place, max_bytes: int) -> tuple[Path | Fetched, ...]:
    """Bring the pages and the current snapshot here; tried again while a store that was there is away."""
    try:
        return place.fetch(max_bytes)
    except OnlabelError as error:
        return cast("tuple[Path | Fetched, ...]", failed(error))


@_speaking_to_the_store("publish in the store")
def publish_in_store(place: Place, snapshot: Path, run: Path, keep: int | None) -> tuple[Problem, ...]:
    """Send a snapshot and make it current; tried again while the store cannot be reached (what is there is not sent again)."""
    try:
        return place.push(snapshot, run, keep)
    except OnlabelError as error:
        return cast("tuple[Problem, ...]", failed(error))
