"""Which part of the page speaks of uses."""

from __future__ import annotations

from pipeline.extract.language import plain, rx
from pipeline.model import Block, Page

# "Use in Cancer" on nearly every page; vaccines and supportive drugs have had "Use in …" and "Approved Uses".
_HEADING = rx(r"\s*(?:(?:FDA[- ])?approved uses?|uses?(?: (?:in|of|for) .*)?|what .{1,60} is (?:used|approved) for)\s*\??\s*$")


#: What stands under such a heading inside the section is no approved use.
_NO_USE = rx(
    r".*\b(?:stud(?:y|ies|ied)|trials?|research|investigat\w+|experimental|not|no longer|withdrawn|discontinued|off-label"
    r"|side effects?|warnings?|safety)\b"
)


def use_blocks(page: Page) -> tuple[Block, ...]:
    """The blocks under the use heading(s), down to the next heading of the same level or a higher one.

    A heading inside the section stays, for a list below it does not go on under a sentence above it; one that speaks of
    studies, withdrawn uses or side effects goes with all that stands under it.
    """
    found: list[Block] = []
    level = skipped = 0
    for block in page.blocks:
        if block.kind == "heading":
            if level and block.level <= level:
                level = 0
            if not level and block.level > 1 and _HEADING.match(plain(block.text)):
                level = block.level
            elif level:
                if not skipped or block.level <= skipped:
                    skipped = block.level if _NO_USE.match(plain(block.text)) else 0
                if not skipped:
                    found.append(block)
                continue
            skipped = 0
        elif skipped:
            continue
        elif level and block.kind in ("paragraph", "item", "cell"):
            found.append(block)
    return tuple(found)
