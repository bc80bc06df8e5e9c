"""The room's public function: a page, or the reason why it cannot be read."""

from __future__ import annotations

from pipeline.model import Page
from pipeline.read.blocks import TooDeep, read_blocks
from pipeline.read.encoding import decode
from pipeline.read.front_matter import read_front_matter
from pipeline.read.refusal import refusal
from pipeline.settings import ReadLimits


def read_page(data: bytes, name: str, limits: ReadLimits = ReadLimits()) -> Page:  # noqa: B008 - a frozen value
    """Read a Markdown page with optional YAML front matter.

    Args:
        data: The page as stored; `Page.data` gives the same bytes back.
        name: How the caller names the page, for errors.
        limits: What the page may cost.

    Raises:
        ReadError: R101 to R111; each is described in `ERRORS.md`.
    """
    text = decode(data, name, limits)
    front_matter, start = read_front_matter(text, name, limits)
    try:
        blocks = read_blocks(text, start, limits.max_nesting)
    except (TooDeep, RecursionError) as deep:
        # The library recurses: with a limit set far up, Python's own comes first.
        offset = deep.offset if isinstance(deep, TooDeep) else start
        cause = f"the page is nested deeper than {limits.max_nesting} levels of lists and quotations"
        remedy = "Check that this is a page; if so, raise the limit on nesting."
        raise refusal(name, "R111", cause, remedy, (text, offset)) from None
    return Page(name, text, front_matter, blocks)
