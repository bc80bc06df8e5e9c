"""How far the review is: what is reviewed and by whom, what waits for another look, and what a random sample shows."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.correct.corrections import Correction, Corrections, reading, span_of
from pipeline.correct.unapplied import UNQUOTABLE
from pipeline.errors import Problem, excerpt
from pipeline.model import DrugFacts, Span, Verdict

#: The 97.5th percentile of the standard normal distribution: a two-sided interval of 95 %.
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class ReviewedPage:
    """A published page: its drug's slug, the SHA-256 of its bytes, how many uses were read, withheld ones among them.

    `refused` are the entries on these bytes that are not applied.
    """

    drug: str
    sha256: str
    uses: int
    refused: frozenset[Correction] = frozenset()


@dataclass(frozen=True, slots=True)
class Interval:
    """A share (0 to 1) that was observed, and the bounds of its confidence interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the review of a snapshot is.

    `uses` are those that were read on the published `pages`, withheld ones among them. `verdicts` counts reviewed uses (each
    once, however many people looked at it), `reviewers` the uses that each person looked at, `reviewed_pages` the pages with
    at least one reviewed use. `waiting` are entries that were made on another version of their page or are not applied,
    `elsewhere` those whose drug is not in the snapshot. `sample` counts the verdicts of uses that were drawn at random;
    `precision` is the share of `right` among them with its Wilson 95 % interval, None without a sample.
    """

    uses: int
    pages: int
    reviewed_pages: int
    verdicts: Mapping[Verdict, int]
    reviewers: Mapping[str, int]
    waiting: tuple[Correction, ...]
    elsewhere: tuple[Correction, ...]
    sample: Mapping[Verdict, int]
    precision: Interval | None

    @property
    def reviewed(self) -> int:
        """How many uses are reviewed."""
        return sum(self.verdicts.values())


def progress(pages: Iterable[ReviewedPage], corrections: Corrections) -> Progress:
    """How far the review of a snapshot's pages is.

    Args:
        pages: The published pages of a snapshot.
        corrections: What people decided.

    Returns:
        The counts. Of several people's entries on one use (they agree, or the file would not load) each reviewer counts the
        use once. A use counts as sampled if one of its entries says so.
    """
    published = {page.sha256: page for page in pages}
    drugs = {page.drug for page in published.values()}
    current: list[Correction] = []
    other: list[Correction] = []
    for entry in corrections.entries:
        page = published.get(entry.sha256)
        (other if page is None or entry in page.refused else current).append(entry)
    verdicts = {entry.use: entry.verdict for entry in current}
    drawn = {entry.use for entry in current if entry.sampled}
    sample = _counts(verdicts[use] for use in drawn)
    return Progress(
        uses=sum(page.uses for page in published.values()),
        pages=len(published),
        reviewed_pages=len({sha256 for sha256, _ in verdicts}),
        verdicts=_counts(verdicts.values()),
        reviewers=dict(sorted(Counter(who for who, _ in {(entry.reviewer, entry.use) for entry in current}).items())),
        waiting=tuple(entry for entry in other if entry.sha256 in published or entry.drug in drugs),
        elsewhere=tuple(entry for entry in other if entry.sha256 not in published and entry.drug not in drugs),
        sample=sample,
        precision=wilson(sample["right"], len(drawn)) if drawn else None,
    )


def reviewed_page(facts: DrugFacts, corrections: Corrections, findings: Iterable[Problem]) -> ReviewedPage:
    """A page of a snapshot, as far as the review goes.

    Args:
        facts: The page's facts, read back from the snapshot.
        corrections: What people decided, perhaps after the snapshot was made.
        findings: What the snapshot says was found on the page.
    """
    uses = {(span_of(use), use.text.text): use for use in facts.uses}
    withheld = {(Span(one.text.spans[0].start, one.text.spans[-1].end), one.text.text) for one in facts.withheld}
    unquotable = {(problem.line, problem.excerpt) for problem in findings if problem.code in UNQUOTABLE}

    def refused(entry: Correction) -> bool:
        named = entry.span, entry.quote
        if named not in uses and named not in withheld:
            return True
        if entry.edits.changed:
            return (facts.page.line(entry.span.start), excerpt(entry.quote)) in unquotable
        stale = entry.reading is not None and named in uses and entry.reading != reading(uses[named])
        return stale and not entry.withhold

    entries = corrections.by_page.get(facts.page.sha256, ())
    return ReviewedPage(
        facts.slug, facts.page.sha256, len(uses) + len(withheld), frozenset(entry for entry in entries if refused(entry))
    )


def wilson(successes: int, trials: int) -> Interval:
    """The share of successes and its 95 % confidence interval after Wilson (1927), which holds for small samples too.

    Raises:
        ValueError: there is no trial, or there are more successes than trials.
    """
    if not 0 <= successes <= trials or not trials:
        message = f"{successes} of {trials} is not a share"
        raise ValueError(message)
    share, square = successes / trials, _Z95**2
    middle = share + square / (2 * trials)
    spread = _Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    scale = 1 + square / trials
    # At the ends the bound is the end itself; in floating point it may miss it by a hair.
    low = 0.0 if successes == 0 else (middle - spread) / scale
    high = 1.0 if successes == trials else (middle + spread) / scale
    return Interval(share, low, high)


def draw(uses: Iterable[str], number: int, seed: str) -> list[str]:
    """A random sample of uses, the same for the same seed on any machine and in any order of the uses.

    A larger sample with the same seed holds the smaller one, so that a review can go on where it ended.

    Args:
        uses: What names each use, for example the id of its first indication; repeated ones count once.
        number: How many to draw; all of them if there are fewer.
        seed: Any text; another text draws another sample.
    """
    ranked = sorted(set(uses), key=lambda use: (hashlib.sha256(f"{seed}\n{use}".encode()).digest(), use))
    return sorted(ranked[: max(0, number)])


def _counts(verdicts: Iterable[Verdict]) -> dict[Verdict, int]:
    counted = Counter(verdicts)
    order: tuple[Verdict, ...] = ("right", "wrong", "incomplete")
    return {verdict: counted[verdict] for verdict in order}
