"""Words that no rule reads and that may restrict a use: quoted as its qualifiers, so that no use is broader than its page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.extract.clauses import Clause, ClauseKind, Part, Reading
from pipeline.extract.language import GENERIC_DISEASE, rx
from pipeline.extract.leaf import Leaf, quoted
from pipeline.extract.outline import Item
from pipeline.extract.passages import Aside, Element, Passage
from pipeline.extract.quote import fact
from pipeline.extract.sentences import Statement
from pipeline.extract.uses import GENERIC_OBJECT
from pipeline.model import Fact, Qualifier, QualifierKind, QualifierTarget, Span, Use, facts_in

UNREAD_WORDS, UNREAD_SENTENCE = "unread-words", "unread-sentence"
#: Clauses that rules understand and of which a use may have no fact all the same: what they say then, and of what.
_THROWN_AWAY: Final[dict[ClauseKind, tuple[QualifierTarget, QualifierKind]]] = {
    "manner": ("treatment", "manner"),
    "timing": ("treatment", "timing"),
    "purpose": ("use", "purpose"),
    "history": ("patients", "stated"),
    "description": ("patients", "stated"),
    "population": ("patients", "stated"),
    "negated": ("use", "stated"),
    "restriction": ("disease", "stated"),
    "object": ("disease", "stated"),
    "kinds": ("disease", "stated"),
    "status": ("disease", "stated"),
    "line": ("treatment", "stated"),
    "prior": ("patients", "stated"),
}
#: What a lower level may say anew, so that the level above no longer holds.
_REPLACED: Final = frozenset({"population", "description", "prior", "line"})
#: Patients of whom nothing is said.
_ANYONE = re.compile(
    r"(?:(?:in|for|of|with|the|these|those|all|most|both|and|or|also|use|used|treating|treat|to|who|are|have|has|had|been|cancer|already|received|previously|before)\b"
    r"|patients?\b|people\b|persons?\b|individuals?\b|[\W_])*\Z",
    re.IGNORECASE,
)
#: Clauses that name a disease, of which any disease says nothing.
_NAMED: Final = frozenset({"object", "kinds"})
_ANYTHING = rx(rf"{GENERIC_OBJECT.pattern}|(?:\w+ )?the following(?: (?:types|kinds|forms|stages))?(?: of {GENERIC_DISEASE})?$")
_ENDS = " .,;:"


def words_of(leaf: Leaf, use: Use) -> tuple[Qualifier, ...]:
    """The words of a use's own sentences that no rule read, and those that rules read and no fact of the use holds."""
    held = _held(use)
    found: dict[Fact, Qualifier] = {}
    for reading, own in _readings(leaf):
        for part in reading.unread:
            if (words := _trimmed(reading, part)) is not None:
                one = Qualifier(quoted(reading, words, UNREAD_WORDS))
                found.setdefault(one.fact, one)
        for clause in reading.clauses:
            if clause.kind not in _THROWN_AWAY or (clause.kind in _REPLACED and not own and getattr(use, _FIELDS[clause.kind])):
                continue
            of, kind = _THROWN_AWAY[clause.kind]
            words = clause.whole if clause.kind in _NAMED else Part(clause.start, clause.end)
            one = Qualifier(quoted(reading, _trimmed(reading, words) or words, clause.rule), of, kind)
            if not _overlap(one.fact, held) and not _says_nothing(reading, clause):
                found.setdefault(one.fact, one)
    return _widest(found.values())


def _widest(qualifiers: Iterable[Qualifier]) -> tuple[Qualifier, ...]:
    """Qualifiers whose words do not stand in those of another."""
    listed = in_order(qualifiers)
    return tuple(one for one in listed if not any(one is not wide and _within(one.fact, wide.fact) for wide in listed))


def _within(fact: Fact, wide: Fact) -> bool:
    return all(any(o.start <= s.start and s.end <= o.end for o in wide.spans) for s in fact.spans)


_FIELDS: Final = {"population": "populations", "description": "populations", "prior": "prior", "line": "line"}


def in_order(qualifiers: Iterable[Qualifier]) -> tuple[Qualifier, ...]:
    """Qualifiers each once, in the order of the page."""
    return tuple(sorted(dict.fromkeys(qualifiers), key=lambda one: (one.fact.spans, one.of, one.kind)))


def _readings(leaf: Leaf) -> Iterator[tuple[Reading, bool]]:
    own = [*leaf.own, *leaf.general]
    yield from ((reading, False) for reading in (*leaf.leading, *leaf.above) if not any(reading is one for one in own))
    yield from ((reading, True) for reading in own)


def _held(use: Use) -> list[Span]:
    fields = replace(use, text=Fact("", (), ""), parent=None, lead=None, evidence=())
    return [span for one in facts_in(fields) for span in one.spans]


def _overlap(fact: Fact, spans: Sequence[Span]) -> bool:
    return any(one.start < span.end and span.start < one.end for one in fact.spans for span in spans)


def _says_nothing(reading: Reading, clause: Clause) -> bool:
    said = reading.text(clause.whole if clause.kind in _NAMED else Part(clause.start, clause.end))
    return (_ANYTHING if clause.kind in _NAMED else _ANYONE).match(said.strip(_ENDS)) is not None


def _trimmed(reading: Reading, part: Part) -> Part | None:
    """A part without stops at its ends; None where nothing is left of it."""
    said = reading.text(part)
    start = part.start + len(said) - len(said.lstrip(_ENDS))
    end = part.end - (len(said) - len(said.rstrip(_ENDS)))
    return Part(start, end) if start < end else None


@dataclass(frozen=True)
class Unread:
    """A sentence that no rule reads, and where it stands."""

    statement: Statement
    place: Item | Aside | Passage


def sentences_of(unread: Iterable[Unread], elements: Sequence[Element]) -> Iterator[tuple[Qualifier, frozenset[int]]]:
    """A qualifier for each unread sentence, with the places (by `id`) of the uses that it may speak of.

    In an item these are the uses at and below it, after a list those of the list, in a paragraph all before it in the
    section; before all uses, or in a list without any, all of the section.
    """
    everywhere = frozenset(place for element in elements for place in _places(element))
    before: dict[int, frozenset[int]] = {}
    so_far: frozenset[int] = frozenset()
    for element in elements:
        before[id(element)] = so_far
        so_far |= frozenset(_places(element))
    for one in unread:
        if isinstance(one.place, Item):
            places = frozenset(id(leaf) for leaf in one.place.leaves())
        else:
            listed = one.place.passage if isinstance(one.place, Aside) else one.place
            opens = listed is not None and listed.items and listed.refused is None and not listed.unknown
            places = frozenset(_places(listed)) if listed is not None and opens else before[id(one.place)]
        yield Qualifier(one.statement.fact(UNREAD_SENTENCE)), places or everywhere


def _places(element: Element) -> Iterator[int]:
    if isinstance(element, Passage):
        yield id(element)
        yield from (id(leaf) for item in element.items for leaf in item.leaves())


def beginning_of(statement: Statement, most: int) -> Qualifier:
    """A sentence that nobody looked at as a qualifier: of one that is longer than any sentence, its beginning."""
    end = statement.end
    if end - statement.start > most:
        end = max(statement.plain.rfind(" ", statement.start, statement.start + most // 4), statement.start + 1)
    return Qualifier(fact(statement.block, statement.start, end, UNREAD_SENTENCE))
