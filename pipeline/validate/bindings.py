"""Layer *bindings*: codes of required bindings, and codes of HL7's own small code systems wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.errors import Problem
from pipeline.validate.walk import Node, problem


def bindings(found: Iterable[Node]) -> Iterator[Problem]:
    """The codes that are not in the value set or code system that they claim."""
    for node in found:
        if node.type == "Coding":
            yield from _coding(node)
            continue
        allowed = node.element.codes if node.element else frozenset()
        if allowed and isinstance(node.value, str) and node.value not in allowed:
            cause, remedy = "the code is not in the required value set", f"use one of {', '.join(sorted(allowed))}"
            yield problem("V420", cause, remedy, node, shown=node.value)


def _coding(node: Node) -> Iterator[Problem]:
    system, code, display = (node.value.get(name) for name in ("system", "code", "display"))
    known = code_systems().get(system) if isinstance(system, str) else None
    if known is None or not isinstance(code, str):
        return
    if code not in known:
        yield problem("V421", f"{system} has no such code", "look it up there: codes are case-sensitive", node, shown=code)
        return
    right = known[code]
    if isinstance(display, str) and right and display.casefold() != right.casefold():
        cause = f"the display of {code} is {right!r}"
        yield problem("V422", cause, "use the code system's own display", node, severity="warning", shown=display)


@cache
def code_systems() -> Mapping[str, Mapping[str, str | None]]:
    """Codes and displays of the complete HL7 code systems that the types of a drug catalogue are bound to, by URL.

    Taken by `python -m pipeline.validate.rebuild_code_systems` from hl7.fhir.r5.core 5.0.0 and hl7.terminology 5.1.0.
    """
    text = files("pipeline.validate").joinpath("code_systems.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))
