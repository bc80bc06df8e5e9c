"""A use section in passages: each lead with its items, each prose use, and the sentences between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.extract.antecedent import breaks_off, is_drug, is_stranger, of_other_drug, points_back
from pipeline.extract.head import bold_ranges, starts_bold
from pipeline.extract.language import rx
from pipeline.extract.outline import Item, nest
from pipeline.extract.roles import SentenceRule, sentence_role
from pipeline.extract.sentences import Statement, statements
from pipeline.model import Block

# "X is approved …", "X is also used …": what a lead or a prose use says. "It" only goes on with what was said before.
LEAD = rx(
    r"(?P<subject>(?!it |they |this use|these uses)[^.:;]{1,160}?) (?P<verb>(?:is|are|has been|have been)(?: (?:also"
    r"|sometimes|often"
    r"|still|only))* (?P<standing>(?:FDA[- ])?approved|indicated|used|given)|may(?: also)? be (?P<may>used)"
    r"|has(?: also)?(?: received)? (?:FDA )?(?P<accelerated>accelerated approval)(?= (?:to|for) ))\b"
)
ALSO_IT = rx(r"it is also (?P<standing>approved|used) to\b")
_DETAIL = rx(r"(?:it|they|this (?:drug|combination)) (?:is|are|may be|can be) (?:\S+ )?(?:approved|used|given)\b")

#: A sentence after a list that goes on with its uses.
DETAIL_START = rx(r"(?:it|they|[A-Z][^.:;,]{0,100}?) (?:is|are|may be) (?:\S+ )?(?:used|given)\b|(?:for )?patients\b")


@dataclass(eq=False)
class Passage:
    """A lead and its items, or (no items) a prose use. `details` are the sentences that speak of it as a whole.

    `refused` is the rule of a lead that opens a list of no uses ("is not approved to treat:", "is being studied in:"), or
    None with `unknown` where no rule knows the sentence that opens the list.
    """

    lead: tuple[Statement, ...]
    items: list[Item] = field(default_factory=list)
    details: list[Statement] = field(default_factory=list)
    prose: bool = False
    refused: SentenceRule | None = None
    unknown: bool = False


@dataclass(eq=False)
class Aside:
    """A sentence that is no use: its rule (None: no rule knows it), after which passage and item it stands."""

    statement: Statement
    rule: SentenceRule | None
    passage: Passage | None
    item: Item | None
    last: bool = True  # no item of that passage follows
    lost: bool = False  # it points back to a sentence that is no use that was read


Element = Passage | Aside


def passages(blocks: Sequence[Block], names: frozenset[str] = frozenset()) -> list[Element]:
    """The elements of a use section in page order; `names` are the words of the drug's names (unknown if empty)."""
    return _Walk(tuple(blocks), names).elements


class _Walk:
    """One pass over the blocks; lists broken by a paragraph ("… no longer approved.") go on under the same lead."""

    def __init__(self, blocks: tuple[Block, ...], names: frozenset[str]) -> None:
        self.elements: list[Element] = []
        self.passage: Passage | None = None
        self.names = names
        self.lost = self.stranger = False  # what "this use", what "it" speak of is not clear
        run: list[Block] = []
        for number, block in enumerate(blocks):
            if block.kind == "item" or self._bold_paragraph(block, run):
                run.append(block)
                continue
            self._list(run)
            if block.kind == "heading":
                run, self.passage = [], None
                self.lost = self.stranger = True
                continue
            self._paragraph(block, blocks[number + 1] if number + 1 < len(blocks) else None)
            run = []
        self._list(run)

    def _bold_paragraph(self, block: Block, run: list[Block]) -> bool:
        """Reads "X is approved to treat:" and then a paragraph that starts bold, where a list was meant."""
        waiting = self.passage is not None and not self.passage.prose and not self.passage.items and not run
        return waiting and block.kind == "paragraph" and starts_bold(block)

    def _list(self, run: list[Block]) -> None:
        if not run:
            return
        if self.passage is None or self.passage.prose:
            self.passage = Passage(())
            self.elements.append(self.passage)
        for element in self.elements:
            if isinstance(element, Aside) and element.passage is self.passage:
                element.last = False
        self.passage.items.extend(nest(run))
        self.lost = self.stranger = False

    def _paragraph(self, block: Block, following: Block | None) -> None:
        said = statements(block)
        closing = bool(said) and said[-1].opens
        for number, statement in enumerate(said):
            rule = sentence_role(statement)
            lead = LEAD.match(statement.text) or ALSO_IT.match(statement.text)
            if rule is None and lead is not None and self._of_the_drug(lead) and not self._names_no_new_use(statement):
                introduces = closing and not any(
                    LEAD.match(later.text) and sentence_role(later) is None and not _DETAIL.match(later.text)
                    for later in said[number + 1 :]
                )
                if introduces or (
                    number == len(said) - 1 and following is not None and following.kind == "item" and not _has_bold(statement)
                ):
                    self._open(Passage(tuple(said[number:])))
                    return
                self._open(Passage((statement,), prose=True))
            elif rule is None and self.passage is not None and self._goes_on(block) and _DETAIL.match(statement.text):
                self.passage.details.append(statement)
            else:
                if number == len(said) - 1 and (statement.opens or self._leads_on(statement, rule, following)):
                    self._open(Passage((statement,), refused=rule, unknown=rule is None))
                    return
                self._between(statement, rule)

    def _between(self, statement: Statement, rule: SentenceRule | None) -> None:
        item = self.passage.items[-1] if self.passage is not None and self.passage.items else None
        of_a_use = rule is None or (rule.role in ("brands", "standing", "denied") and not statement.note)
        lost = self.lost and of_a_use and points_back(statement)
        self.elements.append(Aside(statement, rule, self.passage, item, lost=lost))
        detail = rule is None and not lost and DETAIL_START.match(statement.text) is not None
        if detail and not of_other_drug(statement, self.names):
            return
        if breaks_off(statement, rule, self.names):
            self.lost = True
            self.stranger = self.stranger or is_stranger(statement, self.names)

    def _leads_on(self, statement: Statement, rule: SentenceRule | None, following: Block | None) -> bool:
        """Reads "Name is not approved to treat" above a list, its colon forgotten: the list goes on with no earlier lead."""
        if following is None or following.kind != "item" or statement.text.endswith((".", "!", "?", ")")):
            return False
        return rule is None or rule.role in ("denied", "studied")

    def _of_the_drug(self, lead: re.Match[str]) -> bool:
        """Whether a lead speaks of the page's drug: "it" does after a sentence on the drug, and no other drug's name does."""
        return not self.stranger if lead.re is ALSO_IT else is_drug(lead["subject"], self.names)

    def _goes_on(self, block: Block) -> bool:
        """Whether a prose use was said before in the same block."""
        prose = self.passage is not None and self.passage.prose and self.passage.lead[0].block is block
        return prose and not self.lost

    def _names_no_new_use(self, statement: Statement) -> bool:
        """Reads "Name is used in patients whose …" after a list says who is treated, not what for."""
        found = LEAD.match(statement.text)
        rest = statement.text[found.end() :] if found is not None else ""
        return found is not None and not _FOR_WHAT.search(rest) and self.passage is not None and not statement.opens

    def _open(self, passage: Passage) -> None:
        self.passage = passage
        self.lost = self.stranger = False
        self.elements.append(passage)


_FOR_WHAT = rx(r"\b(?:to (?!be (?:used|given) (?:in|with|alone)\b)(?:help )?\w+|(?:treatment|prevention) (?:of|for))\b")


def _has_bold(statement: Statement) -> bool:
    return any(start < statement.end and end > statement.start for start, end in bold_ranges(statement.block))


def detailed(aside: Aside) -> list[Item | Passage]:
    """What a sentence after a list speaks of: the item before it amid the list, the only item ("It …"), or the whole list.

    After a list of several items "It …" and "Patients …" may be the last or all of them, so that they speak of none.
    """
    if aside.passage is None:
        return []
    if aside.passage.prose:
        return [aside.passage]
    if aside.item is not None and points_back(aside.statement) and aside.item is not aside.passage.items[0]:
        return []
    if aside.item is not None and (not aside.last or points_back(aside.statement)):
        return list(aside.item.leaves())
    return [leaf for item in aside.passage.items for leaf in item.leaves()]
