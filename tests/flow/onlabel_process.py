"""`onlabel` and `prefect` in processes of their own, as a user runs them; most of them forked from one that is warm."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import httpx

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class Warm:
    """The process that has imported all of onlabel and forks the others (`warm.py`); started when it is needed first."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None

    def __call__(
        self, arguments: tuple[str, ...], environment: dict[str, str], code: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command, or some Python, to its end."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.flow.warm"],
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            asked = {"arguments": arguments, "environment": environment, "out": str(out), "err": str(err), "code": code}
            self._process.stdin.write(f"{json.dumps(asked)}\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, status, out.read_text(), err.read_text())

    def end(self) -> None:
        if self._process is not None:
            self._process.communicate("", timeout=60)


class Onlabel:
    """Runs `onlabel` as a user would, with a Prefect home of its own and, if given, a server."""

    def __init__(self, home: Path, url: str | None, warm: Warm | None = None) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        # Ray's workers give way to all else (niceness 15): beside other busy tests they take five times as long.
        own = {"PREFECT_HOME": str(home), "RAY_worker_niceness": "0"}
        self.environment: dict[str, str] = kept | own | ({"PREFECT_API_URL": url} if url else {})
        self.url = url
        self._warm = warm or Warm(self.environment)

    def start(
        self, *arguments: str, cwd: Path = REPOSITORY, stderr: IO[str] | int = subprocess.PIPE, **environment: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=cwd,
            env=self.environment | {"PWD": str(cwd)} | environment,  # as a shell has it
            stdout=subprocess.PIPE,
            stderr=stderr,
            stdin=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, code: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, or some Python with these arguments."""
        return self._warm(arguments, self.environment | environment, code)

    def cold(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end in a process that nothing was imported for."""
        with self.start("-m", "pipeline", *arguments, **environment) as process:
            out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def prefect(self, *arguments: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
        """Run Prefect's own command, in the repository unless told where."""
        with self.start("-m", "prefect", *arguments, cwd=cwd) as process:
            out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def ask(self, path: str, **body: object) -> Any:  # noqa: ANN401 - what the server's JSON holds
        # As Prefect's own client does: its server says 503 while another process writes to its SQLite file.
        for _ in range(10):
            answer = httpx.post(f"{self.url}{path}", json=body, trust_env=False)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(0.5)
        answer.raise_for_status()
        return answer.json()


def files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def processes(marker: str) -> list[str]:
    """The command lines of running processes that have `marker` in their environment."""
    return list(by_number(marker).values())


def by_number(marker: str) -> dict[int, str]:
    """The same by the numbers of the processes."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def gone(marker: str, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while processes(marker) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not processes(marker)


def comes(wanted: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes true within a time."""
    deadline = time.monotonic() + seconds
    while not wanted() and time.monotonic() < deadline:
        time.sleep(0.5)
    return wanted()
