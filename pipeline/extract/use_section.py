"""The use section as a whole: elements read, uses built, every sentence and block accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.elements.another import another_use
from pipeline.elements.denials import denial_of
from pipeline.elements.elements import Aside, Passage, Unseen
from pipeline.elements.leads import read_lead
from pipeline.elements.outline import RECEIVED_LIST, Item
from pipeline.elements.scope import (
    Scope,
    bracket_brands,
    has_scope,
    item_scope,
)
from pipeline.elements.sentence import read_on
from pipeline.elements.told import Told, read_item, read_prose
from pipeline.extract.between import may_limit, read_aside, read_limits, read_unseen
from pipeline.extract.finish import lay_scopes, publish_use
from pipeline.extract.headings import Under, read_headings
from pipeline.extract.leaf import Leaf
from pipeline.extract.ledger import (
    Lead,
    Ledger,
    Read,
    UseSection,
    account,
    brands_of,
    note_said,
    says_abroad,
    tell,
    whole,
    words_left,
)
from pipeline.extract.purposes import purposes, several_purposes
from pipeline.extract.uses import unheld, with_evidence
from pipeline.language import rx
from pipeline.meaning.head import starts_bold
from pipeline.meaning.said import Reading
from pipeline.model import Block, Fact, SentenceRole
from pipeline.phrases.diseases import called, names_head
from pipeline.sentences.denying import may_deny
from pipeline.sentences.frames import CONFIRMATORY, Frame, frame_of
from pipeline.sentences.quote import fact, join
from pipeline.sentences.statements import Statement
from pipeline.sentences.subjects import Names


def read_use_section(blocks: Iterable[Block], names: Names) -> UseSection:
    """Read the blocks of the use section of a page about the drug of `names`."""
    ledger = Ledger(tuple(blocks), names)
    for element in ledger.elements:
        if isinstance(element, Passage):
            _passage(ledger, element)
    _opens_nothing(ledger)
    for element in ledger.elements:
        if isinstance(element, Aside):
            read_aside(ledger, element)
        elif isinstance(element, Unseen):
            read_unseen(ledger, element)
    read_limits(ledger)
    lay_scopes(ledger)
    ledger.denials.treated = frozenset(
        name for one in ledger.reads for told in one.leaf.told for head in told.heads for name in called(head)
    )
    for one in ledger.reads:
        publish_use(ledger, one)
    account(ledger)
    sentences = sorted(ledger.result.sentences, key=lambda one: one.fact.spans[0].start)
    starts = [one.fact.spans[0].start for one in sentences]
    ledger.result.uses = [with_evidence(use, sentences, starts) for use in ledger.result.uses]
    ledger.result.sentences = unheld(ledger.result.uses, ledger.result.sentences)
    return ledger.result


def _passage(ledger: Ledger, passage: Passage) -> None:
    under = read_headings(passage.under, ledger.names)
    if under.refused is not None or passage.refused is not None:
        _no_uses(ledger, passage, under)
        return
    if passage.prose:
        _prose(ledger, passage, under)
        return
    lead = Lead(under=under, approval_status="approved" if ledger.names.approved else "used", bare=passage.bare)
    if passage.lead and passage.frame is not None:
        told = read_lead(passage, ledger.names)
        tell(ledger, told, "lead")
        statement = passage.lead[0]
        if says_abroad(told.readings) or (passage.frame.group is not None and may_deny(words_left(told.readings[:1]))):
            _no_uses(ledger, passage, replace(under, refused="it speaks of another approval than the FDA's"))
            return
        lead = Lead(
            told, whole(passage.lead), passage.frame.approval_status, brands_of(statement, passage.frame, ledger.names), under
        )
    first = len(ledger.reads)
    for item in passage.items:
        _item(ledger, item, [], lead, ())
    for one in ledger.reads[first:]:
        one.leaf.stated.extend(statement.fact("stated") for statement in passage.beside)
    _must_all_hold(passage, ledger.reads[first:])
    for said, reason in lead.told.lost if lead.told is not None else ():
        ledger.unread(said, reason)
        for one in ledger.reads[first:]:
            one.leaf.stated.append(said.fact("stated"))


def _opens_nothing(ledger: Ledger) -> None:
    """A sentence that opens a list, and nothing stands below it: a person must see it, with the uses before it that it may restrict."""
    passages = [one for one in ledger.elements if isinstance(one, Passage) and one.lead]
    opened = {id(one.lead[0]) for one in passages if one.items or one.prose or one.refused is not None}
    for passage in passages:
        for said in passage.lead if id(passage.lead[0]) not in opened else ():
            ledger.unread_beside(said, "nothing stands below it that it opens", [one.place for one in ledger.behind(passage)])


#: More criteria than these are none.
_MOST = 30
_ALL_OF = rx(
    r"(?<!treat\s)(?<!prevent\s)(?<!for\s)(?<!in\s)\ball of (?:the following|these)(?: (?:are|must|apply|criteria)\b[^:.]*)?:$"
    r"|\b(?:patients|they|people|adults) must(?: (?:have|be))?:$"
)


def _opens_criteria(opening: Statement, blocks: Iterable[Block]) -> bool:
    """Whether what must all hold stands below a sentence, and no names of diseases in bold."""
    return _ALL_OF.search(opening.text) is not None and not any(map(starts_bold, blocks))


def _must_all_hold(passage: Passage, leaves: list[Read]) -> None:
    """Reads "X is approved to treat lung cancer when all of these are true:": each item holds for every use below it."""
    said = [one for item in passage.items for one in item.said()]
    if not passage.lead or not 1 < len(said) <= _MOST or not _opens_criteria(passage.lead[-1], (one.block for one in said)):
        return
    for one in leaves:
        own = set(one.place.said()) if isinstance(one.place, Item) else set()
        one.leaf.stated.extend(each.fact("stated") for each in said if each not in own)


def _prose(ledger: Ledger, passage: Passage, under: Under) -> None:
    assert passage.frame is not None  # only a frame makes a use in prose  # noqa: S101
    told = read_prose(passage, ledger.names)
    tell(ledger, told, "use", first_only=True)
    statement = passage.lead[0]
    for detail, reason in told.lost:
        ledger.unread(detail, reason)
    if says_abroad(told.readings[:1]) or may_deny(words_left(told.readings[:1])):
        for said in (statement, *passage.details):
            ledger.unread(said, "it may say that this is not approved, or elsewhere")
        return
    leaf = Leaf(told, [told], whole((*passage.lead, *passage.details)), None, None)
    leaves = [leaf]
    if several_purposes(leaf):
        leaves = [
            Leaf(each.told, [each.told], each.text, None, None, stated=[*each.behind])
            for each in purposes(passage, told, ledger.names)
        ] or leaves
    for each in leaves:
        each.stated.extend(detail.fact("stated") for detail, _ in told.lost)
    approval_status = passage.frame.approval_status
    named = brands_of(statement, passage.frame, ledger.names)
    if not {one.spans for one in bracket_brands(statement, ledger.names)} <= {one.spans for one in named}:
        for each in leaves:
            each.stated.append(statement.fact("stated"))  # "melanoma (Xyz) and glioma (Abc)": which brand is for which
    if passage.frame.subject == "brand" and _ONLY.search(statement.text):
        for one in ledger.reads:
            one.leaf.stated.append(statement.fact("stated"))
    if approval_status == "used" and not told.readings[0].also:
        # "When used to treat X, it must be given with A": more of a use that the page states above
        for one in ledger.reads:
            if any(names_head(name, told.heads) for each in one.leaf.told for name in each.heads):
                one.leaf.stated.append(statement.fact("stated"))
    ledger.reads.extend(Read(each, passage, approval_status, named, under) for each in leaves)


_ONLY = rx(r"\b(?:only|solely)\b")


def _no_uses(ledger: Ledger, passage: Passage, under: Under) -> None:
    """A list under "is not approved to treat:" or "is being studied in:" shares its opening's role; else it is unread."""
    frame = passage.refused
    role: SentenceRole = frame.role if frame is not None and frame.role is not None else "unread"
    reason = under.refused or (None if role != "unread" else "no rule knows the sentence that opens the list")
    if role == "explanation" and ledger.names.approved:  # "X is an inhibitor of Y indicated:" explains nothing
        role, reason = "unread", "no rule knows the sentence that opens the list"
    if under.refused is not None:
        role = under.role
    name = frame.name if frame is not None and frame.name and role != "unread" else role
    said = [*passage.lead, *passage.details, *(one for item in passage.items for one in item.said())]
    for statement in said:
        ledger.role(statement, role, name, reason if role == "unread" else None)
    _share(
        ledger, passage.lead[0] if passage.lead else None, [one for item in passage.items for one in item.said()], role, name
    )


def _share(ledger: Ledger, opening: Statement | None, said: list[Statement], role: SentenceRole, name: str) -> None:
    """What a list denies, or says is studied: its items with their opening."""
    if role not in ("denied", "studied"):
        return
    told = ledger.result.denials if role == "denied" else ledger.result.studied
    told.extend(join((opening.fact(name), one.fact(name)), name) if opening is not None else one.fact(name) for one in said)
    if role == "denied":
        for one in said:
            ledger.denials.add(denial_of(one.text))


_LEAVES_OUT = rx(r"\b(?:except|excluding|other than|apart from|unless)\b[^:]*:$")


def _no_uses_below(ledger: Ledger, item: Item, told: Told) -> list[Fact]:
    """What stands below "… It is not used in patients who:", "in adults, except those who:", or a sentence that nobody understood.

    They are no uses: each stays with the use above them, behind the words that lead to it.
    """
    if not item.opens:
        return []
    last = item.statements[-1]
    below = [one for kid in item.children for one in kid.said()]
    role: SentenceRole
    aside = told.asides[-1] if told.asides and told.asides[-1][0] is last else None
    if aside is not None and aside[1].role in ("denied", "studied"):
        role, name = aside[1].role, aside[1].name
        _share(ledger, last, below, role, name)
    elif _LEAVES_OUT.search(last.text) is not None:
        role, name = "detail", "left-out"
    elif told.lost and told.lost[-1][0] is last:
        role, name = "unread", "no rule knows the sentence that opens the list"
    else:
        return []
    for each in below:
        if role == "unread":
            ledger.unread(each, name)
        else:
            ledger.role(each, role, name)
    item.children.clear()
    return [join((last.fact("stated"), one.fact("stated")), "stated") for one in below] if role != "studied" else []


def _item(ledger: Ledger, item: Item, above: list[Told], lead: Lead, general: tuple[Reading, ...]) -> None:
    told = read_item(item, above, ledger.names, lead.told)
    chain = [*above, told]
    below_it = _no_uses_below(ledger, item, told)
    received = [child for child in item.children if _is_received_list(child)]
    uses = [child for child in item.children if child not in received]
    below = _received(ledger, received, chain)
    if uses and not _are_criteria(item, told):
        tell(ledger, told, "parent")
        first = len(ledger.reads)
        for child in uses:
            _item(ledger, child, chain, lead, (*general, *(r for more in below for r in more.readings)))
        for more in below:
            tell(ledger, more, "detail")
        leaves = ledger.reads[first:]
        _of_all(uses[-1], leaves)
        _asides(ledger, item, told, leaves)
        return
    criteria = [read_item(child, chain, ledger.names) for child in uses]
    if told.open == "received" and not any(_CHOICE.search(each.block.text) for each in (item, *uses)):
        criteria = list(map(_required, criteria))
    below = [*criteria, *below]
    parent = whole(item.parent.statements) if item.parent is not None else None
    leaf = Leaf(lead.told, chain, whole(item.statements), parent, lead.fact, below, list(general), bare=lead.bare)
    bracketed = tuple(each for statement in item.statements for each in bracket_brands(statement, ledger.names))
    one = Read(leaf, item, lead.approval_status, _brands_left(item, lead, bracketed, ledger.names), lead.under)
    ledger.reads.append(one)
    leaf.stated.extend(below_it)
    tell(ledger, told, "use", first_only=True)
    if item.heading is not None:
        leaf.stated.append(item.heading.fact("stated"))
        ledger.role(item.heading, "parent", "heading")
    for detail in below:
        tell(ledger, detail, "detail")
        for statement, reason in detail.lost:
            ledger.unread(statement, reason)
            leaf.stated.append(statement.fact("stated"))
    _second_use(ledger, one, told, lead)
    _asides(ledger, item, told, [one])


def _brands_left(item: Item, lead: Lead, bracketed: tuple[Fact, ...], names: Names) -> tuple[Fact, ...]:
    """Reads "Zolafen (Alvera and Bexida) is approved to treat:" above "Sarcoma (Bexida only)" and "Melanoma (not Bexida)"."""
    known = {one.text.casefold() for one in lead.brands}
    denied = {found["name"].casefold() for found in _NOT_BRAND.finditer(item.block.text)} & names.brands
    if bracketed and {one.text.casefold() for one in bracketed} <= known:
        return bracketed
    return (*(one for one in lead.brands if one.text.casefold() not in denied), *bracketed)


_NOT_BRAND = rx(r"\((?:but )?not (?:for |as )?(?:the )?(?P<name>[\w -]{1,60}?)(?: brand)?\)")


def _of_all(last: Item, leaves: list[Read]) -> None:
    """Reads "These patients must have X." at the end of the last sub-item: it may be the closing sentence of all of them."""
    for statement in last.statements[1:]:
        if _THESE.match(statement.text) is not None:
            for one in leaves:
                if one.place is not last:
                    one.leaf.stated.append(statement.fact("stated"))


_THESE = rx(
    r"(?:(?:in|for|of) )?(?:these|all|both)(?: of)?(?: the| these)? (?:patients|people|adults|children|cases|groups|situations|cancers)\b"
)


def _second_use(ledger: Ledger, one: Read, told: Told, lead: Lead) -> None:
    """Reads "Melanoma that has spread. It is also used to treat glioma in adults.": a sentence in an item with a use of its own."""
    heads = tuple(name for each in one.leaf.told for name in each.heads)
    for number, reading in enumerate(told.readings[1:], 1):
        statement = reading.statement
        frame = frame_of(statement, ledger.names)
        own_reading = read_on(statement, frame)
        also = own_reading.also or any(one.mode == "treat" for one in own_reading.of("intent"))
        if not frame.of_use or not also or not another_use(own_reading, heads):
            continue
        del told.readings[number:]
        passage = Passage((statement,), frame, prose=True)
        own = read_prose(passage, ledger.names)
        leaf = Leaf(own, [own], whole((statement,)), None, None)
        ledger.role(statement, "use", "second-use")
        first = one.leaf.told[-1].readings[0].statement
        one.leaf.text = fact(first.block, first.start, told.readings[-1].statement.end, "leaf")
        ledger.reads.append(Read(leaf, passage, frame.approval_status, (), lead.under))
        return


def _asides(ledger: Ledger, item: Item, told: Told, leaves: list[Read]) -> None:
    """The sentences in an item that are no reading of it: what they say elsewhere, what of them stays with its uses."""
    for statement, frame in told.asides:
        _scoped(ledger, item, statement, frame, leaves)
    for statement, reason in told.lost:
        ledger.unread(statement, reason)
        for one in leaves:
            one.leaf.stated.append(statement.fact("stated"))


def _scoped(ledger: Ledger, item: Item, statement: Statement, frame: Frame, leaves: list[Read]) -> None:
    role: SentenceRole = frame.role or "unread"
    ledger.role(statement, role, frame.name)
    if has_scope(statement, frame):
        siblings = [one for one in (item.parent.children if item.parent is not None else []) if one is not item]
        have = any(_has(one, frame, ledger.names) for one in siblings)
        covered = item_scope(item, statement, frame, siblings_have=have)
        ledger.scopes.append(Scope(statement, frame, covered, None))
        if not covered or (frame.role == "approval-status" and may_limit(statement, frame)):
            for one in leaves:
                one.leaf.stated.append(statement.fact("stated"))
    elif frame.role == "programme" or frame.name == CONFIRMATORY or may_limit(statement, frame):
        for one in leaves:
            one.leaf.stated.append(statement.fact(frame.name if frame.role == "programme" else "stated"))
    note_said(ledger, statement, frame, leaves)


def _has(item: Item, frame: Frame, names: Names) -> bool:
    return any(frame_of(statement, names).name == frame.name for statement in item.statements[1:])


def _is_received_list(item: Item) -> bool:
    """Reads "It is used in patients who have received:" with its items below."""
    return bool(item.children) and RECEIVED_LIST.match(item.statements[-1].text) is not None


def _received(ledger: Ledger, lists: list[Item], chain: list[Told]) -> list[Told]:
    """Earlier treatment of the uses around a list of it, which is no use."""
    found: list[Told] = []
    for one in lists:
        first = read_item(one, chain, ledger.names)
        below = [read_item(child, [*chain, first], ledger.names) for child in one.children]
        choice = any(_CHOICE.search(item.block.text) for item in (one, *one.children))
        found += [first, *(below if choice else map(_required, below))]
    return found


_ANY_OF = rx(r"\b(?:any|one|either)(?: one)? of (?:the following|these)\b[^.]*:$")
_CHOICE = rx(r"\b(?:or|either|one(?: or more)? of the following|any of the following)\W*$")


def _required(told: Told) -> Told:
    """Reads "a proteasome inhibitor" below "who have received:": each of them, where nothing says that one is enough."""
    told.readings = [
        replace(r, said=tuple(replace(one, mode="required", some=False) if one.kind == "prior" else one for one in r.said))
        for r in told.readings
    ]
    return told


def _are_criteria(item: Item, told: Told) -> bool:
    """Whether the sub-items are no uses: what must all hold ("…, and"), or what treatments count; of "any of" each is one."""
    if told.open == "criteria" and _ANY_OF.search(item.statements[-1].text) is not None:
        return False
    if told.open in ("criteria", "received", "time") or (told.open == "with" and "following" in item.statements[-1].text):
        return True
    if _opens_criteria(item.statements[-1], (one.block for one in item.children)):
        return True
    return any(child.block.text.rstrip().rstrip(".").endswith((", and", "; and", " and")) for child in item.children)
