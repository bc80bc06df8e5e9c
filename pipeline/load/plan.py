"""What a snapshot's transactions hold, and in which order and company they are sent. Reads lines: memory holds ids only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import LoadError, Problem, UsageError
from pipeline.model import Resource
from pipeline.settings import FhirVersion

VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")
_TARGET = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True)
class Entry:
    """A resource to send. `page` is the line of its Bundle in `transaction.ndjson`."""

    target: str
    resource: Resource
    page: int

    @cached_property
    def references(self) -> frozenset[str]:
        """The `Type/id` that the resource names anywhere, itself excepted."""
        return frozenset(_references(self.resource)) - {self.target}

    @cached_property
    def size(self) -> int:
        """Bytes of the resource as JSON."""
        return len(orjson.dumps(self.resource))


@dataclass(frozen=True, slots=True)
class Line:
    """A Bundle in `transaction.ndjson`: where it is, its size, and how many steps of references it stands above others."""

    number: int
    offset: int
    length: int
    entries: int
    level: int


@dataclass(frozen=True, slots=True)
class Contents:
    """One FHIR version of a snapshot. `levels`: Bundles of one level name nothing of each other, only of lower levels."""

    folder: Path
    version: FhirVersion
    canonical: str
    lines: tuple[Line, ...]
    targets: frozenset[str]
    inputs: tuple[Mapping[str, Any], ...]

    @property
    def file(self) -> Path:
        """The file of transaction Bundles."""
        return self.folder / self.version / "bundles" / "transaction.ndjson"

    @property
    def types(self) -> list[str]:
        """The resource types in it."""
        return sorted({target.partition("/")[0] for target in self.targets})

    def jobs(self, level: int, max_entries: int, max_bytes: int) -> Iterator[list[Entry]]:
        """The Bundles of a level, as many pages together as fit; a page that is larger comes alone."""
        with self.file.open("rb") as file:
            job: list[Line] = []
            for line in (line for line in self.lines if line.level == level):
                together = [*job, line]
                if job and not _fits(
                    sum(one.entries for one in together), sum(one.length for one in together), max_entries, max_bytes
                ):
                    yield [entry for one in job for entry in _entries(_read(file, one), one.number)]
                    together = [line]
                job = together
            if job:
                yield [entry for one in job for entry in _entries(_read(file, one), one.number)]


def contents(snapshot: Path, version: FhirVersion | None) -> Contents:
    """Look through one FHIR version of a snapshot; without a version, the only one or the newest that is there.

    Raises:
        UsageError: L700, the folder holds no such snapshot.
        LoadError: L707, its files are not what a snapshot holds.
    """
    there = [one for one in VERSIONS if (snapshot / one / "bundles" / "transaction.ndjson").is_file()]
    if not there or (version is not None and version not in there):
        cause = f"there is no snapshot in FHIR {version or 'R5, R4B or R4'} here" + (
            f", only {', '.join(there)}" if there else ""
        )
        remedy = "Name an output folder or a snapshot; publish the version with `onlabel run --fhir …`."
        raise UsageError(Problem("L700", "error", cause, remedy, source=str(snapshot)))
    chosen = version or there[0]
    file = snapshot / chosen / "bundles" / "transaction.ndjson"
    number = 0
    try:
        report = orjson.loads((snapshot / "report.json").read_bytes())
        canonical, inputs = report["settings"]["canonical"], tuple(report["inputs"])
        levels: dict[str, int] = {}
        lines: list[Line] = []
        offset = 0
        with file.open("rb") as bundles:
            for number, text in enumerate(bundles, 1):
                entries = _entries(text, number)
                below = [levels[name] for entry in entries for name in entry.references if name in levels]
                level = 1 + max(below, default=-1)
                levels.update((entry.target, level) for entry in entries)
                lines.append(Line(number, offset, len(text), len(entries), level))
                offset += len(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        cause = f"the snapshot cannot be read as one ({type(error).__name__})"
        remedy = "Publish again: a snapshot is never changed by hand."
        raise LoadError(Problem("L707", "fatal", cause, remedy, source=str(file), line=number or None)) from error
    return Contents(snapshot, chosen, canonical, tuple(lines), frozenset(levels), inputs)


def units(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """Entries parted as far as their references allow: each unit names only itself and units before it.

    Resources that name each other (a drug and its brands) are one unit. Pages stay together.
    """
    place = {entry.target: index for index, entry in enumerate(entries)}
    reach = [sum(1 << place[name] for name in {entry.target, *entry.references} if name in place) for entry in entries]
    growing = True
    while growing:
        growing = False
        for index, found in enumerate(reach):
            wider = found
            for other in _bits(found):
                wider |= reach[other]
            if wider != found:
                reach[index], growing = wider, True
    # Whoever names another reaches more than that one does; two that reach the same name each other.
    groups: dict[tuple[int, int, int], list[Entry]] = {}
    for index, entry in enumerate(entries):
        groups.setdefault((entry.page, reach[index].bit_count(), reach[index]), []).append(entry)
    return [tuple(groups[key]) for key in sorted(groups)]


def parcels(entries: Sequence[Entry], max_entries: int, max_bytes: int) -> Iterator[list[Entry]]:
    """Entries in Bundles under the limits, each to be sent before the next; one unit that is larger goes alone."""
    if _fits(len(entries), sum(entry.size for entry in entries), max_entries, max_bytes):
        if entries:
            yield [*entries]
        return
    parcel: list[Entry] = []
    for unit in units(entries):
        wider = [*parcel, *unit]
        if parcel and not _fits(len(wider), sum(entry.size for entry in wider), max_entries, max_bytes):
            yield parcel
            wider = [*unit]
        parcel = wider
    yield parcel


def transaction(entries: Iterable[Entry]) -> Resource:
    """A transaction Bundle that puts each resource under its id."""
    parts = [{"resource": entry.resource, "request": {"method": "PUT", "url": entry.target}} for entry in entries]
    return {"resourceType": "Bundle", "type": "transaction", "entry": parts}


def _fits(entries: int, size: int, max_entries: int, max_bytes: int) -> bool:
    return entries <= max_entries and size <= max_bytes


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def _read(file: Any, line: Line) -> bytes:  # noqa: ANN401 - typing has three classes for an open file
    file.seek(line.offset)
    text: bytes = file.read(line.length)
    return text


def _entries(text: bytes, number: int) -> list[Entry]:
    found = [Entry(part["request"]["url"], part["resource"], number) for part in orjson.loads(text)["entry"]]
    for entry in found:
        if entry.target != f"{entry.resource['resourceType']}/{entry.resource['id']}":
            message = f"{entry.target} is not what its entry holds"
            raise ValueError(message)
    return found


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str) and _TARGET.fullmatch(reference):
            yield reference
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
