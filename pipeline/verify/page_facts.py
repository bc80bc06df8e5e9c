"""What the facts of a page say, for resources that leave it to them where their words stand in the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from pipeline.facts import FACTS, PublishedFacts, facts_from_json
from pipeline.model import Fact, Use, facts_in
from pipeline.verify.elements import value_of
from pipeline.verify.files import document
from pipeline.verify.finding import Json
from pipeline.verify.reviews import CORRECTED
from pipeline.verify.spans import Place, Span, rules_of, spans_of

#: Where a ClinicalUseDefinition has which fields of its use, by the element's path; the longest that fits counts.
_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "category": ("approval_status_fact",),
        "contained": ("populations", "qualifiers"),
        "extension": ("text", "parent", "lead", "evidence"),
        "indication.comorbidity": ("settings", "causes"),
        "indication.diseaseStatus": ("disease_status", "biomarkers", "stages", "qualifiers"),
        "indication.diseaseSymptomProcedure": ("conditions", "narrower"),
        "indication.extension": ("line", "alone", "therapies", "prior", "phases"),
        "indication.intendedEffect": ("intent_text",),
        "indication.otherTherapy": ("therapies", "prior"),
    }
)
#: The spans of a fact, and the rule that read it.
_Proof: TypeAlias = tuple[tuple[Span, ...], str]


class PageFacts:
    """The facts of one page by their words."""

    def __init__(self, facts: PublishedFacts) -> None:
        self.facts = facts

    def places(self, resource: Json, place: str, words: str) -> list[Place]:
        """Where the page has words of a resource, as the facts say that belong at a place in it; none if they do not."""
        found = self._by_words(_number(resource), _path(place)).get(words)
        return [(None, start, end) for start, end in found[0][0]] if found else []

    def has(self, resource: Json, place: str, words: str, element: Json) -> bool:
        """Whether a fact that belongs at a place has these words, and the spans and the rule that an element gives for them."""
        proof = tuple((start, end) for _, start, end in spans_of(element)), next(iter(rules_of(element)), "")
        return proof in self._by_words(_number(resource), _path(place)).get(words, [])

    def corrected(self, resource: Json) -> set[str]:
        """The fields of an indication's use that have a value which a person gave, as a review's `changed` names them."""
        use = self._use(_number(resource) or 0)
        return {
            each.name.removesuffix("_text").removesuffix("_fact").replace("_", "-")
            for each in (fields(use) if use else ())
            if any(fact.rule == CORRECTED for fact in facts_in(getattr(use, each.name)))
        }

    @cached_property
    def sentences(self) -> list[Span]:
        """The spans of the sentences that the use section is accounted with."""
        return [(span.start, span.end) for sentence in self.facts.sentences for span in sentence.fact.spans]

    @cached_property
    def printed(self) -> set[str]:
        """The codes that the page itself prints."""
        return {each.fact.text for each in self.facts.identifiers}

    @cached_property
    def coded(self) -> set[tuple[str, str]]:
        """The codes of mapping files that facts have as meaning the same: system and code."""
        codings = (coding for fact in facts_in(self.facts) for coding in fact.codings if coding.relation == "exact")
        return {(coding.system, coding.code) for coding in codings}

    @cached_property
    def glossary(self) -> set[tuple[str, str]]:
        """Linked words and the dictionary entry that they lead to."""
        return {
            (link.text, link.glossary_id)
            for fact in facts_in(self.facts)
            for link in fact.links
            if link.glossary_id is not None
        }

    @lru_cache  # noqa: B019 - of one page, and few are kept
    def _by_words(self, number: int | None, path: str) -> Mapping[str, list[_Proof]]:
        found: dict[str, list[_Proof]] = {}
        for fact in self._facts(number, path):
            found.setdefault(fact.text, []).append((tuple((span.start, span.end) for span in fact.spans), fact.rule))
        return found

    def _facts(self, number: int | None, path: str) -> Iterable[Fact]:
        """The facts of a use that belong at an element of its resource; all facts of the page for another resource."""
        if number is None:
            return facts_in(self.facts)
        use = self._use(number)
        if use is None:
            return ()
        if path == "subject":
            return facts_in((use.brands, self.facts.name))
        return facts_in(tuple(getattr(use, name) for name in _FIELDS.get(path, ())))

    def _use(self, number: int) -> Use | None:
        return self.facts.uses[number - 1] if 1 <= number <= len(self.facts.uses) else None


def facts_by_page(snapshot: Path) -> Callable[[str], PageFacts | None] | None:
    """The facts of a page by its SHA-256; None where the snapshot's resources carry the proof themselves.

    Raises:
        VerifyError: C607, its report cannot be read.
    """
    settings = document(snapshot / "report.json").get("settings", {})
    if settings.get("proof", "full") == "full" or not (snapshot / FACTS).is_file():
        return None
    begins = {sha256: offset for offset, sha256 in _lines(snapshot / FACTS)}

    @lru_cache(maxsize=1)  # resources stand in the order of their pages
    def page_facts(sha256: str) -> PageFacts | None:
        if sha256 not in begins:
            return None
        with (snapshot / FACTS).open("rb") as file:
            file.seek(begins[sha256])
            return PageFacts(facts_from_json(file.readline()))

    return page_facts


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    """Where each line begins whose facts can be read, and the SHA-256 of its page (`FactsFile` tells of the others)."""
    with path.open("rb") as file:
        while True:
            offset = file.tell()
            line = file.readline()
            if not line:
                return
            try:
                yield offset, facts_from_json(line).page.sha256
            except ValueError:
                continue


def _number(resource: Json) -> int | None:
    """The number of the use that a resource is of; 0 for an indication that does not say it."""
    if resource["resourceType"] != "ClinicalUseDefinition":
        return None
    number = value_of(resource, "use", "valueInteger")
    return number if isinstance(number, int) else 0


def _path(place: str) -> str:
    """The key of `_FIELDS` for a place: the first element below the resource, or two below `indication`."""
    names = [step.partition("[")[0] for step in place.split(".")[1:3]]
    return ".".join(names) if names[:1] == ["indication"] else "".join(names[:1])
