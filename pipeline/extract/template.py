"""Whether a page may be one of the template's at all, seen in its source: most pages of a crawl are about something else.

Reading such a page's Markdown took most of the time of a crawl, to find that no block of it begins with a label. Words
that a reader sees stand in the source in the same order, with nothing but markup between; so a page in whose source no
line and no cell begins with a label's letters shows none. Where markup might hide something (a tag, an entity, an escape,
an empty link), the answer is "perhaps", and the blocks are read.
"""

from __future__ import annotations

import re

from pipeline.model import Page

#: What may stand before the first letter of a block: indentation, markers, and markup that hides nothing.
_BEFORE = " \t>*+-#.:;,()[_`!~=\"'0123456789"
_HIDING = "<&\\]"
#: What shows nothing at a block's beginning: the rest of a link or an image without words, a line break.
_NOTHING = re.compile(r"(?:\]\([^()\s]*\)|<br ?/?>)+")
_MARKUP = r"[*_`\[\]<&\\!]"


def _label(*words: str) -> str:
    """A pattern of a label, or of its beginning up to where markup cuts a word, hides what follows, or the line ends."""
    pattern = ""
    for word in reversed(words):
        pattern = word[-1] + (rf"[^a-z0-9<&\\\]]*+(?:[<&\\\]]|\Z|{pattern})" if pattern else "")
        for letter in reversed(word[:-1]):
            pattern = f"{letter}(?:{_MARKUP}|{pattern})"
    return pattern


_LABEL = re.compile(
    "|".join((_label("us", "brand"), _label("fda", "approved"), _label("drugs", "in", "the"), _label("definition", "from"))),
    re.IGNORECASE,
)
#: The headings of a use section (`section.py`), with all that begins like them.
_HEADING = re.compile(
    rf"fda|approved|use|what(?:.*{_MARKUP}|.*(?:used|approved)\s+for)|[fauw][a-z]{{0,7}}{_MARKUP}", re.IGNORECASE
)
_INITIALS = frozenset("fduawFDUAW")
_UNDERLINE = re.compile(r"[ \t>]*-+[ \t]*")


def may_be_of_the_template(page: Page) -> bool:
    """Whether any mark of a drug's page may stand on a page. False is certain."""
    if "\r" in page.text:
        return True
    before, underlined = "", 0
    for line in page.text.split("\n"):
        if _may_open(line) or ("|" in line and any(map(_may_open, line.split("|")))):
            return True
        # A heading may be underlined with dashes; the end of the front matter looks the same.
        underlined += line.strip()[-1:] == "-" and before.strip() != "" and _UNDERLINE.fullmatch(line) is not None
        before = line
    return underlined > page.text.startswith("---")


def _may_open(piece: str) -> bool:
    """Whether a block that begins with a line, or with a piece of a table's row, may begin with a label."""
    opening = piece.lstrip(_BEFORE)
    while (nothing := _NOTHING.match(opening)) is not None:
        opening = opening[nothing.end() :].lstrip(_BEFORE)
    first = opening[:1]
    if first in _INITIALS:
        if _LABEL.match(opening):
            return True
        return "#" in piece[: len(piece) - len(opening)] and _HEADING.match(opening) is not None
    return first != "" and (first in _HIDING or first.isspace())
