"""A drug as a row of the overview: short strings to search and small numbers to filter by, thousands of them in one file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.correct import Correction
from pipeline.fields import all_brands
from pipeline.model import DrugFacts
from pipeline.review.cards import is_uncoded, title_of
from pipeline.review.visible import visible
from pipeline.tables.search import CODES, FROM_START, GROUPS, STOP, Abbreviations, Entry, brands_of, entries_of

#: Bits of a row's flags, the same in `static/overview.js`; the last three are of each use too.
UNREAD, CHANGED, FINDINGS, STALE = 2, 8, 16, 32
BRAND_SCOPED, UNCODED, IN_WORDS = 1, 4, 64
_APPROVAL_STATUSES: Final = {"approved": 1, "accelerated_approval": 2, "used": 4}
_LONGEST_NAME = 120


class Labels:
    """The fields of words, each by a number: a file of thousands of drugs says its name once."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, str], int] = {}

    def entry(self, found: Entry) -> list[Any]:
        """What can be found, as `static/search.js` takes it apart: words, then codes."""
        words = []
        for one in found.words:
            label = self.all.setdefault((one.group, one.label), len(self.all))
            words.append([label, visible(one.text), *([one.more] if one.more else [])])
        return [words, [[one.system, visible(one.code), *([1] if one.relation == "broader" else [])] for one in found.codes]]


def settings_of(labels: Labels, abbreviations: Abbreviations) -> dict[str, Any]:
    """The tables of the search, for `static/search.js`."""
    return {
        "labels": [list(one) for one in labels.all],
        "abbreviations": abbreviations,
        "groups": GROUPS,
        "codes": {name: label for name, (_, label) in CODES.items()},
        "fromStart": sorted(FROM_START),
        "stop": sorted(STOP),
    }


def file_of(slug: str) -> str:
    """The name of a drug's file, without its ending: the slug, unless file systems would not take it."""
    if slug and len(slug) <= _LONGEST_NAME:
        return slug
    return f"{slug[:_LONGEST_NAME]}.{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def row_of(  # noqa: PLR0913 - what marks a row comes from as many places
    facts: DrugFacts,
    decided: Iterable[Correction],
    sampled: Mapping[int, bool],
    abbreviations: Abbreviations,
    labels: Labels,
    *,
    changed: bool,
    findings: bool,
    stale: bool,
) -> list[Any]:
    """What the overview knows of a drug, in the order in which `static/overview.js` takes it apart.

    Returns:
        File, name, 0 for a drug and 1 for a regimen, brands, bits of flags, SHA-256 of the page, places of reviewed uses, the
        page's date, places of uses that were drawn at random and wait for a decision, what finds the drug, what finds it by
        its brands, and its uses: title, bit of the approval status, bits of flags, what finds it.

    """
    flags = (UNREAD * bool(facts.unread)) | (CHANGED * changed) | (FINDINGS * findings) | (STALE * stale)
    names, entries = entries_of(facts, abbreviations)
    uses = []
    for use, entry in zip(facts.uses, entries, strict=True):
        own = (BRAND_SCOPED * bool(use.brands)) | (UNCODED * is_uncoded(use)) | (IN_WORDS * use.qualified_in_words)
        flags |= own
        uses.append([visible(title_of(use)), _APPROVAL_STATUSES[use.approval_status], own, *labels.entry(entry)])
    return [
        file_of(facts.slug),
        visible(facts.name.text if facts.name else facts.slug),
        int(facts.kind == "regimen"),
        [visible(brand) for brand in all_brands(facts)],
        flags,
        facts.page.sha256,
        sorted({one.span.start for one in decided}),
        visible(facts.page.meta("lastReviewed") or ""),
        sorted(place for place, done in sampled.items() if not done),
        labels.entry(names),
        labels.entry(brands_of(facts)),
        uses,
    ]
