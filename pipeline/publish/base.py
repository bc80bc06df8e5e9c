"""The current snapshot as the source of pages that need not be read again: the base of an incremental run.

Only a snapshot that this very program would write from those pages again is a base, and only after its content hash has proven
that every byte of it is as it was published. Its lines are then copied as they stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from pipeline.facts import FACTS
from pipeline.fhir import AppliedCodes, CodeRow, derive, shared
from pipeline.model import Resource
from pipeline.publish.files import LARGE, content_hash
from pipeline.publish.freshness import day_of
from pipeline.publish.guards import PageResult
from pipeline.publish.report import CODES, INPUTS, STALE, page_of, read_head, read_list
from pipeline.publish.spool import CODED, SHARED, Entry, bundle_key
from pipeline.settings import FhirVersion, Settings

_HEAD: Final = re.compile(rb'\{"resourceType":"[A-Za-z]+","id":"([A-Za-z0-9.-]{1,64})"')
#: Outcomes that depend on nothing but the page itself.
_OF_THE_PAGE_ALONE: Final = frozenset({"published", "not-a-drug"})


class BaseError(Exception):
    """What was taken over cannot stand beside what was read: all pages must be read."""


class BasePage(NamedTuple):
    """A page that the base publishes: the place of its bundle, its number in this run (None where it is read, or gone)."""

    key: bytes
    number: int | None
    drug: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Base:
    """A snapshot whose unchanged pages are taken over. `published` are its pages in the order of its bundles.

    `has_shared` says that its first bundle holds what belongs to no page, `same_pages` that this run has the very pages that
    it was made of: where those that are read give what they gave then, the same snapshot would be written again.
    """

    snapshot: Path
    published: tuple[BasePage, ...]
    has_shared: bool
    same_pages: bool = False


@dataclass(frozen=True, slots=True)
class PossibleBase:
    """The current snapshot where it may be a base: made by this program with these settings.

    `depends_on_day` says that they name another day to speak for.
    """

    snapshot: Path
    depends_on_day: bool

    @classmethod
    def of(cls, snapshot: Path | None, settings: Settings, made_by: Mapping[str, Any]) -> PossibleBase | None:
        """The current snapshot if a run with these settings, by this program, would make the same of the same pages."""
        if snapshot is None:
            return None
        try:
            head = read_head(snapshot / "report.json")
            theirs = dict(head["settings"])
            ours = orjson.loads(orjson.dumps([settings.as_json(), made_by]))
            same_day = theirs.pop("as_of", None) == ours[0].pop("as_of")
            if theirs != ours[0] or head["made_by"] != ours[1]:
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # of another program; `publish` says what cannot be read at all
        return cls(snapshot, depends_on_day=not same_day)

    def is_whole(self) -> bool:
        """Whether every byte is as it was published. Reads the whole snapshot."""
        try:
            return content_hash(self.snapshot) == self.snapshot.name
        except OSError:
            return False

    def pages(self) -> Iterator[Mapping[str, Any]]:
        """The inputs of the snapshot, by name."""
        return read_list(self.snapshot / "report.json", INPUTS)

    def stale(self) -> Iterator[BasePage]:
        """The kept pages that the snapshot publishes: never taken over, because what is kept is not in the seeds."""
        return (base_page(item, None) for item in read_list(self.snapshot / "report.json", STALE))

    def page_of(self, item: Mapping[str, Any], number: int, sha256: str) -> PageResult | None:
        """An input as this run's page of that number, if it is still what it was, to the byte."""
        if item["outcome"] not in _OF_THE_PAGE_ALONE or item["sha256"] != sha256:
            return None
        if self.depends_on_day and item["outcome"] == "published" and day_of(item["lastReviewed"]) is None:
            return None  # its Provenance has the day that was asked for
        return page_of(item, number)

    def base(self, published: Iterable[BasePage], settings: Settings, *, same_pages: bool) -> Base:
        """The snapshot as a base; `published` are all of its published pages, in any order."""
        shared_ones = derive(shared(settings), settings.fhir_versions[0], settings).resources
        in_order = tuple(sorted(published, key=lambda page: page.key))
        # Another day is in the report, if in nothing else.
        return Base(self.snapshot, in_order, bool(shared_ones), same_pages and not self.depends_on_day)


def base_page(item: Mapping[str, Any], number: int | None) -> BasePage:
    """A published input of the base."""
    drug = (item["drug"], item["resource"]) if item["kind"] == "drug" else None
    return BasePage(bundle_key(item["kind"], item["drug"]), number, drug)


class BaseVersion:
    """What of a base stays in one FHIR version, once it is settled which pages do.

    Made by reading the base's bundles once: what is dropped is parsed, all else passed over.
    """

    def __init__(self, base: Base, version: FhirVersion, kept: frozenset[int]) -> None:
        self._folder = base.snapshot / version
        self._base = base
        self._kept = kept
        self._dropped: set[bytes] = set()
        self.codes: Counter[tuple[FhirVersion, CodeRow]] = Counter()
        for page, line in self._bundles():
            if page.number not in kept:
                self._drop(version, orjson.loads(line))

    def _drop(self, version: FhirVersion, bundle: Resource) -> None:
        applied = AppliedCodes()
        for entry in bundle["entry"]:
            self._dropped.add(entry["request"]["url"].encode())
            if entry["resource"]["resourceType"] in CODED:
                applied.note(entry["resource"])
        self.codes.subtract((version, row) for row in applied.rows)

    def _bundles(self) -> Iterator[tuple[BasePage, bytes]]:
        shared = [BasePage(bundle_key(None, None), SHARED, None)] if self._base.has_shared else []
        with (self._folder / "bundles" / "transaction.ndjson").open("rb", buffering=LARGE) as lines:
            yield from zip([*shared, *self._base.published], lines, strict=True)

    def bundles(self) -> Iterator[Entry]:
        """The bundles that stay, in their order."""
        return (
            Entry(page.key, page.number, line[:-1])
            for page, line in self._bundles()
            if page.number is not None and page.number in self._kept
        )

    def types(self) -> set[str]:
        """The resource types that the base has."""
        return {path.stem for path in (self._folder / "resources").glob("*.ndjson")}

    def resources(self, resource_type: str) -> Iterator[Entry]:
        """The resources of a type that stay, by id. Whose they are is not known: `page` is -2."""
        path = self._folder / "resources" / f"{resource_type}.ndjson"
        if not path.exists():
            return
        prefix = f"{resource_type}/".encode()
        with path.open("rb", buffering=LARGE) as lines:
            for line in lines:
                head = _HEAD.match(line)
                if head is None:
                    message = f"{path.name} has a line that is not a resource of ours"
                    raise BaseError(message)
                if prefix + head[1] not in self._dropped:
                    yield Entry(head[1], TAKEN_OVER, line[:-1])


#: Stands for the page number of a resource that was taken over.
TAKEN_OVER: Final = -2


def facts_of(base: Base, kept: Container[int]) -> Iterator[Entry]:
    """The facts of the pages that stay, in the order of their bundles."""
    with (base.snapshot / FACTS).open("rb", buffering=LARGE) as lines:
        for page, line in zip(base.published, lines, strict=True):
            if page.number is not None and page.number in kept:
                yield Entry(page.key, page.number, line[:-1])


def codes_of(snapshot: Path) -> Counter[tuple[FhirVersion, CodeRow]]:
    """The codes in the resources of a snapshot, and how many pages have each."""
    rows = read_list(snapshot / "report.json", CODES)
    return Counter({(row["version"], tuple(row["code"])): row["pages"] for row in rows})
