"""Spans as resources carry them: HL7's derivation-reference, or our extension `proof` with all of a fact's in one value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from pipeline.verify.finding import Json

#: A half-open range of code points of a page.
Span: TypeAlias = tuple[int, int]
#: A span, and the reference of its page; None where that is the page of the resource.
Place: TypeAlias = tuple[str | None, int, int]

DERIVATION = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
_PROOF = re.compile(r"((?:(?:0|[1-9]\d*)\+[1-9]\d*)(?: (?:0|[1-9]\d*)\+[1-9]\d*)*)(?: (\D\S*))?")


def is_proof(extension: Json) -> bool:
    """Whether it is one of the extensions that carry spans."""
    return extension.get("url") == DERIVATION or name_of(extension) == "proof"


def rules_of(element: Json) -> set[object]:
    """The rules that an element's extensions name."""
    rules = {each.get("valueCode") for each in element.get("extension", ()) if name_of(each) == "rule"}
    proofs = (
        _PROOF.fullmatch(str(each.get("valueString"))) for each in element.get("extension", ()) if name_of(each) == "proof"
    )
    return rules | {proof[2] for proof in proofs if proof and proof[2]}


def spans_of(element: Any) -> list[Place]:  # noqa: ANN401 - any JSON
    """The spans in an element's `extension`: reference, start and end. A span with a part missing is (…, -1, -1)."""
    if not isinstance(element, dict):
        return []
    found: list[Place] = []
    for extension in element.get("extension", ()):
        if name_of(extension) == "proof":
            found += _compact(str(extension.get("valueString")))
        if extension.get("url") != DERIVATION:
            continue
        parts = {one.get("url"): one for one in extension.get("extension", ())}
        reference = parts.get("reference", {}).get("valueReference", {}).get("reference")
        offset, length = (parts.get(name, {}).get("valueInteger") for name in ("offset", "length"))
        if (
            isinstance(reference, str)
            and type(offset) is int
            and type(length) is int
            and len(parts) == len(extension.get("extension", ()))
        ):
            found.append((reference, offset, offset + length))
        else:
            found.append((str(reference), -1, -1))
    return found


def _compact(value: str) -> Iterator[Place]:
    proof = _PROOF.fullmatch(value)
    for span in proof[1].split() if proof else ():
        offset, length = map(int, span.split("+"))
        yield None, offset, offset + length
    if proof is None:
        yield None, -1, -1


def part(extension: Json, name: str) -> Json:
    """The part of a complex extension that has a name; empty if there is none."""
    return next((one for one in extension.get("extension", ()) if one.get("url") == name), {})


def quote_of(extension: Json) -> str | None:
    """The words that a quote among our extensions carries in its part `text`."""
    words = part(extension, "text").get("valueString")
    return words if isinstance(words, str) else None


def codes_of(concept: Json | None) -> set[str]:
    """The codes of a CodeableConcept, of whatever system."""
    return {str(coding.get("code")) for coding in (concept or {}).get("coding", ())}


def name_of(extension: Json) -> str:
    """The name of one of our extensions, or of a part of one: the end of its URL."""
    return str(extension.get("url", "")).rsplit("/", 1)[-1]


def spans_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """The references of the spans at any depth of a resource."""
    if isinstance(value, dict):
        yield from (reference for reference, _, _ in spans_of(value) if reference is not None)
        for item in value.values():
            yield from spans_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from spans_in(item)
