"""The resources of one FHIR version against the pages among them: gathered first, then checked one by one."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from pipeline.errors import Problem
from pipeline.publishers import Publisher
from pipeline.verify.copies import copies
from pipeline.verify.derived import derived
from pipeline.verify.document import Document, Unread, read_document, unaccounted
from pipeline.verify.elements import reference_to, references_in
from pipeline.verify.finding import Json, finding
from pipeline.verify.kept import Snapshot
from pipeline.verify.mapped import Conformance
from pipeline.verify.marks import stale_day
from pipeline.verify.page_facts import PageFacts
from pipeline.verify.proof import Proof
from pipeline.verify.spans import spans_in

#: What is not read from a page.
_OURS = frozenset({"Organization", "Device"})


class Resources:
    """What is kept of all resources while each is checked: names and digests, and the text of the pages.

    `conformance` is what the snapshot says of codes, `publishers` the profiles that its pages were read by, `page_facts` the
    facts of a page by its SHA-256 where they hold the proof, `given` the pages at hand besides those in the snapshot, likewise.
    Of pages that are `Unread` no quote is checked.
    """

    def __init__(
        self,
        conformance: Conformance,
        publishers: Sequence[Publisher],
        page_facts: Callable[[str], PageFacts | None] | None = None,
        given: Mapping[str, bytes] | None = None,
    ) -> None:
        self.given = given or {}
        self.conformance = conformance
        self.publishers = publishers
        self.page_facts = page_facts
        self.read_from: dict[str, str] = {}
        self.kept = Snapshot(publishers)
        self.documents: dict[str, Document | Unread] = {}
        self.digests: dict[str, bytes] = {}
        self.counts: Counter[str] = Counter()
        self.pages: Counter[str] = Counter()
        self.stale: dict[str, str] = {}
        self.quotes = 0
        self.failed = 0

    def gather(self, resource: Json, place: str) -> Iterator[Problem]:
        """Take in a resource; what is wrong with a page's attachment is said here."""
        name = reference_to(resource)
        if name in self.digests:
            yield finding("C605", f"{name} is there twice", place)
        self.digests[name] = digest(resource)
        self.counts[resource["resourceType"]] += 1
        if resource["resourceType"] == "DocumentReference":
            page, problems = read_document(resource, self.publishers, self.given)
            yield from problems
            if page is None:
                return
            self.documents[name] = page
            self.pages[page.sha256] += 1
            if day := stale_day(resource):
                self.stale[page.sha256] = day
        if resource["resourceType"] == "Provenance":
            for source in references_in(resource, "entity", "what"):
                self.read_from.update(dict.fromkeys(references_in(resource, "target"), source))
        self.kept.add(resource)

    def check(self, resource: Json) -> Iterator[Problem]:
        """What is not proven in a resource, once all are gathered."""
        page = self._page(resource)
        page_facts = self.page_facts(page.sha256) if self.page_facts and page else None
        if isinstance(page, Unread):
            yield from derived(resource, self.conformance, self.kept.changed_of(resource, None), page.publisher, page_facts)
            return
        proven: set[str] = set()
        kind = resource["resourceType"]
        if page is not None:
            proof = Proof(resource, page, page_facts)
            yield from proof.check()
            proven = proof.proven
            self.quotes += proof.quotes
            self.failed += proof.failed
        elif kind not in _OURS:
            yield finding("C623", "it refers to no page of the snapshot", kind, reference_to(resource))
        publisher = page.publisher if page else None
        yield from derived(resource, self.conformance, self.kept.changed_of(resource, page), publisher, page_facts)
        yield from copies(resource, page, self.kept, proven)
        if kind == "DocumentReference" and page is not None:
            yield from unaccounted(page, proof.sentences)

    def _page(self, resource: Json) -> Document | Unread | None:
        """The page that a resource is read from: the one that its first span, or the Provenance's entity, refers to."""
        if resource["resourceType"] == "DocumentReference":
            return self.documents.get(reference_to(resource))
        if resource["resourceType"] == "Provenance":
            return next((self.documents.get(source) for source in references_in(resource, "entity", "what")), None)
        read_from = [*spans_in(resource), self.read_from.get(reference_to(resource), "")]
        return next((self.documents[each] for each in read_from if each in self.documents), None)


def digest(resource: Json) -> bytes:
    """The same for two resources only if they say the same."""
    return hashlib.sha256(json.dumps(resource, sort_keys=True).encode()).digest()
