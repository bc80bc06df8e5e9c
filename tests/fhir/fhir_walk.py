"""Walks over resources that several tests share, written from README.md's contract and not from the code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]
SPAN = "http://hl7.org/fhir/StructureDefinition/derivation-reference"


def objects(value: object) -> Iterator[Json]:
    """Every JSON object at any depth, outermost first."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


def of_type(resources: Iterable[Json], kind: str) -> list[Json]:
    return [each for each in resources if each["resourceType"] == kind]


def slices(element: Json, text: str) -> list[str]:
    """The source slices of the spans in an element's extensions, in order."""
    found = []
    for each in element.get("extension", ()):
        if each["url"] == SPAN:
            part = {sub["url"]: sub for sub in each["extension"]}
            offset, length = part["offset"]["valueInteger"], part["length"]["valueInteger"]
            found.append(text[offset : offset + length])
    return found


def proven(resource: Json, text: str) -> Iterator[tuple[str, list[str]]]:
    """Every value with a proof, and its source slices."""
    for each in objects(resource):
        for name, beside in each.items():
            if name.startswith("_"):
                values, proofs = (each[name[1:]], beside) if isinstance(beside, list) else ([each[name[1:]]], [beside])
                yield from ((value, slices(proof, text)) for value, proof in zip(values, proofs, strict=True))
        # An object of extensions alone is what stands beside a primitive: read above, with its value.
        if slices(each, text) and "resourceType" not in each and set(each) != {"extension"}:
            part = [sub["valueString"] for sub in each["extension"] if sub["url"] == "text"]
            yield (part[0] if part else each["text"]), slices(each, text)


def folded(source: str) -> str:
    """A slice of the invented pages as a reader sees it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", source)
    # A slice may begin inside a link or inside bold.
    plain = re.sub(r"\]\([^)]*\)|\[|\*\*", "", plain)
    return html.unescape(re.sub(r"\s*\n\s*", " ", plain))
