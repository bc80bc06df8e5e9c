"""`changes.json`: the changes of a run for machines, written while they come. Its fields stand in this room's README."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import IO, Any, Final

import orjson

from pipeline.diff.changes import Change, Changes, Quote
from pipeline.model import Review

FORMAT: Final = "onlabel-changes/1"


def head(changes: Changes) -> dict[str, Any]:
    """All but the changes themselves."""
    return {
        "format": FORMAT,
        "old": asdict(changes.old) if changes.old else None,
        "new": asdict(changes.new),
        "notes": [*changes.notes],
        "clinical": changes.clinical,
        "totals": changes.totals,
        "pages": changes.pages,
        "deleted": changes.deleted,
    }


def as_json(change: Change) -> dict[str, Any]:
    """A change as JSON data, without what it leaves empty."""
    said = {
        "kind": change.kind,
        "clinical": change.clinical,
        "slug": change.slug,
        "drug": change.drug,
        "aspect": change.aspect,
        "use": change.use,
        "brands": change.brands,
        "was": change.was,
        "now": change.now,
        "old": [*map(_quote, change.old)],
        "new": [*map(_quote, change.new)],
        "old_ids": change.old_ids,
        "new_ids": change.new_ids,
        "correction": change.correction,
        "old_reviews": [*map(_review, change.old_reviews)],
        "new_reviews": [*map(_review, change.new_reviews)],
    }
    return {name: value for name, value in said.items() if value not in (None, (), [])}


def _quote(quote: Quote) -> dict[str, Any]:
    return {"text": quote.text, "page": quote.page, **({"line": quote.line} if quote.line else {})}


def _review(review: Review) -> dict[str, Any]:
    said = {"reviewer": review.reviewer, "date": review.date.isoformat(), "verdict": review.verdict}
    return {**said, **({"reason": review.reason} if review.reason else {})}


def write_document(file: IO[bytes], changes: Changes, lines: Iterable[bytes]) -> None:
    """Write the document: a line a field, then a line a change.

    Args:
        file: Where to.
        changes: The totals.
        lines: The changes as JSON, each with its line end.

    """
    file.write(b"{\n")
    file.writelines(b'"%s": %s,\n' % (name.encode(), orjson.dumps(value)) for name, value in head(changes).items())
    file.write(b'"changes": [')
    between = b"\n"
    for line in lines:
        file.write(between + line.rstrip(b"\n"))
        between = b",\n"
    file.write(b"\n]\n}\n")


def document(changes: Changes) -> dict[str, Any]:
    """The same as one value, for changes that are all listed."""
    return {**head(changes), "changes": [as_json(change) for change in changes.listed]}
