"""Two people's decisions side by side: how far they agree beyond chance, and where they do not."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.correct.corrections import Correction, Corrections
from pipeline.correct.merging import contradict


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two `reviewers` said of the uses that both looked at.

    `both` are these uses, `agreed` those with one verdict. `kappa` is Cohen's of the verdicts (1: always the same, 0: as often
    as by chance); None where both only ever gave one and the same verdict, or looked at nothing together. `disagreements` are
    the uses that cannot be published as both say: another verdict, other edits, or withheld by one alone.
    """

    reviewers: tuple[str, str]
    both: int
    agreed: int
    kappa: float | None
    disagreements: tuple[tuple[Correction, Correction], ...]


def agreements(entries: Iterable[Correction]) -> tuple[Agreement, ...]:
    """The agreement of any two reviewers who looked at a use in common.

    Args:
        entries: Their decisions, one a use and reviewer, as `opinions` gives them.
    """
    said: dict[str, dict[object, Correction]] = {}
    for entry in entries:
        said.setdefault(entry.reviewer, {})[entry.use] = entry
    found = []
    for one, other in itertools.combinations(sorted(said), 2):
        pairs = [(said[one][use], said[other][use]) for use in said[one] if use in said[other]]
        if pairs:
            verdicts = Counter[tuple[str, str]]((first.verdict, second.verdict) for first, second in pairs)
            agreed = sum(number for (first, second), number in verdicts.items() if first == second)
            apart = tuple(pair for pair in pairs if contradict(*pair))
            found.append(Agreement((one, other), len(pairs), agreed, cohen(verdicts), apart))
    return tuple(found)


def cohen(verdicts: Mapping[tuple[str, str], int]) -> float | None:
    """Cohen's kappa (1960) of how often two people gave which two verdicts; None where chance alone agrees always."""
    total = sum(verdicts.values())
    first, second = Counter[str](), Counter[str]()
    for (one, other), number in verdicts.items():
        first[one] += number
        second[other] += number
    chance = sum(first[verdict] * second[verdict] for verdict in first) / total**2 if total else 1.0
    observed = sum(number for (one, other), number in verdicts.items() if one == other) / total if total else 1.0
    return None if chance == 1 else (observed - chance) / (1 - chance)


def settled(corrections: Corrections, found: Iterable[Agreement]) -> Corrections:
    """The corrections without those of uses on which reviewers disagree: such a use is not decided."""
    apart = {one.use for each in found for one, _ in each.disagreements}
    return Corrections(tuple(one for one in corrections.entries if one.use not in apart), corrections.source)
