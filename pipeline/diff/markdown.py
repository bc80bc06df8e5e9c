"""Changes as Markdown, for Prefect's artifacts. The words of a page stay words: no markup and no links come of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.diff.changes import OTHER, Change, Changes, Quote
from pipeline.diff.telling import difference, kind_in_words, people, subject, summary, title
from pipeline.errors import excerpt

#: An artifact is for eyes: so many changes of either sort, and so many characters of a value; `changes.json` has everything.
SHOWN: Final = 200
_MOST_CHARACTERS: Final = 300
#: Signs that cannot start anything in the middle of a line.
_HARMLESS: Final = frozenset(",-()'")
#: What addresses that become links by themselves have in them.
_ADDRESS: Final = re.compile(r"://|@|www\.", re.IGNORECASE)


def markdown(changes: Changes, shown: int = SHOWN) -> str:
    """What changed, clinical changes first with old and new quotes, under a heading for each drug.

    Args:
        changes: What `compare` or `write_changes` found.
        shown: How many clinical changes to show at most; the rest is counted.

    """
    clinical = [change for change in changes.listed if change.clinical]
    parts = [f"# What changed\n\n{summary(changes)}"]
    if changes.notes:
        parts.append("Not only pages are different:\n" + "\n".join(f"- {literal(note)}" for note in changes.notes))
    if clinical and not changes.first:
        parts += _by_drug(clinical[:shown])
        if changes.clinical > shown:
            parts.append(f"… and {changes.clinical - min(shown, len(clinical)):,} more clinical changes: see `changes.json`.")
    stale = [change for change in changes.listed if change.kind == "became-stale"]
    if stale:
        rest = f" and {changes.totals['became-stale'] - shown:,} more" if changes.totals["became-stale"] > shown else ""
        names = ", ".join(literal(change.drug) for change in stale[:shown])
        parts.append(f"**Stale** (not in this snapshot: the page is quarantined; a server keeps what it has): {names}{rest}")
    rows = [f"| {kind_in_words(kind)} | {changes.totals[kind]:,} |" for kind in OTHER if changes.totals[kind]]
    if rows:
        parts.append("\n".join(["| other changes | |", "|---|---:|", *rows]))
    return "\n\n".join(parts) + "\n"


def _by_drug(changes: Sequence[Change]) -> Iterator[str]:
    for _, group in itertools.groupby(changes, key=lambda change: change.slug):
        found = [*group]
        yield f"## {literal(found[0].drug)}\n\n" + "\n".join(line for change in found for line in _lines(change))


def _lines(change: Change) -> Iterator[str]:
    said = (literal(part) for part in (subject(change), difference(change)) if part)
    yield " · ".join((f"- **{title(change)}**", *said))
    if change.correction:
        yield f"  - {literal(people(change))}"
    yield from (f"  - was, {_quoted(quote)}" for quote in change.old)
    yield from (f"  - now, {_quoted(quote)}" for quote in change.new)


def _quoted(quote: Quote) -> str:
    return f"{literal(quote.place)}: “{literal(quote.text)}”"


def literal(text: str, most: int = _MOST_CHARACTERS) -> str:
    """A text that Markdown and HTML take for nothing but text, on one line, of at most `most` characters.

    A backslash before every sign, as Prefect's first pages show character references as they are. What its second pages would
    make a link of, backslashes or not (they look for addresses in the finished text), is code, which has no links.
    """
    return " ".join(map(_literal_word, excerpt(text, most).split(" ")))


def _literal_word(word: str) -> str:
    if _ADDRESS.search(word):
        fence = "`" * (1 + max(map(len, re.findall("`+", word)), default=0))
        return f"{fence} {word} {fence}" if "`" in word else f"{fence}{word}{fence}"
    return "".join(one if one.isalnum() or not one.isascii() or one in _HARMLESS else f"\\{one}" for one in word)
