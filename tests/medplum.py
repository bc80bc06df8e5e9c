"""Medplum's core, which is other people's reader of FHIR: fetched from the npm registry by its client, kept in `.cache`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.beside import one_at_a_time

_CACHE = Path(__file__).resolve().parents[1] / ".cache" / "sql-on-fhir"
_PACKAGE, _DIGEST = "@medplum/core@5.2.13", "98c08cda4820785a315b4eb6caab8a72f1d038938e33648a827b6f861edf0401"


def medplum_core() -> Path:
    """The entry file of the package; without Node.js or the registry the test skips, in CI it fails."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _missing("Node.js with npm, which runs Medplum's core, is not here")
    file, entry = _CACHE / "medplum-core-5.2.13.tgz", _CACHE / "package" / "dist" / "cjs" / "index.cjs"
    with one_at_a_time(file):
        if not file.is_file():
            fetched = subprocess.run([str(npm), "pack", _PACKAGE, "--silent"], check=False, cwd=_CACHE, capture_output=True)
            if fetched.returncode:
                _missing("the npm registry, which has Medplum's core, cannot be reached")
        assert hashlib.sha256(file.read_bytes()).hexdigest() == _DIGEST
        if not entry.is_file():
            with tarfile.open(file) as archive:
                archive.extractall(_CACHE, filter="data")
    return entry


def run_node(script: Path, *arguments: Path) -> str:
    """What a script of Node.js prints, which must not fail."""
    command: list[Any] = ["node", str(script), *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _missing(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI requires it")
    pytest.skip(reason)
