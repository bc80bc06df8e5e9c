"""What was published and no longer is, kept on the server and marked as withdrawn: its status, and a tag to find it by."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.errors import Problem
from pipeline.load.plan import Entry, transaction
from pipeline.load.sending import Sent
from pipeline.load.server import Server
from pipeline.model import Resource

#: HL7's own words for it: "has been withdrawn or superseded and should no longer be used".
_RETIRED = {"system": "http://hl7.org/fhir/publication-status", "code": "retired", "display": "Retired"}
#: Of each type's status codes (the same in R4, R4B and R5) the one for what was right and is no longer in force.
_STATUS: Mapping[str, object] = {
    "ClinicalUseDefinition": {"coding": [_RETIRED]},
    "MedicationKnowledge": "inactive",
    "Medication": "inactive",
    "DocumentReference": "superseded",
}


def withdrawn(resource: Resource) -> Resource:
    """A resource as the server holds it, marked as withdrawn; one that is marked already comes back as it was."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in {"versionId", "lastUpdated"}}
    tags = meta.get("tag", ())
    meta["tag"] = [*tags] if _is_tagged(resource) else [*tags, _RETIRED]
    return {**resource, "meta": meta, "status": _STATUS[resource["resourceType"]]}


def is_withdrawn(resource: Resource | None) -> bool:
    """Whether a resource bears the status and the tag of what is withdrawn."""
    if resource is None or not _is_tagged(resource):
        return False
    status, wanted = resource.get("status"), _STATUS[resource["resourceType"]]
    if isinstance(status, dict):
        return any(_token(coding) == _token(_RETIRED) for coding in status.get("coding", ()))
    return bool(status == wanted)


def retire(server: Server, groups: tuple[tuple[str, ...], ...], done: Sent) -> None:
    """Mark each group (a page's resources) in one transaction, and look whether the server did."""
    for group in groups:
        held = server.held(group)
        entries = [Entry(target, withdrawn(resource), 0) for target, resource in held.items() if resource is not None]
        if not entries:
            continue  # someone took them away meanwhile
        response = server.post(transaction(entries))
        after = server.held([entry.target for entry in entries]) if response.is_success else {}
        missing = [entry.target for entry in entries if not is_withdrawn(after.get(entry.target))]
        done.counts["retired"] += len(entries) - len(missing)
        if missing:
            cause = f"the server does not retire this and {len(missing) - 1} more of its page: {server.said(response)}"
            remedy = "see what the server says; until then it shows as in force what is no longer published"
            done.problems.append(Problem("L744", "error", cause, remedy, resource=missing[0]))


def _is_tagged(resource: Resource) -> bool:
    return any(_token(tag) == _token(_RETIRED) for tag in resource.get("meta", {}).get("tag", ()))


def _token(coding: Mapping[str, object]) -> tuple[object, object]:
    return coding.get("system"), coding.get("code")
