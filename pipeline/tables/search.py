"""The search over uses that `onlabel show` and the review site ask: which words stand where, and what a query means by them.

A query finds a use when each of its terms does, in the names of the drug or in that one use; words of two uses never add up.
Words match where words begin (`leuk`), short ones and abbreviations only whole. What would turn the meaning round is part of
its word: "non-Hodgkin" is no "Hodgkin", "HER2 negative" no "HER2 positive". An abbreviation is what some page defines it as.
A code is matched whole; in its own system (`icd10:C34`) ICD-10-CM is matched from its beginning, as its codes are built.
`review/static/search.js` does the same with the same tables, and a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from pipeline.fields import FIELDS, all_brands
from pipeline.model import DrugFacts, Fact, Use, facts_in
from pipeline.tables.columns import SYSTEMS

AnyFacts: TypeAlias = DrugFacts[Any]
#: Abbreviations, folded, and what pages write them out as.
Abbreviations: TypeAlias = Mapping[str, tuple[str, ...]]

#: Where words are looked for: the name before a colon (`prior:cisplatin`), and what a reader calls it.
GROUPS: Final = {
    "drug": "drug",
    "brand": "brand",
    "condition": "condition",
    "detail": "disease detail",
    "patients": "patients",
    "with": "given with",
    "prior": "prior therapy",
    "restriction": "restriction in words",
}
#: Code systems by the name before a colon; a code of one in `FROM_START` is found by its beginning too.
CODES: Final = {
    "ncit": (SYSTEMS["ncit"], "NCI Thesaurus"),
    "rxnorm": (SYSTEMS["rxnorm"], "RxNorm"),
    "unii": (SYSTEMS["unii"], "UNII"),
    "icd10": (SYSTEMS["icd10cm"], "ICD-10-CM"),
    "mondo": (SYSTEMS["mondo"], "Mondo"),
    "mesh": (SYSTEMS["mesh"], "MeSH"),
    "nci": ("", "NCI dictionary or page"),
}
FROM_START: Final = frozenset({"icd10"})
#: Words that say nothing by themselves.
STOP: Final = frozenset({"a", "an", "and", "for", "in", "of", "or", "the", "to", "with"})
_SYSTEM_OF: Final = {uri: name for name, (uri, _) in CODES.items()}
_WHOLE, _PLURAL, _OFFERED = 2, 5, 6
_MARK: Final = re.compile(r"(?<=\w)\+(?!\w)")
_MINUS: Final = re.compile(r"(?<=[A-Z0-9])[-\u2010-\u2015\u2212](?!\w)")
_NON: Final = re.compile(r"(^| )non (?=[a-z])")
_SIGN: Final = re.compile(r" (positive|negative)\b")
_TERM: Final = re.compile(
    r"(?:([A-Za-z0-9]+):)?(?:\"([^\"]*)\"?|((?:non\s+)?\S+(?:\s+(?:positive|negative)(?!\S))?))", re.IGNORECASE
)
#: In brackets behind its long form: one word with two capitals or digits (NSCLC, aTTP, HR+).
_SHORT: Final = re.compile(r"\((?=[^()\s]*[A-Z0-9][^()\s]*[A-Z0-9+-])([A-Za-z0-9][A-Za-z0-9+/-]{1,9})\)")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a page in one of `GROUPS`; `label` is the field, `more` what abbreviations in them stand for."""

    group: str
    label: str
    text: str
    more: str = ""
    folded: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", f" {fold(self.text)} | {fold(self.more)} ")


@dataclass(frozen=True, slots=True)
class Code:
    """A code in one of `CODES`; `relation` says whether it means the same (`exact`) or more (`broader`)."""

    system: str
    code: str
    relation: str

    @property
    def label(self) -> str:
        """Its system as a reader calls it."""
        return f"{CODES[self.system][1]}{', broader' if self.relation == 'broader' else ''}"

    @property
    def text(self) -> str:
        """The code."""
        return self.code


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found of a drug, or of one use."""

    words: tuple[Words, ...]
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a query: as typed, where it is looked for, and the words (alternatives) or the code that it is."""

    said: str
    group: str | None
    system: str | None
    words: tuple[str, ...]
    code: str
    written_out: bool

    def hit(self, *entries: Entry) -> Words | Code | None:
        """What it finds first in some entries."""
        found = (each for entry in entries for way in (self._words, self._codes) for each in way(entry))
        return next(found, None)

    def _words(self, entry: Entry) -> Iterator[Words | Code]:
        if self.system is None:
            yield from (
                one
                for one in entry.words
                if self.group in {None, one.group} and any(_begins(fold(word), one.folded) for word in self.words)
            )

    def _codes(self, entry: Entry) -> Iterator[Words | Code]:
        if self.group is None and self.code:
            for one in entry.codes:
                whole = one.code.casefold() == self.code
                start = self.system in FROM_START and one.code.casefold().startswith(self.code)
                if self.system in {None, one.system} and (whole or start):
                    yield one

    @property
    def told(self) -> str:
        """What it was taken for."""
        if self.system is not None:
            start = "codes that begin with" if self.system in FROM_START else "code"
            return f"{CODES[self.system][1]} {start} {self.code.upper()}"
        where = f" in {GROUPS[self.group]}" if self.group else ""
        written_out = f" as {' or '.join(self.words)}" if self.written_out else ""
        return f"“{self.said}”{written_out}{where}"


def fold(text: str) -> str:
    """Words in lower case without accents, one space between them; what negates a word, and a sign, is part of it."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.category(each).startswith("M"))
    plain = _MINUS.sub(" negative", _MARK.sub(" positive", plain)).lower()
    return _SIGN.sub(r"\1", _NON.sub(r"\1non", " ".join(re.findall(r"[^\W_]+", plain))))


def parse(query: str, abbreviations: Abbreviations) -> list[Term]:
    """The terms of a query; words in quotes are one."""
    found = []
    for name, quoted, word in _TERM.findall(query):
        known = name.casefold() if name.casefold() in {*GROUPS, *CODES} else None
        said = quoted or word
        folded = fold(said if known or not name else f"{name} {said}")
        if not folded or (folded in STOP and not known):
            continue
        words = tuple(abbreviations.get(folded, ()))
        found.append(
            Term(
                said=said if known or not name else f"{name}:{said}",
                group=known if known in GROUPS else None,
                system=known if known in CODES else None,
                words=words or (folded,),
                code=f"mondo:{said}".casefold() if known == "mondo" else said.casefold(),
                written_out=bool(words),
            )
        )
    return found


def abbreviations_of(every: Iterable[AnyFacts]) -> dict[str, tuple[str, ...]]:
    """The abbreviations that pages define in brackets ("non-small cell lung cancer (NSCLC)"), folded on both sides.

    The long form is found as by Schwartz and Hearst (2003): its letters hold those of the abbreviation in order, the first at
    the beginning of a word.
    """
    found: dict[str, dict[str, str]] = {}
    for facts in every:
        for text in {fact.text for fact in facts_in(facts.uses)} | {one.fact.text for one in facts.sentences}:
            for match in _SHORT.finditer(text):
                short = match[1]
                before = text[: match.start()].split()[-min(len(short) + 5, 2 * len(short)) :]
                long = _long_form(short, " ".join(before))
                if long and fold(long) != fold(short):
                    found.setdefault(fold(short), {}).setdefault(fold(long), long[0].lower() + long[1:])
    return {short: tuple(long for _, long in sorted(found[short].items())) for short in sorted(found)}


def entries_of(facts: AnyFacts, abbreviations: Abbreviations) -> tuple[Entry, list[Entry]]:
    """What can be found of a drug (its names and codes), and of each of its uses.

    A use has the brands that its page states for it, or all of the drug's where the page states none.
    """

    def written_out(text: str) -> str:
        folded = f" {fold(text)} "
        return " | ".join(long for short, longs in abbreviations.items() if f" {short} " in folded for long in longs)

    def words(group: str, label: str, texts: Iterable[str]) -> list[Words]:
        return [Words(group, label, text, written_out(text)) for text in dict.fromkeys(texts)]

    def texts(found: object) -> list[str]:
        return [fact.text for fact in facts_in(found)]

    def of_use(use: Use) -> Entry:
        stated = [brand.text for brand in use.brands]
        said = [
            *words("brand", "Brand" if stated else "Brand of the drug", stated or all_brands(facts)),
            *(
                each
                for one in FIELDS
                if one.name != "brands"
                for each in words(_GROUP_OF[one.mark], one.label, texts(one.facts(use)))
            ),
            *words("condition", "Intent", texts(use.intent_text) if use.intent_text else ()),
            *words("patients", "Patients", texts(use.populations)),
            *words("with", "Given with", texts(tuple(one.phrase for one in use.therapies))),
            *words("with", "Phase of treatment", texts(tuple(one.phrase for one in use.phases))),
            *words("prior", "Prior therapy", texts(tuple(one.phrase for one in use.prior))),
            *words("restriction", "Restriction in words", texts(tuple(one.fact for one in use.qualifiers))),
        ]
        scope = () if stated else facts.brands
        return Entry(tuple(said), tuple(_codes((*facts_in(use), *scope))))

    name = [facts.name.text] if facts.name else []
    names = [
        *words("drug", "Name", [*name, facts.slug]),
        *words("drug", "Ingredient", texts(facts.ingredients)),
        *words("drug", "Component", [one.name.text for one in facts.components]),
    ]
    named = (*((facts.name,) if facts.name else ()), *facts.ingredients)
    printed = [
        Code("ncit" if one.kind == "ncit" else "nci", one.fact.text, "exact")
        for one in facts.identifiers
        if one.kind != "dailymed-query"
    ]
    return Entry(tuple(names), (*printed, *_codes(named))), [of_use(use) for use in facts.uses]


def brands_of(facts: AnyFacts) -> Entry:
    """The brands of a drug and their codes: they find the drug where none of its uses is theirs."""
    return Entry(tuple(Words("brand", "Brand", text) for text in all_brands(facts)), tuple(_codes(facts.brands)))


def found_in(terms: Sequence[Term], facts: AnyFacts, abbreviations: Abbreviations) -> list[int] | None:
    """The numbers (from 1) of a drug's uses that a query finds; empty where it names the drug alone, None where neither."""
    names, uses = entries_of(facts, abbreviations)
    found = [number for number, use in enumerate(uses, 1) if all(term.hit(names, use) for term in terms)]
    if found or all(term.hit(names, brands_of(facts)) for term in terms):
        return found
    return None


def near(query: str, names: Iterable[str]) -> list[str]:
    """Words among `names` that look like words of a query, the nearest first: for a question back, never for an answer."""
    wanted = [word for word in fold(query).split() if len(word) > _WHOLE]
    known: dict[str, str] = {}
    for name in names:
        for word in name.split():
            known.setdefault(fold(word), word)
    found = sorted(
        (distance, word)
        for word in known
        for each in wanted
        if (distance := _distance(each, word, 1 if len(each) <= _PLURAL - 1 else 2)) is not None
    )
    return list(dict.fromkeys(known[word] for _, word in found))[:_OFFERED]


_GROUP_OF: Final = {"condition": "condition", "detail": "detail", "therapy": "with"}


def _codes(facts: Iterable[Fact]) -> Iterator[Code]:
    once: dict[Code, None] = {}
    for fact in facts:
        for each in fact.codings:
            if each.system in _SYSTEM_OF:
                once[Code(_SYSTEM_OF[each.system], each.code, each.relation)] = None
        for link in fact.links:
            if link.glossary_id:
                once[Code("nci", link.glossary_id, "exact")] = None
    yield from once


def _begins(term: str, folded: str) -> bool:
    if len(term) <= _WHOLE:
        return f" {term} " in folded
    needle = f" {term.removesuffix('s') if len(term) >= _PLURAL else term}"
    return needle in folded and (not needle[-1].isdigit() or re.search(rf"{re.escape(needle)}(?!\d)", folded) is not None)


def _long_form(short: str, before: str) -> str | None:
    at = len(before) - 1
    for place in range(len(short) - 1, -1, -1):
        letter = short[place].lower()
        if not letter.isalnum():
            continue
        while at >= 0 and (before[at].lower() != letter or (place == 0 and at > 0 and before[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    return before[at + 1 :]


def _distance(one: str, other: str, most: int) -> int | None:
    """How many letters are other, missing, too many or swapped with their neighbor; None beyond `most`."""
    if abs(len(one) - len(other)) > most:
        return None
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, against in enumerate(other, 1):
            least = min(last[column] + 1, this[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                least = min(least, before[column - 2] + 1)
            this.append(least)
        if min(this) > most:
            return None
        before, last = last, this
    return last[-1] if last[-1] <= most else None
