"""A quick check that most resources pass: of what passes it, no layer but the shape has anything to report.

Nearly every resource that is published passes, and to learn that layer by layer, node by node, took nearly as long as
fhir.resources needs. Here each type becomes, once, a table of checks by JSON property: the layers' own functions, asked
once for a value that comes again and again. What may not be valid (a name that the type has not, a null, an entry of a
Bundle, whatever a layer reports) is left to the layers, which say what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.bindings import bindings
from pipeline.validate.elements import Element, elements, is_resource
from pipeline.validate.extensions import faults, is_unknown
from pipeline.validate.invariants import INVARIANTS, ODD, invariants
from pipeline.validate.narrative import narrative
from pipeline.validate.profiles import Profile, stated
from pipeline.validate.references import references
from pipeline.validate.tables import terminology
from pipeline.validate.units import units
from pipeline.validate.values import NUMBERS, in_range, values
from pipeline.validate.walk import Node

#: How many values a check remembers, and how long they may be: a page's text in base64 is no code that comes again.
_REMEMBERED: Final = 1024
_LONGEST: Final = 200
#: Types of text that have no format.
_PROSE: Final = frozenset({"string", "markdown"})
#: Types that layers look at as a whole, besides those with invariants, a binding or a system.
_LOOKED_AT: Final = frozenset({"Coding", "CodeableConcept", "Reference", "Attachment"})
_SAID: Final = (str, type(None))
_NOWHERE: Final = (None, "", None)


class _Local(NamedTuple):
    """The contained resources: the type of each by `#id`, and which of them something refers to; and what is defined."""

    types: dict[str, str]
    used: set[str]
    known: Mapping[str, Profile]


#: Whether a value is surely valid, in a resource with these contained ones.
_Check: TypeAlias = Callable[[Any, _Local], bool]
_Object: TypeAlias = Mapping[str, Any]


def passes_quick_check(resource: Resource, version: FhirVersion, known: Mapping[str, Profile]) -> bool:
    """Whether surely no layer but the shape has a finding on a resource of a known type. False: ask them.

    What claims a profile or has an extension whose definition is given (`known`) does not pass.
    """
    contained = resource.get("contained", ())
    if "contained" in resource and (type(contained) is not list or not contained):
        return False
    local = _Local({}, set(), known)
    for each in contained:
        if type(each) is not dict or not _is_containable(each, version):
            return False
        local.types["#" + each["id"]] = each["resourceType"]
    outer = {name: value for name, value in resource.items() if name != "contained"}
    top = Node(outer, "", _NOWHERE, None, None, None)
    return (
        len(local.types) == len(contained)
        and _is_sound_resource(outer, version, local, None)
        and all(_is_sound_resource(each, version, local, top) for each in contained)
        and len(local.used) == len(contained)
    )


def _is_containable(resource: Resource, version: FhirVersion) -> bool:
    kind = resource.get("resourceType")
    return (
        isinstance(kind, str) and is_resource(version, kind) and isinstance(resource.get("id"), str) and "meta" not in resource
    )


def _is_sound_resource(resource: Resource, version: FhirVersion, local: _Local, container: Node | None) -> bool:
    kind = resource["resourceType"]
    content = {name: value for name, value in resource.items() if name != "resourceType"}
    node = Node(resource, kind, _NOWHERE, None, None, container, is_resource=True)
    return (
        bool(content)
        and local.known.keys().isdisjoint(stated(resource))
        and _object(version, kind)(content, local)
        and not any(invariants([node]))
    )


@cache
def _object(version: FhirVersion, kind: str, targets: frozenset[str] = frozenset(), inside: str = "") -> _Check:
    """The check of an object of a type by its parts.

    Two things depend on what is around an object: what the Reference of a CodeableReference may point at (`targets`), and
    whether an Extension is a part of another (`inside`).
    """
    holder = Element("", "", kind, is_primitive=False, codes={}, targets=targets, choice="")
    above = Node({}, inside, _NOWHERE, None, None, None)
    checks = _Checks(version, Node({}, kind, _NOWHERE, holder, above, None))

    def is_object(value: Any, local: _Local) -> bool:  # noqa: ANN401 - any JSON
        if type(value) is not dict or not value or (len(value) == 1 and "id" in value):
            return False
        for name, item in value.items():
            check = checks[name]
            for each in item if type(item) is list and item else (item,):
                if not check(each, local):
                    return False
        return True

    return is_object


class _Checks(dict[str, _Check]):
    """The check of each JSON property of a type, made when it is first met: types hold each other."""

    def __init__(self, version: FhirVersion, parent: Node) -> None:
        super().__init__()
        self._version, self._parent = version, parent

    def __missing__(self, name: str) -> _Check:
        element = elements(self._version, self._parent.type).get(name)
        if element is None:
            return lambda _, __: False
        make = _primitive if element.is_primitive else _complex
        self[name] = make(self._version, element, self._parent)
        return self[name]


def _primitive(version: FhirVersion, element: Element, parent: Node) -> _Check:
    kind = element.type

    def asked(value: str) -> bool:
        nodes = [Node(value, kind, _NOWHERE, element, parent, None, is_primitive=True)]
        return not any(chain(values(nodes, version), bindings(nodes), references(nodes, version), narrative(nodes)))

    remembered = lru_cache(_REMEMBERED)(asked)

    def is_text(value: object, _: _Local) -> bool:
        return type(value) is str and (remembered(value) if len(value) < _LONGEST else asked(value))

    def is_prose(value: object, _: _Local) -> bool:
        # What can be printed has no control character.
        return type(value) is str and ((value.isprintable() and not value.isspace() and value != "") or asked(value))

    def is_number(value: object, _: _Local) -> bool:
        return type(value) is int and in_range(kind, value)

    if kind in NUMBERS:
        return is_number
    if kind == "boolean":
        return lambda value, _: type(value) is bool
    if kind == "decimal":
        return lambda value, _: type(value) in {int, float}
    return is_prose if kind in _PROSE and not element.codes else is_text


def _complex(version: FhirVersion, element: Element, parent: Node) -> _Check:
    kind = element.type
    if kind == "Resource":  # an entry of a Bundle: what is said of it depends on what is around it
        return lambda _, __: False
    targets = element.targets if kind == "CodeableReference" else frozenset[str]()
    inside = parent.type if kind == "Extension" else ""

    is_object = _object(version, kind, targets, inside)

    def asked(value: _Object) -> bool:
        nodes = [Node(value, kind, _NOWHERE, element, parent, None)]
        return not any(chain(bindings(nodes), units(nodes), references(nodes, version), invariants(nodes)))

    if kind == "Extension":
        return _extension(is_object)
    if kind == "Reference":
        return _reference(is_object, asked)
    if kind in _LOOKED_AT or kind in INVARIANTS or element.codes or "system" in elements(version, kind):
        return lambda value, local: is_object(value, local) and asked(value)
    return is_object


def _extension(is_object: _Check) -> _Check:
    """An Extension is most of what there is; of the layers that look at whole objects the invariants know it, and HL7's it."""
    always = [rule.holds for rule in INVARIANTS["Extension"] if rule.url is None]
    by_url = {rule.url: always.copy() for rule in INVARIANTS["Extension"]}
    for rule in INVARIANTS["Extension"]:
        if rule.url is not None:
            by_url[rule.url].append(rule.holds)
    theirs = terminology().extensions

    def is_extension(value: _Object, local: _Local) -> bool:
        try:
            url = value.get("url", "")
            return (
                is_object(value, local)
                and all([holds(value) for holds in by_url.get(url, always)])  # noqa: C419 - a list is faster
                and url not in local.known
                and (url not in theirs or not any(faults(value, theirs[url], None)))
                and not is_unknown(url)
            )
        except ODD:
            return False

    return is_extension


def _reference(is_object: _Check, asked: Callable[[_Object], bool]) -> _Check:
    @lru_cache(_REMEMBERED)
    def leads(target: str, said: str | None) -> bool:
        return asked({"reference": target} if said is None else {"reference": target, "type": said})

    def is_reference(value: _Object, local: _Local) -> bool:
        if not is_object(value, local):
            return False
        target, said = value.get("reference"), value.get("type")
        if type(target) is not str or type(said) not in _SAID:
            return asked(value)
        if target.startswith("#"):
            local.used.add(target)
            target = f"{local.types.get(target)}/{target[1:]}"
        return leads(target, said)

    return is_reference
