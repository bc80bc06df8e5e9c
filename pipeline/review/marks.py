"""Every fact of a page as a mark: its words, its kind, where it stands, and which uses it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pipeline.model import Fact, Span

#: The kinds of marks, as a reader calls them. A kind is a CSS class too (`k-condition`); the last stand for whole sentences.
KINDS: Final[dict[str, str]] = {
    "condition": "condition",
    "detail": "disease detail",
    "intent": "intent",
    "population": "population",
    "brand": "brand",
    "therapy": "given with",
    "prior": "prior therapy",
    "approval_status": "approval status",
    "qualifier": "restriction in words",
    "drug": "drug",
    "use": "use",
    "context": "context",
    "studied": "only being studied",
    "denied": "not approved",
    "unread": "not read",
    "withheld": "withheld",
}
#: How marks look: what a line (or, the last, a ground) stands for, and the kinds that have it.
LOOKS: Final = (
    ("disease", ("condition", "detail")),
    ("treatment", ("therapy", "prior")),
    ("patients", ("population",)),
    ("drug, brand, intent, approval status", ("drug", "brand", "intent", "approval_status")),
    ("restricts in words, or not read", ("qualifier", "unread")),
)
#: Kinds that say what a whole sentence is, and are written out beside it.
SENTENCES: Final = ("studied", "denied", "unread", "withheld")


@dataclass(slots=True)
class Mark:
    """A fact on its page. `uses` are the numbers (from 1) of the uses that it belongs to; none: it speaks of the drug."""

    number: int
    kind: str
    text: str
    spans: tuple[Span, ...]
    rule: str
    uses: list[int] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What a reader calls its kind."""
        return KINDS[self.kind]

    @property
    def length(self) -> int:
        """How much of the page it covers, in code points: the shortest mark at a place says most about it."""
        return sum(span.end - span.start for span in self.spans)


class Marks:
    """The marks of a page: equal facts of one kind are one mark, whatever number of uses they belong to."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[Span, ...]], Mark] = {}

    def add(self, kind: str, fact: Fact, use: int | None = None) -> int:
        """Mark a fact; returns the mark's number."""
        mark = self._found.get((kind, fact.spans))
        if mark is None:
            mark = Mark(len(self._found), kind, fact.text, fact.spans, fact.rule)
            self._found[kind, fact.spans] = mark
        if use is not None and use not in mark.uses:
            mark.uses.append(use)
        return mark.number

    @property
    def all(self) -> list[Mark]:
        """The marks by their number."""
        return list(self._found.values())
