"""The flow `onlabel`: what `pipeline.convert` does, with its batches as task runs, and artifacts to look at afterwards."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.task_runners import ProcessPoolTaskRunner
from prefect.utilities.annotations import quote
from pydantic import Field

from pipeline.convert import Batch, BatchResult, BatchRunner, Report, become_worker, convert, convert_batch
from pipeline.errors import LoadError, OnlabelError, Problem, PublishError
from pipeline.flow.artifacts import describe
from pipeline.flow.loading import load_published, loaded
from pipeline.flow.watch import watcher
from pipeline.load import LoadOptions, LoadReport, Login
from pipeline.settings import DEFAULT_CANONICAL, FhirVersion, Profile, Settings

#: The exit code of a load of which the server took nothing.
REFUSED = 4


class Stopped(PublishError):  # noqa: N818 - named like the state that it belongs to
    """A run that a guard stopped, with its report: where a run failed, Prefect wants an exception as its result."""

    def __init__(self, problem: Problem, report: Report) -> None:
        super().__init__(problem)
        self.report = report


def _run_name() -> str:
    """What ran: `seeds to output (R5)`."""
    given = flow_run.parameters
    seeds = [Path(seed).name or str(seed) for seed in given["seeds"]]
    shown = ", ".join(seeds[:3]) + (f" and {len(seeds) - 3} more" if len(seeds) > 3 else "")  # noqa: PLR2004 - fits a line
    return f"{shown} to {Path(given['output']).name} ({', '.join(given['fhir'])})"


@flow(name="onlabel", flow_run_name=_run_name)
def onlabel(  # noqa: PLR0913, PLR0917 - what Prefect's form asks for, each with a default
    seeds: list[Path] = [Path("seeds")],  # noqa: B006 - Prefect shows the default in its form; the list is never changed
    output: Path = Path("output"),
    fhir: list[FhirVersion] = ["R5"],  # noqa: B006 - as above
    workers: Annotated[int, Field(ge=1)] = 1,
    as_of: date | None = None,
    max_removed: Annotated[float, Field(ge=0, le=1)] = 0.05,
    canonical: str = DEFAULT_CANONICAL,
    profile: Profile = "full",
    load_to: str | None = None,
    login: Login | None = None,
    prune: bool = False,  # noqa: FBT001, FBT002 - a parameter of Prefect's form
) -> Report:
    """Publish what drug-information pages say each drug is approved for, quoted and proven, as FHIR NDJSON.

    Completed, with a name that says how many pages were quarantined, when a snapshot was published; Failed when nothing
    could be published or a guard stopped the run, and then what was published before is still in place. Failed too when it
    was published and could not be loaded.

    Args:
        seeds: Pages, and folders with .md and .txt pages below, on the machine that runs the flow.
        output: The folder to publish to.
        fhir: The FHIR versions to publish.
        workers: How many processes convert pages. The published bytes do not depend on it.
        as_of: The date that the snapshot speaks for; the newest lastReviewed of the pages unless it is given.
        max_removed: The share of what was published before that the run may remove.
        canonical: The base of the URLs that are onlabel's own.
        profile: full, or core for MedicationKnowledge and DocumentReference alone.
        load_to: The base URL of a FHIR server into which the first of `fhir` is loaded.
        login: How to sign in there; the secret is in the environment (ONLABEL_SECRET) or in its file, never a parameter.
        prune: Whether to delete there what is no longer published, within `max_removed`.
    """
    log = get_run_logger()
    try:
        report = convert(
            seeds,
            output,
            Settings(canonical=canonical, fhir_versions=tuple(fhir), as_of=as_of, profile=profile),
            max_removed=max_removed,
            progress=watcher(),
            run_id=f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{flow_run.id}",
            run_batches=_as_tasks(workers),
        )
    except OnlabelError as error:
        # A state, not an exception: a full disk or a folder that is not ours is no reason for a traceback.
        return _state(Failed(name="Stopped", message=str(error.problem), data=error))
    for problem in report.problems:
        log.info("%s", problem)
    describe(**_whole(report=report))
    if report.stopped is not None:
        return _state(Failed(name="Stopped", message=str(report.stopped), data=Stopped(report.stopped, report)))
    if load_to is None or report.snapshot is None:
        return _state(Completed(name=_outcome(report), message=_message(report), data=report))
    options = LoadOptions(version=fhir[0], login=login or Login(), prune=prune, max_removed=max_removed)
    return _load(report, report.snapshot, load_to, options)


def _load(report: Report, snapshot: Path, server: str, options: LoadOptions) -> Report:
    """Load what was published, and end the run with what became of that."""
    log = get_run_logger()
    # As a state: a task that returns a failed one does not raise.
    state = load_published(**_whole(snapshot=snapshot, options=options), server=server, return_state=True)
    done: LoadReport | Exception = state.result(raise_on_failure=False)
    if isinstance(done, OnlabelError):
        return _state(Failed(name="Published, not loaded", message=str(done.problem), data=done))
    if isinstance(done, Exception):
        raise done
    for problem in done.problems:
        log.info("%s", problem)
    if done.stopped is not None or done.exit_code == REFUSED:
        problem = done.stopped or done.problems[0]
        return _state(Failed(name="Published, not loaded", message=str(problem), data=LoadError(problem)))
    return _state(Completed(name=f"{_outcome(report)}, {loaded(done)}", message=_message(report), data=report))


def _state(state: State[Any]) -> Report:
    """A state to return from the flow: for Prefect it stands for the data in it, and gives the run its name and end."""
    return cast("Report", state)


def _outcome(report: Report) -> str:
    return f"{'Unchanged' if report.unchanged else 'Published'}, {report.accounting['quarantined']} quarantined"


def _message(report: Report) -> str:
    parts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in report.accounting.items() if name != "inputs")
    return f"{report.accounting['inputs']} pages: {parts}"


def _as_tasks(workers: int) -> BatchRunner:
    """Run each batch as a task run: one after the other in this process, or in `workers` processes."""

    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        if workers == 1:
            # As states: a task that returns a failed one gives it back instead of raising what is in it.
            yield from (convert_pages(**_parameters(batch), return_state=True).result() for batch in batches)
            return
        runner = ProcessPoolTaskRunner(max_workers=min(workers, len(batches) or 1), initializer=become_worker)
        with runner, _ending_workers():
            with _interrupts_held():
                futures: list[PrefectFuture[BatchResult]] = [runner.submit(convert_pages, _parameters(one)) for one in batches]
            yield from (future.result() for future in as_completed(futures))

    return run


@contextmanager
def _ending_workers() -> Iterator[None]:
    """End the workers at once where a run is broken off: the runner would wait until they have done their batches."""
    try:
        yield
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from processes and threads that are started meanwhile; this thread gets it at the end of the block.

    A terminal sends it to all processes of a run, and each worker would answer with a traceback of its own.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: a new process group would be needed, which the runner does not give
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _parameters(batch: Batch) -> dict[str, Any]:
    return {**_whole(batch=batch), "first": batch.first + 1, "last": batch.first + len(batch.sources)}


def _whole(**parameters: object) -> dict[str, Any]:
    """Parameters that Prefect hands on as they are: it would look for futures in all that they hold, path by path."""
    return {name: quote(value) for name, value in parameters.items()}


@task(task_run_name="pages {first} to {last}", cache_policy=NO_CACHE, persist_result=False)
def convert_pages(batch: Batch, first: int, last: int) -> BatchResult:  # noqa: ARG001 - they name the task run
    """Convert one batch of pages; a page that fails is a value in the result, not a failed task.

    No retries: nothing here waits for a network, and what is wrong with a page or a disk is still wrong a second later.
    """
    try:
        return convert_batch(batch)
    except OnlabelError as error:
        return cast("BatchResult", Failed(message=str(error.problem), data=error))  # raised where the result is asked for
