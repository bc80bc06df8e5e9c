"""Openers of people: "in adults", "by patients", "and children who"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.language import closed
from pipeline.phrases.kinds import CLAUSES, Here, Opener
from pipeline.phrases.words import Word, closing_bracket


def people_end(words: Sequence[Word], at: int, end: int, *, traits: bool = False) -> int | None:
    """The index after the first noun for persons of a noun phrase at `at` ("certain postmenopausal women"), or None.

    `traits`: it may have a trait that is not known ("in ambulatory children"); after "to" that would be a verb.
    """
    number = at
    while number < end and number - at < 6:  # noqa: PLR2004 - no group of patients has more words before its noun
        word = words[number]
        follows = words[number + 1] if number + 1 < end else None
        if word.of("person") and not (follows is not None and follows.of("person") and follows.low != "those"):
            return None if follows is not None and follows.low == "'s" else number + 1
        if word.of("relative") and word.low != "that":
            return None
        if not (
            word.of("quantifier", "article", "person", "possessive", "coordinator", "adverb", "number")
            or word.low == ","
            or _is_trait(word)
            or (traits and not word.classes and not word.is_stop and not word.capital)
        ):
            return None
        number += 1
    return None


def _is_trait(word: Word) -> bool:
    low = word.low
    return low.endswith(("menopausal", "menarchal", "menarcheal")) or low in (
        "pregnant", "diagnosed", "untreated", "young", "younger", "older", "elderly", "pediatric", "paediatric", "newborn", "teenage", "individual", "male",
        "female", "eligible", "selected", "school-age",
    )  # fmt: skip


def _of_all(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(seizures including absence seizures) in adults and children 2 years of age and older": all that is treated."""
    found = people_end(words, at + 1, end) if words[at].low == "in" else None
    return found is not None and found + 1 < end and words[found].of("coordinator") and words[found + 1].of("person")


_GERUNDS = closed("gerunds")


def people(here: Here) -> Opener | None:
    """Reads "in adults", "by patients", "and children who"."""
    words, at, end, current, joined = here.parts
    low = words[at].low
    if current == "including" and not joined and not _of_all(words, at, end):
        return None
    if (
        low in ("in", "for", "among", "to")
        or (low == "by" and current in ("frame", "with", "place", "time", "alone", "start"))
        or (low == "of" and current in ("frame", "aim", "place"))
    ):
        inner = at + 1
        if inner < end and words[inner].low == "use" and inner + 1 < end and words[inner + 1].low == "in":
            inner += 2
        if inner < end and words[inner].low == "both":
            inner += 1
        found = people_end(words, inner, end, traits=low != "to")
        if (
            found is None
            or words[inner].low in _GERUNDS  # "for treating adults": what for
            or (low == "to" and current in CLAUSES)
            or (low == "of" and not here.fresh and current not in ("frame", "place"))
        ):
            return None
        return Opener("people", inner)
    fresh = here.fresh and current in ("start", "frame", "aim")
    if not (fresh or joined):
        return None
    found = people_end(words, at, end)
    if found is None or current == "people":  # "adults and children aged 12 years and older" is one list
        return None
    if fresh:
        return Opener("people", at) if not (current == "frame" and joined and low in ("these", "those")) else None
    follows = words[found] if found < end else None
    bound = follows is not None and (follows.low in ("who", "whose", "with", "aged", "at") or follows.of("number"))
    return Opener("people", at) if bound and current not in ("with", "time") else None


def is_age(words: Sequence[Word], at: int, end: int) -> bool:
    """Reads "(children) (1 to 12 years of age)": it belongs to the patients."""
    inside = [word.low for word in words[at + 1 : closing_bracket(words, at, end) - 1]]
    return any(low.isdigit() for low in inside) and all(low.isdigit() or low in _AGE_WORDS for low in inside)


_AGE_WORDS = closed("age-words")
