"""Layer *references* inside a Bundle: full URLs, and whether what an entry refers to is another entry.

Source: https://hl7.org/fhir/R5/bundle.html#references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.errors import Problem
from pipeline.settings import FhirVersion
from pipeline.validate.elements import is_resource
from pipeline.validate.references import ABSOLUTE, is_allowed, wrong_target
from pipeline.validate.walk import Node, problem

_LITERAL = re.compile(
    r"(?P<base>https?://\S+?/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?P<version>/_history/\S+)?"
)
_URN = ("urn:uuid:", "urn:oid:")
#: Bundles that must hold all that they refer to; what the others lack may be on a server.
_SELF_CONTAINED = frozenset({"document", "message"})


def bundled(found: Sequence[Node], version: FhirVersion) -> Iterator[Problem]:
    """What is wrong between the entries of the Bundles among the nodes."""
    if not any(node.type == "Bundle" for node in found):
        return
    entries = [node for node in found if node.type == "BundleEntry"]
    for entry in entries:
        yield from _full_url(entry, version)
    by_bundle: dict[int, dict[str, str]] = {}
    for entry in entries:
        resource, url = entry.value.get("resource"), entry.value.get("fullUrl")
        if entry.parent and isinstance(resource, dict):
            kind = str(resource.get("resourceType"))
            known = by_bundle.setdefault(id(entry.parent), {f"{kind}/{resource.get('id')}": kind})
            known[f"{kind}/{resource.get('id')}"] = kind
            if isinstance(url, str):
                known[url] = kind
    for node in found:
        holder = node.root.parent
        if node.type == "Reference" and holder is not None and holder.type == "BundleEntry":
            yield from _reference(node, holder, by_bundle.get(id(holder.parent), {}))


def _full_url(entry: Node, version: FhirVersion) -> Iterator[Problem]:
    url, resource = entry.value.get("fullUrl"), entry.value.get("resource")
    if not isinstance(url, str):
        return
    literal = _LITERAL.fullmatch(url)
    if not ABSOLUTE.fullmatch(url):
        cause = "fullUrl is not an absolute URL"
        yield problem("V436", cause, "Give the whole URL, or urn:uuid:….", entry, shown=url, below="fullUrl")
    elif literal and literal["version"]:
        cause = "fullUrl names a version of the resource (bdl-8)"
        yield problem("V436", cause, "Leave /_history/… out.", entry, shown=url, below="fullUrl")
    elif literal and is_resource(version, literal["type"]) and isinstance(resource, dict) and "id" in resource:
        name = f"{resource.get('resourceType')}/{resource['id']}"
        if name != f"{literal['type']}/{literal['id']}":
            cause, remedy = f"fullUrl does not name its resource, {name}", "Make id and fullUrl agree."
            # A warning: HL7's own examples have such entries, and servers go by request.url.
            yield problem("V436", cause, remedy, entry, severity="warning", shown=url, below="fullUrl")


def _reference(node: Node, entry: Node, known: Mapping[str, str]) -> Iterator[Problem]:
    value = node.value.get("reference")
    if not isinstance(value, str) or value.startswith("#") or "?" in value or entry.parent is None:
        return
    value = value.partition("#")[0]
    if value.startswith(_URN):
        target = known.get(value)
        if target is None:
            cause, remedy = "no entry of this Bundle has this fullUrl", "Add the entry, or correct the URN."
            yield problem("V434", cause, remedy, node, shown=value)
        elif not is_allowed(node, target):
            yield wrong_target(node, target)
        return
    literal = _LITERAL.fullmatch(value)
    if literal is None or entry.parent.value.get("type") not in _SELF_CONTAINED:
        return
    own = _LITERAL.fullmatch(str(entry.value.get("fullUrl")))
    relative = f"{literal['type']}/{literal['id']}"
    base = literal["base"] or (own["base"] if own else None)
    if relative not in known and (base or "") + relative not in known:
        cause = f"a {entry.parent.value['type']} Bundle has the resources that it refers to; this one is not in it"
        yield problem("V434", cause, "Add the entry.", node, severity="warning", shown=value)
