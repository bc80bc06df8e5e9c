"""Layer *invariants*: the rules between elements of a type that FHIR states as FHIRPath constraints.

Each row is one constraint of the specification, by its key there, written as a condition on the JSON object. Reference and
contained-resource constraints (ref-1, dom-2 to dom-5) stand in `references.py`, those of narratives (txt-1, txt-2) in
`narrative.py`, ele-1 in `values.py`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from pipeline.errors import Problem
from pipeline.validate.values import decoded
from pipeline.validate.walk import Node, problem

#: What a rule raises on values of the wrong JSON type.
ODD = (TypeError, AttributeError, LookupError, ValueError)

_Object: TypeAlias = Mapping[str, Any]

DERIVATION = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
_UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Invariant:
    """A constraint of a type: its key and words in the specification, and whether an object of the type keeps it.

    With `url` it is one of the definition of that extension, and of no other extension.
    """

    type: str
    key: str
    human: str
    holds: Callable[[_Object], bool]
    severity: Literal["error", "warning"] = "error"
    url: str | None = None


def invariants(found: Iterable[Node]) -> Iterator[Problem]:
    """The constraints that the nodes break."""
    for node in found:
        if node.is_primitive:
            continue
        for rule in INVARIANTS.get(node.type, ()):
            if (rule.url is None or node.value.get("url") == rule.url) and not _holds(rule, node.value):
                code = "V440" if rule.severity == "error" else "V441"
                yield problem(code, f"{rule.key}: {rule.human}", "See the type's constraints.", node, severity=rule.severity)
        if node.type == "Attachment":
            yield from _attachment(node)
        elif node.is_resource and node.container is None and "text" not in node.value and _has_text(node.type):
            yield problem("V441", "dom-6: a resource should have a narrative", "Add text.", node, severity="warning")


def _holds(rule: Invariant, value: _Object) -> bool:
    """A rule on values of the wrong JSON type (a list for a code) says nothing: the layers shape and values do."""
    try:
        return rule.holds(value)
    except ODD:
        return True


def _has_text(kind: str) -> bool:
    return kind not in {"Bundle", "Parameters", "Binary"}


def _has_value(x: _Object) -> bool:
    return any([key.startswith(("value", "_value")) for key in x])  # noqa: C419 - asked of every Extension: a list is faster


def _items(x: _Object, name: str) -> list[_Object]:
    value = x.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(x: _Object, name: str) -> float | None:
    quantity = x.get(name)
    value = quantity.get("value") if isinstance(quantity, dict) else None
    return value if isinstance(value, int | float) else None


def _ordered(x: _Object) -> bool:
    low, high = _number(x, "low"), _number(x, "high")
    if low is None or high is None or x["low"].get("code") != x["high"].get("code"):
        return True
    return low <= high


def _period_ordered(x: _Object) -> bool:
    start, end = x.get("start"), x.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return True
    length = min(len(start), len(end), len("YYYY-MM-DD"))  # times have zones: days are compared, as far as both have them
    return start[:length] <= end[:length]


def _derivation(x: _Object) -> bool:
    parts = [part.get("url") for part in _items(x, "extension")]
    return "length" not in parts or "offset" in parts


def _derivation_parts(x: _Object) -> bool:
    values = {"reference": "valueReference", "path": "valueString", "offset": "valueInteger", "length": "valueInteger"}
    parts = _items(x, "extension")
    names = [part.get("url") for part in parts]
    return (
        len(set(names)) == len(names)
        and all(values.get(str(part.get("url")), "") in part for part in parts)
        and all(part["valueInteger"] >= 0 for part in parts if isinstance(part.get("valueInteger"), int))
    )


def _entries(x: _Object) -> bool:
    if x.get("type") not in {"transaction", "batch"}:
        return True
    for entry in _items(x, "entry"):
        request = entry.get("request")
        method = request.get("method") if isinstance(request, dict) else None
        if method is None or (method in {"POST", "PUT", "PATCH"}) != ("resource" in entry):
            return False
    return True


def _full_urls_unique(x: _Object) -> bool:
    if x.get("type") == "history":
        return True
    versions = [(entry["fullUrl"], _version(entry)) for entry in _items(x, "entry") if isinstance(entry.get("fullUrl"), str)]
    return len(set(versions)) == len(versions)


def _version(entry: _Object) -> str | None:
    resource = entry.get("resource")
    meta = resource.get("meta") if isinstance(resource, dict) else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return version if isinstance(version, str) else None


def _codes(concepts: Iterable[_Object]) -> Iterator[str]:
    for concept in concepts:
        yield str(concept.get("code"))
        yield from _codes(_items(concept, "concept"))


def _codes_unique(x: _Object) -> bool:
    codes = list(_codes(_items(x, "concept")))
    return len(set(codes)) == len(codes)


def _is_age(x: _Object) -> bool:
    coded = "code" in x or "value" not in x
    return coded and x.get("system", _UCUM) == _UCUM and (not isinstance(x.get("value"), int | float) or x["value"] > 0)


def _one(x: _Object, name: str) -> _Object:
    value = x.get(name)
    return value if isinstance(value, dict) else {}


def _who(x: _Object, name: str) -> object:
    return _one(x, name).get("reference")


_CLINICAL_USE = ("indication", "contraindication", "interaction", "undesirableEffect", "warning")

_QUANTITIES = ("Quantity", "Age", "Duration", "Distance", "Count")

_ROWS = (
    Invariant(
        "Extension", "ext-1", "must have either extensions or a value, not both", lambda x: ("extension" in x) != _has_value(x)
    ),
    Invariant("Extension", "der-1", "cannot have length if offset is missing", _derivation, url=DERIVATION),
    Invariant(
        "Extension",
        "derivation-reference",
        "has at most one each of reference, path, offset and length, with the types of its definition, none negative",
        _derivation_parts,
        url=DERIVATION,
    ),
    Invariant(
        "Reference",
        "ref-2",
        "at least one of reference, identifier and display shall be present",
        lambda x: any(key.removeprefix("_") in {"reference", "identifier", "display", "extension"} for key in x),
    ),
    Invariant(
        "Coding",
        "cod-1",
        "should not have a display without a code",
        lambda x: "display" not in x or "code" in x or "_code" in x,
        "warning",
    ),
    Invariant("Identifier", "ident-1", "with no value has limited utility", lambda x: "value" in x or "_value" in x, "warning"),
    Invariant(
        "Identifier",
        "identifier-uri",
        "the value of an identifier in urn:ietf:rfc:3986 is an absolute URI",
        lambda x: x.get("system") != "urn:ietf:rfc:3986" or ":" in str(x.get("value", ":")),
    ),
    Invariant(
        "ContactPoint", "cpt-2", "a system is required if a value is provided", lambda x: "value" not in x or "system" in x
    ),
    Invariant(
        "Attachment", "att-1", "if it has data, it shall have a contentType", lambda x: "data" not in x or "contentType" in x
    ),
    *(
        Invariant(kind, "qty-3", "if a unit's code is present, the system shall be", lambda x: "code" not in x or "system" in x)
        for kind in _QUANTITIES
    ),
    Invariant("Age", "age-1", "is a positive time in UCUM, with a code", _is_age),
    Invariant("Range", "rng-2", "low shall not be higher than high", _ordered),
    Invariant("Period", "per-1", "start shall not be after end", _period_ordered),
    Invariant(
        "Ratio",
        "rat-1",
        "numerator and denominator shall both be present or both absent, then with an extension",
        lambda x: ("numerator" in x) == ("denominator" in x) and ("numerator" in x or "extension" in x),
    ),
    Invariant(
        "ClinicalUseDefinition",
        "cud-1",
        "indication, contraindication, interaction, undesirableEffect and warning exclude each other",
        lambda x: sum(name in x for name in _CLINICAL_USE) < 2,  # noqa: PLR2004 - the invariant's own number
    ),
    Invariant(
        "Ingredient",
        "ing-1",
        "a substance that is noted as an allergen is a code, and no reference",
        lambda x: x.get("allergenicIndicator") is not True or _who(_one(x, "substance"), "code") is None,
    ),
    Invariant(
        "ProvenanceAgent",
        "prov-1",
        "who and onBehalfOf cannot be the same",
        lambda x: _who(x, "who") is None or _who(x, "who") != _who(x, "onBehalfOf"),
    ),
    Invariant(
        "Organization",
        "org-1",
        "shall have a name or an identifier",
        lambda x: bool(x.keys() & {"name", "_name", "identifier"}),
    ),
    Invariant(
        "Device",
        "dev-1",
        "at most one name shall be the display name",
        lambda x: sum(name.get("display") is True for name in _items(x, "name")) <= 1,
    ),
    Invariant("Bundle", "bdl-3c", "every entry of a transaction has a request, and a resource if it writes", _entries),
    Invariant("Bundle", "bdl-7", "fullUrl must be unique in a bundle, or come with another versionId", _full_urls_unique),
    Invariant("CodeSystem", "csd-1", "all the codes shall be unique", _codes_unique),
)
#: By the type.
INVARIANTS: Mapping[str, tuple[Invariant, ...]] = MappingProxyType(
    {kind: tuple(row for row in _ROWS if row.type == kind) for kind in dict.fromkeys(row.type for row in _ROWS)}
)


def _attachment(node: Node) -> Iterator[Problem]:
    data = decoded(node.value.get("data"))
    if data is None:
        return
    size = node.value.get("size")
    if size is not None and str(size) != str(len(data)):  # its JSON type is said by the values layer
        yield problem("V442", f"size says {size}, the data has {len(data)} bytes", "Measure it again.", node)
    stated = node.value.get("hash")
    # Attachment.hash is defined as SHA-1: a checksum of the data, nothing secret hangs on it.
    if stated is not None and decoded(stated) != hashlib.sha1(data, usedforsecurity=False).digest():
        right = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
        yield problem("V442", f"hash is not the SHA-1 of the data, {right}", "Hash it again.", node, shown=stated)
