"""The page as `read` gives it: its text, its front matter, its blocks and runs, with their places in the source."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from typing import Literal

from typing_extensions import TypeVar


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in `Page.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of inline text of one style.

    `text` is what a reader sees (a soft or hard line break is one space). A run is either *verbatim* (`text` is
    `page.text[span.start:span.end]`) or *atomic* (an entity, a backslash escape, a line break: one piece of source that
    stands for `text` as a whole), so that every character of `text` has an exact place in the source.
    `href` is the link's target as the page writes it, `href_span` its place where it stands verbatim beside the words
    (not for a target that a reference definition gives elsewhere, nor for one written with escapes or entities).
    `struck`: the page strikes it out (`<del>`, `<s>`, `<strike>`).
    """

    text: str
    span: Span
    bold: bool = False
    italic: bool = False
    href: str | None = None
    href_span: Span | None = None
    struck: bool = False


BlockKind = Literal["heading", "paragraph", "item", "cell", "code", "html"]


@dataclass(frozen=True)
class Block:
    """A leaf block of the page, in source order.

    `level` is 1 to 6 for a heading and the list depth (1 is outermost) for an item; 0 otherwise. A list item with several
    paragraphs gives an `item`, then `paragraph` blocks with `level` set to the item's depth. Table cells carry `row`
    and `column` from 0 (the header row is row 0) and `group`, the number of their table on the page.
    `group` counts lists too: the items of one list (nested ones included) share it.
    """

    kind: BlockKind
    span: Span
    runs: tuple[Run, ...]
    level: int = 0
    group: int = 0
    row: int = 0
    column: int = 0

    @cached_property
    def text(self) -> str:
        """The block as a reader sees it: markup gone, line breaks one space. Not stripped, not otherwise folded."""
        return "".join(run.text for run in self.runs)

    @cached_property
    def linked(self) -> tuple[tuple[str, int, int], ...]:
        """The links: target, and where its words, which may be several runs, begin and end in `text`."""
        found, at = [], 0
        for (href, _), group in groupby(self.runs, key=lambda run: (run.href, run.href_span)):
            start, at = at, at + sum(len(run.text) for run in group)
            if href:
                found.append((href, start, at))
        return tuple(found)

    def may_begin(self, letters: str) -> bool:
        """Whether the text, white space aside, may begin with one of `letters` (in lower case; none: any). False is certain.

        A block that nobody has read yet answers by its source, which is all that most blocks of a page about something else
        are ever asked.
        """
        return not letters or self.text.lstrip()[:1].lower() in letters

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(run.text) for run in self.runs)]

    def run_at(self, offset: int) -> int:
        """The index in `runs` of the run that shows `text[offset]`."""
        return bisect_right(self._starts, offset) - 1

    def locate(self, start: int, end: int) -> Span:
        """The minimal source span of `text[start:end]` (which must not be empty)."""
        if not 0 <= start < end <= len(self.text):
            message = f"no text between {start} and {end} of {len(self.text)}"
            raise ValueError(message)
        first, last = self.run_at(start), self.run_at(end - 1)
        head, tail = self.runs[first], self.runs[last]
        return Span(
            head.span.start + (start - self._starts[first] if _is_verbatim(head) else 0),
            tail.span.start + (end - self._starts[last]) if _is_verbatim(tail) else tail.span.end,
        )


def _is_verbatim(run: Run) -> bool:
    return len(run.text) == run.span.end - run.span.start


@dataclass(frozen=True, slots=True)
class FrontMatterValue:
    """A scalar of the front matter as the page writes it (quotes removed), and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True)
class Page:
    """One page as read: its text, its front matter, its blocks.

    `name` is how the caller names the page (a path relative to the seeds folder); it never reaches an id unfiltered.
    `front_matter` maps a key to its scalar values: one for a scalar, any number for a list of scalars.
    """

    name: str
    text: str
    front_matter: Mapping[str, tuple[FrontMatterValue, ...]]
    blocks: tuple[Block, ...]

    @property
    def data(self) -> bytes:
        """The page's bytes, exactly as they were read (reading refuses what UTF-8 would not give back)."""
        return self.text.encode()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the page's bytes, in lower-case hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    def line(self, offset: int) -> int:
        """The line (from 1) that holds a code point of `text`; lines end as a text editor sees them (LF, CRLF, CR)."""
        head = self.text[:offset]
        return 1 + head.count("\n") + head.count("\r") - head.count("\r\n")

    def meta(self, key: str) -> str | None:
        """The first value of a front-matter key, or None."""
        values = self.front_matter.get(key, ())
        return values[0].text if values else None


@dataclass(frozen=True)
class PageExcerpts(Page):
    """A page of whose text a snapshot holds the quotes alone: `text` has them at their places, and blanks between them.

    `digest` is the SHA-256 of the page itself. On which line a quote stands is not known.
    """

    digest: str = ""

    @property
    def sha256(self) -> str:
        """SHA-256 of the page's bytes, in lower-case hexadecimal."""
        return self.digest

    def line(self, offset: int) -> int:  # noqa: ARG002 - as of any page
        """0: it is not known."""
        return 0


@dataclass(frozen=True, slots=True)
class PageReference:
    """Which page facts are of, where its text is not at hand: its name, the SHA-256 of its bytes, the URL that it states."""

    name: str
    sha256: str
    url: str | None = None


#: What facts have of their page: the page itself, unless it is said otherwise.
AnyPage = TypeVar("AnyPage", Page, PageReference, default=Page)
