"""The facts of a snapshot, line by line: of its pages, quoting what stands in them, and all said by the resources."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from pipeline.errors import Problem
from pipeline.facts import FACTS, FACTS_SCHEMA, PublishedFacts, facts_from_json
from pipeline.model import Fact, Link, facts_in
from pipeline.verify.document import Document
from pipeline.verify.files import document, lines
from pipeline.verify.finding import Json, finding
from pipeline.verify.stated import stated

#: A published page as the report lists it: name, SHA-256, drug and kind.
Listed = tuple[object, object, object, object]


@dataclass
class FactsFile:
    """The facts of a snapshot; `pages` are its pages by their SHA-256, `unread` the hashes of those whose text is not at hand.

    `quotes` counts the values that are said to stand in a page, `failed` those of them that do not.
    """

    snapshot: Path
    pages: Mapping[str, Document]
    unread: Container[str] = ()
    quotes: int = 0
    failed: int = 0

    @property
    def path(self) -> Path:
        """The file."""
        return self.snapshot / FACTS

    def check(self, versions: Iterable[Path]) -> Iterator[Problem]:
        """All that is wrong with the file, against the report and the resources in the folders of the FHIR versions.

        Raises:
            VerifyError: C607, the report cannot be read.
        """
        missing = [name for name in (FACTS, FACTS_SCHEMA) if not (self.snapshot / name).is_file()]
        yield from (finding("C601", "", str(self.snapshot / name)) for name in missing)
        if FACTS in missing:
            return
        listed = published(document(self.snapshot / "report.json"))
        yield from self._lines(listed)
        for folder in versions:
            yield from self._stated(folder / "bundles" / "transaction.ndjson")

    def _lines(self, listed: Sequence[Listed]) -> Iterator[Problem]:
        with self.path.open("rb") as file:
            for number, (page, line) in enumerate(zip_longest(listed, file), 1):
                place = f"{self.path}:{number}"
                if page is None or line is None:
                    yield finding("C603", f"the report lists {len(listed)} published pages", place)
                    return
                try:
                    facts = facts_from_json(line)
                except ValueError as error:
                    yield finding("C670", str(error), place)
                    continue
                yield from self._page(facts, page, place)

    def _stated(self, bundles: Path) -> Iterator[Problem]:
        """The Bundles of pages stand in the order of the facts, behind the one of what all pages share, if there is one."""
        if not bundles.is_file():
            return
        pages = ((number, resources) for number, resources in _resources(bundles) if _is_of_a_page(resources))
        with self.path.open("rb") as file:
            for line, page in zip_longest(file, pages):
                if line is None or page is None:
                    yield finding("C603", "there are not as many lines of facts as Bundles of pages", str(bundles))
                    return
                number, resources = page
                try:
                    facts = facts_from_json(line)
                except ValueError:
                    continue  # `_lines` has told of it
                yield from stated(facts, resources, f"{bundles}:{number}")

    def _page(self, facts: PublishedFacts, page: Listed, place: str) -> Iterator[Problem]:
        said = (facts.page.name, facts.page.sha256, facts.slug, facts.kind)
        source = self.pages.get(facts.page.sha256)
        if said == page and source is None and facts.page.sha256 in self.unread:
            return
        if said != page or source is None:
            yield finding("C670", f"the report lists {page[0]!r}", place, shown=facts.page.name)
            return
        if not _is_stated(facts.page.url, source):
            yield finding("C622", "it states another URL", place, shown=facts.page.url)
        letters = {component.letter for component in facts.components}
        for fact in facts_in(facts):
            yield from self._quote(fact, source, place, word=fact not in letters)
            for link in fact.links:
                yield from self._quote(link, source, place)
                yield from _link(link, source, place)

    def _quote(self, quote: Fact | Link, source: Document, place: str, *, word: bool = True) -> Iterator[Problem]:
        spans = [(quote.span.start, quote.span.end)] if isinstance(quote, Link) else [(s.start, s.end) for s in quote.spans]
        self.quotes += 1
        if found := source.objection(quote.text, spans, word=word):
            self.failed += 1
            yield finding(*found, place, shown=quote.text)


def published(report: Json) -> list[Listed]:
    """The published pages as the report lists them, in the order of the facts: drugs by slug, then regimens by slug."""
    pages = [page for page in report.get("inputs", ()) if page.get("outcome") == "published"]
    pages += report.get("stale", ())  # what is published as it was read before
    pages.sort(key=lambda page: (page.get("kind") != "drug", str(page.get("drug"))))
    return [(page.get("name"), page.get("sha256"), page.get("drug"), page.get("kind")) for page in pages]


def _resources(bundles: Path) -> Iterator[tuple[int, list[Json]]]:
    for number, bundle in lines(bundles):
        found = [entry.get("resource", {}) for entry in (bundle or {}).get("entry", ())]
        yield number, found


def _is_of_a_page(resources: list[Json]) -> bool:
    return any(each.get("resourceType") == "DocumentReference" for each in resources)


def _is_stated(url: str | None, source: Document) -> bool:
    """Whether it is the page's URL: at the span that its resource gives, or where that gives none, in the front matter."""
    quoted = source.quoted("url")
    return url == quoted if quoted is not None or url is None else source.states(url)


def _link(link: Link, source: Document, place: str) -> Iterator[Problem]:
    """The words stand in a link of the page with that target, whose dictionary entry is the one stated."""
    there = source.link_at(link.span.start, link.span.end)
    if there is None or there.href != link.href:
        yield finding("C631", "", place, shown=link.href)
    elif link.glossary_id is not None and source.glossary_id(link.span.start, link.span.end) != link.glossary_id:
        yield finding("C630", "the link leads to another entry", place, shown=link.glossary_id)
