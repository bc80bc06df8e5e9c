"""The shape of a use section: leads with their lists, the lists' flattened nesting rebuilt, prose in between.

The stored pages flattened every list to one level, so a sub-item follows its parent at the same level. What tells them apart: a
new head starts bold; a parent ends in a colon, or its sub-items start "It is used"; and a sub-item of the second level starts
with another kind of word ("In adults …:" above "With A", "Alone") than its own sub-items do. Where a page kept its nesting, the
nesting is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.language import plain, rx
from pipeline.meaning.head import starts_bold
from pipeline.model import Block
from pipeline.phrases.nouns import noun_aim, noun_end, noun_list
from pipeline.phrases.words import words_of
from pipeline.sentences.quote import trimmed
from pipeline.sentences.statements import Statement, statements

_USED_START = rx(r"(?:it|they|[A-Z][^.:;,]{0,60}?) (?:is|are|may be) (?:also |often )?(?:used|given|approved)\b")
_OPENER = re.compile(r"\W*(\w+)")
_WITH_WORDS = {"with": "with", "alone": "with", "by": "with"}
_PREPOSITIONS = {"with", "in", "for", "as", "after", "before", "when", "to", "at", "around", "on", "during"}


@dataclass(eq=False)
class Item:
    """A list item: its sentences, and the items below it. `heading` are the words before a colon that it stands behind."""

    block: Block
    statements: tuple[Statement, ...]
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    heading: Statement | None = None

    @property
    def opens(self) -> bool:
        """Whether it introduces sub-items."""
        return self.block.text.rstrip().endswith(":")

    @property
    def opener(self) -> str:
        """What kind of word it starts with: a preposition ("with" and "alone" are one kind), or "" for a noun phrase."""
        found = _OPENER.match(plain(self.block.text))
        word = found.group(1).lower() if found is not None else ""
        word = _WITH_WORDS.get(word, word)
        return word if word in _PREPOSITIONS else ""

    def leaves(self) -> Iterator[Item]:
        """The items without sub-items at or below this one, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def said(self) -> Iterator[Statement]:
        """The sentences of the item and of those below it, in order."""
        yield from self.statements
        for child in self.children:
            yield from child.said()

    def above(self) -> tuple[Item, ...]:
        """The items above it, outermost first."""
        return () if self.parent is None else (*self.parent.above(), self.parent)


def nest(blocks: Sequence[Block]) -> list[Item]:
    """The top items of one list, each with its sub-items."""
    items = [Item(block, statements(block)) for block in blocks]
    items = [item for item in items if item.statements]
    if len({item.block.level for item in items}) > 1:
        return _by_level(items)
    return _by_words(items)


_COLON = re.compile(r"(?:[^\w:]*+\w[\w'/,-]*+){1,8}?(?<!including)\s*+:\s+(?=\w)")
_BRACKETS = re.compile(r"\([^()]*\)")


def past_heading(said: Statement) -> int:
    """Where a sentence goes on behind a heading in its line ("Dermatologic diseases: "), else where it begins."""
    colon = _COLON.match(said.plain, said.start, said.end)
    return colon.end() if colon is not None else said.start


def apart(item: Item) -> list[Item]:
    """Reads "Endocrine disorders: Adrenal insufficiency; thyroiditis." as two items behind a heading; any other item stays as it is."""
    said, *rest = item.statements
    if item.children or said.opens:
        return [item]
    colon = _COLON.match(said.plain, said.start, said.end)
    start = colon.end() if colon is not None else said.start
    shown = _BRACKETS.sub(lambda found: " " * len(found[0]), said.plain[start : said.end])
    second = shown.find(":", 0, max(shown.find(";"), 0)) if colon is not None else -1
    if second > 0:  # "Allergic states: Control of severe conditions: rhinitis; dermatitis"
        start, shown = start + second + 1, shown[second + 1 :]
    cuts = [start + found.start() for found in re.finditer(";", shown)]
    places = list(zip([start, *(cut + 1 for cut in cuts)], [*cuts, said.end], strict=True))
    if colon is None and cuts:
        start, places = _past_purpose(said, places)
    stripped = [trimmed(said.plain, *place) for place in places]
    parts = [Statement(said.block, said.plain, a, b) for a, b in stripped if words_of(said.plain, a, b)]
    named = [_names_disease(part) for part in parts]
    heads = all(noun_end(words, 0, 1) for part in parts for words in (words_of(part.plain, part.start, part.end),))
    if (
        not parts
        or (colon is None and len(parts) == 1)
        or not (all(named) or (cuts and heads and (any(named) if start > said.start else named.count(True) >= _MOST_OF)))
    ):
        return [item]
    end = said.plain.rindex(":", said.start, start) + 1 if start > said.start else 0
    heading = Statement(said.block, said.plain, said.start, end) if end else None
    return [Item(item.block, (part, *rest), item.parent, heading=heading) for part in parts]


#: Of diseases that a list behind no heading names by their form: then what stands beside them is one, too.
_MOST_OF = 3


def _past_purpose(said: Statement, places: list[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    """Reads "Control of conditions that resist adequate trials of other treatment: X; Y; Z": what stands before the colon is of all."""
    (start, end), *rest = places
    colon = said.plain.find(": ", start, end)
    words = words_of(said.plain, start, end)
    if colon < 0 or not noun_aim(words, 0, len(words)):
        return start, places
    return colon + 1, [(colon + 1, end), *rest]


def _names_disease(part: Statement) -> bool:
    """Whether words begin with a noun phrase that names a disease by its form, or with an aim and one."""
    words = words_of(part.plain, part.start, part.end)
    named = noun_list(words, noun_aim(words, 0, len(words)), len(words))
    return any(word.of("disease") for word in words[: named.end])


def _by_level(items: list[Item]) -> list[Item]:
    roots: list[Item] = []
    open_items: list[Item] = []
    for item in items:
        while open_items and open_items[-1].block.level >= item.block.level:
            open_items.pop()
        _place(item, open_items[-1] if open_items else None, roots)
        open_items.append(item)
    return roots


def _by_words(items: list[Item]) -> list[Item]:
    roots: list[Item] = []
    bold_heads = any(starts_bold(item.block) for item in items)
    current: Item | None = None
    for number, item in enumerate(items):
        if starts_bold(item.block) and not _bold_below(item, current):
            current = None
        parent = _parent_of(item, current, bold_heads=bold_heads)
        _place(item, parent, roots)
        following = items[number + 1] if number + 1 < len(items) else None
        current = item if item.opens or (_no_colon_parent(item, following) and not _of_all(parent, following)) else parent
    return roots


def _bold_below(item: Item, current: Item | None) -> bool:
    """A bold sub-item: only where the item above it has no bold of its own and has a colon."""
    return (
        current is not None
        and current.opens
        and not starts_bold(current.block)
        and not _inner_bold(current)
        and not current.children
        and bool(item)
    )


def _inner_bold(item: Item) -> bool:
    return any(run.bold for run in item.block.runs)


def _no_colon_parent(item: Item, following: Item | None) -> bool:
    """Reads "**Head** (ABBR)." above "It is used alone …": a head by itself whose sub-items start with the verb."""
    if following is None or len(item.statements) != 1 or _starts_used(item):
        return False
    if starts_bold(following.block):
        return False
    return _starts_used(following) or bool(following.opener and not item.opener and starts_bold(item.block))


#: Items below it are treatments that the patients must have had, and no uses.
RECEIVED_LIST = rx(
    r"(?:it is|they are) (?:also )?used in (?:\w+ ){0,4}who (?:have|had) (?:already |previously )?(?:received|had"
    r"|been treated with)(?: (?:either|one of the following))?:$"
)


def _of_all(parent: Item | None, following: Item | None) -> bool:
    """Reads "in patients with the following types:", its items, and then "It is used in patients who have received:": of all of them."""
    return (
        parent is not None and following is not None and parent.opens and len(parent.children) > 1
        and RECEIVED_LIST.match(following.statements[-1].text) is not None
    )  # fmt: skip


def _starts_used(item: Item) -> bool:
    return _USED_START.match(item.statements[0].text) is not None


def _parent_of(item: Item, current: Item | None, *, bold_heads: bool) -> Item | None:
    """The item above: usually the one that is open; an earlier one where the words change back to its own kind."""
    while current is not None:
        if not current.children:
            return current
        first = current.children[0]
        if current.parent is not None and item.opener != first.opener and item.opener == current.opener:
            current = current.parent
            continue
        if not bold_heads and current.parent is None and first.opener and not item.opener and not _starts_used(item):
            return None
        if not current.opens and not _starts_used(item) and not item.opener:
            return None
        return current
    return None


def _place(item: Item, parent: Item | None, roots: list[Item]) -> None:
    item.parent = parent
    (roots if parent is None else parent.children).append(item)
