"""Block Markdown: the leaf blocks of a page, in source order, each with its runs.

markdown-it-py gives a block the numbers of its lines, and its text without indentation and markers. The state here notes,
while the library stands in the block, where the text of each of these lines begins, so that text and place never have to
be matched up afterwards.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from itertools import count, pairwise
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.utils import EnvType

from pipeline.errors import ReadError
from pipeline.model import Block, BlockKind, Run, Span
from pipeline.read.inline import (
    PIECES_LEFT,
    PlacedInlineParser,
    Source,
    TooMany,
    count_piece,
    note_place,
    runs_of,
    verbatim_runs,
)
from pipeline.settings import ReadLimits

_BLANK = " \t"
_CELL_END = re.compile(r"(?<!\\)\|")
_ESCAPED_BAR = re.compile(r"\\\|")
#: What is neither white space nor the markup that may stand before words: of emphasis, code, a link, an image.
_BEHIND_MARKUP = re.compile(r"[^\s*_`!\[]")
#: An HTML tag, an entity, an escape, a link without words: what is shown stands somewhere behind them.
_HIDING = frozenset("<&\\]")
_LINE_OPENERS = frozenset({"paragraph_open", "heading_open", "tr_open"})


class TooDeep(Exception):  # noqa: N818 - control flow inside this room: it becomes the coded error
    """Markdown nested deeper than the limits allow; `offset` is a place in the page."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class PlacedBlocks(StateBlock):
    """A state that notes in `token.meta["starts"]` where the text of each line of a block begins, and refuses too much."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Push a token, and note the places of the one before: the library sets its lines after pushing it.

        Raises:
            TooDeep: At `maxNesting`, where the library would leave the rest of the block out without a word.
            TooMany: At `max_pieces` of the page.
        """
        before = self.tokens[-1] if self.tokens else None
        if before and before.type in _LINE_OPENERS and before.map:
            before.meta["starts"] = [self.bMarks[line] + self.tShift[line] for line in range(*before.map)]
        token = super().push(ttype, tag, nesting)
        if self.level >= self.md.options["maxNesting"]:
            raise TooDeep(self.bMarks[self.line])
        count_piece(self.env)
        return token


class _Markdown(MarkdownIt):
    """CommonMark and tables, with link targets left as the page writes them."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - overrides the library's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - overrides the library's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - overrides the library's method
        # The words of a link to `javascript:` are still the words of a link: the target alone is dropped, by `runs_of`.
        return True


@cache
def _parser(max_nesting: int) -> MarkdownIt:
    md = _Markdown("commonmark", {"maxNesting": max_nesting}).enable("table")
    rules, rules2 = md.inline.ruler.get_active_rules(), md.inline.ruler2.get_active_rules()
    md.inline = PlacedInlineParser()
    md.inline.ruler.enableOnly(rules)
    # Joined text tokens would keep the place of the last of them.
    md.inline.ruler2.enableOnly([rule for rule in rules2 if rule != "fragments_join"])
    md.inline.ruler.before("text", "note_place", note_place)
    return md


class _Lines:
    """The Markdown of a page with every line ended by LF, as the library reads it, and where it stands in the page."""

    def __init__(self, page: str, start: int) -> None:
        markdown = page[start:]
        self._start = start
        self._crlf: list[int] = []
        if "\r" in markdown:
            self._crlf = [match.start() - before for before, match in enumerate(re.finditer("\r\n", markdown))]
            markdown = re.sub("\r\n?", "\n", markdown)
        self.text = markdown

    def place(self, offset: int) -> int:
        """The offset in the page of an offset in `text`; that of an LF is where its line end begins."""
        return self._start + offset + bisect_left(self._crlf, offset)

    def piece(self, start: int, end: int) -> tuple[str, Span]:
        """A stretch of `text` and its place in the page."""
        return self.text[start:end], Span(self.place(start), self.place(end))

    def end(self, start: int) -> int:
        """Where the line that holds `start` ends, without its LF."""
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end

    def trimmed_end(self, start: int) -> int:
        """Where the text of the line that holds `start` ends, without blanks behind it."""
        return start + len(self.text[start : self.end(start)].rstrip(_BLANK))


def read_blocks(page: str, start: int, limits: ReadLimits, too_many: Callable[[int], ReadError]) -> tuple[Block, ...]:
    """The blocks of the Markdown that begins at `start` in a page's text.

    Raises:
        TooDeep: Nested deeper than `max_nesting`, counted as markdown-it does (a list and its item are two levels).
        ReadError: Of more than `max_pieces`, counted as its tokens, here or when the runs of a block are asked for: what
            `too_many` gives for a place in the page.
    """
    lines = _Lines(page, start)
    md, env = _parser(limits.max_nesting), {PIECES_LEFT: limits.max_pieces}
    state = PlacedBlocks(lines.text, md, env, [])
    try:
        md.block.tokenize(state, 0, state.lineMax)
    except TooDeep as deep:
        raise TooDeep(lines.place(deep.offset)) from None
    except TooMany:
        raise too_many(lines.place(state.bMarks[state.line])) from None
    return tuple(_Walk(lines, state.eMarks, md, env, too_many).blocks(state.tokens))


class LazyBlock(Block):
    """A block whose inline Markdown is read when its runs are asked for: of most pages, that is a few blocks of many."""

    def __init__(  # noqa: PLR0913 - a block has this many parts
        self,
        kind: BlockKind,
        span: Span,
        source: Source,
        read: Callable[[Source], tuple[Run, ...]],
        *,
        level: int = 0,
        group: int = 0,
        row: int = 0,
        column: int = 0,
    ) -> None:
        parts = {"kind": kind, "span": span, "level": level, "group": group, "row": row, "column": column}
        self.__dict__.update(parts, _source=source, _read=read)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The runs, read once."""
        source: Source = self.__dict__.pop("_source")
        read: Callable[[Source], tuple[Run, ...]] = self.__dict__.pop("_read")
        return read(source)

    def may_begin(self, letters: str) -> bool:
        """As of any block; markup at the start that may hide what is shown counts as perhaps."""
        source: Source | None = self.__dict__.get("_source")
        if source is None:
            return super().may_begin(letters)
        first = _BEHIND_MARKUP.search(source.text)
        return not letters or first is None or first[0].lower() in letters or first[0] in _HIDING


class _Walk:
    """One walk over the block tokens of a page: knows which list, item and table it is in."""

    def __init__(
        self, lines: _Lines, line_ends: list[int], md: MarkdownIt, env: EnvType, too_many: Callable[[int], ReadError]
    ) -> None:
        self._lines, self._line_ends, self._md, self._env, self._too_many = lines, line_ends, md, env, too_many
        self._groups = count(1)
        self._group = 0
        # For each open list, whether its current item has had its first paragraph.
        self._items: list[bool] = []
        self._row = 0

    def blocks(self, tokens: list[Token]) -> Iterator[Block]:
        """The leaf blocks, in source order."""
        for token in tokens:
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._group = self._group if self._items else next(self._groups)
                    self._items.append(False)
                case "list_item_open":
                    self._items[-1] = False
                case "bullet_list_close" | "ordered_list_close":
                    self._items.pop()
                case "table_open":
                    self._row = 0
                    table = next(self._groups)
                case "tr_open":
                    yield from self._cells(token, table)
                    self._row += 1
                case "heading_open":
                    yield self._heading(token)
                case "paragraph_open":
                    yield self._paragraph(token)
                case "fence" | "code_block" | "html_block":
                    yield from self._as_it_stands(token)

    def _paragraph(self, token: Token) -> Block:
        pieces, span = self._text(token.meta["starts"])
        depth = len(self._items)
        kind: BlockKind = "item" if depth and not self._items[-1] else "paragraph"
        if depth:
            self._items[-1] = True
        return self._block(kind, span, pieces, level=depth, group=self._group if depth else 0)

    def _heading(self, token: Token) -> Block:
        starts, level = token.meta["starts"], int(token.tag[1:])
        if not token.markup.startswith("#"):
            pieces, span = self._text(starts[:-1])
            return self._block("heading", span, pieces, level=level)
        start, end = starts[0], self._lines.trimmed_end(starts[0])
        text = self._lines.text[start + level : end]
        # A closing row of # needs a blank before it.
        shown = re.sub(r"(?:\A|(?<=[ \t]))#+\Z", "", text).strip(_BLANK)
        first = start + level + len(text) - len(text.lstrip(_BLANK))
        piece = self._lines.piece(first, first + len(shown))
        return self._block("heading", self._lines.piece(start, end)[1], [piece], level=level)

    def _cells(self, token: Token, table: int) -> Iterator[Block]:
        """The cells of a row, those beyond the header's columns too: what the page says is not dropped."""
        start = token.meta["starts"][0]
        end = self._lines.trimmed_end(start)
        bars = [match.start() for match in _CELL_END.finditer(self._lines.text, start, end)]
        # The outer bars may be left out: then the cell begins or ends with the row.
        before = [] if bars[:1] == [start] else [start - 1]
        after = [] if bars[-1:] == [end - 1] else [end]
        for column, (left, right) in enumerate(pairwise([*before, *bars, *after])):
            first = right - len(self._lines.text[left + 1 : right].lstrip(_BLANK))
            last = first + len(self._lines.text[first:right].rstrip(_BLANK))
            # An escaped bar is a bar: the backslash before it belongs to no piece.
            cuts = [match.start() for match in _ESCAPED_BAR.finditer(self._lines.text, first, last)]
            pieces = [self._lines.piece(a + (a in cuts), b) for a, b in pairwise([first, *cuts, last])]
            span = self._lines.piece(first, last)[1]
            yield self._block("cell", span, pieces, group=table, row=self._row, column=column)

    def _as_it_stands(self, token: Token) -> Iterator[Block]:
        """Code and HTML: line for line, without indentation."""
        first = (token.map or [0])[0] + (token.type == "fence")
        shown = token.content.removesuffix("\n").split("\n") if token.content else []
        pieces = []
        for number, text in enumerate(shown, start=first):
            end, is_last = self._line_ends[number], number == first + len(shown) - 1
            pieces.append(self._lines.piece(end - len(text.lstrip(_BLANK)), end + (not is_last)))
        runs = verbatim_runs(Source(pieces))
        if runs:
            kind: BlockKind = "html" if token.type == "html_block" else "code"
            yield Block(kind, Span(runs[0].span.start, runs[-1].span.end), runs)

    def _text(self, starts: list[int]) -> tuple[list[tuple[str, Span]], Span]:
        """The lines of a paragraph, without indentation and without what stands behind the last, and their place."""
        last = self._lines.trimmed_end(starts[-1])
        pieces = [self._lines.piece(start, self._lines.end(start) + 1) for start in starts[:-1]]
        pieces.append(self._lines.piece(starts[-1], last))
        return pieces, Span(pieces[0][1].start, pieces[-1][1].end)

    def _block(self, kind: BlockKind, span: Span, pieces: list[tuple[str, Span]], **place: int) -> Block:
        return LazyBlock(kind, span, Source(pieces), self._read, **place)

    def _read(self, source: Source) -> tuple[Run, ...]:
        try:
            return runs_of(source, self._md, self._env)
        except TooMany:
            raise self._too_many(source.span(0, 1).start) from None
