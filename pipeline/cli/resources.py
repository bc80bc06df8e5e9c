"""FHIR resources out of whatever is given: NDJSON, a JSON resource, a Bundle, a folder of them, a snapshot, an output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import Problem, UsageError, excerpt
from pipeline.model import Resource
from pipeline.publish import current_snapshot
from pipeline.settings import FhirVersion
from pipeline.validate import check_references, validate

_SUFFIXES = {".ndjson", ".jsonl", ".json"}


#: What no check of ours looks at; said at the end of each.
_NEVER = "terminology beyond HL7's own small code systems, profiles, targets of absolute URLs"


@dataclass(frozen=True, slots=True)
class Checked:
    """How many resources were looked at, what is wrong with them, and what was not looked at (in words)."""

    resources: int
    problems: tuple[Problem, ...]
    unchecked: str


def check(paths: Iterable[Path], version: FhirVersion) -> Checked:
    """Validate every resource; in folders, which are taken as whole, also whether each reference finds its resource.

    Raises:
        UsageError: U906, a path is not there or holds nothing to check.
        PublishError: P506, an output folder whose current snapshot is not to be found.
    """
    problems: list[Problem] = []
    alone: list[Path] = []
    number = 0

    def checked(files: Iterable[Path]) -> Iterator[Resource]:
        nonlocal number
        for file in files:
            for line, found in resources_in(file):
                if isinstance(found, Problem):
                    problems.append(found)
                    continue
                number += 1
                problems.extend(replace(problem, source=str(file), line=line) for problem in validate([found], version))
                yield found

    for path in paths:
        files = resource_files(path, version)
        if path.is_dir():
            problems.extend(check_references(checked(files)))
        else:
            alone.append(path)
            for _ in checked(files):
                pass
    missing = ["whether references outside folders find their resources"] if alone else []
    return Checked(number, tuple(problems), "; ".join([_NEVER, *missing]))


def resource_files(path: Path, version: FhirVersion) -> list[Path]:
    """The files to read for a path: itself, or what is below a folder; of a snapshot, the resources (not again the Bundles).

    Raises:
        UsageError: U906, there is no such file or folder, or nothing of FHIR is below it.
        PublishError: P506, an output folder whose current snapshot is not to be found.
    """
    if path.is_dir():
        snapshot = current_snapshot(path) or path
        folder = next((each for each in (snapshot / version / "resources", snapshot / "resources") if each.is_dir()), path)
        files = sorted(file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
        if files:
            return files
        cause = f"there is no {', '.join(sorted(_SUFFIXES))} file in this folder"
    elif path.exists():
        return [path]
    else:
        cause = "there is no such file or folder"
    raise UsageError(Problem("U906", "error", cause, "name NDJSON or JSON files, or a folder with some", source=str(path)))


def resources_in(file: Path) -> Iterator[tuple[int | None, Resource | Problem]]:
    """The resources of a file and their lines, one after the other; for what is none, a problem in its place (U907)."""
    try:
        with file.open("rb") as lines:
            if file.suffix == ".json":
                yield None, _resource(lines.read(), file, None)
            else:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield number, _resource(line, file, number)
    except OSError as error:
        yield None, _unusable(file, None, f"it cannot be read ({error.strerror})", "see that this user may read it")


def _resource(text: bytes, file: Path, line: int | None) -> Resource | Problem:
    try:
        value: Any = orjson.loads(text)
    except ValueError as error:
        shown = excerpt(text[:200].decode(errors="replace"))
        return _unusable(file, line, f"this is not JSON ({error})", "mend it; in NDJSON each line holds one resource", shown)
    if isinstance(value, dict):
        return value
    return _unusable(file, line, "this is no resource: it is no JSON object", "give one resource a line, or a Bundle")


def _unusable(file: Path, line: int | None, cause: str, remedy: str, shown: str | None = None) -> Problem:
    return Problem("U907", "error", cause, remedy, source=str(file), line=line, excerpt=shown)
