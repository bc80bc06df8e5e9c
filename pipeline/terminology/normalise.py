"""When two names are the same name: the one normalisation that both sides of every comparison go through.

In order: Unicode decomposed (Waldenström = Waldenstrom) and case folded; Greek letters spelled out; apostrophes and
possessive 's gone; dashes and other punctuation a space; British spelling made American; each word made singular; `non`
joined to the word after it (so that "non-small cell" never ends in "small cell").
Brackets are words like any other (a bracket can name another drug: "Fluorouracil (Topical)"), but `without_abbreviation`
gives a disease's name without a bracketed abbreviation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: By code point: the letters themselves look like Latin ones to a reader.
_GREEK: Final = {
    0x3B1: "alpha",
    0x3B2: "beta",
    0x3B3: "gamma",
    0x3B4: "delta",
    0x3B5: "epsilon",
    0x3BA: "kappa",
    0x3BB: "lambda",
    0x3BC: "mu",
    0x3C9: "omega",
}
_BRITISH: Final = (
    ("tumour", "tumor"),
    ("leukaem", "leukem"),
    ("oesophag", "esophag"),
    ("haem", "hem"),
    ("anaem", "anem"),
    ("calcaem", "calcem"),
    ("oedema", "edema"),
    ("oestrogen", "estrogen"),
    ("gynaec", "gynec"),
    ("paediatr", "pediatr"),
    ("diarrhoea", "diarrhea"),
    ("sulph", "sulf"),
    ("faec", "fec"),
)
_DASHES: Final = re.compile(r"[\u002d\u00ad\u2010-\u2015\u2212/]+")
_NON: Final = re.compile(r"\bnon (?=\w{4}|non )")
_POSSESSIVE: Final = re.compile(r"(?<=\w)['\u2019]s\b|['\u2019]")
_WORD: Final = re.compile(r"[^\w.,%+]+|(?<!\d)[.,]|[.,](?!\d)|_")
#: A bracket that abbreviates: one word with at least two capitals or with a digit (NSCLC, dMMR, Ph+, CD20).
_ABBREVIATION: Final = re.compile(
    r"\s{0,20}\((?=[^()\s]{0,10}(?:[A-Z][^()\s]{0,10}[A-Z]|\d|\+))[A-Za-z0-9+\u2010-\u2015-]{2,10}\)"
)
#: Words in -s that are singular, or whose stem is another word.
_SINGULAR: Final = ("diabetes", "herpes", "rabies", "scabies", "series", "species", "lens")


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(_SINGULAR) or not word.isalpha():  # noqa: PLR2004 - "gas", "his": too short for a plural
        return word
    if word.endswith("metastases"):
        return word[:-2] + "is"
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ss", "us", "is", "ous", "as", "os")):
        return word
    return word.removesuffix("s")


@lru_cache(maxsize=4096)  # the names of the tables are asked for by every page; new names have no end
def key(text: str) -> str:
    """The words of a name in the form in which names are compared.

    Args:
        text: A name as a page or a terminology writes it.

    Returns:
        Words in lower case joined by one space; empty for a text without a word.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_GREEK)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = _WORD.sub(" ", _DASHES.sub(" ", _POSSESSIVE.sub("", plain)))
    for british, american in _BRITISH:
        plain = plain.replace(british, american)
    return _NON.sub("non", " ".join(_singular(word) for word in plain.split()))


def without_abbreviation(text: str) -> str:
    """The name without bracketed abbreviations: "Non-small cell lung cancer (NSCLC)" without its bracket."""
    return _ABBREVIATION.sub("", text)
