"""What is no longer published is deleted, or kept and marked: its status, and a tag to find it by.

`diff` and `publish` write these transactions, `load` sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.model import Resource

#: HL7's own words for it: "has been withdrawn or superseded and should no longer be used".
_RETIRED: Final = {"system": "http://hl7.org/fhir/publication-status", "code": "retired", "display": "Retired"}
#: Of each type's status codes (the same in each version that has it) the one for what was right and is no longer in force.
#: Types that are not here have none: what happened (Provenance) stays true.
_STATUS: Final[Mapping[str, Any]] = {
    "MedicationKnowledge": "inactive",
    "MedicinalProductDefinition": {"coding": [_RETIRED]},
    "Ingredient": "retired",
    "RegulatedAuthorization": {"coding": [_RETIRED]},
    "ClinicalUseDefinition": {"coding": [_RETIRED]},
    "Medication": "inactive",
    "DocumentReference": "superseded",
}


def deletion(targets: Iterable[str]) -> Resource:
    """A transaction Bundle that deletes each `Type/id`."""
    return _transaction({"request": {"method": "DELETE", "url": target}} for target in targets)


def retirement(resources: Iterable[Resource]) -> Resource:
    """A transaction Bundle that puts resources as they were, marked as withdrawn.

    Types without such a status (Provenance: what happened stays true) are left as they are.
    """
    return _transaction(
        {"resource": withdrawn(one), "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in resources
        if one["resourceType"] in _STATUS
    )


def withdrawn(resource: Resource) -> Resource:
    """A resource that has such a status, marked as withdrawn; one that is marked already comes back as it was."""
    meta = resource.get("meta", {})
    tags = meta.get("tag", ())
    marked = {**meta, "tag": [*tags] if _is_tagged(resource) else [*tags, _RETIRED]}
    return {**resource, "meta": marked, "status": _STATUS[resource["resourceType"]]}


def is_withdrawn(resource: Resource | None) -> bool:
    """Whether there is a resource and it bears the status and the tag of what is withdrawn."""
    if resource is None or not _is_tagged(resource):
        return False
    status, wanted = resource.get("status"), _STATUS[resource["resourceType"]]
    if isinstance(status, dict):
        return any(_token(coding) == _token(_RETIRED) for coding in status.get("coding", ()))
    return bool(status == wanted)


def _transaction(entries: Iterable[Resource]) -> Resource:
    return {"resourceType": "Bundle", "type": "transaction", "entry": [*entries]}


def _is_tagged(resource: Resource) -> bool:
    return any(_token(tag) == _token(_RETIRED) for tag in resource.get("meta", {}).get("tag", ()))


def _token(coding: Mapping[str, object]) -> tuple[object, object]:
    return coding.get("system"), coding.get("code")
