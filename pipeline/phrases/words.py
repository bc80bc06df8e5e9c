"""A sentence as words: each with its place, its lower-case form and its classes; brackets and stops are words of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.language import MARKS, UNSEEN, classes_of

_CHUNK = re.compile(r"\S+")
_OPENING, _CLOSING = "([\"'", ",;:.!?)]\"'" + MARKS
#: "E. coli", "U.S.": the stop belongs to the word.
_INITIALS = re.compile(r"(?:[A-Z]\.)+|(?:vs|approx|e\.g|i\.e)\.")
#: "travelers' diarrhea"
_POSSESSIVE = re.compile(r"s' [a-z]")
#: "[see Warnings (5.1)]": a bracket is a bracket.
_ROUND = {"[": "(", "]": ")"}
#: "It's used to treat": two words. After a noun "'s" is a possessive.
_CONTRACTED = re.compile(r"(?:(?:it|that|there|what|he|she)(?='s\Z)|(?:they|you|we|these)(?='re\Z))", re.IGNORECASE)
_PUNCTUATION = frozenset(_OPENING + _CLOSING + "-•/|")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, bracket or stop: `start` to `end` in the text, `low` in lower case, and the classes of `language`."""

    start: int
    end: int
    low: str
    classes: frozenset[str]
    capital: bool = False

    def of(self, *classes: str) -> bool:
        """Whether it is in one of some classes."""
        return not self.classes.isdisjoint(classes)

    @property
    def is_stop(self) -> bool:
        """Whether it is punctuation."""
        return self.low in _PUNCTUATION


@lru_cache(maxsize=256)  # a sentence is asked for by each who reads a part of it
def words_of(text: str, start: int, end: int) -> tuple[Word, ...]:
    """The words of `text` between two offsets, in order. `text` is plain (see `language`)."""
    found: list[Word] = []
    for chunk in _CHUNK.finditer(text, start, end):
        _split(text, chunk.start(), chunk.end(), found)
    return tuple(found)


def _split(text: str, start: int, end: int, found: list[Word]) -> None:
    while start < end and text[start] in _OPENING and not (text[start] == "(" and ")" in text[start + 1 : start + 4]):
        found.append(_word(text, start, start + 1))
        start += 1
    last = end
    while last > start and text[last - 1] in _CLOSING and not _belongs(text, start, last):
        last -= 1
    if contracted := _CONTRACTED.match(text, start, last):
        found.append(_word(text, start, contracted.end()))
        verb = "is" if text[last - 1] == "s" else "are"
        found.append(Word(contracted.end(), last, verb, classes_of(verb)))
    elif last > start:
        found.append(_word(text, start, last))
    for at in range(last, end):
        found.append(_word(text, at, at + 1))  # noqa: PERF401 - reads like the loop above


def _belongs(text: str, start: int, end: int) -> bool:
    """Whether a closing character is a part of the word: "trial(s)", "t(11;14)", "E.", "'s", "travelers' diarrhea"."""
    closing = text[end - 1]
    if closing == ")":
        return text.count("(", start, end) >= text.count(")", start, end)
    if closing == "'":
        return _POSSESSIVE.match(text, end - 2) is not None
    return closing == "." and end < len(text) and _INITIALS.fullmatch(text, start, end) is not None


def _word(text: str, start: int, end: int) -> Word:
    said = text[start:end]
    low = _ROUND[said] if said in _ROUND else said.lower() if said.isascii() else said.lower().translate(UNSEEN)
    return Word(start, end, low, classes_of(low), said[:1].isupper())


def closing_bracket(words: Sequence[Word], at: int, end: int) -> int:
    """The index after the bracket that closes the one at `at`; `at + 1` where none does."""
    depth = 0
    for number in range(at, end):
        if words[number].low == "(":
            depth += 1
        elif words[number].low == ")":
            depth -= 1
            if not depth:
                return number + 1
    return at + 1
