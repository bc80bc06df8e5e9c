"""The files between a batch of pages and the snapshot: sorted runs of lines, merged with bounded memory.

A batch writes its resources twice: as the lines of the resource files (by type and id), and as the lines of the bundles
(one a page, drugs before regimens, by slug). Each file is a *run*: sorted lines `key TAB page TAB JSON`. Merging runs is then
all that it takes to write a snapshot, and neither the number of pages nor the order of the batches matters.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from sys import intern
from tempfile import mkdtemp
from typing import Final, NamedTuple, get_args

import orjson

from pipeline.errors import Problem
from pipeline.fhir import RECORDS, CodeRow
from pipeline.model import Kind, Resource
from pipeline.publish.files import refusals
from pipeline.settings import FhirVersion

#: Resource types in the order in which a server that enforces references can take most of them.
LOAD_ORDER: Final = (
    "Organization", "Device", "Medication", "MedicinalProductDefinition", "Ingredient", "DocumentReference",
    "ClinicalUseDefinition", "MedicationKnowledge", "RegulatedAuthorization", "Provenance",
)  # fmt: skip
#: The types that hold what is coded for the first time; a Medication repeats them.
CODED: Final = RECORDS | {"ClinicalUseDefinition", "Ingredient"}
#: Stands for the page number of resources that belong to no page (Organization, Device).
SHARED: Final = -1
#: How much a batch holds in memory before it writes a run: pages, and bytes (a page may be some MiB).
_PAGES_A_RUN: Final = 50
_BYTES_A_RUN: Final = 16 * 1024 * 1024
#: How many runs are open at a time while merging (the usual limit of open files is 1,024, on some systems 256).
_FAN_IN: Final = 200
#: How much of each is read at a time.
_BUFFER: Final = 16 * 1024
_VERSIONS: Final[Mapping[str, FhirVersion]] = {version: version for version in get_args(FhirVersion)}
_BUNDLES: Final = "bundles"
_PROBLEMS: Final = "problems"
_CODES: Final = "codes"
_FACTS: Final = "facts"
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def load_rank(kind: str) -> tuple[int, str]:
    """Sorts resource types in the order of `LOAD_ORDER`, others behind them by name."""
    return LOAD_ORDER.index(kind) if kind in LOAD_ORDER else len(LOAD_ORDER), kind


class Entry(NamedTuple):
    """A line of a run. `key` is a resource's id, or a bundle's place; `page` the number of its page, or `SHARED`."""

    key: bytes
    page: int
    json: bytes


class Serialised(NamedTuple):
    """A resource on its way to the spool."""

    type: str
    id: str
    json: bytes


def serialise(resource: Resource) -> Serialised:
    """A resource as the bytes that are published.

    Raises:
        ValueError: Its type or id is none (both become parts of paths and lines), or it holds what is no JSON.

    """
    resource_type, identity = str(resource.get("resourceType", "")), str(resource.get("id", ""))
    if not _TYPE.fullmatch(resource_type) or not _ID.fullmatch(identity):
        message = f"not a resource's type and id: {resource_type!r}, {identity!r}"
        raise ValueError(message)
    return Serialised(resource_type, identity, orjson.dumps(resource))


def bundle_key(kind: Kind | None, slug: str | None) -> bytes:
    """Where a page's bundle stands among the bundles: drugs first, then regimens, by slug. What belongs to no page is first."""
    stage = 0 if slug is None else 1 if kind == "drug" else 2
    return f"{stage}{slug or ''}".encode()


class SpoolWriter:
    """Collects the pages of a batch, writes them as runs, and merges those into one file a group at the end.

    `name` tells this batch's files from those of all others, `canonical` is the base of the resources' own addresses.
    """

    def __init__(self, folder: Path, name: str, canonical: str) -> None:
        self._folder = folder
        self._name = name
        self._canonical = canonical
        # Of its own: a batch may be tried again, or run twice at a time.
        with refusals(folder):
            self._own = Path(mkdtemp(prefix=f".{name}.", dir=folder))
        self._runs = 0
        self._pages = 0
        self._bytes = 0
        self._lines: defaultdict[str, list[bytes]] = defaultdict(list)
        self._codes: defaultdict[tuple[FhirVersion, CodeRow], list[int]] = defaultdict(list)

    def add(self, page: int, kind: Kind, slug: str | None, version: FhirVersion, resources: Iterable[Serialised]) -> None:
        """Take a page's resources in one FHIR version; without a slug, those that belong to no page."""
        found = sorted(resources, key=_load_order)
        if not found:
            return
        for resource_type, identity, json in found:
            self._lines[f"{version}.{resource_type}"].append(b"%s\t%d\t%s\n" % (identity.encode(), page, json))
        bundle = orjson.dumps(_transaction(found, self._canonical))
        self._lines[f"{version}.{_BUNDLES}"].append(b"%s\t%d\t%s\n" % (bundle_key(kind, slug), page, bundle))
        self._bytes += 2 * len(bundle)

    def add_facts(self, page: int, kind: Kind, slug: str | None, line: bytes) -> None:
        """Take a page's facts, as the line that is published."""
        self._lines[_FACTS].append(b"%s\t%d\t%s\n" % (bundle_key(kind, slug), page, line))
        self._bytes += len(line)

    def add_codes(self, page: int, version: FhirVersion, rows: Iterable[CodeRow]) -> None:
        """Take the codes that a page's resources hold, each once."""
        for row in rows:
            self._codes[version, row].append(page)

    def end_page(self, page: int, problems: Sequence[Problem]) -> None:
        """Take a page's findings; with them it is done."""
        if problems:
            self._lines[_PROBLEMS].append(b"%09d\t%d\t%s\n" % (page, page, orjson.dumps(problems)))
        self._pages += 1
        if self._pages >= _PAGES_A_RUN or self._bytes >= _BYTES_A_RUN:
            self._write_run()

    def finish(self) -> None:
        """Put all that was taken where `Spool` reads it: the same files, however often the batch is run.

        Raises:
            PublishError: P503 to P505, where the spool cannot be written.

        """
        self._lines[_CODES] = [orjson.dumps([*of, pages]) + b"\n" for of, pages in self._codes.items()]
        self._write_run()
        with refusals(self._folder):
            for group in {path.name.rpartition(".")[0] for path in self._own.iterdir()}:
                runs = sorted(self._own.glob(f"{group}.*"))
                merged = runs[0] if len(runs) == 1 else _merge(runs, self._own / f"{group}.merged")
                merged.replace(self._folder / f"{group}.{self._name}")
            self._own.rmdir()

    def _write_run(self) -> None:
        with refusals(self._folder):
            for group, lines in self._lines.items():
                lines.sort()
                with (self._own / f"{group}.{self._runs:06}").open("xb") as file:
                    file.writelines(lines)
        self._runs += 1
        self._pages = self._bytes = 0
        self._lines.clear()


def _load_order(resource: Serialised) -> tuple[int, str]:
    return load_rank(resource.type)[0], resource.id


def _transaction(resources: Iterable[Serialised], canonical: str) -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"{canonical}/{resource_type}/{identity}",
                "resource": orjson.Fragment(json),
                "request": {"method": "PUT", "url": f"{resource_type}/{identity}"},
            }
            for resource_type, identity, json in resources
        ],
    }


class Spool:
    """Reads what all batches wrote into `folder`. Every method gives the same, whatever the batches were."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def types(self, version: FhirVersion) -> set[str]:
        """The resource types there are."""
        return {path.name.split(".")[1] for path in self._folder.glob(f"{version}.*")} - {_BUNDLES}

    def resources(self, version: FhirVersion, resource_type: str, pages: Container[int]) -> Iterator[Entry]:
        """The resources of a type that `pages` have, by id."""
        return (entry for entry in self._merged(f"{version}.{resource_type}") if entry.page in pages)

    def bundles(self, version: FhirVersion, pages: Container[int]) -> Iterator[Entry]:
        """The bundles of `pages`: the shared one, drugs, then regimens, by slug; a page's resources in load order."""
        return (entry for entry in self._merged(f"{version}.{_BUNDLES}") if entry.page in pages)

    def facts(self, pages: Container[int]) -> Iterator[Entry]:
        """The facts of `pages`, in the order of their bundles."""
        return (entry for entry in self._merged(_FACTS) if entry.page in pages)

    def codes(self, pages: Container[int]) -> Counter[tuple[FhirVersion, CodeRow]]:
        """The codes that the resources of `pages` hold in each version, and how many of the pages have each."""
        found: Counter[tuple[FhirVersion, CodeRow]] = Counter()
        for path in self._folder.glob(f"{_CODES}.*"):
            with path.open("rb") as lines:
                for version, (first, *more), having in map(orjson.loads, lines):
                    if used := sum(page in pages for page in having):
                        # Few versions, and few code systems or kinds that a row begins with, as often as there are codes.
                        found[_VERSIONS[version], (intern(first), *more)] += used
        return found

    def problems(self) -> Iterator[tuple[int, list[Problem]]]:
        """The findings of each page that has any, by page number."""
        for entry in self._merged(_PROBLEMS):
            yield entry.page, [Problem(**said) for said in orjson.loads(entry.json)]

    def _merged(self, group: str) -> Iterator[Entry]:
        runs = sorted(self._folder.glob(f"{group}.*"))
        if len(runs) > _FAN_IN:
            # The merged run replaces its parts, so that a second reading finds it done. As few as it takes.
            some = runs[: len(runs) - _FAN_IN + 1]
            with refusals(self._folder):
                runs = [*runs[len(some) :], _merge(some, self._folder / f"{group}.merged-{some[0].name.rpartition('.')[2]}")]
        with ExitStack() as stack:
            for line in heapq.merge(*(stack.enter_context(run.open("rb", buffering=_BUFFER)) for run in runs)):
                key, page, json = line.split(b"\t", 2)
                yield Entry(key, int(page), json[:-1])


def _merge(runs: Sequence[Path], target: Path) -> Path:
    """Merge runs into one new file and remove them; more than may be open at once by way of merged parts."""
    if len(runs) > _FAN_IN:
        parts = [runs[first : first + _FAN_IN] for first in range(0, len(runs), _FAN_IN)]
        runs = [_merge(part, target.with_name(f"{target.name}-{number:06}")) for number, part in enumerate(parts)]
    with target.open("xb") as file, ExitStack() as stack:
        file.writelines(heapq.merge(*(stack.enter_context(run.open("rb", buffering=_BUFFER)) for run in runs)))
    for run in runs:
        run.unlink()
    return target
