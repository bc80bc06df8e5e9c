"""What a page lost: a server that holds the old snapshot is to delete it, or to keep it and mark it as withdrawn.

Bulk Data's `deleted`: one transaction Bundle a line, its entries `DELETE Type/id`. Within a Bundle, and from one to the next
(regimens before the drugs that they name), whatever refers to another resource comes before it.
"""

from __future__ import annotations

import re
from typing import Final

import orjson

from pipeline.diff.pages import PagePair
from pipeline.model import Resource
from pipeline.snapshot import Line

#: Who refers to whom on a page, first to last. Drugs and their uses name each other: only a transaction can take both.
_ORDER: Final = (
    "Provenance", "RegulatedAuthorization", "MedicationKnowledge", "ClinicalUseDefinition", "Ingredient", "Medication",
    "MedicinalProductDefinition", "DocumentReference",
)  # fmt: skip
#: As `publish` writes it. No text of a page looks like it: quotation marks in a text are escaped.
_PUT: Final = re.compile(rb'"request":\{"method":"PUT","url":"([^"]+)"\}')


def gone(pair: PagePair) -> list[Resource]:
    """The resources of a page that are in the old snapshot alone, referrers first; none of a stale page's.

    None either where a page is not as onlabel writes it: nobody knows then what it lost (it is told as `not-compared`).
    """
    if pair.old is None or pair.stale or pair.same:
        return []
    try:
        kept = _targets(pair.new) if pair.new else set()
        if _targets(pair.old) <= kept:
            return []
        return sorted((one for one in _resources(pair.old) if target(one) not in kept), key=_rank)
    except (ValueError, LookupError, TypeError):
        return []


def _targets(line: Line) -> set[str]:
    """What a page's Bundle puts. Most pages lose nothing: looking for that is a tenth of the work of reading them as JSON."""
    return {one.decode() for one in _PUT.findall(line.data)} or {target(one) for one in _resources(line)}


def _resources(line: Line) -> list[Resource]:
    return [entry["resource"] for entry in orjson.loads(line.data)["entry"]]


def target(resource: Resource) -> str:
    """`Type/id`, as a Bundle names it."""
    return f"{resource['resourceType']}/{resource['id']}"


def _rank(resource: Resource) -> tuple[int, str]:
    kind = resource["resourceType"]
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER)), str(resource["id"])
