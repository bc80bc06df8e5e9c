"""Writes a snapshot's folder, file by file, from what the batches spooled. Reads and writes lines: memory does not grow."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import Problem
from pipeline.fhir import AppliedCodes, conformance, derive, link, shared
from pipeline.model import Resource
from pipeline.publish.documents import as_of, manifest, no_date, not_held, operation_outcome, report
from pipeline.publish.files import files_below, new_file, sha256
from pipeline.publish.guards import Settled
from pipeline.publish.spool import SHARED, Entry, Spool
from pipeline.settings import FhirVersion, Settings
from pipeline.validate import check_references, validate

_CODED: Final = frozenset({"MedicationKnowledge", "ClinicalUseDefinition"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pages of a spool are published, and what their regimens may refer to.

    `pages` holds their numbers and `SHARED`, `regimens` those whose components are linked, `drugs` maps a slug to the id of its
    MedicationKnowledge.
    """

    spool: Spool
    pages: frozenset[int]
    regimens: frozenset[int]
    drugs: Mapping[str, str]

    @classmethod
    def of(cls, spool: Spool, settled: Sequence[Settled]) -> Selection:
        """The published pages of a run."""
        pages = [one.page for one in settled if one.outcome == "published"]
        return cls(
            spool,
            frozenset({SHARED, *(page.number for page in pages)}),
            frozenset(page.number for page in pages if page.kind == "regimen"),
            # Drugs alone: a regimen that named another one could be committed before it.
            {page.slug: page.knowledge for page in pages if page.kind == "drug" and page.slug and page.knowledge},
        )

    def json(self, entry: Entry) -> bytes:
        """A resource as it is published: what refers to another page is linked."""
        if entry.page not in self.regimens:
            return entry.json
        return orjson.dumps(link(orjson.loads(entry.json), self.drugs))


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """What `write_version` wrote: resources by type in load order, and pages whose resources have another page's ids."""

    counts: dict[str, int]
    clashes: dict[int, list[Problem]]


def broken_links(selection: Selection, version: FhirVersion) -> dict[int, list[Problem]]:
    """Regimen pages that are not valid once they are linked, by page number.

    Everything else was checked page by page, shared resources included, when it was converted: only links cross pages.
    """
    owners: dict[str, int] = {}
    found: list[Problem] = []

    def linked() -> Iterator[Resource]:
        for page, entries in selection.spool.by_page(version, selection.regimens | {SHARED}):
            for entry in entries:
                resource: Resource = orjson.loads(selection.json(entry))
                owners[entry.target] = page
                if resource != orjson.loads(entry.json):
                    found.extend(validate([resource], version))
                yield resource
        # What a link may point at: what else it holds cannot matter here.
        yield from ({"resourceType": "MedicationKnowledge", "id": identity} for identity in sorted({*selection.drugs.values()}))

    found += check_references(linked())
    broken: dict[int, list[Problem]] = {}
    for problem in found:
        if problem.severity in {"fatal", "error"}:
            broken.setdefault(owners[problem.resource or ""], []).append(problem)
    return broken


def write_version(folder: Path, selection: Selection, settings: Settings, version: FhirVersion) -> WrittenVersion:
    """Write the resources, bundles and conformance resources of one FHIR version into `folder` (made here)."""
    for name in ("resources", "bundles", "conformance"):
        (folder / name).mkdir(parents=True)
    counts: dict[str, int] = {}
    clashes: dict[int, list[Problem]] = {}
    applied = AppliedCodes()
    for resource_type in selection.spool.types(version):
        path = folder / "resources" / f"{resource_type}.ndjson"
        counts[resource_type] = _write_type(path, selection, version, clashes, applied)
    with new_file(folder / "bundles" / "transaction.ndjson") as file:
        for _, entries in selection.spool.by_page(version, selection.pages):
            file.write(orjson.dumps(_transaction(selection, entries, settings.canonical)) + b"\n")
    definitions = [*conformance(settings, version), *applied.resources(settings, version)]
    resources = sorted(definitions, key=lambda resource: (str(resource["resourceType"]), str(resource["id"])))
    for resource_type, group in itertools.groupby(resources, key=lambda resource: str(resource["resourceType"])):
        with new_file(folder / "conformance" / f"{resource_type}.ndjson") as file:
            file.writelines(orjson.dumps(resource) + b"\n" for resource in group)
    return WrittenVersion({name: count for name, count in counts.items() if count}, clashes)


def _write_type(
    path: Path, selection: Selection, version: FhirVersion, clashes: dict[int, list[Problem]], applied: AppliedCodes
) -> int:
    count, before = 0, None
    with new_file(path) as file:
        for entry in selection.spool.resources(version, path.stem, selection.pages):
            line = selection.json(entry)
            file.write(line + b"\n")
            # Only these two hold what is coded for the first time; a Medication repeats them.
            if path.stem in _CODED:
                applied.note(orjson.loads(line))
            count += 1
            if before is not None and before.target == entry.target:
                for page in {before.page, entry.page} - {SHARED}:
                    clashes.setdefault(page, []).append(_clash(entry.target))
            before = entry
    if not count:
        path.unlink()
    return count


def _clash(target: str) -> Problem:
    cause = "another page gives a resource of this type and id"
    return Problem("P525", "error", cause, "Give one of the two pages another URL. Neither is published.", resource=target)


def _transaction(selection: Selection, entries: Iterable[Entry], canonical: str) -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"{canonical}/{entry.target}",
                "resource": orjson.Fragment(selection.json(entry)),
                "request": {"method": "PUT", "url": entry.target},
            }
            for entry in entries
        ],
    }


def write_outcome(path: Path, spool: Spool, settled: Sequence[Settled], general: Sequence[Problem], canonical: str) -> int:
    """Write every finding, one OperationOutcome a page, those on no page first. Returns the number of OperationOutcomes."""
    path.parent.mkdir(parents=True)
    spooled = spool.problems()
    number, early = next(spooled, (-1, []))
    count = 0
    with new_file(path) as file:
        if general:
            file.write(orjson.dumps(operation_outcome(None, general, canonical)) + b"\n")
            count += 1
        for one in settled:
            problems = [*one.problems]
            if number == one.page.number:
                problems = early + problems
                number, early = next(spooled, (-1, []))
            if problems:
                file.write(orjson.dumps(operation_outcome(one.page.name, problems, canonical)) + b"\n")
                count += 1
    return count


def write_snapshot(
    folder: Path, selection: Selection, settled: Sequence[Settled], settings: Settings, made_by: Mapping[str, Any]
) -> dict[int, list[Problem]]:
    """Write a whole snapshot into `folder` (made here).

    Returns:
        Pages whose resources have another page's ids: if there are any, the folder must not be published.

    """
    day = as_of(settings, settled)
    written = {version: write_version(folder / version, selection, settings, version) for version in settings.fhir_versions}
    outcome = folder / "outcome" / "OperationOutcome.ndjson"
    outcomes = write_outcome(outcome, selection.spool, settled, () if day else (no_date(),), settings.canonical)
    for version, parts in written.items():
        below = folder / version
        files = {name: (sha256(below / name), (below / name).stat().st_size) for name in files_below(below)}
        _write_json(below / "manifest.json", manifest(settings, day, parts.counts, outcomes, files))
    resources = {version: parts.counts for version, parts in written.items()}
    lost = not_held(settled, {version: derive(shared(settings), version, settings).not_held for version in written})
    _write_json(folder / "report.json", report(settings, day, settled, resources, lost, made_by))
    return {page: problems for parts in written.values() for page, problems in parts.clashes.items()}


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    with new_file(path) as file:
        file.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
