"""What stands under "Limitations of Use": its blocks, which state no use, and the uses that it limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pipeline.elements.label_blocks import is_title
from pipeline.language import plain, rx
from pipeline.model import Block, Run, Span
from pipeline.sentences.frames import frame_of
from pipeline.sentences.statements import Statement, statements
from pipeline.sentences.subjects import Names

_TITLE = rx(
    r"\W*(?:\d{1,2}(?:\.\d{1,2})*\.? )?(?:important )?limitations?(?: (?:of|on|to|for) (?:the )?(?:use|usage)\b|\W*$)(?P<rest>.*)"
)
#: In words: "Limitations of Use and Effectiveness" is a title and no more.
_MOST_BEHIND = 2
#: The blocks whose sentences are read.
KINDS = ("heading", "item", "paragraph")


@dataclass(frozen=True, eq=False)
class Limits:
    """The blocks from such a title on, and where the first of them stands in the section."""

    blocks: tuple[Block, ...]
    at: int

    @property
    def title(self) -> Block:
        """The block that says that limits follow."""
        return self.blocks[0]

    @property
    def end(self) -> int:
        """Where what follows them begins."""
        return self.at + len(self.blocks)


def is_only_title(text: str) -> bool:
    """Whether words are such a title and no more."""
    found = _TITLE.match(plain(text))
    return found is not None and len(found["rest"].split()) <= _MOST_BEHIND


def part_at_limits(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks; one in which such a title follows other sentences ("… after surgery. Limitations of Use: …") is two."""
    return tuple(part for block in blocks for part in _parted(block))


def _parted(block: Block) -> Iterator[Block]:
    said = statements(block) if block.kind in ("item", "paragraph") and "imitation" in block.text else ()
    start = next((one.start for one in said[1:] if _TITLE.match(one.text) is not None), 0)
    if not start:
        yield block
        return
    end = len(block.text)
    yield Block(block.kind, block.locate(0, start), _runs(block, 0, start), block.level, block.group)
    yield Block("paragraph", block.locate(start, end), _runs(block, start, end))


def _runs(block: Block, start: int, end: int) -> tuple[Run, ...]:
    """The runs of a part of a block; one that is cut is verbatim, so that its places in text and source go together."""
    found, at = [], 0
    for run in block.runs:
        first, last = max(start - at, 0), min(end - at, len(run.text))
        at += len(run.text)
        if first < last:
            cut = last - first < len(run.text)
            span = Span(run.span.start + first, run.span.start + last) if cut else run.span
            found.append(replace(run, text=run.text[first:last], span=span))
    return tuple(found)


def limits_in(blocks: Sequence[Block], names: Names) -> list[Limits]:
    """What stands under such titles in a section, in order."""
    found: list[Limits] = []
    for number, block in enumerate(blocks):
        inside = bool(found) and number < found[-1].end
        if not inside and block.kind in KINDS and _TITLE.match(plain(block.text)) is not None:
            found.append(Limits(tuple(blocks[number : _end(blocks, number, names)]), number))
    return found


def _end(blocks: Sequence[Block], at: int, names: Names) -> int:
    """Where what such a title opens ends: a heading's at the next of its level, a line's at a heading or the next use."""
    title = blocks[at]
    alone = is_only_title(title.text)
    for number in range(at + 1, len(blocks)):
        block = blocks[number]
        if block.kind == "heading":
            if title.kind != "heading" or block.level <= title.level:
                return number
        elif title.kind == "item":
            if block.kind != "item" or (block.level <= title.level and not alone):
                return number
        elif (
            title.kind == "paragraph" and not (alone and number == at + 1) and _goes_beyond(blocks, number, names, alone=alone)
        ):
            return number
    return len(blocks)


def _goes_beyond(blocks: Sequence[Block], at: int, names: Names, *, alone: bool) -> bool:
    """Whether a block behind a line "Limitations of Use" is no part of it: a title or a use; behind a sentence, all but its list."""
    block = blocks[at]
    if block.kind == "item":
        return not alone and blocks[at - 1].kind != "item" and blocks[at - 1].text.rstrip().endswith((".", "!", "?", ")"))
    if not alone:
        return True
    said = statements(block) if block.kind == "paragraph" else ()
    if not said:
        return False
    frame = frame_of(said[0], names)
    states_use = frame.of_label and frame.group is not None and frame.subject in ("drug", "brand", "it")
    return states_use or is_title(said, frame)


def opens_list(statement: Statement, following: Block | None) -> bool:
    """Reads "X is not for use" or "X is not indicated for:" above a list."""
    return following is not None and following.kind == "item" and not statement.text.endswith((".", "!", "?", ")", "]"))


def own_section(limits: Limits, blocks: Sequence[Block], titles: AbstractSet[int]) -> tuple[int, int]:
    """From which block to which the section goes that limits stand in; `titles` are the paragraphs that are headings."""
    title = limits.title
    before, behind = range(limits.at - 1, -1, -1), range(limits.end, len(blocks))
    if title.kind == "item" and title.level > 1:
        start = next((n for n in before if blocks[n].kind == "item" and blocks[n].level < title.level), 0)
        return start, limits.at
    if title.kind != "heading":
        line = next((n for n in before if n in titles or blocks[n].kind == "heading"), None)
        if line in titles:
            return line or 0, next((n for n in behind if n in titles or blocks[n].kind == "heading"), len(blocks))
    level = title.level if title.kind == "heading" else _BELOW_ALL
    above = next((n for n in before if blocks[n].kind == "heading" and blocks[n].level < level), None)
    if above is None:
        return 0, len(blocks)
    return above, next(
        (n for n in behind if blocks[n].kind == "heading" and blocks[n].level <= blocks[above].level), len(blocks)
    )


#: A line stands below a heading of any level.
_BELOW_ALL = 7
