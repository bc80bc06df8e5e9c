"""What people decided on the uses of a snapshot, read back from its facts; and what a run would no longer withhold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import Problem
from pipeline.facts import FACTS
from pipeline.publish.files import LARGE
from pipeline.publish.guards import Settled
from pipeline.publish.spool import Spool

#: How many of what a message names.
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What one person decided on a use of a drug's page (`sha256`), in whose words the use is named."""

    drug: str
    sha256: str
    text: str
    reviewer: str
    verdict: str
    withheld: bool

    def __str__(self) -> str:
        return f"{self.drug} ({'withheld' if self.withheld else self.verdict} by {self.reviewer})"


def reviews_in(snapshot: Path) -> Iterator[Reviewed]:
    """What people decided on the uses of a snapshot, page by page."""
    facts = snapshot / FACTS
    if not facts.is_file():
        return
    with facts.open("rb", buffering=LARGE) as lines:
        for line in lines:
            # Few pages have any, and most lines need not be taken apart.
            if b'"reviews":[' in line:
                yield from _reviews(orjson.loads(line))


def released(snapshot: Path | None, settled: Iterable[Settled], spool: Path) -> Problem | None:
    """P517: uses that the current snapshot withholds, and that this run would publish from the same bytes of their pages."""
    withheld: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for review in reviews_in(snapshot) if snapshot else ():
        if review.withheld:
            withheld[review.drug].add((review.sha256, review.text))
    # What is taken over was made with the same corrections.
    read = {one.page.number for one in settled if one.outcome == "published" and not one.page.taken_over}
    pages = {one.page.number for one in settled if one.page.slug in withheld} & read
    found: list[str] = []
    for entry in Spool(spool).facts(pages) if pages else ():
        facts = orjson.loads(entry.json)
        drug, sha256 = facts["slug"], facts["page"]["sha256"]
        texts = {text for digest, text in withheld[drug] if digest == sha256}
        still = {review.text for review in _reviews(facts) if review.withheld}
        found += [
            f"{drug}: {text}" for text in sorted((texts - still) & {use["text"]["text"] for use in facts.get("uses", ())})
        ]
    if not found:
        return None
    several = "1 use that a person withheld" if len(found) == 1 else f"{len(found)} uses that people withheld"
    cause = f"{several} would be published again, although the page is the same: {_listed(found)}"
    remedy = "Give the corrections that withheld it (--corrections, --mappings); or run once with --release-withheld."
    return Problem("P517", "fatal", cause, remedy)


def lapsed(before: Path, after: Path, listed: Container[tuple[str, str, str]]) -> Problem | None:
    """P533: what people decided that the older of two snapshots has and the newer one has not.

    Args:
        before: The older snapshot.
        after: The newer one.
        listed: The corrections that are there still, each by its page's SHA-256, its use's text and its reviewer: of these that
            are not applied, something else tells why.

    """
    if before == after:
        return None
    there = {(review.drug, review.text, review.reviewer) for review in reviews_in(after)}
    gone = [
        review
        for review in reviews_in(before)
        if (review.drug, review.text, review.reviewer) not in there
        and (review.sha256, review.text, review.reviewer) not in listed
    ]
    if not gone:
        return None
    several = "1 correction" if len(gone) == 1 else f"{len(gone)} corrections"
    are = "is" if len(gone) == 1 else "are"
    cause = f"{several} that the last run applied {are} not applied any more: {_listed([*map(str, gone)])}"
    remedy = "Give the file that has them again (--corrections, --mappings), unless they were taken out on purpose."
    return Problem("P533", "warning", cause, remedy)


def _listed(items: Sequence[str]) -> str:
    shown = [" ".join(item.split()) for item in items[:_SHOWN]]
    return "; ".join(shown) + ("; …" if len(items) > _SHOWN else "")


def _reviews(facts: Mapping[str, Any]) -> Iterator[Reviewed]:
    for name in ("uses", "withheld"):
        for use in facts.get(name, ()):
            for review in use.get("reviews", ()):
                yield Reviewed(
                    facts["slug"],
                    facts["page"]["sha256"],
                    use["text"]["text"],
                    review["reviewer"],
                    review["verdict"],
                    name == "withheld",
                )
