"""The room's work as a whole: a page in, its facts out, and what it could not read as findings."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import Problem, excerpt
from pipeline.extract.identity import (
    classify,
    find_brands,
    find_components,
    find_fda_status,
    find_identifiers,
    find_name,
    find_page_status,
    find_pronunciation,
    slug_of,
)
from pipeline.extract.section import use_blocks
from pipeline.extract.use_section import read_use_section
from pipeline.model import DrugFacts, Kind, Page
from pipeline.publishers import Publisher, publishers_of
from pipeline.sentences.subjects import names_of


def extract(page: Page, own: Sequence[Publisher] = ()) -> DrugFacts:
    """All that a page says of its drug or regimen; a page about neither gives facts of kind `none` and nothing else.

    It is read by its publisher's profile, or, where it does not say who published it, by the first whose layout it has.

    Args:
        page: The page as `read_page` gives it.
        own: Publishers' profiles besides those that onlabel knows.
    """
    tried = profiles_tried(page, own)
    publisher, kind, reason = next((each for each in tried if each[1] != "none"), tried[0])
    if kind == "none":
        if any(why != reason for _, _, why in tried):
            reason = "; ".join(f"{each.id}: {why}" for each, _, why in tried)
        return DrugFacts(page, slug_of(page, publisher), kind, reason, publisher=publisher.id)
    status, status_fact = find_fda_status(page, publisher)
    name, brands = find_name(page, publisher), find_brands(page, publisher)
    section = read_use_section(use_blocks(page, publisher), names_of(name, brands, publisher, status))
    return DrugFacts(
        page,
        slug_of(page, publisher),
        kind,
        reason,
        publisher=publisher.id,
        name=name,
        pronunciation=find_pronunciation(page),
        brands=brands,
        fda_status=status,
        fda_status_fact=status_fact,
        identifiers=find_identifiers(page, publisher),
        components=find_components(page, publisher) if kind == "regimen" else (),
        uses=tuple(section.uses),
        denials=tuple(section.denials),
        studied=tuple(section.studied),
        sentences=tuple(section.sentences),
        page_status=find_page_status(page, publisher),
    )


def profiles_tried(page: Page, own: Sequence[Publisher] = ()) -> list[tuple[Publisher, Kind, str]]:
    """The profiles by which a page may be read, each with what it takes the page for, and what says so."""
    language = page.meta("language") or LANGUAGE
    if language.partition("-")[0].casefold() != LANGUAGE:
        return [(each, "none", f"its language is {language}, and only English is read") for each in publishers_of(page, own)]
    return [(each, *classify(page, each)) for each in publishers_of(page, own)]


#: The language that the reader knows (BCP 47).
LANGUAGE = "en"


def findings(facts: DrugFacts) -> tuple[Problem, ...]:
    """What was left unread, as problems with the line and an excerpt."""
    page = facts.page
    found = [
        Problem(
            "X210",
            "warning",
            f"a sentence of the use section was not read in full: {sentence.reason}",
            "Read the sentence on the page; if its shape will come again, add a row for it (pipeline/extract/README.md).",
            source=page.name,
            line=page.line(sentence.fact.spans[0].start),
            excerpt=excerpt(sentence.fact.text),
        )
        for sentence in facts.unread
    ]
    if facts.kind != "none" and not facts.uses and not facts.withheld:
        cause = "the page is about a drug or regimen, and no use was read from it"
        remedy = "Check the page's use section; a drug that is only studied has none."
        found.append(Problem("X211", "warning", cause, remedy, source=page.name))
    return tuple(found)
