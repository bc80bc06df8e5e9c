"""What a reviewer can give another value, as in `corrections.yaml`: the values that a use has, and what to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args, get_type_hints

from pipeline.model import (
    Age,
    AgeGroup,
    ApprovalStatus,
    Characteristic,
    Fact,
    Intent,
    PriorTherapy,
    QualifierKind,
    QualifierTarget,
    Sex,
    Therapy,
    Use,
)

#: The model's choices, for `static/editing.js` and `static/groups.js`.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "intent": get_args(Intent),
    "approval_status": get_args(ApprovalStatus),
    "kind": get_args(get_type_hints(Characteristic)["kind"]),
    "age_group": get_args(AgeGroup),
    "sex": get_args(Sex),
    "unit": get_args(get_type_hints(Age)["unit"]),
    "therapies": get_args(get_type_hints(Therapy)["mode"]),
    "prior": get_args(get_type_hints(PriorTherapy)["mode"]),
    "qualifier": get_args(QualifierKind),
    "of": get_args(QualifierTarget),
}


def editable(use: Use) -> dict[str, Any]:
    """The fields of a use whose values have parts, as edits that would leave them as they are."""
    return {
        "populations": [[_characteristic(one) for one in group.characteristics] for group in use.populations],
        "therapies": [_treatment(one) for one in use.therapies],
        "prior": [_treatment(one) for one in use.prior],
        "qualifiers": [{"of": one.of, "kind": one.kind, **_quote(one.fact)} for one in use.qualifiers],
    }


def _characteristic(one: Characteristic) -> dict[str, Any]:
    ages = {name: {"value": age.value, "unit": age.unit} for name in ("low", "high") if (age := getattr(one, name)) is not None}
    said = {name: value for name in ("age_group", "sex") if (value := getattr(one, name)) is not None}
    said |= {name: True for name in ("low_exclusive", "high_exclusive") if getattr(one, name)}
    return {"kind": one.kind, **_quote(one.fact), **said, **ages}


def _treatment(one: Therapy | PriorTherapy) -> dict[str, Any]:
    return {"mode": one.mode, "phrase": _quote(one.phrase), "names": [_quote(name) for name in one.names]}


def _quote(fact: Fact) -> dict[str, Any]:
    """Words with their place; words that stand apart have no one place, and are found by their text."""
    if len(fact.spans) != 1:
        return {"quote": fact.text}
    (span,) = fact.spans
    return {"quote": fact.text, "offset": span.start, "length": span.end - span.start}
