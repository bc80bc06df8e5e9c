"""One walk over a resource, guided by the elements of its types; every layer reads the nodes that it yields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from pipeline.errors import Problem, Severity, excerpt
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.elements import Element, elements, is_resource

_LONGEST_TEXT = 1000
#: What the cause of a finding ends with that HL7's validator (in HAPI 8.8, without a terminology server) does not have.
STRICTER: Final = " (onlabel is stricter here: HL7's validator lets it pass)"

#: A place in a resource as a linked list, made into a FHIRPath only for a finding: (parent, name, index).
Place: TypeAlias = "tuple[Place | None, str, int | None]"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a resource: `type` is a primitive, a type, a backbone or (for a resource) its resource type.

    `element` is None for the resource itself. `parent` is the node that holds it. `container` is the resource in which its
    `#id` references are resolved: the outermost one, or the entry of a Bundle.
    """

    value: Any
    type: str
    place: Place | None
    element: Element | None
    parent: Node | None
    container: Node | None
    is_primitive: bool = False
    is_resource: bool = False

    @property
    def root(self) -> Node:
        """The resource in which `#id` references of this node are resolved."""
        return self.container or self


def nodes(resource: Resource, version: FhirVersion) -> Iterator[Node]:
    """Every value of a resource in document order, parents first; what is not in the version's definitions is left out."""
    kind = str(resource.get("resourceType", ""))
    top = Node(resource, kind, (None, kind, None), None, None, None, is_resource=True)
    yield top
    yield from _below(top, version)


def _below(node: Node, version: FhirVersion) -> Iterator[Node]:
    known = elements(version, node.type)
    for name, value in node.value.items():
        element = known.get(name)
        if element is None:
            continue
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _child(node, element, item, (node.place, element.path, index), version)
        else:
            yield from _child(node, element, value, (node.place, element.path, None), version)


def _child(node: Node, element: Element, value: Any, place: Place, version: FhirVersion) -> Iterator[Node]:  # noqa: ANN401 - any JSON
    if element.is_primitive:
        yield Node(value, element.type, place, element, node, node.root, is_primitive=True)
        return
    if not isinstance(value, dict):
        return
    if element.type == "Resource":
        kind = str(value.get("resourceType", ""))
        if not is_resource(version, kind):
            yield Node(value, "Resource", place, element, node, node.root)
            return
        container = node.root if element.name == "contained" else None
        child = Node(value, kind, place, element, node, container, is_resource=True)
    else:
        child = Node(value, element.type, place, element, node, node.root)
    yield child
    yield from _below(child, version)


def fhirpath(place: Place | None) -> str:
    """A place as FHIRPath: `MedicationKnowledge.indicationGuideline[0].indication[1].concept.text`."""
    parts: list[str] = []
    while place is not None:
        place, name, index = place
        parts.append(name if index is None else f"{name}[{index}]")
    return ".".join(reversed(parts))


def within(version: FhirVersion, resource: Resource, steps: Sequence[str | int]) -> str:
    """The FHIRPath of JSON property names and list indices from the top of a resource.

    Names that no type has are kept as they are.
    """
    path = str(resource.get("resourceType", ""))
    for step, element in _way(version, resource, steps):
        path += f"[{step}]" if isinstance(step, int) else "." + (element.path if element else step)
    return path


def defines(version: FhirVersion, resource: Resource, steps: Sequence[str | int]) -> bool:
    """Whether the definitions have the element that JSON property names and list indices lead to."""
    return all(element is not None for step, element in _way(version, resource, steps) if isinstance(step, str))


def _way(version: FhirVersion, resource: Resource, steps: Sequence[str | int]) -> Iterator[tuple[str | int, Element | None]]:
    """Each step from the top of a resource, a name with its element where a type has it."""
    known = elements(version, str(resource.get("resourceType", "")))
    value: Any = resource
    for step in steps:
        if isinstance(step, int):
            yield step, None
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            element = known.get(step)
            yield step, element
            value = value.get(step) if isinstance(value, dict) else None
            known = elements(version, element.type) if element else {}
        if isinstance(value, dict) and "resourceType" in value:
            known = elements(version, str(value["resourceType"]))


def name_of(resource: Resource) -> str:
    """`Type/id` of a resource, as far as it has them."""
    return f"{resource.get('resourceType', '?')}/{resource.get('id', '?')}"


def printable(found: Problem) -> Problem:
    """A finding whose parts can be printed: names in others' resources may hold lone surrogates, which nothing can write."""
    return replace(
        found,
        cause=_printable(found.cause),
        remedy=_printable(found.remedy),
        expression=_printable(found.expression) if found.expression else None,
        resource=_printable(found.resource) if found.resource else None,
    )


def _printable(text: str) -> str:
    return text if text.isprintable() else excerpt(text, _LONGEST_TEXT)


def problem(  # noqa: PLR0913 - a finding has this many parts
    code: str,
    cause: str,
    remedy: str,
    node: Node,
    *,
    severity: Severity = "error",
    shown: object = None,
    below: str | None = None,
    is_stricter: bool = False,
) -> Problem:
    """A finding at a node, or at the step `below` it; the validator fills in which resource it belongs to.

    `is_stricter` marks what HL7's validator lets pass, so that nobody looks for it there.
    """
    return Problem(
        code=code,
        severity=severity,
        cause=cause + STRICTER * is_stricter,
        remedy=remedy,
        excerpt=None if shown is None else excerpt(str(shown)),
        expression=fhirpath(node.place if below is None else (node.place, below, None)),
    )
