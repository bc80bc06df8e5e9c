"""The entries of `corrections.yaml`, key by key. The keys of edits are the fields of the values in `corrections.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache, partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

from yaml.nodes import Node

from pipeline.correct.corrections import FORMAT, CharacteristicEdit, Correction, Edits, Quote
from pipeline.correct.nodes import Fault, Read, choice, day, flag, listed, matching, number, record, text
from pipeline.fields import FIELDS
from pipeline.model import Span, Verdict

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
    document = record(root, {"format": choice(str(FORMAT)), "corrections": listed(_entry, _MOST_ENTRIES)}, {})
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
    said = record(node, needed, optional)
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
    use = record(node, needed, optional)
    return {"span": _span(use, node), **use}


def _span(said: dict[str, Any], node: Node) -> Span:
    """The place that stands among the keys of a mapping, taken out of them."""
    start, length = said.pop("offset"), said.pop("length")
    if not length:
        raise Fault(node, "a length is at least 1")
    return Span(start, start + length)


def _quote(node: Node) -> Quote:
    return _beside(record(node, {"quote": _VALUE}, _PLACE), node)


def _beside(said: dict[str, Any], node: Node) -> Quote:
    """The quote whose words and place stand among the keys of a mapping, taken out of them."""
    if ("offset" in said) != ("length" in said):
        raise Fault(node, "a quote has offset and length, or neither")
    return Quote(said.pop("quote"), _span(said, node) if "offset" in said else None)


def _edits(node: Node) -> Edits:
    """Edits; some fields must hold more, or fewer, quotes than others."""
    limited = {
        "conditions": listed(_quote, _MOST_VALUES, "a use has a condition; to publish none, withhold the use"),
        **{field.name: listed(_quote, 1) for field in FIELDS if field.single},
    }
    return Edits(**record(node, {}, {**_keys(Edits)[1], **limited}))


def _characteristic(node: Node) -> CharacteristicEdit:
    said: CharacteristicEdit = _made(CharacteristicEdit, node)
    allowed = _WITH_KIND[said.kind]
    given = {name for name in ("age_group", "low", "high", "sex") if getattr(said, name) is not None}
    if not given <= set(allowed) or (allowed and not given):
        raise Fault(node, f"with the kind {said.kind} goes {' or '.join(allowed) or 'nothing else'}")
    if (said.low_exclusive and not said.low) or (said.high_exclusive and not said.high):
        raise Fault(node, "a bound that is left out must be given")
    if said.low and said.high and said.low.value * _AGE_DAYS[said.low.unit] > said.high.value * _AGE_DAYS[said.high.unit]:
        raise Fault(node, "the lower age is above the higher one")
    return said


#: How the values are read that are more than their fields, or have none.
_READERS: Mapping[Any, Read[Any]] = {
    str: _VALUE,
    int: number,
    bool: flag,
    Quote: _quote,
    CharacteristicEdit: _characteristic,
    tuple[CharacteristicEdit, ...]: listed(
        _characteristic, _MOST_VALUES, "a population has at least one characteristic; without any restriction leave it out"
    ),
}


def _reader(of: Any) -> Read[Any]:  # noqa: ANN401 - a type, or what stands for one
    """How a value of a type is read."""
    if of in _READERS:
        return _READERS[of]
    parts = get_args(of)
    if get_origin(of) is Literal:
        return choice(*parts)
    if get_origin(of) is tuple:
        return listed(_reader(parts[0]), _MOST_VALUES)
    # Of a value or None, the value: what is not there is left out.
    return _reader(parts[0]) if parts else partial(_made, of)


@cache
def _keys(kind: type) -> tuple[Mapping[str, Read[Any]], Mapping[str, Read[Any]]]:
    """The keys that a value's mapping must have, and those that it may have: its fields, and the place of its quote."""
    types = get_type_hints(kind)
    needed: dict[str, Read[Any]] = {}
    optional: dict[str, Read[Any]] = {}
    for each in fields(kind):
        (needed if each.default is MISSING else optional)[each.name] = _reader(types[each.name])
    return ({**needed, "quote": _VALUE}, {**optional, **_PLACE}) if "quote" in needed else (needed, optional)


def _made(kind: type, node: Node) -> Any:  # noqa: ANN401 - of the kind
    """A value whose mapping has its fields as keys; the words and the place of its quote stand among them."""
    said = record(node, *_keys(kind))
    if "quote" in said:
        said["quote"] = _beside(said, node)
    return kind(**said)
