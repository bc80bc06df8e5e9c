"""`onlabel` and `prefect` in processes of their own, as a user runs them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).resolve().parent.parent.parent


class Onlabel:
    """Runs `onlabel` as a user would, with a Prefect home of its own and, if given, a server."""

    def __init__(self, home: Path, url: str | None) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self.environment: dict[str, str] = kept | {"PREFECT_HOME": str(home)} | ({"PREFECT_API_URL": url} if url else {})
        self.url = url

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        with self.start("-m", "pipeline", *arguments, **environment) as process:
            out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def prefect(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Prefect's own command in the repository."""
        with self.start("-m", "prefect", *arguments) as process:
            out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def ask(self, path: str, **body: object) -> Any:  # noqa: ANN401 - what the server's JSON holds
        answer = httpx.post(f"{self.url}{path}", json=body, trust_env=False)
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
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def gone(marker: str, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while processes(marker) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not processes(marker)
