"""Parts of a resource by our (or HL7's) names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def extensions(element: Json, name: str) -> list[Json]:
    """The extensions of an element with our (or HL7's) name."""
    return [each for each in element.get("extension", ()) if each["url"].rsplit("/", 1)[-1] == name]


def parts(extension: Json, name: str) -> list[Json]:
    """The parts of a complex extension that have a name."""
    return [each for each in extension["extension"] if each["url"] == name]


def details_of(element: Json) -> list[tuple[str, Json]]:
    """The kind and the words of each detail of the disease that an element has."""
    return [
        (part["url"], part["valueCodeableConcept"])
        for each in extensions(element, "disease-detail")
        for part in each["extension"]
    ]


def drug_and_brands(resources: Iterable[Json]) -> tuple[Json, list[Json]]:
    """The MedicationKnowledge of a page's drug and those of its brands, told apart by what they say that they are.

    Their order says nothing: bundles have them by id, and the cut id of a brand sorts before that of a long-named drug.

    Raises:
        ValueError, LookupError, TypeError: They are not one drug and its brands.
    """
    found: dict[bool, list[Json]] = {True: [], False: []}
    for each in resources:
        if each["resourceType"] == "MedicationKnowledge":
            found[each["productType"][0]["coding"][0]["code"] == "brand"].append(each)
    (drug,) = found[False]
    return drug, found[True]
