"""What FHIR says of each element, from tables that `workshop/definitions.py` takes out of HL7's own definitions.

fhir.resources carries much of it as metadata for R5 and R4B, but cuts some code lists short, knows no bindings of
CodeableConcepts, and has no R4 at all; the tables hold all three versions in one form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipeline.settings import FhirVersion
from pipeline.validate.tables import packed

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Where fhir.resources keeps the models of a version. It has no module for R4.
PACKAGES: Mapping[FhirVersion, str] = MappingProxyType({"R5": "fhir.resources", "R4B": "fhir.resources.R4B"})
VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")

#: Bound codes by system.
Codes = Mapping[str, frozenset[str]]
_ANYTHING: Codes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type.

    `name` is the JSON property; `path` its FHIRPath name (`value.ofType(Quantity)` for `valueQuantity`); `type` a primitive
    (`code`, `uri`, …) or the name of a type or backbone. `codes` is the required binding, `targets` the resource types that
    a reference may point at; both are empty where anything goes. `choice` is `value[x]` for `valueQuantity`, else the name:
    of the properties with one `choice` one may be there, or must where it `is_required`.
    """

    name: str
    path: str
    type: str
    is_primitive: bool
    codes: Codes
    targets: frozenset[str]
    choice: str
    is_required: bool = False
    is_list: bool = False


@cache
def model(version: FhirVersion, name: str) -> type[BaseModel] | None:
    """The fhir.resources model of a type; None if it has none (always for R4)."""
    if version not in PACKAGES:
        return None
    try:
        found: type[BaseModel] = import_module(PACKAGES[version]).get_fhir_model_class(name)
    except (KeyError, ValueError, LookupError):
        return None
    return found


@cache
def _table(version: FhirVersion) -> Mapping[str, Any]:
    table: dict[str, Any] = packed(version)
    table["codes"] = [MappingProxyType({s: frozenset(codes) for s, codes in each.items()}) for each in table["codes"]]
    table["resources"], table["primitives"] = frozenset(table["resources"]), frozenset(table["primitives"])
    return MappingProxyType(table)


def is_resource(version: FhirVersion, name: str) -> bool:
    """Whether `name` is a concrete resource type of the version."""
    return name in _table(version)["resources"]


@cache
def elements(version: FhirVersion, name: str) -> Mapping[str, Element]:
    """The elements of a type by JSON property; `_name` holds the extensions of a primitive. Empty for an unknown type."""
    described = _table(version)["types"].get(name, {})
    return MappingProxyType({element.name: element for key, each in described.items() for element in _each(version, key, each)})


def _each(version: FhirVersion, key: str, described: Mapping[str, Any]) -> Iterator[Element]:
    """The JSON properties of an element: one, one a type of a choice, and with `_` before for each primitive."""
    table = _table(version)
    stem = key.removesuffix("[x]")
    for kind in described["types"]:
        is_primitive = kind in table["primitives"]
        name = stem if stem == key else stem + kind[0].upper() + kind[1:]
        element = Element(
            name=name,
            path=stem if stem == key else f"{stem}.ofType({kind})",
            type=kind,
            is_primitive=is_primitive,
            codes=table["codes"][described["codes"]] if "codes" in described else _ANYTHING,
            targets=frozenset(described.get("targets", ())),
            choice=key,
            is_required="min" in described,
            is_list="many" in described,
        )
        yield element
        if is_primitive and kind != "xhtml":
            beside = "_" + name
            yield Element(beside, element.path, "Element", False, _ANYTHING, frozenset(), key, is_list=element.is_list)  # noqa: FBT003 - not a primitive
