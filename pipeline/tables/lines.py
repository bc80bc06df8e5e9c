"""Facts as JSON data: the fields of `pipeline/model.py` by their names, empty ones left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from pipeline.model import Fact, Page, Span, Use
from pipeline.snapshot import Record

#: What says nothing, and is left out.
_EMPTY: Final[tuple[object, ...]] = (None, (), "", [], {})


def drug_line(record: Record, uses: Sequence[tuple[int, Use]]) -> dict[str, Any]:
    """A drug at a glance: its name, brands, and how many of the uses that were asked for are of which approval status."""
    facts = record.facts
    return {
        "slug": facts.slug,
        "name": facts.name.text if facts.name else None,
        "kind": facts.kind,
        "fda_status": facts.fda_status,
        "brands": list(dict.fromkeys(brand.text for brand in facts.brands)),
        "uses": len(uses),
        "indications": sum(len(record.indications[number - 1]) for number, _ in uses),
        "approval_status": dict(Counter(use.approval_status for _, use in uses)),
        "qualified_in_words": sum(use.qualified_in_words for _, use in uses),
        "unread": len(facts.unread),
        "withheld": len(facts.withheld),
        "page": _page(record),
    }


def use_line(record: Record, number: int, use: Use) -> dict[str, Any]:
    """A use with its proof: `use` is its number on the page (from 1), `indications` the ids of its resources."""
    facts = record.facts
    return {
        "slug": facts.slug,
        "name": facts.name.text if facts.name else None,
        **_use(record, number, use),
        "page": _page(record),
    }


def facts_line(record: Record, uses: Sequence[tuple[int, Use]]) -> dict[str, Any]:
    """Everything that a page says of its drug, with the uses that were asked for."""
    facts = record.facts
    said = {name: value for name, value in plain(facts, facts.page).items() if name not in {"page", "uses"}}
    return {
        **said,
        "uses": [_use(record, number, use) for number, use in uses],
        "page": _page(record),
    }


def plain(value: Any, page: Page) -> Any:  # noqa: ANN401 - from anything of the model to anything that JSON holds
    """A value of the model as JSON data: spans are [start, end] in code points, a fact has the line it begins on."""
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, tuple | list):
        return [plain(each, page) for each in value]
    if is_dataclass(value) and not isinstance(value, Page | type):
        said = {each.name: plain(getattr(value, each.name), page) for each in fields(value) if each.name != "page"}
        if isinstance(value, Fact) and value.spans:
            said["line"] = page.line(value.spans[0].start) or None
        return {name: each for name, each in said.items() if each not in _EMPTY}
    return value


def _use(record: Record, number: int, use: Use) -> dict[str, Any]:
    said = {"use": number, "indications": list(record.indications[number - 1]), "qualified_in_words": use.qualified_in_words}
    return {**said, **plain(use, record.facts.page)}


def _page(record: Record) -> dict[str, Any]:
    page = record.facts.page
    said = {
        "name": page.name,
        "sha256": page.sha256,
        "url": page.meta("url"),
        "last_reviewed": page.meta("lastReviewed"),
        "page_status": record.facts.page_status.text if record.facts.page_status else None,
        "stale": record.input.stale,
    }
    return {name: value for name, value in said.items() if value not in _EMPTY}
