"""Which uses a sentence about brands or about the way of approval covers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.clauses import Part
from pipeline.extract.language import rx
from pipeline.extract.outline import Item
from pipeline.extract.passages import Aside, Element, Passage
from pipeline.extract.quote import fact
from pipeline.extract.roles import SentenceRule
from pipeline.extract.sentences import Statement
from pipeline.model import AgeGroup, Fact

_BRANDS = rx(r"\bapproved (?:only )?(?:for|under|as) the (?P<names>.+?) brands?\b(?: names?)?")
_SPLIT = rx(r"\s*(?:,? (?:and|or) |, )")
_GROUP = rx(r"(?:the )?uses? (?:in|of|for) (?P<who>.+?) (?:is|are) ")
_AGES: tuple[tuple[AgeGroup, re.Pattern[str]], ...] = (
    ("adult", re.compile(r"adult", re.IGNORECASE)),
    ("child", re.compile(r"child|infant|pa?ediatric", re.IGNORECASE)),
    ("adolescent", re.compile(r"adolescent|teen", re.IGNORECASE)),
)  # fmt: skip


def brand_facts(statement: Statement) -> tuple[Fact, ...]:
    """The brands that a sentence names: "approved for the A, B, and C brands"."""
    found = _BRANDS.search(statement.plain, statement.start, statement.end)
    return names_between(statement, found.start("names"), found.end("names")) if found is not None else ()


def names_between(statement: Statement, start: int, end: int) -> tuple[Fact, ...]:
    """The names of a list joined by commas and "and"."""
    parts, pos = [], start
    for joint in _SPLIT.finditer(statement.plain, start, end):
        parts.append(Part(pos, joint.start()))
        pos = joint.end()
    parts.append(Part(pos, end))
    found = []
    for part in parts:
        lead = re.match(r"\s*the\s+", statement.plain[part.start : part.end], re.IGNORECASE)
        begin = part.start + (lead.end() if lead is not None else 0)
        if statement.plain[begin : part.end].strip():
            found.append(fact(statement.block, begin, part.end, "brand-scope"))
    return tuple(found)


@dataclass(frozen=True)
class Scope:
    """A sentence and the leaves (items, or prose passages) that it covers; `age` narrows them to an age group."""

    statement: Statement
    rule: SentenceRule
    covered: tuple[Item | Passage, ...]
    age: AgeGroup | None = None


def item_scope(item: Item, *, siblings_have: bool) -> tuple[Item, ...]:
    """What a sentence inside an item covers.

    The pages' crawler glued a parent's closing sentence to its last sub-item; so there "This use" speaks of all the siblings,
    unless one of them has a sentence of its own.
    """
    if item.children:
        return tuple(item.leaves())
    if item.parent is not None and item.parent.children[-1] is item and not siblings_have:
        return tuple(item.parent.leaves())
    return (item,)


class _Covered:
    """The leaves met so far: all of them, and those since the last lead or brand sentence."""

    def __init__(self) -> None:
        self.since: list[Item | Passage] = []
        self.before: list[Item | Passage] = []
        self._known: set[int] = set()

    def take(self, passage: Passage, upto: Item | None = None) -> None:
        """Count the leaves of a passage (up to one of its items)."""
        roots = passage.items
        if upto is not None and upto in roots:
            roots = roots[: roots.index(upto) + 1]
        leaves: list[Item | Passage] = [leaf for root in roots for leaf in root.leaves()]
        for leaf in leaves or ([passage] if passage.prose else []):
            if id(leaf) not in self._known:
                self._known.add(id(leaf))
                self.since.append(leaf)
                self.before.append(leaf)


def aside_scopes(elements: list[Element]) -> list[Scope]:
    """What each brand or approval sentence that stands between passages covers."""
    scopes: list[Scope] = []
    met = _Covered()
    current: Passage | None = None
    for element in elements:
        if isinstance(element, Passage):
            if current is not None:
                met.take(current)
            met.since.clear()
            current = element
        elif element.rule is not None and element.rule.role in ("brands", "standing"):
            if current is not None:
                met.take(current, element.item)
            covered = _covered(element, met.since, met.before)
            scopes.append(Scope(element.statement, element.rule, covered, _age(element.statement)))
            if element.rule.role == "brands":
                met.since.clear()
    return scopes


def _covered(aside: Aside, since: list[Item | Passage], before: list[Item | Passage]) -> tuple[Item | Passage, ...]:
    words = aside.statement.text.lower()
    if words.startswith("these uses"):
        return tuple(since)
    if words.startswith("this use"):
        return tuple(aside.item.leaves()) if aside.item is not None else tuple(before[-1:])
    return tuple(before)


def _age(statement: Statement) -> AgeGroup | None:
    found = _GROUP.match(statement.text)
    if found is None:
        return None
    return next((age for age, pattern in _AGES if pattern.search(found["who"])), None)
