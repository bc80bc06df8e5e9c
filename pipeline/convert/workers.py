"""Batches in processes of this machine: started afresh, deaf to Ctrl-C, and gone when the run is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import wait

from pipeline.collecting import collect_seldom
from pipeline.convert.batch import Batch, BatchResult, convert_batch


def in_processes(batches: Sequence[Batch], workers: int) -> Iterator[BatchResult]:
    """Convert batches in at most `workers` processes; their results in the order of the batches."""
    # Started afresh, not forked: a fork would keep the output folder's lock after its parent is gone.
    context = multiprocessing.get_context("spawn")
    with ExitStack() as held:
        # From the first lock of the pool on: one that is made but not yet in anyone's care would be reported as leaked.
        held.enter_context(interrupts_held())
        with ProcessPoolExecutor(min(workers, len(batches) or 1), mp_context=context, initializer=become_worker) as pool:
            try:
                results = pool.map(convert_batch, batches)
                held.close()
                yield from results
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from processes and threads that are started meanwhile; this thread gets it at the end of the block.

    A terminal sends it to all processes of a run, and each worker would answer with a traceback of its own. Here it must not
    come in between either: Prefect's threads take it, Python raises it in this one, and pydantic, which was writing Prefect's
    settings for a worker just then, made an error of its own of it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: a new process group would be needed, which executors do not give
        yield
        return
    # The first process to be started starts it, and in Python 3.11 and 3.12 that lets Ctrl-C through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    came: list[int] = []
    answer = signal.getsignal(signal.SIGINT)
    # Only the main thread is interrupted, and only there can be said what happens then.
    here = callable(answer) and threading.current_thread() is threading.main_thread()
    if here:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        if here:
            signal.signal(signal.SIGINT, answer)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def become_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it does: an executor's processes would otherwise wait for work for ever."""
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), daemon=True).start()
