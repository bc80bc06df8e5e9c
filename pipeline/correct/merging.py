"""Corrections of several files as one: duplicates count once, and a reviewer's later decision replaces an earlier one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from pipeline.correct.corrections import FILE_NAME, Correction, Corrections
from pipeline.errors import Problem, UsageError, excerpt

_AGREE = "Let the reviewers agree, and leave one verdict and one set of edits for the use."


def merged(files: Iterable[Corrections]) -> Corrections:
    """The entries of files in their order.

    Of what one person says of one use in two files, the entry of the later date stays; of two of one day that of the later
    file.

    Raises:
        UsageError: E103, two people contradict each other.
    """
    found = opinions(files)
    check_agreement(found.entries)
    return found


def opinions(files: Iterable[Corrections]) -> Corrections:
    """As `merged`, but people may contradict each other: `agreements` says where."""
    found: dict[object, Correction] = {}
    sources = []
    for file in files:
        sources.append(file.source)
        for entry in file.entries:
            key = (entry.use, entry.reviewer)
            before = found.get(key)
            if before is None or (before != entry and before.date <= entry.date):
                found[key] = entry
    return Corrections(tuple(found.values()), ", ".join(sources) or FILE_NAME)


def contradict(one: Correction, other: Correction) -> bool:
    """Whether two entries on one use cannot both hold."""
    return (one.verdict, one.withhold, one.edits) != (other.verdict, other.withhold, other.edits)


def check_agreement(entries: Iterable[Correction]) -> None:
    """Refuse (E103) entries on one use that cannot all hold, and one person's second entry on it."""
    first: dict[object, Correction] = {}
    people: dict[object, Correction] = {}
    for entry in entries:
        before = first.setdefault(entry.use, entry)
        if contradict(before, entry):
            _refuse(entry, f"this entry and the one in {_place(before, entry)} say different things of the same use")
        again = people.setdefault((entry.use, entry.reviewer), entry)
        if again is not entry:
            _refuse(entry, f"{entry.reviewer} speaks of this use in {_place(again, entry)} already")


def _place(entry: Correction, seen_from: Correction) -> str:
    return f"line {entry.line}" + (f" of {entry.file}" if entry.file != seen_from.file else "")


def _refuse(entry: Correction, cause: str) -> NoReturn:
    raise UsageError(Problem("E103", "fatal", cause, _AGREE, source=entry.file, line=entry.line, excerpt=excerpt(entry.quote)))
