"""Whether "it is (also) used to treat …" states a use of its own, or more of the one before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.elements.acted import leading_head, prose_head
from pipeline.elements.sentence import read_on
from pipeline.elements.told import Told, read_prose
from pipeline.meaning.head import Head, has_bold
from pipeline.meaning.said import Reading
from pipeline.phrases.diseases import diseases, ends_in_disease, is_generic, names_head, related
from pipeline.sentences.frames import Frame
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names

if TYPE_CHECKING:
    from pipeline.elements.elements import Passage


def names_another(passage: Passage, statement: Statement, frame: Frame, names: Names) -> bool:
    """Whether "it is (also) used to treat …" after a use in prose names another disease, and so states a use of its own."""
    reading = read_on(statement, frame)
    of_label = names.approved and any(
        ends_in_disease(reading.text(place)) for one in reading.of("object") for place in one.names
    )
    led = leading_head(statement, frame) if prose_head(reading) is None else None
    told = read_prose(passage, names)
    verb = frame.group.head if frame.group is not None else None
    used = verb is not None and verb.of("approve", "use") and verb.low not in _GIVEN
    if used and (_another_way_round(reading, told) or (names.open and _another_form(reading, told))):
        return True
    return another_use(reading, told.heads, led, approved=of_label or (verb is not None and verb.of("approve")))


def _another_form(reading: Reading, told: Told) -> bool:
    """Reads "It is used to treat early breast cancer" behind "to treat breast cancer that has spread", on pages that list uses so.

    So it is with "It is also used to prevent bleeding during surgery" behind "to prevent bleeding".
    Where a page prints its drug's names below labels, such a sentence restricts the use before.
    """
    names = _named(reading)
    known = {name.casefold() for name in told.heads}
    return bool(names) and (reading.also or known.isdisjoint(name.casefold() for name in names))


def _another_way_round(reading: Reading, told: Told) -> bool:
    """Reads "It is also used to treat breast cancer in men" behind "to reduce the chance of breast cancer in women"."""
    modes = {next((one.mode for one in first.of("intent")), "") for first in (reading, told.readings[0])}
    names = _named(reading)
    same = reading.also or any(names_head(name, told.heads) for name in names)
    return bool(names) and same and "treat" in modes and not modes.isdisjoint(_PREVENTIVE)


def _named(reading: Reading) -> tuple[str, ...]:
    """The diseases that a sentence acts on; none where it names them by a generic noun ("the cancer")."""
    head = prose_head(reading)
    return head.names if head is not None and not all(map(is_generic, head.names)) else ()


_PREVENTIVE = {"prevent", "reduce_risk"}
#: "It is given slowly to prevent allergic reactions": how the use before is given.
_GIVEN = ("given", "taken", "administered", "infused", "injected", "started", "offered")


def another_use(reading: Reading, heads: tuple[str, ...], led: Head | None = None, *, approved: bool = False) -> bool:
    """Whether a sentence acts on a disease that is none of `heads` and no form of one.

    `led` is the disease that stands before its subject; `approved`: it says "is approved".
    """
    intent = next(iter(reading.of("intent")), None)
    if intent is None or not heads:
        return False
    if intent.mode == "other" and reading.text(intent.place) != "for":
        # "It is also approved to increase bone mass", and not "It is given to relieve symptoms"
        return reading.also and approved
    head = led or prose_head(reading)
    named = reading.also and (approved or has_bold(reading.statement))  # "It is also approved to prevent iron overload"
    if head is None or not (named or not all(map(_names_none, head.names))):
        return False
    return not any(
        names_head(name, heads) or is_generic(name) or (related(name, heads) and _shares(name, heads)) for name in head.names
    )


def _shares(name: str, heads: tuple[str, ...]) -> bool:
    """Whether a name shares a word of its own with a head ("invasive breast cancer"), or is its abbreviation."""
    words = set(re.findall(r"[a-z]{5,}", name.casefold())) - {"cancer", "tumor", "tumors", "disease", "cancers", "carcinoma"}
    return (
        any(words & set(re.findall(r"[a-z]{5,}", head.casefold())) for head in heads)
        or name.isupper()
        or name.lower().endswith("in situ")
    )


def _names_none(name: str) -> bool:
    return not any(one.kind == "narrower" for one in diseases(name, 0, len(name), ()) or ())
