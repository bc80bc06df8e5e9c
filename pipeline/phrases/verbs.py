"""Verb groups: "is also approved", "has not been shown", "may be used", "cannot receive", with polarity and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.phrases.words import Word

_AUXILIARY = ("be", "have", "do", "modal")
_PAST = frozenset(("was", "were", "had", "did"))
#: What "is" and its like link a noun to without being a verb: "is a form of", "is not for use".
_NO_HEAD = ("article", "quantifier", "preposition", "possessive", "number", "person", "relative", "coordinator", "pronoun")


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """`first` to `end` (exclusive) among the words; `head` is the participle or verb, None after a mere "is" or "has".

    `negative` counts "no longer" too; `modal` is the modal verb if there is one; `past` tells "was" and "had" from "is".
    `auxiliary`: whether "be" is in it, so that a participle is passive.
    """

    first: int
    end: int
    head: Word | None
    negative: bool = False
    modal: str = ""
    past: bool = False
    passive: bool = False
    only: bool = False
    also: bool = False

    def is_of(self, *classes: str) -> bool:
        """Whether the head is in one of some classes."""
        return self.head is not None and self.head.of(*classes)


def verb_group(words: Sequence[Word], at: int, end: int) -> VerbGroup | None:
    """The verb group that begins at `at`, or None where none does."""
    number = at
    while (
        number < end
        and words[number].of("adverb", "negation")
        and not words[number].of("be", "have", "do", "modal")
        and (words[number].low != "no" or (number + 1 < end and words[number + 1].low == "longer"))
    ):
        number += 1
    denied = any(word.of("negation") for word in words[at:number])
    if number >= end or not words[number].of(*_AUXILIARY, "course", "works", "take"):
        return None
    if not words[number].of(*_AUXILIARY):
        return VerbGroup(at, number + 1, words[number], denied)
    negative, past, passive = denied, False, False
    modal = ""
    only = also = False
    head = None
    first = words[number]
    while number < end:
        word = words[number]
        if word.of(*_AUXILIARY) or word.of("negation") or word.of("adverb") or word.low in ("able", "unable"):
            if word.low == "had" and number > at and words[number - 1].of("have"):
                return VerbGroup(at, number + 1, word, negative, modal, past=True, passive=passive, only=only, also=also)
            if number > at and word.of("have", "do") and not words[number - 1].of("modal", "negation", "adverb"):
                break
            negative |= word.of("negation") or word.low == "unable"
            past |= word.low in _PAST
            passive = (passive or word.of("be")) and word.low not in ("able", "unable")
            modal = modal or (word.low if word.of("modal") else "")
            only |= word.low == "only"
            also |= word.low == "also"
            number += 1
            continue
        if word.low == "fda" and number + 1 < end and words[number + 1].of("approve"):
            number += 1  # "is not FDA approved"
            continue
        if word.low == "to" and number + 1 < end and words[number - 1].low in ("able", "unable", "have", "has"):
            number += 1
            continue
        if (
            not word.is_stop
            and not word.of(*_NO_HEAD)
            and (
                word.of(
                    "irregular",
                    "approve",
                    "use",
                    "take",
                    "study",
                    "withdraw",
                    "available",
                    "naming",
                    "recommend",
                    "course",
                    "works",
                    "aim",
                )
                or word.low.endswith(("ed", "en", "ing"))
                or (first.of("modal", "do") and not passive)
            )
        ):
            head = word
            number += 1
        break
    return VerbGroup(at, number, head, negative, modal, past, passive, only, also)


def begins_verb(word: Word) -> bool:
    """Whether a word may begin a verb group on its own: an auxiliary, or a finite verb of a disease's course."""
    return word.of("be", "have", "do", "modal", "course")
