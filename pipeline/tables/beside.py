"""One drug on pages of several publishers: which conditions each of them names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.model import Fact
from pipeline.snapshot import Record, Snapshot
from pipeline.tables.find import drugs_named, folded
from pipeline.tables.rows import drug_codes


@dataclass
class Named:
    """A condition, and for each page the numbers (from 1) of its uses that name it; none where the page does not."""

    condition: str
    uses: list[list[int]]
    keys: set[object] = field(default_factory=set, repr=False)


def same_drug(snapshot: Snapshot, record: Record) -> list[Record]:
    """The records of a drug on pages of all publishers: those that share an exact code of the drug itself, or its name.

    Raises:
        SnapshotError: W101, W102: the snapshot is not to be read.

    """
    found = {record.slug: record}
    if not any("." in (one.slug or "") for one in snapshot.published()):
        return [record]  # pages of one publisher
    publishers = {record.facts.publisher}
    codes = _exact(record)
    names = [record.facts.name.text] if record.facts.name else []
    for words in (*names, *(code for _, code in sorted(codes))):
        for other in drugs_named(snapshot, words):
            shared = bool(codes & _exact(other)) or (_name(other) == _name(record) != "")
            if other.facts.publisher not in publishers and other.facts.kind == record.facts.kind and shared:
                found.setdefault(other.slug, other)
    return list(found.values())


def side_by_side(records: Sequence[Record]) -> list[Named]:
    """The conditions that pages name, by codes of the same meaning or the same words, in the order of the pages."""
    rows: list[Named] = []
    for place, record in enumerate(records):
        for number, use in enumerate(record.facts.uses, start=1):
            for condition in use.conditions:
                keys = _keys(condition)
                row = next((each for each in rows if each.keys & keys), None)
                if row is None:
                    row = Named(condition.text, [[] for _ in records])
                    rows.append(row)
                row.keys |= keys
                if number not in row.uses[place]:
                    row.uses[place].append(number)
    return rows


def _exact(record: Record) -> set[tuple[str, str]]:
    return {(system, code) for system, code, relation in drug_codes(record.facts) if relation == "exact"}


def _name(record: Record) -> str:
    return folded(record.facts.name.text) if record.facts.name else ""


def _keys(condition: Fact) -> set[object]:
    exact = {(coding.system, coding.code) for coding in condition.codings if coding.relation == "exact"}
    return {*exact, folded(condition.text)}
