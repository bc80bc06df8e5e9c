"""What our StructureDefinitions are derived from, out of HL7's definitions: the elements of their types' snapshots.

Comments, requirements, mappings and examples are for people who read the specification, and are left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pipeline.workshop.definitions import Source, all_of, one_of

#: The types that our definitions constrain, and the data types whose parts they name.
_TYPES: Final = (
    "Attachment", "ClinicalUseDefinition", "CodeableConcept", "DocumentReference", "Extension", "MedicationKnowledge",
)  # fmt: skip
_FHIR_TYPE: Final = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


def bases(jar: Path) -> dict[str, Any]:
    """The elements of each type that one FHIR version has, as ElementDefinitions."""
    types = Source.of(jar).types
    return {name: [_element(each) for each in all_of(types[name], "snapshot", "element")] for name in _TYPES if name in types}


def _element(element: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON, or XML read as JSON with lists everywhere
    path = one_of(element, "path")
    base = {name: one_of(element, "base", name) for name in ("path", "max")}
    found: dict[str, Any] = {
        "id": path,
        "path": path,
        "short": one_of(element, "short"),
        "definition": one_of(element, "definition"),
        "min": int(one_of(element, "min")),
        "max": one_of(element, "max"),
        "base": {"path": base["path"], "min": int(one_of(element, "base", "min")), "max": base["max"]},
        "contentReference": one_of(element, "contentReference"),
        "type": [_type(each) for each in all_of(element, "type")],
        "condition": all_of(element, "condition"),
        "constraint": [
            _said(each, "key", "severity", "human", "expression", "source") for each in all_of(element, "constraint")
        ],
        "isModifierReason": one_of(element, "isModifierReason"),
        "binding": _said(one_of(element, "binding"), "strength", "valueSet"),
    }
    for name in ("isModifier", "isSummary"):
        found[name] = one_of(element, name) in {True, "true"} or None
    if all_of(element, "slicing"):
        by = [_said(each, "type", "path") for each in all_of(element, "slicing", "discriminator")]
        found["slicing"] = {"discriminator": by, "rules": one_of(element, "slicing", "rules")}
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def _type(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    found = {"code": one_of(kind, "code"), "profile": all_of(kind, "profile"), "targetProfile": all_of(kind, "targetProfile")}
    said = [one_of(each, "valueUrl") for each in all_of(kind, "extension") if one_of(each, "url") == _FHIR_TYPE]
    extension = [{"url": _FHIR_TYPE, "valueUrl": url} for url in said]
    return {name: value for name, value in {"extension": extension, **found}.items() if value}


def _said(parent: Any, *names: str) -> dict[str, Any]:  # noqa: ANN401 - as above
    return {name: value for name in names if (value := one_of(parent, name)) is not None}
