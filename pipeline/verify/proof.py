"""Every quoted value of a resource against the page: the contract is "How proof is carried" in `pipeline/fhir/README.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Problem
from pipeline.publishers import Publisher
from pipeline.verify.derived import CANCER_TERMS, NCI_THESAURUS, drug_id
from pipeline.verify.document import Document
from pipeline.verify.elements import name_of, named, quote_of, reference_to, value_of
from pipeline.verify.finding import Json, finding
from pipeline.verify.kept import name_as_concept
from pipeline.verify.mapped import is_bare, is_mapped
from pipeline.verify.page_facts import PageFacts
from pipeline.verify.seen import TARGET
from pipeline.verify.spans import DERIVATION, Place, Span, is_proof, spans_of

#: Values of extensions that are not the page's words: our own words, and what is checked in another way (`_link`, `_key`).
_NOT_QUOTED = frozenset({"text", "key", "reason", "target", "kind-reason", "reviewer", "proof"})
#: The one reference whose display is not the page's word (`copies.py` compares it).
_URI = "urn:ietf:rfc:3986"
#: Concepts whose text is put together from proven parts (checked in `copies.py`) where it has no span of its own.
_ASSEMBLED = re.compile(r"ClinicalUseDefinition\.indication\.(diseaseStatus|diseaseSymptomProcedure)\.concept")
#: What the front matter says.
_OF_FRONT_MATTER = re.compile(r"DocumentReference(?:\.identifier.*|\.content.*|\.version)?")
#: A use in the page's whole words, as its indication quotes them (compared in `copies.py`).
_STATEMENT = re.compile(r"MedicationKnowledge\.indicationGuideline\[\d+\]\.indication\[\d+\]\.concept")
#: What its indication treats, which `copies.py` compares: words of the page, or put together from narrower ones.
_DISEASE = re.compile(
    r"MedicationKnowledge\.indicationGuideline\[\d+\]\.indication\[\d+\]\.extension\[\d+\]\.valueCodeableConcept"
)
#: Facts of a ClinicalUseDefinition that may stand outside the sentences of the use: what the drug is called.
_NAMES = re.compile(r"ClinicalUseDefinition\.subject\b")
#: Our extensions and the parts of complex ones (listed in `pipeline/fhir/README.md`).
EXTENSIONS = frozenset({
    "proof", "rule", "quote", "words", "mapped", "broader-concept", "linked-term", "condition", "narrower-condition", "studied",
    "comorbidity-role", "disease-detail", "therapy-detail", "optional-therapy", "line-of-therapy", "given-alone", "use",
    "conditional-prior-therapy", "phase", "qualified-in-words", "qualifier-of", "stated-for", "approval-status", "subject",
    "disease", "pronunciation", "dailymed-query", "denied-use", "component-letter", "component-concept", "sentence", "link",
    "front-matter", "kind-reason", "review", "stale",
})  # fmt: skip
PARTS = frozenset({
    "text", "role", "reason", "target", "glossary-id", "key", "mode", "phrase", "name",
    "indication", "verdict", "date", "changed", "reviewer", "order", "partner", "alone",
    "status", "biomarker", "stage", "stated", "timing", "manner", "duration", "purpose",
})  # fmt: skip
#: Where a record names others: a regimen its drugs.
_COMPONENTS = ("MedicationKnowledge.relatedMedicationKnowledge[", "MedicinalProductDefinition.crossReference[")
#: Strings that must be proven, besides displays and identifiers.
_REQUIRED = re.compile(
    r"MedicationKnowledge\.name|MedicinalProductDefinition\.name\[\d+\]\.productName"
    r"|DocumentReference\.(?:version|content\[0\]\.attachment\.(?:title|language))"
)


@dataclass
class Proof:
    """The proof of one resource; `proven` gathers every value that held, for the narrative.

    `quotes` counts the values that are said to stand in the page, `failed` those of them that do not. `page_facts` are
    the facts of the page, where they say of words where they stand and the resource may leave it out.
    """

    resource: Json
    document: Document
    page_facts: PageFacts | None = None
    proven: set[str] = field(default_factory=set)
    quoted: list[Span] = field(default_factory=list)
    used: list[tuple[str, Span]] = field(default_factory=list)
    quotes: int = 0
    failed: int = 0

    @property
    def name(self) -> str:
        """`Type/id`."""
        return reference_to(self.resource)

    @property
    def sentences(self) -> list[Span]:
        """The spans of the sentences that the use section is accounted with."""
        return self.page_facts.sentences if self.page_facts else self.document.sentences

    def check(self) -> Iterator[Problem]:
        """All that is not proven in the resource."""
        kind = self.resource["resourceType"]
        yield from self._object(self.resource, kind)
        if kind == "MedicinalProductDefinition":
            yield from self._entries(name_as_concept(self.resource), f"{kind}.code")
        if kind == "ClinicalUseDefinition":
            yield from self._within_quotes()

    def _problem(self, code: str, detail: str, place: str, shown: object = None) -> Problem:
        return finding(code, detail, place, self.name, shown)

    def _object(self, value: Json, place: str) -> Iterator[Problem]:
        """An object and all below it; what stands in `_x` belongs to its neighbour `x`."""
        yield from self._own(value, place)
        yield from self._kinds(value, place)
        for name, item in value.items():
            if _REQUIRED.fullmatch(f"{place}.{name}"):
                yield from self._required(value, name, place)
            if name.startswith("_"):
                yield from self._beside(value.get(name[1:]), item, f"{place}.{name[1:]}")
            elif isinstance(item, dict):
                yield from self._object(item, f"{place}.{name}")
            elif isinstance(item, list):
                for index, each in enumerate(item):
                    if isinstance(each, dict) and is_proof(each):
                        yield from self._extension(str(each["url"]), place)
                    elif isinstance(each, dict):
                        yield from self._object(each, f"{place}.{name}[{index}]")

    def _own(self, value: Json, place: str) -> Iterator[Problem]:
        """What the spans of an object prove, and words of it that must have some."""
        if isinstance(value.get("text"), str):
            yield from self._words(value, value["text"], place, f"{place}.text")
        elif "url" in value and (words := quote_of(value)) is not None:
            if name_of(value) == "quote" and self.resource["resourceType"] == "ClinicalUseDefinition":
                self.quoted += [(start, end) for _, start, end in spans_of(value) or self._told(words, place)]
            yield from self._words(value, words, place, place)
        elif spans := spans_of(value):
            yield from self._bare(value, spans, place)
        if "valueString" in value and name_of(value) not in _NOT_QUOTED:
            yield self._problem("C623", "no span", f"{place}.valueString", value["valueString"])
        reference = value.get("reference")
        is_named = isinstance(reference, str) and not reference.startswith(("#", "Organization/"))
        if _is_publisher(value, self.document.publisher):
            return  # its name is its profile's
        if "display" in value and (is_named or "identifier" in value):
            yield from self._required(value, "display", place)

    def _words(self, element: Json, words: str, place: str, shown_at: str) -> Iterator[Problem]:
        """Words against the spans that stand in an element, or else those that the facts have for them at the place."""
        spans = spans_of(element)
        if spans and not self._is_told(element, words, place):
            yield self._problem("C650", "no such fact has these words, spans and rule", place, words)
        spans = spans or self._told(words, place)
        if spans:
            yield from self._value(words, spans, shown_at, word=name_of(element) != "component-letter")
        elif self._needs_none(words, place):
            self.proven.add(words)
        else:
            yield self._problem("C623", "no span", shown_at, words)

    def _told(self, words: str, place: str) -> list[Place]:
        """Where words stand that have no span beside them, as the facts say it."""
        return self.page_facts.places(self.resource, place, words) if self.page_facts else []

    def _is_told(self, element: Json, words: str, place: str) -> bool:
        """Whether the facts have these words with the proof that an element gives for them, where they are to have them."""
        of_front_matter = _OF_FRONT_MATTER.fullmatch(place) or name_of(element) == "front-matter"
        if self.page_facts is None or of_front_matter:
            return True
        return self.page_facts.has(self.resource, place, words, element)

    def _needs_none(self, words: str, place: str) -> bool:
        """Whether words need no span: put together of proven parts, or copied; a whole value of the front matter."""
        assembled = _ASSEMBLED.fullmatch(place)
        if _DISEASE.fullmatch(place) or (assembled and self.resource["indication"][assembled[1]].get("extension")):
            return True
        if self.page_facts is None:
            return False
        return bool(_STATEMENT.fullmatch(place)) or (bool(_OF_FRONT_MATTER.fullmatch(place)) and self.document.states(words))

    def _kinds(self, value: Json, place: str) -> Iterator[Problem]:
        """What is checked beyond its words because of what it is."""
        if "url" in value and place.rsplit(".", 1)[-1].startswith("extension["):
            yield from self._extension(str(value["url"]), place)
        if "system" in value:
            yield from self._system(value, place)
        if isinstance(value.get("coding"), list):
            yield from self._entries(value, place)
        if place.startswith(_COMPONENTS) and "identifier" in value:
            yield from self._component(value, place)
        if name_of(value) == "link":
            yield from self._link(value, place)
        if name_of(value) == "front-matter":
            yield from self._front_matter(value, place)

    def _bare(self, value: Json, spans: list[Place], place: str) -> Iterator[Problem]:
        """Spans with no value: only on an indication as a whole, where they repeat those of its quotes."""
        if place != "ClinicalUseDefinition":
            yield self._problem("C624", "no value stands beside it", place)
            return
        quoted = {span for extension in named(value, "quote") for span in spans_of(extension)}
        if set(spans) != quoted or len(set(spans)) != len(spans):
            yield self._problem("C650", "the spans of the indication are not those of its quotes", place)

    def _required(self, owner: Json, name: str, place: str) -> Iterator[Problem]:
        """The strings of an element that nothing beside them proves (`_beside` has the others)."""
        proofs = _listed(owner.get(f"_{name}"))
        for index, each in enumerate(_listed(owner.get(name))):
            if index >= len(proofs) or not spans_of(proofs[index]):
                yield from self._words({}, str(each), f"{place}.{name}", f"{place}.{name}")

    def _beside(self, value: Any, beside: Any, place: str) -> Iterator[Problem]:  # noqa: ANN401 - any JSON
        """The strings of an element with what stands beside them."""
        values, proofs = _listed(value) or [None], _listed(beside)
        if isinstance(beside, list) and (not isinstance(value, list) or len(value) != len(beside)):
            yield self._problem("C624", "the proofs are not as many as the values", place)
        for proof, each in zip(proofs, values, strict=False):
            for extension in proof.get("extension", ()) if isinstance(proof, dict) else ():
                yield from self._extension(str(extension.get("url")), place)
            if spans_of(proof) and isinstance(each, str):
                yield from self._words(proof, each, place, place)
            elif spans_of(proof):
                yield self._problem("C624", "no value stands beside it", place)

    def _value(self, value: str, spans: list[Place], place: str, *, word: bool = True) -> Iterator[Problem]:
        """One value against the slices of the page, joined in the order of its spans."""
        self.quotes += 1
        found = self._objection(value, spans, word=word)
        if found:
            self.failed += 1
            yield self._problem(*found, place, value)
        if not found or found[0] == "C622":
            self.used += [(place, (start, end)) for _, start, end in spans]
            self.proven.add(value)

    def _objection(self, value: str, spans: list[Place], *, word: bool) -> tuple[str, str] | None:
        others = [reference for reference, _, _ in spans if reference not in {None, self.document.reference}]
        if others:
            return "C620", f"it refers to {others[0]}"
        return self.document.objection(value, [(start, end) for _, start, end in spans], word=word)

    def _within_quotes(self) -> Iterator[Problem]:
        """What an indication says must be in the sentences that it quotes, and those in the account of the use section."""
        for place, (start, end) in self.used:
            if not _NAMES.match(place) and not any(first <= start and end <= last for first, last in self.quoted):
                yield self._problem("C625", f"{start}-{end}", place)
        for start, end in self.quoted:
            if not _is_covered((start, end), self.sentences):
                yield self._problem("C660", f"{start}-{end} is quoted and in no sentence", "ClinicalUseDefinition.extension")

    def _system(self, value: Json, place: str) -> Iterator[Problem]:
        """Codes and identifiers that the page prints."""
        system, code = value.get("system"), value.get("code")
        if system == NCI_THESAURUS and not is_mapped(value) and not self._is_coded(value):
            found = spans_of(value.get("_code", {})) or self._told(str(code), place)
            if not found or any(
                self.document.seen.part[start] != TARGET for _, start, _ in found if start < len(self.document.text)
            ):
                yield self._problem("C630", "it has no span in a link's target", f"{place}.code", code)
        elif system == CANCER_TERMS and not is_mapped(value):
            spans = spans_of(value.get("_display", {}))
            if "display" not in value:
                return  # `_entries` has its words
            if not spans and self.page_facts and (value["display"], code) in self.page_facts.glossary:
                return  # the facts' links are proven with them
            ids = {self.document.glossary_id(start, end) for _, start, end in spans}
            if ids != {code}:
                yield self._problem("C630", f"the link says {', '.join(map(str, ids)) or 'nothing'}", f"{place}.code", code)
        elif "value" in value and ".identifier" in place and not self._is_known(value):
            yield from self._required(value, "value", place)
            for _, start, end in spans_of(value.get("_value", {})) or self._told(str(value["value"]), place):
                targets = (one.href for one in self.document.seen.links if one.target_start <= start and end <= one.target_end)
                if system != _URI and not any(str(system).partition("//")[2] in href for href in targets):
                    yield self._problem("C630", "the link leads elsewhere than to the system", f"{place}.system", system)

    def _is_coded(self, coding: Json) -> bool:
        """Whether it is the copy of a mapping file's code, which `mapped` compares with its words."""
        return self.page_facts is not None and is_bare(coding) and (coding["system"], coding["code"]) in self.page_facts.coded

    def _entries(self, concept: Json, place: str) -> Iterator[Problem]:
        """Entries of the dictionary that the words of a concept link to: the words are the display that is left out."""
        for coding in concept["coding"]:
            entry = (str(concept.get("text")), str(coding.get("code")))
            is_entry = coding.get("system") == CANCER_TERMS and "display" not in coding
            if is_entry and (self.page_facts is None or entry not in self.page_facts.glossary):
                yield self._problem("C630", "no link of the page leads there from these words", f"{place}.coding", entry[1])

    def _is_known(self, value: Json) -> bool:
        """Whether an identifier is no one's words: ours, the publisher's address, or what names the page in its address."""
        system, document = value["system"], self.document
        publisher = document.publisher
        if system == publisher.page_system and value["value"] == publisher.page_named(document.web_address):
            return True
        ours = ("drug", "brand", "ingredient", "indication", "authorization", "sha256")
        is_own = system in {f"{document.canonical}/{name}" for name in ours}
        return is_own or _is_address(value, publisher)

    def _extension(self, url: str, place: str) -> Iterator[Problem]:
        """The name of an extension is what its value means."""
        name = url.removeprefix(f"{self.document.canonical}/StructureDefinition/")
        if name not in (EXTENSIONS if name != url else PARTS) and url != DERIVATION:
            yield self._problem("C641", "there is no such extension", place, url)

    def _component(self, value: Json, place: str) -> Iterator[Problem]:
        """A regimen's drug: the words' link leads to the page of the drug that is named by identifier and reference."""
        slug = str(value["identifier"].get("value"))
        for _, start, end in spans_of(value.get("_display", {})) or self._told(str(value.get("display")), place):
            link = self.document.link_at(start, end)
            path = link.href.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1] if link else ""
            if _letters(path) != _letters(slug.rpartition(".")[2]):
                yield self._problem("C630", f"the link leads to {path or 'nothing'}", f"{place}.identifier", slug)
        reference = value.get("reference")
        publisher = str(reference).partition("/")[2].partition(".")[0]
        if reference is not None and reference != f"{self.resource['resourceType']}/{drug_id(slug, publisher)}":
            yield self._problem("C650", f"the identifier says {slug}", f"{place}.reference", reference)

    def _link(self, value: Json, place: str) -> Iterator[Problem]:
        """A listed link: its words stand in a link of the page with that target, whose dictionary id is the one stated."""
        target, stated = value_of(value, "target", "valueString"), value_of(value, "glossary-id", "valueCode")
        for _, start, end in spans_of(value):
            link = self.document.link_at(start, end)
            if link is None or (target is not None and link.href != target):
                yield self._problem("C631", "", place, target)
            elif stated is not None and self.document.glossary_id(start, end) != stated:
                yield self._problem("C630", f"the link says {self.document.glossary_id(start, end)}", place, stated)

    def _front_matter(self, value: Json, place: str) -> Iterator[Problem]:
        key = value_of(value, "key", "valueString")
        for _, start, _ in spans_of(value):
            if self.document.key_at(start) != key:
                yield self._problem("C622", f"the key there is {self.document.key_at(start)}", place, key)


def _listed(value: object) -> list[Any]:
    """The items of an element that may repeat, or its one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isascii() and c.isalnum())


def _is_covered(span: Span, sentences: list[Span]) -> bool:
    """Whether a range lies in sentences that follow each other, footnote marks and space between them aside."""
    start, end = span
    touching = sorted(s for s in sentences if s[0] < end and start < s[1])
    return bool(touching) and touching[0][0] <= start and end <= touching[-1][1]


def _is_address(value: Json, publisher: Publisher) -> bool:
    """Whether an identifier is the publisher's address, as its profile has it."""
    return value.get("system") == _URI and value.get("value") == publisher.address


def _is_publisher(value: Json, publisher: Publisher) -> bool:
    """Whether a reference names the publisher as its profile does."""
    identifier = value.get("identifier")
    stated = (identifier.get("value") if isinstance(identifier, dict) else None, value.get("display"))
    return value.get("type") == "Organization" and stated == (publisher.address, publisher.name)
