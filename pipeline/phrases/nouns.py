"""Noun phrases: where one ends, and how several are listed. The one definition of both for every reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language import closed
from pipeline.phrases.words import Word, closing_bracket

_ENDS = (
    "preposition", "relative", "subordinator", "be", "have", "do", "modal", "negation", "coordinator", "pronoun", "course",
)  # fmt: skip
_ENDING_ADVERBS = closed("ending-adverbs")
_THEN = ("during", "after", "before", "despite", "within")
_FOR_EXAMPLE = closed("for-example")


def ends_noun(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether the word at `at` cannot go on with a noun phrase that began before it."""
    word = words[at]
    following = words[at + 1].low if at + 1 < end else ""
    if is_one_name(words, at, end):
        return False
    if word.low == "left" and following == "ventricular":
        return False
    if word.is_stop and word.low != "/":
        return True
    if word.low == "of" or (word.low == "in" and following == "situ"):
        return False
    if is_feature(words, at, end) or _is_relapse(words, at, end) or is_relapsed(words, at, end):
        return False
    if (
        word.low == "to"
        and at
        and words[at - 1].low.endswith(("risk", "low", "intermediate", "mild", "moderate", "mildly", "moderately"))
    ):
        return False
    if word.low == "plus" or (word.low in ("other", "rather") and following == "than"):
        return True
    if (word.low == "such" and following == "as") or word.low in _FOR_EXAMPLE:
        return True
    if following == "by" and word.low.endswith("ed"):
        return True  # "angina confirmed by any of the following"
    if following in _THEN and word.low.endswith("ing") and not word.of("disease", "treatment"):
        return True  # "seizures occurring during surgery"
    if (
        word.low == "that"
        or word.low in _ENDING_ADVERBS
        or (word.low in ("limited", "restricted", "confined", "prior") and following == "to")
    ):
        return True
    if word.of("use", "approve") and following in (
        "with",
        "in",
        "to",
        "for",
        "as",
        "by",
        "after",
        "before",
        "together",
        "alone",
        "directly",
        "on",
    ):
        return True
    if word.low in ("caused", "associated", "related", "linked", "due", "induced", "resulting", "secondary") and following in (
        "by",
        "with",
        "to",
        "from",
    ):
        return True
    return word.of(*_ENDS) and not word.of("treatment")


def _is_relapse(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "the frequency of clinical relapses in adults", and not "the lymphoma relapses in the brain"."""
    behind = at + 1 == end or words[at + 1].is_stop or words[at + 1].of("preposition")
    return (
        words[at].low in ("relapse", "relapses")
        and behind
        and at > 0
        and (not words[at - 1].classes or words[at - 1].low == "of")
    )


_JOINTS = (",", "and", "or", "and/or", "&")


def is_one_name(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "signs and symptoms of X", "HPV types 16, 18, or 33", "graft versus host disease": one thing, or numbers of one thing."""
    if words[at].low in ("versus", "vs", "vs."):
        return at > 0 and any(word.of("disease") for word in words[at + 2 : min(at + 3, end)])
    if words[at].low in _JOINTS and at and words[at - 1].low not in ("and", "or"):
        before = next((word for word in words[at - 1 :: -1] if word.low != ","), words[at])
        after = next((word for word in words[at + 1 : end] if word.low not in _JOINTS), words[at])
        if _is_number(before) and _is_number(after):
            return True
    return (
        words[at].low in ("and", "or", "and/or")
        and 0 < at < end - 1
        and words[at - 1].low.startswith("sign")
        and (words[at + 1].low.startswith("symptom"))
    )


def _is_number(word: Word) -> bool:
    """Whether a word is a number in figures, or a Roman one ("types IV and V", "stage IIB, IIC, or III")."""
    return word.low.isdigit() or _ROMAN.fullmatch(word.low) is not None


_ROMAN = re.compile("[ivx]+[a-d]?")


_FEATURES = closed("features")


def is_feature(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(AML) with myelodysplasia-related changes", "with an associated neoplasm": a part of the disease's name."""
    return words[at].low == "with" and any(word.low in _FEATURES for word in words[at + 1 : min(at + 3, end)])


def noun_end(words: Sequence[Word], at: int, end: int) -> int:
    """The index after the noun phrase at `at` (brackets within it belong to it); `at` where none stands there."""
    number = at
    while number < end:
        if words[number].low == "(" and number > at:
            number = closing_bracket(words, number, end)
            continue
        goes_on = is_feature(words, number, end) if number > at else is_relapsed(words, number, end)
        if ends_noun(words, number, end) and not goes_on:
            break
        number += 1
    return number


def past_bracket(words: Sequence[Word], at: int, end: int) -> int:
    """The index after a bracket at `at`, else `at`."""
    return closing_bracket(words, at, end) if at < end and words[at].low == "(" else at


_NOUN_AIMS = closed("noun-aims")
_MEANS = ("immunization", "immunisation", "vaccination")
#: In words: "the acute and maintenance (up to 6 weeks) treatment of".
_LONGEST_AIM = 6


def noun_aim(words: Sequence[Word], at: int, end: int) -> int:
    """The index of what is treated where "the short term treatment (4 to 8 weeks) of X" begins at `at`; 0 where no such aim does."""
    number = at
    for _ in range(_LONGEST_AIM + 4 * any(word.low == "," for word in words[at : at + _LONGEST_AIM])):
        if number >= end:
            return 0
        word = words[number]
        after = past_bracket(words, number + 1, end)
        if word.low in _NOUN_AIMS and after + 1 < end and words[after].low in ("of", "against"):
            return after + 1 if word.low != "diagnosis" else 0
        if word.low == "prophylaxis" and after + 1 < end and words[after].low == "for":
            return after + 1
        if word.low in _MEANS and after < end and words[after].low == "for":  # "active immunization for the prevention of X"
            return noun_aim(words, after + 1, end)
        if word.low in _NOUN_AIMS and after < end and words[after].low in ("to", "in"):
            return _past_what(words, after + 1, end)
        how_long = word.low == "," and number > at and words[number - 1].low in ("term", "long-term", "short-term", "daily")
        if how_long or word.low == "once":
            number = after
            continue
        named = (
            number > at and word.of("coordinator") and words[number - 1].of("disease")
        )  # "(treatment of) X and prophylaxis of Y"
        if named or word.is_stop or word.of("preposition", "relative", "be", "have", "modal", "person"):
            return 0
        number = after
    return 0


def by_means(words: Sequence[Word]) -> bool:
    """Reads "Active immunization of infants for the prevention of X": how it is done stands first."""
    at = next((number for number, word in enumerate(words[:4]) if word.low in _MEANS), None)
    return at is not None and any(
        word.low == "for" and noun_aim(words, k + 1, len(words)) for k, word in enumerate(words) if k > at
    )


def _past_what(words: Sequence[Word], at: int, end: int) -> int:
    """Past "sinus rhythm of" and "the risk of" behind "conversion to", "reduction in"; 0 where no such noun stands there."""
    at += at < end and words[at].of("article")
    stop = next((k for k in range(at, min(end, at + 4)) if words[k].low == "of"), at)
    said = words[at:stop]
    named = said and not any(
        word.is_stop or word.of("person", "disease", "treatment", "preposition", "coordinator") for word in said
    )
    return stop + 1 if named and stop + 1 < end else 0


def is_relapsed(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(with) relapsed disease", "relapsed or refractory disease": no verb, for a noun follows."""
    after = at + 1
    if words[at].low != "relapsed":
        return False
    while after < end and (words[after].of("coordinator") or words[after].low == "," or not words[after].classes):
        after += 1
    return after < end and words[after].of("disease")


@dataclass(frozen=True, slots=True)
class NounList:
    """Noun phrases side by side: `items` by first and last word index, `joins` between them, `end` after the last."""

    items: tuple[tuple[int, int], ...]
    joins: tuple[str, ...]
    end: int


def noun_list(words: Sequence[Word], at: int, end: int) -> NounList:
    """The noun phrases at `at` that commas, "and" and "or" list."""
    items: list[tuple[int, int]] = []
    joins: list[str] = []
    number = at
    listing = False
    while True:
        stop = noun_end(words, number, end)
        if stop == number:
            break
        items.append((number, stop))
        joint, after = joint_of(words, stop, end)
        listing = listing or (joint == "," and goes_on(words, after, end))
        if not joint or (joint == "," and not listing):
            return NounList(tuple(items), tuple(joins), stop)
        if after >= end or noun_end(words, after, end) == after or words[after].of("aim") or noun_aim(words, after, end):
            return NounList(tuple(items), tuple(joins), stop)
        joins.append(joint)
        number = after
    return NounList(tuple(items), tuple(joins[: max(len(items) - 1, 0)]), items[-1][1] if items else at)


def joint_of(words: Sequence[Word], at: int, end: int) -> tuple[str, int]:
    """What joins at `at`: "and", "or", "and/or" or ",", and the index after it (past "either" and "both"); "" where nothing does."""
    number, joint = at, ""
    if number < end and is_one_name(words, at, end):
        return "", at
    if number < end and words[number].low == ",":
        joint, number = ",", number + 1
    if number < end and words[number].low in ("and", "or", "and/or", "&"):
        joint, number = words[number].low.replace("&", "and"), number + 1
    while joint and number < end and words[number].low in ("either", "both"):
        number += 1
    return joint, number


def goes_on(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether a comma at `at - 1` lists: another comma with a noun phrase, or "and" or "or", follows a noun phrase.

    The last "and" may be left out: "arthritis, tendonitis, bursitis, acute gout; …", "abscesses, boils, wounds, due to …".
    """
    for number in range(40):  # a longer list is none
        stop = noun_end(words, at, end)
        if stop == at:
            return number > 1 and words[at].low in CAUSED
        if words[at].of("article"):
            return False
        joint, after = joint_of(words, stop, end)
        if joint and after >= end:
            return True  # what follows the list was cut off: "hypertension, angina, [and as an adjunct in …]"
        if joint in ("and", "or", "and/or"):
            return after < end and (noun_end(words, after, end) > after or words[after].low in ("for", "as", "in", "to"))
        if joint != ",":
            return number > 0 and (stop == end or words[stop].low in (";", ".", *CAUSED))
        at = after
    return False


CAUSED = ("caused", "due")


def names_drug(word: Word) -> bool:
    """Whether a word has the stem of a drug's international nonproprietary name at its end ("carboplatin", "sorafenib")."""
    return word.low.endswith(_STEMS)


_STEMS = tuple(sorted(closed("inn-stems")))
