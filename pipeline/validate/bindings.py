"""Layer *bindings*: codes of required bindings, and codes of HL7's own small code systems wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.errors import Problem
from pipeline.validate.codes import malformed, wrong_address
from pipeline.validate.elements import Codes
from pipeline.validate.languages import is_language
from pipeline.validate.tables import EDITIONS, terminology
from pipeline.validate.walk import Node, problem

#: Types whose `system` names a code system.
_CODED = frozenset({"Coding", "Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity"})


def bindings(found: Iterable[Node]) -> Iterator[Problem]:
    """The codes that are not in the value set or code system that they claim."""
    for node in found:
        if node.type == "Coding":
            yield from _coding(node)
        elif node.type == "uri":
            yield from _system(node)
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


def _system(node: Node) -> Iterator[Problem]:
    if not node.parent or not node.element or node.element.name != "system" or not isinstance(node.value, str):
        return
    # An Identifier's may be of any kind, and some owners end theirs in a slash: that is told of known ones alone.
    is_identifier = node.parent.type == "Identifier"
    is_asked = node.parent.type in _CODED or (is_identifier and node.value.rstrip("/") in terminology().known)
    if wrong := wrong_address(node.value) if is_asked else None:
        code, cause, remedy = wrong
        yield problem(code, cause, remedy, node, severity="warning", shown=node.value, is_stricter=is_identifier)


def _coding(node: Node) -> Iterator[Problem]:
    system, code, display = (node.value.get(name) for name in ("system", "code", "display"))
    if not isinstance(system, str) or not isinstance(code, str):
        return
    if wrong := malformed(system, code):
        remedy = "Copy it from the system again."
        yield problem("V424", wrong, remedy, node, severity="warning", shown=code, below="code", is_stricter=True)
    if system == "urn:ietf:bcp:47" and not is_language(code):
        yield problem("V421", "the BCP 47 registry has no such language", "Use a registered tag.", node, shown=code)
    known = terminology().systems.get(system)
    if known is None:
        return
    displays = known.get(code)
    if displays is None and system in terminology().caseless:
        displays = next((each for one, each in known.items() if one.casefold() == code.casefold()), None)
    if displays is None:
        yield problem("V421", f"{system} has no such code in {EDITIONS}", "Look it up there: case matters.", node, shown=code)
    elif isinstance(display, str) and displays and _plain(display) not in map(_plain, displays):
        cause = f"the display of {code} is {' or '.join(map(repr, displays))}"
        yield problem("V422", cause, "Use the code system's own display.", node, severity="warning", shown=display)


def _plain(display: str) -> str:
    return " ".join(display.split()).casefold()
