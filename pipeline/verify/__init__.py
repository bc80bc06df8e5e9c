"""Verification: re-proves every quoted value of an output against the page text stored in it.

Nothing of the rooms that made the output is used here, so that a fault of theirs cannot hide itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import Problem
from pipeline.verify.copies import same_bundles
from pipeline.verify.document import read_document
from pipeline.verify.files import check_counts, check_manifest, check_name, check_report, document, lines, snapshot_of
from pipeline.verify.finding import Json, finding, not_read
from pipeline.verify.mapped import Conformance
from pipeline.verify.resources import Resources, digest, name_of

__all__ = ["verify"]


def verify(path: Path) -> list[Problem]:
    """What is not proven in an output folder (its current snapshot), a snapshot folder, or a FHIR version's folder.

    Quoted values are proven in R5's full profile, which R4B, R4 and the core profile are derived from; of those only files,
    counts and pages are checked, and C606 says so.

    Reads line by line; of the resources it keeps names and digests, of the pages their text.

    Returns:
        C6xx problems; none means that every quoted value stands in its page where it is said to.

    Raises:
        VerifyError: C600, if there is nothing to verify.
    """
    snapshot, versions = snapshot_of(path)
    problems = list(check_name(snapshot)) if snapshot else []
    proven = [folder for folder in versions if _is_whole_r5(folder)]
    for folder in versions:
        problems += _version(folder, snapshot) if folder in proven else _derived(folder, snapshot, beside=bool(proven))
    return problems


def _is_whole_r5(folder: Path) -> bool:
    """Whether it is the version and profile that all others are derived from, in which every value stands with its proof."""
    return folder.name not in {"R4", "R4B"} and (folder / "resources" / "Provenance.ndjson").is_file()


def _derived(folder: Path, snapshot: Path | None, *, beside: bool) -> Iterator[Problem]:
    """The files of a version that is derived from R5, or of the core profile: what is in them is not read against the pages."""
    manifest = document(folder / "manifest.json")
    yield from check_manifest(folder, manifest)
    counts: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    for place, resource in _lines(folder):
        if resource is None:
            yield finding("C605", "no resource of the file's type", place)
            continue
        counts[resource["resourceType"]] += 1
        if resource["resourceType"] == "DocumentReference":
            page, problems = read_document(resource)
            yield from problems
            if page is not None:
                pages[hashlib.sha256(page.text.encode()).hexdigest()] += 1
    yield from check_counts(folder, manifest, counts)
    if snapshot:
        yield from check_report(snapshot, folder.name, counts, pages)
    yield not_read(folder, beside=beside)


def _version(folder: Path, snapshot: Path | None) -> Iterator[Problem]:
    """All checks of one FHIR version's folder, the files first."""
    manifest = document(folder / "manifest.json")
    yield from check_manifest(folder, manifest)
    resources = Resources(_conformance(folder))
    for place, resource in _lines(folder):
        if resource is None:
            yield finding("C605", "no resource of the file's type", place)
        else:
            yield from resources.gather(resource, place)
    yield from check_counts(folder, manifest, resources.counts)
    if snapshot:
        yield from check_report(snapshot, folder.name, resources.counts, resources.pages)
    for _, resource in _lines(folder):
        if resource is not None:
            yield from resources.check(resource)
    yield from _bundles(folder / "bundles" / "transaction.ndjson", resources)


def _lines(folder: Path) -> Iterator[tuple[str, Json | None]]:
    for path in sorted((folder / "resources").glob("*.ndjson")):
        for number, resource in lines(path):
            is_one = resource is not None and resource.get("resourceType") == path.stem and isinstance(resource.get("id"), str)
            yield f"{path}:{number}", resource if is_one else None


def _conformance(folder: Path) -> Conformance:
    files = (folder / "conformance" / f"{kind}.ndjson" for kind in ("CodeSystem", "ConceptMap"))
    return Conformance.of(one for path in files if path.is_file() for _, one in lines(path) if one)


def _bundles(path: Path, resources: Resources) -> Iterator[Problem]:
    if not path.is_file():
        yield finding("C601", "", str(path))
        return
    found: dict[str, bytes] = {}
    for number, bundle in lines(path):
        if bundle is None or bundle.get("type") != "transaction":
            yield finding("C605", "no transaction Bundle", f"{path}:{number}")
            continue
        for entry in bundle.get("entry", ()):
            resource = entry.get("resource", {})
            name = name_of(resource)
            request, full = entry.get("request", {}), str(entry.get("fullUrl"))
            if name in found or request != {"method": "PUT", "url": name} or not full.endswith(f"/{name}"):
                yield finding("C605", f"the entry of {name}", f"{path}:{number}")
            found[name] = digest(resource)
    yield from same_bundles(found, resources.digests, str(path))
