"""Uses drawn at random, so that what people decide on them tells of all uses how many are right."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeAlias

from pipeline.correct import Correction, draw, span_of
from pipeline.facts import PublishedFacts
from pipeline.model import DrugFacts, Span
from pipeline.snapshot import Snapshot, facts_of

#: A use, by the SHA-256 of its page and the place of its text there: what a decision on it changes is neither.
Drawn: TypeAlias = tuple[str, Span]


def draw_uses(snapshot: Snapshot, number: int, seed: str) -> frozenset[Drawn]:
    """Draw uses at random, each with the same chance.

    Uses that a reviewer withheld are drawn from too: they were read, and leaving them out would both flatter the precision and
    draw others in their place once the decisions are applied.

    Args:
        snapshot: All its uses are drawn from.
        number: How many to draw; all of them if there are fewer.
        seed: Any text; a larger number with the same text adds to the smaller draw.

    Raises:
        SnapshotError: W101, W102, the snapshot cannot be read.

    """
    named = {_name(use): use for facts in facts_of(snapshot) for use in _uses_of(facts)}
    return frozenset(named[name] for name in draw(named, number, seed))


def by_page(drawn: Iterable[Drawn]) -> dict[str, set[int]]:
    """The places of drawn uses by the SHA-256 of their page."""
    found: dict[str, set[int]] = {}
    for sha256, span in drawn:
        found.setdefault(sha256, set()).add(span.start)
    return found


def sampled_of(facts: DrugFacts, drawn: Collection[int], decided: Iterable[Correction]) -> dict[int, bool]:
    """The uses of a page that were drawn, now or for a decision made before: their places, and whether they are decided so."""
    done = {one.span.start for one in decided if one.sampled}
    return {place: place in done for use in facts.uses if (place := span_of(use).start) in drawn or place in done}


def _uses_of(facts: PublishedFacts) -> list[Drawn]:
    withheld = [Span(one.text.spans[0].start, one.text.spans[-1].end) for one in facts.withheld]
    return [(facts.page.sha256, span) for span in (*map(span_of, facts.uses), *withheld)]


def _name(use: Drawn) -> str:
    sha256, span = use
    return f"{sha256} {span.start} {span.end}"
