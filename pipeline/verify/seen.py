"""What is known of each character of a page's Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field

MARKUP, FRONT_MATTER, TEXT, TARGET = range(4)


@dataclass(frozen=True, slots=True)
class Link:
    """Linked words and their target: half-open ranges of the page, and the target with escapes resolved."""

    start: int
    end: int
    target_start: int
    target_end: int
    href: str


@dataclass
class Seen:
    """A page as a reader sees it.

    For each code point of `text`: `part` says what it belongs to (`MARKUP`, `FRONT_MATTER`, `TEXT`, `TARGET`), `shown` what is
    seen of it (nothing of markup; all of an entity at its first character), and `inside` holds those that follow the first
    character of an entity or escape, where nothing may begin or end. `headings` are (level, start, end) of their lines.
    """

    text: str
    part: bytearray = field(init=False)
    shown: list[str] = field(init=False)
    inside: set[int] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    headings: list[tuple[int, int, int]] = field(default_factory=list)
    definitions: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.part = bytearray(len(self.text))
        self.shown = list(self.text)

    def hide(self, start: int, end: int) -> None:
        """What is markup is not seen."""
        for at in range(start, end):
            self.part[at], self.shown[at] = MARKUP, ""

    def atom(self, start: int, end: int, shown: str) -> None:
        """Several characters that stand for one."""
        for at in range(start, end):
            self.part[at], self.shown[at] = TEXT, ""
        self.shown[start] = shown
        self.inside.update(range(start + 1, end))
