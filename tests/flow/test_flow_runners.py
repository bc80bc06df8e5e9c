"""The runners: threads, processes, Dask and Ray publish the same bytes, stay calm, and leave nothing behind."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.onlabel_process import Onlabel, by_number, files, gone, processes
from tests.invented_pages import drug_page, regimen_page
from tests.store.s3_server import S3, environment, serving

pytestmark = pytest.mark.prefect

#: Each takes many seconds to start and to end.
clusters = [pytest.param(runner, marks=[pytest.mark.cluster, pytest.mark.slow]) for runner in ("dask", "ray")]
#: What a run says every ten seconds where standard error is no terminal.
_PROGRESS = re.compile(r"[\d,]+ of [\d,]+ pages")


def needs(runner: str) -> None:
    """Skip what a missing extra makes impossible; in CI it must be there."""
    if runner in {"dask", "ray"} and importlib.util.find_spec(f"prefect_{runner}") is None:
        reason = f"the extra {runner} is not installed"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI requires it")
        pytest.skip(reason)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages for three batches: drugs, a regimen of two of them, and a page that cannot be read."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(58):
        name = f"Drug{chr(97 + number // 26)}{chr(97 + number % 26)}mab"
        (folder / f"{name.lower()}.md").write_text(drug_page(name), encoding="utf-8")
    (folder / "ab-combo.md").write_text(regimen_page("AB-COMBO", ["Drugaamab", "Drugabmab"]), encoding="utf-8")
    (folder / "broken.md").write_text("---\ntitle: [\n---\n# Broken\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(served: Onlabel, many: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one process publishes without Prefect."""
    output = tmp_path_factory.mktemp("one-process") / "out"
    done = served("convert", str(many), "--output", str(output))
    assert done.returncode == 1, done.stderr
    return files(output / "current")


def task_states(served: Onlabel, run: str) -> list[str]:
    """How a run's task runs ended. The server hears of it by events, which may come after the run's own end."""
    deadline = time.monotonic() + 30
    while True:
        tasks = served.ask("/task_runs/filter", flow_runs={"id": {"any_": [run]}})
        states = [task["state_type"] for task in tasks]
        if "RUNNING" not in states or time.monotonic() > deadline:
            return states
        time.sleep(0.5)


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["threads", "processes", *clusters])
def test_every_runner_publishes_the_bytes_of_one_process(
    runner: str, served: Onlabel, many: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    needs(runner)
    output, marker = tmp_path / f"by-{runner}", f"{tmp_path.name}-{runner}"
    # Ray starts a cluster from the process that runs: it has one of its own.
    onlabel = served.cold if runner == "ray" else served
    done = onlabel("run", str(many), "--output", str(output), "--workers", "2", "--runner", runner, ONLABEL_TEST=marker)
    assert done.returncode == 1, done.stderr
    assert files(output / "current") == expected
    # Nothing but the page that cannot be read, and how far a run of more than ten seconds is.
    said = [line for line in done.stderr.splitlines() if not line.startswith(" ") and not _PROGRESS.fullmatch(line)]
    assert [line.partition(" ")[0] for line in said] == ["R107"]
    (run,) = [
        run
        for run in served.ask("/flow_runs/filter", flows={"name": {"any_": ["onlabel"]}})
        if run["parameters"]["output"] == str(output)
    ]
    assert task_states(served, run["id"]) == ["COMPLETED"] * 4
    assert gone(f"ONLABEL_TEST={marker}"), processes(f"ONLABEL_TEST={marker}")


@pytest.mark.cluster
@pytest.mark.slow
def test_a_dask_worker_that_is_killed_costs_nothing_or_stops_the_run(
    served: Onlabel, many: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    """Dask gives its batch to another worker; where it will not, the run says so (P513) and publishes nothing."""
    needs("dask")
    output, marker = tmp_path / "lost", f"ONLABEL_TEST={tmp_path.name}-lost"
    command = ("-m", "pipeline", "run", str(many), "--output", str(output), "--workers", "2", "--runner", "dask")
    with served.start(*command, ONLABEL_TEST=marker.partition("=")[2]) as process:
        spooled = None
        while spooled is None and process.poll() is None:
            # A batch's own folder: its worker is in the middle of it.
            spooled = next(output.glob(".staging/*/spool/.*"), None)
            time.sleep(0.005)
        assert spooled is not None
        # There are as many as there are batches at a time: each of them is at work.
        worker, *_ = [number for number, line in by_number(marker).items() if "spawn_main" in line]
        os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=180)
    assert "Traceback" not in err
    if process.returncode == 3:
        assert "P513 fatal: " in err
        assert not (output / "current").exists()
    else:
        assert process.returncode == 1, err
        assert files(output / "current") == expected
    assert gone(marker), processes(marker)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--cluster", "tcp://127.0.0.1:8786"], "U921"),
        pytest.param(["--runner", "dask", "--cluster", "tcp://scheduler.example:8786"], "U922", marks=pytest.mark.cluster),
        pytest.param(["--runner", "ray"], "U922", marks=pytest.mark.cluster),
    ],
)
def test_a_cluster_that_cannot_work_is_said_before_anything_is_sent_there(
    arguments: list[str], code: str, served: Onlabel, many: Path, tmp_path: Path
) -> None:
    needs(arguments[1])
    command = ("run", str(many), "--output", str(tmp_path / "out"), *arguments)
    done = served(*command, RAY_ADDRESS="ray://head.example:10001")
    assert done.returncode == 2
    assert f"{code} error" in done.stderr
    assert "Traceback" not in done.stderr


_ON_ANOTHER_MACHINE = """
import pickle, sys
from dataclasses import replace
from pathlib import Path
from pipeline.convert import Batch, Source
from pipeline.convert.program import made_by
from pipeline.convert.tables import MappingTables
from pipeline.errors import OnlabelError
from pipeline.flow.batches import convert_pages
from pipeline.settings import Settings

folder = Path(sys.argv[1])
tables = MappingTables.of()
made = str(made_by(tables))
batch = Batch((0, 1), (Source("seed.md", sys.argv[2]), Source("gone.md", "/gone.md")), Settings(), tables, folder, 2)
nowhere = (Source("a.md", "/no/such/a.md"), Source("b.md", "/no/such/b.md"))
unshared = replace(batch, spool=folder / "not-here"), replace(batch, sources=nowhere)
for one, program in ((unshared[0], made), (unshared[1], made), (batch, "another"), (batch, made)):
    done = convert_pages.fn(pickle.dumps(one), program, "two")
    print(done.message if hasattr(done, "message") else [page.outcome for page in done.pages])
"""


def test_a_worker_that_sees_other_files_or_is_another_onlabel_says_so(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    """Else its pages would be missing, and their drugs with them."""
    done = served(str(tmp_path), str(seed), code=_ON_ANOTHER_MACHINE)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert [line[:4] for line in told[:3]] == ["P515", "P515", "P516"]
    assert told[3] == "['published', 'quarantined']"


@pytest.mark.slow
def test_a_second_run_says_who_publishes_there_and_leaves(served: Onlabel, many: Path, tmp_path: Path) -> None:
    output = tmp_path / "twice"
    with served.start("-m", "pipeline", "run", str(many), "--output", str(output)) as first:
        deadline = time.monotonic() + 60
        while not list(output.glob(".staging/*/spool")) and time.monotonic() < deadline:
            time.sleep(0.02)
        first.send_signal(signal.SIGSTOP)
        try:
            second = served("run", str(many), "--output", str(output))
        finally:
            first.send_signal(signal.SIGCONT)
        first.communicate(timeout=120)
    assert (first.returncode, second.returncode) == (1, 3)
    assert "P502 fatal" in second.stderr
    assert f"process {first.pid} on " in second.stderr
    assert "Remedy: Wait" in second.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("runner", "sent"),
    [
        ("processes", signal.SIGKILL),
        ("processes", signal.SIGINT),
        pytest.param("dask", signal.SIGKILL, marks=pytest.mark.cluster),
        pytest.param("ray", signal.SIGINT, marks=pytest.mark.cluster),
        # A minute or two each: Ray's own servants look after their head only now and then.
        pytest.param("dask", signal.SIGINT, marks=[pytest.mark.cluster, pytest.mark.exhaustive]),
        pytest.param("ray", signal.SIGKILL, marks=[pytest.mark.cluster, pytest.mark.exhaustive]),
    ],
)
def test_no_worker_outlives_its_run(runner: str, sent: signal.Signals, served: Onlabel, many: Path, tmp_path: Path) -> None:
    """Nor does its server: `test_no_server_outlives_its_run`."""
    needs(runner)
    marker, output = f"ONLABEL_TEST={tmp_path.name}", tmp_path / "out"
    command = ("-m", "pipeline", "run", str(many), "--output", str(output), "--workers", "2", "--runner", runner)
    with served.start(*command, ONLABEL_TEST=tmp_path.name) as process:
        deadline = time.monotonic() + 120
        # In the middle of the work: a worker has begun to write.
        while not list(output.glob(".staging/*/spool/*")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert process.poll() is None
        process.send_signal(sent)
        _, err = process.communicate(timeout=120)
    assert process.returncode == (130 if sent == signal.SIGINT else -9)
    assert "Traceback" not in err
    assert gone(marker, seconds=180), processes(marker)
    assert not (output / "current").exists()


@pytest.fixture
def s3(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """An S3 server with the pages."""
    pytest.importorskip("s3fs")
    with serving() as url:
        for name, value in environment(url, tmp_path).items():
            monkeypatch.setenv(name, value)
        store = S3(url, many)
        store.make("pages")
        for file in many.iterdir():
            store.write(f"pages/nci/{file.name}", file.read_bytes())
        yield store


@pytest.mark.slow
def test_pages_and_output_in_s3_through_the_flow(s3: S3, served: Onlabel, expected: dict[str, str], tmp_path: Path) -> None:
    url = "s3://pages/published-by-flow"
    done = served("run", "s3://pages/nci", "--output", url, "--workers", "2", **environment(s3.server, tmp_path))
    assert done.returncode == 1, done.stderr
    assert f"Published: {url}/snapshots/" in done.stdout
    found = s3.published("pages/published-by-flow")
    assert {name: hashlib.sha256(data).hexdigest() for name, data in found.items()} == expected
    run = next(run for run in served.ask("/flow_runs/filter", sort="START_TIME_DESC") if "published-by-flow" in run["name"])
    tasks = served.ask("/task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
    assert {"fetch from the store", "publish in the store"} < {task["name"] for task in tasks}
