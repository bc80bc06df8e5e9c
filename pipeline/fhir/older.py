"""R5 resources as R4B and R4 have them, type by type: the one place that knows how the versions differ.

R4 and R4B have the same elements for what is published, but for ClinicalUseDefinition, which R4 lacks (`fold`).
Sources: https://hl7.org/fhir/R4B/ and https://hl7.org/fhir/R4/, the pages of each resource.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pipeline.fhir.source import Json, filled
from pipeline.fhir.systems import DATA_OPERATION, code_system, extension_url
from pipeline.model import Resource

#: HL7's extensions for what later versions have as an element.
_IDENTIFIER: Final = "http://hl7.org/fhir/StructureDefinition/artifact-identifier"
_JURISDICTION: Final = "http://hl7.org/fhir/StructureDefinition/artifact-jurisdiction"
_VERSION: Final = "http://hl7.org/fhir/StructureDefinition/artifact-version"
_SYNONYM: Final = MappingProxyType({"name": "synonym", "_name": "_synonym"})
_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def older(resource: Resource, canonical: str) -> tuple[Resource, list[str]]:
    """An R5 resource of ours in the form of R4B and R4, and the R5 elements of it that neither has a place for."""
    form = _FORMS.get(resource["resourceType"])
    if form is None:
        return resource, []
    return form(resource, canonical)


def _knowledge(resource: Resource, canonical: str) -> tuple[Resource, list[str]]:
    extensions = [
        *resource.get("extension", ()),
        *({"url": _IDENTIFIER, "valueIdentifier": each} for each in resource["identifier"]),
        *({"url": _JURISDICTION, "valueCodeableConcept": each} for each in resource.get("intendedJurisdiction", ())),
    ]
    ingredients = [
        {"itemCodeableConcept": each["item"]["concept"]} for each in resource.get("definitional", {}).get("ingredient", ())
    ]
    guidelines = [
        administration
        for guideline in resource.get("indicationGuideline", ())
        for administration in _administrations(guideline, canonical)
    ]
    same = ("relatedMedicationKnowledge", "associatedMedication", "productType", "monograph")
    return {
        **_head(resource),
        "extension": extensions,
        "code": resource["code"],
        "status": resource["status"],
        # The first name is the text of `code`.
        **{older: resource[name][1:] for name, older in _SYNONYM.items() if resource.get(name, ())[1:]},
        **{name: resource[name] for name in same if name in resource},
        **filled(
            ingredient=ingredients,
            administrationGuidelines=guidelines,
            medicineClassification=resource.get("medicineClassification"),
        ),
    }, []


def _administrations(guideline: Json, canonical: str) -> Iterator[Json]:
    """A guideline for each indication: no guideline has two of them here."""
    dosings = guideline.get("dosingGuideline", [])
    populations = [each["patientCharacteristic"] for each in dosings if "patientCharacteristic" in each]
    several = len(populations) > 1
    patients = (
        [_of_any(populations, canonical)] if several else [_patients(each, canonical) for one in populations for each in one]
    )
    intents = [
        {"url": extension_url(canonical, "treatment-intent"), "valueCodeableConcept": each["treatmentIntent"]}
        for each in dosings[:1]
        if "treatmentIntent" in each
    ]
    for indication in guideline["indication"]:
        reference = indication.get("reference")
        use = [{"url": extension_url(canonical, "clinical-use"), "valueReference": reference}] if reference else []
        yield {
            "extension": [*guideline["extension"], *indication.get("extension", ()), *use, *intents],
            "indicationCodeableConcept": indication["concept"],
            **filled(patientCharacteristics=patients),
        }


def _patients(characteristic: Json, canonical: str) -> Json:
    """A characteristic's value is text: its codes, its range and its proof stay in an extension."""
    name, value = _valued(characteristic)
    extensions = characteristic.get("extension", [])
    is_said = name == "valueCodeableConcept" and value.keys() == {"text"}  # by `value` alone
    coded = [] if is_said else [{"url": extension_url(canonical, "patient-characteristic"), name: value}]
    return {
        **filled(extension=[*extensions, *coded]),
        "characteristicCodeableConcept": characteristic["type"],
        "value": [_words(characteristic)],
    }


def _of_any(populations: list[list[Json]], canonical: str) -> Json:
    """Populations of which any is meant: a value each. As characteristics side by side all would seem to apply.

    A guideline for each would say all else of the use again: pembrolizumab's record had a tenth of its bytes twice.
    """
    group = {"system": code_system(canonical, "patient-characteristic"), "code": "group", "display": "Group"}
    return {
        "extension": [
            {"url": extension_url(canonical, "population"), "extension": [_part(each) for each in population]}
            for population in populations
        ],
        "characteristicCodeableConcept": {"coding": [group]},
        "value": ["; ".join(dict.fromkeys(_words(each) for each in population)) for population in populations],
    }


def _part(characteristic: Json) -> Json:
    """A characteristic as a part of the extension `population`, which its kind names."""
    name, value = _valued(characteristic)
    words = characteristic.get("extension")
    return {"url": characteristic["type"]["coding"][0]["code"], name: {"extension": words, **value} if words else value}


def _valued(characteristic: Json) -> tuple[str, Json]:
    return next((name, value) for name, value in characteristic.items() if name.startswith("value"))


def _words(characteristic: Json) -> str:
    name, value = _valued(characteristic)
    words: str = (
        value["text"] if name == "valueCodeableConcept" else characteristic["extension"][0]["extension"][0]["valueString"]
    )
    return words


def _use(resource: Resource, _canonical: str) -> tuple[Resource, list[str]]:
    changed = dict(resource)
    if "contained" in resource:
        changed["contained"] = [_group(each) for each in resource["contained"]]
    if "otherTherapy" in resource["indication"]:
        therapies = [_renamed(each, {"treatment": "therapy"}) for each in resource["indication"]["otherTherapy"]]
        changed["indication"] = {**resource["indication"], "otherTherapy": therapies}
    return changed, []


def _group(group: Json) -> Json:
    # Described by its characteristics, not a list of actual people.
    return {("actual" if k == "membership" else k): (False if k == "membership" else v) for k, v in group.items()}


def _medication(resource: Resource, _canonical: str) -> tuple[Resource, list[str]]:
    changed = {k: v for k, v in resource.items() if k != "definition"}
    if "ingredient" in resource:
        changed["ingredient"] = [
            {"itemCodeableConcept": each["item"]["concept"], "isActive": each["isActive"]} for each in resource["ingredient"]
        ]
    return changed, ["Medication.definition"] if "definition" in resource else []


def _document(resource: Resource, _canonical: str) -> tuple[Resource, list[str]]:
    # Its proof is beside the same value in the extension `front-matter`: none can stand beside an extension's value.
    version = [{"url": _VERSION, "valueString": resource["version"]}] if "version" in resource else []
    (content,) = resource["content"]
    attachment = {**content["attachment"], "size": int(content["attachment"]["size"])}
    changed = {k: v for k, v in resource.items() if k not in {"version", "_version", "subject"}}
    changed["extension"] = [*version, *resource["extension"]]
    changed["content"] = [{**content, "attachment": attachment}]
    # `subject` is for patients here.
    changed["context"] = {"related": [resource["subject"]]}
    return changed, []


def _provenance(resource: Resource, _canonical: str) -> tuple[Resource, list[str]]:
    created = {"system": DATA_OPERATION, "code": "CREATE", "display": "create"}
    recorded = (
        {"recorded": resource["recorded"]}
        if "recorded" in resource
        # It is required here, and no date that could be given is the page's.
        else {"_recorded": {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}}
    )
    # The code of R5 is not in the value set here, and a validator says so even where it stands beside this one.
    return {**resource, **recorded, "activity": {"coding": [created]}}, ["Provenance.activity"]


def _device(resource: Resource, _canonical: str) -> tuple[Resource, list[str]]:
    # No code here means a registered name.
    names = [{"name": each["value"], "type": "other"} for each in resource["name"]]
    changed = {("deviceName" if k == "name" else k): (names if k == "name" else v) for k, v in resource.items()}
    return changed, ["Device.name.type"]


def _head(resource: Resource) -> Json:
    return {k: resource[k] for k in ("resourceType", "id", "meta", "language", "text") if k in resource}


def _renamed(element: Json, names: Mapping[str, str]) -> Json:
    return {names.get(k, k): v for k, v in element.items()}


_FORMS: Final[Mapping[str, Callable[[Resource, str], tuple[Resource, list[str]]]]] = MappingProxyType(
    {
        "ClinicalUseDefinition": _use,
        "Device": _device,
        "DocumentReference": _document,
        "Medication": _medication,
        "MedicationKnowledge": _knowledge,
        "Provenance": _provenance,
    }
)
