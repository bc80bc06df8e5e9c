"""Parts of a resource by our (or HL7's) names."""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def extensions(element: Json, name: str) -> list[Json]:
    """The extensions of an element with our (or HL7's) name."""
    return [each for each in element.get("extension", ()) if each["url"].rsplit("/", 1)[-1] == name]


def parts(extension: Json, name: str) -> list[Json]:
    """The parts of a complex extension that have a name."""
    return [each for each in extension["extension"] if each["url"] == name]
