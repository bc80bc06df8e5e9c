"""Candidates for words without a code, for a reader to judge. Nothing here is ever applied.

Likeness of spelling is not likeness of meaning (at 90 % "small cell" meets "non-small cell lung cancer"), which is why a score
stands beside each candidate and why matching itself is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from pipeline.terminology.coverage import Uncoded
from pipeline.terminology.mapping import Mappings
from pipeline.terminology.normalise import key
from pipeline.terminology.systems import TREATMENT
from pipeline.workshop.build import PENDING, PENDING_COLUMNS, read_facts

_TREATMENTS: Final = frozenset(
    {"drug", "single-substance drug", "ingredient of a combination", "component", "therapy", "prior therapy"}
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate for uncoded words: the words it was found by, its code, and how alike the words are (0 to 1).

    `pending` says why the row is not applied, where it stands among those left out.
    """

    subject: str
    system: str
    text: str
    mentions: int
    like: str
    code: str
    display: str
    score: float
    pending: str = ""


def suggest(
    uncoded: Iterable[Uncoded], mappings: Mappings, folder: Path, *, least: float = 0.75, most: int = 3
) -> list[Suggestion]:
    """Look for rows, applied or left out, whose words are like the uncoded ones.

    Args:
        uncoded: As `coverage` lists them; those with a broader code are left aside.
        mappings: The rows that are applied.
        folder: The mappings folder, for the rows that are not (`pending.tsv`).
        least: The lowest score that is worth a look.
        most: How many candidates for the same words and system.

    Returns:
        Candidates in the order of `uncoded`, best first.
    """
    known: list[tuple[str, str, str, str, str, str]] = [
        (row.kind, row.system, row.subject, row.code, row.display, "") for row in mappings.rows
    ]
    known += [
        (row["kind"], row["system"], row["subject"], row["code"], row["display"], row["reason"])
        for row in read_facts(folder / PENDING, PENDING_COLUMNS)
    ]
    return [suggestion for entry in uncoded if not entry.broader for suggestion in _for(entry, known, least, most)]


def _for(entry: Uncoded, known: Iterable[tuple[str, str, str, str, str, str]], least: float, most: int) -> list[Suggestion]:
    words = key(entry.text)
    matcher = SequenceMatcher(autojunk=False, b=words)
    found = []
    for kind, system, subject, code, display, pending in known:
        if system != entry.system or kind not in _kinds(entry.subject):
            continue
        matcher.set_seq1(key(subject))
        if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and (score := matcher.ratio()) >= least:
            found.append(
                Suggestion(entry.subject, system, entry.text, entry.mentions, subject, code, display, round(score, 2), pending)
            )
    return sorted(found, key=lambda suggestion: (-suggestion.score, suggestion.like))[:most]


def _kinds(subject: str) -> tuple[str, ...]:
    if subject in {"brand", "regimen"}:
        return (subject,)
    return TREATMENT if subject in _TREATMENTS else ("condition",)
