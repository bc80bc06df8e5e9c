"""The entries of `corrections.yaml`, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from yaml.nodes import Node

from pipeline.correct.corrections import (
    FORMAT,
    ApprovalStatusEdit,
    CharacteristicEdit,
    Correction,
    Edits,
    IntentEdit,
    PriorEdit,
    QualifierEdit,
    Quote,
    TherapyEdit,
)
from pipeline.correct.nodes import Fault, Read, choice, day, flag, listed, matching, number, record, text
from pipeline.fields import FIELDS
from pipeline.model import Age, AgeGroup, ApprovalStatus, Intent, QualifierKind, QualifierTarget, Sex, Span, Verdict

__all__ = ["Fault", "entries"]

_MOST_ENTRIES = 100_000
_MOST_VALUES = 100
_VALUE = text(2_000)
#: Where a quote stands, if it says so.
_PLACE: Mapping[str, Read[Any]] = {"offset": number, "length": number}
_AGE_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
#: What goes with each kind of characteristic: all of the first, any of the second.
_WITH_KIND: Mapping[str, tuple[str, ...]] = {
    "age-group": ("age_group",),
    "age-range": ("low", "high"),
    "sex": ("sex",),
    "menopausal-status": (),
    "description": (),
}


def entries(root: Node) -> tuple[Correction, ...]:
    """The entries of a document.

    Raises:
        Fault: the document is not as described.
    """
    document = record(root, "the file", {"format": choice(str(FORMAT)), "corrections": listed(_entry, _MOST_ENTRIES)}, {})
    found: tuple[Correction, ...] = document["corrections"]
    return found


def _entry(node: Node) -> Correction:
    needed: dict[str, Read[Any]] = {
        "drug": matching(r"[a-z0-9-]{1,200}(?:\.[a-z0-9-]{1,200})?", "a slug (a-z, 0-9, hyphens; before a dot the publisher)"),
        "sha256": matching("[0-9a-f]{64}", "a SHA-256 of 64 hexadecimal digits in small letters"),
        "use": _use,
        "verdict": choice(*get_args(Verdict)),
        "reviewer": text(200),
        "date": day,
    }
    optional: dict[str, Read[Any]] = {
        "page": text(1_000),
        "edits": _edits,
        "withhold": flag,
        "reason": _VALUE,
        "sampled": flag,
    }
    said = record(node, "an entry", needed, optional)
    entry = Correction(**said.pop("use"), **said, line=node.start_mark.line + 1)
    _consistent(entry, node)
    return entry


def _consistent(entry: Correction, node: Node) -> None:
    edited = bool(entry.edits.changed)
    if entry.verdict != "right" and entry.reason is None:
        raise Fault(node, f"the verdict is {entry.verdict}, and no reason is given")
    if entry.verdict == "right" and (edited or entry.withhold):
        raise Fault(node, "a use that is right has neither edits nor withhold")
    if entry.verdict == "wrong" and not edited and not entry.withhold:
        raise Fault(node, "a use that is wrong needs edits, or withhold: true")
    if edited and entry.withhold:
        raise Fault(node, "a use is edited or withheld, not both")


def _use(node: Node) -> dict[str, Any]:
    needed: dict[str, Read[Any]] = {"offset": number, "length": number, "quote": text(50_000)}
    optional: dict[str, Read[Any]] = {
        "indication": matching(r"[A-Za-z0-9.-]{1,64}", "the id of an indication"),
        "reading": matching("[0-9a-f]{16}", "a reading of 16 hexadecimal digits in small letters"),
    }
    use = record(node, "a use", needed, optional)
    return {"span": _span(use.pop("offset"), use.pop("length"), node), **use}


def _quote(node: Node) -> Quote:
    return _beside(record(node, "a quote", {"quote": _VALUE}, _PLACE), node)


def _span(offset: int, length: int, node: Node) -> Span:
    if not length:
        raise Fault(node, "a length is at least 1")
    return Span(offset, offset + length)


_QUOTES = listed(_quote, _MOST_VALUES)


def _some(node: Node) -> tuple[Quote, ...]:
    found = _QUOTES(node)
    if not found:
        raise Fault(node, "a use has a condition; to publish none, withhold the use")
    return found


def _age(node: Node) -> Age:
    return Age(**record(node, "an age", {"value": number, "unit": choice(*_AGE_DAYS)}, {}))


def _characteristic(node: Node) -> CharacteristicEdit:
    optional: dict[str, Read[Any]] = {
        "age_group": choice(*get_args(AgeGroup)),
        "low": _age,
        "high": _age,
        "sex": choice(*get_args(Sex)),
        "low_exclusive": flag,
        "high_exclusive": flag,
        **_PLACE,
    }
    said = record(node, "a characteristic", {"kind": choice(*_WITH_KIND), "quote": _VALUE}, optional)
    allowed = _WITH_KIND[said["kind"]]
    given = tuple(name for name in ("age_group", "low", "high", "sex") if name in said)
    if not set(given) <= set(allowed) or (allowed and not given):
        raise Fault(node, f"with the kind {said['kind']} goes {' or '.join(allowed) or 'nothing else'}")
    low, high = said.get("low"), said.get("high")
    left_out = {name: said[name] for name in ("low_exclusive", "high_exclusive") if name in said}
    if any(value and name.removesuffix("_exclusive") not in said for name, value in left_out.items()):
        raise Fault(node, "a bound that is left out must be given")
    if low and high and low.value * _AGE_DAYS[low.unit] > high.value * _AGE_DAYS[high.unit]:
        raise Fault(node, "the lower age is above the higher one")
    return CharacteristicEdit(said["kind"], _beside(said, node), **{name: said[name] for name in given}, **left_out)


def _population(node: Node) -> tuple[CharacteristicEdit, ...]:
    found = listed(_characteristic, _MOST_VALUES)(node)
    if not found:
        raise Fault(node, "a population has at least one characteristic; without any restriction leave it out")
    return found


def _choosing(choices: tuple[str, ...]) -> Read[dict[str, Any]]:
    def read_choosing(node: Node) -> dict[str, Any]:
        said = record(node, "a choice", {"choice": choice(*choices), "quote": _VALUE}, _PLACE)
        return {"choice": said["choice"], "quote": _beside(said, node)}

    return read_choosing


def _beside(said: Mapping[str, Any], node: Node) -> Quote:
    """The quote whose words and place stand among the keys of a mapping."""
    if ("offset" in said) != ("length" in said):
        raise Fault(node, "a quote has offset and length, or neither")
    return Quote(said["quote"], _span(said["offset"], said["length"], node) if "offset" in said else None)


def _treatment(modes: tuple[str, ...]) -> Read[dict[str, Any]]:
    def read_treatment(node: Node) -> dict[str, Any]:
        return record(node, "a treatment", {"mode": choice(*modes), "phrase": _quote}, {"names": _QUOTES})

    return read_treatment


_THERAPY = _treatment(("required", "optional", "alternative", "combination", "concurrent"))
_PRIOR = _treatment(("required", "one_of", "conditional"))


def _qualifier(node: Node) -> QualifierEdit:
    optional: dict[str, Read[Any]] = {
        "of": choice(*get_args(QualifierTarget)),
        "kind": choice(*get_args(QualifierKind)),
        **_PLACE,
    }
    said = record(node, "a qualifier", {"quote": _VALUE}, optional)
    return QualifierEdit(_beside(said, node), **{name: said[name] for name in ("of", "kind") if name in said})


_INTENT, _APPROVAL_STATUS = _choosing(get_args(Intent)), _choosing(get_args(ApprovalStatus))
_FIELDS: Mapping[str, Read[Any]] = {
    **{field.name: listed(_quote, 1) if field.single else _QUOTES for field in FIELDS},
    "conditions": _some,
    "intent": lambda node: IntentEdit(**_INTENT(node)),
    "approval_status": lambda node: ApprovalStatusEdit(**_APPROVAL_STATUS(node)),
    "populations": listed(_population, _MOST_VALUES),
    "therapies": listed(lambda node: TherapyEdit(**_THERAPY(node)), _MOST_VALUES),
    "prior": listed(lambda node: PriorEdit(**_PRIOR(node)), _MOST_VALUES),
    "qualifiers": listed(_qualifier, _MOST_VALUES),
}


def _edits(node: Node) -> Edits:
    return Edits(**record(node, "edits", {}, _FIELDS))
