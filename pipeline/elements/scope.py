"""Which uses a sentence covers that speaks of uses elsewhere: their brands, their approval, a limit that nobody understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.elements.elements import Aside, Element, Passage
from pipeline.elements.outline import Item
from pipeline.elements.sentence import points_back
from pipeline.language import rx
from pipeline.model import AgeGroup, Block, Fact
from pipeline.phrases.diseases import is_generic
from pipeline.sentences.frames import Frame, brand_names, frame_of, lists_brands
from pipeline.sentences.quote import fact
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names, split_names

Place = Item | Passage

THIS_USE = rx(r"\b(?:this (?:use|indication)|these (?:uses|indications))\b")
_BRANDS = rx(
    r"\b(?:approved|limited|restricted|reserved|used|given|recommended|available)\b.{0,30}?\b(?:for|under|as|of|in|to)(?: use (?:in|under|with))? (?:only )?(?:both )?(?:the )?(?P<names>(?!(?:both|all|either)\b).+?)(?:,? but not (?P<others>.+?))? brands?\b(?: names?)?"
)
_WHOSE = rx(r"\bbrands?(?: names?)? of (?P<of>[^.;:]+?)(?= (?:is|are|may|has|have|was|were)\b|[.,;:]|$)")
_OF_WHICH = rx(
    r"(?:the )?(?:uses?|approvals?|indications?)(?: of [\w -]{1,80}?)?(?:(?: in| for) (?P<who>[\w -]+?)| to treat (?P<what>[\w -]+?)| (?:in combination |together )?with (?P<partner>[\w -]+?)) "
    r"(?:is|are|was|were|has|have|received|got|holds?) "
)
_GROUP = rx(r"(?:adults?|children|infants|adolescents|pa?ediatric patients)(?: aged (?!.*\b(?:adults|children)\b)[\w -]+)?$")
_AGES: tuple[tuple[AgeGroup, re.Pattern[str]], ...] = (
    ("adult", re.compile(r"adult", re.IGNORECASE)),
    ("child", re.compile(r"child|infant|pa?ediatric", re.IGNORECASE)),
    ("adolescent", re.compile(r"adolescent|teen", re.IGNORECASE)),
)  # fmt: skip
_MORE = rx(
    r"\b(?:if|when|unless|until|without|who|whose|that|except|as|in (?:adults|children|patients|people|women|men))\b|\bnot\b"
)


@dataclass(frozen=True)
class Scope:
    """A sentence and the leaves (items, or uses in prose) that it covers; `age` narrows them to an age group."""

    statement: Statement
    frame: Frame
    covered: tuple[Place, ...]
    age: AgeGroup | None = None

    @cached_property
    def places(self) -> frozenset[int]:
        """The leaves that it covers, by their `id`: each use asks for them."""
        return frozenset(map(id, self.covered))


def has_scope(statement: Statement, frame: Frame) -> bool:
    """Whether a sentence says something of uses that stand elsewhere."""
    if frame.role == "brands":
        return True
    if frame.role == "approval-status":
        return frame.name == "accelerated-approval"
    if frame.role == "studied":
        return takes_back(statement)
    return frame.role == "denied" and frame.name != "lapsed" and takes_back(statement)


def _in_uses(statement: Statement) -> str:
    """The words in lower case; "this indication" is "this use" in a label."""
    return statement.text.lower().replace("this indication", "this use").replace("these indications", "these uses")


def takes_back(statement: Statement) -> bool:
    """Reads "This use is no longer approved.", "This use is being studied."; in some patients only it would take back less than the use."""
    said = statement.text
    return (THIS_USE.search(said) or _THE_APPROVAL.match(said)) is not None and _SOME.search(said) is None


_THE_APPROVAL = rx(
    r"(?:but |however, )?(?:(?:the|this|its|that) )?(?:FDA )?approval (?:was|has|is|were)\b|this is (?:not )?an? (?:[\w-]+ ){1,3}use\b"
)


_SOME = rx(
    r"\b(?:in|for|to|with|by|as|when|if|unless|until|without) (?!(?:this use|these uses|the FDA|of|\d{4})\b|(?:an? |the )?(?:[\w-]+ )?(?:clinical )?(?:trials?|stud)|(?:the|its) (?:company|maker|manufacturer|sponsor|FDA)\b|(?:[a-z]+ )?(?:approval|approved|emergenc|be approved|other countries|Europe|Canada|Japan|animals|dogs)|withdraw\b|the U(?:nited States|\.?S\b))"
)


def is_plain(statement: Statement, names: Names) -> bool:
    """Whether a brand sentence says no more than the brands ("This use is approved for the A and B brands of X.")."""
    if lists_brands(statement, names) or frame_of(statement, names).name == "brand-of-uses":
        return True
    found = _BRANDS.search(statement.text)
    if found is None or found["others"]:
        return False
    tail = statement.text[found.end() :]
    whose = _WHOSE.search(statement.text)
    rest = tail if whose is None else statement.text[whose.end() :]
    return _MORE.search(statement.text[found.start() :].replace(found["names"], "")) is None and rest.strip(" .").lower() in (
        "",
        "only",
        "alone",
    )


def brand_facts(statement: Statement, names: Names) -> tuple[Fact, ...]:
    """The brands that a sentence names: "approved for the A, B, and C brands"."""
    frame = frame_of(statement, names)
    if frame.name == "brand-of-uses":
        return tuple(fact(statement.block, a, b, "brand-scope") for a, b in brand_names(statement, frame, names))
    listed = lists_brands(statement, names)
    if listed:
        return tuple(fact(statement.block, a, b, "brand-scope") for a, b in listed)
    found = _BRANDS.search(statement.plain, statement.start, statement.end)
    if found is None:
        return ()
    return tuple(
        fact(statement.block, a, b, "brand-scope") for a, b in split_names(statement, found.start("names"), found.end("names"))
    )


_ONLY_FOR = re.compile(r"\((?:only (?:for |as )?)?(?:the )?(?P<names>[^()]{2,80}?)(?: brands?)?(?: only)?\)", re.IGNORECASE)


def bracket_brands(statement: Statement, names: Names) -> tuple[Fact, ...]:
    """Reads "(Xyz only)": a bracket that limits a use to brands of the page."""
    found: list[Fact] = []
    for bracket in _ONLY_FOR.finditer(statement.plain, statement.start, statement.end):
        places = split_names(statement, *bracket.span("names"))
        if places and all(statement.plain[a:b].casefold() in names.brands for a, b in places):
            found.extend(fact(statement.block, a, b, "brand-in-brackets") for a, b in places)
    return tuple(found)


def of_this_drug(statement: Statement, names: Names) -> bool:
    """Whether the brands that a sentence names are the page's drug's ("brands of X")."""
    found = _WHOSE.search(statement.text)
    if found is None or not names.words:
        return True
    return set(re.findall(r"[^\W_]+", found["of"].casefold())) <= names.words | {"the", "topical"}


def item_scope(item: Item, statement: Statement, frame: Frame, *, siblings_have: bool) -> tuple[Item, ...]:
    """What a sentence inside an item covers; nothing where its words do not say which uses.

    The pages' crawler glued a parent's closing sentence to its last sub-item; so there "This use" speaks of all the siblings,
    unless one of them has a sentence of its own. "These uses" in an item that is one use would have to reach beyond it.
    """
    words = _in_uses(statement)
    if item.children:
        covered = tuple(item.leaves())
    elif item.parent is not None and item.parent.children[-1] is item and not siblings_have:
        covered = tuple(item.parent.leaves())
    else:
        covered = (item,)
    if "these uses" in words:
        return covered if len(covered) > 1 else ()
    of_one = frame.name in _OF_ONE or "this use" in words or (frame.role == "denied" and _THE_APPROVAL.match(words))
    return covered if of_one or group_of(statement) is not None else ()


#: Frames that speak of one use without the words ("This is an off-label use.", "FDA approval is pending.").
_OF_ONE = ("brand-of-uses", "lesser-standing")


class _Covered:
    """The leaves met so far: all of them, and those since the last opening or brand sentence."""

    def __init__(self) -> None:
        self.since: list[Place] = []
        self.before: list[Place] = []
        self._known: set[int] = set()

    def take(self, passage: Passage, upto: Item | None = None) -> None:
        """Count the leaves of a passage (up to one of its items)."""
        roots = passage.items
        if upto is not None and upto in roots:
            roots = roots[: roots.index(upto) + 1]
        leaves: list[Place] = [leaf for root in roots for leaf in root.leaves()]
        for leaf in leaves or ([passage] if passage.prose else []):
            if id(leaf) not in self._known:
                self._known.add(id(leaf))
                self.since.append(leaf)
                self.before.append(leaf)


def _in_one_paragraph(before: Passage | None, passage: Passage) -> bool:
    """Reads "X is approved to treat Y. It is also approved to treat Z. These uses …": both."""
    return before is not None and before.prose and passage.prose and before.lead[0].block is passage.lead[0].block


def aside_scopes(elements: list[Element]) -> list[Scope]:
    """What each brand or approval sentence that stands between passages covers."""
    scopes: list[Scope] = []
    met = _Covered()
    current: Passage | None = None
    for element in elements:
        if isinstance(element, Passage):
            if current is not None:
                met.take(current)
            if not _in_one_paragraph(current, element):
                met.since.clear()
            current = element
        elif isinstance(element, Aside) and has_scope(element.statement, element.frame) and not element.statement.note:
            if current is not None:
                met.take(current, element.item)
            covered = () if element.lost else _covered(element, met.since, met.before)
            if element.frame.role == "denied" and not covered and not element.lost:
                covered = tuple(met.since)  # one of them is not approved, and nothing says which
            scopes.append(Scope(element.statement, element.frame, covered, group_of(element.statement)))
            if element.frame.role == "brands":
                met.since.clear()
    return scopes


#: "Patients should not receive both brands at the same time.": whichever list it stands behind.
_ALL_BRANDS = rx(r"\b(?:both|all|n?either|none of the|the two|these|more than one|different) brands?\b")


def of_all_brands(statement: Statement) -> bool:
    """Whether a sentence speaks of the brands as such, and so of every use of the page."""
    return _ALL_BRANDS.search(statement.text) is not None and _NOT_BOTH.search(statement.text) is not None


_NOT_BOTH = rx(r"\b(?:not|never|only one|neither|none)\b")


def every_place(elements: Sequence[Element]) -> tuple[Place, ...]:
    """The leaves of the section, whatever stands between them."""
    return tuple(leaf for one in elements if isinstance(one, Passage) and one.refused is None for leaf in one.leaves())


def reached(element: Aside, elements: list[Element], following: Mapping[int, tuple[Place, ...]]) -> tuple[Place, ...]:
    """The leaves that a sentence which nobody understood may speak of: after a list that list's, else all before it.

    `following` are those of the sentences before the first list (`places_after`).
    """
    passage = element.passage
    if of_all_brands(element.statement) or element.frame.name in ("only-for", "of-following"):
        return every_place(elements)
    several = _THESE.match(element.statement.text) is not None  # "These uses …" after two lists: perhaps those of both
    if passage is not None and (points_back(element.statement) or passage.items) and not several:
        return tuple(passage.leaves())
    if passage is None and not element.lost:
        return following.get(id(element), ())
    met = _Covered()
    for one in elements:
        if one is element:
            break
        if isinstance(one, Passage):
            met.take(one)
    return tuple(met.before)


_THESE = rx(
    r"(?:(?:all|both|each|any|for|in|of) )*(?:these|those|the above|such) (?:[\w-]+ )?(?:uses|indications|approvals|conditions|diseases|cancers|tumou?rs|patients)\b"
)


def places_after(elements: Sequence[Element]) -> dict[int, tuple[Place, ...]]:
    """The leaves after each sentence that stands before the first list ("X is approved for use in adults."), by its `id`.

    They reach down to the next heading. Worked out for all such sentences at once, from the last element on.
    """
    found: dict[int, tuple[Place, ...]] = {}
    under: tuple[Block, ...] | None = None
    places: list[Place] = []
    shared: tuple[Place, ...] = ()
    for one in reversed(elements):
        if isinstance(one, Passage):
            if one.under != under:
                under, places = one.under, []
            if one.refused is None:
                places[:0] = one.leaves()
            shared = ()
        elif isinstance(one, Aside) and one.passage is None:
            shared = shared or tuple(places)
            found[id(one)] = shared
    return found


def _covered(aside: Aside, since: list[Place], before: list[Place]) -> tuple[Place, ...]:
    """The leaves that a sentence after them speaks of; none where its words leave open which."""
    words = _in_uses(aside.statement)
    if "these uses" in words:
        return tuple(since) if len(since) > 1 or words.startswith(("all ", "both ")) else ()
    if "this use" in words or aside.frame.name in _OF_ONE:
        return _the_one(aside, before)
    found = _OF_WHICH.match(aside.statement.text)
    if found is None and words.startswith(("use", "the use")):
        return ()
    if found is not None:
        if found["what"]:
            return (
                tuple(before) if is_generic(found["what"]) else tuple(place for place in before if _about(place, found["what"]))
            )
        if found["partner"]:
            return tuple(place for place in before if _says(place, found["partner"]))
        if _GROUP.match(found["who"]) is not None:
            return tuple(before)
        return tuple(place for place in before if _about(place, found["who"]))  # "The uses in lung cancer are approved for …"
    return tuple(before)


def _about(place: Place, disease: str) -> bool:
    """Whether a use is about a disease that a sentence names: its outermost item or its sentence begins with it."""
    first = (place.above() or (place,))[0].statements[0] if isinstance(place, Item) else place.lead[0]
    return disease.casefold() in first.text.casefold()


def _says(place: Place, words: str) -> bool:
    """Whether a use says some words, by itself or above it ("The use of zolafen with rituximab is approved under …")."""
    own = (*place.above(), place) if isinstance(place, Item) else ()
    said = (one for item in own for one in item.statements) if own else (*place.lead, *place.details)  # type: ignore[union-attr]
    whole = re.compile(rf"(?<!\w){re.escape(words)}(?! ?\w)", re.IGNORECASE)
    return any(whole.search(one.text) is not None for one in said)


def _the_one(aside: Aside, before: list[Place]) -> tuple[Place, ...]:
    """After a use in prose "This use" is that; after a list it is clear only where the list is one item."""
    if aside.passage is None or aside.item is None:
        return tuple(before[-1:])
    return tuple(aside.item.leaves()) if aside.passage.items[0] is aside.item else ()


def group_of(statement: Statement) -> AgeGroup | None:
    """The age group whose uses a sentence speaks of ("Use in children is …")."""
    found = _OF_WHICH.match(statement.text)
    if found is None or not found["who"] or _GROUP.match(found["who"]) is None:
        return None
    return next((age for age, pattern in _AGES if pattern.search(found["who"])), None)
