"""Layer *shape* where fhir.resources has no models (R4): elements, cardinalities and kinds of value, from the definitions.

Formats of primitives are the layer *values*; resources inside (contained, entries) are nodes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipeline.errors import Problem
from pipeline.settings import FhirVersion
from pipeline.validate.elements import Element, elements
from pipeline.validate.walk import Node, problem


def structure(found: Iterable[Node], version: FhirVersion) -> Iterator[Problem]:
    """What the nodes have that their types have not, and lack that they must have."""
    for node in found:
        known = elements(version, node.type)
        if node.is_primitive or not known:
            continue
        for name, value in node.value.items():
            if name == "resourceType" and node.is_resource:
                continue
            element = known.get(name)
            if element is None:
                cause = f"{name} is not an element here in FHIR {version}"
                remedy = "Correct the name, or move it where the version's definition has it."
                yield problem("V402", cause, remedy, node, shown=value if isinstance(value, str) else None, below=name)
            else:
                yield from _value(node, element, value)
        yield from _present(node, known)


def _value(node: Node, element: Element, value: object) -> Iterator[Problem]:
    if value is None or value == []:  # said by the values layer
        return
    if isinstance(value, list) != element.is_list:
        wanted, remedy = ("a list", "put it in [ ]") if element.is_list else ("one value", "give one, without [ ]")
        yield problem("V403", f"{element.name} is {wanted} in FHIR", remedy, node, below=element.path)
        return
    if element.is_primitive:
        return
    for index, item in enumerate(value if isinstance(value, list) else (value,)):
        if not isinstance(item, dict) and not (item is None and element.name.startswith("_")):
            below = f"{element.path}[{index}]" if element.is_list else element.path
            yield problem("V403", f"a {element.type} is a JSON object", "Write it so.", node, shown=item, below=below)


def _present(node: Node, known: Mapping[str, Element]) -> Iterator[Problem]:
    there: dict[str, set[str]] = {}
    for name in node.value:
        if name in known:
            there.setdefault(known[name].choice, set()).add(name.removeprefix("_"))
    for choice in dict.fromkeys(element.choice for element in known.values() if element.is_required):
        if choice not in there:
            stem = choice.removesuffix("[x]")
            if stem == choice:
                yield problem("V401", f"the required element {stem} is missing", "Add it.", node, below=stem)
            else:
                yield problem("V404", f"{choice} is required, in one of its types", "Add it.", node)
    for choice, names in there.items():
        if len(names) > 1:
            cause = f"{choice} has more than one type: {', '.join(sorted(names))}"
            yield problem("V404", cause, "Give the choice element exactly one of its types.", node)
