"""The room's public function: a page, or the reason why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from pipeline.errors import ReadError
from pipeline.model import Block, FrontMatterValue, Page
from pipeline.read.blocks import TooDeep, read_blocks
from pipeline.read.encoding import decode
from pipeline.read.front_matter import read_front_matter
from pipeline.read.refusal import refusal
from pipeline.settings import ReadLimits

#: Limits on nesting between which neither a page with a table alone may go too deep, nor Python's stack may end.
_LEAST: Final = 20
_MOST: Final = 100


def read_page(data: bytes, name: str, limits: ReadLimits = ReadLimits()) -> Page:  # noqa: B008 - a frozen value
    """Read a Markdown page with optional YAML front matter.

    Args:
        data: The page as stored; `Page.data` gives the same bytes back.
        name: How the caller names the page, for errors.
        limits: What the page may cost.

    Raises:
        ReadError: R101 to R112; each is described in `ERRORS.md`. R113 when its blocks, or their runs, are asked for.
    """
    text = decode(data, name, limits)
    front_matter, start = read_front_matter(text, name, limits)

    def too_many(offset: int) -> ReadError:
        cause = f"the page has more than {limits.max_pieces:,} pieces of Markdown (paragraphs, cells, links, their ends)"
        remedy = "Check that this is a page; if so, raise the limit on pieces."
        return refusal(name, "R113", cause, remedy, (text, offset))

    page = LazyPage(name, text, front_matter, lambda: read_blocks(text, start, limits, too_many))
    if _may_be_too_deep(text, limits.max_nesting):
        try:
            for block in page.blocks:
                block.runs  # noqa: B018 - read now
        except (TooDeep, RecursionError) as deep:
            # The library recurses: with a limit set far up, Python's own comes first.
            offset = deep.offset if isinstance(deep, TooDeep) else start
            cause = f"the page is nested deeper than {limits.max_nesting} levels of lists and quotations"
            remedy = "Check that this is a page; if so, raise the limit on nesting."
            raise refusal(name, "R111", cause, remedy, (text, offset)) from None
    return page


class LazyPage(Page):
    """A page whose Markdown is read when its blocks are asked for: most pages of a crawl are about something else."""

    def __init__(
        self,
        name: str,
        text: str,
        front_matter: Mapping[str, tuple[FrontMatterValue, ...]],
        blocks: tuple[Block, ...] | Callable[[], tuple[Block, ...]],
    ) -> None:
        self.__dict__.update({"name": name, "text": text, "front_matter": front_matter})
        self.__dict__["_read" if callable(blocks) else "blocks"] = blocks

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, read once."""
        read: Callable[[], tuple[Block, ...]] = self.__dict__.pop("_read")
        return read()


def _may_be_too_deep(text: str, max_nesting: int) -> bool:
    """Whether reading a page may end in a refusal. False is certain.

    A level takes a character of a line's beginning (a list with its item, two levels, takes two columns, and a tab may fill
    four), but for the few levels of a table.
    """
    if not _LEAST <= max_nesting <= _MOST:
        return True
    deep = rf"[ \t>*+\-\d.)]{{{max_nesting // 4 - 2}}}"
    # One search for each line end: a search for either looks at every character of the page, one by one.
    return re.match(deep, text) is not None or any(re.search(end + deep, text) is not None for end in "\n\r")
