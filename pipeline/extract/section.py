"""Which part of the page speaks of uses."""

from __future__ import annotations

from pipeline.extract.introductions import Introduced
from pipeline.extract.layout import heading
from pipeline.language import plain
from pipeline.model import Block, Page
from pipeline.publishers import Publisher
from pipeline.sentences.statements import BULLET, BULLETS


def use_blocks(page: Page, publisher: Publisher) -> tuple[Block, ...]:
    """The blocks under the heading(s) that the publisher gives to uses, down to the next of the same level or a higher one, whatever their kind.

    Below the page's name, and below a heading that only may lead to uses ("What is ZOLVEX?"), if the text there says what the
    page's drug is used for. A paragraph that starts with a bullet is an item.
    """
    found: list[Block] = []
    level = 0
    introduced = Introduced(page, publisher)
    for number, block in enumerate(page.blocks):
        own = introduced.level(block)
        if own:
            if level and own <= level:
                level = 0
            said = " ".join(plain(block.text).split())
            if not level and own > 1 and heading(publisher.uses).match(said):
                level = own
                continue
            if not level and introduced.opens(number, said):
                level = own if own > 1 else _BELOW_THE_NAME
                continue
        if level:
            found.append(block)
    return tuple(map(_itemized, found))


#: Each heading ends what stands below the page's name.
_BELOW_THE_NAME = 99


def _itemized(block: Block) -> Block:
    """A paragraph that starts with a bullet as the item that it shows; several in one paragraph lost their line ends."""
    one = block.kind == "paragraph" and sum(block.text.count(each) for each in BULLETS) == 1
    bullet = one and BULLET.match(block.text) is not None
    return Block("item", block.span, block.runs, level=1) if bullet else block
