"""R4B, R4 and core resources back into the form of R5 in full: what this cannot put back, the derivation has lost.

It knows `pipeline/fhir/README.md` and the output only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.fhir.unbuild_elements import Json, details_of, drug_and_brands, extensions, parts

_DETAILS = ("line-of-therapy", "given-alone", "optional-therapy", "conditional-prior-therapy", "phase")


def as_full(resources: Sequence[Json]) -> list[Json]:
    """The document, drugs, indications and Provenance of one page in the form of R5 in full, whatever version they are in."""

    def of_type(kind: str) -> list[Json]:
        return [each for each in resources if each["resourceType"] == kind]

    drug, brands = drug_and_brands(resources)
    uses = [_with_treatment(each) for each in of_type("ClinicalUseDefinition")] or _uses(drug)
    return [*of_type("DocumentReference"), *map(_knowledge, [drug, *brands]), *uses, *of_type("Provenance")]


def guidelines(drug: Json) -> list[Json]:
    """The guidelines in the form of R4; `indicationGuideline` of R5 is brought into it, one for each population."""
    if "indicationGuideline" not in drug:
        found: list[Json] = drug.get("administrationGuidelines", [])
        return found
    return [
        {
            "extension": [
                *guideline["extension"],
                {"url": "/treatment-intent", "valueCodeableConcept": dosing["treatmentIntent"]},
            ],
            "indicationCodeableConcept": guideline["indication"][0]["concept"],
            "patientCharacteristics": [
                {
                    "extension": [*each.get("extension", ()), {"url": "/patient-characteristic", **_value(each)}],
                    "characteristicCodeableConcept": each["type"],
                }
                for each in dosing.get("patientCharacteristic", ())
            ],
        }
        for guideline in drug["indicationGuideline"]
        for dosing in guideline["dosingGuideline"]
    ]


def populations(found: Iterable[Json]) -> list[list[Json]]:
    """The populations of an indication's guidelines, each a list of characteristics in the form of Group's.

    A guideline has qualifiers of the disease or the use among its patients' too, having no other element for them.
    """
    stated = (
        [each for each in population if not _is_of_use(each, guideline)]
        for guideline in found
        for population in _populations(guideline.get("patientCharacteristics", ()))
    )
    return [population for population in stated if population]


def _populations(patients: Sequence[Json]) -> list[list[Json]]:
    groups = [group for each in patients for group in extensions(each, "population")]
    if not groups:
        return [[_characteristic(each) for each in patients]]
    (one,) = patients
    found = [[_of_group(part) for part in group["extension"]] for group in groups]
    said = ["; ".join(dict.fromkeys(map(_words, population))) for population in found]
    if one["value"] != said:
        message = f"a reader without extensions sees other words: {one['value']}, not {said!r}"
        raise ValueError(message)
    return found


def _of_group(part: Json) -> Json:
    ((name, value),) = _value(part).items()
    code = {"coding": [{"code": part["url"]}]}
    if name == "valueCodeableConcept":
        return {"code": code, "extension": [], name: value}
    return {"code": code, "extension": value["extension"], name: {key: one for key, one in value.items() if key != "extension"}}


def _words(characteristic: Json) -> str:
    words = extensions(characteristic, "words")
    said: str = parts(words[0], "text")[0]["valueString"] if words else characteristic["valueCodeableConcept"]["text"]
    return said


def _is_of_use(characteristic: Json, guideline: Json) -> bool:
    qualifiers = [concept for _, concept in details_of(guideline) if extensions(concept, "qualifier-of")]
    return characteristic.get("valueCodeableConcept") in map(_without_of, qualifiers)


def _without_of(concept: Json) -> Json:
    kept = [each for each in concept["extension"] if not each["url"].endswith("/qualifier-of")]
    return {**({"extension": kept} if kept else {}), **{name: each for name, each in concept.items() if name != "extension"}}


def _value(element: Json) -> Json:
    return {name: value for name, value in element.items() if name.startswith("value")}


def _characteristic(patients: Json) -> Json:
    said = {"valueCodeableConcept": {"text": patients.get("value", [""])[0]}}
    own = next(iter(extensions(patients, "patient-characteristic")), said)
    words = extensions(patients, "words")
    if "value" in patients:
        said = parts(words[0], "text")[0]["valueString"] if words else own["valueCodeableConcept"]["text"]
        if patients["value"] != [said]:
            message = f"a reader without extensions sees other words: {patients['value']}, not {said!r}"
            raise ValueError(message)
    return {"code": patients["characteristicCodeableConcept"], "extension": words, **_value(own)}


def _knowledge(drug: Json) -> Json:
    if "name" in drug:
        return drug
    return {
        **drug,
        "identifier": [each["valueIdentifier"] for each in extensions(drug, "artifact-identifier")],
        "name": [drug["code"]["text"], *drug.get("synonym", ())],
        "_name": [{}, *drug.get("_synonym", ())],
        "definitional": {
            "ingredient": [{"item": {"concept": each["itemCodeableConcept"]}} for each in drug.get("ingredient", ())]
        },
    }


def _with_treatment(use: Json) -> Json:
    therapies = [
        {**each, "treatment": each.get("treatment", each.get("therapy"))} for each in use["indication"].get("otherTherapy", ())
    ]
    return {**use, "indication": {**use["indication"], "otherTherapy": therapies}}


def _uses(drug: Json) -> list[Json]:
    found: dict[str, list[Json]] = {}
    for guideline in guidelines(drug):
        (identifier,) = extensions(guideline, "indication-identifier")
        found.setdefault(identifier["valueIdentifier"]["value"], []).append(guideline)
    return [_use(each) for each in found.values()]


def _use(found: list[Json]) -> Json:
    guideline = found[0]

    def concepts(name: str) -> list[Json]:
        return [each["valueCodeableConcept"] for each in extensions(guideline, name)]

    def beside(concept: Json) -> Json:
        return {"concept": concept, "extension": concept.get("extension", [])}

    (approval_status,), (intent,) = concepts("approval-status"), concepts("treatment-intent")
    diseases = concepts("disease")
    return {
        "resourceType": "ClinicalUseDefinition",
        "id": extensions(guideline, "indication-identifier")[0]["valueIdentifier"]["value"],
        "extension": [*extensions(guideline, "quote"), *extensions(guideline, "use")],
        "category": [approval_status],
        "subject": [
            {**reference, "reference": reference["reference"].replace("MedicationKnowledge/", "Medication/")}
            for reference in (each["valueReference"] for each in extensions(guideline, "subject"))
        ],
        "contained": [{"characteristic": population} for population in populations(found)],
        "indication": {
            "extension": [each for name in _DETAILS for each in extensions(guideline, name)],
            **({"diseaseSymptomProcedure": beside(diseases[0])} if diseases else {}),
            "diseaseStatus": {"extension": extensions(guideline, "disease-detail")},
            "comorbidity": [beside(each) for each in concepts("comorbidity")],
            "intendedEffect": {"concept": intent},
            "otherTherapy": [
                {
                    "extension": [
                        {"url": "/therapy-detail", "extension": [p for n in ("mode", "phrase", "name") for p in parts(each, n)]}
                    ],
                    "relationshipType": {"coding": [{"code": parts(each, "relationship-type")[0]["valueCode"]}]},
                    "treatment": {"concept": parts(each, "treatment")[0]["valueCodeableConcept"]},
                }
                for each in extensions(guideline, "other-therapy")
            ],
        },
    }
