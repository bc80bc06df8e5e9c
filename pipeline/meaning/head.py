"""What an item is about: its head, one condition or several, with the words after it left to the phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.language import LITERAL_BOLD, closed, rx
from pipeline.meaning.listed import (
    ADJECTIVE,
    LEADS_TO,
    STATE_ALONE,
    STATES_ALONE,
    STATES_FIRST,
    adjectives,
    compound,
    conditions,
)
from pipeline.meaning.said import Place, Said
from pipeline.model import Block
from pipeline.phrases.adjuncts import phrases
from pipeline.phrases.diseases import is_generic
from pipeline.phrases.nouns import by_means, ends_noun, goes_on, joint_of, noun_aim, noun_end, noun_list
from pipeline.phrases.words import Word, closing_bracket, words_of
from pipeline.sentences.statements import Statement

_LIMITS = rx(r"\((?:excluding|except|not including|certain types|only|other than|but not|limited)[^()]*\)")
_NO_HEAD = closed("no-head")
#: "(people who have) accidentally received X", "(adults who have) already had X": no disease follows.
_HAD = closed("history") - {"treated"}


@dataclass(frozen=True, slots=True)
class Head:
    """The conditions of an item: `parts` as they are quoted, `names` as they read, `end` the index of the word after them."""

    parts: tuple[Place, ...]
    names: tuple[str, ...]
    abbreviations: tuple[str, ...]
    end: int
    bold: bool


def bold_ranges(block: Block) -> list[Place]:
    """The stretches of a block's text that are bold, neighbours joined over white space."""
    ranges: list[Place] = []
    at = 0
    for run in block.runs:
        end = at + len(run.text)
        if run.bold and run.text.strip():
            if ranges and not block.text[ranges[-1][1] : at].strip():
                ranges[-1] = (ranges[-1][0], end)
            else:
                ranges.append((at, end))
        at = end
    if "**" in block.text:
        ranges = sorted({*ranges, *(found.span("words") for found in LITERAL_BOLD.finditer(block.text))})
    return ranges


def has_bold(statement: Statement) -> bool:
    """Whether a word of a sentence is bold."""
    return any(start < statement.end and end > statement.start for start, end in bold_ranges(statement.block))


def starts_bold(block: Block) -> bool:
    """Whether the first words are bold."""
    ranges = bold_ranges(block)
    return bool(ranges) and not block.text[: ranges[0][0]].strip(" *\n")


def past_number(words: Sequence[Word]) -> int:
    """Past the number of a section or of an item that stands in its words ("1.2 Macular edema")."""
    return 1 if len(words) > 1 and _SECTION.fullmatch(words[0].low) is not None else 0


_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,2}")


def read_head(statement: Statement, at: int = 0) -> Head | None:
    """The head at a word of a statement, or None where no noun phrase stands there that is bold or names something."""
    text = statement.plain
    words = words_of(text, statement.start, statement.end)
    if at >= len(words) or (not at and by_means(words)):
        return None
    start = words[at].start
    ranges = [r for r in bold_ranges(statement.block) if r[0] < statement.end and r[1] > start]
    if not (ranges and ranges[0][0] <= start) and phrases(words, at, len(words))[0].kind != "start":
        return None
    bold = bool(ranges) and ranges[0][0] <= start < ranges[0][1]
    if not bold and (
        not words[at].classes.isdisjoint(_NO_HEAD)
        or (len(words) > at + 1 and words[at + 1].low in _HAD and (words[at].of("adverb") or words[at].low.endswith("ly")))
        or words[at].is_stop
        or words[at].low in ("alone", "both", "either", "as")
    ):
        return None
    end = _head_end(text, words, at, ranges)
    if end <= at:
        return None
    parts = tuple(part for part in conditions(text, words, at, end, plain=not ranges) if part[1] > part[0])
    if not parts:
        return None
    names = tuple(text[a:b] for a, b in parts)
    if (
        all(map(is_generic, names))
        and end < len(words)
        and words[end].low in ("of", "in")
        and not (end + 1 < len(words) and words[end + 1].of("person"))
    ):
        end = noun_end(words, end + 1, len(words))
        parts = ((parts[0][0], words[end - 1].end),)
        names = (text[slice(*parts[0])],)
    shown = text[start : min(statement.end, words[end - 1].end + 20)]
    return Head(parts, names, tuple(re.findall(r"\(([A-Z][\w-]*)\)", shown)), end, bold)


#: "mild to moderate", "locally advanced, unresectable or metastatic": how a disease stands, said before its name in several words.
_RUN_OF_STATES = re.compile(
    rf"(?:active |acute |chronic )?{ADJECTIVE}(?:(?:,? (?:and|or) |, ){ADJECTIVE}){{1,4}} |(?:active |acute |chronic )?(?:mild|moderate) to "
    rf"(?:moderate|severe|moderately severe) (?:forms of )?|(?:{ADJECTIVE} ){{1,3}}\([^()]*\) (?=\w)",
    re.IGNORECASE,
)


_FORMS_OF = rx(r"\s*forms of (?=\w)")
_SIGNS_OF = rx(
    r"(?:the )?(?:signs? (?:and|or) symptoms?|symptoms?|signs?|manifestations?|number|frequency|severity) of (?:the )?(?=\w)"
)


def apart_from_state(head: Head, statement: Statement) -> tuple[Head, tuple[Place, ...]]:
    """Reads "mild to moderate ulcerative colitis" as the disease, and how it stands. A name of one word stays whole ("severe pain")."""
    parts = tuple((led.end() if (led := _SIGNS_OF.match(statement.plain, *part)) else part[0], part[1]) for part in head.parts)
    head = Head(parts, tuple(statement.plain[a:b] for a, b in parts), head.abbreviations, head.end, head.bold)
    start, end = head.parts[0]
    forms = _FORMS_OF.match(statement.plain, end, statement.end)
    if forms is not None and STATE_ALONE.fullmatch(head.names[0]):  # "moderate to severe forms of psoriasis"
        words = words_of(statement.plain, statement.start, statement.end)
        after = read_head(statement, next(number for number, word in enumerate(words) if word.start >= forms.end()))
        return (after, ((start, forms.end() - 1),)) if after is not None else (head, ())
    found = _RUN_OF_STATES.match(statement.plain, start, end)
    if found is None or " " not in statement.plain[found.end() : end].strip():
        return head, ()
    parts = ((found.end(), end), *head.parts[1:])
    names = tuple(statement.plain[a:b] for a, b in parts)
    return Head(parts, names, head.abbreviations, head.end, head.bold), ((start, found.end() - 1),)


def with_states(kept: tuple[Said, ...], states: tuple[Place, ...]) -> tuple[Said, ...]:
    """What was said before a head, with how its disease stands as one status."""
    outside = (one for one in kept if not any(a <= one.place[0] and one.place[1] <= b for a, b in states))
    return (*outside, *(Said("status", "state", place) for place in states))


def _inside(ranges: Sequence[Place], word: Word) -> Place | None:
    return next((r for r in ranges if r[0] <= word.start < r[1]), None)


def _head_end(text: str, words: Sequence[Word], at: int, ranges: list[Place]) -> int:
    """The index after the head's noun phrase: never inside bold words; "of …" outside bold belongs to it only if nothing is bold."""
    number, listing = at, False
    while number < len(words):
        word = words[number]
        if LEADS_TO.match(text, word.start) is not None:
            to = next(k for k in range(number, len(words)) if words[k].low in ("to", "into", "become"))
            return noun_list(words, to + 1, len(words)).end
        within = _inside(ranges, word)
        if within is not None:
            number = _bold_end(words, number, within)
            if number < len(words) and words[number].low in closed("head-goes-on"):
                return number
            if words[number - 1].low in ".:;":
                return number - 1
            continue
        if word.low == "(" and number > at and _LIMITS.match(text, word.start) is None:
            close = closing_bracket(words, number, len(words))
            either = not ranges and words[number - 1].of("disease") and any(word.low == "or" for word in words[number:close])
            noun = close < len(words) and not words[close].classes and words[number - 1].low != words[close].low
            if (either and noun) or not _goes_on_after(words, close, ranges):
                break  # "Primary hypogonadism (congenital or acquired) testicular failure …": the name is whole before it
            number = close
            continue
        if _linked(words, number, ranges):
            number += 2
            continue
        joint, after = joint_of(words, number, len(words))
        if joint and number > at:
            before = text[words[at].start : words[number - 1].end]
            states = STATES_FIRST.match(f"{before},") or STATES_ALONE.fullmatch(before) or compound(words[at:number])
            severe = joint == "," and bool(states or (not ranges and adjectives(words[at:number])))
            lists = listing and joint == "," and not ranges and _goes_on_noun(words, after)
            if not (severe and noun_end(words, after, len(words)) > after) and not (
                lists or _next_is_head(words, joint, after, ranges)
            ):
                break
            listing = listing or (joint == "," and not severe and goes_on(words, after, len(words)))
            number = after
            continue
        if number > at and (ends_noun(words, number, len(words)) or _after_bold(words, number, ranges)):
            break
        number += 1
    return number


def _goes_on_after(words: Sequence[Word], at: int, ranges: list[Place]) -> bool:
    """Whether the head goes on after a bracket: "Gastric (stomach) cancer", "**X** (ABC) or **Y**"."""
    if at >= len(words):
        return False
    joint, after = joint_of(words, at, len(words))
    if joint:
        return _next_is_head(words, joint, after, ranges)
    return not ends_noun(words, at, len(words)) and words[at].low != "(" and not _after_bold(words, at, ranges)


def _bold_end(words: Sequence[Word], at: int, within: Place) -> int:
    number = at
    while number < len(words) and words[number].start < within[1]:
        if number > at and words[number].low in closed("head-goes-on"):
            break  # "**Nausea and vomiting caused by chemotherapy**"
        number += 1
    return number


def _linked(words: Sequence[Word], at: int, ranges: list[Place]) -> bool:
    """Reads "Cancers linked to **X**": the bold word alone names no condition."""
    return (
        words[at].low in ("linked", "associated", "related") and at + 2 < len(words) and words[at + 1].low in ("to", "with")
        and _inside(ranges, words[at + 2]) is not None
    )  # fmt: skip


def _after_bold(words: Sequence[Word], at: int, ranges: list[Place]) -> bool:
    """After bold words a head goes on only to the noun of its name: "**Ovarian germ cell** tumors", not "**Melanoma** regardless"."""
    past = any(r[1] <= words[at].start for r in ranges)
    if not past:
        return False
    if words[at].low == "of" or any(r[0] > words[at].start for r in ranges):
        return words[at].low == "of" or not _to_bold(words, at, ranges)
    stop = noun_end(words, at, len(words))
    return not any(word.of("disease") for word in words[at : min(stop, at + 4)]) or words[at].low in ("regardless", "despite")


def _to_bold(words: Sequence[Word], at: int, ranges: list[Place]) -> bool:
    following = min(r[0] for r in ranges if r[0] > words[at].start)
    return all(word.of("coordinator") or not word.of(*_NO_HEAD) for word in words[at:] if word.start < following)


def _next_is_head(words: Sequence[Word], joint: str, after: int, ranges: list[Place]) -> bool:
    """Whether a comma, "and" or "or" goes on with another condition: bold words, or (nothing bold) a noun phrase of a list."""
    if (
        after >= len(words)
        or words[after].of("aim")
        or words[after].low in ("also", "then")
        or noun_aim(words, after, len(words))
    ):
        return False
    if words[after].low.endswith("ly") and not ranges:
        return False  # "lung cancer, particularly the small cell type", "seizures, and adjunctively in patients with …"
    if _inside(ranges, words[after]) is not None:
        return True
    if any(r[0] >= words[after].start for r in ranges) and joint != ",":
        return _to_bold(words, after, ranges)
    bold = bool(ranges)
    stop = noun_end(words, after, len(words))
    if stop <= after or (not bold and any(word.of("person") for word in words[after:stop])):
        return False  # "in adults with severe arthritis, or children with …"
    if joint == ",":
        return not bold and (
            goes_on(words, after, len(words))
            or (any(word.of("disease") for word in words[after:stop]) and _listing(words, after))
        )
    return not bold or any(word.of("disease") for word in words[after:stop])


def _goes_on_noun(words: Sequence[Word], at: int) -> bool:
    """Whether a noun phrase stands at a word that may be one of a list: no "particularly …"."""
    return noun_end(words, at, len(words)) > at and not words[at].low.endswith("ly") and not words[at].of("article")


def _listing(words: Sequence[Word], at: int) -> bool:
    return words[at - 1].low in ("and", "or") or goes_on(words, at, len(words))
