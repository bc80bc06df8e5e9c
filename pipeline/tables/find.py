"""Which drugs and uses a person means: by name, brand, slug or code, and by what a use says. Nothing is guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.fields import all_brands, purpose
from pipeline.model import ApprovalStatus, DrugFacts, Fact, Use, facts_in
from pipeline.snapshot import Input, Record, Snapshot, facts_of

#: How many names are offered where none is the one that was asked for.
OFFERED = 6
_PLAIN = re.compile(r"[a-z0-9]+")


def drugs_named(snapshot: Snapshot, words: str) -> list[Record]:
    """The drugs and regimens whose slug or name these words are; else those with such a brand; else with such a code.

    Upper and lower case and white space make no difference. More than one is found where the words stand for several.

    Raises:
        SnapshotError: W101, W102: the snapshot is not to be read.

    """
    wanted = _folded(words)
    tiers: tuple[list[Record], ...] = ([], [], [])
    for record in _mentioning(snapshot, words):
        for tier, keys in zip(tiers, (_names(record.facts), all_brands(record.facts), codes_of(record.facts)), strict=True):
            if wanted in map(_folded, keys):
                tier.append(record)
                break
    return next((tier for tier in tiers if tier), [])


def names_near(snapshot: Snapshot, words: str) -> list[str]:
    """Names and brands that look like these words, the nearest first: for a question back, never for an answer."""
    known: dict[str, str] = {}
    for name in _all_names(snapshot):
        known.setdefault(_folded(name), name)
    wanted = _folded(words)
    near = difflib.get_close_matches(wanted, known, n=OFFERED, cutoff=0.7)
    holding = [name for name in sorted(known) if wanted and wanted in name]
    return list(dict.fromkeys(known[name] for name in (*near, *holding)))[:OFFERED]


def _all_names(snapshot: Snapshot) -> Iterator[str]:
    """Slugs, and the names of drugs and brands."""
    yield from (one.slug for one in snapshot.published() if one.slug)
    for facts in facts_of(snapshot):
        yield from (*(fact.text for fact in (facts.name,) if fact), *all_brands(facts))


def unpublished(snapshot: Snapshot, words: str) -> list[Input]:
    """The pages of the run that were quarantined or are not a drug's, by the slug or file name that these words are."""
    wanted = "-".join(_folded(words).split())
    return [
        one
        for one in snapshot.inputs
        if one.outcome in {"quarantined", "not-a-drug"}
        and wanted
        in {_folded(each) for each in (one.slug or "", one.name, PurePosixPath(one.name).name, PurePosixPath(one.name).stem)}
    ]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a use must be to be shown; an empty filter lets all pass.

    `brand` is a brand by its name: its own uses, and those that the page states of the drug as a whole. `condition` is a
    part of the words of what is treated (also where, or caused by what). `code` is a code of the drug or of anything in the
    use, exact or broader.
    """

    brand: str | None = None
    condition: str | None = None
    code: str | None = None
    approval_status: ApprovalStatus | None = None

    def __bool__(self) -> bool:
        return any(each is not None for each in (self.brand, self.condition, self.code, self.approval_status))

    def uses(self, facts: DrugFacts) -> list[tuple[int, Use]]:
        """The uses that pass, with their numbers (from 1)."""
        return [(number, use) for number, use in enumerate(facts.uses, start=1) if self._passes(facts, use)]

    def _passes(self, facts: DrugFacts, use: Use) -> bool:
        return (
            (self.approval_status is None or use.approval_status == self.approval_status)
            and (self.brand is None or _folded(self.brand) in map(_folded, _scope(facts, use)))
            and (self.condition is None or any(_folded(self.condition) in _folded(words) for words in _purpose(use)))
            and (self.code is None or _folded(self.code) in map(_folded, (*codes_of(facts), *_codes(facts_in(use)))))
        )


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


def _purpose(use: Use) -> list[str]:
    return [fact.text for fact in purpose(use)]


def _codes(facts: Iterable[Fact]) -> list[str]:
    return [
        code
        for fact in facts
        for code in (*(each.code for each in fact.codings), *(each.glossary_id for each in fact.links if each.glossary_id))
    ]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
