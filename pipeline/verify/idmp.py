"""Products, their ingredients and approvals (`--model idmp`): do they say what the page's uses say, and no more?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.errors import Problem
from pipeline.verify.document import Document
from pipeline.verify.elements import codes_of, ending, reference_to, references_in
from pipeline.verify.finding import Json, finding
from pipeline.verify.kept import Snapshot

OF_IDMP = frozenset({"MedicinalProductDefinition", "Ingredient", "RegulatedAuthorization"})
_OWN = {"Ingredient": "ingredient", "RegulatedAuthorization": "authorization"}
_APPROVALS = frozenset({"approved", "accelerated-approval"})
_FDA = re.compile(r"\bFDA\b|\bFood and Drug Administration\b")
_OF_FDA = [{"coding": [{"system": "urn:iso:std:iso:3166", "code": "US", "display": "United States of America"}]}]


def check_idmp(resource: Json, document: Document, snapshot: Snapshot, name: str) -> Iterator[Problem]:
    """What such a resource says otherwise than its page, its product and its uses."""
    kind = resource["resourceType"]
    if kind in _OWN:
        stated = resource.get("identifier", {})
        one = stated if isinstance(stated, dict) else next(iter(stated), {})
        if (ending(one.get("system", "")), one.get("value")) != (_OWN[kind], resource.get("id")):
            yield finding("C650", "its identifier is not its id", f"{kind}.identifier", name, one.get("value"))
    if kind != "Ingredient" and resource.get("attachedDocument") != [{"reference": document.reference}]:
        yield finding("C650", "it is not its page", f"{kind}.attachedDocument", name)
    if kind == "RegulatedAuthorization":
        yield from _authorization(resource, snapshot, name)
    said = {"active": "active", "retired": "inactive"}.get(_status(resource))
    expected = "inactive" if document.is_withdrawn or "discontinued" in _classified(resource, snapshot) else "active"
    if said != expected:
        yield finding("C650", "its status is not what the page states", f"{kind}.status", name, str(resource.get("status")))
    if kind == "MedicinalProductDefinition" and "approved" in snapshot.classified[name] and name not in snapshot.brands:
        yield from _missing((name, "approved", ""), snapshot, f"{kind}.classification", name)


def unauthorized(subjects: Sequence[str], snapshot: Snapshot, name: str) -> Iterator[Problem]:
    """An indication that is approved for a MedicinalProductDefinition, and not in what is authorized of it."""
    for subject in subjects:
        for code in _APPROVALS.intersection(codes_of(snapshot.approvals.get(name))):
            if subject in snapshot.classified and "not-approved" not in snapshot.classified[subject]:
                yield from _missing((subject, code, name), snapshot, "ClinicalUseDefinition.category", name)


def _missing(wanted: tuple[str, str, str], snapshot: Snapshot, place: str, name: str) -> Iterator[Problem]:
    if wanted not in snapshot.authorized:
        yield finding("C650", f"no RegulatedAuthorization of {wanted[0]} says so", place, name, wanted[1])


def _authorization(resource: Json, snapshot: Snapshot, name: str) -> Iterator[Problem]:
    """An approval that no use of the product has, or the page denies; another region than the page's words say."""
    place, codes = "RegulatedAuthorization", codes_of(resource.get("type"))
    subjects, uses = references_in(resource, "subject"), references_in(resource, "indication", "reference")
    approvals = [snapshot.approvals.get(use, {}) for use in uses]
    stated = _classified(resource, snapshot)
    if len(codes) != 1 or not codes <= _APPROVALS or len(subjects) != 1 or "not-approved" in stated:
        yield finding("C650", "no page approves this", place, name, str(sorted(codes)))
    for use, approval in zip(uses, approvals, strict=True):
        of = {f"MedicinalProductDefinition/{each}" for each in snapshot.subjects.get(use, ())}
        if not codes <= codes_of(approval) or not of.issuperset(subjects):
            yield finding("C650", f"{use} is of another product or status", f"{place}.indication", name)
    if not uses and (codes != {"approved"} or "approved" not in stated or snapshot.brands.intersection(subjects)):
        yield finding("C650", "the page does not say that this is approved", place, name)
    by_fda = bool(stated) or any(_FDA.search(str(approval.get("text"))) for approval in approvals)
    if resource.get("region", []) != (_OF_FDA if by_fda else []):
        yield finding("C650", "the page names the FDA" if by_fda else "the page names no authority", f"{place}.region", name)


def _classified(resource: Json, snapshot: Snapshot) -> set[str]:
    """What the page states of the approval of the product that a resource is, or is of."""
    of = [*references_in(resource, "subject"), *references_in(resource, "for")] or [reference_to(resource)]
    return {code for each in of for code in snapshot.classified.get(each, ())}


def _status(resource: Json) -> str:
    status = resource.get("status")
    return status if isinstance(status, str) else "".join(codes_of(status))
