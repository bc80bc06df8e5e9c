"""DocumentReference: the page itself, byte for byte, and the account of what was read in it.

Source: https://hl7.org/fhir/R5/documentreference.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipeline.fhir import systems
from pipeline.fhir.brands import drug_reference
from pipeline.fhir.ids import drug_id
from pipeline.fhir.narrative import narrative, quotation
from pipeline.fhir.primitives import is_code, is_language, is_string, midnight, string
from pipeline.fhir.source import Json, Source, coding, concepts, filled, links_of, stated
from pipeline.fhir.structures import head
from pipeline.model import DrugFacts, Fact, Page, Sentence, facts_in
from pipeline.publishers import Publisher, refusal

#: Front-matter keys whose values are tags too, and the code system that labels them.
_TAGS: Final = {"cancerTypes": "page-cancer-type", "tags": "page-topic", "audienceLevel": "page-audience"}
#: Sentences that are in no use.
_APART: Final = ("unread", "withheld")
_ATTACHED: Final = (
    "The attachment is the page's text as it was stored (Markdown with front matter), not the HTML at its address."
)
_NOT_ATTACHED: Final = (
    "The page's text is not attached, because its license does not say that anybody may copy it: size and hash are its."
)


def document_reference(facts: DrugFacts, source: Source) -> Json:
    """The page as a document about its drug."""
    page = facts.page
    attached = _is_attached(page, source)
    identifiers = [{"system": systems.URI, **_stated(page, "url", "value", source)}] if source.address else []
    return {
        **head("DocumentReference", drug_id(facts), _narrative(facts, source), _meta(page, source)),
        "extension": _extensions(facts, source),
        "identifier": [*identifiers, *source.page_identifier(), source.identifier("sha256", page.sha256)],
        **_stated(page, "version", "version", source),
        "status": "superseded" if facts.page_status else "current",
        "docStatus": "final",
        "type": {"coding": [source.local("document-type", source.publisher.document), *coding(source.publisher.document_code)]},
        **filled(category=concepts(source.publisher.section_code or source.publisher.document_code)),
        "subject": drug_reference(source.record, facts, source),
        **filled(date=midnight(page.meta("lastReviewed"))),
        **filled(author=[author(source.publisher)] if source.publisher.wrote(page) else []),
        "description": f"{source.publisher.notice} {_ATTACHED if attached else _NOT_ATTACHED}",
        "content": [{"attachment": _attachment(page, source, with_text=attached)}],
    }


def _is_attached(page: Page, source: Source) -> bool:
    return refusal(page.meta("license"), source.publisher) is None


def author(publisher: Publisher) -> Json:
    """The publisher, as the author of a page's text: its Organization, or named by its address where it has none."""
    if publisher.organization:
        return {"reference": f"Organization/{publisher.id}", "display": publisher.name}
    identifier = {"system": systems.URI, "value": publisher.address}
    return {"type": "Organization", "identifier": identifier, "display": publisher.name}


def _meta(page: Page, source: Source) -> Json:
    # A tag twice is one tag: servers keep them as a set.
    stated_codes = dict.fromkeys(
        (system, value.text) for key, system in _TAGS.items() for value in page.front_matter.get(key, ()) if is_code(value.text)
    )
    tags = [{"system": systems.code_system(source.canonical, system), "code": code} for system, code in stated_codes]
    return source.meta(tags)


def _attachment(page: Page, source: Source, *, with_text: bool) -> Json:
    data = page.data
    language = page.meta("language")
    return {
        "contentType": "text/markdown; charset=UTF-8",
        **(_stated(page, "language", "language", source) if language and is_language(language) else {}),
        **({"data": base64.b64encode(data).decode()} if with_text else filled(url=source.address)),
        # An integer64 is a string in JSON.
        "size": str(len(data)),
        # FHIR asks for SHA-1 here; SHA-256 is the identifier.
        "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(),
        **_stated(page, "title", "title", source),
    }


def _stated(page: Page, key: str, element: str, source: Source) -> Json:
    """The primitive `element` with a front-matter value and its span; empty if there is none or no string can hold it."""
    values = page.front_matter.get(key, ())
    if not values or not is_string(values[0].text):
        return {}
    return source.of_copies.quoted(element, Fact(values[0].text, (values[0].span,), ""))


def _extensions(facts: DrugFacts, source: Source) -> list[Json]:
    return [
        {"url": source.url("kind-reason"), "valueString": string(facts.kind_reason)},
        *(source.quote(source.url("studied"), fact) for fact in facts.studied),
        *(_sentence(sentence, source) for sentence in _accounted(facts, source)),
        *(_links(facts, source) if source.carries == "full" else ()),
        *_front_matter(facts, source),
    ]


def _accounted(facts: DrugFacts, source: Source) -> list[Sentence]:
    """The sentences of the use section: all in full; else those that no use quotes, and the file of facts has all."""
    return [each for each in facts.sentences if source.carries == "full" or each.role in _APART]


def _sentence(sentence: Sentence, source: Source) -> Json:
    reason = [{"url": "reason", "valueString": sentence.reason}] if sentence.reason else []
    return source.quote(source.url("sentence"), sentence.fact, {"url": "role", "valueCode": sentence.role}, *reason)


def _front_matter(facts: DrugFacts, source: Source) -> Iterator[Json]:
    """All that the front matter states in full, or where the page is not attached; else only that it is no longer in force."""
    whole = source.carries == "full" or not _is_attached(facts.page, source)
    # Neither the page nor its facts say where these stand: without a place nobody could prove them.
    placed = source if source.carries == "full" else replace(source, carries="compact")
    for key, text, span in stated(facts.page):
        if whole or (facts.page_status and span in facts.page_status.spans):
            yield placed.quote(source.url("front-matter"), Fact(text, (span,), ""), {"url": "key", "valueString": key})


def _links(facts: DrugFacts, source: Source) -> Iterator[Json]:
    for link in links_of(facts_in(facts)):
        # Text, not a URI: it may be relative, or `javascript:`.
        target = [{"url": "target", "valueString": link.href}] if is_string(link.href) else []
        entry = [{"url": "glossary-id", "valueCode": link.glossary_id}] if link.glossary_id else []
        yield source.quote(source.url("link"), Fact(link.text, (link.span,), ""), *target, *entry)


def _narrative(facts: DrugFacts, source: Source) -> Json:
    title = _stated(facts.page, "title", "title", source)
    heading = quotation(title["title"]) if title else "Patient drug information page"
    address = [quotation(source.address)] if source.address else []
    sentences = _accounted(facts, source)
    read = [sentence for sentence in sentences if sentence.role not in _APART]
    unread, withheld = ([sentence for sentence in sentences if sentence.role == role] for role in _APART)
    listed = (("Use section, read", read), ("Use section, not read", unread), ("Use section, withheld", withheld))
    quoted = ((label, [quotation(sentence.fact.text) for sentence in sentences]) for label, sentences in listed)
    # What onlabel's publishers say of themselves stands in `description`.
    return narrative(heading, ("Address", address), *quoted)
