"""What FHIR says of each element, read from the metadata that fhir.resources carries and never uses.

fhir.resources copies required code sets (`enum_values`) and reference targets (`enum_reference_types`) from HL7's element
definitions into each field. Compared with the StructureDefinitions of hl7.fhir.r5.core 5.0.0 (1,123 reference elements and
563 required bindings): every target list agrees; the code lists that do not are handled here, see `_codes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, get_args

from pipeline.settings import FhirVersion

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

#: Where fhir.resources keeps the models of a version. It has no module for R4.
PACKAGES: Mapping[FhirVersion, str] = MappingProxyType({"R5": "fhir.resources", "R4B": "fhir.resources.R4B"})

_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
#: Required bindings that fhir.resources leaves out or cuts short, of the types that a drug catalogue meets (R5 definitions).
_CORRECTIONS: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        **{(kind, "comparator"): _COMPARATORS | {"ad"} for kind in ("Quantity", "Age", "Duration", "Count", "Distance")},
        ("CapabilityStatement", "format"): frozenset(),  # any MIME type; fhir.resources has four words of the summary
        ("BundleEntrySearch", "mode"): frozenset({"match", "include", "outcome"}),
        ("ElementDefinitionSlicingDiscriminator", "type"): frozenset(
            {"value", "exists", "pattern", "type", "profile", "position"}
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type.

    `name` is the JSON property; `path` its FHIRPath name (`value.ofType(Quantity)` for `valueQuantity`); `type` a primitive
    (`code`, `uri`, …) or the name of a type or backbone. `codes` is the required binding, `targets` the resource types that
    a reference may point at; both are empty where anything goes.
    """

    name: str
    path: str
    type: str
    is_primitive: bool
    codes: frozenset[str]
    targets: frozenset[str]


@cache
def model(version: FhirVersion, name: str) -> type[BaseModel] | None:
    """The fhir.resources model of a type or backbone; None if the version has no such type."""
    try:
        found: type[BaseModel] = import_module(PACKAGES[version]).get_fhir_model_class(name)
    except (KeyError, ValueError, LookupError):
        return None
    return found


@cache
def is_resource(version: FhirVersion, name: str) -> bool:
    """Whether `name` is a concrete resource type of the version."""
    found = model(version, name)
    if found is None or name in {"Resource", "DomainResource", "CanonicalResource", "MetadataResource"}:
        return False
    return issubclass(found, import_module(f"{PACKAGES[version]}.resource").Resource)


@cache
def elements(version: FhirVersion, name: str) -> Mapping[str, Element]:
    """The elements of a type by JSON property; `_name` holds the extensions of a primitive. Empty for an unknown type."""
    found = model(version, name)
    if found is None:
        return MappingProxyType({})
    described = (_element(version, name, key, info) for key, info in found.model_fields.items() if key != "fhir_comments")
    return MappingProxyType({element.name: element for element in described})


def _element(version: FhirVersion, owner: str, key: str, info: FieldInfo) -> Element:
    extra: Mapping[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    name = info.alias or key
    kind, is_primitive = _kind(info.annotation)
    choice = extra.get("one_of_many")
    return Element(
        name=name,
        path=f"{choice}.ofType({kind})" if choice and name != choice else name.removeprefix("_"),
        type=kind,
        is_primitive=is_primitive,
        codes=_codes(version, owner, name, kind, extra),
        targets=frozenset(extra.get("enum_reference_types", ())) - {"Resource"},
    )


def _codes(version: FhirVersion, owner: str, name: str, kind: str, extra: Mapping[str, Any]) -> frozenset[str]:
    corrected = _CORRECTIONS.get((owner, name))
    if corrected is not None:
        return corrected - {"ad"} if version != "R5" else corrected
    codes = frozenset(extra.get("enum_values", ()))
    # "+" and "etc." mark a list that the specification's summary cut short (Task.status, Contract.status): it proves nothing.
    return frozenset() if kind != "code" or codes & {"+", "etc."} else codes


def _kind(annotation: Any) -> tuple[str, bool]:  # noqa: ANN401 - typing's annotations have no common type
    """The FHIR type inside `Optional[List[Annotated[str, Code()]]]` or `Optional[List[abc.ReferenceType]]`."""
    for metadata in getattr(annotation, "__metadata__", ()):
        if type(metadata).__module__ == "fhir_core.types":
            name = type(metadata).__name__
            return name[0].lower() + name[1:], True
    if isinstance(annotation, type) and annotation is not NoneType and annotation.__name__.endswith("Type"):
        return annotation.__name__.removesuffix("Type"), False
    for part in get_args(annotation):
        kind, is_primitive = _kind(part)
        if kind:
            return kind, is_primitive
    return ("boolean", True) if annotation is bool else ("", False)
