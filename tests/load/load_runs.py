"""Loads into the stub, and what of them the tests look at."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.errors import LoadError
from pipeline.load import LoadOptions, LoadReport, load
from tests.load.fhir_stub import Resource, Stub

QUICK = (0.0, 0.0, 0.0)
DRUGS = ("ablumab", "bexinib", "corvatin", "doxelide")


def run(folder: Path, stub: Stub, **options: object) -> LoadReport:
    return load(folder, stub.base, LoadOptions(pauses=QUICK, **options))  # type: ignore[arg-type]


def told(folder: Path, stub: Stub) -> tuple[list[str], LoadError | None]:
    """What a load said while it ran, and the error that it ended with."""
    said: list[str] = []
    try:
        load(folder, stub.base, LoadOptions(pauses=QUICK, in_flight=1), tell=said.append)
    except LoadError as error:
        return said, error
    return said, None


def published(folder: Path, version: str = "R5") -> dict[str, Resource]:
    files = sorted((folder / version / "resources").glob("*.ndjson"))
    resources = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return {f"{one['resourceType']}/{one['id']}": one for one in resources}


def held(stub: Stub) -> dict[str, Resource]:
    return {name: {key: value for key, value in one.items() if key != "meta"} for name, one in stub.store.items()}


def codes(report: LoadReport) -> set[str]:
    return {problem.code for problem in report.problems}
