"""Whether a page may be one of the template's at all, seen in its source: most pages of a crawl are about something else.

Reading such a page's Markdown took most of the time of a crawl, to find that no block of it begins with a label. Words
that a reader sees stand in the source in the same order, with nothing but markup between; so a page in whose source no
line and no cell begins with a label's letters shows none. Where markup might hide something (a tag, an entity, an escape,
an empty link), the answer is "perhaps", and the blocks are read.
"""

from __future__ import annotations

import re

from pipeline.language import UNSEEN_CLASS
from pipeline.model import Page

#: What may stand before the first letter of a block: indentation, markers, and markup that shows nothing, as what is left
#: of a link or an image without words.
_BEFORE = re.compile(r"(?:[\s>*+\-#.:;,()\[_`!~=\"'0-9]|\]\([^()\s]*\)|<br ?/?>)*+")
#: What may stand between two letters that a reader sees side by side, and between two words.
_BETWEEN, _GAP = (rf"(?:[{space}*_`\[!{UNSEEN_CLASS}]|\]\([^()\s]*\))*+" for space in ("", r"\s"))
#: A tag, an entity, an escape, the end of a link.
_HIDDEN = r"[<&\\\]]"
_HIDING = re.compile(r"<[a-z/!?]|&[a-z#]|\\|\]\(", re.IGNORECASE)


def _label(*words: str) -> str:
    """A pattern of a label, or of its beginning up to where something may be hidden in it, or the line ends."""
    pattern = ""
    for word in reversed(words):
        pattern = word[-1] + (rf"{_GAP}(?:{_HIDDEN}|\Z|{pattern})" if pattern else "")
        for letter in reversed(word[:-1]):
            pattern = rf"{letter}{_BETWEEN}(?:{_HIDDEN}|{pattern})"
    return pattern


_LABEL = re.compile(
    "|".join((_label("us", "brand"), _label("fda", "approved"), _label("drugs", "in", "the"), _label("definition", "from"))),
    re.IGNORECASE,
)
#: The headings of a use section (`section.py`), with all that begins like them.
_STYLED = r"[*_`\[\]<&\\!]"
_HEADING = re.compile(
    rf"fda|approved|use|what(?:.*{_STYLED}|.*(?:used|approved)\s+for)|[fauw][a-z]{{0,7}}{_STYLED}", re.IGNORECASE
)
_HEADING_MARK = re.compile(r"[ \t>*+\-0-9.)]*#")
_INITIALS = frozenset("fduawFDUAW")
_UNDERLINE = re.compile(r"[ \t>]*-+[ \t]*")


def may_be_of_the_template(page: Page) -> bool:
    """Whether any mark of a drug's page may stand on a page. False is certain."""
    text = re.sub("\r\n?", "\n", page.text) if "\r" in page.text else page.text
    # Targets may be given apart from the words of a link, which then ends without one.
    may_refer = "]:" in text
    before, underlined = "", 0
    for line in text.split("\n"):
        # A cell ends where its piece of the row does; the bar says that no other line goes on with it.
        pieces = (line, *(f"{cell}|" for cell in line.split("|"))) if "|" in line else (line,)
        if any(_may_open(piece, may_refer) for piece in pieces):
            return True
        # A heading may be underlined with dashes; the end of the front matter looks the same.
        underlined += line.strip()[-1:] == "-" and before.strip() != "" and _UNDERLINE.fullmatch(line) is not None
        before = line
    return underlined > text.startswith("---")


def _may_open(piece: str, may_refer: bool) -> bool:  # noqa: FBT001 - a fact of the page, not a choice
    """Whether a block that begins with a line, or with a piece of a table's row, may begin with a label."""
    before = _BEFORE.match(piece)
    at = before.end() if before else 0
    first = piece[at : at + 1]
    if first in _INITIALS:
        if _LABEL.match(piece, at):
            return True
        return _HEADING_MARK.match(piece) is not None and _HEADING.match(piece, at) is not None
    return _HIDING.match(piece, at) is not None or (may_refer and first == "]")
