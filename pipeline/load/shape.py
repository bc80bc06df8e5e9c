"""What is read of a server's answer, and what it has to be there: looked at once, so that nobody after has to wonder."""

from __future__ import annotations

from typing import TypeAlias

import orjson

#: An object with these parts (what is not named may be anything), a list of such, one of several, or a value of a type.
Shape: TypeAlias = "dict[str, Shape] | list[Shape] | tuple[Shape, ...] | type[str]"

#: https://hl7.org/fhir/json.html: a resource of any type, as far as something here reads it.
_RESOURCE: dict[str, Shape] = {
    "resourceType": str,
    "id": str,
    "meta": {"profile": [str], "tag": [{}]},
    "text": {"div": str},
    "identifier": ([{}], {}),
    "extension": [{"valueIdentifier": {}}],
    "status": (str, {"coding": [{}]}),
    "entity": [{"what": {}}],
    "link": [{"url": str}],
    "issue": [{"details": {}}],
    "rest": [{"interaction": [{}], "resource": [{"type": str, "interaction": [{}], "searchParam": [{}]}]}],
}
_RESOURCE["entry"] = [{"resource": _RESOURCE, "response": {}}]


def fault(found: object) -> str | None:
    """Where a value is no resource as FHIR has it; None where it is one."""
    if not isinstance(found, dict) or "resourceType" not in found:
        return "no resource"
    try:
        orjson.dumps(found)  # which goes some 250 levels deep, and reading a thousand: what is held may have to be sent back
    except TypeError:
        return "nested too deep"
    place = _misfit(found, _RESOURCE, "")
    return None if place is None else f"not as FHIR has it: {place[1:]}"


def _misfit(value: object, shape: Shape, place: str) -> str | None:
    """The first place at which a value is otherwise than its shape."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return place
        parts = ((value[name], part, f"{place}.{name}") for name, part in shape.items() if name in value)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            return place
        parts = ((one, shape[0], f"{place}[{number}]") for number, one in enumerate(value))
    elif isinstance(shape, tuple):
        return None if any(_misfit(value, one, place) is None for one in shape) else place
    else:
        return None if isinstance(value, shape) else place
    return next((found for part in parts if (found := _misfit(*part)) is not None), None)
