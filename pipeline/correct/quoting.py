"""Words of a correction, found on the page: as whole words, in the sentences in which a use may be quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.correct.corrections import Quote
from pipeline.language import MARKS
from pipeline.model import Age, Fact, Page, Span
from pipeline.sentences.quote import fact

RULE = "corrected"
NOT_THERE, SEVERAL, NO_AGE = "E114", "E115", "E116"
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
)  # fmt: skip
_UNIT = re.compile(r"(?i:\b(?:day|week|month|year))")


class UnquotableError(Exception):
    """An edit cannot be applied: the code of the finding, and why."""

    def __init__(self, code: str, cause: str) -> None:
        super().__init__(cause)
        self.code = code
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Passage:
    """Where the words of a use are looked for: `own` are its own sentences, `section` all sentences of the use section."""

    page: Page
    own: tuple[Span, ...]
    section: tuple[Span, ...]

    def find(self, quote: Quote, inside: Sequence[Span] = ()) -> Fact:
        """The words as a fact: at the place that the quote gives, else at the one place in the use's own sentences.

        Args:
            quote: The words, and where they stand if they stand in several places.
            inside: Which place is meant where they stand in several and one of these spans holds only one.

        Raises:
            UnquotableError: E114 (they do not stand there), E115 (they stand there more than once).
        """
        if quote.span is not None:
            at = [one for one in self._all(quote.text, self.section) if one.spans == (quote.span,)]
            if not at:
                raise UnquotableError(
                    NOT_THERE, f"“{quote.text}” does not stand at offset {quote.span.start} of the use section"
                )
            return at[0]
        found = list(self._all(quote.text, self.own))
        narrowed = [one for one in found if _within(one.spans[0], inside)]
        if len(found) > 1 and len(narrowed) == 1:
            return narrowed[0]
        if not found:
            raise UnquotableError(NOT_THERE, f"“{quote.text}” does not stand in the sentences of the use")
        if len(found) > 1:
            places = ", ".join(f"{one.spans[0].start} (length {one.spans[0].end - one.spans[0].start})" for one in found[:5])
            raise UnquotableError(SEVERAL, f"“{quote.text}” stands in the sentences of the use at the offsets {places}")
        return found[0]

    def _all(self, words: str, within: Sequence[Span]) -> Iterator[Fact]:
        """Every place within some spans at which the words stand as whole words."""
        # A lookahead, so that places may overlap ("cancer or cancer or cancer").
        pattern = re.compile(r"(?=(" + r"\s+".join(map(re.escape, words.split())) + "))")
        for block in self.page.blocks:
            if not any(span.start < block.span.end and block.span.start < span.end for span in within):
                continue
            for start, end in (match.span(1) for match in pattern.finditer(block.text)):
                if not _in_word(block.text, start) and not _in_word(block.text, end):
                    found = fact(block, start, end, RULE)
                    if _within(found.spans[0], within):
                        yield found


def says_age(words: str, age: Age) -> bool:
    """Whether words say an age: its number in digits or as a word, and the unit that goes with it ("6 months to 12 years")."""
    spelled = _NUMBERS[age.value] if age.value < len(_NUMBERS) else str(age.value)
    # Not the end of "2.5" or "twenty-one", nor the beginning of "1,000".
    number = rf"(?<!\d[.,])\b(?:{age.value}|(?<!\w-){spelled})\b(?![.,]\d)"
    for found in re.finditer(number, words, re.IGNORECASE):
        before, after = (
            [unit.lower() for unit in _UNIT.findall(part)] for part in (words[: found.start()], words[found.end() :])
        )
        if (after[:1] or before[-1:]) == [age.unit]:
            return True
    return False


def _in_word(text: str, at: int) -> bool:
    """Whether a place is inside a word; a footnote mark is no part of one."""
    return 0 < at < len(text) and all(c.isalnum() and c not in MARKS for c in text[at - 1 : at + 1])


def _within(span: Span, spans: Sequence[Span]) -> bool:
    return any(one.start <= span.start and span.end <= one.end for one in spans)
