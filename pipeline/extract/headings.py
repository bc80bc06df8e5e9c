"""Headings inside the use section: a group of patients, a brand, another country, or words that limit what stands below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.extract.leaf import in_order
from pipeline.extract.patients import narrowed, populations_of, without_duplicates
from pipeline.extract.quote import quote
from pipeline.extract.reading import read
from pipeline.extract.sentences import statements
from pipeline.extract.subjects import Names
from pipeline.language import plain, rx
from pipeline.model import Block, Fact, Population, Qualifier, SentenceRole, Use

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
    evidence: tuple[Fact, ...] = ()

    def narrow(self, use: Use) -> Use:
        """The use with what the headings say of it."""
        if self.populations:
            use = replace(use, populations=without_duplicates(narrowed(self.populations, use.populations)))
        if self.stated:
            use = replace(use, qualifiers=in_order((*use.qualifiers, *(Qualifier(one, "use") for one in self.stated))))
        return use


def read_headings(headings: Sequence[Block], names: Names) -> Under:
    """What the headings that a passage stands under say of its uses, outermost first."""
    found = Under()
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
        found = replace(found, stated=(*found.stated, replace(whole, rule="stated")), evidence=evidence)
    return found


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
