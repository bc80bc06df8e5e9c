"""The flow as a user meets it: in processes of its own, against a real server."""

from __future__ import annotations

import logging
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.flow.onlabel_process import Onlabel, comes, files, gone, processes
from tests.load.fhir_stub import Stub, serving
from tests.sampled import variant

pytestmark = pytest.mark.prefect

#: What nobody wants to see after a run in which all went well.
NOISE = ("ERROR", "WARNING", "Traceback", "Warning", "CRITICAL")


def latest_run(served: Onlabel, name: str) -> dict[str, Any]:
    runs: list[dict[str, Any]] = served.ask("/flow_runs/filter", flows={"name": {"any_": ["onlabel"]}}, sort="START_TIME_DESC")
    return next(run for run in runs if name in run["name"])


@pytest.mark.slow
def test_the_server_of_the_locked_prefect_can_be_imported() -> None:
    with Onlabel(Path(), None).start("-c", "import prefect.server.api.server") as process:
        _, err = process.communicate()
    assert process.returncode == 0, err


@pytest.mark.slow
def test_the_locked_client_and_server_of_prefect_understand_each_other(served: Onlabel) -> None:
    """FastAPI 0.151 began to refuse a null where Prefect's own client sends one: `prefect deploy` and others failed."""
    for command in (["flow-run", "ls"], ["deployment", "ls"]):
        done = served.prefect(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_run_with_a_server_of_its_own_is_calm_and_leaves_nothing_behind(alone: Onlabel, seed: Path, tmp_path: Path) -> None:
    marker = f"ONLABEL_TEST={tmp_path.name}-calm"
    converted, ran = tmp_path / "converted", tmp_path / "ran"
    assert alone("convert", str(seed), "--output", str(converted)).returncode == 0
    done = alone("run", str(seed), "--output", str(ran), "--workers", "2", ONLABEL_TEST=marker.partition("=")[2])
    assert done.returncode == 0, done.stderr
    assert not [word for word in NOISE if word in done.stdout + done.stderr]
    assert done.stderr.splitlines() == ["Starting a Prefect server for this run (takes some seconds) …"]
    assert "Denosumab (Prolia, Xgeva): 5 uses, 6 indications" in done.stdout
    assert files(ran / "current") == files(converted / "current")
    assert gone(marker)
    # The database of the user's own Prefect is not touched.
    assert not (Path(alone.environment["PREFECT_HOME"]) / "prefect.db").exists()


def test_a_run_on_the_users_server_tells_it_what_became_of_the_pages(served: Onlabel, pages: Path, tmp_path: Path) -> None:
    output = tmp_path / "told"
    review = output / "review" / "index.html"
    review.parent.mkdir(parents=True)
    review.touch()
    (output / ".onlabel").touch()
    command = ("run", str(pages), "--output", str(output), "--as-of", "2026-11-01")
    done = served(*command)
    assert done.returncode == 1
    # Told once, by the command: Prefect's lines of it are in its own log.
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["R107 error", "    Remedy"]
    run = latest_run(served, "told")
    assert run["name"] == "pages to told (R5): 2 of 2 pages read"
    assert run["state_type"] == "COMPLETED"
    assert run["state"]["name"] == "Published, 1 quarantined"
    assert {"onlabel", "R5"} <= set(run["tags"])
    this_run = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    tasks = served.ask("/task_runs/filter", **this_run, sort="NAME_ASC")
    assert {task["name"]: task["state_type"] for task in tasks} == {
        "read 2 of 2 pages: broken.md to zorvatinib.md": "COMPLETED",
        "describe the run": "COMPLETED",
    }
    # A tag of a task run costs it seconds: it asks the server for a slot of each.
    assert [task["tags"] for task in tasks] == [[], []]
    artifacts = {one["key"]: one["data"] for one in served.ask("/artifacts/filter", **this_run)}
    assert "| quarantined | 1 |" in artifacts["onlabel-summary"]
    cause, remedy = artifacts["onlabel-quarantined"].splitlines()
    assert cause.startswith("- **broken\\.md**, line 3: R107, the front matter is not YAML")
    assert remedy == "  - Fix the front matter of the page\\."
    assert (
        "zorvatinib\\.md**: lastReviewed 2025-03-04, reviewFrequency annually; due 2026-03-04" in artifacts["onlabel-overdue"]
    )
    assert artifacts["onlabel-review"] == f"[{review.as_uri()}]({review.as_uri()})"
    logs = served.ask("/logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}})
    (folder,) = (output / "runs").iterdir()
    (level,) = [log["level"] for log in logs if f"run {folder.name}, page broken.md: R107 error" in log["message"]]
    assert level == logging.ERROR

    served(*command)
    run = latest_run(served, "told")
    assert run["name"] == "pages to told (R5): 1 of 2 pages read"
    tasks = served.ask("/task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}}, sort="NAME_ASC")
    assert [task["name"] for task in tasks] == ["describe the run", "read 1 of 2 pages: broken.md"]

    page = pages / "zorvatinib.md"
    page.write_text(page.read_text(encoding="utf-8").replace("- **Gastric cancer** in adults.\n", ""), encoding="utf-8")
    assert "Changes: clinical changes 1, " in served(*command).stdout
    found = served.ask("/artifacts/filter", flow_runs={"id": {"any_": [latest_run(served, "told")["id"]]}})
    (changes,) = [one["data"] for one in found if one["key"] == "onlabel-changes"]
    assert "Gastric cancer" in changes


@pytest.mark.slow
def test_what_calls_itself_a_warning_is_a_warning_in_prefects_log(served: Onlabel, pages: Path, tmp_path: Path) -> None:
    page = pages / "zorvatinib.md"
    page.write_text(page.read_text(encoding="utf-8").replace("lastReviewed: '2025-03-04'\n", ""), encoding="utf-8")
    done = served("run", str(page), "--output", str(tmp_path / "undated"))
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["P524 warning", "    Remedy"]
    run = latest_run(served, "undated")
    logs = served.ask("/logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}})
    assert [log["level"] for log in logs if "P524 warning" in log["message"]] == [logging.WARNING]


def test_a_run_loads_what_it_published_where_it_is_told_to(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    command = ("run", str(seed), "--output", str(tmp_path / "loaded"), "--load-to")
    with serving(Stub()) as stub:
        done = served(*command, stub.base)
        assert done.returncode == 0, done.stderr
        assert f"In {stub.base} (R5): 16 resources: 16 created" in done.stdout
        assert "MedicationKnowledge/nci.denosumab" in stub.store
        assert latest_run(served, "loaded")["state"]["name"].startswith("Published, 0 quarantined, ")
        stub.version = "4.0.1"
        done = served(*command, stub.base)
    assert done.returncode == 4
    assert "Unchanged: " in done.stdout
    assert "Remedy: " in done.stderr.splitlines()[-1]
    run = latest_run(served, "loaded")
    assert (run["state_type"], run["state"]["name"]) == ("FAILED", "Published, not loaded")


def test_a_run_that_publishes_nothing_fails_in_prefect_too(served: Onlabel, pages: Path, tmp_path: Path) -> None:
    done = served("run", str(pages / "broken.md"), "--output", str(tmp_path / "nothing"))
    assert done.returncode == 3
    assert "P511 fatal" in done.stderr
    assert "Remedy: " in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    run = latest_run(served, "nothing")
    assert (run["state_type"], run["state"]["name"]) == ("FAILED", "Stopped")


@pytest.mark.slow
def test_a_folder_that_is_not_ours_is_a_failure_without_a_traceback(served: Onlabel, pages: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine", encoding="utf-8")
    done = served("run", str(pages), "--output", str(foreign))
    assert done.returncode == 3
    assert "P501 fatal" in done.stderr
    assert "Traceback" not in done.stderr
    assert [file.name for file in foreign.iterdir()] == ["thesis.txt"]


def test_a_server_that_does_not_answer_is_said_so(alone: Onlabel, seed: Path, tmp_path: Path) -> None:
    done = alone("run", str(seed), "--output", str(tmp_path / "out"), PREFECT_API_URL="http://127.0.0.1:9/api")
    assert done.returncode == 3
    assert "U930 fatal: the Prefect server at http://127.0.0.1:9/api does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_wrong_seed_is_told_before_a_server_is_started(alone: Onlabel, tmp_path: Path) -> None:
    done = alone("run", str(tmp_path / "none"), "--output", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "U910" in done.stderr
    assert "Starting" not in done.stderr


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_cluster_for_a_runner_that_has_none_is_told_before_a_server_is_started(
    command: str, alone: Onlabel, seed: Path, tmp_path: Path
) -> None:
    done = alone(command, str(seed), "--output", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:8786")
    assert done.returncode == 2
    assert "U921 error" in done.stderr
    assert "Starting" not in done.stderr


@pytest.mark.slow
def test_a_server_that_cannot_start_is_said_so_with_its_last_words(alone: Onlabel, seed: Path, tmp_path: Path) -> None:
    done = alone(
        *("run", str(seed), "--output", str(tmp_path / "out")),
        PREFECT_SERVER_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{tmp_path}/no-such-folder/prefect.db",
    )
    assert done.returncode == 3
    assert "U931 fatal: the Prefect server for this run did not start" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_that_cannot_be_written_is_said_so(alone: Onlabel, seed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = alone("run", str(seed), "--output", str(tmp_path / "out"), PREFECT_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 3
    assert "U931 fatal" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), variant(signal.SIGTERM, 143), variant(signal.SIGKILL, -9)])
def test_no_server_outlives_its_run(alone: Onlabel, seed: Path, tmp_path: Path, sent: signal.Signals, code: int) -> None:
    marker = f"ONLABEL_TEST={tmp_path.name}-{sent.name}"
    with alone.start(
        *("-m", "pipeline", "run", str(seed), "--output", str(tmp_path / "out")), ONLABEL_TEST=marker.partition("=")[2]
    ) as process:
        assert "Starting" in process.stderr.readline()
        deadline = time.monotonic() + 30
        while not any("tethered" in line for line in processes(marker)) and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(sent)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    assert gone(marker), processes(marker)


@pytest.mark.slow
def test_prefect_deploys_all_that_prefect_yaml_names(served: Onlabel) -> None:
    for command in (["work-pool", "create", "onlabel", "--type", "process"], ["--no-prompt", "deploy", "--all"]):
        done = served.prefect(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    (deployment,) = served.ask("/deployments/filter", deployments={"name": {"any_": ["nightly"]}})
    assert deployment["entrypoint"] == "pipeline/flow/onlabel.py:onlabel"
    assert [schedule["schedule"]["cron"] for schedule in deployment["schedules"]] == ["0 3 * * *"]


@pytest.mark.slow
def test_serve_publishes_by_its_schedule_until_interrupted(served: Onlabel, seed: Path, tmp_path: Path) -> None:
    often = "* * * * * */5"  # in seconds, which cron itself does not have
    command = ("serve", str(seed), "--output", str(tmp_path / "early"), "--cron", often, "--name", "early")
    with served.start("-m", "pipeline", *command, PREFECT_RUNNER_POLL_FREQUENCY="2") as process:
        assert "Serving onlabel/early" in process.stderr.readline()
        published = comes((tmp_path / "early" / "current").exists, 120)
        (found,) = served.ask("/deployments/filter", deployments={"name": {"any_": ["early"]}})
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert published, err
    assert [schedule["schedule"]["cron"] for schedule in found["schedules"]] == [often]
    assert found["parameters"]["seeds"] == [str(seed)]
    assert process.returncode in {0, 130}
    assert "Traceback" not in err
