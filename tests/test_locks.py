"""The lock files: what `make lock` wrote is whole, hashed, says nothing of a registry, and fits `pyproject.toml`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from pipeline import __version__

REPOSITORY = Path(__file__).resolve().parent.parent
#: What each lock file covers, all but the last of them besides the package's own dependencies.
GROUPS = {
    "requirements.txt": ["build"],
    "requirements-dev.txt": ["build", "dev", "lock"],
    "requirements-lowest.txt": ["build", "dev", "lock"],
    "requirements-audit.txt": ["audit"],
}
ENTRY = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;]+)( ;[^\\]+)? (\\\n    --hash=sha256:[0-9a-f]{64} ?)+$", re.MULTILINE
)
COMMENT = re.compile(r"^ *#.*$", re.MULTILINE)

each_lock = pytest.mark.parametrize("lock", GROUPS)


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def read(lock: str) -> str:
    return (REPOSITORY / lock).read_text(encoding="utf-8")


def locked(lock: str) -> dict[str, Version]:
    return {entry["name"]: Version(entry["version"]) for entry in ENTRY.finditer(read(lock))}


def hashes_of(lock: str) -> dict[str, set[str]]:
    return {entry["name"]: set(re.findall(r"sha256:([0-9a-f]{64})", entry[0])) for entry in ENTRY.finditer(read(lock))}


def asked(project: dict[str, Any], groups: list[str]) -> list[Requirement]:
    written = [line for group in groups for line in project["dependency-groups"][group]]
    if "audit" not in groups:  # tools with an environment of their own
        written += project["project"]["dependencies"]
    if "dev" in groups:  # the extras are tested, so what tests with needs them
        written += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    return [Requirement(line) for line in written]


@each_lock
def test_lock_names_no_registry(lock: str) -> None:
    assert "://" not in read(lock)
    assert not re.search(r"^ *--(?!hash=)", read(lock), re.MULTILINE)


@each_lock
def test_lock_holds_pinned_and_hashed_requirements_and_nothing_else(lock: str) -> None:
    assert COMMENT.sub("", ENTRY.sub("", read(lock))).split() == []


@each_lock
def test_lock_fits_what_the_project_asks_for(lock: str, project: dict[str, Any]) -> None:
    versions = locked(lock)
    misfits = [
        str(requirement)
        for requirement in asked(project, GROUPS[lock])
        if versions[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert misfits == []


def test_lowest_versions_are_those_that_the_project_names(project: dict[str, Any]) -> None:
    versions = locked("requirements-lowest.txt")
    for requirement in asked(project, []):
        (floor,) = [Version(part.version) for part in requirement.specifier if part.operator == ">="]
        assert versions[canonicalize_name(requirement.name)].release[: len(floor.release)] == floor.release, requirement.name


def test_development_runs_on_the_versions_that_users_get() -> None:
    development = locked("requirements-dev.txt")
    assert {name: development.get(name) for name in locked("requirements.txt")} == locked("requirements.txt")


_NEXT_RUNS = """
import asyncio
from datetime import UTC, datetime
from prefect.server.schemas.schedules import CronSchedule
for zone in (None, "Europe/Berlin"):
    dates = CronSchedule(cron="30 2 * * *", timezone=zone).get_dates(2, start=datetime(2026, 10, 24, 12, tzinfo=UTC))
    print(*(date.isoformat() for date in asyncio.run(dates)))
"""


def test_prefects_scheduler_knows_the_next_runs_on_this_python() -> None:
    """With whenever 0.10 that of 3.9.1 failed on Python 3.11 and 3.12, and no schedule fired; on 3.13 it did not."""
    done = subprocess.run([sys.executable, "-c", _NEXT_RUNS], capture_output=True, text=True, check=False)
    assert done.stdout.split() == [
        *("2026-10-25T02:30:00+00:00", "2026-10-26T02:30:00+00:00"),
        *("2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ], done.stderr


@pytest.mark.exhaustive
def test_the_bill_of_materials_lists_what_is_locked_and_is_the_same_each_time(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "requirements-audit.txt", "pipeline"):
        (checkout / name).symlink_to(REPOSITORY / name)
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / ".venv").touch()  # the environment of onlabel itself is not needed

    # As in a shell of its own: under `make test`, make would say which folder it enters.
    shell = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}

    def bill() -> bytes:
        command = [shutil.which("make") or "make", "sbom", f"PYTHON={sys.executable}"]
        made = subprocess.run(command, cwd=checkout, env=shell, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        assert made.stdout == f"dist/onlabel-{__version__}.cdx.json\n"
        return (checkout / made.stdout.strip()).read_bytes()

    said = bill()
    listed = json.loads(said)
    root = listed["metadata"]["component"]
    assert (listed["bomFormat"], root["name"], root["version"]) == ("CycloneDX", "onlabel", __version__)
    assert {one["name"]: Version(one["version"]) for one in listed["components"]} == locked("requirements.txt")
    for component in listed["components"]:
        (distribution,) = component["externalReferences"]
        hashes = {each["content"] for each in distribution["hashes"]}
        assert hashes == hashes_of("requirements.txt")[component["name"]]
    assert bill() == said
    assert "://" not in re.sub(r"https?://(pypi\.org|cyclonedx\.org|[\w.-]*github\.com|cyclonedx-[\w.-]+)/", "", said.decode())
