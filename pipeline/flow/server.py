"""The Prefect server that a run speaks to: the user's own where one is configured, else one for the length of the run.

Why not Prefect's built-in temporary server: it reports `ERROR … Error flushing events` after runs in which all went well
(it is stopped while its task-run recorder writes), and its database is the user's own, which it would migrate to the
schema of *this* Prefect and so shut out an older Prefect of another project.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.sorting import TaskRunSort
from prefect.context import refresh_global_settings_context
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import get_current_settings

from pipeline.errors import OnlabelError, Problem

#: Prefect's own setting for the start of a temporary server; its default of 20 s fails on a busy machine.
TIMEOUT_VARIABLE = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
START_SECONDS = 180.0
STOP_SECONDS = 15.0
SETTLE_SECONDS = 15.0
#: How often to see whether a server that is to stay is still there.
WATCH_SECONDS = 1.0
#: Another process can take a free port between our look and the server's; then a new port is tried.
ATTEMPTS = 3
DATABASE = "onlabel.db"


class ServerError(OnlabelError):
    """A Prefect server that does not start or answer."""


@contextlib.contextmanager
def prefect_server(
    announce: Callable[[str], None], *, dashboard: bool = False, lost: Callable[[], None] | None = None
) -> Iterator[str]:
    """Make a Prefect server available for a `with` block.

    The server of `PREFECT_API_URL` or of the active Prefect profile is used where there is one. Otherwise a server of our
    own is started on a free loopback port, and stopped at the end of the block; it also ends if this process is killed.

    Args:
        announce: Told, in one line, when a server has to be started (it takes seconds).
        dashboard: Whether a server of our own serves Prefect's web pages too.
        lost: Called once, from another thread, when a server of our own ends before the block does; to end the block.

    Yields:
        The URL of the server's API.

    Raises:
        ServerError: The configured server does not answer (U930), our own does not start (U931), or it ended before the block
            did (U932; only where `lost` is given).
    """
    with contextlib.ExitStack() as stack:
        url = get_current_settings().api.url
        if url:
            _check(url)
        else:
            log = stack.enter_context(tempfile.TemporaryFile())
            child, url = _start(stack, log, announce, dashboard=dashboard)
            stack.enter_context(_settings(PREFECT_API_URL=url, **_no_proxy()))
            if lost:
                stack.enter_context(_watched(child, log, lost))
        stack.callback(_send_what_is_queued)  # of a run that was broken off, too, and while the server is there
        yield url


@contextlib.contextmanager
def _watched(child: subprocess.Popen[bytes], log: IO[bytes], lost: Callable[[], None]) -> Iterator[None]:
    """Call `lost` if the server ends within a `with` block, and raise U932 at the block's end."""
    over, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_SECONDS):
            if child.poll() is not None:
                ended.set()
                lost()
                return

    watching = threading.Thread(target=watch, name="onlabel-server-watch", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        if ended.is_set():
            raise _ended(child.returncode, log)  # in place of whatever failed for want of the server


def _ended(code: int, log: IO[bytes]) -> ServerError:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    said = "".join(_log_of(log).strip().splitlines()[-1:])[:200]
    cause = f"the Prefect server that onlabel started ended by itself ({how})"
    remedy = "Start onlabel again, or set PREFECT_API_URL to a Prefect server of your own."
    return ServerError(Problem("U932", "fatal", cause, remedy, excerpt=said or None))


def settle(flow_run_id: UUID) -> None:
    """Send what this process has for the server, and wait (some seconds at most) until all task runs have their end on record.

    Task runs reach the server as events, behind the flow's back. A server that is stopped before it has written the last of
    them keeps them as running for ever.
    """
    _send_what_is_queued()
    wait_for_task_runs(flow_run_id)


def wait_for_task_runs(flow_run_id: UUID) -> None:
    """Wait (some seconds at most) until the server has recorded the end of every task run of a flow run."""
    this_flow_run = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))
    deadline = time.monotonic() + SETTLE_SECONDS
    with get_client(sync_client=True) as client:
        while time.monotonic() < deadline:
            runs = client.read_task_runs(flow_run_filter=this_flow_run, sort=TaskRunSort.ID_DESC, limit=200)
            if all(run.state and run.state.is_final() for run in runs):
                return
            time.sleep(0.1)


@contextlib.contextmanager
def _settings(**changes: str) -> Iterator[None]:
    """Change Prefect's settings by environment variables, for this process, its threads and its workers.

    Not by Prefect's `temporary_settings`, which lives in a context variable: threads that Prefect starts itself (that of the
    process pool) do not inherit it, and would start a second server.
    """
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    refresh_global_settings_context()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        refresh_global_settings_context()


def _no_proxy() -> dict[str, str]:
    """Keep a proxy that the machine uses for the web out of the way to a server on this machine."""
    return {name: ",".join(filter(None, (os.environ.get(name), "127.0.0.1"))) for name in ("NO_PROXY", "no_proxy")}


def _send_what_is_queued() -> None:
    for worker in (EventsWorker, APILogWorker):
        worker.drain_all(timeout=SETTLE_SECONDS)


def _check(url: str) -> None:
    with get_client(sync_client=True) as client:
        failure = client.api_healthcheck()
    if failure is not None:
        raise ServerError(
            Problem(
                code="U930",
                severity="fatal",
                cause=f"the Prefect server at {url} does not answer ({type(failure).__name__}: {failure})",
                remedy="Start it, correct PREFECT_API_URL or the active Prefect profile, or unset them "
                "to let onlabel start a server for the run; `onlabel convert` needs no server at all.",
            )
        )


def _start(
    stack: contextlib.ExitStack, log: IO[bytes], announce: Callable[[str], None], *, dashboard: bool
) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server, tie its end to `stack`, and return it and the URL of its API once it answers."""
    home = get_current_settings().home
    environment = dict(os.environ)
    if not _database_is_configured():
        environment["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{home / DATABASE}"
    deadline = time.monotonic() + float(os.environ.get(TIMEOUT_VARIABLE, START_SECONDS))
    announce("Starting a Prefect server for this run (takes some seconds) …")
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _one_start_at_a_time(home, deadline):
            for _ in range(ATTEMPTS):
                port = _free_port()
                child = _spawn(port, environment, log, dashboard=dashboard)
                stack.callback(_stop, child)
                url = f"http://127.0.0.1:{port}/api"
                if _answers(child, url, deadline):
                    return child, url
                if "already in use" not in _log_of(log):
                    break
    except OSError as error:
        raise not_started(home, str(error)) from error
    raise not_started(home, *_log_of(log).strip().splitlines()[-1:])


def not_started(home: Path, reason: str = "it did not answer in time") -> ServerError:
    """U931: a server of our own did not start; `reason` is the last thing that it said."""
    cause = f"the Prefect server for this run did not start: {reason.strip()}"
    missing = re.search(r"No module named '([\w.]+)'", reason)
    if missing:
        package = missing[1].partition(".")[0]
        remedy = f"Install the package that has {package} (`pip install {package}`), or onlabel anew with all that it needs."
        return ServerError(Problem("U931", "fatal", cause, remedy))
    remedy = (
        f"Give it more time ({TIMEOUT_VARIABLE}), another folder (PREFECT_HOME, now {home}), or your own server "
        "(PREFECT_API_URL); `onlabel convert` needs no server at all."
    )
    return ServerError(Problem("U931", "fatal", cause, remedy))


def _log_of(log: IO[bytes]) -> str:
    return os.pread(log.fileno(), os.fstat(log.fileno()).st_size, 0).decode(errors="replace")


def _database_is_configured() -> bool:
    return bool(get_current_settings().server.database.model_fields_set & {"connection_url", "driver", "host", "name"})


@contextlib.contextmanager
def _one_start_at_a_time(home: Path, deadline: float) -> Iterator[None]:
    """Let one start after the other: two servers that create one database at once break it. The lock goes with its process."""
    with (home / f"{DATABASE}.lock").open("ab") as lock:
        while time.monotonic() < deadline:  # then better a start beside another one than none
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
        yield


def _spawn(port: int, environment: dict[str, str], log: IO[bytes], *, dashboard: bool) -> subprocess.Popen[bytes]:
    # Prefect's pages ask the port of its default settings, whatever --port says.
    asked = {"PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api"} if dashboard else {}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [
            *(sys.executable, "-m", "pipeline.flow.tethered"),
            *("--host", "127.0.0.1", "--port", str(port)),
            "--ui" if dashboard else "--no-ui",
        ],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=asked | environment,
        start_new_session=True,  # Ctrl-C is for the run, which then ends the server when it has told it so
    )


def _stop(child: subprocess.Popen[bytes]) -> None:
    with child:
        if child.stdin:
            child.stdin.close()  # the tether: see tethered.py
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _answers(child: subprocess.Popen[bytes], url: str, deadline: float) -> bool:
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline and child.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if client.get(f"{url}/health").is_success:
                    return child.poll() is None
            time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
