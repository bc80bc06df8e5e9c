"""A page's Markdown, character by character: what a reader sees of each, and what it is a part of.

Written for verification alone, and shared with nothing: a second reading of CommonMark's inline rules (code spans, escapes,
entities, links, emphasis, line breaks) that knows no more of them than proof needs.
Source: https://spec.commonmark.org/0.31.2/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.verify.inline import Inline, label_of
from pipeline.verify.seen import FRONT_MATTER, TARGET, TEXT, Seen

_UNSEEN = re.compile(r"\ufeff?(?:[ \t\r\n]|<!--.*?-->)*", re.DOTALL)
_OPENING = re.compile(r"[ \t\r\n]*-{3,}[ \t]*(?:\r\n|\n|\r)")
_CLOSING = re.compile(r"(?<=[\r\n])-{3,}[ \t]*(?=[\r\n]|\Z)")
#: A further block: lines that set keys, with items, indented lines, comments and blank ones among them.
_KEY_LINE = r"[\"']?[A-Za-z_][\w.-]*[\"']?[ \t]*(?::(?=[ \t\r\n])|=)[^\r\n]*+[\r\n]++"
_OTHER_LINE = r"(?:[ \t]+\S|[ \t]*-[ \t]|[ \t]*#)[^\r\n]*+[\r\n]++|[ \t]*+[\r\n]++"
_NOTE = re.compile(rf"(?:{_OTHER_LINE})*+{_KEY_LINE}(?:{_KEY_LINE}|{_OTHER_LINE})*+")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BLANK = re.compile(r"\s*\Z")
_MARKER = re.compile(r"[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|\Z)|#{1,6}(?=[ \t]|\Z))")
_NUMBER = re.compile(r"[ \t]*(\d{1,9})[.)](?=[ \t]|\Z)")
_RULE = re.compile(r"[ \t]*(?:([-*_])[ \t]*(?:\1[ \t]*){2,}|=+[ \t]*|-+[ \t]*)\Z")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"[ \t]*+(?:\|[ \t]*+)?:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+(?:\|[ \t]*+)?\Z")
_DEFINITION = re.compile(r"[ ]{0,3}\[((?:[^\[\]\\]|\\.)+)\]:[ \t]*<?([^\s<>]+)>?[ \t]*(?:[\"'(].*)?\Z")


def see(text: str) -> Seen:
    """A page's text as a reader sees it."""
    seen = Seen(text)
    blocks = _Blocks(seen)
    blocks.read(_front_matter(seen))
    for block in blocks.done:
        Inline(seen, [at for piece in block for at in range(*piece)], {piece[0] for piece in block[1:]}).read()
    return seen


def _front_matter(seen: Seen) -> int:
    """Mark the front matter, which may be several blocks; the offset behind it."""
    text = seen.text
    end = 1 if text.startswith("\ufeff") else 0
    unseen = _UNSEEN.match(text)
    opening = _OPENING.match(text, unseen.end() if unseen else 0)
    is_first = True
    while opening and (closing := _CLOSING.search(text, opening.end())):
        if not is_first and not _NOTE.fullmatch(text, opening.end(), closing.start()):
            break
        seen.part[opening.end() : closing.start()] = bytes([FRONT_MATTER]) * (closing.start() - opening.end())
        end, is_first = closing.end(), False
        opening = _OPENING.match(text, end)
    return end


@dataclass
class _Blocks:
    """The lines of a page, gathered into leaf blocks: `done` holds each as the ranges of its lines' texts."""

    seen: Seen
    done: list[list[tuple[int, int]]] = field(default_factory=list)
    open: list[tuple[int, int]] = field(default_factory=list)
    fence: str = ""
    rows: int = 0
    in_list: bool = False

    def read(self, start: int) -> None:
        """Gather all lines from an offset on."""
        for match in _LINE.finditer(self.seen.text, start):
            line = match[0].rstrip("\r\n")
            if not self._fenced(match.start(), line):
                self._line(match.start(), line)
        self._close()

    def _close(self) -> None:
        if self.open:
            self.done.append(self.open)
            self.open = []

    def _fenced(self, first: int, line: str) -> bool:
        """Fenced code is shown as it stands; whether the line is a part of it, or blank."""
        opened = _FENCE.match(line)
        if self.fence:
            if opened and opened[1].startswith(self.fence) and not line[opened.end() :].strip("`~ \t"):
                self.fence = ""
            else:
                self.seen.part[first : first + len(line)] = bytes([TEXT]) * len(line)
            return True
        if opened or _BLANK.match(line):
            self._close()
            self.fence = opened[1] if opened else ""
            return True
        return False

    def _line(self, first: int, line: str) -> None:
        numbered = _NUMBER.match(line)
        if self.open and not self.in_list and numbered and numbered[1] != "1":
            # Only a list that begins with 1 interrupts a paragraph.
            self.open.append((first + numbered.start(1), first + len(line)))
            return
        content = first + self._content(first, line)
        self.in_list = bool(numbered) or (bool(self.open) and self.in_list)
        rest = self.seen.text[content : first + len(line)]
        self.rows = self.rows + 1 if rest.startswith("|") else 0
        definition = None if self.open else _DEFINITION.match(rest)
        if _RULE.match(rest) or (self.rows in {0, 2} and "|" in rest and _TABLE_RULE.match(rest)):
            self._rule(rest)
        elif definition:
            self._definition(content + definition.start(2), definition)
        elif self.rows:
            self._close()
            self.done.extend([cell] for cell in _cells(rest, content))
        else:
            self.open.append((content, first + len(line)))
            if self.seen.headings and self.seen.headings[-1][2] == first + len(line):
                self._close()

    def _rule(self, rest: str) -> None:
        """A line of dashes or the like: under a paragraph it makes that a heading, else it is a rule or a table's."""
        if self.open and ("=" in rest or "-" in rest):
            self.seen.headings.append((1 if "=" in rest else 2, self.open[0][0], self.open[-1][1]))
        self._close()

    def _definition(self, at: int, definition: re.Match[str]) -> None:
        target = definition[2]
        self.seen.definitions.setdefault(label_of(definition[1]), (at, at + len(target), target))
        self.seen.part[at : at + len(target)] = bytes([TARGET]) * len(target)

    def _content(self, first: int, line: str) -> int:
        """Where a line's text begins, behind indentation and markers; what begins a block closes the one before."""
        at = 0
        while (marker := _MARKER.match(line, at)) and not _RULE.match(line, at):
            word = marker[0].strip()
            if word != ">":
                self._close()
            at = marker.end()
            if word.startswith("#"):
                self.seen.headings.append((len(word), first, first + len(line)))
                break
        return at + len(line[at:]) - len(line[at:].lstrip(" \t"))


def _cells(row: str, offset: int) -> list[tuple[int, int]]:
    bars = [m.start() for m in re.finditer(r"(?<!\\)\|", row)]
    return [(offset + a + 1, offset + b) for a, b in pairwise([*bars, len(row)]) if row[a + 1 : b].strip()]
