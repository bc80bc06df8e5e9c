"""Layer *references*: what references may point at, contained resources, and (over a snapshot) whether targets exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.errors import Problem, excerpt
from pipeline.model import Resource
from pipeline.settings import FhirVersion
from pipeline.validate.elements import is_resource
from pipeline.validate.values import UUID
from pipeline.validate.walk import Node, fhirpath, name_of, printable, problem
from pipeline.validate.walk import Place as Way

#: `Type/id`, with a server's base before it or a version behind it (https://hl7.org/fhir/R5/references.html#literal).
_LITERAL = re.compile(
    r"(?P<base>[A-Za-z][A-Za-z0-9+.\-]*:/?/?\S*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})"
    r"(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_SEARCH = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?\S+")
_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")
_LINKS = frozenset({"uri", "url", "canonical"})


def references(found: Sequence[Node], version: FhirVersion) -> Iterator[Problem]:
    """What is wrong with the references of one resource, those inside extensions and contained resources included."""
    used: dict[int, set[str]] = {}
    for node in found:
        if node.type == "Reference":
            yield from _reference(node, version)
            local = node.value.get("reference")
            if isinstance(local, str) and local.startswith("urn:uuid:") and not UUID.fullmatch(local):
                yield problem("V430", "not a UUID", "Write urn:uuid: and a UUID in lower case.", node, shown=local)
        elif node.type in _LINKS:
            local = node.value
        else:
            continue
        if isinstance(local, str) and local.startswith("#"):
            used.setdefault(id(node.root), set()).add(local)
    for node in found:
        if node.is_resource and node.container is None:
            yield from _contained(node, found, used.get(id(node), set()))


def _reference(node: Node, version: FhirVersion) -> Iterator[Problem]:
    value, said = node.value.get("reference"), node.value.get("type")
    if isinstance(said, str) and not is_resource(version, said):
        yield problem("V430", f"{said} is not a resource type of FHIR {version}", "Correct Reference.type.", node, shown=said)
    if not isinstance(value, str) or not value:
        if isinstance(said, str) and not is_allowed(node, said):
            yield wrong_target(node, said)
        return
    if value.startswith("#"):
        target = _contained_type(node, value[1:])
        if target is None:
            yield problem(
                "V432", "no contained resource has this id (ref-1)", "Contain it, or correct the id.", node, shown=value
            )
            return
    else:
        literal = _LITERAL.fullmatch(value)
        literal = literal or _conditional(node, value)
        target = literal["type"] if literal and is_resource(version, literal["type"]) else None
        if target is None and not ABSOLUTE.fullmatch(value):
            cause = "not a reference: neither Type/id of a FHIR type, nor #id, nor an absolute URL"
            yield problem("V430", cause, "Write it as Type/id.", node, shown=value)
            return
    if target is None:  # urn:uuid:…, or a URL that does not say its type: nothing to check
        return
    if not is_allowed(node, target):
        yield wrong_target(node, target)
    if isinstance(said, str) and said != target:
        yield problem("V433", f"Reference.type says {said}, the reference {target}", "Make them agree.", node, shown=value)


def _conditional(node: Node, value: str) -> re.Match[str] | None:
    """`Patient?identifier=…`, which a transaction's entries may have in place of a reference."""
    top = node
    while top.parent is not None:
        top = top.parent
    return _SEARCH.fullmatch(value) if top.type == "Bundle" and top.value.get("type") == "transaction" else None


def _targets(node: Node) -> frozenset[str]:
    """What the element allows; for the reference of a CodeableReference its element says so."""
    owner = node.parent if node.parent and node.parent.type == "CodeableReference" else node
    return owner.element.targets if owner.element else frozenset()


def is_allowed(node: Node, target: str) -> bool:
    """Whether the element of a reference allows a target of that type."""
    targets = _targets(node)
    return not targets or target in targets


def wrong_target(node: Node, target: str) -> Problem:
    """The finding that a reference leads to a type that its element does not allow."""
    value, remedy = node.value.get("reference"), f"Refer to {', '.join(sorted(_targets(node)))}."
    # HL7's validator looks at what it can resolve: ids beside it, entries of the same Bundle.
    is_resolved = isinstance(value, str) and not value.startswith(("http://", "https://"))
    is_stricter = not is_resolved and node.root.parent is None
    cause = f"a reference to {target} is not allowed here"
    return problem("V431", cause, remedy, node, shown=value, is_stricter=is_stricter)


def _contained_type(node: Node, identifier: str) -> str | None:
    """The type of the contained resource with that id; `#` alone is the container itself."""
    container = node.root.value
    if not identifier:
        return str(container.get("resourceType"))
    contained = container.get("contained")
    for item in contained if isinstance(contained, list) else ():
        if isinstance(item, dict) and item.get("id") == identifier:
            return str(item.get("resourceType"))
    return None


def _contained(container: Node, found: Sequence[Node], used: set[str]) -> Iterator[Problem]:
    """dom-2 to dom-5 of https://hl7.org/fhir/R5/domainresource.html#invs, and that contained ids are there and unique."""
    seen: set[str] = set()
    inside = [n for n in found if n.container is container and n.is_resource]
    for node in inside:
        name = node.value.get("id")
        if "contained" in node.value:
            yield problem("V440", "dom-2: a contained resource contains no other", "Contain it in the outer one.", node)
        meta = node.value.get("meta")
        for key, invariant in (("versionId", "dom-4"), ("lastUpdated", "dom-4"), ("security", "dom-5")):
            if isinstance(meta, dict) and key in meta:
                yield problem("V440", f"{invariant}: a contained resource has no meta.{key}", "Leave it out.", node)
        if not isinstance(name, str):
            yield problem("V414", "a contained resource has an id", "Give it one, and refer to it.", node)
            continue
        if name in seen:
            yield problem("V435", "two contained resources have this id", "Give each its own.", node, shown=name)
        seen.add(name)
        if f"#{name}" not in used and not _points_out(node, found):
            yield problem("V440", f"dom-3: nothing refers to the contained #{name}", "Refer to it, or leave it out.", node)


def _points_out(contained: Node, found: Sequence[Node]) -> bool:
    for node in found:
        if node.type == "Reference" and node.value.get("reference") == "#":
            above: Node | None = node
            while above is not None and above is not contained:
                above = above.parent
            if above is contained:
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Edge:
    source: str
    expression: str
    place: Place


Place: TypeAlias = tuple[str | None, int | None]
_NOWHERE: Place = (None, None)


def check_references(resources: Iterable[Resource], place: Callable[[], Place] = lambda: _NOWHERE) -> list[Problem]:
    """Whether every relative reference of a snapshot finds its resource, and no `Type/id` comes twice.

    Reads the resources once and keeps their ids and the first place of each target, so a snapshot of any size goes
    through. Whether a target's type is allowed is said by `validate`: a relative reference names the type of its target.

    Args:
        resources: all resources of one FHIR version of a snapshot, in any order.
        place: file and line of the resource that was read last, for the findings.
    """
    ids: set[str] = set()
    edges: dict[str, _Edge] = {}
    problems: list[Problem] = []
    for resource in resources:
        name, kind = name_of(resource), resource.get("resourceType")
        file, line = place()
        if not isinstance(resource.get("id"), str):
            cause, remedy = "a resource of a snapshot has an id", "Give it one: importers keep ids and refuse lines without."
            problems.append(Problem("V414", "error", cause, remedy, file, line, expression=str(kind), resource=name))
        elif name in ids:
            cause, remedy = "two resources have this type and id", "Give each its own id: a server keeps only one of them."
            problems.append(Problem("V435", "error", cause, remedy, file, line, expression=str(kind), resource=name))
        ids.add(name)
        for target, way in _relative_references(resource, (None, str(kind), None)):
            if target not in edges:
                edges[target] = _Edge(name, fhirpath(way), (file, line))
    for target, edge in edges.items():
        if target not in ids:
            other = next((name for name in sorted(ids) if name.partition("/")[2] == target.partition("/")[2]), None)
            cause = f"no {target} is in the snapshot" + (f"; {other} is" if other else "")
            remedy = "Publish the target with it, or refer to it by identifier and display."
            shown = excerpt(target)
            problems.append(Problem("V434", "error", cause, remedy, *edge.place, shown, edge.expression, edge.source))
    return [printable(found) for found in problems]


def _relative_references(value: Mapping[str, Any], way: Way) -> list[tuple[str, Way]]:
    """Each `Type/id` and the way to it: by property name alone, types are not needed."""
    found: list[tuple[str, Way]] = []
    for name, item in value.items():
        kind = type(item)
        if kind is dict:
            found += _relative_references(item, (way, name, None))
        elif kind is list:
            for index, each in enumerate(item):
                if type(each) is dict:
                    found += _relative_references(each, (way, name, index))
                elif type(each) is list:  # FHIR has no lists of lists; others' files may
                    found += _relative_references({f"{name}[{index}]": each}, way)
        elif name == "reference" and kind is str and (relative := _RELATIVE.fullmatch(item)):
            found.append((f"{relative[1]}/{relative[2]}", (way, name, None)))
    return found
