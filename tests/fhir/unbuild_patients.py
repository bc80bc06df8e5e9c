"""The characteristics of a Group back into those of a population."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_args

from pipeline.model import Age, Characteristic, Fact, Population, QualifierKind
from tests.fhir.unbuild_elements import Json, extensions

_UNITS: Final = {"d": "day", "wk": "week", "mo": "month", "a": "year"}
#: The codes of characteristics that are qualifiers of the patients, in every Group the same.
QUALIFIERS: Final = frozenset(get_args(QualifierKind))


def population(group: Json, concept: Callable[[Json], Fact], words: Callable[[Json], Fact]) -> Population:
    """The population of a Group, without the qualifiers that all Groups have.

    Args:
        group: The Group.
        concept: What reads the fact of a CodeableConcept.
        words: What reads the fact of a quote.

    Raises:
        ValueError, LookupError: A characteristic is not as `pipeline/fhir/README.md` describes it.
    """
    found: list[Characteristic] = []
    for each in group["characteristic"]:
        if kind_of(each) in QUALIFIERS:
            continue
        one = _characteristic(each, concept, words)
        if found and _are_bounds_of_one(found[-1], one):
            one = _joined(found.pop(), one)
        found.append(one)
    return Population(tuple(found))


def kind_of(characteristic: Json) -> Any:  # noqa: ANN401 - which of the model's literals it is, our code system decides
    """The code of a characteristic in our code system."""
    return characteristic["code"]["coding"][0]["code"]


def _characteristic(element: Json, concept: Callable[[Json], Fact], words: Callable[[Json], Fact]) -> Characteristic:
    kind = kind_of(element)
    if "valueCodeableConcept" in element:
        value = element["valueCodeableConcept"]
        codes = {each["system"].rsplit("/", 1)[-1]: each["code"] for each in value.get("coding", ())}
        return Characteristic(kind, concept(value), age_group=codes.get("age-group"), sex=codes.get("administrative-gender"))
    said = words(extensions(element, "words")[0])
    if "valueRange" in element:
        low, high = (_age(element["valueRange"].get(end)) for end in ("low", "high"))
        return Characteristic(kind, said, low=low, high=high)
    quantity = element["valueQuantity"]
    match quantity["comparator"]:
        case ">":
            return Characteristic(kind, said, low=_age(quantity), low_exclusive=True)
        case "<":
            return Characteristic(kind, said, high=_age(quantity), high_exclusive=True)
    message = f"an age is compared in another way: {quantity['comparator']!r}"
    raise ValueError(message)


def _age(quantity: Json | None) -> Age | None:
    if quantity is None:
        return None
    unit: Any = _UNITS[quantity["code"]]
    return Age(quantity["value"], unit)


def _are_bounds_of_one(one: Characteristic, other: Characteristic) -> bool:
    """Whether two characteristics are the bounds of one range: of the same words, one of them not included."""
    return (
        one.kind == other.kind == "age-range"
        and one.fact == other.fact
        and (one.low is None) != (other.low is None)
        and (one.high is None) != (other.high is None)
        and (other.low_exclusive or other.high_exclusive)
    )


def _joined(one: Characteristic, other: Characteristic) -> Characteristic:
    return replace(
        one,
        low=one.low or other.low,
        high=one.high or other.high,
        low_exclusive=one.low_exclusive or other.low_exclusive,
        high_exclusive=one.high_exclusive or other.high_exclusive,
    )
