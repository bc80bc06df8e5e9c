"""Layer *bindings*: codes of required bindings, and codes of HL7's own small code systems wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.errors import Problem
from pipeline.validate.elements import Codes
from pipeline.validate.walk import Node, problem


def bindings(found: Iterable[Node]) -> Iterator[Problem]:
    """The codes that are not in the value set or code system that they claim."""
    for node in found:
        if node.type == "Coding":
            yield from _coding(node)
        allowed = node.element.codes if node.element else None
        if not allowed:
            continue
        if node.type == "code" and isinstance(node.value, str):
            codes = frozenset[str]().union(*allowed.values())
            if node.value not in codes:
                cause, remedy = "the code is not in the required value set", f"Use one of {_some(codes)}."
                yield problem("V420", cause, remedy, node, shown=node.value)
        elif node.type in {"Coding", "CodeableConcept"}:
            yield from _concept(node, allowed)


def _concept(node: Node, allowed: Codes) -> Iterator[Problem]:
    """A concept with a required binding has a code of it (besides others), or an extension that says why not."""
    codings = [node.value] if node.type == "Coding" else node.value.get("coding", [])
    if not isinstance(codings, list) or ("extension" in node.value and not codings):
        return
    if not any(isinstance(c, dict) and str(c.get("code")) in allowed.get(str(c.get("system")), ()) for c in codings):
        shown = ", ".join(f"{c.get('system')}#{c.get('code')}" for c in codings if isinstance(c, dict)) or "no code"
        choices = "; ".join(f"{system}: {_some(codes)}" for system, codes in allowed.items())
        yield problem("V423", "no code is of the required value set", f"Use one of {choices}.", node, shown=shown)


def _some(codes: Iterable[str], most: int = 30) -> str:
    listed = sorted(codes)
    return ", ".join(listed[:most]) + (f", … ({len(listed)} codes)" if len(listed) > most else "")


def _coding(node: Node) -> Iterator[Problem]:
    system, code, display = (node.value.get(name) for name in ("system", "code", "display"))
    known = code_systems().get(system) if isinstance(system, str) else None
    if known is None or not isinstance(code, str):
        return
    if code not in known:
        yield problem("V421", f"{system} has no such code", "Look it up there: codes are case-sensitive.", node, shown=code)
        return
    right = known[code]
    if isinstance(display, str) and right and display.casefold() != right.casefold():
        cause = f"the display of {code} is {right!r}"
        yield problem("V422", cause, "Use the code system's own display.", node, severity="warning", shown=display)


@cache
def code_systems() -> Mapping[str, Mapping[str, str | None]]:
    """Codes and displays of the complete HL7 code systems that the types of a drug catalog are bound to, by URL.

    Taken by `pipeline/workshop/code_systems.py` from hl7.fhir.r5.core 5.0.0 and hl7.terminology 5.1.0.
    """
    text = files("pipeline.validate").joinpath("code_systems.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))
