"""Layer *shape*: is this a resource of the version, with its elements, cardinalities and data types? By fhir.resources."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from pipeline.errors import Problem, excerpt
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.elements import model
from pipeline.validate.walk import defines, within

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

#: Elements that hold a list of what is kept as models.
_KEPT: Final = {"extension": "Extension", "coding": "Coding"}
#: What fhir.resources raises: pydantic's ValidationError, a ValueError; and errors of its own for some malformed values (a
#: contained resource of no known type).
_ERRORS: Final = (TypeError, ValueError, LookupError, AttributeError)


def shape(resource: Resource, version: FhirVersion) -> Iterator[Problem]:
    """What fhir.resources refuses in a resource whose type the version has, each at its FHIRPath.

    Source: the StructureDefinitions of the FHIR version, as fhir.resources holds them.
    """
    found = model(version, resource["resourceType"])
    if found is None:
        return
    try:
        found.model_validate(_with_parts(resource, version))
    except _ERRORS:
        yield from _findings(found, resource, version)


def _findings(found: type[BaseModel], resource: Resource, version: FhirVersion) -> Iterator[Problem]:
    """What fhir.resources says of a resource as it stands, each part in its place."""
    from pydantic import ValidationError  # noqa: PLC0415 - pydantic and the models load only where something is validated

    try:
        found.model_validate(resource)
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            if not _is_mistaken(error, resource, version):
                yield _problem(error, resource, version)
    except _ERRORS as refused:
        yield Problem(
            code="V403",
            severity="error",
            cause=f"the resource has not the shape of its type: {excerpt(str(refused), 200)}",
            remedy=f"Compare it with the definition of {resource['resourceType']} in FHIR {version}.",
            expression=resource["resourceType"],
        )


def _with_parts(value: Any, version: FhirVersion, name: str = "") -> Any:  # noqa: ANN401 - any JSON
    """The same JSON with models in place of its Extensions and Codings, each validated by fhir.resources when it first came up.

    More than half of what is published are such parts, and they come again and again: a resource with these as models takes
    half the time of one in which all is validated anew.
    """
    if type(value) is dict:
        return {key: _with_parts(item, version, key) for key, item in value.items()}
    if type(value) is list:
        kind = _KEPT.get(name)
        return [_part(each, version, kind) if kind else _with_parts(each, version) for each in value]
    return value


def _part(value: Any, version: FhirVersion, kind: str) -> Any:  # noqa: ANN401 - any JSON
    """A part as a model, or as it stands where it is none, is not valid, or is not surely the JSON that it is kept by."""
    try:
        text = orjson.dumps(value)
        return value if b"null" in text else _kept(text, version, kind)  # NaN is written as null
    except _ERRORS:
        return value


@lru_cache(maxsize=4096)
def _kept(text: bytes, version: FhirVersion, kind: str) -> BaseModel:
    found = model(version, kind)
    if found is None:
        raise LookupError(version)
    return found.model_validate(_with_parts(orjson.loads(text), version))


def _is_mistaken(error: ErrorDetails, resource: Resource, version: FhirVersion) -> bool:
    """Whether fhir.resources refuses what the definitions have: `Extension._valueCode`, the lowest integer64."""
    if error["type"] == "extra_forbidden":
        return defines(version, resource, error["loc"])
    return error["type"] == "greater_than_equal" and str(error.get("input")) == str(-(2**63))


def _problem(error: ErrorDetails, resource: Resource, version: FhirVersion) -> Problem:
    expression = within(version, resource, error["loc"])
    kind, message = error["type"], excerpt(error["msg"].removeprefix("Value error, "), 240)
    value = error.get("input")
    shown = excerpt(str(value)) if isinstance(value, str | int | float) else None
    name = str(error["loc"][-1]) if error["loc"] else resource["resourceType"]
    if kind in {"missing", "model_field_validation.missing"}:
        return Problem("V401", "error", f"the required element {name} is missing", "Add it.", expression=expression)
    if kind == "extra_forbidden":
        cause = f"{name} is not an element here in FHIR {version}"
        remedy = "Correct the name, or move it where the version's definition has it."
        return Problem("V402", "error", cause, remedy, excerpt=shown, expression=expression)
    if "any of" in message.lower():  # fhir.resources' words for a choice element with no type, or with two
        remedy = "Give the choice element exactly one of its types."
        return Problem("V404", "error", message, remedy, expression=expression)
    remedy = f"Give it the data type that FHIR {version} defines."
    return Problem("V403", "error", message, remedy, excerpt=shown, expression=expression)
