"""A leaf: everything on the page that speaks of one use, before it is put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.elements.told import Told
from pipeline.meaning.said import Reading, Said
from pipeline.model import Fact, Qualifier

#: Intents whose "in patients with X" names the population, not a disease that is treated.
PREVENTIVE = ("prevent", "prevent_and_treat", "reduce_risk")


#: The rule of a cause that an item's head names below an opening sentence that ends in "caused by:".
CAUSE_FROM_LEAD = "cause-from-lead"


@dataclass(eq=False)
class Leaf:
    """Everything that speaks of one use: `told` from the outermost item to the leaf, the opening sentence, the details below it.

    `general` are readings of sentences elsewhere that say more of it; `stated` sentences and words that may restrict it and that
    nobody understood. `bare`: nothing but the heading of a label's section says what for.
    """

    lead: Told | None
    told: list[Told]
    text: Fact
    parent: Fact | None
    lead_fact: Fact | None
    details: list[Told] = field(default_factory=list)
    general: list[Reading] = field(default_factory=list)
    stated: list[Fact] = field(default_factory=list)
    bare: bool = False

    @property
    def prose(self) -> bool:
        """Whether the use is a sentence of its own."""
        return self.told[-1] is self.lead

    @property
    def marks(self) -> str:
        """The footnote marks of the leaf, of the items around it and of its opening sentence."""
        return "".join(one.marks for one in [*self.told, *self.details, *([self.lead] if self.lead is not None else [])])

    @property
    def own(self) -> list[Reading]:
        """The readings of the leaf itself and of what only goes on with it."""
        return [*self.told[-1].readings, *(r for one in self.details for r in one.readings)]

    @property
    def above(self) -> list[Reading]:
        """The readings of the items above the leaf, outermost first."""
        return [reading for one in self.told[:-1] for reading in one.readings]

    @property
    def leading(self) -> list[Reading]:
        """The readings of the opening sentence."""
        return self.lead.readings if self.lead is not None and not self.prose else []

    @property
    def every(self) -> list[Reading]:
        """All of them, outermost first."""
        return [*self.leading, *self.above, *self.own, *self.general, *(r for one in self.told for r in one.aims)]


Pair = tuple[Reading, Said]


def said(readings: Iterable[Reading], *kinds: str) -> list[Pair]:
    """What the readings say of some kinds, in order."""
    return [(reading, one) for reading in readings for one in reading.said if one.kind in kinds]


def unique(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts without those whose words came before, in order."""
    kept: dict[str, Fact] = {}
    for one in facts:
        kept.setdefault(one.text.casefold(), one)
    return tuple(kept.values())


def quoted(pairs: Iterable[Pair]) -> list[Fact]:
    """Pieces of sentences as facts."""
    return [reading.quote(one.place, one.rule) for reading, one in pairs]


def in_order(qualifiers: Iterable[Qualifier]) -> tuple[Qualifier, ...]:
    """Qualifiers in the order of the page, whatever found them."""
    return tuple(sorted(qualifiers, key=lambda one: (one.fact.spans, one.of, one.kind)))
