"""A leaf: everything on the page that speaks of one use, before it is put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.extract.clauses import Clause, Part, Reading
from pipeline.extract.quote import fact
from pipeline.extract.reading import Told
from pipeline.extract.sentences import Statement
from pipeline.model import Fact

#: Intents whose "in patients with X" names the population, not a disease that is treated.
PREVENTIVE = ("prevent", "prevent_and_treat", "reduce_risk")

#: The rule of a cause that an item's head names below a lead that ends in "caused by:".
CAUSE_FROM_LEAD = "cause-from-lead"


@dataclass(eq=False)
class Leaf:
    """Everything that speaks of one use: `told` from the outermost item to the leaf, the lead, the details below it."""

    lead: Told | None
    told: list[Told]
    text: Fact
    parent: Fact | None
    lead_fact: Fact | None
    details: list[Told] = field(default_factory=list)
    general: list[Reading] = field(default_factory=list)

    @property
    def prose(self) -> bool:
        """Whether the use is a sentence of its own, lead and leaf in one."""
        return self.told[-1] is self.lead

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
        """The readings of the lead."""
        return self.lead.readings if self.lead is not None else []


def quoted(reading: Reading, part: Part, rule: str) -> Fact:
    """A part of a sentence as a fact."""
    return fact(reading.statement.block, part.start, part.end, rule)


def clauses(readings: Iterable[Reading], *kinds: str) -> list[tuple[Reading, Clause]]:
    """The clauses of some kinds with their readings."""
    return [(reading, clause) for reading in readings for clause in reading.clauses if clause.kind in kinds]


def says_a_head(statement: Statement, told: Iterable[Told]) -> bool:
    """Whether a sentence says the name of a disease that items are about."""
    said = statement.text.casefold()
    return any(name.casefold() in said for one in told for name in one.heads)
