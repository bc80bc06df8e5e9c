"""Which part of the page speaks of uses."""

from __future__ import annotations

from pipeline.extract.layout import heading
from pipeline.language import plain
from pipeline.model import Block, Page
from pipeline.publishers import Publisher


def use_blocks(page: Page, publisher: Publisher) -> tuple[Block, ...]:
    """The blocks under the heading(s) that the publisher gives to uses, down to the next heading of the same level or a higher one, whatever their kind."""
    found: list[Block] = []
    level = 0
    for block in page.blocks:
        if block.kind == "heading":
            if level and block.level <= level:
                level = 0
            if not level and block.level > 1 and heading(publisher.uses).match(" ".join(plain(block.text).split())):
                level = block.level
                continue
        if level:
            found.append(block)
    return tuple(found)
