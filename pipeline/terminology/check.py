"""What is wrong with a folder of mapping tables, found without any other source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pipeline.errors import Problem
from pipeline.terminology.mapping import Row, read_table, table, tables_of
from pipeline.terminology.systems import SystemKey

#: What a code looks like.
_FORMS: Final[dict[SystemKey, re.Pattern[str]]] = {
    "ncit": re.compile(r"C\d+"),
    "rxnorm": re.compile(r"\d+"),
    "unii": re.compile(r"[0-9A-Z]{10}"),
    "icd10cm": re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"),
    "mondo": re.compile(r"MONDO:\d{7}"),
    "mesh": re.compile(r"[CD]\d{6,9}"),
}


def check(folder: Path) -> list[Problem]:
    """Check every table of a folder.

    Returns:
        M810 rows not in order or repeated, M811 a malformed code or an empty cell, M812 two exact codes for the same words, or
        one code both exact and broader, M813 rows that make a code broader than itself. Retired codes need the official
        files: `refresh`.

    Raises:
        UsageError: M801 for no table in the folder, M802 for a table that cannot be read.
    """
    problems: list[Problem] = []
    rows: list[Row] = []
    for path in tables_of(folder):
        found = read_table(path)
        rows += found
        if path.read_text(encoding="utf-8") != (table(found[0].kind, found[0].system, found) if found else ""):
            problems.append(
                _problem("M810", "the table is not as it would be written: out of order, or a row twice", path.name)
            )
        problems += [_problem("M811", "a code or label is malformed", path.name, row) for row in found if not _well_formed(row)]
    problems += _contradictions(rows)
    problems += _cycles(rows)
    return problems


def _well_formed(row: Row) -> bool:
    return bool(row.key and row.display and row.sources and _FORMS[row.system].fullmatch(row.code))


def _contradictions(rows: Iterable[Row]) -> Iterator[Problem]:
    exact: dict[tuple[str, str, str], set[str]] = {}
    said: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        said[row.kind, row.key, row.system, row.code] += 1
        if row.relation == "exact":
            exact.setdefault((row.kind, row.key, row.system), set()).add(row.code)
    for (kind, words, system), codes in exact.items():
        if len(codes) > 1:
            yield _problem("M812", f"{kind} “{words}” has several exact codes in {system}: {', '.join(sorted(codes))}")
    for (kind, words, system, code), times in said.items():
        if times > 1:
            yield _problem("M812", f"{kind} “{words}” has {system} {code} in {times} rows")


def _cycles(rows: Sequence[Row]) -> Iterator[Problem]:
    """Broader codes must go up: a code is never broader than words that mean the same as it or more."""
    means: dict[tuple[str, str, str], str] = {}
    for row in rows:
        if row.relation == "exact":
            means[row.kind, row.key, row.system] = row.code
    above: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        own = means.get((row.kind, row.key, row.system))
        if row.relation == "broader" and own is not None:
            above.setdefault((row.kind, row.system, own), set()).add(row.code)
    for kind, system, code in sorted(above):
        if code in _reached(above, kind, system, code):
            yield _problem("M813", f"{system} {code} is broader than itself by the rows of {kind}")


def _reached(above: Mapping[tuple[str, str, str], set[str]], kind: str, system: str, code: str) -> set[str]:
    reached: set[str] = set()
    waiting = [code]
    while waiting:
        fresh = above.get((kind, system, waiting.pop()), set()) - reached
        reached |= fresh
        waiting += fresh
    return reached


def _problem(code: str, cause: str, source: str | None = None, row: Row | None = None) -> Problem:
    return Problem(
        code,
        "error",
        cause,
        "Correct decisions.tsv and build the tables again.",
        source,
        excerpt=f"{row.subject} {row.system} {row.code}" if row else None,
    )
