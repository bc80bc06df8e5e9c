"""Writes a snapshot's folder, file by file: what the batches spooled, merged with what is taken over. Memory does not grow."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from pipeline.errors import Problem
from pipeline.facts import FACTS, FACTS_SCHEMA, facts_schema
from pipeline.fhir import RECORDS, CodeRow, code_definitions, conformance, derive, link, linked_to, shared, with_snapshot
from pipeline.model import Resource
from pipeline.publish.base import TAKEN_OVER, Base, BaseError, BaseVersion, codes_of, facts_of
from pipeline.publish.documents import as_of, no_date, not_held
from pipeline.publish.files import NewFolder
from pipeline.publish.guards import Settled
from pipeline.publish.outcome import write_outcome
from pipeline.publish.report import write_report
from pipeline.publish.spool import SHARED, Entry, Spool, load_rank
from pipeline.settings import FhirVersion, Settings
from pipeline.validate import check_references, validate

#: SHA-256 of every other file of a snapshot, as `sha256sum` writes and checks them.
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pages are published, where their resources are, and what their regimens may refer to.

    `pages` holds the numbers of those in the spool, and `SHARED`; `kept` those that are taken over from `base`. `regimens` are
    those of both whose components are linked, `records` the ids of the records (`RECORDS`) of the kept ones. `drugs` maps
    a slug to the id of its record; `relinked` says that the base was linked to other drugs.
    """

    spool: Spool
    pages: frozenset[int]
    regimens: frozenset[int]
    drugs: Mapping[str, str]
    base: Base | None = None
    kept: frozenset[int] = frozenset()
    records: frozenset[bytes] = frozenset()
    relinked: bool = False

    @classmethod
    def of(cls, spool: Spool, settled: Sequence[Settled], base: Base | None = None) -> Selection:
        """The published pages of a run."""
        pages = [one.page for one in settled if one.outcome == "published"]
        kept = frozenset(page.number for page in pages if page.taken_over)
        regimens = [page for page in pages if page.kind == "regimen"]
        # Drugs alone: a regimen that named another one could be committed before it.
        drugs = [page for page in pages if page.kind == "drug"]
        gone = {page.drug for page in (base.published if base else ()) if page.drug and page.number not in kept}
        return cls(
            spool,
            frozenset({SHARED, *(page.number for page in pages if not page.taken_over)}),
            frozenset(page.number for page in regimens),
            {page.slug: page.knowledge for page in drugs if page.slug and page.knowledge},
            base,
            kept,
            frozenset((page.knowledge or "").encode() for page in regimens if page.taken_over),
            relinked=gone != {(page.slug, page.knowledge) for page in drugs if not page.taken_over},
        )

    def resource(self, entry: Entry) -> bytes:
        """A record as it is published: what refers to another page is linked."""
        if entry.page in self.regimens:
            return orjson.dumps(link(orjson.loads(entry.json), self.drugs))
        if entry.page == TAKEN_OVER and self.relinked and entry.key in self.records:
            return orjson.dumps(link(orjson.loads(entry.json), self.drugs))
        return entry.json

    def bundle(self, entry: Entry) -> bytes:
        """A page's bundle as it is published."""
        if entry.page not in self.regimens or (entry.page in self.kept and not self.relinked):
            return entry.json
        bundle: Resource = orjson.loads(entry.json)
        linked = [{**each, "resource": link(each["resource"], self.drugs)} for each in bundle["entry"]]
        return orjson.dumps({**bundle, "entry": linked})


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """What `write_version` wrote: resources by type in load order, and pages whose resources have another page's ids."""

    counts: dict[str, int]
    clashes: dict[int, list[Problem]]


def broken_links(selection: Selection, version: FhirVersion) -> dict[int, list[Problem]]:
    """Regimen pages of the spool that are not valid once they are linked, by page number.

    Everything else was checked page by page, shared resources included, when it was converted: only links cross pages.
    """
    broken: dict[int, list[Problem]] = {}
    common: list[Resource] = []
    published = {*selection.drugs.values()}
    for entry in selection.spool.bundles(version, (selection.regimens & selection.pages) | {SHARED}):
        before = [each["resource"] for each in orjson.loads(entry.json)["entry"]]
        if entry.page == SHARED:  # the first
            common = before
            continue
        after = [link(resource, selection.drugs) for resource in before]
        changed = [resource for resource, was in zip(after, before, strict=True) if resource != was]
        # What a link points at: what else it holds cannot matter here.
        targets = sorted({(kind, identity) for kind, identity in _linked(changed) if identity in published})
        there = [*common, *after, *({"resourceType": kind, "id": identity} for kind, identity in targets)]
        if found := _errors([*validate(changed, version), *check_references(there)]):
            broken[entry.page] = found
    return broken


def _linked(resources: Iterable[Resource]) -> Iterator[tuple[str, str]]:
    for name in (name for resource in resources for name in linked_to(resource)):
        kind, _, identity = name.partition("/")
        yield kind, identity


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity in {"fatal", "error"}]


def write_version(folder: NewFolder, selection: Selection, taken: BaseVersion | None, version: FhirVersion) -> WrittenVersion:
    """Write the resources and bundles of one FHIR version into its folder."""
    counts: dict[str, int] = {}
    clashes: dict[int, list[Problem]] = {}
    types = selection.spool.types(version) | (taken.types() if taken else set())
    for resource_type in sorted(types, key=load_rank):
        counts[resource_type] = _write_type(folder, selection, taken, version, resource_type, clashes)
    bundles = selection.spool.bundles(version, selection.pages)
    with folder.file(f"{version}/bundles/transaction.ndjson", even_empty=True) as file:
        for entry in heapq.merge(taken.bundles(), bundles) if taken else bundles:
            file.write(selection.bundle(entry) + b"\n")
    return WrittenVersion({name: count for name, count in counts.items() if count}, clashes)


def _write_definitions(folder: NewFolder, settings: Settings, version: FhirVersion, codes: Iterable[CodeRow]) -> None:
    """Write the conformance resources of one FHIR version, those of the codes that its resources hold among them."""
    definitions = [*conformance(settings, version), *code_definitions(sorted(codes), settings, version)]
    definitions.sort(key=lambda resource: (_file_of(resource), str(resource["id"])))
    for name, group in itertools.groupby(definitions, key=_file_of):
        with folder.file(f"{version}/conformance/{name}.ndjson") as file:
            for resource in group:
                file.write(orjson.dumps(with_snapshot(resource, version)) + b"\n")


def _file_of(definition: Resource) -> str:
    """Excerpts of other people's code systems stand apart: beside the whole system on a server, they would answer for it."""
    return "excerpts" if definition.get("content") == "fragment" else str(definition["resourceType"])


def _write_facts(folder: NewFolder, selection: Selection) -> None:
    """Write the facts of the published pages, and the schema of a line."""
    with folder.file(FACTS_SCHEMA) as file:
        file.write(orjson.dumps(facts_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    spooled = selection.spool.facts(selection.pages)
    kept = facts_of(selection.base, selection.kept) if selection.base else ()
    with folder.file(FACTS, even_empty=True) as file:
        for entry in heapq.merge(kept, spooled):
            file.write(entry.json + b"\n")


def _write_type(  # noqa: PLR0913, PLR0917 - one type of one version of one selection
    folder: NewFolder,
    selection: Selection,
    taken: BaseVersion | None,
    version: FhirVersion,
    resource_type: str,
    clashes: dict[int, list[Problem]],
) -> int:
    count, before = 0, None
    spooled = selection.spool.resources(version, resource_type, selection.pages)
    is_linked = resource_type in RECORDS
    with folder.file(f"{version}/resources/{resource_type}.ndjson") as file:
        for entry in heapq.merge(taken.resources(resource_type), spooled) if taken else spooled:
            line = selection.resource(entry) if is_linked else entry.json
            if entry.page == TAKEN_OVER and line is not entry.json and line != entry.json:
                _check_relinked(line, version)
            file.write(line + b"\n")
            count += 1
            if before is not None and before.key == entry.key:
                _note_clash(before, entry, f"{resource_type}/{entry.key.decode()}", clashes)
            before = entry
    return count


def _check_relinked(line: bytes, version: FhirVersion) -> None:
    if found := _errors(validate([orjson.loads(line)], version)):
        raise BaseError(str(found[0]))


def _note_clash(one: Entry, other: Entry, target: str, clashes: dict[int, list[Problem]]) -> None:
    if TAKEN_OVER in {one.page, other.page}:
        # Which page of the base it is, nobody has noted: so rare that all pages are read to find out.
        message = f"{target} is in the base and in a page that was read"
        raise BaseError(message)
    for page in {one.page, other.page} - {SHARED}:
        clashes.setdefault(page, []).append(_clash(target))


def _clash(target: str) -> Problem:
    cause = "another page gives a resource of this type and id"
    return Problem("P525", "error", cause, "Give one of the two pages another URL. Neither is published.", resource=target)


def write_snapshot(
    folder: NewFolder, selection: Selection, settled: Sequence[Settled], settings: Settings, made_by: Mapping[str, Any]
) -> dict[int, list[Problem]]:
    """Write a whole snapshot into a new folder.

    Returns:
        Pages whose resources have another page's ids: if there are any, the folder must not be published.

    Raises:
        BaseError: What was taken over cannot stand beside what was read.

    """
    day = as_of(settings, settled)
    versions = settings.fhir_versions
    base = selection.base
    taken = {version: BaseVersion(base, version, selection.kept) for version in versions} if base else {}
    codes = _codes(selection, taken.values())
    written: dict[FhirVersion, WrittenVersion] = {}
    for version in versions:
        _write_definitions(folder, settings, version, (row for of, row in codes if of == version))
        written[version] = write_version(folder, selection, taken.get(version), version)
    if clashes := {page: problems for parts in written.values() for page, problems in parts.clashes.items()}:
        return clashes
    general = () if day else (no_date(),)
    write_outcome(folder, selection.spool, base, settled, general, settings.canonical)
    _write_facts(folder, selection)
    write_report(
        folder.file("report.json"),
        settings,
        day,
        settled,
        resources={version: parts.counts for version, parts in written.items()},
        lost=not_held(settled, {version: derive(shared(settings), version, settings).not_held for version in written}),
        codes=codes,
        made_by=made_by,
    )
    listing = folder.listing()
    with folder.file(SUMS) as file:
        file.write(listing)
    return {}


def _codes(selection: Selection, taken: Iterable[BaseVersion]) -> Counter[tuple[FhirVersion, CodeRow]]:
    codes = codes_of(selection.base.snapshot) if selection.base else Counter()
    for each in taken:
        codes.update(each.codes)
    codes.update(selection.spool.codes(selection.pages))
    return +codes
