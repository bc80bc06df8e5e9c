"""What a server that holds the old snapshot is to do with what is gone: delete it, or keep it and mark it as withdrawn.

Bulk Data's `deleted`: one transaction Bundle a line, its entries `DELETE Type/id`. Within a Bundle, and from one to the next
(regimens before the drugs that they name), whatever refers to another resource comes before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import orjson

from pipeline.diff.pages import PagePair
from pipeline.model import Resource
from pipeline.snapshot import Line
from pipeline.withdrawal import has_status, withdrawn

#: Who refers to whom on a page, first to last. Drugs and their uses name each other: only a transaction can take both.
_ORDER: Final = ("Provenance", "MedicationKnowledge", "ClinicalUseDefinition", "Medication", "DocumentReference")
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
        return sorted((one for one in _resources(pair.old) if _target(one) not in kept), key=_rank)
    except (ValueError, LookupError, TypeError):
        return []


def deletion(resources: Iterable[Resource]) -> Resource:
    """A transaction Bundle that deletes."""
    return _transaction({"request": {"method": "DELETE", "url": _target(one)}} for one in resources)


def retirement(resources: Iterable[Resource]) -> Resource:
    """A transaction Bundle that puts resources as they were, with the status and the tag of what is withdrawn.

    Types without such a status (Provenance: what happened stays true) are left as they are.
    """
    return _transaction(
        {"resource": withdrawn(one), "request": {"method": "PUT", "url": _target(one)}} for one in resources if has_status(one)
    )


def _transaction(entries: Iterable[dict[str, Any]]) -> Resource:
    return {"resourceType": "Bundle", "type": "transaction", "entry": [*entries]}


def _targets(line: Line) -> set[str]:
    """What a page's Bundle puts. Most pages lose nothing: looking for that is a tenth of the work of reading them as JSON."""
    return {one.decode() for one in _PUT.findall(line.data)} or {_target(one) for one in _resources(line)}


def _resources(line: Line) -> list[Resource]:
    return [entry["resource"] for entry in orjson.loads(line.data)["entry"]]


def _target(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _rank(resource: Resource) -> tuple[int, str]:
    kind = resource["resourceType"]
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER)), str(resource["id"])
