"""CodeSystem resources for our local codes, so that a validator or a server knows what they mean.

Source: https://hl7.org/fhir/R5/codesystem.html
"""

from __future__ import annotations

from pipeline.fhir import systems
from pipeline.fhir.narrative import LANGUAGE, narrative
from pipeline.fhir.source import Json
from pipeline.model import Resource
from pipeline.settings import Settings


def conformance(settings: Settings) -> list[Resource]:
    """The CodeSystem of every local code system, those with fixed codes in full."""
    complete = [_code_system(settings, name, f"onlabel: {_title(name)}.", codes) for name, codes in systems.CODES.items()]
    open_ended = [_code_system(settings, name, description, {}) for name, description in systems.OPEN_CODES.items()]
    return sorted([*complete, *open_ended], key=lambda resource: str(resource["id"]))


def _code_system(settings: Settings, name: str, description: str, codes: dict[str, tuple[str, str]]) -> Json:
    concepts = [{"code": code, "display": display, "definition": meaning} for code, (display, meaning) in codes.items()]
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "language": LANGUAGE,
        "text": narrative(
            _title(name), ("Codes", [f"{concept['code']}: {concept['display']}" for concept in concepts]), limits=False
        ),
        "url": systems.code_system(settings.canonical, name),
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": _title(name),
        "status": "active",
        "experimental": False,
        "description": description,
        "caseSensitive": True,
        "content": "complete" if concepts else "fragment",
        **({"count": len(concepts), "concept": concepts} if concepts else {}),
    }


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
