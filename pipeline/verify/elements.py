"""How the JSON of a resource is read here: its name, its objects, its extensions and their values, codes and references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.verify.finding import Json


def reference_to(resource: Json) -> str:
    """`Type/id`."""
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def objects(value: Json, place: str) -> Iterator[tuple[str, Json]]:
    """Every object of a resource and where it stands."""
    yield place, value
    for name, item in value.items():
        if isinstance(item, dict):
            yield from objects(item, f"{place}.{name}")
        elif isinstance(item, list):
            for index, each in enumerate(item):
                if isinstance(each, dict):
                    yield from objects(each, f"{place}.{name}[{index}]")


def ending(url: object) -> str:
    """The end of a URL: what names a code system or an extension of ours."""
    return str(url).rsplit("/", 1)[-1]


def name_of(extension: Json) -> str:
    """The name of one of our extensions, or of a part of one."""
    return ending(extension.get("url", ""))


def named(element: Json, name: str) -> list[Json]:
    """The extensions of an element, or parts of a complex extension, that have a name."""
    return [each for each in element.get("extension", ()) if name_of(each) == name]


def values(element: Json, name: str, kind: str) -> list[Any]:
    """The values of those that have a name; `kind` is what holds them, as `valueCode`. Of one without it, an empty object."""
    return [each.get(kind, {}) for each in named(element, name)]


def value_of(element: Json, name: str, kind: str) -> Any:  # noqa: ANN401 - any JSON
    """The first of these values; None if there is none."""
    return next(iter(values(element, name, kind)), None)


def quote_of(extension: Json) -> str | None:
    """The words that a quote among our extensions carries in its part `text`."""
    words = value_of(extension, "text", "valueString")
    return words if isinstance(words, str) else None


def quotes_of(element: Json, name: str) -> list[str]:
    """The words of the quotes among the extensions of an element that have a name."""
    return [quote_of(each) or "" for each in named(element, name)]


def codes_of(*concepts: Json | None) -> set[str]:
    """The codes of CodeableConcepts, of whatever system."""
    return {str(coding.get("code")) for concept in concepts for coding in (concept or {}).get("coding", ())}


def references_in(resource: Json, element: str, inside: str = "") -> list[str]:
    """What the References in a repeating element refer to; those `inside` an element of each where that is named."""
    return [str((each.get(inside, {}) if inside else each).get("reference")) for each in resource.get(element, ())]
