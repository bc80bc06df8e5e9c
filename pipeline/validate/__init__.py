"""Validation: resources in, problems out, in named layers; ours or another producer's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pipeline.errors import Problem, excerpt
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.bindings import bindings
from pipeline.validate.bundles import bundled
from pipeline.validate.elements import PACKAGES, is_resource
from pipeline.validate.encoding import Read, read_json
from pipeline.validate.extensions import extensions
from pipeline.validate.invariants import invariants
from pipeline.validate.layers import LAYERS, UNCHECKED, layer
from pipeline.validate.narrative import narrative
from pipeline.validate.profiles import Profile, claimed, profiled, profiles
from pipeline.validate.quick_check import passes_quick_check
from pipeline.validate.references import check_references, references
from pipeline.validate.shape import shape
from pipeline.validate.structure import structure
from pipeline.validate.units import units
from pipeline.validate.values import values
from pipeline.validate.walk import name_of, nodes, printable

__all__ = [
    "LAYERS",
    "UNCHECKED",
    "Profile",
    "Read",
    "check_references",
    "claimed",
    "layer",
    "profiles",
    "read_json",
    "validate",
]


def validate(resources: Iterable[Resource], version: FhirVersion, known: Mapping[str, Profile] | None = None) -> list[Problem]:
    """What is wrong with each resource, layer by layer (`LAYERS`), from its shape to the profiles that it claims.

    Whether the targets of references exist is not a matter of one resource: `check_references` says it for a snapshot.

    Args:
        resources: resources as JSON data; a Bundle is validated with its entries.
        version: the FHIR version that they are to be valid in.
        known: profiles and extension definitions by URL, as `profiles` gives them; others that are claimed are not checked.

    Returns:
        V4xx problems in the order of the resources, each with `Type/id` and a FHIRPath expression.
    """
    named = ((p, name_of(resource)) for resource in resources for p in _layers(resource, version, known or {}))
    return [printable(replace(problem, resource=name)) for problem, name in named]


def _layers(resource: Resource, version: FhirVersion, known: Mapping[str, Profile]) -> Iterator[Problem]:
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not is_resource(version, kind):
        cause, remedy = f"this is not a resource type of FHIR {version}", "Correct resourceType, or choose the right version."
        yield Problem("V400", "fatal", cause, remedy, excerpt=excerpt(str(kind)))
        return
    if version in PACKAGES:
        yield from shape(resource, version)
        if passes_quick_check(resource, version, known):
            return
    found = list(nodes(resource, version))
    if version not in PACKAGES:
        yield from structure(found, version)
    yield from values(found, version)
    yield from bindings(found)
    yield from units(found)
    yield from references(found, version)
    yield from bundled(found, version)
    yield from invariants(found)
    yield from narrative(found)
    yield from extensions(found, {url: each.contents for url, each in known.items() if each.contents})
    yield from profiled(found, known)
