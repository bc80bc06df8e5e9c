"""Profiles: what a reader can count on in the records of drugs and brands, in indications and in source documents.

Source: https://hl7.org/fhir/R5/profiling.html
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pipeline.fhir import systems
from pipeline.fhir.source import Json
from pipeline.fhir.structures import header
from pipeline.model import Resource
from pipeline.settings import FhirVersion

#: Constraints by path below the resource.
_Rules: TypeAlias = dict[str, dict[str, Any]]

#: Each profile's resource type and meaning.
_PROFILES: Final = {
    "drug": ("MedicationKnowledge", "A drug or regimen as one page describes it."),
    "brand": ("MedicationKnowledge", "A brand of a drug, with the uses that the page expressly ascribes to it."),
    "indication": ("ClinicalUseDefinition", "One condition that a drug is used for, with the sentences that say so."),
    "source-document": ("DocumentReference", "A page, byte for byte, with an account of what was read in it."),
}
_RECORD: Final[_Rules] = {
    "code": {"min": 1},
    "code.text": {"min": 1},
    "status": {"min": 1},
    "productType": {"min": 1, "max": "1"},
    "monograph": {"min": 1, "max": "1"},
    "monograph.source": {"min": 1},
}


def profile_of(resource: Resource) -> str | None:
    """The name of the profile that one of our resources conforms to, or None."""
    match resource["resourceType"]:
        case "MedicationKnowledge":
            return "brand" if resource["productType"][0]["coding"][0]["code"] == "brand" else "drug"
        case "ClinicalUseDefinition":
            return "indication"
        case "DocumentReference":
            return "source-document"
    return None


def profile_definitions(canonical: str, version: FhirVersion) -> list[Json]:
    """The StructureDefinition of every profile whose resource type a FHIR version has."""
    return [
        _definition(name, canonical, version)
        for name, (resource_type, _) in _PROFILES.items()
        if version != "R4" or resource_type != "ClinicalUseDefinition"
    ]


def _definition(name: str, canonical: str, version: FhirVersion) -> Json:
    resource_type, means = _PROFILES[name]
    return {
        **header(name, means, canonical, version),
        "kind": "resource",
        "abstract": False,
        "type": resource_type,
        "baseDefinition": f"http://hl7.org/fhir/StructureDefinition/{resource_type}",
        "derivation": "constraint",
        "differential": {
            "element": [
                {"id": resource_type, "path": resource_type, "short": means, "definition": means},
                *_required_extension(resource_type, name, canonical),
                *(
                    {"id": f"{resource_type}.{path}", "path": f"{resource_type}.{path}", **rule}
                    for path, rule in _rules(name, canonical, version).items()
                ),
            ]
        },
    }


def _required_extension(resource_type: str, profile: str, canonical: str) -> list[Json]:
    """What must be there among the extensions: the sentences of an indication, why a page is about a drug."""
    names = {"indication": "quote", "source-document": "kind-reason"}
    if profile not in names:
        return []
    name, path = names[profile], f"{resource_type}.extension"
    slicing = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
    kind = [{"code": "Extension", "profile": [systems.extension_url(canonical, name)]}]
    return [
        {"id": path, "path": path, "slicing": slicing},
        {"id": f"{path}:{name}", "path": path, "sliceName": name, "min": 1, "type": kind},
    ]


def _rules(profile: str, canonical: str, version: FhirVersion) -> _Rules:
    """Constraints by path, in the order of the elements in the resource's own definition."""
    rules: _Rules
    match profile:
        case "drug" | "brand":
            first: _Rules = {"identifier": {"min": 1}, "name": {"min": 1}} if version == "R5" else {}
            rules = {**_RECORD, **first}
            if profile == "brand":
                rules |= {"relatedMedicationKnowledge": {"min": 1}, "productType": _is(canonical, "product-type", "brand")}
            else:
                rules["productType"] = {**_RECORD["productType"], "binding": _binding(canonical, "product-type")}
        case "indication":
            rules = {
                "identifier": {"min": 1},
                "type": {"fixedCode": "indication"},
                "category": {"min": 1, "max": "1", "binding": _binding(canonical, "approval-status")},
                "subject": {"min": 1},
                "status": {"min": 1},
                "indication": {"min": 1},
                "indication.intendedEffect": {"min": 1},
            }
        case _:
            attachment: _Rules = {f"content.attachment.{each}": {"min": 1} for each in ("contentType", "size", "hash")}
            about: _Rules = (
                {"subject": {"min": 1}} if version == "R5" else {"context": {"min": 1}, "context.related": {"min": 1}}
            )
            rules = {"identifier": {"min": 1}, "type": {"min": 1}, **about, "content": {"max": "1"}, **attachment}
    order = _ORDER[_PROFILES[profile][0]]
    return dict(sorted(rules.items(), key=lambda rule: order.index(rule[0].partition(".")[0])))


#: A differential lists elements in the order of the resource's definition; these are in that order in R4, R4B and R5 alike.
_ORDER: Final = {
    "MedicationKnowledge": (
        "identifier", "code", "status", "name", "relatedMedicationKnowledge", "productType", "monograph",
    ),
    "ClinicalUseDefinition": ("identifier", "type", "category", "subject", "status", "indication"),
    "DocumentReference": ("identifier", "type", "subject", "content", "context"),
}  # fmt: skip


def _is(canonical: str, system: str, code: str) -> dict[str, Any]:
    coding = {"system": systems.code_system(canonical, system), "code": code}
    return {"min": 1, "max": "1", "patternCodeableConcept": {"coding": [coding]}}


def _binding(canonical: str, name: str) -> dict[str, Any]:
    return {"strength": "required", "valueSet": systems.value_set(canonical, name)}
