"""What may be published: duplicates, two pages of one drug, and what a run would take away. Pure functions of values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import Problem
from pipeline.model import Kind
from pipeline.seeds import Stale
from pipeline.settings import FhirVersion

#: What became of a page: each has one.
Outcome = Literal["published", "not-a-drug", "quarantined", "duplicate"]


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What a page gave. `sentences` counts the sentences of its use section by role, in the order of the roles' names.

    `qualified_in_words` of its uses are restricted by words that no rule understood; `withheld` are not among its uses, because
    a person found them wrongly read or the run was told to hold them back.
    `not_held` counts, by FHIR version and path, elements that a version has no place for.
    """

    brands: int = 0
    uses: int = 0
    indications: int = 0
    qualified_in_words: int = 0
    withheld: int = 0
    sentences: tuple[tuple[str, int], ...] = ()
    not_held: tuple[tuple[FhirVersion, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PageResult:
    """What became of one page on its own: small, because every page of a run has one in memory.

    `number` is its place among the run's pages by name; kept pages, which have `stale`, stand behind them. `sha256` is None
    where the bytes could not be read whole.
    `knowledge` is the id of the drug's MedicationKnowledge. `last_reviewed` and `frequency` are what its front matter says
    of reviews. `problems` say why it is quarantined; findings that do not stand in its way are in the spool. `trace` is
    where an unexpected error came from, for the run's log. `no_text` says why the page's text is not published. `taken_over`
    says that the page was not read: its resources and findings are those of the current snapshot.
    """

    number: int
    name: str
    outcome: Literal["published", "not-a-drug", "quarantined"]
    sha256: str | None = None
    size: int | None = None
    slug: str | None = None
    kind: Kind | None = None
    knowledge: str | None = None
    last_reviewed: str | None = None
    frequency: str | None = None
    counts: PageCounts = PageCounts()
    problems: tuple[Problem, ...] = ()
    trace: str | None = None
    no_text: str | None = None
    taken_over: bool = False
    stale: Stale | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A page's place in the accounting. `problems` are those that only a look at all pages together brings up."""

    page: PageResult
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Drugs against the snapshot before, by slug in order.

    `stale` are those whose pages cannot be read now, which are not among the removed; of them `kept` are published as they
    were read last, the others are left out.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def settle(pages: Sequence[PageResult], broken: Mapping[int, Sequence[Problem]]) -> list[Settled]:
    """Give every page its one outcome.

    Args:
        pages: The pages by number.
        broken: Pages that cannot stand beside the others, and why.

    """
    drugs: defaultdict[str, list[PageResult]] = defaultdict(list)
    for page in pages:
        if page.outcome == "published" and page.slug is not None and page.number not in broken and page.stale is None:
            drugs[page.slug].append(page)
    return [_settled(page, drugs.get(page.slug or "", []), broken.get(page.number)) for page in pages]


def _settled(page: PageResult, same_drug: Sequence[PageResult], broken: Sequence[Problem] | None) -> Settled:
    if page.outcome != "published":
        return Settled(page, page.outcome)
    if broken is not None:
        return Settled(page, "quarantined", tuple(broken))
    if page.stale is not None:
        return Settled(page, "published")
    if len({other.sha256 for other in same_drug}) > 1:
        others = ", ".join(other.name for other in same_drug if other is not page)
        cause = f"the page has the drug id {page.slug!r}, and so has another page: {others}"
        remedy = "Keep one of them, or give them different URLs. None of them is published."
        return Settled(page, "quarantined", (Problem("P520", "error", cause, remedy, source=page.name),))
    if page is not same_drug[0]:
        cause = f"the page has the same bytes as {same_drug[0].name}"
        return Settled(
            page, "duplicate", (Problem("P521", "information", cause, "Remove one of them if you like.", source=page.name),)
        )
    return Settled(page, "published")


def compare(settled: Iterable[Settled], previous: Mapping[str, str]) -> Change:
    """What the run would change.

    Args:
        settled: The pages of the run.
        previous: The drugs of the current snapshot: slug to the name of its page.

    """
    published, kept, quarantined, names, folders = set(), set(), set(), set(), []
    for one in settled:
        if one.outcome == "published" and one.page.slug is not None:
            published.add(one.page.slug)
            if one.page.stale is not None:
                kept.add(one.page.slug)
        elif one.outcome == "quarantined":
            quarantined.add(one.page.slug)
            names.add(one.page.name)
            if one.page.name.endswith("/"):
                # A folder that cannot be listed: whatever is below it is not gone, only unseen.
                folders.append(one.page.name.removeprefix("./"))
    gone = sorted(slug for slug in previous if slug not in published)
    left_out = [
        slug for slug in gone if slug in quarantined or previous[slug] in names or previous[slug].startswith(tuple(folders))
    ]
    return Change(
        added=tuple(sorted(published.difference(previous))),
        removed=tuple(slug for slug in gone if slug not in set(left_out)),
        stale=tuple(sorted({*left_out, *kept})),
        kept=tuple(sorted(kept)),
        problems=tuple(_left_out(slug, previous[slug]) for slug in left_out),
    )


def _left_out(slug: str, name: str) -> Problem:
    cause = f"{slug!r} was published before and its page is quarantined now: nothing of it is in the new snapshot"
    remedy = "Fix the page. Until then a server that loaded the drug keeps what it has."
    return Problem("P523", "warning", cause, remedy, source=name)


def forbidden(settled: Sequence[Settled], change: Change, previous: Mapping[str, str], max_removed: float) -> Problem | None:
    """Why the run must stop before it publishes, or None."""
    if not settled:
        cause, remedy = "there is no page to publish", "Name a folder with .md or .txt files below, or such a file."
        return Problem("P510", "fatal", cause, remedy)
    if not any(one.outcome == "published" for one in settled):
        cause = f"none of {len(settled)} pages can be published"
        remedy = "See what the run says of each page; a snapshot without a drug is not made."
        return Problem("P511", "fatal", cause, remedy)
    if len(change.removed) > max_removed * len(previous):
        shown = ", ".join(change.removed[:5]) + (", …" if len(change.removed) > 5 else "")  # noqa: PLR2004 - enough to recognize
        cause = f"{len(change.removed)} of {len(previous)} drugs would be removed, more than {max_removed:.0%}: {shown}"
        remedy = "Check that the seeds are complete. If so, run once more with a higher --max-removed."
        return Problem("P512", "fatal", cause, remedy)
    return None
