"""Which uses a sentence about brands or about the way of approval covers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.clauses import Part
from pipeline.extract.language import GENERIC_DISEASE, THIS_USE, rx
from pipeline.extract.outline import Item
from pipeline.extract.passages import LEAD, Aside, Element, Passage
from pipeline.extract.quote import fact
from pipeline.extract.roles import SentenceRule
from pipeline.extract.sentences import Statement
from pipeline.model import AgeGroup, Fact

_BRANDS = rx(r"\bapproved (?:only )?(?:for|under|as) the (?P<names>.+?) brands?\b(?: names?)?")
_SPLIT = rx(r"\s*(?:,? (?:and|or) |, )")
_OF_WHICH = rx(
    r"(?:the )?uses?(?: of [\w -]{1,80}?)?(?:(?: in| for) (?P<who>[\w -]+?)| to treat (?P<what>[\w -]+?)) (?:is|are) "
)
_GROUP = rx(r"(?:adults?|children|infants|adolescents|pa?ediatric patients)(?: aged (?!.*\b(?:adults|children)\b)[\w -]+)?$")
_ANY_DISEASE = rx(rf"{GENERIC_DISEASE}$")
_AGES: tuple[tuple[AgeGroup, re.Pattern[str]], ...] = (
    ("adult", re.compile(r"adult", re.IGNORECASE)),
    ("child", re.compile(r"child|infant|pa?ediatric", re.IGNORECASE)),
    ("adolescent", re.compile(r"adolescent|teen", re.IGNORECASE)),
)  # fmt: skip


def has_scope(statement: Statement, rule: SentenceRule) -> bool:
    """Whether a sentence says something of uses that stand elsewhere: their brands, their approval, that it was taken back."""
    return rule.role in ("brands", "standing") or (rule.role == "denied" and takes_back(statement))


def takes_back(statement: Statement) -> bool:
    """Reads "This use is no longer approved."; in some patients only it would take back less than the use."""
    return THIS_USE.search(statement.text) is not None and _SOME.search(statement.text) is None


_SOME = rx(r"\b(?:in|for|to|with|by|as|when|if|unless|until|without) (?!(?:this use|these uses|the FDA|the U|\d{4})\b)")


def whose_brands(statement: Statement) -> str:
    """The drug whose brands a sentence names, "" where it does not say."""
    found = _WHOSE_BRANDS.search(statement.text)
    return found["of"] if found is not None else ""


_WHOSE_BRANDS = rx(r"\bbrands?(?: names?)? of (?P<of>[^.;:]+)")


def brand_facts(statement: Statement) -> tuple[Fact, ...]:
    """The brands that a sentence names: "approved for the A, B, and C brands"."""
    found = _BRANDS.search(statement.plain, statement.start, statement.end)
    return names_between(statement, found.start("names"), found.end("names")) if found is not None else ()


def subject_brands(statement: Statement, brands: frozenset[str]) -> tuple[Fact, ...]:
    """Reads "The Xyz brand of zolafen is …" and, where Xyz is a brand of the page, "Xyz is …"."""
    found = _BRAND_SUBJECT.match(statement.plain, statement.start, statement.end)
    if found is not None:
        return names_between(statement, found.start("names"), found.end("names"))
    lead = LEAD.match(statement.text)
    if lead is None or not brands:
        return ()
    named = names_between(statement, statement.start, statement.start + lead.end("subject"))
    return named if all(one.text.casefold() in brands for one in named) else ()


_BRAND_SUBJECT = rx(r"the (?P<names>.+?) brands?\b")


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


def item_scope(item: Item, statement: Statement, *, siblings_have: bool) -> tuple[Item, ...]:
    """What a sentence inside an item covers; nothing where its words do not say which uses.

    The pages' crawler glued a parent's closing sentence to its last sub-item; so there "This use" speaks of all the siblings,
    unless one of them has a sentence of its own. "These uses" in an item that is one use would have to reach beyond it.
    """
    words = statement.text.lower()
    if item.children:
        covered = tuple(item.leaves())
    elif item.parent is not None and item.parent.children[-1] is item and not siblings_have:
        covered = tuple(item.parent.leaves())
    else:
        covered = (item,)
    if "these uses" in words:
        return covered if len(covered) > 1 else ()
    return covered if "this use" in words or group_of(statement) is not None else ()


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
        elif element.rule is not None and has_scope(element.statement, element.rule) and not element.statement.note:
            if current is not None:
                met.take(current, element.item)
            covered = () if element.lost else _covered(element, met.since, met.before)
            if element.rule.role == "denied" and not covered and not element.lost:
                covered = tuple(met.since)  # one of them is not approved, and nothing says which
            scopes.append(Scope(element.statement, element.rule, covered, group_of(element.statement)))
            if element.rule.role == "brands":
                met.since.clear()
    return scopes


def _covered(aside: Aside, since: list[Item | Passage], before: list[Item | Passage]) -> tuple[Item | Passage, ...]:
    """The leaves that a sentence after them speaks of; none where its words leave open which."""
    words = aside.statement.text.lower()
    if "these uses" in words:
        return tuple(since) if len(since) > 1 else ()
    if "this use" in words:
        return _the_one(aside, before)
    if words.startswith(("use", "the use")):
        found = _OF_WHICH.match(aside.statement.text)
        known = found is not None and (_ANY_DISEASE.match(found["what"]) if found["what"] else _GROUP.match(found["who"]))
        return tuple(before) if known else ()
    return tuple(before)


def _the_one(aside: Aside, before: list[Item | Passage]) -> tuple[Item | Passage, ...]:
    """After a prose use "This use" is that; after a list it is clear only where the list is one item."""
    if aside.passage is None or aside.item is None:
        return tuple(before[-1:])
    return tuple(aside.item.leaves()) if aside.passage.items[0] is aside.item else ()


def group_of(statement: Statement) -> AgeGroup | None:
    """The age group whose uses a sentence speaks of ("Use in children is …")."""
    found = _OF_WHICH.match(statement.text)
    if found is None or not found["who"] or _GROUP.match(found["who"]) is None:
        return None
    return next((age for age, pattern in _AGES if pattern.search(found["who"])), None)
