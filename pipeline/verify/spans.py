"""Spans as resources carry them: HL7's derivation-reference, or our extension `proof` with all of a fact's in one value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from pipeline.verify.elements import name_of, named, objects, values
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
    proofs = (_PROOF.fullmatch(str(proof)) for proof in values(element, "proof", "valueString"))
    return {*(each.get("valueCode") for each in named(element, "rule")), *(proof[2] for proof in proofs if proof and proof[2])}


def spans_of(element: Any) -> list[Place]:  # noqa: ANN401 - any JSON
    """The spans in an element's `extension`: reference, start and end. A span with a part missing is (…, -1, -1)."""
    found: list[Place] = []
    for extension in element.get("extension", ()) if isinstance(element, dict) else ():
        if name_of(extension) == "proof":
            found += _compact(str(extension.get("valueString")))
        elif extension.get("url") == DERIVATION:
            found.append(_derivation(extension))
    return found


def _derivation(extension: Json) -> Place:
    parts = {one.get("url"): one for one in extension.get("extension", ())}
    reference = parts.get("reference", {}).get("valueReference", {}).get("reference")
    offset, length = (parts.get(name, {}).get("valueInteger") for name in ("offset", "length"))
    are_numbers = type(offset) is int and type(length) is int
    if isinstance(reference, str) and are_numbers and len(parts) == len(extension.get("extension", ())):
        return reference, offset, offset + length
    return str(reference), -1, -1


def _compact(value: str) -> Iterator[Place]:
    proof = _PROOF.fullmatch(value)
    for span in proof[1].split() if proof else ():
        offset, length = map(int, span.split("+"))
        yield None, offset, offset + length
    if proof is None:
        yield None, -1, -1


def spans_in(resource: Json) -> Iterator[str]:
    """The references of the spans at any depth of a resource."""
    for _, value in objects(resource, ""):
        yield from (reference for reference, _, _ in spans_of(value) if reference is not None)
