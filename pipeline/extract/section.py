"""Which part of the page speaks of uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from pipeline.extract.layout import heading
from pipeline.language import closed, plain, rx
from pipeline.model import Block, Page
from pipeline.publishers import Publisher
from pipeline.sentences.statements import BULLET


def use_blocks(page: Page, publisher: Publisher) -> tuple[Block, ...]:
    """The blocks under the heading(s) that the publisher gives to uses, down to the next of the same level or a higher one, whatever their kind.

    Under the page's name, and under a heading that only may lead to uses ("What is X?"), the text up to the next heading, if it
    says what X is used for. A paragraph that starts with a bullet is an item.
    """
    found: list[Block] = []
    level = 0
    named = _last_of_level_1(page) if publisher.introductions else None
    for number, block in enumerate(page.blocks):
        own = _level(block, publisher)
        if own:
            if level and own <= level:
                level = 0
            said = " ".join(plain(block.text).split())
            if not level and own > 1 and heading(publisher.uses).match(said):
                level = own
                continue
            if not level and (block is named or (publisher.introductions and heading(publisher.introductions).match(said))):
                below = tuple(takewhile(lambda one: not _level(one, publisher), page.blocks[number + 1 :]))
                found += below if _introduces(below, _words(f"{said} {named.text if named is not None else ''}")) else ()
        if level:
            found.append(block)
    return tuple(map(_itemized, found))


def _level(block: Block, publisher: Publisher) -> int:
    """The level of a heading, 0 of another block; where a publisher is not known, of a paragraph that stands for one, too.

    It is all bold, or has a number, as in a summary of product characteristics ("4.1 Therapeutic indications", below "4.").
    """
    if block.kind == "heading":
        return block.level
    if not publisher.introductions or block.kind != "paragraph" or len(block.text) > _LONGEST_TITLE:
        return 0
    said = plain(block.text).strip()
    number = _NUMBER.match(said)
    bold = all(run.bold for run in block.runs if run.text.strip())
    if not said or said[-1] in ".:;," or not (bold or number):
        return 0
    return _LEVELS + number[0].count(".") if number is not None else 2 * _LEVELS


#: In characters; the levels of Markdown; "4.", "4.1", "4.1.1".
_LONGEST_TITLE, _LEVELS = 100, 6
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*(?=\.?\s+[^\W\d])")


def _itemized(block: Block) -> Block:
    """A paragraph that starts with a bullet as the item that it shows; several in one paragraph lost their line ends."""
    bullet = block.kind == "paragraph" and BULLET.match(block.text) is not None and len(BULLET.findall(block.text)) == 1
    return Block("item", block.span, block.runs, level=1) if bullet else block


def _last_of_level_1(page: Page) -> Block | None:
    return next((one for one in reversed(page.blocks) if one.kind == "heading" and one.level == 1 and one.text.strip()), None)


def _introduces(blocks: Sequence[Block], names: frozenset[str]) -> bool:
    """Whether a sentence says what the page's drug is used for: of the drug by its name, or by what stands for it."""
    return any(
        _FOR_WHAT.search(said) and (first & (names | _FOR_THE_DRUG) or (names & _words(said) and _GIVERS & _words(said)))
        for block in blocks
        for said, first in _sentences(plain(block.text))
    )


def _sentences(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The sentences of a text, each with the words that its subject may begin with: the first, and that behind a first comma."""
    for said in _END.split(text):
        begins = (re.search(r"\w+", each) for each in (said, _BEFORE.sub("", said, count=1)))
        yield said, frozenset(found.group().casefold() for found in begins if found is not None)


#: "In addition, X is used …", "Occasionally, X is used …"
_BEFORE = re.compile(r"^(?:[\w-]+ ){0,2}[\w-]+, ")
_END = re.compile(r"(?<=[.!?:])\s+")
_FOR_WHAT = rx(
    r"\b(?:used|given|taken|licen[sc]ed|authori[sz]ed|prescribed|indicated|approved|treatment),? (?:[\w-]+,? ){0,6}?(?:to|for|in|as|with)\b|\bused:|\bto (?:treat|prevent)\b|\bfor (?:treating|preventing)\b"
)
_FOR_THE_DRUG = frozenset(("it", "this"))
_GIVERS = closed("givers")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold())) - _OF_HEADINGS


#: Words of "What is X?", "About X", "X and Y tablets" that no drug is called by.
_OF_HEADINGS = closed("of-headings")
