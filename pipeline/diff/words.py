"""Words as they are compared: what a reader takes for the same text is the same here, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

#: Dashes and quotation marks that typesetting swaps. Signs that mean something ("HER2-", "10⁵") stay as they are.
_TYPESET = str.maketrans({"‐": "-", "‑": "-", "–": "-", "’": "'", "‘": "'", "“": '"', "”": '"', " ": " "})  # noqa: RUF001 - that these look alike is the point
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=8192)  # the same few texts of a page are compared over and over
def fold(text: str) -> str:
    """A text without the difference of case, white space, typeset dashes and quotation marks."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_TYPESET).casefold().split())


def words(texts: Iterable[str]) -> frozenset[str]:
    """The words of some texts, folded."""
    return frozenset(word for text in texts for word in _WORD.findall(fold(text)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two sets have in common, from 0 to 1 (Jaccard): the same in both directions. Two empty sets are alike."""
    return len(one & other) / len(one | other) if one or other else 1.0
