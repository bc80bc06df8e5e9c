"""Layer *profiles*: what a StructureDefinition says of cardinality, fixed and pattern values, and types of its elements.

A resource is checked against the profiles in its `meta.profile`, an extension against the definition of its `url`, as far
as they are given. Slices, constraints in FHIRPath and bindings are left to the HL7 validator.
Source: https://hl7.org/fhir/R5/profiling.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import Problem
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.elements import is_resource
from pipeline.validate.extensions import Contents, contents
from pipeline.validate.walk import Node, problem

_CORE = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a profile says of one element: `path` are JSON names below the type, `value[x]` with its brackets."""

    path: tuple[str, ...]
    least: int
    most: int | None
    fixed: Any
    pattern: Any
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of a resource type, or the definition of an extension (`type` is `Extension`) and what that may hold."""

    url: str
    type: str
    rules: tuple[Rule, ...]
    contents: Contents | None = None


def profiles(definitions: Iterable[Resource]) -> dict[str, Profile]:
    """The profiles among resources, by URL."""
    found = (d for d in definitions if d.get("resourceType") == "StructureDefinition" and d.get("derivation") == "constraint")
    return {profile.url: profile for profile in map(_profile, found)}


def _profile(definition: Resource) -> Profile:
    view = definition.get("differential") or definition.get("snapshot") or {}
    elements = view.get("element", ())
    url, kind = str(definition.get("url")), str(definition.get("type"))
    return Profile(url, kind, tuple(_rules(elements)), contents(elements) if kind == "Extension" else None)


def _rules(elements: Iterable[Mapping[str, Any]]) -> Iterator[Rule]:
    for element in elements:
        own = str(element.get("path")) == "Extension.value[x]"  # the layer *extensions* looks at its types
        path = tuple(str(element.get("path")).split(".")[1:])
        if not path or ":" in str(element.get("id")):  # a slice holds for some of the values: which, is not worked out here
            continue
        most = element.get("max")
        yield Rule(
            path=path,
            least=int(element.get("min", 0)),
            most=int(most) if isinstance(most, str) and most.isdigit() else None,
            fixed=next((value for key, value in element.items() if key.startswith("fixed")), None),
            pattern=next((value for key, value in element.items() if key.startswith("pattern")), None),
            types=frozenset(str(kind.get("code")) for kind in element.get("type", ()) if path[-1].endswith("[x]") and not own),
        )


def claimed(resource: Resource, version: FhirVersion) -> set[str]:
    """The profiles that a resource claims, or one in it (contained, an entry); the plain types of FHIR are none."""
    urls = set(stated(resource))
    for part in (part for name in ("contained", "entry") for part in _listed(resource.get(name))):
        inner = part.get("resource", part) if isinstance(part, dict) else None
        urls |= claimed(inner, version) if isinstance(inner, dict) else set()
    return {url for url in urls if not is_resource(version, url.removeprefix(_CORE))}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def profiled(found: Sequence[Node], known: Mapping[str, Profile]) -> Iterator[Problem]:
    """What the nodes have against the profiles that they claim."""
    for node in found:
        for url in _claimed(node):
            profile = known.get(url)
            if profile is None:
                continue
            if profile.type != node.type:
                yield problem("V480", f"{url} is a profile of {profile.type}", "Claim another profile.", node)
                continue
            for rule in profile.rules:
                yield from _broken(node, profile, rule)


def _claimed(node: Node) -> list[str]:
    if node.type == "Extension":
        return [str(node.value.get("url"))]
    return stated(node.value) if node.is_resource else []


def stated(resource: Mapping[str, Any]) -> list[str]:
    """The profiles in a resource's `meta`, without their versions."""
    meta = resource.get("meta")
    urls = meta.get("profile") if isinstance(meta, dict) else None
    return [str(url).partition("|")[0] for url in urls] if isinstance(urls, list) else []


def _broken(node: Node, profile: Profile, rule: Rule) -> Iterator[Problem]:
    way = ".".join(rule.path)
    for parent in _at(node.value, rule.path[:-1]):
        items = _items(parent, rule.path[-1])
        if len(items) < rule.least or (rule.most is not None and len(items) > rule.most):
            wanted = f"at least {rule.least}" if len(items) < rule.least else f"at most {rule.most}"
            cause = f"{profile.url} wants {wanted} of {way}, here are {len(items)}"
            yield problem("V480", cause, "Follow the profile, or do not claim it.", node)
        for item in items:
            if (rule.fixed is not None and item != rule.fixed) or not _matches(item, rule.pattern):
                wanted = str(rule.fixed if rule.fixed is not None else rule.pattern)
                yield problem("V481", f"{profile.url} wants {wanted} as {way}", "Correct the value.", node, shown=item)
        stem = rule.path[-1].removesuffix("[x]")
        for name, _ in _named(parent, rule.path[-1]) if rule.types else ():
            kind = name.removeprefix("_").removeprefix(stem)
            if kind not in {each[:1].upper() + each[1:] for each in rule.types}:
                allowed = ", ".join(sorted(rule.types))
                yield problem("V481", f"{profile.url} wants {way} as {allowed}", "Give it that type.", node, shown=name)


def _named(parent: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    if not name.endswith("[x]"):
        return [(name, parent[name])] if name in parent else []
    stem = name.removesuffix("[x]")
    return [(key, value) for key, value in parent.items() if key.startswith(stem) and key[len(stem) :][:1].isupper()]


def _items(parent: Mapping[str, Any], name: str) -> list[Any]:
    """What stands there by a name, each item of a list by itself."""
    return [item for _, value in _named(parent, name) for item in (value if isinstance(value, list) else [value])]


def _at(value: Mapping[str, Any], path: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """The objects at the end of a path; what is not there has nothing to count."""
    found: list[Any] = [value]
    for step in path:
        found = [item for each in found if isinstance(each, dict) for item in _items(each, step)]
    return [each for each in found if isinstance(each, dict)]


def _matches(value: Any, pattern: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value has all that a pattern has: of a list, each of the pattern's items somewhere."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(name in value and _matches(value[name], each) for name, each in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_matches(item, each) for item in value) for each in pattern)
    return pattern is None or bool(value == pattern)
