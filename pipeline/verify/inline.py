"""The inline Markdown of a block: code spans, escapes, entities, links, emphasis, line breaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html.entities import html5

from pipeline.verify.seen import TARGET, TEXT, Link, Seen

_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.\-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~\-]+@[\w.\-]+)>")
_TAG = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<![A-Za-z][^>]*>|</[A-Za-z][\w\-]*\s*>"
    r"|<[A-Za-z][\w\-]*(?:\s+[\w:.\-]+(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?)*\s*/?>",
    re.DOTALL,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DESTINATION = re.compile(r"\(\s*(?:<((?:[^<>\n\\]|\\.)*)>|((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\([^\s()]*\))*\))*))")
_TITLE_AND_CLOSE = re.compile(r"(?:\s+(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s*\)", re.DOTALL)
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def label_of(text: str) -> str:
    """A link label as it is compared."""
    return " ".join(text.split()).casefold()


@dataclass
class _Delimiter:
    """A run of `*` or `_` that may open or close emphasis; `count` of its characters are not used yet."""

    at: int
    count: int
    length: int
    can_open: bool
    can_close: bool
    mark: str


class Inline:
    """The inline Markdown of one block: `places` are the offsets of its characters, `breaks` those that begin a line."""

    def __init__(self, seen: Seen, places: Sequence[int], breaks: set[int]) -> None:
        self.seen = seen
        self.places: list[int] = []
        for place in places:
            if place in breaks:
                self.places.append(-1)
            self.places.append(place)
        self.source = "".join("\n" if at < 0 else seen.text[at] for at in self.places)
        self.delimiters: list[_Delimiter] = []
        self.brackets: list[tuple[int, int, int, bool]] = []
        self.inactive_before = 0

    def read(self) -> None:
        """Mark every character of the block."""
        for place in self.places:
            if place >= 0:
                self.seen.part[place] = TEXT
        self._line_ends()
        at = 0
        while at < len(self.source):
            at = max(at + 1, self._construct(at))
        self._emphasis(0)

    def _line_ends(self) -> None:
        """A line break and the white space around it are one space, whatever stands between the lines' texts."""
        for index, place in enumerate(self.places):
            if place < 0:
                before, after = self.places[index - 1], self.places[index + 1]
                for at in range(before + 1, after):
                    self.seen.part[at], self.seen.shown[at] = TEXT, " " if at == before + 1 else ""

    def _hide(self, first: int, last: int) -> None:
        for place in self.places[first:last]:
            if place >= 0:
                self.seen.hide(place, place + 1)

    def _atom(self, first: int, last: int, shown: str) -> None:
        self.seen.atom(self.places[first], self.places[last - 1] + 1, shown)

    def _construct(self, at: int) -> int:  # noqa: C901, PLR0911 - one branch and one return a construct
        """Read what begins at `at`; where it ends."""
        source, mark = self.source, self.source[at]
        if mark == "\\" and at + 1 < len(source):
            if source[at + 1] in _PUNCTUATION:
                self._atom(at, at + 2, source[at + 1])
                return at + 2
            if source[at + 1] == "\n":
                self._hide(at, at + 1)
        elif mark == "`":
            return self._code(at)
        elif mark == "&" and (entity := _ENTITY.match(source, at)) and (shown := _character(entity)):
            self._atom(at, entity.end(), shown)
            return entity.end()
        elif mark == "<":
            if auto := _AUTOLINK.match(source, at):
                self._hide(at, at + 1)
                self._hide(auto.end() - 1, auto.end())
                first, last = self.places[at + 1], self.places[auto.end() - 2] + 1
                self.seen.links.append(Link(first, last, first, last, auto[1]))
                return auto.end()
            if tag := _TAG.match(source, at):
                self._hide(at, tag.end())
                if _BREAK.fullmatch(tag[0]):
                    self._atom(at, tag.end(), " ")
                return tag.end()
        elif mark == "[" or source.startswith("![", at):
            width = 1 if mark == "[" else 2
            self.brackets.append((at, width, len(self.delimiters), width == 2))  # noqa: PLR2004 - "!["
            return at + width
        elif mark == "]" and self.brackets:
            return self._close_bracket(at)
        elif mark in "*_":
            return self._run(at, mark)
        return at + 1

    def _code(self, at: int) -> int:
        ticks = re.compile("`+").match(self.source, at)
        width = ticks.end() - at if ticks else 1
        closing = re.compile(f"(?<!`)`{{{width}}}(?!`)").search(self.source, at + width)
        if not closing:
            return at + width
        first, last = at + width, closing.start()
        code = self.source[first:last]
        padded = code.strip() and code[0] in " \n" and code[-1] in " \n"
        self._hide(at, first + bool(padded))
        self._hide(last - bool(padded), closing.end())
        return closing.end()

    def _close_bracket(self, at: int) -> int:
        opening, width, bottom, is_image = self.brackets.pop()
        if not is_image and opening < self.inactive_before:
            return at + 1
        target = self._inline_target(at + 1) or self._reference_target(opening + width, at)
        if target is None:
            return at + 1
        end, start, stop, href = target
        self._emphasis(bottom)
        self._hide(opening, opening + width)
        self._hide(at, end)
        for place in range(start, stop):
            self.seen.part[place], self.seen.shown[place] = TARGET, self.seen.text[place]
        if not is_image:
            words = [p for p in self.places[opening + width : at] if p >= 0]
            if words:
                self.seen.links.append(Link(words[0], words[-1] + 1, start, stop, href))
            self.inactive_before = opening
        return end

    def _inline_target(self, at: int) -> tuple[int, int, int, str] | None:
        if not (destination := _DESTINATION.match(self.source, at)):
            return None
        if not (closing := _TITLE_AND_CLOSE.match(self.source, destination.end())):
            return None
        group = 1 if destination[1] is not None else 2
        places = self.places[destination.start(group) : destination.end(group)]
        if not places:
            return closing.end(), 0, 0, ""
        return closing.end(), places[0], places[-1] + 1, _unescaped(destination[group])

    def _reference_target(self, first: int, last: int) -> tuple[int, int, int, str] | None:
        label, end = self.source[first:last], last + 1
        if explicit := re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]").match(self.source, last + 1):
            label, end = explicit[1] or label, explicit.end()
        found = self.seen.definitions.get(label_of(label))
        return (end, found[0], found[1], _unescaped(found[2])) if found else None

    def _run(self, at: int, mark: str) -> int:
        end = at
        while end < len(self.source) and self.source[end] == mark:
            end += 1
        before = self.source[at - 1] if at else " "
        after = self.source[end] if end < len(self.source) else " "
        left = not after.isspace() and (not _is_punctuation(after) or before.isspace() or _is_punctuation(before))
        right = not before.isspace() and (not _is_punctuation(before) or after.isspace() or _is_punctuation(after))
        if mark == "_":
            can_open, can_close = (
                left and (not right or _is_punctuation(before)),
                right and (not left or _is_punctuation(after)),
            )
        else:
            can_open, can_close = left, right
        self.delimiters.append(_Delimiter(at, end - at, end - at, can_open, can_close, mark))
        return end

    def _emphasis(self, bottom: int) -> None:
        """Pair the delimiters from `bottom` on, as CommonMark's appendix "process emphasis" does, and hide the pairs."""
        index = bottom
        while index < len(self.delimiters):
            closer = self.delimiters[index]
            opener_index = self._opener(index, bottom) if closer.can_close and closer.count else None
            if opener_index is None:
                index += 1
                continue
            opener = self.delimiters[opener_index]
            used = 2 if opener.count > 1 and closer.count > 1 else 1
            inner = opener.at + opener.count
            self._hide(inner - used, inner)
            first = closer.at + closer.length - closer.count
            self._hide(first, first + used)
            opener.count -= used
            closer.count -= used
            for between in self.delimiters[opener_index + 1 : index]:
                between.count = 0
        del self.delimiters[bottom:]

    def _opener(self, index: int, bottom: int) -> int | None:
        closer = self.delimiters[index]
        for candidate in range(index - 1, bottom - 1, -1):
            opener = self.delimiters[candidate]
            if opener.mark != closer.mark or not opener.can_open or not opener.count:
                continue
            both = opener.can_close or closer.can_open
            if both and (opener.length + closer.length) % 3 == 0 and (opener.length % 3 or closer.length % 3):
                continue
            return candidate
        return None


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return character in _PUNCTUATION
    return not character.isalnum() and not character.isspace() and not _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "MC"


def _character(entity: re.Match[str]) -> str | None:
    if entity[3]:
        return html5.get(f"{entity[3]};")
    number = int(entity[1]) if entity[1] else int(entity[2], 16)
    if not number or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:  # noqa: PLR2004 - Unicode's bounds
        return "\ufffd"
    return chr(number)


def _unescaped(target: str) -> str:
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", target)
    return _ENTITY.sub(lambda entity: _character(entity) or entity[0], plain)
