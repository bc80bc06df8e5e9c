"""The files between a batch of pages and the snapshot: sorted runs of lines, merged with bounded memory.

A batch writes its resources twice: once in the order of the resource files (by type and id), once in the order of the bundles
(drugs before regimens, by slug). Each file is a *run*: sorted lines `key TAB page TAB Type/id TAB JSON`. Merging runs is then
all that it takes to write a snapshot, and neither the number of pages nor the order of the batches matters.
"""

from __future__ import annotations

import heapq
import itertools
import os
import re
import threading
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from pipeline.errors import Problem
from pipeline.model import Kind, Resource
from pipeline.publish.files import refusals
from pipeline.settings import FhirVersion

#: Resource types in the order in which a server that enforces references can take most of them.
LOAD_ORDER: Final = (
    "Organization", "Device", "Medication", "DocumentReference", "ClinicalUseDefinition", "MedicationKnowledge", "Provenance",
)  # fmt: skip
#: Stands for the page number of resources that belong to no page (Organization, Device).
SHARED: Final = -1
#: How much a batch holds in memory before it writes a run: pages, and bytes (a page may be some MiB).
_PAGES_A_RUN: Final = 100
_BYTES_A_RUN: Final = 32 * 1024 * 1024
#: How many runs are open at a time while merging (the usual limit of open files is 1,024, on some systems 256).
_FAN_IN: Final = 100
_BUNDLES: Final = "bundles"
_PROBLEMS: Final = "problems"
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,63}")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Entry(NamedTuple):
    """A resource in a run. `page` is the number of its page, or `SHARED`; `target` its `Type/id`; `json` its bytes."""

    key: bytes
    page: int
    target: str
    json: bytes

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.target.partition("/")[2]


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


class SpoolWriter:
    """Collects the pages of a batch and writes them as runs, a hundred pages at a time, into `folder`.

    `name` tells this batch's files from those of all others.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._runs = 0
        self._pages = 0
        self._bytes = 0
        self._lines: defaultdict[str, list[bytes]] = defaultdict(list)

    def add(self, page: int, kind: Kind, slug: str, version: FhirVersion, resources: Iterable[Serialised]) -> None:
        """Take a page's resources in one FHIR version."""
        stage = 0 if page == SHARED else 1 if kind == "drug" else 2
        for resource in resources:
            resource_type, identity, json = resource
            tail = b"\t%d\t%s/%s\t%s\n" % (page, resource_type.encode(), identity.encode(), json)
            self._bytes += 2 * len(tail)
            order = LOAD_ORDER.index(resource_type) if resource_type in LOAD_ORDER else len(LOAD_ORDER)
            self._lines[f"{version}.{resource_type}"].append(identity.encode() + tail)
            self._lines[f"{version}.{_BUNDLES}"].append(f"{stage}{slug}\x1f{order}{identity}".encode() + tail)

    def end_page(self, page: int, problems: Iterable[Problem]) -> None:
        """Take a page's findings; with them it is done."""
        self._lines[_PROBLEMS].extend(b"%d\t%s\n" % (page, orjson.dumps(problem)) for problem in problems)
        self._pages += 1
        if self._pages >= _PAGES_A_RUN or self._bytes >= _BYTES_A_RUN:
            self.flush()

    def flush(self) -> None:
        """Write what was taken since the last run.

        Raises:
            PublishError: P503 to P505, where the spool cannot be written.

        """
        for group, lines in self._lines.items():
            if group != _PROBLEMS:
                lines.sort()
            path = self._folder / f"{group}.{self._name}-{self._runs:06}"
            # Renamed into place: a batch that is tried again, or twice at a time, writes the same file.
            unfinished = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
            with refusals(path):
                unfinished.write_bytes(b"".join(lines))
                unfinished.replace(path)
        self._runs += 1
        self._pages = self._bytes = 0
        self._lines.clear()


class Spool:
    """Reads what all batches wrote into `folder`. Every method gives the same, whatever the batches were."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def types(self, version: FhirVersion) -> list[str]:
        """The resource types there are, in load order; types that it does not name come last."""
        found = {path.name.split(".")[1] for path in self._folder.glob(f"{version}.*")} - {_BUNDLES}
        return [name for name in LOAD_ORDER if name in found] + sorted(found.difference(LOAD_ORDER))

    def resources(self, version: FhirVersion, resource_type: str, pages: Container[int]) -> Iterator[Entry]:
        """The resources of a type that `pages` have, by id."""
        return (entry for entry in self._merged(f"{version}.{resource_type}") if entry.page in pages)

    def by_page(self, version: FhirVersion, pages: Container[int]) -> Iterator[tuple[int, Iterator[Entry]]]:
        """The resources of `pages`: the shared ones, drugs, then regimens, by slug; a page's resources in load order."""
        # Filtered before it is grouped: the lines of two pages of one slug are mixed, and only one of them is ever wanted.
        wanted = (entry for entry in self._merged(f"{version}.{_BUNDLES}") if entry.page in pages)
        return itertools.groupby(wanted, key=lambda entry: entry.page)

    def problems(self) -> Iterator[tuple[int, list[Problem]]]:
        """The findings of each page that has any, by page number."""
        runs = sorted(self._folder.glob(f"{_PROBLEMS}.*"))
        lines = itertools.chain.from_iterable(map(_lines, runs))
        pairs = (line.split(b"\t", 1) for line in lines)
        for page, group in itertools.groupby(pairs, key=lambda pair: int(pair[0])):
            yield page, [Problem(**orjson.loads(text)) for _, text in group]

    def _merged(self, group: str) -> Iterator[Entry]:
        runs: Sequence[Path] = sorted(self._folder.glob(f"{group}.*"))
        while len(runs) > _FAN_IN:
            runs = [*runs[_FAN_IN:], self._merge_first(group, runs[:_FAN_IN])]
        with ExitStack() as stack:
            for line in heapq.merge(*(stack.enter_context(run.open("rb")) for run in runs)):
                key, page, target, json = line.rstrip(b"\n").split(b"\t", 3)
                yield Entry(key, int(page), target.decode(), json)

    def _merge_first(self, group: str, runs: Sequence[Path]) -> Path:
        # The merged run replaces its parts, so that a second reading finds it done.
        path = self._folder / f"{group}.merged-{runs[0].name.rpartition('.')[2]}"
        with refusals(path), path.open("xb") as file, ExitStack() as stack:
            file.writelines(heapq.merge(*(stack.enter_context(run.open("rb")) for run in runs)))
        for run in runs:
            run.unlink()
        return path


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
