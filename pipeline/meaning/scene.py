"""A phrase in its sentence: what a row of the table of roles looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.meaning.said import Place, Said, SaidKind
from pipeline.model import QualifierTarget
from pipeline.phrases.kinds import Phrase
from pipeline.phrases.treatments import Range
from pipeline.phrases.words import Word

_TRAILING = frozenset(".,;:!?-")


@dataclass(frozen=True, slots=True)
class Scene:
    """`phrase` among the `words` of `text`; `before` is what the sentence said up to it, `heads` the names of the item's diseases.

    `some`: the phrase is one of several that "or" joins. `on`: what was spoken of last. `read` reads a phrase inside this one by the table.
    """

    text: str
    words: Sequence[Word]
    phrase: Phrase
    heads: tuple[str, ...] = ()
    before: tuple[Said, ...] = ()
    some: bool = False
    on: QualifierTarget = "use"
    previous: Phrase | None = None
    frames: tuple[Phrase, ...] = field(default=(), repr=False)
    read: Callable[[Scene], tuple[Said, ...]] = field(default=lambda _: (), repr=False)

    @property
    def end(self) -> int:
        """The index after the phrase's last word that is no stop."""
        end = self.phrase.end
        while end > self.phrase.first and self.words[end - 1].low in _TRAILING:
            end -= 1
        return end

    @property
    def inner(self) -> int:
        """The index of the first word of what the phrase opens."""
        return min(self.phrase.inner, self.end)

    @property
    def empty(self) -> bool:
        """Whether the phrase opens nothing: what it is about stands below it, or nowhere."""
        return self.inner >= self.end

    @property
    def content(self) -> Sequence[Word]:
        """The words of what the phrase opens."""
        return self.words[self.inner : self.end]

    @property
    def opener(self) -> str:
        """The opener's words, in lower case."""
        return " ".join(word.low for word in self.words[self.phrase.first : self.phrase.inner])

    def place(self, first: int, end: int) -> Place:
        """Where the words from `first` to `end` stand."""
        return self.words[first].start, self.words[end - 1].end

    @property
    def whole(self) -> Place:
        """Where the phrase stands, opener included."""
        return self.place(self.phrase.first, max(self.end, self.phrase.first + 1))

    @property
    def said(self) -> str:
        """The plain words of what the phrase opens."""
        return "" if self.empty else self.text[slice(*self.place(self.inner, self.end))]

    def names(self, ranges: Sequence[Range]) -> tuple[Place, ...]:
        """Ranges of words as places."""
        return tuple(self.place(*one) for one in ranges)

    def tell(self, kind: SaidKind, rule: str, place: Place | None = None, **more: object) -> Said:
        """Something that the phrase says, of the whole phrase unless a place is given."""
        return Said(kind, rule, place or self.whole, some=self.some, **more)  # type: ignore[arg-type]  # the rest are Said's own fields
