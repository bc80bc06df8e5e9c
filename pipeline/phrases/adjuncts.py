"""A sentence in phrases: each an opener and what it opens, up to the next opener on its own level.

Only openers are known; what stands inside a phrase need not be. "In adults whose nodes are snarled, with X as first therapy"
is people, a clause on the disease, a partner and a role, whatever "snarled" means. Every word is in exactly one phrase.

A *clause* ("that …", "who …", "when …", "to keep …") holds the phrases inside it: "treated with X after surgery" stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language import closed
from pipeline.phrases.aim_openers import aim, infinitive
from pipeline.phrases.clause_openers import bracket, case, cause, exception, frame, including, participle, relative
from pipeline.phrases.kinds import CLAUSES, Here, Kind, Opener, Phrase, names_disease
from pipeline.phrases.nouns import is_relapsed, noun_aim
from pipeline.phrases.people_openers import people
from pipeline.phrases.treatment_openers import alone, for_what, place, role, span, time, with_what
from pipeline.phrases.verbs import begins_verb
from pipeline.phrases.words import Word, closing_bracket


def phrases(words: Sequence[Word], at: int, end: int, kind: Kind = "start") -> tuple[Phrase, ...]:
    """The phrases of the words from `at` to `end`; `kind` is that of the words that no opener leads (what a list above them left open)."""
    found: list[Phrase] = []
    first = inner = at
    joint, comma, group = "", False, None
    current: Kind = kind
    number = at
    if kind == "aim" and at < end:  # "… is approved to:" above "help move stem cells"
        opened = infinitive(words, at, end)
        current, inner = opened.kind, opened.inner
        number = inner
    while number < end:
        ahead, said, with_comma = _joint(words, number, end)
        if words[number].low == ":" and number > inner and number + 1 < end and _lists_diseases(words, number + 1, end):
            found.append(Phrase(current, first, inner, number, joint, comma, group))
            first = inner = number = number + 1
            current, joint, comma, group = "noun", "", False, None
            continue
        aside = _parenthesis(words, number, end, current)
        if aside:
            number = aside
            continue
        opener = _opener(words, ahead, end, current, joined=ahead > number, started=number > inner) if ahead < end else None
        if opener is None or (opener.kind == current == "start"):
            past = closing_bracket(words, number, end) if words[number].low == "(" else number + 1
            number = past
            continue
        if number > first:
            found.append(Phrase(current, first, inner, number, joint, comma, group))
        if opener.kind == "bracket":  # what was open before it goes on behind it
            found.append(Phrase("bracket", ahead, opener.inner, opener.inner, said, with_comma))
            first = inner = number = opener.inner
            joint, comma, group = "", False, None
            continue
        first, inner, current, group = ahead, opener.inner, opener.kind, opener.group
        joint, comma = said, with_comma
        number = max(opener.inner, ahead + 1)
    if first < end or not found:
        found.append(Phrase(current, first, min(inner, end), end, joint, comma, group))
    return tuple(one for one in found if one.end > one.first)


def _parenthesis(words: Sequence[Word], at: int, end: int, current: Kind) -> int:
    """Past "and, unless their kidneys did not allow it," inside a clause: what is set between commas after "and" belongs to it."""
    if words[at].low == "," and at + 1 < end and words[at + 1].of("coordinator"):
        at += 1
    if (
        at + 2 >= end
        or not words[at].of("coordinator")
        or words[at + 1].low != ","
        or not (current in CLAUSES or (current == "with" and words[at + 2].low in ("where", "if", "when", "unless")))
    ):
        return 0
    return next((number + 1 for number in range(at + 2, min(end, at + 16)) if words[number].low == ","), 0)


def _lists_diseases(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether a colon inside a sentence leads to a list of diseases ("one of the following stages …: stage IIB, IIC, or IV melanoma")."""
    return words[at].low in ("stage", "stages", "grade") or names_disease(words, at, end)


_LINKS = closed("links")
#: Words of a joint, at most: else a sentence of commas would be looked through from each of them.
_LONGEST_JOINT = 12


def _joint(words: Sequence[Word], at: int, end: int) -> tuple[int, str, bool]:
    """Past ", and then" and its like: the index after it, the word that joins, and whether a comma stands in it."""
    number, joint, comma = at, "", False
    while number < min(end, at + _LONGEST_JOINT):
        low = words[number].low
        if low in (",", ";", "-", ":") and number + 1 < end:
            comma |= low in (",", "-")
            joint = ";" if low == ";" else joint
        elif words[number].of("coordinator") and low not in {"nor", "plus"}:
            joint = "or" if "or" in low and joint != "then" else joint or low
        elif low == "followed" and number + 3 < end and words[number + 1].low == "by" and words[number + 3].low == "alone":
            return number + 3, "then", comma  # "followed by zolafen alone"
        elif low == "followed" and number + 1 < end and words[number + 1].low == "by":
            return (number + 2, "then", comma) if number + 2 < end else (at, "", False)
        elif low in _LINKS and low != "followed":
            if low in ("then", "next", "first", "finally"):
                if low in ("first", "next") and not (number + 1 < end and words[number + 1].low in ("with", "alone", "as")):
                    break
                joint = "then"
        else:
            break
        number += 1
    return number, joint, comma


def _opener(  # noqa: PLR0913 - a place in a sentence, and what is open there
    words: Sequence[Word], at: int, end: int, current: Kind, *, joined: bool, started: bool
) -> Opener | None:
    """What opens at `at` where a phrase of kind `current` is open."""
    word = words[at]
    if word.low == "left" and at + 1 < end and words[at + 1].low == "ventricular":
        return None  # "Left ventricular dysfunction": no verb
    if (
        word.low in _BOUNDS
        and at > 1
        and words[at - 1].low in ("and", "or")
        and (words[at - 2].low == "age" or words[at - 2].of("unit"))
    ):
        return None  # "6 years of age and over"
    opens = word.classes or joined or word.low in _OPENING_WORDS or word.low.endswith(("ed", "ing"))
    if not opens and not (current == "start" and not started and noun_aim(words, at, end)):
        return None  # an open word opens nothing, but for "Active and prophylactic treatment of X"
    here = Here(words, at, end, current, joined, not started)
    for rule in _OPENERS:
        found = rule(here)
        if found is not None:
            return found
    if is_relapsed(words, at, end):
        return None  # "refractory or relapsed lymphoma": no verb
    if joined and started and current not in CLAUSES and begins_verb(word):
        return Opener("who" if current == "people" else "that", at)
    if not started and current in ("start", "noun") and begins_verb(word) and not joined:
        return Opener("that", at)
    return None


_BOUNDS = ("over", "above", "under", "below", "up")
#: Open words that may open a phrase all the same.
_OPENING_WORDS = closed("opening-words") | closed("finite-aims") | closed("noun-aims") | closed("for-example") | closed("added")


_OPENERS = (
    bracket, frame, relative, including, people, case, alone, aim, time, role, span, with_what, exception, cause, participle, for_what, place,
)  # fmt: skip
