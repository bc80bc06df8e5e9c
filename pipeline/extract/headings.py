"""Headings inside the use section: a group of patients, a brand, another country, or words that limit what stands below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.elements.label_blocks import is_group
from pipeline.extract.leaf import in_order
from pipeline.extract.patients import narrowed, populations_of, without_duplicates
from pipeline.language import plain, rx
from pipeline.meaning.head import read_head
from pipeline.meaning.reading import read
from pipeline.model import Block, Fact, Population, Qualifier, SentenceRole, Use
from pipeline.phrases.diseases import ends_in_disease, related
from pipeline.phrases.nouns import noun_aim
from pipeline.phrases.words import words_of
from pipeline.sentences.quote import fact, quote
from pipeline.sentences.statements import statements
from pipeline.sentences.subjects import Names

_NO_USE = rx(
    r".*\b(?:not|no longer|withdrawn|discontinued|formerly|former|past|previous|outside|abroad|other countries|europe|canada|off-label"
    r"|unapproved|pending|proposed|expected|upcoming|future|veterinary|animals?|emergency|compassionate|expanded access|orphan|breakthrough|fast track|priority review"
    r"|under review|EU|UK|limitations?|limits|considerations|contraindications|precautions|side effects?|warnings?|safety|do not)\b"
)
_STUDIED = rx(r".*\b(?:stud(?:y|ies|ied)|trials?|research|investigat\w+|experimental)\b")
_FRAME = rx(
    r"(?:(?:FDA[- ])?approved )?(?:uses?|indications?)(?: in cancer| of .*)?\W*$|types of cancer\W*$|cancers?\W*$|what .* (?:used|approved) for\W*$"
)


@dataclass(frozen=True)
class Under:
    """What the headings above say of the uses below them; `refused` is why there are none, with the `role` of what stands there."""

    refused: str | None = None
    role: SentenceRole = "unread"
    brands: tuple[Fact, ...] = ()
    populations: tuple[Population, ...] = ()
    stated: tuple[Fact, ...] = ()
    diseases: tuple[Fact, ...] = ()
    evidence: tuple[Fact, ...] = ()
    of_label: bool = False

    def narrow(self, use: Use) -> Use:
        """The use with what the headings say of it."""
        if self.populations:
            use = replace(use, populations=without_duplicates(narrowed(self.populations, use.populations)))
        names = tuple(one.text for one in (*use.conditions, *use.narrower, *use.settings))
        others = [one for one in self.diseases if not _parts(one.text) <= _parts(" ".join(names))]
        # several settings are joined by "or": beside another, and where it is a kind of the condition, a heading stays in words
        kept = others if use.settings else [one for one in others if related(one.text, names)]
        use = replace(
            use,
            settings=(*use.settings, *(one for one in others if one not in kept)),
            qualifiers=in_order((*use.qualifiers, *(Qualifier(replace(one, rule="stated"), "use") for one in kept))),
        )
        said = _parts(" ".join(one.text for one in (*use.conditions, *use.narrower, *use.settings)))
        stated = [one for one in self.stated if not (self.of_label and _parts(one.text) <= said)]
        if stated:
            use = replace(use, qualifiers=in_order((*use.qualifiers, *(Qualifier(one, "use") for one in stated))))
        return use


def read_headings(headings: Sequence[Block], names: Names) -> Under:
    """What the headings that a passage stands under say of its uses, outermost first."""
    found = Under(of_label=names.approved)
    for heading in headings:
        said = plain(heading.text).strip()
        whole = quote(heading, "heading")
        if _STUDIED.match(said):
            return Under("it stands under a heading on studies", "studied")
        if _NO_USE.match(said):
            return Under("it stands under a heading on what is not approved", "unread")
        if _FRAME.match(said):
            continue
        evidence = (*found.evidence, whole)
        if said.casefold() in names.brands or _brand(said, names):
            found = replace(found, brands=(*found.brands, whole), evidence=evidence)
            continue
        populations = _populations(heading)
        if populations:
            found = replace(found, populations=narrowed(found.populations, populations), evidence=evidence)
            continue
        diseases, all_of_it = _diseases(heading) if names.approved else ((), False)
        above = tuple(replace(one, rule="stated") for one in found.diseases) if diseases else ()
        found = replace(found, stated=(*found.stated, *above), diseases=diseases or found.diseases, evidence=evidence)
        if not all_of_it:
            found = replace(found, stated=(*found.stated, replace(whole, rule="stated")))
    return found


def _diseases(heading: Block) -> tuple[tuple[Fact, ...], bool]:
    """Reads "1.2 Epilepsy" above "X is indicated as adjunctive therapy for partial seizures": in which disease; and whether it says no more."""
    said = statements(heading)
    if len(said) != 1 or is_group(heading.text):
        return (), False
    words = words_of(said[0].plain, said[0].start, said[0].end)
    at = next((number for number, word in enumerate(words) if not word.of("number") and not word.low[:1].isdigit()), len(words))
    people = next((number for number in range(at, len(words)) if words[number].of("person")), len(words))
    having = next((number + 1 for number in range(people, len(words)) if words[number].low == "with"), at)
    if noun_aim(words, at, len(words)) or (head := read_head(said[0], having)) is None:
        return (), False  # else "Adolescent Patients with Hypercholesterolemia", too
    parts = [part for part in head.parts if ends_in_disease(said[0].plain[slice(*part)])]
    facts = tuple(fact(heading, *part, "setting") for part in parts)
    return facts, bool(facts) and having == at and len(parts) == len(head.parts) and head.end == len(words)


def _parts(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"\w+", text.casefold())}


def _brand(said: str, names: Names) -> bool:
    return bool(names.brands) and said.casefold().removesuffix(" brand").strip() in names.brands


def _populations(heading: Block) -> tuple[Population, ...]:
    """Reads "Children aged 12 years and older" where nothing else stands in the heading."""
    said = statements(heading)
    if len(said) != 1:
        return ()
    reading = read(said[0])
    if any(one.kind not in ("population", "description", "frame") for one in reading.said):
        return ()
    return populations_of([reading])
