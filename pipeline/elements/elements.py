"""A use section in elements: each opening sentence with its list, each use in prose, and the sentences between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.elements.another import names_another
from pipeline.elements.label_blocks import (
    BELOW,
    INFECTIONS,
    breaks_off,
    is_fragment,
    is_group,
    is_item,
    is_note,
    is_sentence,
    is_title,
    leads_label,
    names_caused,
    opens_part,
    runs_in,
)
from pipeline.elements.outline import Item, apart, nest
from pipeline.elements.sentence import has_aim, has_object, is_another, is_for, points_back, says_more, starts_with_aim
from pipeline.meaning.head import has_bold, read_head, starts_bold
from pipeline.model import Block
from pipeline.phrases.nouns import CAUSED, noun_list
from pipeline.phrases.words import words_of
from pipeline.sentences.fragments import has_main_verb, only_names
from pipeline.sentences.frames import Frame, frame_of
from pipeline.sentences.statements import Statement, longest, of_footnote, statements
from pipeline.sentences.subjects import Names

#: Longer "sentences" (in code points) are something else, and reading them would cost time for nothing.
MAX_SENTENCE = 2000


@dataclass(eq=False)
class Passage:
    """An opening sentence and its items, or (no items) a use in prose. `details` are the sentences that say more of it as a whole.

    `bare`: nothing but the heading of a label's section stands above it, or (`beside`) several sentences, of which any may open it. `refused`: the frame of a sentence that opens a list of no uses ("is not approved to treat:"). `under` are the headings it
    stands under inside the section.
    """

    lead: tuple[Statement, ...]
    frame: Frame | None = None
    items: list[Item] = field(default_factory=list)
    details: list[Statement] = field(default_factory=list)
    prose: bool = False
    bare: bool = False
    beside: tuple[Statement, ...] = ()
    refused: Frame | None = None
    under: tuple[Block, ...] = ()

    def leaves(self) -> list[Item | Passage]:
        """Where its uses stand: the lowest items, or the passage itself where it is a use in prose."""
        return [self] if self.prose else [leaf for item in self.items for leaf in item.leaves()]


@dataclass(eq=False)
class Aside:
    """A sentence that states no use by itself: its frame, and after which passage and item it stands."""

    statement: Statement
    frame: Frame
    passage: Passage | None
    item: Item | None
    last: bool = True  # no item of that passage follows
    lost: bool = False  # what it points back to is not clear


@dataclass(eq=False)
class Unseen:
    """A block that is no sentence of the page: a table's cell, code, HTML, struck-out words."""

    block: Block
    passage: Passage | None


Element = Passage | Aside | Unseen
_PARTS = ("item", "paragraph")


def elements(blocks: Sequence[Block], names: Names) -> list[Element]:
    """The elements of a use section in page order."""
    walk = _Walk(names)
    run: list[Block] = []
    for block, following in zip(blocks, (*blocks[1:], None), strict=False):  # of no block, none
        if following is not None and walk.is_part(block, following):
            walk.take_list(run)
            run = []
            walk.take_heading(block, goes_on=True)
            continue
        if names.open and block.kind == "paragraph" and run and run[-1].kind == "item" and not walk.takes_bare(block):
            walk.take_list(run)  # a label's list may go on behind it, or an earlier one ("NOTE: not in any of: - … - …")
            run = []
        if block.kind == "item" and walk.takes_sentence(block, run):
            walk.take_list(run)
            run = []
            walk.take_paragraph(block, following if block.text.rstrip().endswith(":") else None)
            continue
        if block.kind == "item" or (block.kind != "heading" and (walk.takes_bold(block, run) or walk.takes_bare(block))):
            run.append(block)
            continue
        heads = block.kind == "heading" or (following is not None and walk.is_title(block))
        walk.take_list(run)
        run = []
        if heads:
            walk.take_heading(block, lone=following is None or following.kind == "heading")
        elif block.kind == "paragraph":
            grouped = following is not None and names.approved and is_group(following.text)
            walk.take_paragraph(block, None if grouped else following)
        elif block.text.strip():
            walk.found.append(Unseen(block, walk.passage))
    walk.take_list(run)
    return walk.found


def _waits_for_items(passage: Passage | None) -> bool:
    return passage is not None and not passage.prose and not passage.items


def _waits(passage: Passage) -> bool:
    """Whether a label's sentence opened it, with no colon: paragraphs may go on with it."""
    return (
        not passage.prose and bool(passage.lead) and passage.frame is not None and leads_label(passage.lead[0], passage.frame)
    )


class _Walk:
    """One pass over the blocks; lists broken by a paragraph ("… no longer approved.") go on under the same opening sentence."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.found: list[Element] = []
        self.passage: Passage | None = None
        self.headings: tuple[Block, ...] = ()
        self.label: Passage | None = None  # the last that a label's sentence opened, with no colon
        self.part = 0  # the level of the headings below which it goes on
        self.lost = self.stranger = self.apart = False  # what "this use", what "it" speak of is not clear; a heading runs in

    def takes_bold(self, block: Block, run: list[Block]) -> bool:
        """Reads "X is approved to treat:" and then a paragraph that starts bold, where a list was meant."""
        waiting = _waits_for_items(self.passage)
        bold = waiting and all(one.kind == "paragraph" and starts_bold(one) for one in (*run, block))
        if waiting and self.names.open and block.kind == "paragraph":
            bold &= not (self.names.approved or is_note(block))
            return bold or is_fragment(block, self.names) or self._takes_name(block)
        return bold or self._takes_name(block)

    def takes_sentence(self, block: Block, run: list[Block]) -> bool:
        """Reads "- CODRIX is indicated for the treatment of patients with gout." below no sentence that opens a list: prose."""
        opened = self.passage is not None and not self.passage.prose and (self.passage.lead or self.passage.items)
        if not self.names.approved or run or opened:
            return False
        beside = self.passage is not None and self.passage.lead[0].block.kind == block.kind  # an item like it stands before
        return is_sentence(block, self.names, beside=beside)

    def _takes_name(self, block: Block) -> bool:
        """Reads "X is indicated … in the conditions listed below." and then paragraphs that only name a disease and its cause.

        A note between them, with a list of its own, ends nothing: the list goes on behind it.
        """
        waits = self.passage is not None and _waits(self.passage)
        said = statements(block) if (waits or self.label is not None) and block.kind == "paragraph" else ()
        if not said or said[0].opens or not (self.names.approved or block.text.rstrip().endswith((".", ";", ","))):
            return False
        frame = frame_of(said[0], self.names)
        if frame.name or frame.group is not None:
            return False
        words = words_of(said[0].plain, said[0].start, said[0].end)
        stop = noun_list(words, 0, len(words)).end
        caused = any(word.low in CAUSED for word in words[stop:-1]) or any(word.low == "infections" for word in words[:stop])
        if read_head(said[0]) is None or not (caused or any(word.of("disease") for word in words[:stop])):
            return False
        if not waits and self.label is not None:
            if not caused:
                return False
            self._open(replace(self.label, items=[], details=[], under=self.headings))
        return True

    def take_heading(self, block: Block, *, goes_on: bool = False, lone: bool = False) -> None:
        """A heading inside the section: what stands below it, down to the next of its level, stands under it.

        `goes_on`: it parts a label's list, which goes on below it. `lone`: nothing stands below it.
        """
        opening = goes_on and block.text.rstrip().endswith(":")  # it stands under the group before it
        above = (
            one
            for one in self.headings
            if (one.kind == "heading" and (block.kind != one.kind or 0 < one.level < block.level))
            or (opening and is_group(one.text))
        )
        self.headings = (*above, block)
        lead = self.passage
        self.passage = None
        if lead is not None and not lead.items and _waits(lead):
            self._open_below(lead, block, lone=lone)
            self.part = block.level
            return
        label = self.label
        named = label is not None and any(one.block.kind == "paragraph" for one in label.items)
        titled = block.kind != "heading" and (named or self.part < 0)  # "Gout", "GERD": each over a list of its own
        if label is not None and (goes_on or titled or (block.kind == "heading" and block.level == self.part)):
            self._open_below(label, block, lone=lone)  # and below the next one like it
            self.part = -1 if titled else self.part
            if goes_on:
                self.label = label
            return
        self.label, self.part = None, 0
        self.lost = self.stranger = True

    def _open_below(self, opens: Passage, block: Block, *, lone: bool) -> None:
        """What a sentence opens stands below the heading, or is the heading ("### Management of gout", and nothing below it)."""
        items = [Item(block, statements(block))] if lone and is_item(block.text) else []
        self._open(replace(opens, items=items, details=[], under=self.headings[:-1] if items else self.headings))

    def take_list(self, run: list[Block]) -> None:
        """A list: the items of the open passage."""
        if not run:
            return
        if self.passage is None or self.passage.prose:
            self._open(Passage((), under=self.headings, bare=self.names.approved and self._is_bare()))
        for element in reversed(self.found):
            if element is self.passage:
                break
            if isinstance(element, Aside) and element.passage is self.passage:
                if not element.last:
                    break  # and so are those before it
                element.last = False
        assert self.passage is not None  # opened above  # noqa: S101
        items = nest([block for block in run if longest(block) <= MAX_SENTENCE])
        self.passage.items.extend(part for item in items for part in (apart(item) if self.names.open else (item,)))
        self.found.extend(Unseen(block, self.passage) for block in run if longest(block) > MAX_SENTENCE)
        self.lost = self.stranger = False

    def _is_bare(self) -> bool:
        return all(isinstance(one, Passage) and one.bare for one in self.found)

    def takes_bare(self, block: Block) -> bool:
        """Reads "Vasomotor rhinitis." as a paragraph of a label's section where no sentence says more: as an item of a list."""
        if not self.names.approved or block.kind != "paragraph" or not self._is_bare():
            return False
        said = statements(block)
        frame = self._frame(said[0]) if said else None
        if frame is None or said[0].text[-1:] not in (".", ";") or any(self._frame(one).of_use for one in said[1:]):
            return False
        words = words_of(said[0].plain, said[0].start, said[0].end)
        verb = has_main_verb(words, frame.group) or (frame.name and frame.group is None)
        return only_names(words) and not verb and read_head(said[0]) is not None

    def is_title(self, block: Block) -> bool:
        """Whether a paragraph is a heading that lost its mark."""
        said = statements(block) if self.names.open and block.kind == "paragraph" else ()
        listed = bool(said) and said[0].opens and _waits_for_items(self.passage)  # "Adults:" behind "Zolafen is used to treat:"
        return bool(said) and not listed and is_title(said, self._frame(said[0]))

    def is_part(self, block: Block, following: Block) -> bool:
        """Whether a block amid a label's list says what the next ones have in common: a group of diseases, "In selected cases of:"."""
        waits = self.label is not None or (self.passage is not None and _waits(self.passage))
        if not waits or not self.names.approved or block.kind not in _PARTS or following.kind not in _PARTS:
            return False
        said = statements(block)
        opens = bool(said) and self.label is not None and opens_part(said, self._frame(said[0]))
        return opens or (is_group(block.text) and not is_group(following.text))

    def take_paragraph(self, block: Block, following: Block | None) -> None:
        """A paragraph: opening sentences, uses in prose, and sentences that say more of them or something else."""
        if longest(block) > MAX_SENTENCE:
            self.found.append(Unseen(block, self.passage))
            return
        said = of_footnote(statements(block))
        self.apart = len(said) > 1 and runs_in(said[0], self._frame(said[0]))
        if self.apart:
            self.passage = None  # "**Migraine.** It is given …": no more of what stands before it
        closing = bool(said) and said[-1].opens
        for number, statement in enumerate(said):
            frame = self._frame(statement)
            if self.names.open and number == len(said) - 1 and breaks_off(statement, frame):
                self._open(Passage((statement,), frame, under=self.headings))
                return
            leads = leads_label(statement, frame) or (
                number == len(said) - 1 and self._leaves_open(statement, frame, following)
            )
            if leads or self._states_use(statement, frame):
                rest = said[number + 1 :]
                acts = bool(rest) and has_object(statement, frame)
                leads &= following is not None
                introduces = (closing or leads) and not any(self._states_own(later, behind=acts) for later in rest)
                if introduces or (
                    number == len(said) - 1 and following is not None and following.kind == "item" and not has_bold(statement)
                ):
                    self._open(Passage(tuple(said[number:]), frame, under=self.headings))
                    return
                self._open(Passage((statement,), frame, prose=True, under=self.headings))
            elif number and self.label is not None and names_caused(statement, frame):
                label = self.label
                self._open(replace(label, items=[Item(block, (statement,))], details=[], under=self.headings))
                self.label = label
            elif self._goes_on(block) and says_more(statement, frame) and not statement.note and not statement.opens:
                assert self.passage is not None  # it goes on with one  # noqa: S101
                self.passage.details.append(statement)
            elif number == len(said) - 1 and (statement.opens or self._leads_on(statement, frame, following)):
                self._open(Passage((statement,), frame, refused=frame, under=self.headings))
                return
            else:
                self._between(statement, frame)

    def _leaves_open(self, statement: Statement, frame: Frame, following: Block | None) -> bool:
        """Reads "X is indicated as replacement in conditions with a lack of Y." above a list: for what, its items say."""
        if not self.names.approved or not frame.of_label or frame.group is None or frame.subject != "drug":
            return False
        return following is not None and following.kind == "item" and not has_aim(statement, frame)

    def _frame(self, statement: Statement) -> Frame:
        """The frame of a sentence; the heading of a label's section is that of a fragment ("For the management of hypertension.")."""
        frame = frame_of(statement, self.names)
        if self.names.open and frame.group is None and not frame.name and not statement.note:
            fragment = Frame("of-use", None, "drug", approval_status="approved" if self.names.approved else "used")
            return fragment if starts_with_aim(statement, fragment) else frame
        return frame

    def _states_own(self, statement: Statement, *, behind: bool) -> bool:
        """Whether a sentence states uses of its own; `behind` one, "In cancer, it is approved to treat:" opens the list alone."""
        frame = frame_of(statement, self.names)
        own = frame.subject in ("drug", "brand", "agency") or (behind and statement.opens)
        return frame.of_use and own and has_aim(statement, frame)

    def _states_use(self, statement: Statement, frame: Frame) -> bool:
        """Whether a sentence states or opens uses of the page's drug, and does not only say more of those before it."""
        if not frame.of_use or statement.note or frame.subject not in ("drug", "brand", "agency", "it"):
            return False
        if not has_aim(statement, frame) and not statement.opens:
            return False
        if frame.subject == "it":
            return not self.stranger and (statement.opens or self._another(statement, frame))
        if frame.subject == "agency" or (frame.subject == "brand" and is_for(statement, frame) and not statement.opens):
            return frame.subject == "agency"  # "Of the two brands, only Alvera is approved for melanoma.": of a use said before
        return has_aim(statement, frame) or self.passage is None or statement.opens

    def _another(self, statement: Statement, frame: Frame) -> bool:
        """Whether "it is (also) used to treat …" names something else than the use in prose before it."""
        if self.passage is None:  # "Zolafen is an antidepressant. It is used to treat depression."
            return not self.lost and has_aim(statement, frame)
        if not self.passage.prose:
            also = frame.group is not None and frame.group.also
            return also and (not self.passage.items or has_aim(statement, frame))
        return names_another(self.passage, statement, frame, self.names)

    def _between(self, statement: Statement, frame: Frame) -> None:
        item = self.passage.items[-1] if self.passage is not None and self.passage.items else None
        of_a_use = frame.of_use or frame.role in ("unread", "detail")
        of_a_use |= frame.role in ("brands", "approval-status", "denied") and not statement.note
        lost = of_a_use and (self.apart or (self.lost and points_back(statement)))
        self.found.append(Aside(statement, frame, self.passage, item, lost=lost))
        if frame.of_use and frame.subject == "other":
            self.lost = self.stranger = True
        if frame.of_use and not lost and frame.subject in ("it", "drug", "brand"):
            self.lost = is_another(statement, frame)
            return
        if frame.role in ("denied", "studied", "unread") or frame.name == "unspecified-other-uses":
            self.lost = True
            self.stranger = self.stranger or frame.subject not in ("drug", "it", "use")
        elif frame.role in ("other-form", "availability", "explanation") and (
            frame.subject != "drug" or frame.role == "other-form"
        ):
            self.lost = self.stranger = True

    def _leads_on(self, statement: Statement, frame: Frame, following: Block | None) -> bool:
        """Reads "Name is not approved to treat" above a list, its colon forgotten: the list goes on with no earlier sentence."""
        if following is None or following.kind != "item" or statement.text.endswith((".", "!", "?", ")")):
            return False
        return frame.role in ("denied", "studied", "unread", None)

    def _goes_on(self, block: Block) -> bool:
        """Whether a use in prose was said before in the same block."""
        return self.passage is not None and self.passage.prose and self.passage.lead[0].block is block and not self.lost

    def _open(self, passage: Passage) -> None:
        self.passage = passage
        if _waits(passage):
            self.label = passage
        elif passage.prose and passage.frame is not None and passage.frame.of_label and INFECTIONS.search(passage.lead[0].text):
            # "is indicated in the treatment of serious infections caused by X.": which, paragraphs below may say
            several = self.label.beside or self.label.lead if self.label is not None else ()
            one = replace(passage, prose=False)
            self.label = Passage((), bare=True, beside=(*several, *passage.lead)) if several else one
        elif passage.frame is not None and passage.frame.group is not None and passage.refused is None:
            listed = self.label is not None and self.label.lead and BELOW.search(self.label.lead[0].text) is not None
            self.label, self.part = (self.label if listed and passage.prose else None), 0
        self.lost = self.stranger = False
        self.found.append(passage)
