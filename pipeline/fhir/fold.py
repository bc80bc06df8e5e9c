"""Indications without ClinicalUseDefinition: all that it says, as extensions of MedicationKnowledge's guideline for it.

FHIR R4 has no such resource, and the core profile does without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.fhir.source import Json
from pipeline.fhir.systems import extension_url
from pipeline.model import Resource


def fold(resources: Sequence[Resource], canonical: str) -> list[Resource]:
    """A page's R5 resources without its ClinicalUseDefinitions: each is in the guidelines that referred to it.

    A guideline of a use becomes one for each of its indications, because each has its own condition, setting and cause.
    """
    uses = {
        f"ClinicalUseDefinition/{each['id']}": each for each in resources if each["resourceType"] == "ClinicalUseDefinition"
    }
    return [_without(each, uses, canonical) for each in resources if each["resourceType"] != "ClinicalUseDefinition"]


def _without(resource: Resource, uses: Mapping[str, Resource], canonical: str) -> Resource:
    if resource["resourceType"] == "Provenance":
        return {**resource, "target": [each for each in resource["target"] if each["reference"] not in uses]}
    if "indicationGuideline" not in resource:
        return resource
    guidelines = [
        {
            "extension": [
                *guideline.get("extension", ()),
                *_said(guideline, uses[indication["reference"]["reference"]], canonical),
            ],
            "indication": [{"concept": indication["concept"]}],
            **{name: guideline[name] for name in ("dosingGuideline",) if name in guideline},
        }
        for guideline in resource["indicationGuideline"]
        for indication in guideline["indication"]
    ]
    return {**resource, "indicationGuideline": guidelines}


def _said(guideline: Json, use: Resource, canonical: str) -> Iterator[Json]:
    """All that a use says; what is stated for the drug is said in the drug's own record, and named in those of its brands."""
    stated_for = (each["valueCode"] for each in guideline.get("extension", ()) if each["url"].endswith("/stated-for"))
    if "drug" not in stated_for:
        yield from _detail(use, canonical)
    else:
        yield {"url": extension_url(canonical, "indication-identifier"), "valueIdentifier": use["identifier"][0]}
        yield {"url": extension_url(canonical, "approval-status"), "valueCodeableConcept": _without_proof(use["category"][0])}


def _without_proof(concept: Json) -> Json:
    return {name: value for name, value in concept.items() if name != "extension"}


def _detail(use: Resource, canonical: str) -> Iterator[Json]:
    """What a ClinicalUseDefinition says; its population and intended effect stand in the dosing guidelines already."""

    def url(name: str) -> str:
        return extension_url(canonical, name)

    indication = use["indication"]
    yield from use["extension"]
    yield {"url": url("indication-identifier"), "valueIdentifier": use["identifier"][0]}
    yield {"url": url("approval-status"), "valueCodeableConcept": use["category"][0]}
    for subject in use["subject"]:
        # The record of the drug or brand, which is published in every version and profile; it has its Medication's id.
        record = subject["reference"].replace("Medication/", "MedicationKnowledge/")
        yield {"url": url("subject"), "valueReference": {**subject, "reference": record}}
    for name, element in (("disease", "diseaseSymptomProcedure"), ("disease-status", "diseaseStatus")):
        if element in indication:
            yield {"url": url(name), "valueCodeableConcept": _concept(indication[element])}
    for comorbidity in indication.get("comorbidity", ()):
        yield {"url": url("comorbidity"), "valueCodeableConcept": _concept(comorbidity)}
    for therapy in indication.get("otherTherapy", ()):
        yield {
            "url": url("other-therapy"),
            "extension": [
                {"url": "relationship-type", "valueCodeableConcept": therapy["relationshipType"]},
                {"url": "treatment", "valueCodeableConcept": therapy["treatment"]["concept"]},
                *(part for detail in therapy["extension"] for part in detail["extension"]),
            ],
        }
    yield from indication.get("extension", ())


def _concept(reference: Json) -> Json:
    """A CodeableReference as a CodeableConcept: what stood beside the concept stands in it."""
    concept = reference["concept"]
    extensions = [*concept.get("extension", ()), *reference.get("extension", ())]
    return {**({"extension": extensions} if extensions else {}), **{k: v for k, v in concept.items() if k != "extension"}}
