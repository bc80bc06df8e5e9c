"""What a page's Provenance says that people decided on its uses, and what of it the rest of the snapshot must agree with."""

from __future__ import annotations

from collections.abc import Container, Iterator

from pipeline.errors import Problem
from pipeline.verify.elements import codes_of, name_of, named, references_in, values
from pipeline.verify.finding import Json, finding
from pipeline.verify.spans import rules_of

#: The rule of a value that a person gave, and the field of a use (as `review` names it) that holds a code of each system.
CORRECTED = "corrected"
FIELDS = {
    "intent": "intent",
    "approval-status": "approval-status",
    "age-group": "populations",
    "administrative-gender": "populations",
}
#: The field that a detail of the disease is of, by its kind.
_DETAILS = {
    "status": "disease-status",
    "biomarker": "biomarkers",
    "stage": "stages",
    **dict.fromkeys(("stated", "timing", "manner", "duration", "purpose"), "qualifiers"),
}
#: The field that stands in an element or an extension, by its name; what is deeper decides.
_FIELD_AT = {
    "category": "approval-status",
    "subject": "brands",
    "contained": "populations",
    "patientCharacteristic": "populations",
    "intendedEffect": "intent",
    "treatmentIntent": "intent",
    "diseaseSymptomProcedure": "conditions",
    "condition": "conditions",
    "narrower-condition": "narrower",
    "approval-status": "approval-status",
    "disease": "conditions",
    "line-of-therapy": "line",
    "given-alone": "alone",
    "optional-therapy": "therapies",
    "conditional-prior-therapy": "prior",
    "phase": "phases",
    **_DETAILS,
}
#: The same by what stands in the element: a comorbidity's role, the kinds of details, another therapy's relationship.
_FIELD_OF = {
    "setting": "settings",
    "cause": "causes",
    "indicated-only-with": "therapies",
    "indicated-only-before": "prior",
    **_DETAILS,
}
#: Outside its uses a drug's record has no value that people give but the name of a brand.
_FIELD_IN = dict.fromkeys(("MedicationKnowledge", "Medication", "MedicinalProductDefinition"), "brands")


def changed_in(provenance: Json) -> Iterator[tuple[str, str]]:
    """What people gave other values: the reference of an indication, and the name of the field; the page for all of them."""
    for _, _, review in _reviews(provenance):
        fields = [*map(str, values(review, "changed", "valueCode"))]
        for reference in (*_indications(review), *references_in(provenance, "entity", "what")):
            yield from ((reference, field) for field in fields)


def corrected_in(resource: Json) -> Iterator[tuple[str, str]]:
    """Where a resource says that a person gave the value, and which field of the use it is, as a review's `changed` has it."""
    yield from _corrected(resource, str(resource["resourceType"]), _FIELD_IN.get(resource["resourceType"], ""))


def _corrected(value: Json, place: str, above: str) -> Iterator[tuple[str, str]]:
    known = {*_kinds(value)}
    field = _FIELD_OF.get(known.pop(), above) if len(known) == 1 else _FIELD_AT.get(name_of(value), above)
    if CORRECTED in rules_of(value):
        yield place, field
    for name, item in value.items():
        below = _FIELD_AT.get(name, field)
        if isinstance(item, dict):
            yield from _corrected(item, f"{place}.{name}", below)
        elif isinstance(item, list):
            for index, each in enumerate(item):
                if isinstance(each, dict):
                    yield from _corrected(each, f"{place}.{name}[{index}]", below)


def _kinds(value: Json) -> Iterator[str]:
    """What an element of an indication says of itself: that of several details, of its one value too if they agree."""
    yield from codes_of(value.get("relationshipType"))
    # The patients', in a Group or in MedicationKnowledge.
    for kind in (value.get("code"), value.get("type")):
        if isinstance(kind, dict) and "valueCodeableConcept" in value:
            yield from codes_of(kind)
    for each in (value, *value.get("extension", ())):
        if name_of(each) == "disease-detail":
            yield from (str(one.get("url")) for one in each.get("extension", ()))
        elif name_of(each) == "comorbidity-role":
            yield str(each.get("valueCode"))


def review_words(provenance: Json) -> set[str]:
    """What the narrative says of each review besides the use's text."""
    said = set()
    for _, who, review in _reviews(provenance):
        verdict, date = (values(review, name, kind) for name, kind in (("verdict", "valueCode"), ("date", "valueDate")))
        reason = values(review, "reason", "valueString")
        by = [f"corrected by {who}"] if values(review, "changed", "valueCode") else [*verdict, who]
        said.add(f": {', '.join(map(str, [*by, *date, *reason]))}".strip())
    return said


def check_reviews(provenance: Json, published: Container[str], name: str) -> Iterator[Problem]:
    """Reviews of indications that are not in the snapshot, or that the Provenance is not about; reviewers without a review."""
    targets = references_in(provenance, "target")
    for place, _, review in _reviews(provenance):
        for reference in _indications(review):
            if reference not in published or reference not in targets:
                yield finding("C652", "the review speaks of an indication that is not a target", place, name, reference)
    for number, agent in enumerate(provenance.get("agent", ())):
        is_reviewer = bool(named(agent, "review"))
        if ("verifier" in codes_of(agent.get("type"))) != is_reviewer or (is_reviewer and not _who(agent)):
            yield finding("C605", "a reviewer has a name and a review", f"Provenance.agent[{number}]", name)


def _reviews(provenance: Json) -> Iterator[tuple[str, str, Json]]:
    for number, agent in enumerate(provenance.get("agent", ())):
        for index, extension in enumerate(agent.get("extension", ())):
            if name_of(extension) == "review":
                yield f"Provenance.agent[{number}].extension[{index}]", _who(agent), extension


def _who(agent: Json) -> str:
    return str(agent.get("who", {}).get("display", ""))


def _indications(review: Json) -> list[str]:
    return [f"ClinicalUseDefinition/{each.get('value')}" for each in values(review, "indication", "valueIdentifier")]
