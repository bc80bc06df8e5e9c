"""What "and", "or" and commas join, on every level: the predicates of a clause, and which of them are musts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.phrases.verbs import begins_verb, verb_group
from pipeline.phrases.words import Word, closing_bracket


@dataclass(frozen=True, slots=True)
class Predicate:
    """`first` to `end` among the words; `joint` is what leads to it: "and", "or", "," or "" for the first."""

    first: int
    end: int
    joint: str = ""
    comma: bool = False


_SUBJECTS = frozenset(("it", "they", "this", "these"))


def predicates(words: Sequence[Word], at: int, end: int) -> tuple[Predicate, ...]:
    """The predicates of a clause: "has spread, cannot be removed by surgery, or has come back" gives three.

    What goes on with a subject of its own ("… but it did not work or is no longer working") stays with the one before.
    """
    found: list[Predicate] = []
    first, joint, comma, own_subject, of_disease = at, "", False, False, False
    number = at
    while number < end:
        word = words[number]
        if word.low == "(":
            number = closing_bracket(words, number, end)
            continue
        of_disease |= word.low == "that" and number > first and _for_disease(words, first, number)
        said, after = _joint(words, number, end)
        if of_disease and said == "or" and word.low != ",":
            number = after
            continue
        if said and after < end and number > first:
            own_subject = own_subject or words[after].low in _SUBJECTS
            in_turn = any(one.low == "then" for one in words[number:after])  # "came back and then responded"
            but = any(one.low == "but" for one in words[number:after])
            if not own_subject and not in_turn and _begins(words, after, end, but=but):
                found.append(Predicate(first, number, joint, comma))
                first, joint, comma, of_disease = after, said, word.low == ",", False
            number = after
            continue
        number += 1
    if first < end:
        found.append(Predicate(first, end, joint, comma))
    either = (n for n, one in enumerate(found) if any(word.low == "either" for word in words[one.first : one.end]))
    return _either(found, next(either, len(found)))


def _for_disease(words: Sequence[Word], first: int, at: int) -> bool:
    """Reads "(have received X) for cancer that has spread or cannot be removed": the clause is that of the earlier treatment."""
    before = [word.low for word in words[max(first, at - 4) : at]]
    return words[at - 1].of("disease") and "for" in before


def _either(found: Sequence[Predicate], start: int) -> tuple[Predicate, ...]:
    """Reads "is either stage III and cannot be removed or has spread": up to the last "or", all is one choice."""
    last = max((number for number, one in enumerate(found) if one.joint == "or"), default=0)
    return tuple(replace(one, joint="or") if start < number <= last else one for number, one in enumerate(found))


def _joint(words: Sequence[Word], at: int, end: int) -> tuple[str, int]:
    said, number = "", at
    while number < end:
        low = words[number].low
        if low in (",", ";", "-"):
            said = said or ("," if low != ";" else "and")
        elif low in ("and", "or", "but", "and/or", "nor"):
            said = "or" if low in ("or", "and/or") else "and"
        elif not (said and low in ("either", "also", "then", "both")):
            break
        number += 1
    return said, number


def _begins(words: Sequence[Word], at: int, end: int, *, but: bool = False) -> bool:
    """Whether a predicate begins at `at`: a verb group, or "not" or "no longer" before one.

    `but`: it stands behind "but", and what is denied without a verb belongs to what was said ("need treatment but not surgery").
    """
    word = words[at]
    if but and word.low == "not" and at + 1 < end and not begins_verb(words[at + 1]):
        return False
    if word.low in ("never", "not", "no"):
        return at + 1 < end
    if word.of("adverb") and not begins_verb(word):
        return at + 1 < end and (begins_verb(words[at + 1]) or words[at + 1].low == "not")
    return begins_verb(word) and verb_group(words, at, end) is not None


def musts(words: Sequence[Word], at: int, end: int) -> tuple[tuple[Predicate, ...], ...]:
    """The predicates of a clause that all hold, each with its alternatives. What "neither" or "nor" denies stays whole."""
    if any(word.low in ("neither", "nor") for word in words[at:end]):
        return ((Predicate(at, end),),)
    groups = coordinated(predicates(words, at, end))
    for number, group in enumerate(groups):
        if number and len(groups[number - 1]) == 1 and _joins_first(words, (groups[number - 1][0], *group)):
            return (*groups[: number - 1], (*groups[number - 1], *group), *groups[number + 1 :])
        for last in range(len(groups) - 1, number, -1):
            if len(groups[last]) > 1 and any(_contradict(words, one, other) for one in group for other in groups[last]):
                # "has not spread and cannot be removed or has spread": what contradicts is a choice, and so is all between
                return (*groups[:number], tuple(itertools.chain(*groups[number : last + 1])), *groups[last + 1 :])
    return groups


def _joins_first(words: Sequence[Word], items: Sequence[Predicate]) -> bool:
    """Reads "has come back and cannot be removed by surgery or has spread": "or" may stand for both before it."""
    if len(items) != 3 or items[1].comma or items[2].comma:  # noqa: PLR2004 - A and B or C
        return False
    first, can, last = (verb_group(words, one.first, one.end) for one in items)
    events = [one is not None and one.is_of("course") and not one.negative for one in (first, last)]
    return all(events) and can is not None and can.negative and can.modal.startswith("can")


def _contradict(words: Sequence[Word], one: Predicate, other: Predicate) -> bool:
    first, second = verb_group(words, one.first, one.end), verb_group(words, other.first, other.end)
    if first is None or second is None or first.head is None or second.head is None:
        return False
    return first.head.low == second.head.low and first.negative != second.negative


def coordinated(items: Sequence[Predicate]) -> tuple[tuple[Predicate, ...], ...]:
    """The items that all hold, each with its alternatives: what "or" joins is one group. A comma counts as the next word that joins."""
    if not items:
        return ()
    joints = [one.joint for one in items]
    known = "and"
    if any(one.joint == "and" and one.comma for one in items[2:]):
        # "are dMMR, have spread or come back, and got worse": the commas are those of ", and"
        joints = ["and" if joint == "," else joint for joint in joints]
    for number in range(len(items) - 1, 0, -1):
        known = joints[number] if joints[number] != "," else known
        joints[number] = known
    groups: list[list[Predicate]] = []
    for one, joint in zip(items, joints, strict=True):
        if groups and joint == "or":
            groups[-1].append(one)
        else:
            groups.append([one])
    return tuple(tuple(group) for group in groups)
