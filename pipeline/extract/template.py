"""Whether a page may be one of the template's at all, seen in its source: most pages of a crawl are about something else.

Reading such a page's Markdown took most of the time of a crawl, to find that no block of it begins with a label. Words
that a reader sees stand in the source in the same order, with nothing but markup between; so a page in whose source no
line and no cell begins with a label's letters shows none. Where markup might hide something (a tag, an entity, an escape,
an empty link), the answer is "perhaps", and the blocks are read. The labels are those of the publisher's profile; where one
of its patterns does not begin with words, every page is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipeline.language import UNSEEN_CLASS
from pipeline.model import Page
from pipeline.publishers import Publisher

#: What may stand before the first letter of a block: indentation, markers, and markup that shows nothing, as what is left
#: of a link or an image without words.
_BEFORE = re.compile(r"(?:[\s>*+\-#.:;,()\[_`!~=\"'0-9]|\]\([^()\s]*\)|<br ?/?>)*+")
#: What may stand between two letters that a reader sees side by side, and between two words.
_BETWEEN, _GAP = (rf"(?:[{space}*_`\[!{UNSEEN_CLASS}]|\]\([^()\s]*\))*+" for space in ("", r"\s"))
#: A tag, an entity, an escape, the end of a link.
_HIDDEN = r"[<&\\\]]"
_HIDING = re.compile(r"<[a-z/!?]|&[a-z#]|\\|\]\(", re.IGNORECASE)


#: A pattern's parts: what is escaped, a class, any other character.
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\]){0,99}\]|.", re.DOTALL)
#: The words with which a pattern of a label begins, white space aside, and whether their last letter may be missing.
_FIRST_WORDS = re.compile(r"(?:\\s(?:\{0,\d+\}|\*)\+?)?([a-z]+(?: [a-z]+)*)([?*{]?)", re.IGNORECASE)


def _alternatives(pattern: str) -> Iterator[str]:
    """The pattern parted at its outermost bars."""
    depth, said = 0, ""
    for part in _PART.findall(pattern):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            yield said
        said = "" if part == "|" and not depth else said + part
    yield said


def _first_words(pattern: str) -> str:
    """The words with which all begins that a pattern without alternatives finds; empty where nothing is certain."""
    found = _FIRST_WORDS.match(pattern)
    return (found[1][:-1] if found[2] else found[1]).rstrip().lower() if found else ""


@cache
def _labels(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], frozenset[str]] | None:
    """A pattern of how any label begins, and what any mark begins with; None where a label may begin with anything."""
    beginnings = [_first_words(each) for pattern in patterns for each in _alternatives(pattern)]
    if not all(beginnings):
        return None
    initials = {*_HEADING_INITIALS, *(each[0] for each in beginnings)}
    return re.compile("|".join(map(_label, beginnings)), re.IGNORECASE), frozenset(
        each for letter in initials for each in (letter, letter.upper())
    )


def _label(words: str) -> str:
    """A pattern of a label's first words, or of their beginning up to where something may be hidden, or the line ends."""
    pattern = ""
    for word in reversed(words.split()):
        pattern = word[-1] + (rf"{_GAP}(?:{_HIDDEN}|\Z|{pattern})" if pattern else "")
        for letter in reversed(word[:-1]):
            pattern = rf"{letter}{_BETWEEN}(?:{_HIDDEN}|{pattern})"
    return pattern


#: The headings of a use section (`section.py`), with all that begins like them.
_STYLED = r"[*_`\[\]<&\\!]"
_HEADING = re.compile(
    rf"fda|approved|use|what(?:.*{_STYLED}|.*(?:used|approved)\s+for)|[fauw][a-z]{{0,7}}{_STYLED}", re.IGNORECASE
)
_HEADING_MARK = re.compile(r"[ \t>*+\-0-9.)]*#")
_HEADING_INITIALS = "fauw"
_UNDERLINE = re.compile(r"[ \t>]*-+[ \t]*")


def may_be_of_the_template(page: Page, publisher: Publisher) -> bool:
    """Whether any mark of a drug's page of a publisher may stand on a page. False is certain."""
    marks = _labels(tuple(publisher.labels.values()))
    if marks is None:
        return True
    label, initials = marks
    text = re.sub("\r\n?", "\n", page.text) if "\r" in page.text else page.text
    # Targets may be given apart from the words of a link, which then ends without one.
    may_refer = "]:" in text
    before, underlined = "", 0
    for line in text.split("\n"):
        # A cell ends where its piece of the row does; the bar says that no other line goes on with it.
        pieces = (line, *(f"{cell}|" for cell in line.split("|"))) if "|" in line else (line,)
        if any(_may_open(piece, may_refer, label, initials) for piece in pieces):
            return True
        # A heading may be underlined with dashes; the end of the front matter looks the same.
        underlined += line.strip()[-1:] == "-" and before.strip() != "" and _UNDERLINE.fullmatch(line) is not None
        before = line
    return underlined > text.startswith("---")


def _may_open(piece: str, may_refer: bool, label: re.Pattern[str], initials: frozenset[str]) -> bool:  # noqa: FBT001 - a fact
    """Whether a block that begins with a line, or with a piece of a table's row, may begin with a label."""
    before = _BEFORE.match(piece)
    at = before.end() if before else 0
    first = piece[at : at + 1]
    if first in initials:
        if label.match(piece, at):
            return True
        return _HEADING_MARK.match(piece) is not None and _HEADING.match(piece, at) is not None
    return _HIDING.match(piece, at) is not None or (may_refer and first == "]")
