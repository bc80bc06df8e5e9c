"""Verification: re-proves every quoted value of an output against the page text stored in it.

Nothing of the rooms that made the output is used here, so that a fault of theirs cannot hide itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Problem
from pipeline.verify.copies import same_bundles
from pipeline.verify.document import Document, Unread
from pipeline.verify.elements import reference_to
from pipeline.verify.facts import FactsFile
from pipeline.verify.files import check_files, check_report, lines, publishers_of, snapshot_of
from pipeline.verify.finding import Json, finding, not_read
from pipeline.verify.mapped import Conformance
from pipeline.verify.page_facts import facts_by_page
from pipeline.verify.resources import Resources, digest

__all__ = ["Proved", "prove", "verify"]


@dataclass(slots=True)
class Proved:
    """What was looked at, and what is not proven.

    `unread` are the SHA-256 of pages whose text was not at hand: nothing that is quoted from them is among the quotes.
    `quotes` counts the values that are said to stand in a page, `proven` those that do: each value of each resource and of
    the facts by itself, also where two quote the same words. `resources` and `pages` are those of all FHIR versions together.
    """

    problems: list[Problem] = field(default_factory=list)
    versions: tuple[str, ...] = ()
    resources: int = 0
    pages: int = 0
    quotes: int = 0
    proven: int = 0
    unread: set[str] = field(default_factory=set)

    def add(self, resources: Resources) -> None:
        """Count what was looked at in the folder of a FHIR version."""
        self.resources += resources.counts.total()
        self.pages += resources.pages.total()
        self.unread |= {page.sha256 for page in resources.documents.values() if isinstance(page, Unread)}
        self.quotes += resources.quotes
        self.proven += resources.quotes - resources.failed


def verify(path: Path) -> list[Problem]:
    """The problems that `prove` finds; none means that every quoted value stands in its page where it is said to.

    Raises:
        VerifyError: C600, C607, as `prove`.
    """
    return prove(path).problems


def prove(path: Path, pages: Mapping[str, bytes] | None = None) -> Proved:
    """Prove what is quoted in an output folder (its current snapshot), a snapshot folder, or a FHIR version's folder.

    Quoted values are proven in the facts, and in R5's full profile, which R4B, R4 and the core profile are derived from; of
    those only files, counts and pages are checked, and C606 says so.

    Reads line by line; of the resources it keeps names and digests, of the pages their text.

    The publishers' profiles are those in the report; a version's folder without one is read by those that onlabel knows.

    Args:
        path: The folder.
        pages: Pages by their SHA-256, for those whose license keeps their text out of the snapshot; without it what is quoted
            from such a page is not checked, and C612 says so.

    Raises:
        VerifyError: C600, there is nothing to verify; C607, its SHA256SUMS or report cannot be read.
    """
    snapshot, versions = snapshot_of(path)
    done = Proved(list(check_files(snapshot)) if snapshot else [], tuple(folder.name for folder in versions))
    publishers, problems = publishers_of(snapshot)
    done.problems += problems
    texts: dict[str, Document] = {}
    beside = any(map(_is_whole_r5, versions))
    for folder in versions:
        is_whole = _is_whole_r5(folder)
        told = facts_by_page(snapshot) if snapshot and is_whole else None
        resources = Resources(_conformance(folder), publishers, told, pages)
        done.problems += _gathered(folder, snapshot, resources)
        done.problems += _proven(folder, resources) if is_whole else [not_read(folder, beside=beside)]
        done.add(resources)
        texts.update((page.sha256, page) for page in resources.documents.values() if isinstance(page, Document))
    if snapshot:
        facts = FactsFile(snapshot, texts, done.unread)
        done.problems += facts.check(versions)
        done.quotes += facts.quotes
        done.proven += facts.quotes - facts.failed
    return done


def _is_whole_r5(folder: Path) -> bool:
    """Whether it is the version and profile that all others are derived from, in which every value stands with its proof."""
    return folder.name not in {"R4", "R4B"} and (folder / "resources" / "Provenance.ndjson").is_file()


def _gathered(folder: Path, snapshot: Path | None, resources: Resources) -> Iterator[Problem]:
    """What a version's folder has: its files, its counts and its pages."""
    for place, resource in _lines(folder):
        if resource is None:
            yield finding("C605", "no resource of the file's type", place)
        else:
            yield from resources.gather(resource, place)
    if snapshot:
        yield from check_report(snapshot, folder.name, resources.counts, resources.pages, resources.stale)


def _proven(folder: Path, resources: Resources) -> Iterator[Problem]:
    """What its resources say, and their copies in the Bundles, once all are gathered."""
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
    files = (folder / "conformance" / f"{kind}.ndjson" for kind in ("CodeSystem", "ConceptMap", "excerpts"))
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
            name = reference_to(resource)
            request, full = entry.get("request", {}), str(entry.get("fullUrl"))
            if name in found or request != {"method": "PUT", "url": name} or not full.endswith(f"/{name}"):
                yield finding("C605", f"the entry of {name}", f"{path}:{number}")
            found[name] = digest(resource)
    yield from same_bundles(found, resources.digests, str(path))
