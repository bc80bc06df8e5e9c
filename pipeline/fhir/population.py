"""The patients of a use: a contained Group for each population, and the same in MedicationKnowledge's words.

Source: https://hl7.org/fhir/R5/group.html (a definitional group is described by its characteristics; all must apply).
"""

from __future__ import annotations

from typing import Final

from pipeline.fhir import systems
from pipeline.fhir.source import Json, Source
from pipeline.model import Age, Characteristic, Population, Use

_UCUM_UNIT: Final = {"day": "d", "week": "wk", "month": "mo", "year": "a"}
_LOINC_AGE: Final = {"system": "http://loinc.org", "code": "30525-0", "display": "Age"}


def groups(use: Use, source: Source) -> list[Json]:
    """A Group for each population of a use, with ids `population-1`, … for `ClinicalUseDefinition.contained`."""
    return [_group(number, population, source) for number, population in enumerate(stated_populations(use), 1)]


def group_references(use: Use) -> list[Json]:
    """References to the groups; what is displayed is the words, since a reader seldom follows a contained reference."""
    return [
        {"reference": f"#population-{number}", "display": "; ".join(each.fact.text for each in population.characteristics)}
        for number, population in enumerate(stated_populations(use), 1)
    ]


def patient_characteristics(population: Population, source: Source) -> list[Json]:
    """`MedicationKnowledge…dosingGuideline.patientCharacteristic` for one population."""
    return [
        {**_words(each, source), "type": _kind(each, source), **_value(each, source)} for each in population.characteristics
    ]


def stated_populations(use: Use) -> tuple[Population, ...]:
    """The populations of a use that say something."""
    return tuple(population for population in use.populations if population.characteristics)


def _group(number: int, population: Population, source: Source) -> Json:
    return {
        "resourceType": "Group",
        "id": f"population-{number}",
        "type": "person",
        "membership": "definitional",
        "characteristic": [
            {**_words(each, source), "code": _kind(each, source), **_value(each, source), "exclude": False}
            for each in population.characteristics
        ],
    }


def _kind(characteristic: Characteristic, source: Source) -> Json:
    coding = [source.local("patient-characteristic", characteristic.kind)]
    return {"coding": [*coding, dict(_LOINC_AGE)] if characteristic.kind == "age-range" else coding}


def _value(characteristic: Characteristic, source: Source) -> Json:
    if _has_range(characteristic):
        bounds = {"low": characteristic.low, "high": characteristic.high}
        return {"valueRange": {name: _quantity(age) for name, age in bounds.items() if age is not None}}
    codings = []
    if characteristic.age_group is not None:
        codings.append(source.local("age-group", characteristic.age_group))
    if characteristic.sex is not None:
        codings.append({"system": systems.GENDER, "code": characteristic.sex, "display": characteristic.sex.capitalize()})
    return {"valueCodeableConcept": source.concept(characteristic.fact, *codings)}


def _words(characteristic: Characteristic, source: Source) -> Json:
    """A Range has no place for the words that it was read from."""
    if not _has_range(characteristic):
        return {}
    return {"extension": [source.quote(source.url("words"), characteristic.fact)]}


def _has_range(characteristic: Characteristic) -> bool:
    return characteristic.low is not None or characteristic.high is not None


def _quantity(age: Age) -> Json:
    unit = age.unit if age.value == 1 else f"{age.unit}s"
    return {"value": age.value, "unit": unit, "system": systems.UCUM, "code": _UCUM_UNIT[age.unit]}
