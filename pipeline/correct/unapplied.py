"""Corrections that a run cannot apply, because their page is another now or is not there: listed for another look."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.correct.corrections import Correction, Corrections
from pipeline.errors import Problem, excerpt


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
        another_look(entry, corrections.source, corrections.source, entry.line)
        if entry.drug in drugs
        else _elsewhere(entry, corrections.source)
        for entry in corrections.entries
        if entry.sha256 not in hashes
    )


def another_look(entry: Correction, file: str, source: str, line: int | None) -> Problem:
    """E110: the page of the entry is another now. `file` is where the entry stands, `source` and `line` the place to show."""
    cause = (
        f"the correction in line {entry.line} of {file} was made by {entry.reviewer} on {entry.date} on another version of the "
        f"page of {entry.drug} (verdict {entry.verdict}), and is not applied"
    )
    remedy = "Look at the use again on the page as it is now, and write the entry anew, or take it out."
    return Problem("E110", "warning", cause, remedy, source=source, line=line, excerpt=excerpt(entry.quote))


def _elsewhere(entry: Correction, file: str) -> Problem:
    cause = f"the page of {entry.drug} that this correction speaks of is not among the drugs of the run"
    remedy = "None is needed if the page is converted elsewhere; else take the entry out."
    return Problem("E111", "warning", cause, remedy, source=file, line=entry.line, excerpt=excerpt(entry.quote))
