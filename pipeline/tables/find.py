"""Which drugs and uses a person means: by name, brand, slug or code, and by what a use says. Nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from pipeline.errors import Problem, UsageError
from pipeline.fields import all_brands
from pipeline.model import ApprovalStatus, DrugFacts, Fact, Use
from pipeline.snapshot import Input, Record, Snapshot, facts_of
from pipeline.tables.search import Abbreviations, Term, abbreviations_of, found_in, near, parse

_PLAIN = re.compile(r"[a-z0-9]+")


def drugs_named(snapshot: Snapshot, words: str) -> list[Record]:
    """The drugs and regimens whose slug or name these words are; else those with such a brand; else with such a code.

    Upper and lower case and white space make no difference. More than one is found where the words stand for several.

    Raises:
        SnapshotError: W101, W102: the snapshot is not to be read.

    """
    wanted = folded(words)
    tiers: tuple[list[Record], ...] = ([], [], [])
    for record in _mentioning(snapshot, words):
        for tier, keys in zip(tiers, (_names(record.facts), all_brands(record.facts), codes_of(record.facts)), strict=True):
            if wanted in map(folded, keys):
                tier.append(record)
                break
    return next((tier for tier in tiers if tier), [])


def names_near(snapshot: Snapshot, words: str) -> list[str]:
    """Names and brands that look like these words, the nearest first: for a question back, never for an answer."""
    return near(words, _all_names(snapshot))


def _all_names(snapshot: Snapshot) -> Iterator[str]:
    """Slugs, and the names of drugs and brands."""
    yield from (one.slug for one in snapshot.published() if one.slug)
    for facts in facts_of(snapshot):
        yield from (*(fact.text for fact in (facts.name,) if fact), *all_brands(facts))


def unpublished(snapshot: Snapshot, words: str) -> list[Input]:
    """The pages of the run that were quarantined or are not a drug's, by the slug or file name that these words are."""
    wanted = "-".join(folded(words).split())
    return [
        one
        for one in snapshot.inputs
        if one.outcome in {"quarantined", "not-a-drug"}
        and wanted
        in {folded(each) for each in (one.slug or "", one.name, PurePosixPath(one.name).name, PurePosixPath(one.name).stem)}
    ]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a use must be to be shown; an empty filter lets all pass.

    `brand` is a brand by its name: its own uses, and those that the page states of the drug as a whole. `terms` are those of
    a search (`search.py`), each of which the use, or its drug, must meet; abbreviations in the uses are as `written_out`.
    """

    brand: str | None = None
    approval_status: ApprovalStatus | None = None
    terms: tuple[Term, ...] = ()
    written_out: Abbreviations = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.brand is not None or self.approval_status is not None or self.terms)

    def uses(self, facts: DrugFacts) -> list[tuple[int, Use]]:
        """The uses that pass, with their numbers (from 1)."""
        found = set(found_in(self.terms, facts, self.written_out) or ()) if self.terms else range(1, len(facts.uses) + 1)
        return [(number, use) for number, use in enumerate(facts.uses, start=1) if number in found and self._passes(facts, use)]

    def _passes(self, facts: DrugFacts, use: Use) -> bool:
        return (self.approval_status is None or use.approval_status == self.approval_status) and (
            self.brand is None or folded(self.brand) in map(folded, _scope(facts, use))
        )


def filters_of(  # noqa: PLR0913, PLR0917 - one parameter an option of `onlabel show`
    snapshot: Snapshot,
    brand: str | None = None,
    condition: str | None = None,
    code: str | None = None,
    approval_status: ApprovalStatus | None = None,
    query: str = "",
) -> Filters:
    """The filter that options and the words of a search stand for.

    Args:
        snapshot: Its pages define the abbreviations.
        brand: The name of a brand.
        condition: Words of what is treated, in what setting, caused by what.
        code: A code of the use or its drug, perhaps with its system (`icd10:C34`).
        approval_status: As in the model.
        query: The words of a search.

    Raises:
        SnapshotError: W101, W102, the snapshot cannot be read.
        UsageError: W301, a text has nothing to look for ("the", "?"): what finds everything was not asked for.
    """
    if not (condition or code or query):
        return Filters(brand, approval_status)
    known = abbreviations_of(facts_of(snapshot))
    for given in filter(None, (condition, code, query)):
        if not parse(given, known):
            cause, remedy = f"{given!r} has no word or code to look for", "`onlabel show` lists what is published."
            raise UsageError(Problem("W301", "error", cause, remedy, source=str(snapshot.path)))
    terms = [
        *parse(query, known),
        *(replace(term, group="condition", system=None) for term in parse(condition or "", known)),
        *(replace(term, words=()) for term in parse(code or "", known)),
    ]
    return Filters(brand, approval_status, tuple(terms), known)


def codes_of(facts: DrugFacts) -> list[str]:
    """The codes and identifiers of the drug and its brands."""
    named = (*((facts.name,) if facts.name else ()), *facts.brands, *facts.ingredients)
    return [*(each.fact.text for each in facts.identifiers if each.kind != "dailymed-query"), *_codes(named)]


def _mentioning(snapshot: Snapshot, words: str) -> Iterator[Record]:
    """Pages in whose facts the words can be found; reading facts takes time, looking at bytes does not."""
    # Anything but letters and digits may be written another way in JSON: the longest piece without it is looked for.
    plain = max(_PLAIN.findall(words.lower()), key=len, default="").encode()
    return (line.record() for line in snapshot.lines() if plain in line.facts.lower())


def _names(facts: DrugFacts) -> list[str]:
    return [facts.slug, *([facts.name.text] if facts.name else [])]


def _scope(facts: DrugFacts, use: Use) -> Sequence[str]:
    return [brand.text for brand in use.brands] or all_brands(facts)


def _codes(facts: Iterable[Fact]) -> list[str]:
    return [
        code
        for fact in facts
        for code in (*(each.code for each in fact.codings), *(each.glossary_id for each in fact.links if each.glossary_id))
    ]


def folded(text: str) -> str:
    """Words as names are compared: without case, one space between them."""
    return " ".join(text.split()).casefold()
