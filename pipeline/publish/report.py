"""`report.json`: what went in, what became of it, and what made it; all that it takes to take a page over in a later run.

A JSON document whose long lists have one line an item, so that it is written and read without having it in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.fhir import CodeRow
from pipeline.publish.documents import COUNTED, accounting, counts
from pipeline.publish.files import HashedFile
from pipeline.publish.freshness import unknown_frequencies
from pipeline.publish.guards import PageCounts, PageResult, Settled
from pipeline.publishers import profiles
from pipeline.settings import FhirVersion, Settings

#: The long lists of the report, in their order; all else stands before them.
CODES: Final = "codes"
INPUTS: Final = "inputs"
STALE: Final = "stale"


def write_report(  # noqa: PLR0913 - a report of so many things
    new_file: AbstractContextManager[HashedFile],
    settings: Settings,
    day: date | None,
    settled: Sequence[Settled],
    *,
    resources: Mapping[FhirVersion, Mapping[str, int]],
    lost: Mapping[FhirVersion, Mapping[str, int]],
    codes: Mapping[tuple[FhirVersion, CodeRow], int],
    made_by: Mapping[str, Any],
) -> None:
    """Write `report.json`.

    Args:
        new_file: The file.
        settings: The run's settings.
        day: The date that the snapshot speaks for.
        settled: The pages by name, then the kept ones.
        resources: By FHIR version, how many resources of each type are published.
        lost: By FHIR version, how often an element of R5 is not held by it, by path.
        codes: The codes in the resources of each version, and how many pages have each.
        made_by: The program's version, and hashes of what else shapes the bytes.

    """
    head = {
        "made_by": made_by,
        "as_of": day.isoformat() if day else None,
        "settings": settings.as_json(),
        # All of them: who verifies the snapshot has the profiles that it was made by, and no others.
        "publishers": [asdict(each) for each in profiles(settings.publishers)],
        "accounting": accounting(settled),
        "counts": counts(settled),
        "resources": resources,
        "not_held": lost,
        "unknown_review_frequencies": unknown_frequencies(settled),
    }
    used = ({"version": version, "code": row, "pages": pages} for (version, row), pages in sorted(codes.items()))
    with new_file as file:
        file.write(orjson.dumps(head, option=orjson.OPT_INDENT_2)[: -len(b"\n}")])
        _write_list(file, CODES, used)
        _write_list(file, INPUTS, (_input(one) for one in settled if one.page.stale is None))
        _write_list(file, STALE, map(_input, kept(settled)))
        file.write(b"\n}\n")


def kept(settled: Iterable[Settled]) -> list[Settled]:
    """The kept pages that are published: each stands for one of the inputs, which cannot be read."""
    return [one for one in settled if one.page.stale is not None and one.outcome == "published"]


def _write_list(file: HashedFile, name: str, items: Iterable[Mapping[str, Any]]) -> None:
    file.write(b',\n  "%s": [' % name.encode())
    end = b"]"
    for number, item in enumerate(items):
        file.write((b",\n    " if number else b"\n    ") + orjson.dumps(item))
        end = b"\n  ]"
    file.write(end)


def read_report(report: Path) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """A `report.json` without its long lists, and its pages one after the other: the inputs, then those that are stale.

    A report of another form is read as a whole.

    Raises:
        OSError, ValueError, KeyError, TypeError: It cannot be read, or is no report.

    """
    try:
        return read_head(report), chain(read_list(report, INPUTS), read_list(report, STALE))
    except ValueError:  # an older version wrote it, or somebody has formatted it
        whole = orjson.loads(report.read_bytes())
        return whole, chain(whole[INPUTS], whole.get(STALE, ()))


def read_head(report: Path) -> dict[str, Any]:
    """What stands before the long lists of a `report.json` that `write_report` wrote.

    Raises:
        OSError: It cannot be read.
        ValueError: It was not written so.

    """
    head: list[bytes] = []
    with report.open("rb") as lines:
        for line in lines:
            if line.startswith(b'  "%s": [' % CODES.encode()):
                found: dict[str, Any] = orjson.loads(b"".join(head).rstrip(b",\n") + b"}")
                return found
            head.append(line)
    message = "not a report with one line an item"
    raise ValueError(message)


def read_list(report: Path, name: str) -> Iterator[dict[str, Any]]:
    """The items of one of the long lists, one after the other. Raises like `read_head`."""
    with report.open("rb") as lines:
        start = b'  "%s": [' % name.encode()
        for line in lines:
            if line.startswith(start):
                break
        for line in lines:
            if not line.startswith(b"    {"):
                return
            yield orjson.loads(line.rstrip(b",\n"))


def has_inputs(report: Path, settled: Sequence[Settled]) -> bool:
    """Whether a report has these pages, and no other kept ones, as a report of them would have them now.

    Raises like `read_head`.
    """
    read = [one for one in settled if one.page.stale is None]
    names = {one.page.name for one in read}
    ours = orjson.loads(orjson.dumps([list(map(_input, read)), list(map(_input, kept(settled)))]))
    theirs = [item for item in read_list(report, INPUTS) if item["name"] in names]
    return bool(ours == [theirs, list(read_list(report, STALE))])


def _input(one: Settled) -> dict[str, Any]:
    page = one.page
    found: dict[str, Any] = {
        "name": page.name,
        "sha256": page.sha256,
        "bytes": page.size,
        "outcome": one.outcome,
        "drug": page.slug,
        "kind": page.kind,
        "problems": sorted({problem.code for problem in (*page.problems, *one.problems)}),
    }
    if page.stale is not None:
        found |= {"read": page.stale.read, "since": page.stale.since}
    if page.kind is not None:
        found |= {"lastReviewed": page.last_reviewed, "reviewFrequency": page.frequency}
    if one.outcome == "published":
        given = page.counts
        found |= {"no_text": page.no_text} if page.no_text else {}
        found |= {
            "resource": page.knowledge,
            "counts": {name: getattr(given, name) for name in COUNTED},
            "sentences": dict(given.sentences),
            "not_held": given.not_held,
        }
    return found


def page_of(item: Mapping[str, Any], number: int) -> PageResult:
    """The page of an input that was published, or is not a drug, as if it had just been read.

    Raises:
        KeyError: It is no such input.

    """
    counts_of = PageCounts()
    if item["outcome"] == "published":
        counts_of = PageCounts(
            **item["counts"],
            sentences=tuple(item["sentences"].items()),
            not_held=tuple((version, path, count) for version, path, count in item["not_held"]),
        )
    return PageResult(
        number=number,
        name=item["name"],
        outcome=item["outcome"],
        sha256=item["sha256"],
        size=item["bytes"],
        slug=item["drug"],
        kind=item["kind"],
        knowledge=item.get("resource"),
        last_reviewed=item["lastReviewed"],
        frequency=item["reviewFrequency"],
        counts=counts_of,
        no_text=item.get("no_text"),
        taken_over=True,
    )
