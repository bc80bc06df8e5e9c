"""What a snapshot says of each drug, read back from its own files: for people who look at a run of a few pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pipeline.model import Resource
from pipeline.settings import FhirVersion

_PROOF = "http://hl7.org/fhir/StructureDefinition/derivation-reference"


@dataclass(frozen=True, slots=True)
class PublishedUse:
    """A use of the page in its own words: the item, and what stands above it. No brands: it is said of the drug.

    `in_words`: words that no rule understood restrict it.
    """

    text: str
    context: tuple[str, ...]
    brands: tuple[str, ...]
    indications: int
    in_words: bool = False


@dataclass(slots=True)
class PublishedDrug:
    """A drug or regimen with its brands and its uses in the order of the page."""

    name: str
    brands: tuple[str, ...] = ()
    uses: list[PublishedUse] = field(default_factory=list)


def published_drugs(snapshot: Path, version: FhirVersion) -> list[PublishedDrug]:
    """The drugs of a snapshot, by name."""
    folder = snapshot / version / "resources"
    drugs: dict[str, PublishedDrug] = {}
    for resource in _resources(folder / "MedicationKnowledge.ndjson"):
        if resource["productType"][0]["coding"][0]["code"] != "brand":
            names = resource["name"]
            drugs[resource["monograph"][0]["source"]["reference"]] = PublishedDrug(names[0], tuple(names[1:]))
    found: dict[tuple[str, int], PublishedUse] = {}
    for resource in _resources(folder / "ClinicalUseDefinition.ndjson"):
        document, number, use = _use(resource)
        before = found.get((document, number))
        found[document, number] = use if before is None else PublishedUse(**_parts(use), indications=before.indications + 1)
    for (document, _), use in sorted(found.items()):
        drugs[document].uses.append(use)
    return sorted(drugs.values(), key=lambda drug: drug.name.casefold())


def _use(resource: Resource) -> tuple[str, int, PublishedUse]:
    quotes: dict[str, list[str]] = {}
    document, number, in_words = "", 0, False
    for extension in resource["extension"]:
        match extension["url"].rpartition("/")[2]:
            case "quote":
                said = next(part["valueString"] for part in extension["extension"] if "valueString" in part)
                quotes.setdefault(_part(extension, "role")["valueCode"], []).append(said)
            case "use":
                number = extension["valueInteger"]
            case "qualified-in-words":
                in_words = True
            case "derivation-reference" if extension["url"] == _PROOF:
                document = _part(extension, "reference")["valueReference"]["reference"]
    context = (*quotes.get("lead", ()), *quotes.get("parent", ()))
    # A brand's Medication is named like the drug's with the brand behind it; the drug itself is no brand of its own.
    subjects = [subject for subject in resource["subject"] if _is_brand(subject, document)]
    brands = tuple(subject["display"] for subject in subjects)
    return document, number, PublishedUse(quotes["text"][0], context, brands, 1, in_words)


def _is_brand(subject: dict[str, Any], document: str) -> bool:
    reference: str = subject["reference"]
    return reference.partition("/")[2] != document.partition("/")[2]


def _part(extension: dict[str, Any], url: str) -> dict[str, Any]:
    return next(part for part in extension["extension"] if part["url"] == url)


def _parts(use: PublishedUse) -> dict[str, Any]:
    return {"text": use.text, "context": use.context, "brands": use.brands, "in_words": use.in_words}


def _resources(file: Path) -> Iterator[Resource]:
    if file.exists():
        with file.open("rb") as lines:
            yield from map(orjson.loads, lines)
