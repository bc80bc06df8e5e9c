"""A run that fails as expected says so once, by code and remedy; Prefect keeps the rest."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish import held
from tests.flow.onlabel_process import Onlabel, files
from tests.invented_pages import drug_page, write_pages
from tests.load.fhir_stub import Stub, serving
from tests.load.hostile import sent
from tests.load.leaks import leaked, written
from tests.sampled import further, variant
from tests.store.s3_server import ask, environment
from tests.store.s3_server import serving as serving_s3

pytestmark = pytest.mark.prefect

_CODED = re.compile(r"[A-Z]\d{3} (fatal|error|warning|information): ")
#: What is ours besides the problems: told before anything fails.
_CALM = ("Starting a Prefect server", "Waiting for ")

#: Root writes wherever it likes, unless it gives up that right.
_LIKE_ANYBODY = """
import os, sys
if os.geteuid() == 0:
    without = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"]
    os.execvp(without[0], [*without, sys.executable, "-m", "pipeline", *sys.argv[1:]])
"""
#: Ctrl-C in a terminal reaches all processes of a run, so it gets a group of its own; a shell may have made it deaf to it.
_INTERRUPTIBLE = """
import os, signal
os.setsid()
signal.signal(signal.SIGINT, signal.default_int_handler)
from pipeline.cli import main
if __name__ == "__main__":
    main()
"""
#: A disk that takes no more than 16 KiB a file, for this process and the workers that it starts.
_SMALL_DISK = """
import resource, signal
resource.setrlimit(resource.RLIMIT_FSIZE, (16384, resource.RLIM_INFINITY))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
"""
#: A worker that was ended while it told something: the lock of all who do is never given back.
_MID_WORD = """
from pipeline.flow import calm
calm()
from prefect.task_runners import ProcessPoolTaskRunner
def cancel_all(self, ended=ProcessPoolTaskRunner.cancel_all):
    self._subprocess_message_queue._wlock.acquire(timeout=5)  # or a worker was ended in just that way
    ended(self)
ProcessPoolTaskRunner.cancel_all = cancel_all
"""
#: A store that answered once and then is away; and how often it was asked.
_AWAY = """
from pipeline.errors import Problem, StoreError
from pipeline.flow import calm
calm()
from pipeline.flow.storing import fetch_from_store
from pipeline.store import Place
def fetch(self, max_bytes):
    print("asked")
    raise StoreError(Problem({code!r}, "fatal", "it failed", "Try later.", source=self.target))
Place.fetch = fetch
fetch_from_store.retry_delay_seconds = 0
"""
_FAULT = """
from pipeline.flow import batches, calm
calm()
def fault(batch):
    raise RuntimeError("nobody thought of this")
batches.convert_batch = fault
"""
#: A server that is slow to take what the run tells it.
_SLOW_SERVER = """
import asyncio
from pipeline.flow import calm
calm()
from prefect.events.worker import EventsWorker
handle = EventsWorker._handle
async def slowly(self, event):
    await asyncio.sleep(0.6)
    await handle(self, event)
EventsWorker._handle = slowly
"""
_RUN = "\nimport sys; from pipeline.cli import run_command; sys.exit(run_command(sys.argv[1:]))"


def run_after(served: Onlabel, setting: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`onlabel run` in a process that was prepared by some Python."""
    return served("run", *arguments, code=setting + _RUN, **more)


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The codes of the problems that a run told, after a look that it told nothing else and ended with what to do."""
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("    Remedy: "), done.stderr
    other = [line for line in lines if not _CODED.match(line) and not line.startswith(("    Remedy: ", *_CALM))]
    assert other == []
    return [line[:4] for line in lines if _CODED.match(line)]


def in_prefect(served: Onlabel, output: Path) -> tuple[dict[str, str], str]:
    """The states of the last run's tasks by name, and its log."""
    runs: list[dict[str, Any]] = served.ask("/flow_runs/filter", flows={"name": {"any_": ["onlabel"]}}, sort="START_TIME_DESC")
    run = next(run for run in runs if output.name in run["name"])
    assert run["state_type"] == "FAILED"
    tasks = served.ask("/task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
    logs = served.ask("/logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}})
    return {task["name"]: task["state_type"] for task in tasks}, "\n".join(log["message"] for log in logs)


def test_an_output_folder_that_another_run_holds(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    with held(tmp_path / "held", "first", "process 4711 on ward7"):
        done = served("run", str(seed), "--output", str(tmp_path / "held"))
    assert (done.returncode, told(done)) == (3, ["P502"])
    assert "Held by process 4711 on ward7." in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("name", [further("new"), "there"])
def test_an_output_folder_that_must_not_be_written(served: Onlabel, seed: Path, tmp_path: Path, name: str) -> None:
    there = tmp_path / "there"
    assert served("convert", str(seed), "--output", str(there)).returncode == 0
    before = files(there)
    for folder in (tmp_path, there, there / "snapshots", there / "runs"):
        folder.chmod(0o500)
    try:
        done = run_after(served, _LIKE_ANYBODY, str(seed), "--output", str(tmp_path / name))
    finally:
        for folder in (tmp_path, there, there / "snapshots", there / "runs"):
            folder.chmod(0o700)
    assert (done.returncode, told(done)) == (3, ["P503"])
    assert files(there) == before


@pytest.mark.parametrize(
    "more", [(), further(("--workers", "2")), further(("--workers", "2", "--runner", "threads"))], ids=" ".join
)
def test_a_full_disk(served: Onlabel, tmp_path: Path, more: tuple[str, ...]) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{n}.md": drug_page(f"Drug{n}") for n in range(60)})
    output = tmp_path / f"full{len(more)}"
    done = run_after(served, _SMALL_DISK, str(seeds), "--output", str(output), *more)
    assert (done.returncode, told(done)) == (3, ["P504"])
    assert not (output / "current").exists()
    tasks, log = in_prefect(served, output)
    assert "FAILED" in tasks.values()
    assert re.search(r"Finished in state Failed\(.P504 fatal: ", log)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_worker_that_is_ended_in_the_middle_of_a_word_is_not_waited_for(served: Onlabel, tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{n}.md": drug_page(f"Drug{n}") for n in range(60)})
    done = run_after(served, _SMALL_DISK + _MID_WORD, str(seeds), "--output", str(tmp_path / "full"), "--workers", "2")
    assert (done.returncode, told(done)) == (3, ["P504"])


@pytest.mark.slow
def test_credentials_that_a_store_refuses(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    pytest.importorskip("s3fs")
    with serving_s3() as server:
        ask(server, "reset-auth", b"0")
        store = environment(server, tmp_path)
        try:
            seeds = served("run", "s3://pages/nci", "--output", str(tmp_path / "refused"), **store)
            output = served("run", str(seed), "--output", "s3://pages/refused-too", **store)
        finally:
            ask(server, "reset-auth", b"inf")
    assert (seeds.returncode, told(seeds)) == (3, ["S102"])
    assert (output.returncode, told(output)) == (3, ["S102"])
    tasks, log = in_prefect(served, tmp_path / "refused-too")
    assert tasks == {"fetch from the store": "FAILED"}
    assert re.search(r"Finished in state Failed\(.S102 fatal: ", log)
    # What no second try can fix is not tried twice.
    assert "Retry" not in log


@pytest.mark.parametrize(("code", "tries"), [("S104", 3), ("S103", 1), variant("S111", 1)])
def test_only_a_store_that_answered_before_is_asked_again(served: Onlabel, tmp_path: Path, code: str, tries: int) -> None:
    work = str(tmp_path / "work")
    done = run_after(served, _AWAY.format(code=code), "memory://pages", "--output", "memory://out", "--work", work)
    assert (done.returncode, told(done), done.stdout.split()) == (3, [code], ["asked"] * tries)


@pytest.mark.slow
def test_a_fhir_server_that_refuses(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    with serving(Stub()) as stub:
        stub.version = "4.0.1"
        done = served("run", str(seed), "--output", str(tmp_path / "unloaded"), "--load-to", stub.base)
    assert done.returncode == 4
    assert [code[0] for code in told(done)] == ["L"]
    tasks, _ = in_prefect(served, tmp_path / "unloaded")
    assert tasks[f"load into {stub.base}"] == "FAILED"


@pytest.mark.parametrize(("code", "address"), [("L705", "{base}"), variant("L701", "https://ward:{secret}@fhir.example/r5")])
def test_no_failure_of_a_load_shows_a_secret(served: Onlabel, seed: Path, tmp_path: Path, code: str, address: str) -> None:
    """Not on the console, however much Prefect was asked to say, and not in what Prefect keeps besides what it was given."""
    secret = "mk-0Hunter2/Correct+Horse~Battery=_Staple.mk1"  # noqa: S105 - invented, to be looked for
    echo = written(secret)
    with serving(Stub()) as stub:
        stub.instead = {"metadata": sent(echo.encode(), f"X-Echo: {echo}", status=f"403 {echo}")}
        server = address.format(base=stub.base, secret=secret)
        options = (str(seed), "--output", str(tmp_path / "unloaded"), "--load-to", server, "--auth", "bearer")
        wordy = {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG"}
        done = served("run", *options, ONLABEL_SECRET=secret, **wordy)
    assert done.returncode == 4
    assert code in done.stderr
    tasks, log = in_prefect(served, tmp_path / "unloaded")
    # Not the latest of all: a deployment's scheduled runs stand before it.
    runs = [run for run in served.ask("/flow_runs/filter", sort="START_TIME_DESC") if "unloaded" in run["name"]][:1]
    kept = [*runs, *served.ask("/task_runs/filter", flow_runs={"id": {"any_": [runs[0]["id"]]}})]
    assert any(code in run["state"]["message"] for run in kept if run["state"]["message"])
    for run in kept:
        run.pop("parameters", None)
    for shown in (done.stdout, done.stderr, log, str(tasks), str(kept)):
        assert leaked(shown, secret) is None


def test_what_nobody_foresaw_stays_visible(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    done = run_after(served, _FAULT, str(seed), "--output", str(tmp_path / "fault"))
    assert done.returncode == 3
    assert "ERROR   | Task run 'read 1 of 1 page: " in done.stderr
    assert "RuntimeError: nobody thought of this" in done.stderr
    assert "U990 fatal" in done.stderr


@pytest.mark.slow
def test_who_chose_what_prefect_logs_gets_it(served: Onlabel, tmp_path: Path) -> None:
    more = ("--output", "memory://out", "--work", str(tmp_path / "work"))
    done = run_after(served, _AWAY.format(code="S103"), "memory://pages", *more, PREFECT_LOGGING_LEVEL="INFO")
    assert done.returncode == 3
    assert re.search(r"ERROR   \| Task run 'fetch from the store' - Finished in state Failed\(.S103 fatal: ", done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["threads", further("processes")])
def test_a_server_that_is_slow_is_waited_for_in_silence(served: Onlabel, runner: str, tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{number}.md": drug_page(f"Drug{number}") for number in range(60)})
    more = ("--output", str(tmp_path / "out"), "--workers", "2", "--runner", runner, "--quiet")
    done = run_after(served, _SLOW_SERVER, str(seeds), *more)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("setting", "runner", "pause"),
    [
        variant("", "threads", 1.0),
        variant("", "processes", 0.0),
        further("", "processes", 2.0),
        further(_SLOW_SERVER, "threads", 1.0),
        further(_SLOW_SERVER, "processes", 0.0),
    ],
)
def test_an_interrupt_is_one_calm_line(served: Onlabel, setting: str, runner: str, pause: float, tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{number}.md": drug_page(f"Drug{number}") for number in range(300)})
    output = tmp_path / "out"
    more = ("--output", str(output), "--workers", "2", "--runner", runner)
    with served.start("-c", setting + _INTERRUPTIBLE, "run", str(seeds), *more) as process:
        while not (output / ".staging").exists():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(pause)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines() == ["Interrupted. What was published before is unchanged."]
    assert not out
    assert not (output / "current").exists()
