"""What crosses pages: the drugs of a regimen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.model import Resource

#: Where a record of either shape names others.
_RELATED: Final = {"MedicationKnowledge": "relatedMedicationKnowledge", "MedicinalProductDefinition": "crossReference"}
#: The types of records: what `link` changes.
RECORDS: Final = frozenset(_RELATED)


def link(resource: Resource, published: Mapping[str, str]) -> Resource:
    """A record whose references to other drugs are literal where those are published, and logical where not.

    What was linked before is linked anew: the same resource comes out, whatever was published then.

    Args:
        resource: any resource; all but the record of a regimen come back as they are. It is not changed.
        published: drug slug → id of its record, for all drugs of the snapshot.

    Returns:
        The resource. A reference keeps its identifier and display; a drug that is not published is a logical reference,
        which dangles nowhere.
    """
    kind = resource.get("resourceType", "")
    name = _RELATED.get(kind)
    return {**resource, name: _linked(resource[name], kind, published)} if name in resource else resource


def linked_to(resource: Resource) -> Iterator[str]:
    """What a record names among the records, as `Type/id`."""
    yield from _references(resource.get(_RELATED.get(resource["resourceType"], ""), ()))


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict) and isinstance(value.get("reference"), str):
        yield value["reference"]
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _references(each)


def _linked(value: Any, kind: str, published: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_linked(each, kind, published) for each in value]
    if not isinstance(value, dict):
        return value
    if "identifier" not in value:
        return {name: _linked(each, kind, published) for name, each in value.items()}
    target = published.get(value["identifier"].get("value"))
    logical = {name: each for name, each in value.items() if name != "reference"}
    return {"reference": f"{kind}/{target}", **logical} if target is not None else logical
