"""The page as a reader sees it, in pieces that each know their place in the source and the marks that cover them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from pipeline.errors import Problem, ReadError
from pipeline.model import Block, Page, PageExcerpts, Run, Span
from pipeline.read import read_page
from pipeline.review.marks import SENTENCES, Mark
from pipeline.review.visible import escape_of, is_seen
from pipeline.settings import ReadLimits

#: Above what any page of a snapshot was read with: a page that was published shall be shown.
_LIMITS = ReadLimits(max_bytes=64 * 1024 * 1024, max_nesting=200)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one style under the same marks. `text` shows the code points from `start` to `end` of the page.

    `whole` says that they cannot be taken apart (an entity, a line break, an escaped character). `target` pieces are link
    targets. `marks` stand with the shortest first; `tag` is what the sentence that begins here is, if that is worth saying.
    """

    text: str
    start: int
    end: int
    marks: tuple[Mark, ...] = ()
    whole: bool = False
    bold: bool = False
    italic: bool = False
    link: bool = False
    target: bool = False
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as shown: `level` of a heading or list item, `row` and `column` of a cell, findings about its lines."""

    kind: str
    pieces: tuple[Piece, ...]
    level: int = 0
    row: int = 0
    findings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that belong together: the items of a list, the rows of a table, or one block alone."""

    kind: Literal["list", "table", "block"]
    blocks: tuple[Shown, ...]

    @property
    def rows(self) -> list[list[Shown]]:
        """The cells of a table by row."""
        rows: dict[int, list[Shown]] = {}
        for cell in self.blocks:
            rows.setdefault(cell.row, []).append(cell)
        return list(rows.values())


@dataclass(frozen=True, slots=True)
class Source:
    """A page to look at: its front matter by key, its blocks, and marks whose words stand in neither (`hidden`)."""

    front_matter: tuple[tuple[str, tuple[Piece, ...]], ...]
    groups: tuple[Group, ...]
    hidden: tuple[Piece, ...]


def source_of(page: Page, marks: Sequence[Mark], findings: Iterable[Problem] = ()) -> Source:
    """A page's text with marks on it.

    Args:
        page: The page as the snapshot has it (its blocks are read again here).
        marks: What to mark.
        findings: Findings about lines of the page, shown before the block in which the line is.
    """
    cover = _Cover(marks)
    read = _read(page)
    starts = [read.line(block.span.start) for block in read.blocks]
    placed: dict[int, list[Problem]] = {}
    for finding in findings:
        if finding.line is not None and starts:
            placed.setdefault(max(0, bisect_right(starts, finding.line) - 1), []).append(finding)
    front = tuple(
        (key, tuple(piece for value in values for piece in cover.verbatim(page.text, value.span)))
        for key, values in read.front_matter.items()
    )
    shown = [
        (
            block,
            Shown(block.kind, tuple(_pieces(block, page.text, cover)), block.level, block.row, tuple(placed.get(place, ()))),
        )
        for place, block in enumerate(read.blocks)
    ]
    groups = tuple(_grouped(shown))
    seen = {mark.number for mark in cover.seen}
    hidden = [mark for mark in marks if mark.number not in seen]
    return Source(
        front, groups, tuple(piece for mark in hidden for span in mark.spans for piece in cover.verbatim(page.text, span))
    )


def _read(page: Page) -> Page:
    span = Span(0, len(page.text))
    as_written = replace(page, blocks=(Block("code", span, (Run(page.text, span),)),) if page.text else ())
    if isinstance(page, PageExcerpts):
        return as_written  # its text is not published: what is quoted of it, at its places
    try:
        return read_page(page.data, page.name, _LIMITS)
    except ReadError:
        # Published by a version that read what this one refuses: show it as it is written.
        return as_written


@dataclass
class _Cover:
    """Which marks cover which stretch of the page, found once for all stretches between two ends of marks."""

    marks: Sequence[Mark]
    seen: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        ends = {end for mark in self.marks for span in mark.spans for end in (span.start, span.end)}
        self._cuts = sorted(ends)
        self._over: list[list[Mark]] = [[] for _ in self._cuts]
        for mark in sorted(self.marks, key=lambda mark: (mark.length, mark.number)):
            for span in mark.spans:
                for place in range(bisect_left(self._cuts, span.start), bisect_left(self._cuts, span.end)):
                    self._over[place].append(mark)
        self._tagged: set[int] = set()

    def verbatim(self, text: str, span: Span) -> Iterator[Piece]:
        """The pieces of a stretch that is shown as it is written."""
        inner = self._cuts[bisect_right(self._cuts, span.start) : bisect_left(self._cuts, span.end)]
        unseen = [at for at in range(span.start, span.end) if not is_seen(text[at])]
        cuts = sorted({span.start, *inner, *unseen, *(at + 1 for at in unseen), span.end})
        for start, end in pairwise(cuts):
            whole = end - start == 1 and not is_seen(text[start])
            yield self.piece(escape_of(text[start]) if whole else text[start:end], Span(start, end), whole=whole)

    def piece(self, shown: str, span: Span, *, whole: bool) -> Piece:
        """A piece with the marks that begin at or before its start and go beyond it."""
        place = bisect_right(self._cuts, span.start) - 1
        marks = tuple(self._over[place]) if place >= 0 else ()
        self.seen.extend(marks)
        tags = [mark for mark in marks if mark.kind in SENTENCES and mark.number not in self._tagged]
        self._tagged.update(mark.number for mark in tags)
        return Piece(shown, span.start, span.end, marks, whole, tag=tags[0].label if tags else None)


def _pieces(block: Block, text: str, cover: _Cover) -> Iterator[Piece]:
    for place, run in enumerate(block.runs):
        if run.text == text[run.span.start : run.span.end]:
            found: Iterable[Piece] = cover.verbatim(text, run.span)
        else:
            found = (cover.piece("".join(c if is_seen(c) else escape_of(c) for c in run.text), run.span, whole=True),)
        for piece in found:
            yield replace(piece, bold=run.bold, italic=run.italic, link=run.href is not None)
        following = block.runs[place + 1] if place + 1 < len(block.runs) else None
        if run.href_span is not None and (following is None or following.href_span != run.href_span):
            for piece in cover.verbatim(text, run.href_span):
                yield replace(piece, target=True)


def _grouped(blocks: Iterable[tuple[Block, Shown]]) -> Iterator[Group]:
    """Lists and tables whole; a paragraph inside a list item stays with its list."""
    waiting: list[Shown] = []
    key: tuple[str, int] | None = None
    for block, shown in blocks:
        kind = (
            "table"
            if block.kind == "cell"
            else "list"
            if block.kind == "item" or (block.level and block.kind == "paragraph")
            else "block"
        )
        this = (kind, block.group if kind == "table" or block.kind == "item" else key[1] if key and kind == "list" else 0)
        if waiting and (this != key or kind == "block"):
            yield Group(key[0] if key else "block", tuple(waiting))  # type: ignore[arg-type]
            waiting = []
        key = this
        waiting.append(shown)
    if waiting and key:
        yield Group(key[0], tuple(waiting))  # type: ignore[arg-type]
