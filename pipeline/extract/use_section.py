"""The use section as a whole: elements read, uses built, every sentence and block accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.extract.denials import CONTRADICTED, Denials, denial_of, may_deny, of_another, read_denial
from pipeline.extract.elements import Aside, Element, Passage, Unseen, elements, is_struck
from pipeline.extract.frames import Frame, Names, brand_names, frame_of
from pipeline.extract.headings import Under, read_headings
from pipeline.extract.outline import Item
from pipeline.extract.quote import fact, join, quote
from pipeline.extract.said import Reading
from pipeline.extract.scope import (
    THIS_USE,
    Place,
    Scope,
    aside_scopes,
    bracket_brands,
    brand_facts,
    has_scope,
    is_plain,
    item_scope,
    of_this_drug,
    reached,
)
from pipeline.extract.sentences import Statement, statements
from pipeline.extract.told import (
    NO_ANTECEDENT,
    NO_FRAME,
    OTHER_SUBJECT,
    Told,
    another_use,
    conditional,
    may_limit,
    points_back,
    read_detail,
    read_item,
    read_lead,
    read_on,
    read_prose,
)
from pipeline.extract.uses import Leaf, build_use, with_evidence
from pipeline.language import rx
from pipeline.model import Block, Fact, Qualifier, Sentence, SentenceRole, Standing, Use


@dataclass(eq=False)
class UseSection:
    """What the section says: uses, denials, what is studied, and every sentence with its role."""

    uses: list[Use] = field(default_factory=list)
    denials: list[Fact] = field(default_factory=list)
    studied: list[Fact] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)


@dataclass(eq=False)
class _Read:
    """A leaf with its place and what its opening sentence says for all uses below it."""

    leaf: Leaf
    place: Place
    standing: Standing
    brands: tuple[Fact, ...] = ()
    under: Under = field(default_factory=Under)


def read_use_section(blocks: Iterable[Block], names: Names) -> UseSection:
    """Read the blocks of the use section of a page about the drug of `names`."""
    ledger = _Ledger(tuple(blocks), names)
    for element in ledger.elements:
        if isinstance(element, Passage):
            _passage(ledger, element)
    for element in ledger.elements:
        if isinstance(element, Aside):
            _aside(ledger, element)
        elif isinstance(element, Unseen):
            _unseen(ledger, element)
    _scopes(ledger)
    for one in ledger.reads:
        _use(ledger, one)
    _account(ledger)
    sentences = sorted(ledger.result.sentences, key=lambda one: one.fact.spans[0].start)
    starts = [one.fact.spans[0].start for one in sentences]
    ledger.result.uses = [with_evidence(use, sentences, starts) for use in ledger.result.uses]
    return ledger.result


class _Ledger:
    """One reading of a section: what was read so far; `roles` says what became of each statement."""

    def __init__(self, blocks: tuple[Block, ...], names: Names) -> None:
        self.names = names
        struck = {id(block) for block in blocks if is_struck(block)}
        self.blocks = blocks
        self.struck = struck
        self.elements: list[Element] = elements([block for block in blocks if id(block) not in struck], names)
        self.result = UseSection()
        self.roles: dict[tuple[int, int], tuple[Statement, SentenceRole, str, str | None]] = {}
        self.unseen: dict[int, str] = {}
        self.reads: list[_Read] = []
        self.scopes: list[Scope] = []
        self.denials = Denials()
        self.denied: set[int] = set()
        self.notes = {e.statement.note: e for e in self.elements if isinstance(e, Aside) and e.statement.note}

    def role(self, statement: Statement, role: SentenceRole, rule: str, reason: str | None = None) -> None:
        """Note what became of a statement."""
        self.roles[(id(statement.block), statement.start)] = (statement, role, rule, reason)

    def unread(self, statement: Statement, reason: str) -> None:
        """Note that nobody understood a statement."""
        self.role(statement, "unread", "unread", reason)

    def of(self, places: Iterable[Place]) -> list[_Read]:
        """The leaves at some places."""
        wanted = {id(place) for place in places}
        return [one for one in self.reads if id(one.place) in wanted]

    def state(self, places: Iterable[Place], said: Fact) -> None:
        """Keep words that may restrict the uses at some places with them."""
        for one in self.of(places):
            one.leaf.stated.append(said)


# -- passages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lead:
    """What a list stands under."""

    told: Told | None = None
    fact: Fact | None = None
    standing: Standing = "used"
    brands: tuple[Fact, ...] = ()
    under: Under = field(default_factory=Under)


def _passage(ledger: _Ledger, passage: Passage) -> None:
    under = read_headings(passage.under, ledger.names)
    if under.refused is not None or passage.refused is not None:
        _no_uses(ledger, passage, under)
        return
    if passage.prose:
        _prose(ledger, passage, under)
        return
    lead = _Lead(under=under)
    if passage.lead and passage.frame is not None:
        told = read_lead(passage, ledger.names)
        _tell(ledger, told, "lead")
        statement = passage.lead[0]
        if _abroad(told.readings) or (passage.frame.group is not None and may_deny(_words(told.readings[:1]))):
            _no_uses(ledger, passage, replace(under, refused="it speaks of another approval than the FDA's"))
            return
        lead = _Lead(told, _whole(passage.lead), passage.frame.standing, _brands(statement, passage.frame, ledger.names), under)
    for item in passage.items:
        _item(ledger, item, [], lead, ())


def _prose(ledger: _Ledger, passage: Passage, under: Under) -> None:
    assert passage.frame is not None  # only a frame makes a use in prose  # noqa: S101
    told = read_prose(passage, ledger.names)
    _tell(ledger, told, "use", first_only=True)
    statement = passage.lead[0]
    for detail, reason in told.lost:
        ledger.unread(detail, reason)
    if _abroad(told.readings[:1]) or may_deny(_words(told.readings[:1])):
        ledger.unread(statement, "it may say that this is not approved, or elsewhere")
        return
    leaf = Leaf(told, [told], _whole((*passage.lead, *passage.details)), None, None)
    leaf.stated.extend(detail.fact("stated") for detail, _ in told.lost)
    standing = passage.frame.standing
    if passage.frame.subject == "brand" and _ONLY.search(statement.text):
        for one in ledger.reads:
            one.leaf.stated.append(statement.fact("stated"))
    ledger.reads.append(_Read(leaf, passage, standing, _brands(statement, passage.frame, ledger.names), under))


THESE_USES = rx(r"\bthese uses\b")
_ONLY = rx(r"\b(?:only|solely)\b")
_ABROAD = rx(
    r"\b(?:other countries|europe|canada|japan|china|outside (?:of )?the (?:u\.?s\.?|united states)|abroad|clinical trials?)\b"
)


def _abroad(readings: Iterable[Reading]) -> bool:
    """Whether words that no rule reads say that it is approved elsewhere."""
    return any(
        _ABROAD.search(reading.text(one.place))
        for reading in readings
        for one in reading.of("qualifier", "status")
        if one.kind == "qualifier" or one.rule == "site"
    )


def _words(readings: Iterable[Reading]) -> str:
    return " … ".join(
        reading.text(one.place) for reading in readings for one in reading.of("qualifier") if one.what == "stated"
    )


def _no_uses(ledger: _Ledger, passage: Passage, under: Under) -> None:
    """A list under "is not approved to treat:" or "is being studied in:" shares its opening's role; else it is unread."""
    frame = passage.refused
    role: SentenceRole = frame.role if frame is not None and frame.role is not None else "unread"
    reason = under.refused or (None if role != "unread" else "no rule knows the sentence that opens the list")
    if under.refused is not None:
        role = under.role
    name = frame.name if frame is not None and frame.name and role != "unread" else role
    said = [*passage.lead, *passage.details, *(one for item in passage.items for one in item.said())]
    for statement in said:
        ledger.role(statement, role, name, reason if role == "unread" else None)
    _share(
        ledger, passage.lead[0] if passage.lead else None, [one for item in passage.items for one in item.said()], role, name
    )


def _share(ledger: _Ledger, opening: Statement | None, said: list[Statement], role: SentenceRole, name: str) -> None:
    """What a list denies, or says is studied: its items with their opening."""
    if role not in ("denied", "studied"):
        return
    told = ledger.result.denials if role == "denied" else ledger.result.studied
    told.extend(join((opening.fact(name), one.fact(name)), name) if opening is not None else one.fact(name) for one in said)
    if role == "denied":
        for one in said:
            ledger.denials.add(denial_of(one.text))


def _item(ledger: _Ledger, item: Item, above: list[Told], lead: _Lead, general: tuple[Reading, ...]) -> None:
    told = read_item(item, above, ledger.names, lead.told)
    chain = [*above, told]
    if (
        item.opens
        and told.asides
        and told.asides[-1][0] is item.statements[-1]
        and told.asides[-1][1].role in ("denied", "studied")
    ):
        statement, frame = told.asides[-1]
        for child in [one for kid in item.children for one in kid.said()]:
            ledger.role(child, frame.role or "unread", frame.name)
        _share(ledger, statement, [one for kid in item.children for one in kid.said()], frame.role or "unread", frame.name)
        item.children.clear()
    received = [child for child in item.children if _is_received_list(child)]
    uses = [child for child in item.children if child not in received]
    below = _received(ledger, received, chain)
    if uses and not _are_criteria(item, told):
        _tell(ledger, told, "parent")
        first = len(ledger.reads)
        for child in uses:
            _item(ledger, child, chain, lead, (*general, *(r for one in below for r in one.readings)))
        for one in below:
            _tell(ledger, one, "detail")
        leaves = ledger.reads[first:]
        _asides(ledger, item, told, leaves)
        return
    below = [*(read_item(child, chain, ledger.names) for child in uses), *below]
    parent = _whole(item.parent.statements) if item.parent is not None else None
    leaf = Leaf(lead.told, chain, _whole(item.statements), parent, lead.fact, below, list(general))
    bracketed = tuple(each for statement in item.statements for each in bracket_brands(statement, ledger.names))
    one = _Read(leaf, item, lead.standing, (*lead.brands, *bracketed), lead.under)
    ledger.reads.append(one)
    _tell(ledger, told, "use", first_only=True)
    for detail in below:
        _tell(ledger, detail, "detail")
        for statement, reason in detail.lost:
            ledger.unread(statement, reason)
            leaf.stated.append(statement.fact("stated"))
    _second_use(ledger, one, told, lead)
    _asides(ledger, item, told, [one])


def _second_use(ledger: _Ledger, one: _Read, told: Told, lead: _Lead) -> None:
    """Reads "Melanoma that has spread. It is also used to treat glioma in adults.": a sentence in an item with a use of its own."""
    heads = tuple(name for each in one.leaf.told for name in each.heads)
    for number, reading in enumerate(told.readings[1:], 1):
        statement = reading.statement
        frame = frame_of(statement, ledger.names)
        if not frame.of_use or not another_use(read_on(statement, frame), heads):
            continue
        del told.readings[number:]
        passage = Passage((statement,), frame, prose=True)
        own = read_prose(passage, ledger.names)
        leaf = Leaf(own, [own], _whole((statement,)), None, None)
        ledger.role(statement, "use", "second-use")
        first = one.leaf.told[-1].readings[0].statement
        one.leaf.text = fact(first.block, first.start, told.readings[-1].statement.end, "leaf")
        ledger.reads.append(_Read(leaf, passage, frame.standing, (), lead.under))
        return


def _asides(ledger: _Ledger, item: Item, told: Told, leaves: list[_Read]) -> None:
    """The sentences in an item that are no reading of it: what they say elsewhere, what of them stays with its uses."""
    for statement, frame in told.asides:
        _scoped(ledger, item, statement, frame, leaves)
    for statement, reason in told.lost:
        ledger.unread(statement, reason)
        for one in leaves:
            one.leaf.stated.append(statement.fact("stated"))


def _scoped(ledger: _Ledger, item: Item, statement: Statement, frame: Frame, leaves: list[_Read]) -> None:
    role: SentenceRole = frame.role or "unread"
    ledger.role(statement, role, frame.name)
    if has_scope(statement, frame):
        siblings = [one for one in (item.parent.children if item.parent is not None else []) if one is not item]
        have = any(_has(one, frame, ledger.names) for one in siblings)
        covered = item_scope(item, statement, frame, siblings_have=have)
        ledger.scopes.append(Scope(statement, frame, covered, None))
        if not covered:
            for one in leaves:
                one.leaf.stated.append(statement.fact("stated"))
    elif may_limit(statement, frame):
        for one in leaves:
            one.leaf.stated.append(statement.fact("stated"))
    _said(ledger, statement, frame)


def _has(item: Item, frame: Frame, names: Names) -> bool:
    return any(frame_of(statement, names).name == frame.name for statement in item.statements[1:])


_RECEIVED_LIST = rx(
    r"(?:it is|they are) (?:also )?used in (?:\w+ ){0,4}who (?:have|had) (?:already |previously )?(?:received|had"
    r"|been treated with)(?: (?:either|one of the following))?:$"
)


def _is_received_list(item: Item) -> bool:
    """Reads "It is used in patients who have received:" with its items below."""
    return bool(item.children) and _RECEIVED_LIST.match(item.statements[-1].text) is not None


def _received(ledger: _Ledger, lists: list[Item], chain: list[Told]) -> list[Told]:
    """Earlier treatment of the uses around a list of it, which is no use."""
    found: list[Told] = []
    for one in lists:
        first = read_item(one, chain, ledger.names)
        found += [first, *(read_item(child, [*chain, first], ledger.names) for child in one.children)]
    return found


def _are_criteria(item: Item, told: Told) -> bool:
    """Whether the sub-items are no uses: what must all hold ("…, and"), or what treatments count."""
    if told.open in ("criteria", "received", "time") or (told.open == "with" and "following" in item.statements[-1].text):
        return True
    return any(child.block.text.rstrip().rstrip(".").endswith((", and", "; and", " and")) for child in item.children)


# -- sentences between passages ------------------------------------------------------------------------------------------


def _aside(ledger: _Ledger, aside: Aside) -> None:
    statement, frame = aside.statement, aside.frame
    places = reached(aside, ledger.elements)
    if aside.lost or (frame.role == "unread") or (frame.of_use and frame.subject == "other"):
        ledger.unread(statement, NO_ANTECEDENT if aside.lost else OTHER_SUBJECT if frame.of_use else NO_FRAME)
        ledger.state(places, statement.fact("stated"))
        return
    if frame.role == "detail" or (frame.of_use and frame.subject in ("people", "it", "drug", "use")):
        _more_of(ledger, aside, places)
        return
    if frame.of_use:
        ledger.unread(statement, "it speaks of some brands only")
        ledger.state(places, statement.fact("stated"))
        return
    if statement.note and frame.role == "brands":
        ledger.unread(statement, "a footnote on brands")
        ledger.state(places, statement.fact("stated"))
        return
    ledger.role(statement, "footnote" if statement.note else frame.role or "unread", frame.name)
    if may_limit(statement, frame):
        ledger.state(places, statement.fact("stated"))
    _said(ledger, statement, frame)


def _more_of(ledger: _Ledger, aside: Aside, places: Iterable[Place]) -> None:
    """A sentence after a list, or in a paragraph, that says more of the uses before it."""
    statement, frame = aside.statement, aside.frame
    covered = ledger.of(_detailed(aside)) or ledger.of(places)
    if not covered:
        ledger.unread(statement, NO_ANTECEDENT)
        return
    clear = aside.passage is not None and (
        aside.passage.prose or not aside.last or len(aside.passage.items) == 1 or not points_back(statement)
    )
    if not clear:
        ledger.unread(statement, NO_ANTECEDENT)
        ledger.state([one.place for one in covered], statement.fact("stated"))
        return
    heads = tuple(name for one in covered for told in one.leaf.told for name in told.heads)
    reading = (
        read_detail(statement, frame, heads, ledger.names)
        if frame.role == "detail"
        else conditional(read_on(statement, frame, heads))
    )
    if not any(one.kind not in ("frame", "gloss") and one.rule != "manner" for one in reading.said):
        ledger.role(statement, "explanation", "given-by")
        return
    named = [one for one in covered if _names(statement, one)]
    if reading.of("narrower") and not named:
        ledger.unread(statement, NO_ANTECEDENT)
        ledger.state([one.place for one in covered], statement.fact("stated"))
        return
    ledger.role(statement, "detail", _rules_of(reading) or "detail")
    for one in covered:
        if named and one not in named:
            one.leaf.stated.append(statement.fact("stated"))  # it may speak of this disease by another name
        else:
            one.leaf.general.append(reading)


def _detailed(aside: Aside) -> list[Place]:
    if aside.passage is None:
        return []
    if aside.passage.prose:
        return [aside.passage]
    if aside.item is not None and not aside.last:
        return list(aside.item.leaves())
    return [leaf for item in aside.passage.items for leaf in item.leaves()]


def _names(statement: Statement, one: _Read) -> bool:
    """Whether a sentence says the name of a use's disease."""
    said = statement.text.casefold()
    return any(name.casefold() in said for told in one.leaf.told for name in told.heads)


def _said(ledger: _Ledger, statement: Statement, frame: Frame) -> None:
    if frame.role == "denied":
        if of_another(statement, frame, ledger.names):
            ledger.unread(statement, OTHER_SUBJECT)
            return
        ledger.result.denials.append(statement.fact(frame.name))
        if (denial := read_denial(statement, frame, ledger.names)) is not None:
            ledger.denials.add(denial)
    elif frame.role == "studied":
        ledger.result.studied.append(statement.fact(frame.name))


def _unseen(ledger: _Ledger, element: Unseen) -> None:
    """A table's cell, code, HTML: in the page's words, and with every use of the passage that it stands behind."""
    ledger.unseen[id(element.block)] = f"it stands in {_NAMES[element.block.kind]}"
    said = quote(element.block, "unread")
    if element.passage is not None:
        places: list[Place] = (
            [element.passage] if element.passage.prose else [leaf for item in element.passage.items for leaf in item.leaves()]
        )
        ledger.state(places, said)


_NAMES = {"cell": "a table", "code": "a code block", "html": "an HTML block", "item": "an item longer than any sentence",
          "paragraph": "a paragraph longer than any sentence", "heading": "a heading"}  # fmt: skip


# -- uses ----------------------------------------------------------------------------------------------------------------


def _scopes(ledger: _Ledger) -> None:
    found = [*ledger.scopes, *aside_scopes(ledger.elements)]
    ledger.scopes = []
    for one in found:
        scope = one if of_this_drug(one.statement, ledger.names) else replace(one, covered=())
        ledger.scopes.append(scope)
        if scope.frame.role == "denied":
            ledger.denied.update(id(place) for place in scope.covered)
        elif not scope.covered:
            ledger.unread(scope.statement, NO_ANTECEDENT)
            aside = next((e for e in ledger.elements if isinstance(e, Aside) and e.statement is scope.statement), None)
            if aside is not None:
                ledger.state(reached(aside, ledger.elements), scope.statement.fact("stated"))
        elif scope.frame.role == "brands" and not is_plain(scope.statement, ledger.names):
            ledger.unread(scope.statement, "it says more than the brands")
            ledger.state(scope.covered, scope.statement.fact("stated"))


def _use(ledger: _Ledger, one: _Read) -> None:
    if not one.leaf.told[-1].readings:
        return  # an item that only denies: it has its role, and is no use
    said = one.leaf.told[-1].readings[0].statement
    if (why := _refused(ledger, one)) is not None:
        ledger.unread(said, why)
        return
    standing, standing_fact = one.standing, None
    marks = "".join(told.marks for told in [*one.leaf.told, *([one.leaf.lead] if one.leaf.lead else [])])
    evidence: list[Fact] = []
    granted = _granted(one)
    if granted is not None:
        standing, standing_fact = "accelerated_approval", granted
    for mark in marks:
        note = ledger.notes.get(mark)
        if note is None:
            ledger.unread(said, "its footnote mark has no footnote")
        elif note.frame.name == "accelerated-approval":
            standing, standing_fact = "accelerated_approval", note.statement.fact("accelerated-approval")
        elif note.frame.role != "standing":
            one.leaf.stated.append(note.statement.fact("stated"))
    built = build_use(one.leaf, standing, standing_fact)
    if isinstance(built, str):
        ledger.unread(said, built)
        return
    heads = [name for told in one.leaf.told for name in told.heads]
    refused, limits = ledger.denials.of(replace(built, brands=built.brands or one.brands), heads)
    if refused:
        ledger.unread(said, CONTRADICTED)
        return
    known = {each.fact.text for each in built.qualifiers}
    built = replace(built, qualifiers=(*built.qualifiers, *(Qualifier(each) for each in limits if each.text not in known)))
    built = one.under.narrow(built)
    ages = {c.age_group for p in built.populations for c in p.characteristics}
    brands = [*one.brands, *(b for b in one.under.brands if b.text not in {x.text for x in one.brands})]
    for scope in ledger.scopes:
        if one.place not in scope.covered or (scope.age is not None and scope.age not in ages):
            continue
        if scope.frame.role == "brands":
            brands.extend(b for b in brand_facts(scope.statement, ledger.names) if b.text not in {x.text for x in brands})
            evidence.append(_of_uses(scope.statement, scope.frame.name))
            built = replace(built, text=_with_sentence(one, built.text, scope.statement))
        elif scope.frame.name == "accelerated-approval" and not scope.statement.note:
            built = replace(
                built, standing="accelerated_approval", standing_fact=scope.statement.fact(scope.frame.name),
                text=_with_sentence(one, built.text, scope.statement),
            )  # fmt: skip
    evidence.extend(reading.statement.fact("detail") for reading in one.leaf.general)
    ledger.result.uses.append(replace(built, brands=tuple(brands), evidence=(*evidence, *one.under.evidence)))


def _of_uses(statement: Statement, rule: str) -> Fact:
    """A brand sentence from "these uses" on: "All of" before it says nothing."""
    found = THIS_USE.search(statement.plain, statement.start, statement.end)
    return fact(statement.block, found.start() if found is not None else statement.start, statement.end, rule)


def _granted(one: _Read) -> Fact | None:
    """Words of accelerated approval in the use's own sentences or its opening."""
    for reading in [*one.leaf.leading, *one.leaf.above, *one.leaf.own]:
        if _ACCELERATED.search(reading.statement.text):
            return reading.statement.fact("accelerated-approval")
    return None


_ACCELERATED = rx(
    r"\bunder (?:the )?(?:FDA's )?accelerated approval\b|\b(?:received|has|given|granted) (?:FDA )?accelerated approval\b"
)


def _refused(ledger: _Ledger, one: _Read) -> str | None:
    """Why a leaf is no use whatever it says, None where it may be one."""
    if id(one.place) in ledger.denied:
        return "the page says that this use is not approved"
    if may_deny(_words((*one.leaf.leading, *one.leaf.above, *one.leaf.own[:1]))) or _abroad(
        (*one.leaf.above, *one.leaf.own[:1])
    ):
        return "words that no rule reads may say that it is not approved"
    return None


def _with_sentence(one: _Read, text: Fact, statement: Statement) -> Fact:
    """The text of a use in prose takes in "This use is approved for …" right after it."""
    if not isinstance(one.place, Passage):
        return text
    first = one.place.lead[0]
    if statement.block is not first.block or THESE_USES.search(statement.text):
        return text
    return fact(first.block, first.start, statement.end, text.rule)


def _brands(statement: Statement, frame: Frame, names: Names) -> tuple[Fact, ...]:
    return tuple(fact(statement.block, a, b, "brand-scope") for a, b in brand_names(statement, frame, names))


# -- accounting ----------------------------------------------------------------------------------------------------------


def _tell(ledger: _Ledger, told: Told, role: SentenceRole, *, first_only: bool = False) -> None:
    for number, reading in enumerate(told.readings):
        ledger.role(reading.statement, "detail" if first_only and number else role, _rules_of(reading) or role)
        for place in reading.studied:
            ledger.result.studied.append(reading.quote(place, "being-studied"))


def _rules_of(reading: Reading) -> str:
    return "+".join(dict.fromkeys(one.rule for one in reading.said))


def _whole(said: tuple[Statement, ...]) -> Fact:
    return fact(said[0].block, said[0].start, said[-1].end, "leaf")


def _account(ledger: _Ledger) -> None:
    for block in ledger.blocks:
        if not block.text.strip():
            continue
        if id(block) in ledger.struck or id(block) in ledger.unseen:
            reason = ledger.unseen.get(id(block), "the page strikes it out")
            ledger.result.sentences.append(Sentence(quote(block, "unread"), "unread", reason))
            continue
        if block.kind == "heading":
            ledger.result.sentences.append(Sentence(quote(block, "heading"), "parent"))
            continue
        for statement in statements(block):
            known = ledger.roles.get((id(block), statement.start))
            _, role, rule, reason = known or (statement, "unread", "unread", "no rule reached this sentence")
            ledger.result.sentences.append(Sentence(statement.fact(rule), role, reason))
