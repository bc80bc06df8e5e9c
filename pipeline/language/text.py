"""Text as rules read it: a *plain* copy of the same length, so that an offset means the same in both."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast

_QUOTES = dict.fromkeys((0x2018, 0x2019), "'") | dict.fromkeys((0x201C, 0x201D), '"')
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014), "-")
_SPACES = dict.fromkeys((0x00A0, 0x2009, 0x202F, 0x0A, 0x0D, 0x09), " ")
_PLAIN = _QUOTES | _DASHES | _SPACES

#: Characters that a reader does not see: soft hyphen, zero-width spaces and joiners, byte-order mark.
UNSEEN = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
#: The same as the inside of a character class.
UNSEEN_CLASS = "".join(map(chr, UNSEEN))

#: The footnote marks: superscript digits; and daggers, and what stands for an asterisk that is one.
DIGIT_MARKS, SIGN_MARKS = "¹²³⁴⁵⁶⁷⁸⁹", "†‡\u204e"
MARKS = DIGIT_MARKS + SIGN_MARKS

#: Markdown takes no closing asterisks between a full stop and what is no space: "**Glioma.**¹", "**Glioma.**It is used".
LITERAL_BOLD = re.compile(rf"\*\*(?P<words>[^*\s](?:[^*]{{0,200}}[^*\s])?)\*\*(?P<marks>[{MARKS}]*)")


def plain(text: str) -> str:
    """`text` with quotes, dashes and spaces folded one to one."""
    return text.translate(_PLAIN)


#: In a pattern of `rx`: a class of characters, an escape, or a space that may be left out or not.
_SPACE = re.compile(r"\[[^\]]{1,99}\]|\\.| \??")
#: What such a space stands for: all of a run of white space, from its first character on. A part of one, tried from each of
#: its characters, would take time by the square of its length, or worse where two of them meet.
_ROOM = {" ": r"(?<!\s)\s++", " ?": r"(?:(?<!\s)\s++)?"}


class Uncompiled:
    """What `rx` gives: a pattern that is compiled when it is first used, and has all that a compiled one has.

    A page needs less than half of the patterns, and compiling them all took a fifth of the time of `onlabel extract PAGE`.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, compiled once."""
        return re.compile(self.pattern, re.IGNORECASE)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a compiled pattern has
        found = getattr(self.compiled, name)
        setattr(self, name, found)  # from the second time on it is found before this is asked
        return found


def rx(pattern: str) -> re.Pattern[str]:
    """A case-insensitive pattern in which every single space stands for a whole run of white space, and " ?" for none too."""
    spaced = _SPACE.sub(lambda found: _ROOM.get(found[0]) or found[0].replace(" ", r"\s+"), pattern)
    return cast("re.Pattern[str]", Uncompiled(spaced))
