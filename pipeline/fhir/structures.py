"""What all our StructureDefinitions and ValueSets begin with."""

from __future__ import annotations

from typing import Final

from pipeline.fhir.narrative import LANGUAGE, narrative
from pipeline.fhir.source import Json
from pipeline.fhir.systems import extension_url
from pipeline.settings import FhirVersion

#: The version that a definition is written for, as StructureDefinition.fhirVersion has it.
FHIR_VERSIONS: Final[dict[FhirVersion, str]] = {"R5": "5.0.0", "R4B": "4.3.0", "R4": "4.0.1"}


def header(name: str, means: str, canonical: str, version: FhirVersion) -> Json:
    """The first elements of a StructureDefinition."""
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "language": LANGUAGE,
        "text": narrative(f"{title(name)}: {means}"),
        "url": extension_url(canonical, name),
        "name": computable_name(name),
        "title": title(name),
        "status": "active",
        "experimental": False,
        "description": means,
        "fhirVersion": FHIR_VERSIONS[version],
    }


def computable_name(name: str) -> str:
    """`product-type` as `ProductType`."""
    return "".join(part.capitalize() for part in name.split("-"))


def title(name: str) -> str:
    """`product-type` as `Product type`."""
    return name.replace("-", " ").capitalize()
