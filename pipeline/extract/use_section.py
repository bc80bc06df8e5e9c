"""The use section as a whole: passages read, uses built, every sentence accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.extract.antecedent import NO_ANTECEDENT, OTHER_SUBJECT, is_drug, of_other_drug, points_back
from pipeline.extract.clauses import Reading, read
from pipeline.extract.denials import CONTRADICTED, Denials, denial_of, may_deny, of_another, read_denial
from pipeline.extract.language import rx
from pipeline.extract.leaf import Leaf, says_a_head
from pipeline.extract.outline import Item
from pipeline.extract.passages import DETAIL_START, Aside, Passage, detailed, passages
from pipeline.extract.qualified import Unread, beginning_of, in_order, sentences_of, words_of
from pipeline.extract.quote import fact, join
from pipeline.extract.reading import (
    UNKNOWN_OPENING,
    Told,
    are_criteria,
    is_received_list,
    opening_rule,
    read_item,
    read_lead,
    read_prose,
    received,
    rules_of,
)
from pipeline.extract.registry import CLAUSE_RULES
from pipeline.extract.roles import SentenceRule, sentence_role
from pipeline.extract.scope import (
    Scope,
    aside_scopes,
    brand_facts,
    group_of,
    has_scope,
    item_scope,
    subject_brands,
    whose_brands,
)
from pipeline.extract.sentences import Statement, statements
from pipeline.extract.standing import granted_to, standing_in
from pipeline.extract.uses import NO_USE, build_use, with_evidence
from pipeline.model import Block, Fact, Sentence, SentenceRole, Standing, Use


@dataclass(eq=False)
class UseSection:
    """What the section says: uses, denials, what is studied, and every sentence with its role."""

    uses: list[Use] = field(default_factory=list)
    denials: list[Fact] = field(default_factory=list)
    studied: list[Fact] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)


@dataclass(frozen=True)
class _Under:
    """What a list stands under: its lead, and what the lead says for all items."""

    lead: Told | None = None
    fact: Fact | None = None
    standing: Standing = "used"
    brands: tuple[Fact, ...] = ()


@dataclass(eq=False)
class _Read:
    """A leaf with its item (or prose passage) and the passage's standing word."""

    leaf: Leaf
    place: Item | Passage
    told: list[Told]
    standing: Standing
    brands: tuple[Fact, ...] = ()


_JOINED = rx(r"\b(?:and|or)\s*$")
#: Longer "sentences" (in code points) are something else, and reading them would cost time for nothing.
MAX_SENTENCE = 2000


def read_use_section(blocks: Iterable[Block], names: frozenset[str] = frozenset(), brands: tuple[str, ...] = ()) -> UseSection:
    """Read the blocks of the use section.

    Args:
        blocks: The blocks under the use heading.
        names: The words of the drug's names, by which its sentences are known; none if it has no name.
        brands: Its brand names, none of which is its own name: a sentence whose subject is one speaks of that brand.
    """
    return _Section(tuple(blocks), names, frozenset(brand.casefold() for brand in brands)).result


class _Section:
    """One reading of a section; `roles` collects what became of each statement."""

    def __init__(self, blocks: tuple[Block, ...], names: frozenset[str], brands: frozenset[str]) -> None:
        self.names, self.brands = names, brands
        self.result = UseSection()
        self.roles: dict[tuple[int, int], tuple[Statement, SentenceRole, str, str | None]] = {}
        self.reads: list[_Read] = []
        self.scopes: list[Scope] = []
        self.denials = Denials()
        self.denied: set[int] = set()  # the places of uses that the page itself takes back
        self.unread: list[Unread] = []  # sentences that may limit uses that stand elsewhere
        self.places: list[int] = []  # of each use in the result
        self.stands: dict[int, Item | Aside] = {}  # where a sentence on brands or approval stands
        self.elements = passages([block for block in blocks if _longest(block) <= MAX_SENTENCE], names)
        self.within: dict[int, Passage] = {}
        for element in self.elements:
            if isinstance(element, Passage):
                first = len(self.reads)
                self._passage(element)
                self.within |= {id(one): element for one in self.reads[first:]}
        for element in self.elements:
            if isinstance(element, Aside):
                self._aside(element)
        self.scopes.extend(aside_scopes(self.elements))
        self.stands |= {id(one.statement): one for one in self.elements if isinstance(one, Aside)}
        self.scopes = [one if is_drug(whose_brands(one.statement), names) else replace(one, covered=()) for one in self.scopes]
        for scope in self.scopes:
            if scope.rule.role == "denied":
                self.denied.update(id(place) for place in scope.covered)
            elif not scope.covered and scope.rule.name in ("brand-scope", "accelerated-approval"):
                self._role(scope.statement, "unread", "unread", NO_ANTECEDENT)
                self.unread.append(Unread(scope.statement, self.stands[id(scope.statement)]))
        self.notes = {
            e.statement.note: e.statement
            for e in self.elements
            if isinstance(e, Aside) and e.statement.note and e.rule is not None and e.rule.name == "accelerated-approval"
        }
        self.noted = {e.statement.note for e in self.elements if isinstance(e, Aside)}
        for one in self.reads:
            self._use(one)
        self._qualify()
        self._account(blocks)
        self.result.uses = [with_evidence(use, self.result.sentences) for use in self.result.uses]

    # -- passages -----------------------------------------------------------------------------------------------------

    def _passage(self, passage: Passage) -> None:
        if passage.prose:
            told = read_prose(passage)
            self._tell(told, "use", first_only=True)
            if any(_JOINED.search(passage.lead[0].plain[: part.start]) for part in told.readings[0].leftover):
                self.unread.append(Unread(passage.lead[0], passage))
                return  # it says another thing that it is for
            leaf = Leaf(told, [told], _whole((*passage.lead, *passage.details)), None, None)
            self.reads.append(
                _Read(leaf, passage, [told], standing_in(passage.lead[0]), subject_brands(passage.lead[0], self.brands))
            )
            return
        if passage.refused is not None or passage.unknown:
            self._no_uses(passage)
            return
        under = _Under()
        if passage.lead:
            lead = read_lead(passage)
            self._tell(lead, "lead")
            under = _Under(
                lead, _whole(passage.lead), standing_in(passage.lead[0]), subject_brands(passage.lead[0], self.brands)
            )
        for item in passage.items:
            self._item(item, [], under, ())

    def _no_uses(self, passage: Passage) -> None:
        """A list under "is not approved to treat:" or "is being studied in:" shares its lead's role; else it is unread."""
        lead = passage.lead[0]
        rule = passage.refused
        self._role(lead, rule.role if rule else "unread", rule.name if rule else "unread", None if rule else UNKNOWN_OPENING)
        self._share(lead, passage.items, rule)
        if rule is None:
            pointing = [one for item in passage.items for one in item.said()] if points_back(lead) else []
            self.unread.extend(Unread(one, passage) for one in (lead, *pointing))

    def _share(self, opening: Statement, items: Iterable[Item], rule: SentenceRule | None) -> None:
        """The items below an opening that opens no list of uses."""
        said = [one for item in items for one in item.said()]
        for statement in said:
            if rule is None:
                self._role(statement, "unread", "unread", UNKNOWN_OPENING)
            else:
                self._role(statement, rule.role, rule.name)
        if rule is not None and rule.role in ("denied", "studied"):
            told = self.result.denials if rule.role == "denied" else self.result.studied
            # an item alone ("Melanoma.") would not say what is denied
            told.extend(join((opening.fact(rule.name), one.fact(rule.name)), rule.name) for one in said)
        if rule is not None and rule.role == "denied":
            for one in said:
                self.denials.add(denial_of(one.text))

    def _item(self, item: Item, above: list[Told], under: _Under, general: tuple[Reading, ...]) -> None:
        told = read_item(item, above, self.names)
        chain = [*above, told]
        below = received(item, chain)
        uses = [child for child in item.children if not is_received_list(child)]
        refused = opening_rule(item, told) if uses else None
        if refused is not None:
            self._share(item.statements[-1], uses, None if refused == "unknown" else refused)
            if refused == "unknown":
                self._tell(told, "parent")
                return
            uses = []
        if uses and not are_criteria(item, told):
            self._tell(told, "parent")
            for child in uses:
                self._item(child, chain, under, (*general, *(r for one in below for r in one.readings)))
        else:
            below = [*(read_item(child, chain, self.names) for child in uses), *below]
            parent = _whole(item.parent.statements) if item.parent is not None else None
            leaf = Leaf(under.lead, chain, _whole(item.statements), parent, under.fact, below, list(general))
            self.reads.append(_Read(leaf, item, [*chain, *below], under.standing, under.brands))
            self._tell(told, "use", first_only=True)
        for one in below:
            self._tell(one, "detail")
        for statement, rule in told.asides:
            self._scoped(item, statement, rule)
        for statement, reason in told.lost:
            self._role(statement, "unread", "unread", reason)
            self.unread.append(Unread(statement, item))

    def _scoped(self, item: Item, statement: Statement, rule: SentenceRule) -> None:
        self._role(statement, rule.role, rule.name)
        self.stands[id(statement)] = item
        if has_scope(statement, rule):
            siblings = [one for one in (item.parent.children if item.parent is not None else []) if one is not item]
            have = any(_has(one, rule) for one in siblings)
            covered = item_scope(item, statement, siblings_have=have)
            self.scopes.append(Scope(statement, rule, covered, group_of(statement)))
        self._said(statement, rule, item)

    # -- sentences between passages -----------------------------------------------------------------------------------

    def _aside(self, aside: Aside) -> None:
        statement, rule = aside.statement, aside.rule
        reason = "no rule knows this shape of sentence"
        if aside.lost or (rule is None and of_other_drug(statement, self.names)):
            self._role(statement, "unread", "unread", NO_ANTECEDENT if aside.lost else OTHER_SUBJECT)
            self.unread.append(Unread(statement, aside))
            return
        if statement.note and rule is not None and rule.role == "brands":
            reason, rule = "a footnote on brands", None
        if rule is not None:
            role: SentenceRole = "footnote" if statement.note else rule.role
            self._role(statement, role, rule.name)
            self._said(statement, rule, aside)
            return
        places = detailed(aside)
        if aside.passage is not None and not places:
            reason = NO_ANTECEDENT
        if places and DETAIL_START.match(statement.text):
            covered = [one for one in self.reads if one.place in places]
            heads = tuple(name for one in covered for told in one.told for name in told.heads)
            reading = read(statement, CLAUSE_RULES, heads)
            said = {id(_outermost(one.place)) for one in covered if says_a_head(statement, one.told)}
            named = [one for one in covered if id(_outermost(one.place)) in said]
            if reading.of("narrower") and not named:
                covered, reason = [], NO_ANTECEDENT  # it speaks of another disease
            covered = named or covered
            if covered:
                self._tell_reading(reading, "detail")
                for one in covered:
                    one.leaf.general.append(reading)
                return
        self._role(statement, "unread", "unread", reason)
        self.unread.append(Unread(statement, aside))

    def _said(self, statement: Statement, rule: SentenceRule, place: Item | Aside) -> None:
        if rule.role == "denied":
            if of_another(statement, self.names):
                self._role(statement, "unread", "unread", OTHER_SUBJECT)
                self.unread.append(Unread(statement, place))
                return
            self.result.denials.append(statement.fact(rule.name))
            if (denial := read_denial(statement)) is not None:
                self.denials.add(denial)
        elif rule.role == "studied":
            self.result.studied.append(statement.fact(rule.name))

    # -- uses ---------------------------------------------------------------------------------------------------------

    def _use(self, one: _Read) -> None:
        if not one.leaf.told[-1].readings:
            return  # an item that only denies: it has its role, and is no use
        said = one.leaf.told[-1].readings[0].statement
        if (why := self._refused(one)) is not None:
            self._role(said, "unread", "unread", why)
            if isinstance(one.place, Passage):
                self.unread.append(Unread(said, one.place))
            return
        standing, standing_fact = granted_to(one.leaf, one.standing)
        marks = "".join(told.marks for told in [*one.told, *([one.leaf.lead] if one.leaf.lead else [])])
        note = next((self.notes[mark] for mark in marks if mark in self.notes), None)
        evidence: list[Fact] = []
        if note is not None:
            standing, standing_fact = "accelerated_approval", note.fact("accelerated-approval")
        if any(mark not in self.noted for mark in marks):
            self._role(said, "unread", "unread", "its footnote mark has no footnote")
        built = build_use(one.leaf, standing, standing_fact)
        if isinstance(built, str):
            self._role(said, "unread", "unread", built)
            if isinstance(one.place, Passage) or built in NO_USE:
                # No use of its own, so it may speak of others.
                self.unread.append(Unread(said, self.within[id(one)]))
        elif self._contradicted(one, built):
            self._role(said, "unread", "unread", CONTRADICTED)
        else:
            self._publish(one, built, evidence, (standing, standing_fact))

    def _publish(self, one: _Read, built: Use, evidence: list[Fact], granted: tuple[Standing, Fact | None]) -> None:
        """Add a use with its brands and with every word that may restrict it."""
        standing, standing_fact = granted
        ages = {c.age_group for p in built.populations for c in p.characteristics}
        brands = list(one.brands)
        for scope in self.scopes:
            if one.place not in scope.covered or (scope.age is not None and scope.age not in ages):
                continue
            if scope.rule.role == "brands":
                brands.extend(b for b in brand_facts(scope.statement) if b.text not in {x.text for x in brands})
                evidence.append(scope.statement.fact(scope.rule.name))
                built = replace(built, text=_with_sentence(one, built.text, scope.statement))
            elif scope.rule.name == "accelerated-approval" and not scope.statement.note:
                standing, standing_fact = "accelerated_approval", scope.statement.fact(scope.rule.name)
        evidence.extend(reading.statement.fact("detail") for reading in one.leaf.general)
        whole = replace(built, brands=tuple(brands), evidence=tuple(evidence), standing=standing, standing_fact=standing_fact)
        self.result.uses.append(replace(whole, qualifiers=words_of(one.leaf, whole)))
        self.places.append(id(one.place))

    def _qualify(self) -> None:
        """Add the sentences that no rule reads to the uses that they may limit."""
        for qualifier, places in sentences_of(self.unread, self.elements):
            for number, use in enumerate(self.result.uses):
                if self.places[number] in places:
                    self.result.uses[number] = replace(use, qualifiers=in_order((*use.qualifiers, qualifier)))

    def _refused(self, one: _Read) -> str | None:
        """Why a leaf is no use whatever it says, None where it may be one."""
        if id(one.place) in self.denied:
            return "the page says that this use is not approved"
        if any(may_deny(reading.left()) for reading in (*one.leaf.leading, *one.leaf.above, *one.leaf.own[:1])):
            return "words that no rule reads may say that it is not approved"
        return None

    def _contradicted(self, one: _Read, use: Use) -> bool:
        heads = [name for told in one.told for name in told.heads]
        return self.denials.contradict(replace(use, brands=use.brands or one.brands), heads)

    # -- accounting ---------------------------------------------------------------------------------------------------

    def _tell(self, told: Told, role: SentenceRole, *, first_only: bool = False) -> None:
        for number, reading in enumerate(told.readings):
            self._tell_reading(reading, "detail" if first_only and number else role)

    def _tell_reading(self, reading: Reading, role: SentenceRole) -> None:
        if reading.leftover:
            self._role(reading.statement, "unread", "unread", f"no rule reads: {reading.left()}")
        else:
            self._role(reading.statement, role, rules_of(reading) or role)

    def _role(self, statement: Statement, role: SentenceRole, rule: str, reason: str | None = None) -> None:
        self.roles[(id(statement.block), statement.start)] = (statement, role, rule, reason)

    def _account(self, blocks: tuple[Block, ...]) -> None:
        for block in (one for one in blocks if one.kind != "heading"):
            why = "no rule reached this sentence" if _longest(block) <= MAX_SENTENCE else "longer than any sentence"
            for statement in statements(block):
                known = self.roles.get((id(block), statement.start))
                _, role, rule, reason = known or (statement, "unread", "unread", why)
                self.result.sentences.append(Sentence(statement.fact(rule), role, reason))
                if known is None:
                    qualifier = beginning_of(statement, MAX_SENTENCE)
                    self.result.uses = [
                        replace(use, qualifiers=in_order((*use.qualifiers, qualifier))) for use in self.result.uses
                    ]


def _with_sentence(one: _Read, text: Fact, statement: Statement) -> Fact:
    """A prose use's text takes in "This use is approved for …" right after it."""
    if not isinstance(one.place, Passage):
        return text
    first = one.place.lead[0]
    if statement.block is not first.block or not statement.text.lower().startswith("this use"):
        return text
    return fact(first.block, first.start, statement.end, text.rule)


def _outermost(place: Item | Passage) -> Item | Passage:
    return next(iter(place.above()), place) if isinstance(place, Item) else place


def _longest(block: Block) -> int:
    return max((one.end - one.start for one in statements(block)), default=0)


def _whole(said: tuple[Statement, ...]) -> Fact:
    return fact(said[0].block, said[0].start, said[-1].end, "leaf")


def _has(item: Item, rule: SentenceRule) -> bool:
    return any((found := sentence_role(s)) is not None and found.name == rule.name for s in item.statements[1:])
