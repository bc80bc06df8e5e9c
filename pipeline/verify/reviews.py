"""What a page's Provenance says that people decided on its uses, and what of it the rest of the snapshot must agree with."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from pipeline.errors import Problem
from pipeline.verify.finding import Json, finding
from pipeline.verify.spans import name_of

#: The rule of a value that a person gave, and the field of a use (as `review` names it) that holds a code of each system.
CORRECTED = "corrected"
FIELDS = {"intent": "intent", "regulatory-standing": "standing", "age-group": "populations", "gender": "populations"}


def changed_in(provenance: Json) -> Iterator[tuple[str, str]]:
    """What people gave other values: the reference of an indication, and the name of the field; the page for all of them."""
    pages = [str(entity.get("what", {}).get("reference")) for entity in provenance.get("entity", ())]
    for _, _, review in _reviews(provenance):
        fields = _values(review, "changed", "valueCode")
        for reference in (*_indications(review), *pages):
            yield from ((reference, field) for field in fields)


def review_words(provenance: Json) -> set[str]:
    """What the narrative says of each review besides the use's text."""
    said = set()
    for _, who, review in _reviews(provenance):
        words = [_values(review, name, kind) for name, kind in (("verdict", "valueCode"), ("date", "valueDate"))]
        reason = _values(review, "reason", "valueString")
        said.add(f": {', '.join([*words[0], who, *words[1], *reason])}".strip())
    return said


def check_reviews(provenance: Json, published: Container[str], name: str) -> Iterator[Problem]:
    """Reviews of indications that are not in the snapshot, or that the Provenance is not about; reviewers without a review."""
    targets = {str(target.get("reference")) for target in provenance.get("target", ())}
    for place, _, review in _reviews(provenance):
        for reference in _indications(review):
            if reference not in published or reference not in targets:
                yield finding("C652", "the review speaks of an indication that is no target", place, name, reference)
    for number, agent in enumerate(provenance.get("agent", ())):
        codes = {coding.get("code") for coding in agent.get("type", {}).get("coding", ())}
        extensions = [name_of(each) for each in agent.get("extension", ())]
        if ("verifier" in codes) != ("review" in extensions) or ("review" in extensions and not _who(agent)):
            yield finding("C605", "a reviewer has a name and a review", f"Provenance.agent[{number}]", name)


def _reviews(provenance: Json) -> Iterator[tuple[str, str, Json]]:
    for number, agent in enumerate(provenance.get("agent", ())):
        for index, extension in enumerate(agent.get("extension", ())):
            if name_of(extension) == "review":
                yield f"Provenance.agent[{number}].extension[{index}]", _who(agent), extension


def _who(agent: Json) -> str:
    return str(agent.get("who", {}).get("display", ""))


def _indications(review: Json) -> list[str]:
    return [f"ClinicalUseDefinition/{each.get('value')}" for each in _values(review, "indication", "valueIdentifier")]


def _values(review: Json, name: str, kind: str) -> list[Any]:
    return [part[kind] for part in review.get("extension", ()) if part.get("url") == name and kind in part]
