"""Layer *shape*: is this a resource of the version, with its elements, cardinalities and data types? By fhir.resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.errors import Problem, excerpt
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.elements import model
from pipeline.validate.walk import defines, within

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def shape(resource: Resource, version: FhirVersion) -> Iterator[Problem]:
    """What fhir.resources refuses in a resource whose type the version has, each at its FHIRPath.

    Source: the StructureDefinitions of the FHIR version, as fhir.resources holds them.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - pydantic and the models load only where something is validated

    found = model(version, resource["resourceType"])
    if found is None:
        return
    try:
        found.model_validate(resource)
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            if not _is_mistaken(error, resource, version):
                yield _problem(error, resource, version)
    except (TypeError, ValueError, LookupError, AttributeError) as refused:
        # fhir.resources lets such errors of its own out for some malformed values (a contained resource of no known type).
        yield Problem(
            code="V403",
            severity="error",
            cause=f"the resource has not the shape of its type: {excerpt(str(refused), 200)}",
            remedy=f"compare it with the definition of {resource['resourceType']} in FHIR {version}",
            expression=resource["resourceType"],
        )


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
        return Problem("V401", "error", f"the required element {name} is missing", "add it", expression=expression)
    if kind == "extra_forbidden":
        cause = f"{name} is no element here in FHIR {version}"
        remedy = "correct the name, or move it where the version's definition has it"
        return Problem("V402", "error", cause, remedy, excerpt=shown, expression=expression)
    if "any of" in message.lower():  # fhir.resources' words for a choice element with no type, or with two
        remedy = "give the choice element exactly one of its types"
        return Problem("V404", "error", message, remedy, expression=expression)
    remedy = f"give it the data type that FHIR {version} defines"
    return Problem("V403", "error", message, remedy, excerpt=shown, expression=expression)
