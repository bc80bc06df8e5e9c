"""Which part of the page speaks of uses."""

from __future__ import annotations

from pipeline.language import plain, rx
from pipeline.model import Block, Page

# "Use in Cancer" on nearly every page; vaccines and supportive drugs have had "Use in …" and "Approved Uses".
_HEADING = rx(
    r"\s*(?:(?:FDA[- ])?approved uses?|uses?(?: (?:in|of|for) .*+)?|what .{1,60} is (?:used|approved) for)\s*+(?:\?\s*+)?$"
)


def use_blocks(page: Page) -> tuple[Block, ...]:
    """The blocks under the use heading(s), down to the next heading of the same level or a higher one, whatever their kind."""
    found: list[Block] = []
    level = 0
    for block in page.blocks:
        if block.kind == "heading":
            if level and block.level <= level:
                level = 0
            if not level and block.level > 1 and _HEADING.match(plain(block.text)):
                level = block.level
                continue
        if level:
            found.append(block)
    return tuple(found)
