"""Uses where no heading announces them: below the page's name, below "What is ZOLVEX?"; and paragraphs that stand for headings."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import takewhile

from pipeline.extract.layout import heading
from pipeline.language import classes_of, closed, plain, rx
from pipeline.model import Block, Page
from pipeline.publishers import Publisher


class Introduced:
    """A page, and where its headings and what introduces its drug stand; of a publisher without `introductions`, its headings alone."""

    def __init__(self, page: Page, publisher: Publisher) -> None:
        self.page = page
        self.words = publisher.introductions

    @cached_property
    def named(self) -> Block | None:
        """The heading that names what the page is about."""
        return next((one for one in reversed(self.page.blocks) if _is_heading(one) and one.level == 1), None)

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the page's name and title; none where it is a disease's or a procedure's."""
        name = self.named.text if self.named is not None else ""
        return _words(f"{name} {self.page.meta('title') or ''}") if _may_be_a_drug(name) else frozenset()

    @cached_property
    def marked(self) -> bool:
        """Whether its sections have Markdown's headings."""
        return any(one.level > 1 for one in self.page.blocks if _is_heading(one))

    def level(self, block: Block) -> int:
        """The level of a heading, or of a paragraph that stands for one; 0 of another block.

        Such paragraphs stand on pages without headings in their Markdown: a line that is all bold, or has a number, as in a
        summary of product characteristics ("4.1 Therapeutic indications", below "4.").
        """
        if block.kind == "heading":
            return block.level
        if not self.words or block.kind != "paragraph" or self.marked or len(block.text) > _LONGEST_TITLE:
            return 0
        said = plain(block.text).strip()
        number = _NUMBER.match(said)
        bold = all(run.bold for run in block.runs if run.text.strip())
        if not said or said[-1] in ".:;," or not (bold or number):
            return 0
        return _LEVELS + number[0].count(".") if number is not None else 2 * _LEVELS

    def opens(self, number: int, said: str) -> bool:
        """Whether uses of the page's drug stand below a heading that does not announce them: its name, "What is NAME?", "Description".

        Args:
            number: The heading, by its place among the page's blocks.
            said: Its words.
        """
        if not self.words or not self.names:
            return False
        own = not _words(said).isdisjoint(self.names)
        asks = heading(self.words).match(said) is not None and (own or _OF_SOMETHING.search(said) is None)
        return (asks or self.page.blocks[number] is self.named) and self._says_uses(number, known=own)

    def _says_uses(self, number: int, *, known: bool) -> bool:
        """Whether the text below a heading says what the drug is used for, of it by name, or by "it" where its name is `known`."""
        level = self.level(self.page.blocks[number])
        below = takewhile(lambda one: not self._ends(one, level), self.page.blocks[number + 1 :])
        for said in (said for block in below for said in _END.split(plain(block.text))):
            begins = (_WORD.search(each) for each in (said, _BEFORE.sub("", said, count=1)))
            first = {found.group().casefold() for found in begins if found is not None}
            known |= bool(first & self.names)
            given = not _words(said).isdisjoint(self.names) and not _words(said).isdisjoint(_GIVERS)
            of_it = first & self.names or (known and not first.isdisjoint(_FOR_THE_DRUG))
            if (of_it or given) and _FOR_WHAT.search(said) is not None:
                return True
        return False

    def _ends(self, block: Block, level: int) -> bool:
        own = self.level(block)
        return own > 0 and (level == 1 or own <= level)


def _is_heading(block: Block) -> bool:
    return block.kind == "heading" and bool(block.text.strip())


def _may_be_a_drug(name: str) -> bool:
    """Whether a page's name may be a drug's: no disease and no procedure ("Breast cancer", "Blood test", "Kidney dialysis")."""
    return not any(
        classes_of(word) & {"disease", "treatment"} or word in _NO_DRUG for word in _WORD.findall(name.casefold())[-2:]
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold())) - _OF_HEADINGS


#: In characters; the levels of Markdown; "4.", "4.1", "4.1.1".
_LONGEST_TITLE, _LEVELS = 100, 6
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*(?=\.?\s+[A-Z])")
_WORD = re.compile(r"\w+")
#: Words of "What is X?", "About X", "X and Y tablets" that no drug is called by.
_OF_HEADINGS = closed("of-headings")
_NO_DRUG = closed("no-drug-page")
#: "What is gout?", and no "Description", "About this medicine".
_OF_SOMETHING = rx(r"\b(?:what|about|introduction|overview)\b(?! this (?:medicine|medication|drug)\b)")
#: "In addition, X is used …", "Occasionally, X is used …"
_BEFORE = re.compile(r"^(?:[\w-]+ ){0,2}[\w-]+, ")
_END = re.compile(r"(?<=[.!?:])\s+")
_FOR_WHAT = rx(
    r"\b(?:is|are|'s|can be|may be)\b[^.;]{0,80}?\b(?:used|given|taken|licen[sc]ed|authori[sz]ed|prescribed|indicated|approved)\b"
    r"[^.;]{0,80}?(?:\b(?:to|for|in|as)\b|:$)"
    r"|\b(?:is|are) an? [^.;]{0,80}?\bfor (?:the (?:treatment|prevention|management|relief) of|treating|preventing)\b"
    r"|\b(?:is|are) an? [^.;]{0,80}?\b(?:treatment|therapy) for\b|\b(?:have|use|prescribe|give)s?\b[^.;]{0,80}?\bto (?:treat|prevent)\b"
)
_FOR_THE_DRUG = ("it", "this")
_GIVERS = closed("givers")
