"""Schedules fire: `onlabel serve` and a deployment with a worker, both every minute, on a server that onlabel started."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.flow.onlabel_process import REPOSITORY, Onlabel, by_number, comes, gone, processes
from tests.invented_pages import drug_page, write_pages

pytestmark = pytest.mark.prefect

README = (REPOSITORY / "pipeline" / "flow" / "README.md").read_text(encoding="utf-8")
(UNIT,) = re.findall(r"^```ini\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
(CRONTAB,) = re.findall(r"^```crontab\n(.*)\n```", README, re.MULTILINE)
#: Two starts of a minute, and what a machine that is busy with other tests needs besides.
TWO_MINUTES = 210
#: What a server says of what failed.
FAULTS = ("ERROR", "CRITICAL", "Traceback")
#: What `serve` says at its end.
STOPPED = "Stopped. What was published before is unchanged."


@dataclass(frozen=True)
class Served:
    """A bare machine with `onlabel serve`; `said` is its standard error, `log` that of the server that it started."""

    onlabel: Onlabel
    process: subprocess.Popen[str]
    marker: str
    output: Path
    said: Path
    log: Path

    def runs(self, deployment: str) -> list[dict[str, Any]]:
        """The runs of a deployment that its schedule made, as they ended so far; the first one first."""
        runs: list[dict[str, Any]] = self.onlabel.ask(
            "/flow_runs/filter", deployments={"name": {"any_": [deployment]}}, sort="EXPECTED_START_TIME_ASC"
        )
        return [run for run in runs if run["auto_scheduled"] and run["state_type"] != "SCHEDULED"]


def machine(folder: Path, seed: Path) -> Path:
    """A folder with what the README has in /srv/onlabel: pages, and onlabel in an environment."""
    (folder / "seeds").mkdir()
    shutil.copy(seed, folder / "seeds")
    for name in ("pipeline", "mappings"):
        (folder / name).symlink_to(REPOSITORY / name)
    program = folder / ".venv" / "bin" / "onlabel"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m pipeline "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def nightly(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The README's service on a bare machine, but every minute (and not under the name of the deployment in `prefect.yaml`)."""
    folder = machine(tmp_path_factory.mktemp("nightly"), seed)
    alone, marker, said = Onlabel(folder / "prefect", None), str(folder), folder / "said"
    command = shlex.split(re.findall("^ExecStart=/srv/onlabel/.venv/bin/onlabel (.*)$", UNIT, re.MULTILINE)[0])
    command = ["* * * * *" if word == "0 3 * * *" else word for word in command]
    with said.open("w") as standard_error:
        process = alone.start(
            *("-m", "pipeline", *command, "--name", "served"), cwd=folder, stderr=standard_error, ONLABEL_TEST=marker
        )
    with process:
        try:
            assert comes(lambda: "Ctrl-C ends it" in said.read_text(), 120), said.read_text()
            url = re.search(r"Prefect: (\S+);", said.read_text())
            (server,) = [number for number, line in by_number(f"ONLABEL_TEST={marker}").items() if "tethered" in line]
            assert url
            onlabel = Onlabel(folder / "prefect", f"{url[1]}/api")
            yield Served(onlabel, process, marker, folder / "output", said, Path(f"/proc/{server}/fd/1"))
        finally:
            process.kill()
    assert gone(f"ONLABEL_TEST={marker}"), processes(f"ONLABEL_TEST={marker}")


@pytest.fixture
def deployed(nightly: Served, seed: Path, tmp_path: Path) -> Iterator[Path]:
    """Where `prefect.yaml` deploys to, with the schedule of every minute, and a worker that runs it."""
    checkout = machine(tmp_path, seed)
    settings = (REPOSITORY / "prefect.yaml").read_text(encoding="utf-8")
    assert settings.count('"0 3 * * *"') == 1
    (checkout / "prefect.yaml").write_text(settings.replace('"0 3 * * *"', '"* * * * *"'), encoding="utf-8")
    for command in (["work-pool", "create", "onlabel", "--type", "process"], ["--no-prompt", "deploy", "--all"]):
        done = nightly.onlabel.prefect(*command, cwd=checkout)
        assert done.returncode == 0, done.stdout + done.stderr
    with nightly.onlabel.start("-m", "prefect", "worker", "start", "--pool", "onlabel", cwd=checkout) as worker:
        yield checkout
        worker.send_signal(signal.SIGINT)
        worker.communicate(timeout=60)


@pytest.mark.slow
def test_schedules_publish_by_themselves_and_the_server_has_no_error(nightly: Served, deployed: Path) -> None:
    """With what was locked once the scheduler failed every minute, and every run of `serve` at its parameters."""

    def published(deployment: str, times: int) -> bool:
        return [run["state_type"] for run in nightly.runs(deployment)][:times] == ["COMPLETED"] * times

    assert comes(lambda: published("served", 2) and published("nightly", 1), TWO_MINUTES), (
        [(run["name"], run["state"]) for name in ("served", "nightly") for run in nightly.runs(name)],
        nightly.log.read_text(),
    )
    first, second = nightly.runs("served")[:2]
    assert first["state"]["name"] == "Published, 0 quarantined"
    assert second["state"]["name"] == "Unchanged, 0 quarantined"
    for output in (nightly.output, deployed / "output"):
        assert (output / "current" / "R5" / "resources" / "MedicationKnowledge.ndjson").is_file()
    assert not [line for line in nightly.log.read_text().splitlines() if any(fault in line for fault in FAULTS)]
    assert nightly.said.read_text().splitlines()[2:] == []


@pytest.mark.slow
def test_sigterm_ends_serve_and_its_server_with_one_calm_line(nightly: Served) -> None:
    nightly.process.send_signal(signal.SIGTERM)
    assert nightly.process.wait(60) == 0
    assert nightly.said.read_text().splitlines()[2:] == [STOPPED]
    assert gone(f"ONLABEL_TEST={nightly.marker}"), processes(f"ONLABEL_TEST={nightly.marker}")


@pytest.mark.slow
@pytest.mark.parametrize("sent", [pytest.param(signal.SIGTERM, id="SIGTERM"), pytest.param(signal.SIGINT, id="SIGINT")])
def test_a_stop_in_the_middle_of_a_run_is_one_calm_line_too(sent: signal.Signals, served: Onlabel, tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{number}.md": drug_page(f"Drug{number}") for number in range(300)})
    output, name = tmp_path / "out", f"stopped-by-{sent.name}"
    command = ("-m", "pipeline", "serve", str(seeds), "--output", str(output), "--name", name)
    with served.start(*command, PREFECT_RUNNER_POLL_FREQUENCY="2", ONLABEL_TEST=str(tmp_path)) as process:
        try:
            assert process.stderr is not None
            assert f"Serving onlabel/{name}" in process.stderr.readline()
            assert comes(lambda: bool(deployments(served, name)), 60)
            (deployment,) = deployments(served, name)
            for _ in range(2):
                served.ask(f"/deployments/{deployment['id']}/create_flow_run")
            assert comes(lambda: bool(list(output.glob(".staging/*/spool/*"))), 60)
            # The other one waits for its turn: it would be refused (P502).
            runs = served.ask("/flow_runs/filter", deployments={"name": {"any_": [name]}})
            assert sorted(run["state_type"] for run in runs if not run["auto_scheduled"]) == ["RUNNING", "SCHEDULED"]
            # A terminal sends Ctrl-C to all that it started, a service manager its stop to all of a unit.
            for number in by_number(f"ONLABEL_TEST={tmp_path}"):
                os.kill(number, sent)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out, err.splitlines()) == (0, "", [STOPPED])
    assert not (output / "current").exists()


@pytest.mark.slow
def test_serve_ends_with_its_server_and_says_why(prefect_home: Path, seed: Path, tmp_path: Path) -> None:
    """Once it went on without one: no run started any more, and no service manager knew."""
    marker, folder = f"ONLABEL_TEST={tmp_path}", machine(tmp_path, seed)
    command = ("-m", "pipeline", "serve", "seeds", "--output", "output", "--name", "orphan")
    with Onlabel(prefect_home, None).start(*command, cwd=folder, ONLABEL_TEST=str(tmp_path)) as process:
        try:
            assert process.stderr is not None
            process.stderr.readline()
            assert "Serving onlabel/orphan" in process.stderr.readline()
            (server,) = [number for number, line in by_number(marker).items() if "tethered" in line]
            os.kill(server, signal.SIGKILL)
            _, err = process.communicate(timeout=180)
        finally:
            process.kill()
    assert process.returncode == 3
    assert "U932 fatal: the Prefect server that onlabel started ended by itself (signal 9)" in err
    assert gone(marker), processes(marker)


def deployments(served: Onlabel, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.ask("/deployments/filter", deployments={"name": {"any_": [name]}})
    return found


@pytest.mark.slow
def test_the_crontab_line_publishes_in_crons_bare_environment_and_says_nothing(
    prefect_home: Path, seed: Path, tmp_path: Path
) -> None:
    folder, home = machine(tmp_path, seed), tmp_path / "home"
    home.mkdir()
    (home / ".prefect").symlink_to(prefect_home)
    *when, command = CRONTAB.split(maxsplit=5)
    assert when == ["0", "3", "*", "*", "*"]
    bare = {"HOME": str(home), "LOGNAME": "onlabel", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("/srv/onlabel", str(folder))], env=bare, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (folder / "output" / "current" / "R5" / "resources" / "MedicationKnowledge.ndjson").is_file()


def test_systemd_takes_the_unit(seed: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not on this machine")
    unit = tmp_path / "onlabel.service"
    unit.write_text(UNIT.replace("/srv/onlabel", str(machine(tmp_path, seed))), encoding="utf-8")
    done = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
