"""How much of what the pages say has a code: a measure over coded facts, and what is left, by frequency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pipeline.model import DrugFacts, Fact
from pipeline.terminology.systems import SYSTEMS, SystemKey

#: What is counted, in the order of the report. A combination's UNII is counted with its ingredients.
SUBJECTS: Final = (
    "drug",
    "single-substance drug",
    "ingredient of a combination",
    "regimen",
    "component",
    "brand",
    "condition",
    "narrower condition",
    "setting",
    "cause",
    "therapy",
    "prior therapy",
)
#: The systems in which a subject is expected to have codes.
_EXPECTED: Final[dict[str, tuple[SystemKey, ...]]] = {
    "drug": ("ncit", "rxnorm"),
    "single-substance drug": ("unii",),
    "ingredient of a combination": ("ncit", "rxnorm", "unii"),
    "regimen": ("ncit",),
    "component": ("ncit", "rxnorm", "unii"),
    "brand": ("rxnorm",),
    "therapy": ("ncit", "rxnorm", "unii"),
    "prior therapy": ("ncit", "rxnorm", "unii"),
}
_DISEASE: Final[tuple[SystemKey, ...]] = ("ncit", "icd10cm", "mondo", "mesh")


@dataclass(frozen=True, slots=True)
class Share:
    """Of `mentions` mentions of a subject, `exact` have an exact code in the system and `broader` only a broader one."""

    subject: str
    system: SystemKey
    mentions: int
    exact: int
    broader: int


@dataclass(frozen=True, slots=True)
class Uncoded:
    """Words without an exact code in a system; `broader` says whether they have a broader one."""

    subject: str
    system: SystemKey
    text: str
    mentions: int
    broader: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """The measure over `pages` pages about a drug or a regimen."""

    pages: int
    shares: tuple[Share, ...]
    uncoded: tuple[Uncoded, ...]


def coverage(pages: Iterable[DrugFacts]) -> Coverage:
    """Measure coded facts, page by page (a stream will do).

    Args:
        pages: Facts as `code` returns them; pages about neither a drug nor a regimen count nothing.

    Returns:
        A share for each subject and system expected for it, and what has no exact code there, the most frequent first.
    """
    counted: Counter[tuple[str, SystemKey, str]] = Counter()
    left: Counter[tuple[str, SystemKey, str, bool]] = Counter()
    number = 0
    for facts in pages:
        number += facts.kind != "none"
        for subject, fact, own in _mentions(facts):
            for system in _EXPECTED.get(subject, _DISEASE):
                relations = {coding.relation for coding in fact.codings if coding.system == SYSTEMS[system].uri}
                exact = "exact" in relations or system in own
                counted[subject, system, "exact" if exact else "broader" if relations else "none"] += 1
                if not exact:
                    left[subject, system, fact.text, bool(relations)] += 1
    shares = tuple(
        Share(
            subject,
            system,
            sum(counted[subject, system, state] for state in ("exact", "broader", "none")),
            counted[subject, system, "exact"],
            counted[subject, system, "broader"],
        )
        for subject in SUBJECTS
        for system in _EXPECTED.get(subject, _DISEASE)
    )
    uncoded = [Uncoded(subject, system, text, mentions, wide) for (subject, system, text, wide), mentions in left.items()]
    place = {subject: number for number, subject in enumerate(SUBJECTS)}
    uncoded.sort(key=lambda entry: (place[entry.subject], list(SYSTEMS).index(entry.system), -entry.mentions, entry.text))
    return Coverage(number, shares, tuple(uncoded))


def _mentions(facts: DrugFacts) -> Iterator[tuple[str, Fact, Sequence[SystemKey]]]:
    """Each mention of a subject: its words, and the systems in which the page itself prints its code."""
    if facts.name is None or facts.kind == "none":
        return
    own: list[SystemKey] = ["ncit"] if any(identifier.kind == "ncit" for identifier in facts.identifiers) else []
    if facts.kind == "regimen":
        yield "regimen", facts.name, own
    else:
        yield "drug", facts.name, own
        if not facts.ingredients and " and " not in facts.name.text:
            yield "single-substance drug", facts.name, own
    for subject, mentioned in (
        ("ingredient of a combination", facts.ingredients),
        ("component", tuple(component.name for component in facts.components)),
        ("brand", facts.brands),
        ("condition", chain.from_iterable(use.conditions for use in facts.uses)),
        ("narrower condition", chain.from_iterable(use.narrower for use in facts.uses)),
        ("setting", chain.from_iterable(use.settings for use in facts.uses)),
        ("cause", chain.from_iterable(use.causes for use in facts.uses)),
        ("therapy", chain.from_iterable(therapy.names for use in facts.uses for therapy in use.therapies)),
        ("prior therapy", chain.from_iterable(prior.names for use in facts.uses for prior in use.prior)),
    ):
        for fact in mentioned:
            yield subject, fact, ()
