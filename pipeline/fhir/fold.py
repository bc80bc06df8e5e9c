"""Indications without ClinicalUseDefinition: all that it says, as extensions of MedicationKnowledge's guideline for it.

FHIR R4 has no such resource, and the core profile does without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.fhir.indication import in_one
from pipeline.fhir.source import Json, filled
from pipeline.fhir.systems import INTENDED_USE, extension_url
from pipeline.model import Resource
from pipeline.settings import FhirVersion

#: What a guideline of a lean record leaves to the facts of the use, whose number it has.
_LEFT_TO_FACTS: Final = ("/proof", "/linked-term")
_GUIDELINES: Final = frozenset({"indicationGuideline", "administrationGuidelines"})
#: The sentences that are the guideline's own statement, one after the other.
_STATEMENT: Final = frozenset({"lead", "parent", "text"})


def fold(resources: Sequence[Resource], canonical: str, version: FhirVersion, *, lean: bool) -> list[Resource]:
    """A page's R5 resources without its ClinicalUseDefinitions: each is in the guidelines that referred to it.

    A guideline of a use becomes one for each of its indications, because each has its own condition, setting and cause. A drug
    with many uses would be too large for servers (pembrolizumab: 305 kB): `lean` guidelines say nothing twice.
    """
    uses = {
        f"ClinicalUseDefinition/{each['id']}": each for each in resources if each["resourceType"] == "ClinicalUseDefinition"
    }
    return [
        _without(each, uses, canonical, version, lean=lean)
        for each in resources
        if each["resourceType"] != "ClinicalUseDefinition"
    ]


def _without(resource: Resource, uses: Mapping[str, Resource], canonical: str, version: FhirVersion, *, lean: bool) -> Resource:
    if resource["resourceType"] == "Provenance":
        return {**resource, "target": [each for each in resource["target"] if each["reference"] not in uses]}
    if "indicationGuideline" not in resource:
        return resource
    of_brand = resource["productType"][0]["coding"][0]["code"] == "brand"
    found = [
        _of_one(guideline, indication, uses[indication["reference"]["reference"]], canonical, of_brand=of_brand)
        for guideline in resource["indicationGuideline"]
        for indication in guideline["indication"]
    ]
    if version != "R5":
        found = [{**each, **_with_our_intent(each)} for each in found]
    return {**resource, "indicationGuideline": [_bare(each) for each in found] if lean else found}


def _with_our_intent(guideline: Json) -> Json:
    """The dosings of a guideline with our code alone for what the drug is to do: R4 has no code system of HL7's for it."""
    dosings = [
        {**each, "treatmentIntent": {**each["treatmentIntent"], "coding": ours}}
        if (ours := [one for one in each.get("treatmentIntent", {}).get("coding", ()) if one["system"] != INTENDED_USE])
        else each
        for each in guideline.get("dosingGuideline", ())
    ]
    return filled(dosingGuideline=dosings)


def _of_one(guideline: Json, indication: Json, use: Resource, canonical: str, *, of_brand: bool) -> Json:
    """A guideline for one indication: all that it says, or in a brand's record, for a use of the drug, where that is said."""
    beside = guideline["extension"]
    identifier = {"url": extension_url(canonical, "indication-identifier"), "valueIdentifier": use["identifier"][0]}
    # A guideline's own is a copy, which has no proof and one code.
    effect = use["indication"]["intendedEffect"]["concept"]
    dosings = [{**each, "treatmentIntent": effect} for each in guideline.get("dosingGuideline", ())]
    if of_brand and any(each.get("valueCode") == "drug" for each in beside):
        said = [identifier, *indication.get("extension", ())]
    else:
        said = [identifier, *_detail(use, canonical)]
        beside = [_whole_status(each, use) for each in beside]
    return {
        "extension": [*beside, *said],
        "indication": [{"concept": indication["concept"]}],
        **filled(dosingGuideline=dosings),
    }


def _whole_status(extension: Json, use: Resource) -> Json:
    """The approval status with the words for it and their proof, which a copy of it has not."""
    is_status = extension["url"].endswith("/approval-status")
    return {**extension, "valueCodeableConcept": use["category"][0]} if is_status else extension


def _detail(use: Resource, canonical: str) -> Iterator[Json]:
    """What a ClinicalUseDefinition says; its population and intended effect stand in the dosing guidelines already."""

    def url(name: str) -> str:
        return extension_url(canonical, name)

    indication = use["indication"]
    yield from use["extension"]
    if "diseaseSymptomProcedure" in indication:
        yield {"url": url("disease"), "valueCodeableConcept": in_one(indication["diseaseSymptomProcedure"])}
    # The text of `diseaseStatus` is these, joined.
    yield from indication.get("diseaseStatus", {}).get("extension", ())
    for comorbidity in indication.get("comorbidity", ()):
        yield {"url": url("comorbidity"), "valueCodeableConcept": in_one(comorbidity)}
    for therapy in indication.get("otherTherapy", ()):
        yield {
            "url": url("other-therapy"),
            "extension": [
                # Its code system is not in R4.
                {"url": "relationship-type", "valueCode": therapy["relationshipType"]["coding"][0]["code"]},
                {"url": "treatment", "valueCodeableConcept": therapy["treatment"]["concept"]},
                *(part for detail in therapy["extension"] for part in detail["extension"]),
            ],
        }
    yield from indication.get("extension", ())


def _bare(element: Any) -> Any:  # noqa: ANN401 - any JSON
    """An element without what stands beside the words of the use: their places in the page, and the words a second time."""
    if isinstance(element, list):
        return [_bare(each) for each in element if not _is_left_out(each)]
    if not isinstance(element, dict):
        return element
    kept = {name: _bare(each) for name, each in element.items()}
    if kept.get("extension") == []:
        del kept["extension"]
    if str(kept.get("url", "")).endswith("/other-therapy"):
        said = next(each["valueCodeableConcept"]["text"] for each in kept["extension"] if each["url"] == "treatment")
        kept["extension"] = [each for each in kept["extension"] if each["url"] != "phrase" or _text(each) != said]
    return kept


def _is_left_out(element: Any) -> bool:  # noqa: ANN401 - any JSON
    if not isinstance(element, dict):
        return False
    url = str(element.get("url", ""))
    is_said = url.endswith("/quote") and any(each.get("valueCode") in _STATEMENT for each in element["extension"])
    return is_said or url.endswith(_LEFT_TO_FACTS)


def _text(extension: Json) -> str | None:
    return next((each["valueString"] for each in extension["extension"] if each["url"] == "text"), None)


def labeled_once(record: Resource) -> Resource:
    """A record whose guidelines have a code's label, release and maker where its words stand first; then the code alone."""
    seen: set[str] = set()

    def once(element: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(element, list):
            return [once(each) for each in element]
        if not isinstance(element, dict):
            return element
        extensions = element.get("extension", [])
        broader = [each for each in extensions if each["url"].endswith("/broader-concept")]
        if "coding" not in element and not broader:
            return {name: once(each) for name, each in element.items()}
        said = repr((element.get("text"), element.get("coding"), broader))
        if said not in seen:
            seen.add(said)
            return element
        kept = [each for each in extensions if each not in broader]
        codings = [{"system": each["system"], "code": each["code"]} for each in element.get("coding", ())]
        return {
            **filled(extension=once(kept), coding=codings),
            **{name: each for name, each in element.items() if name not in {"coding", "extension"}},
        }

    return {name: once(each) if name in _GUIDELINES else each for name, each in record.items()}
