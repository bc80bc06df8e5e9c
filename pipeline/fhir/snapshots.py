"""Snapshots of our StructureDefinitions: the elements of what they constrain, with the differential applied.

Only what our differentials do is done: an element of the base is constrained, a slice is added behind what it slices, and the
parts of a data type are written out where a differential names one. A cardinality, type or binding replaces the base's.

Source: https://hl7.org/fhir/R5/profiling.html#snapshot, and HL7's own definitions (`bases/`, made by `workshop`)
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from pipeline.fhir.source import Json
from pipeline.settings import FhirVersion


def with_snapshot(definition: Json, version: FhirVersion) -> Json:
    """A StructureDefinition with the snapshot of its differential; any other definition as it is.

    Raises:
        KeyError: The differential names an element that neither the base nor a data type in `bases/` has.

    """
    if definition["resourceType"] != "StructureDefinition":
        return definition
    elements = {element["id"]: element for element in _bases(version)[definition["type"]]}
    for change in definition["differential"]["element"]:
        identity = str(change["id"])
        parent = identity.rpartition(".")[0]
        if parent and not _has_parts(elements, parent):
            elements = _after(elements, parent, _parts(elements[parent], version))
        if "sliceName" in change and identity not in elements:
            sliced = elements[identity.removesuffix(f":{change['sliceName']}")]
            slice_of = {name: value for name, value in sliced.items() if name != "slicing"}
            elements = _after(elements, str(sliced["id"]), {identity: {**slice_of, "id": identity}})
        elements[identity] = {**elements[identity], **change}
    return {**definition, "snapshot": {"element": [*elements.values()]}}


@cache
def _bases(version: FhirVersion) -> Mapping[str, Any]:
    packed = files("pipeline.fhir").joinpath("bases", f"{version}.json.gz").read_bytes()
    found: Mapping[str, Any] = orjson.loads(gzip.decompress(packed))
    return found


def _has_parts(elements: Mapping[str, Json], identity: str) -> bool:
    return any(each.startswith(f"{identity}.") for each in elements)


def _parts(element: Json, version: FhirVersion) -> dict[str, Json]:
    """What the data type of an element holds, as elements of it."""
    identity, path = str(element["id"]), str(element["path"])
    _, *parts = _bases(version)[element["type"][0]["code"]]
    found = ((str(part["path"]).partition(".")[2], part) for part in parts)
    return {f"{identity}.{name}": {**part, "id": f"{identity}.{name}", "path": f"{path}.{name}"} for name, part in found}


def _after(elements: Mapping[str, Json], identity: str, new: Mapping[str, Json]) -> dict[str, Json]:
    """The elements with new ones behind one of them, its parts and its slices."""
    below = (f"{identity}.", f"{identity}:")
    place = max(place for place, each in enumerate(elements) if each == identity or each.startswith(below))
    items = [*elements.items()]
    return dict([*items[: place + 1], *new.items(), *items[place + 1 :]])
