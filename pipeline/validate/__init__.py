"""Validation: resources in, problems out, in named layers; ours or another producer's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.errors import Problem, excerpt
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.bindings import bindings
from pipeline.validate.elements import PACKAGES, is_resource
from pipeline.validate.invariants import invariants
from pipeline.validate.narrative import narrative
from pipeline.validate.references import check_references, references
from pipeline.validate.shape import shape
from pipeline.validate.values import values
from pipeline.validate.walk import name_of, nodes

__all__ = ["check_references", "validate"]


def validate(resources: Iterable[Resource], version: FhirVersion) -> list[Problem]:
    """What is wrong with each resource, layer by layer: shape, values, bindings, references, invariants, narrative.

    Whether the targets of references exist is not a matter of one resource: `check_references` says it for a snapshot.

    Args:
        resources: resources as JSON data; a Bundle is validated with its entries.
        version: the FHIR version that they are to be valid in.

    Returns:
        V4xx problems in the order of the resources, each with `Type/id` and a FHIRPath expression.
    """
    if version not in PACKAGES:
        cause, remedy = f"FHIR {version} cannot be checked: there are no models for it here", "validate as R5 or R4B"
        return [Problem("V400", "fatal", cause, remedy)]
    return [replace(p, resource=name_of(resource)) for resource in resources for p in _layers(resource, version)]


def _layers(resource: Resource, version: FhirVersion) -> Iterator[Problem]:
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not is_resource(version, kind):
        cause, remedy = f"this is no resource type of FHIR {version}", "correct resourceType, or choose the right version"
        yield Problem("V400", "fatal", cause, remedy, excerpt=excerpt(str(kind)))
        return
    yield from shape(resource, version)
    found = list(nodes(resource, version))
    yield from values(found, version)
    yield from bindings(found)
    yield from references(found, version)
    yield from invariants(found, version)
    yield from narrative(found)
