"""A drug as a row of the overview: short strings to search and small numbers to filter by, thousands of them in one file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.correct import Correction
from pipeline.fields import purpose
from pipeline.model import DrugFacts, Fact
from pipeline.review.cards import is_uncoded
from pipeline.review.visible import visible

#: Bits of a row's flags, the same in `static/overview.js`.
BRAND_SCOPED, UNREAD, UNCODED, CHANGED, FINDINGS, STALE, IN_WORDS = 1, 2, 4, 8, 16, 32, 64
_APPROVAL_STATUSES: Final = {"approved": 1, "accelerated_approval": 2, "used": 4}
_LONGEST_NAME = 120


def file_of(slug: str) -> str:
    """The name of a drug's file, without its ending: the slug, unless file systems would not take it."""
    if slug and len(slug) <= _LONGEST_NAME:
        return slug
    return f"{slug[:_LONGEST_NAME]}.{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def row_of(  # noqa: PLR0913 - what marks a row comes from as many places
    facts: DrugFacts, decided: Iterable[Correction], sampled: Mapping[int, bool], *, changed: bool, findings: bool, stale: bool
) -> list[Any]:
    """What the overview knows of a drug, in the order in which `static/overview.js` takes it apart.

    Returns:
        File, name, 0 for a drug and 1 for a regimen, brands, conditions, codes, bits of approval statuses, number of uses,
        bits of flags, SHA-256 of the page, places of reviewed uses, the page's date, and places of uses that were drawn at
        random and wait for a decision.

    """
    uses = facts.uses
    flags = BRAND_SCOPED if any(use.brands for use in uses) else 0
    flags |= UNREAD if facts.unread else 0
    flags |= UNCODED if any(map(is_uncoded, uses)) else 0
    flags |= CHANGED if changed else 0
    flags |= FINDINGS if findings else 0
    flags |= STALE if stale else 0
    flags |= IN_WORDS if any(use.qualified_in_words for use in uses) else 0
    approval_statuses = 0
    for use in uses:
        approval_statuses |= _APPROVAL_STATUSES[use.approval_status]
    brands = _texts([*facts.brands, *(brand for use in uses for brand in use.brands)])
    conditions = [fact for use in uses for fact in purpose(use)]
    named = [fact for fact in (facts.name, *facts.brands, *facts.ingredients, *conditions) if fact is not None]
    named += [brand for use in uses for brand in use.brands]
    codes = dict.fromkeys(coding.code for fact in named for coding in fact.codings)
    codes.update(dict.fromkeys(one.fact.text for one in facts.identifiers if one.kind != "dailymed-query"))
    return [
        file_of(facts.slug),
        visible(facts.name.text if facts.name else facts.slug),
        int(facts.kind == "regimen"),
        brands,
        _texts(conditions),
        visible(" ".join(codes)),
        approval_statuses,
        len(uses),
        flags,
        facts.page.sha256,
        sorted({one.span.start for one in decided}),
        visible(facts.page.meta("lastReviewed") or ""),
        sorted(place for place, done in sampled.items() if not done),
    ]


def _texts(facts: Iterable[Fact]) -> list[str]:
    """The words of facts, each once, however their letters are written."""
    return [visible(text) for text in {fact.text.casefold(): fact.text for fact in reversed(list(facts))}.values()][::-1]
