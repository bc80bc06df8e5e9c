"""A drug as a row of the overview: short strings to search and small numbers to filter by, thousands of them in one file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from pipeline.correct import Correction, Corrections, reading, span_of
from pipeline.fields import all_brands
from pipeline.model import DrugFacts, Span, Use
from pipeline.review.cards import is_uncoded, titles_of
from pipeline.review.visible import visible
from pipeline.snapshot import Record, Snapshot
from pipeline.tables import unread_in
from pipeline.tables.search import CODES, FROM_START, GROUPS, STOP, Abbreviations, Entry, brands_of, entries_of

#: Bits of a drug's flags, the same in `static/overview.js`; those of the last line are of each use.
CHANGED, FINDINGS, STALE = 8, 16, 32
BRAND_SCOPED, UNREAD, UNCODED, IN_WORDS, AGAIN, APART = 1, 2, 4, 64, 128, 256
#: Why a use waits for a decision, the greatest need first, by the bits of its flags; 0: nobody has looked at it yet.
NEEDS: Final = (
    (APART, "reviewers disagree"),
    (IN_WORDS, "restricted in words"),
    (UNREAD, "unread beside it"),
    (AGAIN, "changed since the last decision"),
    (UNCODED, "uncoded"),
    (0, "with nothing flagged"),
)
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
        "needs": NEEDS,
    }


def file_of(slug: str) -> str:
    """The name of a drug's file, without its ending: the slug, unless file systems would not take it."""
    if slug and len(slug) <= _LONGEST_NAME:
        return slug
    return f"{slug[:_LONGEST_NAME]}.{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def flags_of(facts: DrugFacts, use: Use, apart: Collection[tuple[str, Span]], *, again: bool) -> int:
    """The bits of a use's flags. `again` says that its page changed since it was decided on; `apart` are disputed uses."""
    said = (BRAND_SCOPED * bool(use.brands)) | (UNCODED * is_uncoded(use)) | (IN_WORDS * use.qualified_in_words)
    disputed = (facts.page.sha256, span_of(use)) in apart
    return said | (UNREAD * bool(unread_in(facts, use))) | (AGAIN * again) | (APART * disputed)


def is_again(facts: DrugFacts, corrections: Corrections) -> bool:
    """Whether people decided on a drug, and nobody on its page as it is now."""
    return facts.slug in corrections.by_drug and facts.page.sha256 not in corrections.by_page


def waiting(snapshot: Snapshot, corrections: Corrections, apart: Collection[tuple[str, Span]]) -> dict[str, int]:
    """How many uses wait for a decision, each by its greatest need; raises SnapshotError (W101, W102)."""
    found: Counter[str] = Counter()
    for record in snapshot.records():
        facts = record.facts
        decided = {one.span.start for one in corrections.by_page.get(facts.page.sha256, ())}
        again = is_again(facts, corrections)
        for use in facts.uses:
            if span_of(use).start not in decided:
                flags = flags_of(facts, use, apart, again=again)
                found[next(label for bit, label in NEEDS if not bit or flags & bit)] += 1
    return {label: found[label] for _, label in NEEDS if found[label]}


def row_of(  # noqa: PLR0913, PLR0917 - what marks a row comes from as many places
    facts: DrugFacts,
    decided: Iterable[Correction],
    sampled: Mapping[int, bool],
    abbreviations: Abbreviations,
    labels: Labels,
    apart: Collection[tuple[str, Span]],
    *,
    again: bool,
    changed: bool,
    findings: bool,
    stale: bool,
) -> list[Any]:
    """What the overview knows of a drug, in the order in which `static/overview.js` takes it apart.

    Returns:
        File, name, 0 for a drug and 1 for a regimen, brands, bits of flags, SHA-256 of the page, places of reviewed uses, the
        page's date, places of uses that were drawn at random and wait for a decision, what finds the drug, what finds it by
        its brands, and its uses: title, bit of the approval status, bits of flags (`again`: the page changed since it was
        decided on; `apart` are those on which reviewers disagree), place, what finds it.

    """
    flags = (UNREAD * bool(facts.unread)) | (CHANGED * changed) | (FINDINGS * findings) | (STALE * stale)
    names, entries = entries_of(facts, abbreviations)
    uses = []
    for use, title, entry in zip(facts.uses, titles_of(facts.uses), entries, strict=True):
        own = flags_of(facts, use, apart, again=again)
        flags |= own
        uses.append([visible(title), _APPROVAL_STATUSES[use.approval_status], own, span_of(use).start, *labels.entry(entry)])
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


def judged_of(record: Record) -> list[Any]:
    """What a decision on a use of a drug says of it, for decisions on many at once.

    Returns:
        The drug's slug, its page's name, and its uses: length and words of the text, id of an indication, reading.

    """
    uses = zip(record.facts.uses, record.indications, strict=True)
    return [
        record.slug,
        record.facts.page.name,
        [[(span := span_of(use)).end - span.start, use.text.text, next(iter(ids), ""), reading(use)] for use, ids in uses],
    ]
