"""The patients of a use: a contained Group for each population, and the same in MedicationKnowledge's words.

Words that restrict the patients and have no field of their own (qualifiers) are characteristics of every population.

Source: https://hl7.org/fhir/R5/group.html (a definitional group is described by its characteristics; all must apply).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.fhir import systems
from pipeline.fhir.source import Json, Source
from pipeline.fields import patients, stated_populations
from pipeline.model import Age, Characteristic, Population, Qualifier, Use

_UCUM_UNIT: Final = {"day": "d", "week": "wk", "month": "mo", "year": "a"}
_LOINC_AGE: Final = (systems.LOINC, "30525-0", "Age")


def groups(use: Use, source: Source) -> list[Json]:
    """A Group for each population of a use, with ids `population-1`, … for `ClinicalUseDefinition.contained`."""
    return [_group(number, population, use, source) for number, population in enumerate(stated_populations(use), 1)]


def group_references(use: Use) -> list[Json]:
    """References to the groups; what is displayed is the words, since a reader seldom follows a contained reference."""
    return [
        {"reference": f"#population-{number}", "display": "; ".join(fact.text for fact in facts)}
        for number, facts in enumerate(patients(use), 1)
    ]


def patient_characteristics(population: Population, use: Use, source: Source) -> list[Json]:
    """`MedicationKnowledge…dosingGuideline.patientCharacteristic` for one population.

    Qualifiers that nobody understood stand here whatever they are of: MedicationKnowledge has no other element for them.
    """
    qualifiers = [one for one in use.qualifiers if one.of == "patients" or one.kind == "stated"]
    return [{**words, "type": kind, **value} for words, kind, value in _all(population, qualifiers, source)]


def _of_patients(use: Use) -> list[Qualifier]:
    return [one for one in use.qualifiers if one.of == "patients"]


def _group(number: int, population: Population, use: Use, source: Source) -> Json:
    return {
        "resourceType": "Group",
        "id": f"population-{number}",
        "type": "person",
        "membership": "definitional",
        "characteristic": [
            {**words, "code": kind, **value, "exclude": False}
            for words, kind, value in _all(population, _of_patients(use), source)
        ],
    }


def _all(population: Population, qualifiers: Sequence[Qualifier], source: Source) -> Iterator[tuple[Json, Json, Json]]:
    """Words (where the value has no place for them), kind and value of everything that the patients must be."""
    for each in population.characteristics:
        for value in _values(each, source):
            yield _words(each, source), _kind(each.kind, source), value
    for one in qualifiers:
        yield {}, _kind(one.kind, source), {"valueCodeableConcept": source.concept(one.fact)}


def _kind(kind: str, source: Source) -> Json:
    coding = [source.local("patient-characteristic", kind)]
    return {"coding": [*coding, source.coding(*_LOINC_AGE)] if kind == "age-range" else coding}


def _values(characteristic: Characteristic, source: Source) -> list[Json]:
    """One value; of ages of which the page leaves out a bound, one for each such bound: a Range includes both its ends.

    Ends in different units ("5 weeks to 5 months") are a Range each: rng-2 compares their numbers, and nothing is converted.
    """
    if _has_range(characteristic):
        bounds = (
            ("low", ">", characteristic.low, characteristic.low_exclusive),
            ("high", "<", characteristic.high, characteristic.high_exclusive),
        )
        inside = {name: age for name, _, age, exclusive in bounds if age is not None and not exclusive}
        several = any(age.value != 1 for age in inside.values())
        ends = {name: _quantity(age, several=several) for name, age in inside.items()}
        alone = len({age.unit for age in inside.values()}) > 1
        ranges = [{name: end} for name, end in ends.items()] if alone else [ends] if ends else []
        compared = [
            _quantity(age, comparator, several=age.value != 1)
            for _, comparator, age, exclusive in bounds
            if age is not None and exclusive
        ]
        return [*({"valueRange": each} for each in ranges), *({"valueQuantity": each} for each in compared)]
    codings = []
    if characteristic.age_group is not None:
        codings.append(source.local("age-group", characteristic.age_group))
    if characteristic.sex is not None:
        codings.append(source.coding(systems.GENDER, characteristic.sex, characteristic.sex.capitalize()))
    return [{"valueCodeableConcept": source.concept(characteristic.fact, *codings)}]


def _words(characteristic: Characteristic, source: Source) -> Json:
    """A Range or Quantity has no place for the words that it was read from."""
    if not _has_range(characteristic):
        return {}
    return {"extension": [source.quote(source.url("words"), characteristic.fact)]}


def _has_range(characteristic: Characteristic) -> bool:
    return characteristic.low is not None or characteristic.high is not None


def _quantity(age: Age, comparator: str | None = None, *, several: bool) -> Json:
    """An age; `several`: the word of its unit is in the plural, as both ends of a Range have the same."""
    compared = {"comparator": comparator} if comparator else {}
    unit = f"{age.unit}s" if several else age.unit
    return {"value": age.value, **compared, "unit": unit, "system": systems.UCUM, "code": _UCUM_UNIT[age.unit]}
