"""Layer *extensions*: do HL7's extensions, and those whose definitions are given, hold a value of the type that they define?

Source: https://hl7.org/fhir/R5/defining-extensions.html. Where an extension may stand is left to the HL7 validator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypedDict

from pipeline.errors import Problem
from pipeline.validate.tables import EDITIONS, did_you_mean, terminology
from pipeline.validate.walk import Node, Place, problem

_OF_HL7 = re.compile(r"https?://hl7\.org/fhir/StructureDefinition/[^/]+/?")
_ANY = "*"


class Contents(TypedDict):
    """What an extension may hold: the types of its value (`*`: any; none: it has parts only), and its parts by name."""

    types: list[str]
    parts: dict[str, Contents]


def contents(elements: Iterable[Mapping[str, Any]]) -> Contents:
    """What an extension may hold, from the elements of its StructureDefinition in their order."""
    top: Contents = {"types": [_ANY], "parts": {}}
    way = [top]
    for element in elements:
        *above, last = str(element["path"]).split(".")
        depth = above.count("extension")
        if last == "extension":
            del way[depth + 1 :]
            name = element.get("sliceName")
            if name and depth < len(way):
                way.append({"types": [_ANY], "parts": {}})
                way[depth]["parts"][name] = way[-1]
        elif last == "value[x]" and depth < len(way):
            kinds = [str(kind["code"]) for kind in element.get("type") or ({"code": _ANY},)]
            way[depth]["types"] = [] if element.get("max") == "0" else kinds
    return top


def extensions(found: Iterable[Node], known: Mapping[str, Contents]) -> Iterator[Problem]:
    """The extensions that hold what their definitions have not, and (as warnings) those of HL7 that HL7 has not.

    Args:
        found: the nodes of a resource.
        known: extensions whose definitions are given, by URL, beside HL7's.
    """
    for node in found:
        url = node.value.get("url") if node.type == "Extension" else None
        if not isinstance(url, str):
            continue
        defined = known.get(url) or terminology().extensions.get(url)
        for place, cause in faults(node.value, defined, node.place) if defined else ():
            yield problem("V490", cause, "Give it what its definition has.", Node(None, "", place, None, None, None), shown=url)
        if defined is None and (is_unknown(url) or url.rstrip("/") in known):
            hint = did_you_mean(url, [*known, *terminology().extensions])
            cause = f"no extension has this URL in {EDITIONS}, nor among the definitions given"
            remedy = hint or "Correct it; if HL7 has defined it since, leave it."
            yield problem("V491", cause, remedy, node, severity="warning", shown=url)


@lru_cache(4096)
def is_unknown(url: str) -> bool:
    """Whether a URL would be an extension in HL7's core specification, and is none that it has."""
    return _OF_HL7.fullmatch(url) is not None and url not in terminology().extensions


def faults(value: Mapping[str, Any], defined: Contents, place: Place | None) -> Iterator[tuple[Place | None, str]]:
    """Where an extension, or a part of it, holds what it may not, and what that is.

    An extension inside that has a definition of its own (its URL is absolute) is not looked at.
    """
    for name in value:
        stem, is_value, kind = name.partition("value")
        if not is_value or stem not in {"", "_"} or not kind[:1].isupper() or _ANY in defined["types"]:
            continue
        types = [each[:1].upper() + each[1:] for each in defined["types"]]
        if kind not in types:
            wanted = f"a value of {' or '.join(types)}" if types else "its parts and no value"
            yield place, f"the definition of this extension has {wanted}, here is value{kind}"
    inside = value.get("extension")
    for index, part in enumerate(inside if isinstance(inside, list) else ()):
        part_name = part.get("url") if isinstance(part, dict) else None
        if not isinstance(part_name, str) or ":" in part_name:
            continue
        below: Place = (place, "extension", index)
        if part_name in defined["parts"]:
            yield from faults(part, defined["parts"][part_name], below)
        else:
            has = ", ".join(sorted(defined["parts"])) or "none"
            yield below, f"the definition of this extension has no part of that name (its parts: {has})"
