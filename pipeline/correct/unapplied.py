"""Corrections that a run cannot apply: listed for another look, and counted."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Final

from pipeline.correct.corrections import FILE_NAME, Correction, Corrections
from pipeline.correct.quoting import NO_AGE, NOT_THERE, SEVERAL
from pipeline.errors import Problem, excerpt

#: An entry's edits cannot be made as they are written.
UNQUOTABLE: Final = frozenset({NOT_THERE, SEVERAL, NO_AGE})
#: Findings on an entry of this very page that is not applied, or not as it was meant.
_REFUSALS: Final = frozenset({"E112", "E113", *UNQUOTABLE})
_ENTRY: Final = re.compile(r"the correction in line (\d+)\b")


def held_back(corrections: Corrections, pages: Iterable[tuple[str | None, str | None]]) -> tuple[Problem, ...]:
    """The entries that speak of no page of a run, each with its line in the file.

    Args:
        corrections: All entries of the file.
        pages: The drug's slug and the SHA-256 of every page of the run, None where it is not known.

    Returns:
        E110 for an entry whose page is there with other bytes, E111 for one whose page is not among the inputs; in the order of
        the file.
    """
    drugs: set[str | None] = set()
    hashes: set[str | None] = set()
    for drug, sha256 in pages:
        drugs.add(drug)
        hashes.add(sha256)
    return tuple(
        another_look(entry, entry.file, entry.line) if entry.drug in drugs else _elsewhere(entry)
        for entry in corrections.entries
        if entry.sha256 not in hashes
    )


def refusals_in(findings: Iterable[Problem]) -> tuple[Problem, ...]:
    """The findings of pages (`correct`) that a person must look at, because an entry is not applied as it was meant."""
    return tuple(problem for problem in findings if problem.code in _REFUSALS)


def tally(corrections: Corrections, published: Container[str], refusals: Iterable[Problem]) -> tuple[int, int]:
    """How many entries a run applied, and how many it did not.

    Args:
        corrections: All entries of the file.
        published: The SHA-256 of each page that was published.
        refusals: What the run found on entries of those pages.
    """
    lost, unquotable = set(), set()
    by_line: dict[str, list[Correction]] = {}
    for one in corrections.entries:
        by_line.setdefault(str(one.line), []).append(one)
    for problem in refusals:
        said = _ENTRY.match(problem.cause)
        of_line = by_line.get(said[1], []) if said else []
        entry = next((each for each in of_line if problem.cause.startswith(f"{said_by(each)}: ")), None)
        if entry is None:
            continue
        if problem.code in UNQUOTABLE:
            unquotable.add(entry.use)  # found once for all who say the same of the use
        elif problem.code == "E112" or not (entry.edits.changed or entry.withhold):
            lost.add((entry.file, entry.line))
    applied = sum(
        entry.sha256 in published and (entry.file, entry.line) not in lost and entry.use not in unquotable
        for entry in corrections.entries
    )
    return applied, len(corrections.entries) - applied


def said_by(entry: Correction) -> str:
    """How a finding on a page names an entry."""
    return f"the correction in line {entry.line}" + (f" of {entry.file}" if entry.file != FILE_NAME else "")


def another_look(entry: Correction, source: str, line: int | None) -> Problem:
    """E110: the page of the entry is another now. `source` and `line` are the place to show."""
    cause = (
        f"the correction in line {entry.line} of {entry.file} was made by {entry.reviewer} on {entry.date} on another "
        f"version of the page of {entry.drug} (verdict {entry.verdict}), and is not applied"
    )
    remedy = "Look at the use again on the page as it is now, and write the entry anew, or take it out."
    return Problem("E110", "warning", cause, remedy, source=source, line=line, excerpt=excerpt(entry.quote))


def _elsewhere(entry: Correction) -> Problem:
    cause = f"the page of {entry.drug} that this correction speaks of is not among the drugs of the run"
    remedy = "None is needed if the page is converted elsewhere; else take the entry out."
    return Problem("E111", "warning", cause, remedy, source=entry.file, line=entry.line, excerpt=excerpt(entry.quote))
