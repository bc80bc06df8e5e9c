"""The facts of a snapshot, line by line: whether they are those of its pages, and whether every quote stands in its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from pipeline.errors import Problem
from pipeline.facts import PublishedFacts, facts_from_json
from pipeline.model import Fact, Link, facts_in
from pipeline.verify.document import Document
from pipeline.verify.finding import finding
from pipeline.verify.spans import Span

#: A published page as the report lists it: name, SHA-256, drug and kind.
Listed = tuple[object, object, object, object]


@dataclass
class FactsFile:
    """The file of the facts; `pages` are those of the snapshot by their SHA-256.

    `quotes` counts the values that are said to stand in a page, `failed` those of them that do not.
    """

    path: Path
    pages: Mapping[str, Document]
    quotes: int = 0
    failed: int = 0

    def check(self, listed: Sequence[Listed]) -> Iterator[Problem]:
        """All that is wrong with the file; `listed` are the published pages in the order of its lines."""
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

    def _page(self, facts: PublishedFacts, page: Listed, place: str) -> Iterator[Problem]:
        said = (facts.page.name, facts.page.sha256, facts.slug, facts.kind)
        document = self.pages.get(facts.page.sha256)
        if said != page or document is None:
            yield finding("C670", f"the report lists {page[0]!r}", place, shown=facts.page.name)
            return
        if facts.page.url != document.quoted("url"):
            yield finding("C622", "it states another URL", place, shown=facts.page.url)
        letters = {component.letter for component in facts.components}
        for fact in facts_in(facts):
            yield from self._quote(fact, document, place, word=fact not in letters)
            for link in fact.links:
                yield from self._quote(link, document, place)
                yield from _link(link, document, place)

    def _quote(self, quote: Fact | Link, document: Document, place: str, *, word: bool = True) -> Iterator[Problem]:
        spans = [(quote.span.start, quote.span.end)] if isinstance(quote, Link) else [(s.start, s.end) for s in quote.spans]
        found = _unproven(quote.text, spans, document, place, word=word)
        self.quotes += 1
        self.failed += found is not None
        if found is not None:
            yield found


def _unproven(text: str, spans: Sequence[Span], document: Document, place: str, *, word: bool) -> Problem | None:
    """What speaks against a value being what a page shows at its spans, joined in their order."""
    shown: list[str] = []
    for start, end in spans:
        said, reason = document.show(start, end)
        if said is None and reason == "it cuts a word" and not word:
            said = "".join(document.seen.shown[start:end])
        if said is None:
            return finding("C620" if "not within" in reason else "C621", reason, place, shown=text)
        shown.append(said)
    if not spans:
        return finding("C623", "no span", place, shown=text)
    return None if " ".join(shown) == text else finding("C622", f"it says {' '.join(shown)!r}"[:200], place, shown=text)


def _link(link: Link, document: Document, place: str) -> Iterator[Problem]:
    """The words stand in a link of the page with that target, whose dictionary entry is the one stated."""
    there = document.link_at(link.span.start, link.span.end)
    if there is None or there.href != link.href:
        yield finding("C631", "", place, shown=link.href)
    elif link.glossary_id is not None and document.glossary_id(link.span.start, link.span.end) != link.glossary_id:
        yield finding("C630", "the link leads to another entry", place, shown=link.glossary_id)
