"""Batches of pages as task runs: in this process, in threads or processes of this machine, or on a Dask or Ray cluster."""

from __future__ import annotations

import importlib.util
import ipaddress
import logging
import multiprocessing
import os
import pickle
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, Literal, Self, TypeAlias, cast
from urllib.parse import urlsplit
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, as_completed
from prefect.runtime import flow_run
from prefect.settings import get_current_settings
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from pipeline.convert import Batch, BatchResult, BatchRunner, become_worker, convert_batch, interrupts_held
from pipeline.convert.program import made_by
from pipeline.convert.tables import MappingTables
from pipeline.errors import OnlabelError, Problem, PublishError, UsageError
from pipeline.flow.expected_failures import failed
from pipeline.flow.server import wait_for_task_runs

Runner: TypeAlias = Literal["threads", "processes", "dask", "ray"]
#: Where the ecosystem's own tools look for a cluster that is there already.
ADDRESS_VARIABLES = {"dask": "DASK_SCHEDULER_ADDRESS", "ray": "RAY_ADDRESS"}


def as_tasks(runner: Runner, workers: int, cluster: str | None = None) -> BatchRunner:
    """What runs batches as task runs.

    Args:
        runner: Where. One worker of the runners `threads` and `processes` is this process.
        workers: How many of them, on this machine; a cluster that is there already has its own number.
        cluster: The address of such a cluster; for dask and ray the ecosystem's own variables name it too.

    Raises:
        UsageError: U920 (the runner's extra is not installed), U921 (`cluster` for a runner that has none),
            U922 (a cluster on other machines, and a Prefect server that only this machine reaches).

    """
    address = cluster or os.environ.get(ADDRESS_VARIABLES.get(runner, ""))
    _check(runner, cluster, address)
    if workers == 1 and runner in {"threads", "processes"}:
        return _one_by_one

    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        far = runner in ADDRESS_VARIABLES
        if not far and len(batches) <= 1:
            yield from _one_by_one(batches)
            return
        made = _installation(batches[0].tables) if batches and far else None
        pool = _task_runner(runner, min(workers, len(batches) or 1), address)
        with ExitStack() as stack:
            with interrupts_held():
                stack.enter_context(pool)
                futures: list[PrefectFuture[BatchResult]] = [
                    pool.submit(convert_pages, _parameters(one, made)) for one in batches
                ]
            stack.enter_context(_ending_workers())
            yield from (_result(future) for future in as_completed(futures))
            if far:
                # A cluster's workers end at once; with them would go their last events, that a task run is done.
                wait_for_task_runs(UUID(flow_run.id))

    return run


def whole(**parameters: object) -> dict[str, Any]:
    """Parameters that Prefect hands on as they are: it would look for futures in all that they hold, path by path."""
    return {name: quote(value) for name, value in parameters.items()}


@task(task_run_name="read {pages}", cache_policy=NO_CACHE, persist_result=False)
def convert_pages(packed: bytes, made: str | None, pages: str) -> BatchResult:  # noqa: ARG001 - it names the run
    """Convert one batch of pages; a page that fails is a value in the result, not a failed task.

    No retries: nothing here waits for a network, and what is wrong with a page or a disk is still wrong a second later.
    `packed` is the batch as bytes: Prefect and Dask look for futures in all else, path by path. `made` is what the run's
    onlabel is, where the batch may have come to another machine.
    """
    batch: Batch = pickle.loads(packed)  # noqa: S301 - packed by the run itself, just now
    try:
        if made is not None:
            _check_worker(batch, made)
        return convert_batch(batch)
    except OnlabelError as error:
        return cast("BatchResult", failed(error))  # raised where the result is asked for


def _check(runner: Runner, cluster: str | None, address: str | None) -> None:
    if cluster is not None and runner not in ADDRESS_VARIABLES:
        remedy = "Name the runner too: --runner dask, or --runner ray."
        raise UsageError(Problem("U921", "error", f"the runner {runner} has no cluster to go to", remedy))
    if runner in ADDRESS_VARIABLES and importlib.util.find_spec(f"prefect_{runner}") is None:
        remedy = f"Install onlabel with its extra (in the checkout: pip install '.[{runner}]'), or take --runner processes."
        raise UsageError(Problem("U920", "error", f"what the runner {runner} needs is not installed", remedy))
    api = get_current_settings().api.url
    if address and _elsewhere(address) and api and not _elsewhere(api):
        cause = f"workers of the cluster at {address} cannot reach the Prefect server at {api}, which is on this machine alone"
        remedy = "Set PREFECT_API_URL to a Prefect server that all of them reach."
        raise UsageError(Problem("U922", "error", cause, remedy))


def _elsewhere(address: str) -> bool:
    host = urlsplit(address if "://" in address else f"//{address}").hostname
    if host in {None, "auto", "local", "localhost"}:
        return False
    try:
        return not ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return True


def _one_by_one(batches: Sequence[Batch]) -> Iterator[BatchResult]:
    # As states: a task that returns a failed one gives it back instead of raising what is in it.
    return (convert_pages(**_parameters(batch, None), return_state=True).result() for batch in batches)


class _Processes(ProcessPoolTaskRunner):
    """Prefect's processes, whose end waits for no one's last words.

    Prefect's queue of what workers tell has one lock for all that write. A worker that is ended while it has that lock (the
    run was broken off, or there was no memory left) keeps it, and Python at its exit would wait for ever until the word "stop"
    for the queue's reader was written.
    """

    def __enter__(self) -> Self:
        super().__enter__()
        if self._subprocess_message_queue is not None:
            self._subprocess_message_queue.cancel_join_thread()
        return self


def _task_runner(runner: Runner, workers: int, address: str | None) -> TaskRunner[Any]:
    match runner:
        case "threads":
            return ThreadPoolTaskRunner(max_workers=workers)
        case "processes":
            return _Processes(max_workers=workers, initializer=become_worker)
        case "dask":
            # A killed run's workers would each tell in tracebacks that their scheduler is gone, and a good one's that it stops.
            os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
            from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415 - an extra

            # Any free port: without an address its HTTP server takes 8787, and warns where another cluster has that.
            here = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
            return DaskTaskRunner(address=address) if address else DaskTaskRunner(cluster_kwargs=here)
        case "ray":
            from prefect_ray import RayTaskRunner  # noqa: PLC0415 - an extra

            calm = {"include_dashboard": False, "log_to_driver": False, "logging_level": logging.ERROR}
            runs: TaskRunner[Any] = RayTaskRunner(address, init_kwargs={} if address else calm | {"num_cpus": workers})
            return runs


def _result(future: PrefectFuture[BatchResult]) -> BatchResult:
    try:
        return future.result()
    except (OnlabelError, BrokenProcessPool):
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] in {"distributed", "ray", "prefect"}:
            # A worker that died, in the words of its cluster: for a run it is what a process that died is.
            message = f"{type(error).__name__}: {error}"
            raise BrokenProcessPool(message) from error
        raise


def _parameters(batch: Batch, made: str | None) -> dict[str, Any]:
    return {"packed": pickle.dumps(batch), "made": made, "pages": _pages(batch)}


def _pages(batch: Batch) -> str:
    """What a task reads: `2 of 243 pages: a.md to zorvatinib.md`. Between those there may be pages that it need not read."""
    names = list(dict.fromkeys((batch.sources[0].name, batch.sources[-1].name)))
    return f"{share(len(batch.numbers), batch.total)}: {' to '.join(names)}"


def share(some: int, total: int) -> str:
    """How many pages of how many: `2 of 243 pages`."""
    return f"{some:,} of {total:,} page{'' if total == 1 else 's'}"


@lru_cache(maxsize=1)
def _installation(tables: MappingTables) -> str:
    return str(made_by(tables))


def _check_worker(batch: Batch, made: str) -> None:
    """Batches hand on paths: a worker that sees other files would lose pages, and another onlabel would publish others."""
    host = socket.gethostname()
    paths = [source.path for source in batch.sources if source.problem is None]
    unseen = [str(batch.spool)] if not batch.spool.is_dir() else []
    # One page may be gone; all of them are not.
    unseen += paths[:1] if paths and not any(map(os.path.lexists, paths)) else []
    if unseen:
        cause = f"the worker on {host} does not see {unseen[0]}: workers must share the output folder and the pages"
        remedy = "Put them on a file system of all (--output; --work for what is in a store), or take --runner processes."
        raise PublishError(Problem("P515", "fatal", cause, remedy))
    if _installation(batch.tables) != made:
        cause = f"the worker on {host} has another onlabel, or other libraries, than the run"
        remedy = "Install the same there. Nothing was published."
        raise PublishError(Problem("P516", "fatal", cause, remedy))


@contextmanager
def _ending_workers() -> Iterator[None]:
    """End the workers at once where a run is broken off: the runner would wait until they have done their batches."""
    try:
        yield
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
