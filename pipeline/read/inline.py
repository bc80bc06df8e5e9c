"""Inline Markdown: runs of text, each with its exact place in the page.

markdown-it-py says which characters are markup but not where the others stand. Here a state notes, for each token, the
place of the construct that it comes from; `runs_of` turns the tokens into runs and their places into the page's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from pipeline.model import Run, Span

#: A target that a reader may be sent to: relative, or of a scheme that shows a page or writes a mail.
_SAFE_TARGET = re.compile(r"(?:https?|mailto):|[^:/?#]*(?:[/?#]|\Z)", re.IGNORECASE)
#: What stands between the words of a link and its target.
_BEFORE_TARGET = re.compile(r"\]\([ \t\n]*<?")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STRIKING_TAG = re.compile(r"<(?P<closing>/?)(?:del|s|strike)(?:\s[^>]*)?>", re.IGNORECASE)


#: Where the library's environment, which goes through the whole of a page, says how many pieces more it may have.
PIECES_LEFT = "onlabel_pieces_left"


class TooMany(Exception):  # noqa: N818 - control flow inside this room: it becomes the coded error
    """Markdown of more pieces than the limits allow."""


def count_piece(env: EnvType) -> None:
    """Count a token of a page; raises TooMany."""
    env[PIECES_LEFT] -= 1
    if env[PIECES_LEFT] < 0:
        raise TooMany


class PlacedInline(StateInline):
    """A state that notes in `token.meta["at"]` where each token begins in `src`.

    `construct` is where the rule that is at work began to read, `literal` where the text that no rule has claimed began.
    """

    construct = 0
    literal = 0

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        # An autolink may stand in the words of a link.
        self.open_links: list[Token] = []

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Push a token, and note its place."""
        count_piece(self.env)
        token = super().push(ttype, tag, nesting)
        token.meta["at"] = self.construct
        if ttype == "text":
            # Emphasis pushes one token for each of its markers.
            self.construct += 1
        elif ttype == "link_open":
            self.open_links.append(token)
            # An autolink pushes its text next, which begins after the "<".
            self.construct += self.src[self.construct] == "<"
        elif ttype == "link_close":
            self.open_links.pop().meta["label_end"] = self.pos
        return token

    def pushPending(self) -> Token:  # noqa: N802 - overrides the library's name
        """Flush the unclaimed text, and note its place."""
        count_piece(self.env)
        token = super().pushPending()
        token.meta["at"] = self.literal
        return token


def note_place(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the signature of every inline rule
    """A rule that reads nothing: it stands before all others and notes where they are about to read."""
    if not silent and isinstance(state, PlacedInline):
        state.construct = state.pos
        if not state.pending:
            state.literal = state.pos
    return False


class PlacedInlineParser(ParserInline):
    """The library's parser with our state; also called by the library for what is inside an image."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse inline Markdown into `tokens`."""
        state = PlacedInline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class Source:
    """The source of a block's inline Markdown: pieces of the page, one behind the other (lines, or parts of a cell)."""

    def __init__(self, pieces: Sequence[tuple[str, Span]]) -> None:
        """Take pieces, each with its place in the page.

        The text of a piece is as long as its place, but for a line end, which stands at the end of its piece and may be
        two characters in the page (CRLF).
        """
        self.text = "".join(text for text, _ in pieces)
        self._starts = [0, *accumulate(len(text) for text, _ in pieces)]
        self._places = [span for _, span in pieces]

    def span(self, start: int, end: int) -> Span:
        """The place in the page of `text[start:end]`."""
        last = self._piece(end - 1)
        inside = end < self._starts[last + 1]
        return Span(self._at(start), self._at(end - 1) + 1 if inside else self._places[last].end)

    def split(self, start: int, end: int) -> Iterable[tuple[int, int]]:
        """`text[start:end]`, cut where pieces meet and around line ends."""
        while start < end:
            stop = min(end, self._starts[self._piece(start) + 1])
            line_end = self.text[stop - 1] == "\n"
            if line_end and start < stop - 1:
                yield start, stop - 1
            if line_end:
                start = stop - 1
            yield start, stop
            start = stop

    def holds_together(self, offset: int) -> bool:
        """Whether no two pieces meet at `offset`."""
        return self._starts[self._piece(offset)] != offset

    def _piece(self, offset: int) -> int:
        return bisect_right(self._starts, offset, hi=len(self._places)) - 1

    def _at(self, offset: int) -> int:
        piece = self._piece(offset)
        return self._places[piece].start + offset - self._starts[piece]


@dataclass(frozen=True, slots=True)
class _Style:
    bold: int = 0
    italic: int = 0
    href: str | None = None
    href_span: Span | None = None
    struck: int = 0


def runs_of(source: Source, md: MarkdownIt, env: EnvType) -> tuple[Run, ...]:
    """The runs of a block.

    HTML tags are markup and give no run, but `<br>` is a line break, and what stands between `<del>`, `<s>` or `<strike>` and
    its end is struck out. An image gives its alternative text. Brackets nested
    deeper than the library's `maxNesting` are text, as it reads them.
    """
    collector = _Collector(source)
    collector.collect(md.inline.parse(source.text, md, env, []), 0, _Style())
    return tuple(collector.runs)


def verbatim_runs(source: Source) -> tuple[Run, ...]:
    """The runs of a block that is shown as it stands (code, HTML)."""
    collector = _Collector(source)
    collector.show(0, len(source.text), _Style())
    return tuple(collector.runs)


class _Collector:
    """Gathers runs; what touches and has one style becomes one run."""

    def __init__(self, source: Source) -> None:
        self.runs: list[Run] = []
        self._source = source
        self._touching: tuple[int, _Style] | None = None
        # The targets around those of the links that are open.
        self._targets: list[tuple[str | None, Span | None]] = []

    def collect(self, tokens: Sequence[Token], base: int, style: _Style) -> None:
        """Add the runs of `tokens`, whose places count from `base` in the source's text."""
        text = self._source.text
        for token in tokens:
            at = base + token.meta["at"]
            match token.type:
                case "text":
                    self.show(at, at + len(token.content), style)
                case "code_inline":
                    at += len(token.markup)
                    stripped = text[at : at + len(token.content)].replace("\n", " ") != token.content
                    self.show(at + stripped, at + stripped + len(token.content), style)
                case "text_special":
                    self._add(token.content, at, at + len(token.markup), style)
                case "softbreak" | "hardbreak":
                    self._add(" ", at, text.index("\n", at) + 1, style)
                case "html_inline" if _BREAK_TAG.fullmatch(token.content):
                    self._add(" ", at, at + len(token.content), style)
                case "image":
                    self.collect(token.children or (), at + len("!["), style)
                case "html_inline" if (tag := _STRIKING_TAG.fullmatch(token.content)) is not None:
                    style = replace(style, struck=max(0, style.struck + (-1 if tag["closing"] else 1)))
                case _:
                    style = self._restyled(style, token, base)

    def _restyled(self, style: _Style, token: Token, base: int) -> _Style:
        """The style after a tag."""
        match token.type:
            case "strong_open" | "strong_close":
                return replace(style, bold=style.bold + token.nesting)
            case "em_open" | "em_close":
                return replace(style, italic=style.italic + token.nesting)
            case "link_open":
                self._targets.append((style.href, style.href_span))
                href, href_span = _target(token, base, self._source)
                return replace(style, href=href, href_span=href_span)
            case "link_close":
                href, href_span = self._targets.pop()
                return replace(style, href=href, href_span=href_span)
            case _:
                return style

    def show(self, start: int, end: int, style: _Style) -> None:
        """Add the source's own characters from `start` to `end`; a line end among them is one space."""
        for first, last in self._source.split(start, end):
            if self._source.text[first] == "\n":
                self._add(" ", first, last, style)
                continue
            if self.runs and self._touching == (first, style):
                before = self.runs.pop()
                first -= len(before.text)  # noqa: PLW2901 - the run before is taken back and grows
            self._add(self._source.text[first:last], first, last, style)
            # Where pieces meet, a run ends: what stands between them in the page belongs to neither.
            self._touching = (last, style) if self._source.holds_together(last) else None

    def _add(self, text: str, start: int, end: int, style: _Style) -> None:
        self._touching = None
        span = self._source.span(start, end)
        self.runs.append(Run(text, span, style.bold > 0, style.italic > 0, style.href, style.href_span, style.struck > 0))


def _target(token: Token, base: int, source: Source) -> tuple[str | None, Span | None]:
    """The target of a link as written, and where it stands; None for one that runs something (`javascript:`)."""
    href = str(token.attrs["href"])
    if not _SAFE_TARGET.match(href):
        return None, None
    if token.info == "auto":
        start = base + token.meta["at"] + len("<")
    else:
        opening = _BEFORE_TARGET.match(source.text, base + token.meta["label_end"])
        start = opening.end() if opening else len(source.text)
    if not href or not source.text.startswith(href, start):
        return href, None
    span = source.span(start, start + len(href))
    return href, span if span.end - span.start == len(href) else None
