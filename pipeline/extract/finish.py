"""Leaves to published uses: approval status, brands, denials and headings laid to them, after all of the section is read."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from pipeline.elements.denials import CONTRADICTED
from pipeline.elements.elements import Aside, Passage
from pipeline.elements.scope import (
    THIS_USE,
    Scope,
    aside_scopes,
    brand_facts,
    is_plain,
    of_this_drug,
    reached,
)
from pipeline.elements.told import (
    NO_ANTECEDENT,
)
from pipeline.extract.conservation import keep_words
from pipeline.extract.leaf import in_order, unique
from pipeline.extract.ledger import Ledger, Read, holds, says_abroad, words_left
from pipeline.extract.uses import build_use
from pipeline.language import classes_of, closed, rx
from pipeline.meaning.causes import CAUSING_DISEASE, UNDERLYING
from pipeline.meaning.said import STATES
from pipeline.model import Fact, Qualifier, Use
from pipeline.phrases.diseases import ends_in_disease
from pipeline.sentences.denying import is_studied, may_deny, takes_back_approval
from pipeline.sentences.quote import fact
from pipeline.sentences.statements import Statement

THESE_USES = rx(r"\bthese (?:uses|indications)\b")


def lay_scopes(ledger: Ledger) -> None:
    """Lay the sentences on brands, approval and denials to the uses that they cover; those that cover none are kept in words."""
    own = {id(place) for one in ledger.scopes if one.frame.role == "brands" for place in one.covered}
    found = [*ledger.scopes, *(_of_others(one, own) for one in aside_scopes(ledger.elements))]
    ledger.scopes = []
    for one in found:
        scope = one if of_this_drug(one.statement, ledger.names) else replace(one, covered=())
        ledger.scopes.append(scope)
        if scope.frame.role in ("denied", "studied"):
            ledger.denied.update(id(place) for place in scope.covered)
        elif not scope.covered:
            ledger.unread(scope.statement, NO_ANTECEDENT)
            aside = next((e for e in ledger.elements if isinstance(e, Aside) and e.statement is scope.statement), None)
            if aside is not None:
                ledger.state(reached(aside, ledger.elements, ledger.following), scope.statement.fact("stated"))
        elif scope.frame.role == "brands" and not (
            is_plain(scope.statement, ledger.names) and brand_facts(scope.statement, ledger.names)
        ):
            ledger.unread_beside(scope.statement, "it says more than the brands", scope.covered)


def _of_others(scope: Scope, own: AbstractSet[int]) -> Scope:
    """Reads "These uses are approved for the Y brand" after a list in which one item says "This use is approved for the X brand"."""
    if scope.frame.role != "brands" or THESE_USES.match(scope.statement.text) is None:
        return scope
    others = tuple(place for place in scope.covered if id(place) not in own)
    return replace(scope, covered=others) if others else scope


def publish_use(ledger: Ledger, one: Read) -> None:
    """Build the use of a leaf with all that the section says of it, or note why it is none."""
    if not one.leaf.told[-1].readings:
        return  # an item that only denies: it has its role, and is no use
    said = one.leaf.told[-1].readings[0].statement
    if (why := _refused(ledger, one)) is not None:
        ledger.unread(said, why)
        return
    approval_status, approval_status_fact = one.approval_status, None
    evidence: list[Fact] = []
    granted = _granted(one)
    if granted is not None:
        approval_status, approval_status_fact = "accelerated_approval", granted
    for mark in one.leaf.marks:
        notes = ledger.footnotes(mark, said.block)
        if not notes:
            ledger.unread(said, "its footnote mark has no footnote")
        for note in notes:
            if note.frame.name == "accelerated-approval":
                approval_status, approval_status_fact = "accelerated_approval", note.statement.fact("accelerated-approval")
            elif note.frame.role != "approval-status":
                one.leaf.stated.append(note.statement.fact("stated"))
    of_label, of_heading = ledger.names.approved, one.under.diseases
    built = build_use(one.leaf, approval_status, approval_status_fact, of_label=of_label, of_heading=of_heading)
    if isinstance(built, str):
        ledger.unread(said, built)
        return
    heads = [name for told in one.leaf.told for name in told.heads]
    built = keep_words(built, one.leaf, ledger.own_words)
    left, limits = ledger.denials.of(replace(built, brands=built.brands or one.brands), heads)
    if left is None:
        ledger.unread(said, CONTRADICTED)
        return
    built = replace(built, populations=left.populations)
    known = {each.fact.text for each in built.qualifiers}
    built = replace(
        built, qualifiers=in_order((*built.qualifiers, *(Qualifier(each) for each in limits if each.text not in known)))
    )
    built = one.under.narrow(_in_a_label(built) if ledger.names.approved else built)
    ages = {c.age_group for p in built.populations for c in p.characteristics}
    brands = [*one.brands, *(b for b in one.under.brands if b.text not in {x.text for x in one.brands})]
    behind: list[Statement] = []
    for scope in ledger.scopes:
        if not holds(scope.places, one.place) or (scope.age is not None and scope.age not in ages):
            continue
        if scope.frame.role == "brands":
            brands.extend(b for b in brand_facts(scope.statement, ledger.names) if b.text not in {x.text for x in brands})
            evidence.append(_of_uses(scope.statement, scope.frame.name))
            behind.append(scope.statement)
        elif scope.frame.name == "accelerated-approval" and not scope.statement.note:
            built = replace(
                built, approval_status="accelerated_approval", approval_status_fact=scope.statement.fact(scope.frame.name)
            )
            behind.append(scope.statement)
    built = replace(built, text=_with_sentences(one, built.text, behind))
    evidence.extend(reading.statement.fact("detail") for reading in one.leaf.general)
    ledger.result.uses.append(replace(built, brands=tuple(brands), evidence=(*evidence, *one.under.evidence)))


def _in_a_label(use: Use) -> Use:
    """Reads "irritability associated with autistic disorder" in a label: the disease in which the condition is treated."""
    use = _after_diseases(use)
    if use.settings:
        return use  # several settings are joined by "or", and this one holds for all of them
    causes = use.causes
    if all(map(_is_by_form, causes)):  # "due to hay fever or dust": "or" joins them, and not all are diseases
        causes = tuple(replace(each, rule=CAUSING_DISEASE) if each.rule == "cause" else each for each in causes)
    underlying = tuple(each for each in causes if each.rule == UNDERLYING and _is_underlying(each))
    rest = tuple(each for each in causes if each not in underlying)
    return replace(use, settings=unique((*use.settings, *underlying)), causes=rest)


def _is_underlying(cause: Fact) -> bool:
    """Whether what a condition is associated with may be a disease: no treatment, no "symptoms of X"."""
    *before, last = f" {cause.text}".lower().split(" ")
    treated = "treatment" in classes_of(last) or last == "replacement"
    return not treated and closed("signs").isdisjoint(before[1:2])


def _after_diseases(use: Use) -> Use:
    """Reads "ventricular failure following myocardial infarction" in a label: a disease before it, and no earlier treatment."""
    after = [one for one in use.prior if one.names and all(_is_by_form(name) and not _is_done(name) for name in one.names)]
    if not after or use.settings:
        return use
    settings = tuple(replace(name, rule="setting") for one in after for name in one.names)
    named = {name.text for name in settings}
    words = tuple(Qualifier(replace(one.phrase, rule="stated"), "disease") for one in after if one.phrase.text not in named)
    kept = tuple(one for one in use.prior if one not in after)
    return replace(use, prior=kept, settings=settings, qualifiers=in_order((*use.qualifiers, *words)))


def _is_done(named: Fact) -> bool:
    """Reads "complete resection of the primary tumor", "healing of acute ulcers"."""
    return not (closed("operations") | closed("noun-aims")).isdisjoint(named.text.lower().split(" "))


#: In spaces: "a severe deficiency".
_SHORT = 3


def _is_by_form(named: Fact) -> bool:
    """Reads "coronary artery spasm", "chronic kidney disease (CKD)", "a deficiency of folic acid"."""
    words, _, _ = named.text.partition(" (")
    whose, _, _ = words.partition(" of ")
    return (ends_in_disease(words) or (whose.count(" ") < _SHORT and ends_in_disease(whose))) and closed(
        "for-example"
    ).isdisjoint(named.text.lower().split(" ")[:-1])


def _of_uses(statement: Statement, rule: str) -> Fact:
    """A brand sentence from "these uses" on: "All of" before it says nothing."""
    found = THIS_USE.search(statement.plain, statement.start, statement.end)
    return fact(statement.block, found.start() if found is not None else statement.start, statement.end, rule)


def _granted(one: Read) -> Fact | None:
    """Words of accelerated approval in the use's own sentences or its opening."""
    for reading in [*one.leaf.leading, *one.leaf.above, *one.leaf.own]:
        if _ACCELERATED.search(reading.statement.text) and not _CONVERTED.search(reading.statement.text):
            return reading.statement.fact("accelerated-approval")
    return None


_ACCELERATED = rx(
    r"\b(?:under|with|through) (?:the )?(?:FDA's )?accelerated approval\b|\(accelerated approval\)|\b(?:received|has|given|granted) (?:FDA )?accelerated approval\b"
)


#: "… was first approved under the Accelerated Approval Program and now has full approval"
_CONVERTED = rx(r"\b(?:full|regular|traditional)(?: FDA)? approval\b")


def _refused(ledger: Ledger, one: Read) -> str | None:
    """Why a leaf is no use whatever it says, None where it may be one."""
    if holds(ledger.denied, one.place):
        return "the page says that this use is not approved, or is being studied"
    if ledger.names.refused and (one.approval_status != "used" or _granted(one) is not None):
        return "where the page tells the approval, it says that the drug is not approved"
    if any(takes_back_approval(reading.statement.text) for reading in (*one.leaf.leading, *one.leaf.above, *one.leaf.own)):
        return "its own words may say that it is not approved"
    states = ((r, one) for r in (*one.leaf.above, *one.leaf.own) for one in r.of(*STATES, "description"))
    if any(is_studied(reading.text(each.place)) for reading, each in states):
        return "its own words say that it is being studied"
    if may_deny(words_left((*one.leaf.leading, *one.leaf.above, *one.leaf.own[:1]))) or says_abroad(
        (*one.leaf.above, *one.leaf.own, *one.leaf.general)
    ):
        return "words that no rule reads may say that it is not approved"
    return None


def _with_sentences(one: Read, text: Fact, behind: Sequence[Statement]) -> Fact:
    """The text of a use in prose takes in "This use is approved for …" right after it: up to the last, all at once."""
    if not isinstance(one.place, Passage):
        return text
    first = one.place.lead[0]
    own = [said for said in behind if said.block is first.block and not THESE_USES.search(said.text)]
    return fact(first.block, first.start, own[-1].end, text.rule) if own else text
