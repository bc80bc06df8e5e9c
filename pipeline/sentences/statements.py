"""Blocks to sentences, each with its exact place in its block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias

from pipeline.language import DIGIT_MARKS, LITERAL_BOLD, MARKS, SIGN_MARKS, plain
from pipeline.model import Block, Fact
from pipeline.sentences.quote import fact

# A full stop ends a sentence where white space and a capital (or a footnote mark) follow. The crawler also glues a
# sentence to the one before ("bevacizumab.This use is approved"), which only these openers are trusted to show; or the stop
# between two lines is missing ("cancer is stage III These patients must have …").
_STOP = re.compile(
    rf"[.?!][\"')\]]*[{MARKS}]*(?:\s+(?=[\"'(]?[A-Z0-9{MARKS}])|(?=(?:This|These|It|Use|The|In|For)\s)|(?<=[a-z)]\.)(?=[A-Z][a-z]+\s)|\s*$)"
    rf"|(?<=[{MARKS}])\s+(?=[{MARKS}])|\s(?=[•▪‣◦]\s)"
    r"|(?<=[\w)])\s+(?=(?:It|This|These|They)\s(?:\w+\s){0,2}(?:is|are|must|should|may|can|have)\b)"
    r"|;\s+(?=(?:(?:in|for) [\w-]+,? )?it (?:is|may be) (?:also )?(?:approved|used|given|indicated)\s)"
)
# "E. coli" needs no rule (a small letter follows); "U.S. Name Program" and "Dr. Name" do. "… cannot take amphotericin B." ends.
_INITIAL = re.compile(r"(?:(?<![a-z]{4} )\b[A-Z]|\b(?:vs|e\.g|i\.e|Dr|Mr|Mrs|St|No|approx|ca))\.$")
_OPENER = re.compile(r"\s*(?:It|This|These|The|In|For|Use|Patients|They|As)\s")
_MARK_AT_END = re.compile(rf"\s{{0,40}}([{MARKS}][{MARKS},˒\s]{{0,40}})(?=[.;:]?(?:\s{{0,40}}(?:or|and))?\s*+$)")
#: Where a label sends the reader for more: "[see Clinical Studies (14.1)]", "(see WARNINGS)". It says nothing of a use.
#: With a capital in round brackets it is a sentence of its own.
_REFERENCE = re.compile(
    r"\[\s*[Ss]ee\b[^\[\]]*+\]|\(\s*see\b(?:[^()]|\([^()]*+\))*+\)|\(\d{1,2}\.\d{1,2}(?:, ?\d{1,2}\.\d{1,2})*+\)"
)
#: What a reference at the end of a sentence leaves in its plain text.
_BLANKED = re.compile(r"(?:(?<=[^\s.])|(?<=\w\.))\s{6,}[.\s]*+\Z")
#: "a) in the treatment of", "2) the management of": an item's number, written out.
_ENUMERATOR = re.compile(r"\A\s*\(?(?:[a-h]|\d{1,2})\)\s*(?=[A-Za-z])|\A\s*[a-h]\.\s+(?=[a-z])")
#: "in the following: 1. Candidiasis; 2. Meningitis; and 3. Gout."
_NUMBER_WITHIN = re.compile(r"(?<=[:;] )\d{1,2}\. (?=[A-Za-z])|(?<=; and )\d{1,2}\. (?=[A-Za-z])|(?<=\w\. )\d\. (?=[A-Z])")
#: How far from a sentence's end its footnote marks may begin.
_MOST_AT_END = 40
#: "**Sarcoma**¹ in adults", and not "50 mg/m² or more".
_MARK_WITHIN = re.compile(rf"(?<=[A-Za-z.,)*])(?<!/m)[{MARKS}]+(?=[\s,;:])")
#: "… who need systemic therapy.*" and "*This indication is approved under …".
_ASTERISK = re.compile(r"\A\s*+\*(?=\s?[A-Z])|(?<=[.)\]])\*(?=\s+[A-Z]|\s*\Z)|(?<=\w)\*(?=[.;]?\s*\Z)")
_MARK_AT_START = re.compile(rf"\s*([{MARKS}])\s*")


@dataclass(frozen=True)
class Statement:
    """A sentence (or the only words of an item): `plain` is the whole block's plain text, `start` and `end` its part.

    `marks` are the footnote marks at its end, `note` the mark that it starts with (it is then a footnote); neither is
    between `start` and `end` where that can be helped (a mark before "; or" stays inside).
    """

    block: Block = field(repr=False)
    plain: str = field(repr=False)
    start: int
    end: int
    marks: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        """The plain words."""
        return self.plain[self.start : self.end]

    @property
    def end_of_words(self) -> int:
        """Where its words end: before "[see Clinical Studies (14.1)]" at its end, which says nothing of a use."""
        found = _BLANKED.search(self.plain, self.start, self.end)
        return found.start() if found is not None else self.end

    def fact(self, rule: str) -> Fact:
        """The sentence as a fact."""
        return fact(self.block, self.start, self.end, rule)

    @property
    def opens(self) -> bool:
        """Whether it ends in a colon, and so introduces what follows."""
        return self.text.endswith(":")


#: What is in a Statement besides its block.
_Part: TypeAlias = tuple[str, int, int, str, str]


def statements(block: Block) -> tuple[Statement, ...]:
    """The sentences of a block, in order; empty for a block without words."""
    return tuple(Statement(block, *part) for part in _parts(_with_marks(block)))


def _with_marks(block: Block) -> str:
    """The text with a footnote's digit as the mark that it is: "Sarcoma<sup>1</sup>", "Sarcoma[1](#note)" read "Sarcoma¹".

    A tag has no run of its own; it shows as the room that it takes in the source on both sides of the digit.
    """
    if not any(run.text in _DIGITS for run in block.runs):
        return block.text
    ends = [block.span.start, *(run.span.end for run in block.runs)]
    starts = [*(run.span.start for run in block.runs[1:]), block.span.end]
    return "".join(
        run.text.translate(_MARK_OF)
        if run.text in _DIGITS
        and (
            (run.href or "").startswith("#") or (run.span.start - end >= len("<sup>") and start - run.span.end >= len("</sup>"))
        )
        else run.text
        for run, end, start in zip(block.runs, ends, starts, strict=False)
    )


_DIGITS = tuple("123456789")
_MARK_OF = str.maketrans("123456789", DIGIT_MARKS)


#: What a page without lists in its Markdown writes before an item.
BULLETS = "\u2022\u25cf\u25aa\u2023\u25e6"
BULLET = re.compile(rf"\A\s*+[{BULLETS}]\s*+(?=\S)")


@lru_cache(maxsize=64)  # a block is asked for its sentences by each who looks at it
def _parts(shown: str) -> tuple[_Part, ...]:
    whole = _ASTERISK.sub(lambda found: found[0].replace("*", SIGN_MARKS[-1]), LITERAL_BOLD.sub(_unmarked, plain(shown)))
    text = _REFERENCE.sub(_blank, _NUMBER_WITHIN.sub(_blank, _ENUMERATOR.sub(_blank, whole)))
    found, start = [], 0
    for stop in _STOP.finditer(text):
        if (
            _INITIAL.search(text, max(start, stop.start() - 8), stop.start() + 1)
            and stop.end() < len(text)
            and not _OPENER.match(text, stop.end())
        ):
            continue
        found.append(_part(text, whole, start, stop.end()))
        start = stop.end()
    found.append(_part(text, whole, start, len(text)))
    return tuple(one for one in found if one is not None)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _unmarked(bold: re.Match[str]) -> str:
    """The words of "**Glioma.**¹" without the asterisks that Markdown left standing, and with the mark beside them."""
    return f"  {bold['words']}{bold['marks']}  "


def _part(text: str, whole: str, start: int, end: int) -> _Part | None:
    """A sentence; `whole` is the text with the references that `text` leaves out, which belong to it."""
    note = marks = ""
    start = bullet.end() if not start and (bullet := BULLET.match(text)) is not None else start
    if (opening := _MARK_AT_START.match(text, start, end)) is not None:
        note, start = opening.group(1), opening.end()
    last = max(start, start + len(text[start:end].rstrip()) - _MOST_AT_END)
    if (closing := _MARK_AT_END.search(text[last:end])) is not None:
        marks = "".join(character for character in closing.group(1) if character in MARKS)
        if not text[last + closing.end(1) : end].strip():
            end = last + closing.start()
    marks = "".join(dict.fromkeys(mark for found in _MARK_WITHIN.finditer(text, start, end) for mark in found.group())) + marks
    part = whole[start:end]
    end -= len(part) - len(part.rstrip())
    start += len(part) - len(part.lstrip())
    return (text, start, end, marks, note) if start < end else None


def of_footnote(said: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The sentences of a paragraph; in one that "*" opens all are of its footnote, up to the next mark."""
    if not said or said[0].note not in [*SIGN_MARKS]:
        return said
    note, found = "", []
    for one in said:
        note = one.note or note
        found.append(replace(one, note=note))
    return tuple(found)


_STRUCK = re.compile(r"~~[^~]+~~")


def is_struck(block: Block) -> bool:
    """Whether words of a block are struck out: they are no text of a use."""
    return any(run.struck and run.text.strip() for run in block.runs) or _STRUCK.search(block.text) is not None


def longest(block: Block) -> int:
    """How long the longest sentence of a block is."""
    return max((one.end - one.start for one in statements(block)), default=0)
