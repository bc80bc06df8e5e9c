"""FHIR resources out of whatever is given: NDJSON, a JSON resource, a Bundle, a folder of them, a snapshot, an output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias, get_args

from pipeline.errors import Problem, UsageError
from pipeline.fhir.conformance import conformance
from pipeline.model import Resource
from pipeline.publish import current_snapshot
from pipeline.settings import FhirVersion, Settings
from pipeline.validate import UNCHECKED, Profile, Read, check_references, claimed, profiles, read_json, validate

_LINES = {".ndjson", ".jsonl"}
_SUFFIXES = {*_LINES, ".json"}

#: Is handed each finding as soon as it is made: a check holds no list of them.
Report: TypeAlias = Callable[[Problem], None]


@dataclass(slots=True)
class Checked:
    """How many resources were looked at, and what was not looked at (in words)."""

    resources: int = 0
    unchecked: tuple[str, ...] = ()
    not_found: Counter[str] = field(default_factory=Counter)
    place: tuple[str | None, int | None] = field(default=(None, None))


def check(paths: Iterable[Path], version: FhirVersion, report: Report, definitions: Path | None = None) -> Checked:
    """Validate every resource; in folders, which are taken as whole, also whether each reference finds its resource.

    Args:
        paths: files or folders; of an output or a snapshot, the resources of the version are taken.
        version: the FHIR version that the resources are in.
        report: is handed each finding.
        definitions: profiles and extension definitions to check against, beside those that a snapshot has with it.

    Raises:
        UsageError: U906, a path is not there or holds nothing to check.
        PublishError: P506, an output folder whose current snapshot is not to be found.
    """
    checked = Checked()
    alone = False
    given = profiles(conformance(Settings(), version))  # ours, with whatever canonical others have in theirs
    if definitions is not None:
        given |= definitions_in(definitions, version)
    for path in paths:
        files = resource_files(path, version)
        with_it = _snapshot_folder(path, version) / "conformance" if path.is_dir() else path
        known = {**(definitions_in(with_it, version) if with_it.is_dir() else {}), **given}
        resources = _each(files, version, known, report, checked)
        if path.is_dir():
            for problem in check_references(_single(resources), lambda: checked.place):
                report(problem)
        else:
            alone = True
            for _ in resources:
                pass
    missing = ["whether references outside folders find their resources"] if alone else []
    named = (f"{url} (claimed by {number:,})" for url, number in sorted(checked.not_found.items()))
    lacking = [f"profiles that were not found: {', '.join(named)}"] if checked.not_found else []
    checked.unchecked = (*UNCHECKED, *lacking, *missing)
    return checked


def _each(
    files: Iterable[Path], version: FhirVersion, known: Mapping[str, Profile], report: Report, checked: Checked
) -> Iterator[Resource]:
    """Every resource of the files, its findings reported and its place noted."""
    for file in files:
        for read in resources_in(file):
            for problem in read.problems:
                report(replace(problem, source=str(file), line=read.line or problem.line))
            if read.resource is None:
                continue
            checked.resources += 1
            checked.place = (str(file), read.line)
            checked.not_found.update(claimed(read.resource, version) - known.keys())
            for problem in validate([read.resource], version, known):
                report(replace(problem, source=str(file), line=read.line))
            yield read.resource


def _single(resources: Iterable[Resource]) -> Iterator[Resource]:
    """The resources, of Bundles those inside that have an id; of a history, which has one several times, none."""
    for resource in resources:
        if resource.get("resourceType") != "Bundle":
            yield resource
            continue
        entries = resource.get("entry")
        for entry in entries if isinstance(entries, list) and resource.get("type") != "history" else ():
            inside = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(inside, dict) and "id" in inside:
                yield inside


def definitions_in(path: Path, version: FhirVersion) -> dict[str, Profile]:
    """The profiles and extension definitions in a file or folder, by URL.

    Raises:
        UsageError: U906, it is not there or holds no file to read.
    """
    read = (each.resource for file in resource_files(path, version) for each in resources_in(file))
    return profiles(resource for resource in read if resource is not None)


def _snapshot_folder(path: Path, version: FhirVersion) -> Path:
    snapshot = current_snapshot(path) or path
    if (snapshot / version).is_dir():
        return snapshot / version
    others = [other for other in get_args(FhirVersion) if (snapshot / other / "resources").is_dir()]
    if others:
        cause, remedy = f"this snapshot holds {' and '.join(others)}, not {version}", f"Use --fhir {others[0]}."
        raise UsageError(Problem("U906", "error", cause, remedy, source=str(path)))
    return snapshot


def resource_files(path: Path, version: FhirVersion) -> list[Path]:
    """The files to read for a path: itself, or what is below a folder; of a snapshot, the resources (not again the Bundles).

    Raises:
        UsageError: U906, there is no such file or folder, or nothing of FHIR is below it.
        PublishError: P506, an output folder whose current snapshot is not to be found.
    """
    if path.is_dir():
        resources = _snapshot_folder(path, version) / "resources"
        folder = resources if resources.is_dir() else path
        files = sorted(file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
        if files:
            return files
        cause = f"there is no {', '.join(sorted(_SUFFIXES))} file in this folder"
    elif path.exists():
        return [path]
    else:
        cause = "there is no such file or folder"
    raise UsageError(Problem("U906", "error", cause, "Name NDJSON or JSON files, or a folder with some.", source=str(path)))


def resources_in(file: Path) -> Iterator[Read]:
    """The resources of a file and their lines, one after the other, with what is wrong with its bytes (V46x, U907)."""
    try:
        with file.open("rb") as stream:
            yield from read_json(stream, ndjson=file.suffix in _LINES)
    except OSError as error:
        cause = f"it cannot be read ({error.strerror})"
        yield Read(None, None, (Problem("U907", "error", cause, "See that this user may read it."),))
