"""What was read of a section so far: the leaves, what became of each statement, what is told of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.elements.denials import Denials, of_another, read_denial
from pipeline.elements.elements import Aside, Element, Passage, elements
from pipeline.elements.limits import limits_in, part_at_limits
from pipeline.elements.outline import Item
from pipeline.elements.scope import (
    Place,
    Scope,
    places_after,
)
from pipeline.elements.told import (
    OTHER_SUBJECT,
    Told,
)
from pipeline.extract.headings import Under
from pipeline.extract.leaf import Leaf
from pipeline.language import rx
from pipeline.meaning.said import Reading
from pipeline.model import ApprovalStatus, Block, Fact, Sentence, SentenceRole, Use
from pipeline.sentences.frames import Frame, brand_names
from pipeline.sentences.quote import fact, quote, shown
from pipeline.sentences.statements import Statement, is_struck, statements
from pipeline.sentences.subjects import Names

#: A statement, its role, the rule that gave it, and why it is unread.
Accounted = tuple[Statement, SentenceRole, str, str | None]


@dataclass(eq=False)
class UseSection:
    """What the section says: uses, denials, what is studied, and every sentence with its role."""

    uses: list[Use] = field(default_factory=list)
    denials: list[Fact] = field(default_factory=list)
    studied: list[Fact] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)


@dataclass(eq=False)
class Read:
    """A leaf with its place and what its opening sentence says for all uses below it."""

    leaf: Leaf
    place: Place
    approval_status: ApprovalStatus
    brands: tuple[Fact, ...] = ()
    under: Under = field(default_factory=Under)


class Ledger:
    """One reading of a section: what was read so far; `roles` says what became of each statement."""

    def __init__(self, blocks: tuple[Block, ...], names: Names) -> None:
        self.names = names
        self.own_words = names.words | names.brands_words()
        self.blocks = blocks = part_at_limits(blocks)
        self.struck = struck = {id(block) for block in blocks if is_struck(block)}
        self.limits = limits_in(blocks, names)
        apart = struck | {id(block) for one in self.limits for block in one.blocks}
        self.elements: list[Element] = elements([block for block in blocks if id(block) not in apart], names)
        self.following = places_after(self.elements)
        self.result = UseSection()
        self.roles: dict[tuple[int, int], Accounted] = {}
        self.unseen: dict[int, str] = {}
        self._rows: dict[tuple[int, int], list[Block]] = {}  # of each table and row, the cells that say something
        for block in blocks:
            if block.kind == "cell" and block.text.strip():
                self._rows.setdefault((block.group, block.row), []).append(block)
        self._tables = {group for group, row in self._rows if row}  # those with rows below their header
        self._behind: dict[int, list[Read]] | None = None
        self.reads: list[Read] = []
        self.scopes: list[Scope] = []
        self.denials = Denials()
        self.denied: set[int] = set()
        self.at = {id(block): number for number, block in enumerate(blocks)}
        self._at: dict[int, list[int]] = {}  # of each place, by its `id`, the numbers of its leaves
        self._placed = 0
        self._noted: dict[tuple[str, int], list[Place]] | None = None  # of a mark and the block of its footnote, the uses
        self._notes: dict[str, list[list[Aside]]] = {}  # of each mark its footnotes in page order, a paragraph each
        noted = (one for one in self.elements if isinstance(one, Aside) and one.statement.note)
        for (mark, _), said in groupby(noted, key=lambda one: (one.statement.note, id(one.statement.block))):
            self._notes.setdefault(mark, []).append([*said])

    def footnotes(self, mark: str, block: Block) -> list[Aside]:
        """The sentences of the footnote of a mark in a block: the next one with this mark, else the last."""
        found = self._notes.get(mark)
        if found is None:
            return []
        following = bisect_left(found, self.at[id(block)], key=lambda said: self.at[id(said[0].statement.block)])
        return found[min(following, len(found) - 1)]

    def role(self, statement: Statement, role: SentenceRole, rule: str, reason: str | None = None) -> None:
        """Note what became of a statement."""
        self.roles[(id(statement.block), statement.start)] = (statement, role, rule, reason)

    def unread(self, statement: Statement, reason: str) -> None:
        """Note that nobody understood a statement."""
        self.role(statement, "unread", "unread", reason)

    def unread_beside(self, statement: Statement, reason: str, places: Iterable[Place]) -> None:
        """Note that nobody understood a statement, and keep its words with the uses that it may restrict."""
        self.unread(statement, reason)
        self.state(places, statement.fact("stated"))

    def of(self, places: Iterable[Place]) -> list[Read]:
        """The leaves at some places, or above one that only says more of them."""
        for number in range(self._placed, len(self.reads)):
            place = self.reads[number].place
            for each in {id(place), *(map(id, place.leaves()) if isinstance(place, Item) else ())}:
                self._at.setdefault(each, []).append(number)
        self._placed = len(self.reads)
        found = {number for place in places for number in self._at.get(id(place), ())}
        return [self.reads[number] for number in sorted(found)]

    def row_of(self, cell: Block) -> Sequence[Block]:
        """The cells of a row behind those of its header, for its first cell; nothing for the others, and for a header with rows."""
        row = self._rows.get((cell.group, cell.row), [])
        header = self._rows.get((cell.group, 0), []) if cell.row else []
        return [*header, *row] if row[:1] == [cell] and (cell.row or cell.group not in self._tables) else []

    def behind(self, element: Element) -> Sequence[Read]:
        """The uses of the last passage before an element that has any, or of its own: what a table shows may restrict them."""
        if self._behind is None:
            self._behind = {}
            last: list[Read] = []
            for one in self.elements:
                last = (self.of(one.leaves()) if isinstance(one, Passage) else []) or last
                self._behind[id(one)] = last
        return self._behind[id(element)]

    def noted(self, note: Statement) -> list[Place]:
        """The uses that carry the mark of a footnote, and whose next one it is: it speaks of no others."""
        if self._noted is None:
            self._noted = {}
            for one in self.reads:
                for mark in dict.fromkeys(one.leaf.marks):
                    for said in self.footnotes(mark, block_of(one.place))[:1]:
                        self._noted.setdefault((mark, id(said.statement.block)), []).append(one.place)
        own = self._noted.get((note.note, id(note.block)))
        return own or [one.place for one in self.reads if note.note in one.leaf.marks]

    def state(self, places: Iterable[Place], said: Fact) -> None:
        """Keep words that may restrict the uses at some places with them."""
        keep_with(self.of(places), said)


def block_of(place: Place) -> Block:
    """The block in which a leaf begins."""
    return place.lead[0].block if isinstance(place, Passage) else place.block


def keep_with(reads: Iterable[Read], said: Fact) -> None:
    """Keep words that may restrict some uses with them."""
    for one in reads:
        one.leaf.stated.append(said)


def holds(places: AbstractSet[int], place: Place) -> bool:
    """Whether a place, or an item below it that only says more of it, is among some places (by `id`)."""
    below = place.leaves() if isinstance(place, Item) else ()
    return id(place) in places or any(id(leaf) in places for leaf in below)


@dataclass(frozen=True)
class Lead:
    """What a list stands under; `bare`: the heading of a label's section alone."""

    told: Told | None = None
    fact: Fact | None = None
    approval_status: ApprovalStatus = "used"
    brands: tuple[Fact, ...] = ()
    under: Under = field(default_factory=Under)
    bare: bool = False


_ABROAD = rx(
    r"\b(?:other countries|europe|canada|japan|china|outside (?:of )?the (?:u\.?s\.?|united states)|abroad|(?:clinical )?(?:(?<!adequate\s)trials?|study|studies))\b"
)


def says_abroad(readings: Iterable[Reading]) -> bool:
    """Whether words that no rule reads say that it is approved elsewhere."""
    return any(
        _ABROAD.search(reading.text(one.place))
        for reading in readings
        for one in reading.of("qualifier", "status", "partner", "line")
        if one.kind in ("qualifier", "partner", "line") or one.rule == "site"
    )


def words_left(readings: Iterable[Reading]) -> str:
    """The words that no rule reads, of several sentences."""
    return " … ".join(
        reading.text(one.place) for reading in readings for one in reading.of("qualifier") if one.what == "stated"
    )


def note_said(ledger: Ledger, statement: Statement, frame: Frame, within: Iterable[Read] = ()) -> None:
    """Note what a sentence denies or says is studied; a denial for some patients in an item limits the uses `within` it alone."""
    if frame.role == "denied":
        if of_another(statement, frame, ledger.names):
            ledger.unread(statement, OTHER_SUBJECT)
            keep_with(within, statement.fact("stated"))
            return
        denial = read_denial(statement, frame, ledger.names)
        inside = [*within]
        # "It is not used in patients who have X": some patients of these uses, and no use that is not approved
        of_some = denial is not None and bool(inside) and (denial.patients or not denial.names)
        group = frame.group
        of_drug = (
            frame.name == "denied" and denial is not None and not denial.names
            and group is not None and (group.head is None or group.is_of("use"))
        )  # fmt: skip
        if (group is not None and group.is_of("approve")) or not (of_some or of_drug):
            ledger.result.denials.append(statement.fact(frame.name))
        if denial is not None:  # "It is not used for X", too: X may be a kind of what the item names
            keep_with(inside, statement.fact("stated"))
        if denial is not None and not of_some:
            ledger.denials.add(denial)
    elif frame.role == "studied":
        ledger.result.studied.append(statement.fact(frame.name))


def brands_of(statement: Statement, frame: Frame, names: Names) -> tuple[Fact, ...]:
    """The brands that the subject of a sentence names, as facts."""
    return tuple(fact(statement.block, a, b, "brand-scope") for a, b in brand_names(statement, frame, names))


def tell(ledger: Ledger, told: Told, role: SentenceRole, *, first_only: bool = False) -> None:
    """Note the role of the sentences that were read, and what they say is being studied."""
    for number, reading in enumerate(told.readings):
        ledger.role(reading.statement, "detail" if first_only and number else role, rules_of(reading) or role)
        for place in reading.studied:
            ledger.result.studied.append(reading.quote(place, "being-studied"))


def rules_of(reading: Reading) -> str:
    """The names of the rules that read a sentence."""
    return "+".join(dict.fromkeys(one.rule for one in reading.said))


def whole(said: tuple[Statement, ...]) -> Fact:
    """Sentences of one block as one fact."""
    return fact(said[0].block, said[0].start, said[-1].end_of_words, "leaf")


def account(ledger: Ledger) -> None:
    """List every sentence of the section with its role."""
    titles = {id(block) for one in ledger.elements if isinstance(one, Passage) for block in one.under}
    for block in ledger.blocks:
        if not block.text.strip():
            continue
        if id(block) in ledger.struck or id(block) in ledger.unseen:
            reason = ledger.unseen.get(id(block), "the page strikes it out")
            if (said := shown(block, "unread")) is not None:
                ledger.result.sentences.append(Sentence(said, "unread", reason))
            continue
        if block.kind == "heading" or id(block) in titles:
            ledger.result.sentences.append(Sentence(quote(block, "heading"), "parent"))
            continue
        for statement in statements(block):
            missed: Accounted = (statement, "unread", "unread", "no rule reached this sentence")
            _, role, rule, why = ledger.roles.get((id(block), statement.start), missed)
            ledger.result.sentences.append(Sentence(statement.fact(rule), role, why))
