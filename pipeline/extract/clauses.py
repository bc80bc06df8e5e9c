"""What rules read and give: a cursor into a sentence, clauses with their places, and the reader that walks over it.

A sentence is read from left to right. At each place the rules of the registry are tried in order; the first that knows the
words takes them and says what they are. Words that no rule knows are left over and reported: nothing takes "the rest".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from pipeline.extract.language import MARKS, OTHER_NAME, SAYS_AGAIN
from pipeline.extract.sentences import Statement
from pipeline.model import Age, AgeGroup, Sex

ClauseKind = Literal[
    "carrier", "connector", "gloss", "subject",                                # glue: says how others hang together
    "head", "kinds", "narrower", "cause", "restriction",                       # the disease
    "status", "biomarker", "stage", "history",                                 # how it stands
    "population", "description",                                               # the patients
    "partner", "alone", "concurrent", "prior", "line", "timing", "manner",     # the treatment around it
    "intent", "object", "purpose", "negated", "standing",                      # what for, and how it is approved
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
    exclusive: bool = False  # "younger than 18 years": not the bound itself
    some: Part | None = None  # "certain patients": not all of them
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


@dataclass(frozen=True, eq=False)  # each is itself: what is worked out of one is kept for it
class Reading:
    """A sentence as read: its clauses in order and the words that no rule knew.

    `unread` are stretches of it that hold those words and what is not believed because of them.
    `another_way`: it says one of several ways of use ("… It is also used in children who …"), so that it binds no other.
    """

    statement: Statement = field(repr=False)
    clauses: tuple[Clause, ...]
    leftover: tuple[Part, ...] = ()
    another_way: bool = False
    unread: tuple[Part, ...] = ()

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
NEGATION = re.compile(
    r"\b(?:not|no|never|nor|neither|without|except|unless|excluding|other than|rather than|instead of|\w+n't)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\s,;:]+")


def read(  # noqa: PLR0913, PLR0917 - a sentence, its rules, and what is known before it
    statement: Statement,
    rules: Sequence[ClauseRule],
    heads: tuple[str, ...] = (),
    start: int | None = None,
    before: tuple[Clause, ...] = (),
    context: tuple[Clause, ...] = (),
    *,
    aim: bool = False,
) -> Reading:
    """Read a sentence by `rules`. `heads` are the plain names of the diseases that the item is about (for "CML").

    `before` are the clauses already read of this sentence up to `start`; `context` those of the item above, which it goes
    on with. `aim`: the sentence says what the drug is for, so that words before the aim ("is approved, upon relapse, to
    treat X") hang on the use.
    """
    end = statement.end
    begin = statement.start if start is None else start
    taken, leftover = _walk(Cursor(statement.plain, begin, end, (*context, *before), heads), rules)
    clauses = _widening(taken[len(context) :])
    since = min((clause.start for clause in before if clause.kind == "head"), default=statement.start)
    for bracket in _BRACKETS.finditer(statement.plain, since, end):
        _read_bracket(Cursor(statement.plain, *bracket.span(), heads=heads), rules, clauses, leftover)
    leftover.sort(key=lambda part: part.start)
    known = list(clauses)
    if any(NEGATION.search(statement.plain, part.start, part.end) for part in leftover):
        # A "not" that no rule knows may turn round anything in the sentence: nothing but the head is trusted.
        clauses = [*before, *(clause for clause in clauses if clause.kind == "head" and clause not in before)]
    elif leftover:
        clauses = [*before, *_untouched(statement.plain, clauses[len(before) :], leftover, opening=start is None, aim=aim)]
    return Reading(statement, tuple(clauses), tuple(leftover), unread=_stretches(statement, known, clauses, leftover))


def _stretches(
    statement: Statement, known: Sequence[Clause], kept: Sequence[Clause], leftover: Sequence[Part]
) -> tuple[Part, ...]:
    """Words that no rule knows with what is not believed because of them, as one stretch up to the next fact."""
    if not leftover:
        return ()
    lost = [Part(one.start, one.end) for one in known if one not in kept]
    if all(one.kind in _FRAME for one in kept):
        return (Part(statement.start, statement.end),)
    facts = [one.start for one in kept if one.kind not in _FRAME]
    found: list[Part] = []
    for part in sorted((*lost, *leftover), key=lambda one: (one.start, one.end)):
        if found and not any(found[-1].end <= place < part.start for place in facts):
            found[-1] = Part(found[-1].start, max(found[-1].end, part.end))
        else:
            found.append(part)
    return tuple(found)


#: What hangs the rest together and gives no fact; and what is made of closed words alone, so that it ends where they end.
_FRAME = ("carrier", "connector", "gloss", "subject", "kinds")
_CLOSED = (*_FRAME, "head", "intent", "object", "population", "alone", "standing")
_AIM = ("intent", "object", "population")
_JOINT = re.compile(r"[\s,;:]*(?:(?:and|or|and/or|but|only|if|when|then|also|both|either) ?)*\s*", re.IGNORECASE)


def _untouched(text: str, clauses: Sequence[Clause], leftover: Sequence[Part], *, opening: bool, aim: bool) -> list[Clause]:
    """The clauses that words which no rule knows cannot turn into something else.

    What comes after such words may be said of another thing ("instead of X", "in other countries to treat X"), and right
    before them it may lack the rest of its words ("have received X; Y"). A sentence that opens with them ("Doctors may
    choose it for X") has no subject that is known: nothing of it is taken.
    """
    words = [part for part in leftover if text[part.start] != "("]
    if not words:
        return list(clauses)
    if opening and (all(clause.start > words[0].start for clause in clauses) or _patients_act(text, clauses)):
        return []
    dropped = [
        clause
        for clause in clauses
        if (clause.kind not in (*_FRAME, "head", *(_AIM if aim else ())) and clause.start > words[0].start)
        or (clause.kind not in _CLOSED and _JOINT.fullmatch(text, clause.end, max(clause.end, words[0].start)) is not None)
    ]
    for one in reversed(clauses):
        # "has come back or …": where one of two alternatives is not known, the other is no must
        if one.kind not in _CLOSED and any(_OR.fullmatch(text, one.end, max(one.end, d.start)) for d in dropped):
            dropped.append(one)
    return [one for one in clauses if one.kind == "head" or not any(d.start <= one.start and one.end <= d.end for d in dropped)]


_OR = re.compile(r"[\s,;]*or\s+(?:(?:that|who|which|whose\s+\w+|it|they)\s+)?", re.IGNORECASE)


def _patients_act(text: str, clauses: Sequence[Clause]) -> bool:
    """Whether a sentence starts with patients, and not with "in" or "for" them."""
    first = clauses[0]
    return first.kind == "population" and _OF_PATIENTS.match(text, first.start) is None


_OF_PATIENTS = re.compile(r"(?:for|in|of|with|and|or)\b", re.IGNORECASE)


def _widening(clauses: Sequence[Clause]) -> list[Clause]:
    """What is said of a disease after "including" restricts no use; treatment before it is so in some cases only."""
    included = [one for one in clauses if one.rule == "included-disease"]
    found = []
    for one in clauses:
        inside = any(region.start <= one.start < region.end for region in included)
        if inside and one.kind == "prior":
            found.append(replace(one, mode="conditional"))
        elif inside and one.kind not in ("narrower", "subject", "connector"):
            found.append(replace(one, kind="gloss"))
        else:
            found.append(one)
    return found


def _walk(at: Cursor, rules: Sequence[ClauseRule]) -> tuple[list[Clause], list[Part]]:
    """The clauses from the cursor on, after those before it, and what no rule knows."""
    clauses = list(at.before)
    leftover: list[Part] = []
    text, pos, end = at.text, at.pos, at.end
    while pos < end:
        if (filler := _FILLER.match(text, pos, end)) is not None:
            pos = filler.end()
            continue
        cursor = Cursor(text, pos, end, tuple(clauses), at.heads)
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
    return clauses, leftover


#: What gives no fact of its own, so that brackets within it are not quoted by it.
_UNQUOTED = ("carrier", "connector", "gloss", "subject", "kinds", "timing", "manner", "purpose", "history", "intent")
_CLAUSE_START = re.compile(r"(?:in|for|with|not|if|unless|when)\b", re.IGNORECASE)
_NO_PARTNER = ("with-feature", "patient-trait")


def _read_bracket(at: Cursor, rules: Sequence[ClauseRule], clauses: list[Clause], leftover: list[Part]) -> None:
    """Read what brackets say, unless it is quoted with the words around it or only says them again.

    After a name, "(with X)" may be a treatment or a feature of the disease: it stays unread.
    """
    text, start, end = at.text, at.pos, at.end
    inside = text[start + 1 : end - 1]
    if _CLAUSE_START.match(text, start + 1) is None and any(
        part.start <= start + 1 and end - 1 <= part.end for clause in clauses for part in _quoted(clause)
    ):
        return
    if any(part.start < end and start < part.end for part in leftover) or SAYS_AGAIN.fullmatch(inside):
        return
    place = next((number for number, one in enumerate(clauses) if one.start > start), len(clauses))
    before = tuple(one for one in clauses[:place] if one.kind != "gloss" or one.end <= start)
    taken, left = _walk(Cursor(text, start + 1, end - 1, before, at.heads), rules)
    found = taken[len(before) :]
    if not left and found and not any(one.rule in _NO_PARTNER for one in found):
        clauses[place:place] = found
    elif OTHER_NAME.fullmatch(inside) is None:
        leftover.append(Part(start, end))


def _quoted(clause: Clause) -> tuple[Part, ...]:
    if clause.kind in _UNQUOTED:
        return ()
    return clause.names if clause.kind == "head" else (clause.whole,)
