"""A publisher's words as patterns: how the headings, labels and links of its profile may stand on a page."""

from __future__ import annotations

import re
from functools import cache

from pipeline.language import UNSEEN_CLASS


@cache
def words(text: str) -> re.Pattern[str]:
    """A pattern of a profile: between two words white space, no-break spaces too, and what shows nothing."""
    return re.compile(text.replace(" ", rf"[\s{UNSEEN_CLASS}]+"), re.IGNORECASE)


@cache
def heading(text: str) -> re.Pattern[str]:
    """A profile's pattern of whole headings whose runs of white space are one space: a run in the pattern would cost its square."""
    return re.compile(rf"(?:{text}) ?[?:]?\Z", re.IGNORECASE)


@cache
def address(text: str) -> re.Pattern[str]:
    """A profile's pattern of a part of an address."""
    return re.compile(text, re.IGNORECASE)
