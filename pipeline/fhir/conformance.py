"""What our own codes, extensions and profiles mean, for a validator or a server.

Source: https://hl7.org/fhir/R5/codesystem.html, https://hl7.org/fhir/R5/valueset.html
"""

from __future__ import annotations

from pipeline.fhir import systems
from pipeline.fhir.extensions import extension_definitions
from pipeline.fhir.narrative import narrative
from pipeline.fhir.profiles import profile_definitions
from pipeline.fhir.searches import search_parameters
from pipeline.fhir.source import Json
from pipeline.fhir.structures import definition, title
from pipeline.model import Resource
from pipeline.settings import FhirVersion, Settings


def conformance(settings: Settings, version: FhirVersion = "R5") -> list[Resource]:
    """The definition of every code system, value set, extension, profile and search parameter of ours, without snapshots."""
    complete = [_code_system(settings, name, f"onlabel: {title(name)}.", codes) for name, codes in systems.CODES.items()]
    found = [
        *complete,
        *(_value_set(each, settings) for each in complete),
        *extension_definitions(settings.canonical, version, settings.model),
        *profile_definitions(settings.canonical, version),
        *search_parameters(settings.canonical, version),
    ]
    if settings.model == "idmp":  # in which no profile and no search parameter of ours finds what it is of
        found = [each for each in found if "MedicationKnowledge" not in (each.get("type"), *each.get("base", ()))]
    return sorted(found, key=lambda resource: (str(resource["resourceType"]), str(resource["id"])))


def _value_set(code_system: Json, settings: Settings) -> Json:
    same = ("id", "language", "name", "title", "status", "experimental")
    means = f"All codes of the code system {code_system['title']}."
    return {
        "resourceType": "ValueSet",
        **{name: code_system[name] for name in same},
        "text": narrative(means),
        "url": systems.value_set(settings.canonical, code_system["id"]),
        "description": means,
        "compose": {"include": [{"system": code_system["url"]}]},
    }


def _code_system(settings: Settings, name: str, description: str, codes: dict[str, tuple[str, str]]) -> Json:
    concepts = [{"code": code, "display": display, "definition": meaning} for code, (display, meaning) in codes.items()]
    text = narrative(title(name), ("Codes", [f"{concept['code']}: {concept['display']}" for concept in concepts]))
    return {
        **definition("CodeSystem", name, systems.code_system(settings.canonical, name), title(name), description, text),
        "caseSensitive": True,
        "content": "complete",
        "count": len(concepts),
        "concept": concepts,
    }
