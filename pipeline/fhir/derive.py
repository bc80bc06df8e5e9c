"""The resources of a page in the version and profile that are published. R5 in full is what all others come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.fhir import systems
from pipeline.fhir.fold import fold, labeled_once
from pipeline.fhir.older import older
from pipeline.fhir.profiles import profile_of
from pipeline.fhir.reviews import named_reviews
from pipeline.fhir.source import Json
from pipeline.fhir.structures import with_meta
from pipeline.model import Resource
from pipeline.publishers import named
from pipeline.settings import FhirVersion, Settings

#: What the core profile is made of.
_CORE = frozenset({"MedicationKnowledge", "DocumentReference"})


@dataclass(frozen=True, slots=True)
class Derived:
    """Resources in one version, and how often they had an R5 element that it has no place for, by the element's path."""

    resources: list[Resource]
    not_held: Mapping[str, int]


def derive(resources: Sequence[Resource], version: FhirVersion, settings: Settings) -> Derived:
    """The resources of a page, or the shared ones, in a FHIR version, with the profiles that they conform to.

    What the version has no element for is in extensions (`README.md` lists them) or counted in `not_held`.

    Args:
        resources: R5 resources as `build` or `shared` made them; not changed.
        version: the FHIR version to be in.
        settings: with `profile` core, MedicationKnowledge and DocumentReference are all that is left.
    """
    lost: Counter[str] = Counter()
    found = list(resources)
    folded, lean = settings.profile == "core" or version == "R4", settings.proof != "full"
    if folded:
        lost["ClinicalUseDefinition.status"] += sum(each["resourceType"] == "ClinicalUseDefinition" for each in found)
        found = fold(found, settings.canonical, version, lean=lean)
    if settings.profile == "core":
        drug: Json = next((each["identifier"][0] for each in found if each["resourceType"] == "MedicationKnowledge"), {})
        reviews = [
            each for provenance in found if provenance["resourceType"] == "Provenance" for each in named_reviews(provenance)
        ]
        found = [_alone(each, drug, reviews, settings) for each in found if each["resourceType"] in _CORE]
    derived = []
    for resource in found:
        held, not_held = (resource, []) if version == "R5" else older(resource, settings.canonical)
        lost.update(not_held)
        derived.append(_claiming(labeled_once(held) if folded and lean else held, settings.canonical))
    return Derived(derived, dict(sorted((+lost).items())))


def _alone(resource: Resource, drug: Json, reviews: list[Json], settings: Settings) -> Resource:
    """A resource of the core profile: what it refers to outside the profile, or in a circle, is named and not linked.

    What people decided on the page's uses stands in its document, since there is no Provenance.
    """
    if resource["resourceType"] == "MedicationKnowledge":
        return {k: v for k, v in resource.items() if k != "associatedMedication"}
    changed = {**resource, "extension": [*resource["extension"], *reviews], "subject": _logical(resource["subject"], drug)}
    if "author" in resource:
        changed["author"] = [_named_author(each, settings) for each in resource["author"]]
    return changed


def _named_author(reference: Json, settings: Settings) -> Json:
    """The publisher by its address: its Organization is not of the profile."""
    if "reference" not in reference:
        return reference
    publisher = named(reference["reference"].partition("/")[2], settings.publishers)
    return _logical(reference, {"system": systems.URI, "value": publisher.address})


def _logical(reference: Json, identifier: Json) -> Json:
    resource_type = reference["reference"].partition("/")[0]
    beside = {k: v for k, v in reference.items() if k != "reference"}
    return {"type": resource_type, "identifier": identifier, **beside}


def _claiming(resource: Resource, canonical: str) -> Resource:
    name = profile_of(resource)
    return resource if name is None else with_meta(resource, profile=[systems.extension_url(canonical, name)])
