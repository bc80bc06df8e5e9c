"""What rules read and give: a cursor into a sentence, clauses with their places, and the reader that walks over it.

A sentence is read from left to right. At each place the rules of the registry are tried in order; the first that knows the
words takes them and says what they are. Words that no rule knows are left over and reported: nothing takes "the rest".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from pipeline.extract.language import MARKS
from pipeline.extract.sentences import Statement
from pipeline.model import Age, AgeGroup, Sex

ClauseKind = Literal[
    "carrier", "connector", "gloss", "subject",                                # glue: says how others hang together
    "head", "kinds", "narrower", "cause", "restriction",                       # the disease
    "status", "biomarker", "stage", "history",                                 # how it stands
    "population", "description",                                               # the patients
    "partner", "alone", "concurrent", "prior", "line", "timing", "manner",     # the treatment around it
    "intent", "object", "purpose", "negated",                                  # what for
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a block's text: what a fact is made from."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """One group of patients in a population clause: "postmenopausal women", "children aged 2 years and older"."""

    noun: Part
    age_group: AgeGroup | None = None
    sex: Sex | None = None
    menopausal: Part | None = None
    age: Part | None = None
    low: Age | None = None
    high: Age | None = None
    bound: bool = False  # introduced by its own "in": a relative clause after it speaks of it alone


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that a rule understood: `start` to `end` in the block, what they are, and their parts.

    `mode` refines the kind (an intent, a therapy's mode, a subject's sort, "negative"); `phrase` is the part to quote where
    that is not the whole.
    """

    kind: ClauseKind
    rule: str
    start: int
    end: int
    mode: str = ""
    names: tuple[Part, ...] = ()
    groups: tuple[Group, ...] = ()
    phrase: Part | None = None

    @property
    def whole(self) -> Part:
        """The part to quote."""
        return self.phrase or Part(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule took: everything up to `end`, as these clauses."""

    end: int
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sentence, with what was read before it in this sentence."""

    text: str
    pos: int
    end: int
    before: tuple[Clause, ...] = ()
    heads: tuple[str, ...] = ()

    def match(self, pattern: re.Pattern[str], pos: int | None = None) -> re.Match[str] | None:
        """`pattern` at the cursor (or at `pos`), not beyond the sentence."""
        return pattern.match(self.text, self.pos if pos is None else pos, self.end)

    def until(self, pattern: re.Pattern[str], pos: int) -> int:
        """Where `pattern` is first found from `pos` on, brackets skipped; the sentence's end if it is not."""
        found = pattern.search(_without_brackets(self.text), pos, self.end)
        return found.start() if found is not None else self.end

    @property
    def last(self) -> Clause | None:
        """The clause read just before, glue between clauses not counted."""
        return next((c for c in reversed(self.before) if c.kind not in ("connector", "gloss")), None)

    def clause(self, kind: ClauseKind, rule: str, end: int, mode: str = "", **parts: object) -> Clause:
        """A clause from the cursor to `end`."""
        return Clause(kind, rule, self.pos, end, mode, **parts)  # type: ignore[arg-type]  # parts are Clause's own fields


_BRACKETS = re.compile(r"\([^()]*\)")


@lru_cache(maxsize=16)  # a block's text is asked for by each of its sentences
def _without_brackets(text: str) -> str:
    return _BRACKETS.sub(_masked, text)


def _masked(bracket: re.Match[str]) -> str:
    return "_" * len(bracket.group())


ClauseRule: TypeAlias = Callable[[Cursor], Match | None]


@dataclass(frozen=True)
class Reading:
    """A sentence as read: its clauses in order and the words that no rule knew."""

    statement: Statement = field(repr=False)
    clauses: tuple[Clause, ...]
    leftover: tuple[Part, ...] = ()

    def of(self, *kinds: ClauseKind) -> tuple[Clause, ...]:
        """The clauses of some kinds, in order."""
        return tuple(clause for clause in self.clauses if clause.kind in kinds)

    def text(self, part: Part) -> str:
        """The plain words of a part."""
        return self.statement.plain[part.start : part.end]

    def left(self) -> str:
        """The words that no rule knew, for the report."""
        return " … ".join(self.text(part) for part in self.leftover)


def _says_something(text: str, clause: Clause) -> bool:
    """Whether each part of a clause shows a word: on damaged pages a rule may be left with brackets or spaces alone."""
    parts = (clause.whole, *clause.names, *(group.noun for group in clause.groups))
    return all(text[part.start : part.end].strip(" .,;:()") for part in parts)


_FILLER = re.compile(rf"[\s,;:.{MARKS}]+")
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither|without|except|unless|excluding|\w+n't)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;:]+")


def read(
    statement: Statement,
    rules: Sequence[ClauseRule],
    heads: tuple[str, ...] = (),
    start: int | None = None,
    before: tuple[Clause, ...] = (),
) -> Reading:
    """Read a sentence by `rules`. `heads` are the plain names of the diseases that the item is about (for "CML")."""
    clauses = list(before)
    leftover: list[Part] = []
    text, pos, end = statement.plain, statement.start if start is None else start, statement.end
    while pos < end:
        if (filler := _FILLER.match(text, pos, end)) is not None:
            pos = filler.end()
            continue
        cursor = Cursor(text, pos, end, tuple(clauses), heads)
        taken = next((match for rule in rules if (match := rule(cursor)) is not None and match.end > pos), None)
        if taken is not None:
            clauses.extend(clause for clause in taken.clauses if _says_something(text, clause))
            pos = taken.end
            continue
        word = _WORD.match(text, pos, end)
        stop = word.end() if word is not None else pos + 1
        if leftover and not text[leftover[-1].end : pos].strip():
            leftover[-1] = Part(leftover[-1].start, stop)
        else:
            leftover.append(Part(pos, stop))
        pos = stop
    if any(_NEGATION.search(text, part.start, part.end) for part in leftover):
        # A "not" that no rule knows may turn round anything in the sentence: nothing but the head is trusted.
        clauses = [*before, *(clause for clause in clauses if clause.kind == "head" and clause not in before)]
    return Reading(statement, tuple(clauses), tuple(leftover))
