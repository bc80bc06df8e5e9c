"""What a phrase is, and what opens one: the types that every opener shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.phrases.verbs import VerbGroup, begins_verb
from pipeline.phrases.words import Word

Kind = Literal[
    "start", "noun", "for", "place", "role", "having",          # an opener and a noun phrase
    "people", "with", "alone", "time", "span",                  # who, with what, when, how long
    "aim",                                                      # what for, and what the verb acts on
    "that", "who", "case", "purpose", "cause", "participle",    # clauses
    "including", "except", "bracket", "frame", "rest",
]  # fmt: skip


#: What a phrase of these kinds says is one clause: openers inside it belong to it, but for those that begin a new matter.
CLAUSES: frozenset[Kind] = frozenset(("that", "who", "case", "purpose", "cause", "participle", "including", "except"))


NOUNS: frozenset[Kind] = frozenset(("start", "noun", "aim", "for", "place", "having", "people"))


PREDICATES: frozenset[Kind] = frozenset(("that", "who", "case", "including", "except"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """`first` is the opener's first word, `inner` the first word of what it opens, `end` (exclusive) its last, by index.

    `joint` is what leads to it from the phrase before: "and", "or", "but", "then", ";" or "". `comma` tells ", or" from "or".
    `group` is the verb group of a `frame`.
    """

    kind: Kind
    first: int
    inner: int
    end: int
    joint: str = ""
    comma: bool = False
    group: VerbGroup | None = None


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a phrase: its kind, where its content begins, and the verb group of a frame."""

    kind: Kind
    inner: int
    group: VerbGroup | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """A place in a sentence: the phrase that is open there, whether "and" or a comma leads there, whether the phrase has words yet."""

    words: Sequence[Word]
    at: int
    end: int
    current: Kind
    joined: bool
    fresh: bool

    @property
    def parts(self) -> tuple[Sequence[Word], int, int, Kind, bool]:
        """What every rule asks for."""
        return self.words, self.at, self.end, self.current, self.joined


def names_disease(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether one of the next words names a disease, before any names a treatment."""
    for number in range(at, min(end, at + 6)):
        if words[number].of("treatment"):
            return False
        if words[number].of("disease"):
            return True
    return False


def by_first(*phrases_of: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Fixed phrases by their first word."""
    return {first: tuple(said for said in phrases_of if said[0] == first) for first in {said[0] for said in phrases_of}}


def has_verb(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether a verb begins among the next words."""
    return any(begins_verb(word) for word in words[at + 1 : min(end, at + 10)])
