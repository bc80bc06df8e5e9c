"""How one page's resources point back into the page: spans, quotes, quoted concepts (README.md, "How proof is carried")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from pipeline.fhir import systems
from pipeline.fhir.primitives import is_string, string, web_address
from pipeline.model import Code, Coding, DrugFacts, Fact, Link, Page, Span
from pipeline.publishers import Publisher, named
from pipeline.settings import Model, Proof, Settings

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The page that a resource's words come from, and where our own URIs begin.

    `document` is the DocumentReference's reference, `address` the page's own web address if it states a usable one; `publisher`
    is by whose profile it was read. `carries` is how much of the proof stands beside the words. `model` says which resources
    drugs and brands are.
    """

    canonical: str
    document: str
    address: str | None
    publisher: Publisher
    carries: Proof = "full"
    copies: bool = False
    model: Model = "knowledge"

    @property
    def record(self) -> str:
        """The type of the record of a drug or brand, which documents are about and other records name."""
        return "MedicinalProductDefinition" if self.model == "idmp" else "MedicationKnowledge"

    @property
    def product(self) -> str:
        """The type of what an indication is of: it cannot be of a MedicationKnowledge."""
        return "MedicinalProductDefinition" if self.model == "idmp" else "Medication"

    @property
    def of_copies(self) -> Source:
        """The source of words that stand with their proof elsewhere in the page's resources: only in full it is repeated."""
        return self if self.is_full else replace(self, carries="none", copies=True)

    @property
    def without_proof(self) -> Source:
        """The source of words that stand beside their proof, and have their codes here; in full they have it twice."""
        return self if self.is_full else replace(self, carries="none")

    @property
    def is_full(self) -> bool:
        """Whether everything is said wherever it could be; else, once."""
        return self.carries == "full"

    def url(self, extension: str) -> str:
        """The URL of one of our extensions."""
        return systems.extension_url(self.canonical, extension)

    def meta(self, tags: Sequence[Json] = ()) -> Json:
        """A `meta` element with the page's address and some tags, as keyword arguments for a resource; empty without both."""
        return filled(meta=filled(source=self.address, tag=list(tags)))

    def spans(self, spans: Iterable[Span]) -> list[Json]:
        """HL7's derivation-reference for each span, where proof is carried in full."""
        if not self.is_full:
            return []
        return [
            {
                "url": systems.DERIVATION_REFERENCE,
                "extension": [
                    {"url": "reference", "valueReference": {"reference": self.document}},
                    {"url": "offset", "valueInteger": span.start},
                    {"url": "length", "valueInteger": span.end - span.start},
                ],
            }
            for span in spans
        ]

    def proof(self, fact: Fact) -> list[Json]:
        """A fact's spans and the rule that read it (a front-matter value and linked words have none)."""
        if self.is_full:
            rule = [{"url": self.url("rule"), "valueCode": fact.rule}] if fact.rule else []
            return [*self.spans(fact.spans), *rule]
        if self.carries == "none":
            return []
        said = [f"{span.start}+{span.end - span.start}" for span in fact.spans]
        return [{"url": self.url("proof"), "valueString": " ".join([*said, fact.rule] if fact.rule else said)}]

    def quoted(self, name: str, fact: Fact) -> Json:
        """The primitive element `name` with a fact's words, and their proof beside it."""
        return {name: string(fact.text), **_beside(name, self.proof(fact))}

    def quote(self, url: str, fact: Fact, *parts: Json) -> Json:
        """An extension (or, if `url` is a mere name, a part of one) with a fact's words, their proof, and further parts.

        The words are a part and not the value: fhir.resources refuses `_valueString`, where the proof of a value belongs.
        """
        return {"url": url, "extension": [{"url": "text", "valueString": string(fact.text)}, *self.proof(fact), *parts]}

    def concept(self, fact: Fact, *codings: Json, with_terms: bool = False) -> Json:
        """A CodeableConcept of a fact's words: their proof, what codes them, the words.

        Codings: first those given (derived from the words by us), then the glossary entry of the linked words where they
        are the whole phrase, then mapped codes of the same meaning. What codes less than the phrase, or means more, goes
        into an extension: in `coding` it would claim to be the phrase; less than the phrase only in full, and `with_terms`.
        """
        extensions = self.proof(fact)
        coded = list(codings)
        for link in fact.links:
            if link.glossary_id is None:
                continue
            term = self._glossary(link, link.glossary_id)
            if link.text == fact.text:
                coded.append(term)
            elif self.is_full or with_terms:
                extensions.append({"url": self.url("linked-term"), "valueCoding": term})
        for coding in fact.codings:
            mapped = self._mapped(coding)
            if coding.relation == "exact":
                coded.append(mapped)
            else:
                extensions.append({"url": self.url("broader-concept"), "valueCodeableConcept": {"coding": [mapped]}})
        if self.copies:
            # The label, the release and that no person picked the code stand where the words stand first.
            extensions, coded = [], [{"system": each["system"], "code": each["code"]} for each in coded]
        elif not self.is_full:
            coded = [_unless_said(each, fact.text) for each in coded]
        return {**filled(extension=extensions, coding=coded), "text": string(fact.text)}

    def coded(self, fact: Fact | None, *codings: Json) -> Json:
        """A CodeableConcept of codes, with the words that they were read from where the page has them."""
        return self.concept(fact, *codings) if fact else {"coding": [*codings]}

    def page_identifier(self) -> list[Json]:
        """What names the page in its address, where the publisher's profile says of which system that is."""
        value = self.publisher.page_named(self.address) if self.publisher.page_system else None
        return [{"system": self.publisher.page_system, "value": value}] if value else []

    def local(self, system: str, code: str) -> Json:
        """A Coding of one of our code systems."""
        display, _ = systems.CODES[system][code]
        return self.coding(systems.code_system(self.canonical, system), code, display)

    def coding(self, system: str, code: str, display: str) -> Json:
        """A Coding of a table of ours or of HL7's; a display that only repeats the code ("adult", "Adult") in full alone."""
        repeats = _letters(display) == _letters(code)
        is_left_out = not self.is_full and (repeats or self.copies)
        return {"system": system, "code": code, **({} if is_left_out else {"display": display})}

    def identifier(self, system: str, value: str) -> Json:
        """An Identifier of one of our systems."""
        return {"system": systems.identifier_system(self.canonical, system), "value": value}

    def _glossary(self, link: Link, entry: str) -> Json:
        return {
            "system": systems.CANCER_TERMS,
            "code": entry,
            "display": string(link.text),
            **_beside("display", self.spans((link.span,))),
        }

    def _mapped(self, coding: Coding) -> Json:
        return {
            **filled(extension=[{"url": self.url("mapped"), "valueBoolean": True}] if self.is_full else []),
            "system": coding.system,
            **filled(version=coding.version),
            "code": coding.code,
            "display": string(coding.display),
            # No person picked it for this text.
            "userSelected": False,
        }


def source_of(facts: DrugFacts, settings: Settings, document: str) -> Source:
    """The source of a page's resources; its address is the front matter's `url`, if that is an http(s) address."""
    publisher = named(facts.publisher, settings.publishers)
    address = web_address(facts.page.meta("url"))
    return Source(settings.canonical, document, address, publisher, settings.proof, model=settings.model)


def filled(**elements: Any) -> Json:  # noqa: ANN401 - any JSON
    """Those of the elements that have something: FHIR has no empty ones."""
    return {name: value for name, value in elements.items() if value}


def extended(concept: Json, *extensions: Json) -> Json:
    """A concept with further extensions, behind its own."""
    rest = {name: value for name, value in concept.items() if name != "extension"}
    return {**filled(extension=[*concept.get("extension", ()), *extensions]), **rest}


def _beside(name: str, proof: list[Json]) -> Json:
    return {f"_{name}": {"extension": proof}} if proof else {}


def _unless_said(coding: Json, words: str) -> Json:
    """A Coding without its display where that is, letter by letter, the text of its concept."""
    return {name: value for name, value in coding.items() if name != "display" or value != words}


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def coding(code: Code | None) -> list[Json]:
    """A code of a publisher's profile, if it has one."""
    return [asdict(code)] if code else []


def concepts(code: Code | None) -> list[Json]:
    """The same as a CodeableConcept."""
    return [{"coding": [each]} for each in coding(code)]


def links_of(facts: Iterable[Fact]) -> list[Link]:
    """Every link inside the facts, once each, in source order."""
    found = {(link.span, link.href): link for fact in facts for link in fact.links}
    return [found[key] for key in sorted(found)]


def stated(page: Page) -> list[tuple[str, str, Span]]:
    """What the front matter states, as (key, value, span), in source order; what no FHIR string can hold is left out.

    Nothing is lost by that: the page itself is attached.
    """
    values = [(key, value.text, value.span) for key, values in page.front_matter.items() for value in values]
    return sorted((entry for entry in values if is_string(entry[0]) and is_string(entry[1])), key=lambda entry: entry[2])
