"""Rebuilds `definitions/*.json.gz`, what FHIR says of every element, from HL7's definitions; run by hand for a new version.

    mvn dependency:get -Dartifact=ca.uhn.hapi.fhir:hapi-fhir-validation-resources-r4:8.8.0 -Dtransitive=false
    (and -r4b, -r5)
    python -m pipeline.workshop definitions R4=….jar R4B=….jar R5=….jar

The jars of R4 and R4B hold the definitions as XML Bundles, that of R5 as packages of JSON. A table has `types` (every
data type, backbone and resource: its elements with cardinality, types, reference targets and required binding) and
`codes` (the value sets of the bindings, system by system; those that no list holds, MIME types or languages, are left out).
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

_NAMESPACE = "{http://hl7.org/fhir}"
_WANTED = frozenset({"StructureDefinition", "ValueSet", "CodeSystem"})
#: The folders of a jar's XML Bundles.
_FOLDERS = frozenset({"profile", "valueset", "extension"})
_KINDS = frozenset({"resource", "complex-type"})
_STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
#: A value set with more codes than that is an external system in all but name.
_MOST_CODES = 2000


def all_of(parent: Any, *names: str) -> list[Any]:  # noqa: ANN401 - JSON, or XML read as JSON with lists everywhere
    """The values at the end of a way of names, in XML's always-lists and in JSON alike."""
    found = [parent]
    for name in names:
        below = [each.get(name) for each in found if isinstance(each, dict)]
        found = [item for value in below if value is not None for item in (value if isinstance(value, list) else [value])]
    return found


def one_of(parent: Any, *names: str) -> Any:  # noqa: ANN401 - as above
    """The first of them, or None."""
    return next(iter(all_of(parent, *names)), None)


def _from_xml(element: ET.Element) -> Any:  # noqa: ANN401 - as above
    children = [child for child in element if child.tag.startswith(_NAMESPACE)]
    if not children:
        return element.get("value")
    read: dict[str, list[Any]] = {}
    for child in children:
        read.setdefault(child.tag.removeprefix(_NAMESPACE), []).append(_from_xml(child))
    if "url" in element.attrib:
        read["url"] = [element.get("url")]
    return read


def documents(jar: Path) -> Iterator[dict[str, Any]]:
    """Every JSON document of the packages in the jar that has a resource type."""
    with zipfile.ZipFile(jar) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".tgz"):
                continue
            # Unpacked first: reading members out of order from a compressed stream starts over for each.
            with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive.read(name)))) as package:
                for member in sorted(package.getmembers(), key=lambda m: m.name):
                    content = package.extractfile(member) if member.name.endswith(".json") else None
                    document = json.load(content) if content else {}
                    if "resourceType" in document:
                        yield document


def in_jar(jar: Path, wanted: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Type and content of the definitions of the types wanted in a jar; what was XML has a list for each element."""
    with zipfile.ZipFile(jar) as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".xml") and _FOLDERS & set(n.split("/"))):
            root = ET.fromstring(archive.read(name))  # noqa: S314 - HL7's own file, from a registry's archive
            for found in root.iterfind(f"{_NAMESPACE}entry/{_NAMESPACE}resource/*"):
                kind = found.tag.removeprefix(_NAMESPACE)
                if kind in wanted:
                    yield kind, _from_xml(found)
    for document in documents(jar):
        if document["resourceType"] in wanted:
            yield document["resourceType"], document


@dataclass
class Source:
    """The definitions in a jar: types by name, value sets and the codes of code systems by URL."""

    types: dict[str, Any] = field(default_factory=dict)
    value_sets: dict[str, Any] = field(default_factory=dict)
    systems: dict[str, set[str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, jar: Path) -> Source:
        """All definitions of a jar."""
        source = cls()
        for kind, found in in_jar(jar, _WANTED):
            source.take(kind, found)
        return source

    def take(self, kind: str, found: Any) -> None:  # noqa: ANN401 - JSON
        """Add a definition of a kind."""
        url = str(one_of(found, "url"))
        if kind == "CodeSystem":
            self.systems.setdefault(url, set(_concepts(found)) if one_of(found, "content") == "complete" else None)
        elif kind == "ValueSet":
            self.value_sets.setdefault(url, found)
        elif url.startswith(_STRUCTURE) and one_of(found, "derivation") != "constraint" and one_of(found, "kind") in _KINDS:
            self.types.setdefault(str(one_of(found, "type")), found)

    def codes(self, url: str, depth: int = 0) -> dict[str, set[str]] | None:
        """System to codes of a value set; None where no list of the definitions holds them."""
        value_set = self.value_sets.get(url.partition("|")[0])
        if value_set is None or depth > 5:  # noqa: PLR2004 - deeper than any of HL7's; guards against a circle
            return None
        codes: dict[str, set[str]] = {}
        for part in all_of(value_set, "compose", "include"):
            included = self._part(part, depth)
            if included is None:
                return None
            for system, found in included.items():
                codes.setdefault(system, set()).update(found)
        for part in all_of(value_set, "compose", "exclude"):
            for system, found in (self._part(part, depth) or {}).items():
                codes.get(system, set()).difference_update(found)
        return codes or None

    def _part(self, part: Any, depth: int) -> dict[str, set[str]] | None:  # noqa: ANN401 - JSON
        if all_of(part, "filter"):
            return None
        system, sets = one_of(part, "system"), all_of(part, "valueSet")
        if system is None:
            merged: dict[str, set[str]] = {}
            for url in sets:
                below = self.codes(url, depth + 1)
                if below is None:
                    return None
                for name, found in below.items():
                    merged.setdefault(name, set()).update(found)
            return merged
        listed = {str(code) for code in all_of(part, "concept", "code")} or self.systems.get(system)
        return None if sets or not listed else {system: set(listed)}


def _concepts(parent: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    for concept in all_of(parent, "concept"):
        yield str(one_of(concept, "code"))
        yield from _concepts(concept)


def _type_name(path: str) -> str:
    """`Bundle.entry.search` as the name of its backbone, `BundleEntrySearch`, which is how fhir.resources calls it."""
    return "".join(part[0].upper() + part[1:] for part in path.split("."))


def _types(element: Any, source: Source) -> list[str]:  # noqa: ANN401 - JSON
    path, stated = one_of(element, "path"), sorted({str(code) for code in all_of(element, "type", "code")})
    if content := one_of(element, "contentReference"):
        return [_type_name(content.rpartition("#")[2])]
    if stated in (["BackboneElement"], ["Element"]):
        return [_type_name(path)]
    if any(code.startswith("http://hl7.org/fhirpath/") for code in stated):
        # The definitions call these by their FHIRPath type; what JSON holds is an id, a URI or a string.
        if path == "Extension.url":
            return ["uri"]
        owner, _, name = path.rpartition(".")
        return ["id" if name == "id" and one_of(source.types.get(owner), "kind") == "resource" else "string"]
    return stated


def _targets(element: Any) -> list[str]:  # noqa: ANN401 - JSON
    references = [kind for kind in all_of(element, "type") if one_of(kind, "code") in {"Reference", "CodeableReference"}]
    targets = {profile.rpartition("/")[2] for kind in references for profile in all_of(kind, "targetProfile")}
    return [] if "Resource" in targets else sorted(targets)


def _element(element: Any, source: Source, lists: list[Any]) -> dict[str, Any]:  # noqa: ANN401 - JSON
    described: dict[str, Any] = {"types": _types(element, source)}
    if int(one_of(element, "min")):
        described["min"] = int(one_of(element, "min"))
    if one_of(element, "max") == "*" or (one_of(element, "base", "max") or "1") != "1":
        described["many"] = 1
    if targets := _targets(element):
        described["targets"] = targets
    url = one_of(element, "binding", "valueSet") if one_of(element, "binding", "strength") == "required" else None
    found = source.codes(url) if url else None
    if found and sum(map(len, found.values())) <= _MOST_CODES:
        listed = {system: sorted(values) for system, values in sorted(found.items())}
        if listed not in lists:
            lists.append(listed)
        described["codes"] = lists.index(listed)
    return described


def rebuild(jar: Path) -> dict[str, Any]:
    """The table of one version."""
    source = Source.of(jar)
    lists: list[Any] = []
    types: dict[str, dict[str, Any]] = {}
    resources, primitives = [], ["xhtml"]
    for name, found in sorted(source.types.items()):
        if one_of(found, "kind") == "resource" and one_of(found, "abstract") not in (True, "true"):
            resources.append(name)
        for element in all_of(found, "snapshot", "element"):
            owner, _, last = str(one_of(element, "path")).rpartition(".")
            if owner and one_of(element, "max") != "0":
                types.setdefault(_type_name(owner), {})[last] = _element(element, source, lists)
    used = {kind for elements in types.values() for element in elements.values() for kind in element["types"]}
    primitives += sorted(kind for kind in used - types.keys() if kind[0].islower() and kind != "xhtml")
    return {"resources": resources, "primitives": primitives, "codes": lists, "types": types}


def write(table: Mapping[str, Any], path: Path) -> int:
    """Write a table, the same bytes each time; returns its size."""
    text = json.dumps(table, separators=(",", ":"), sort_keys=True).encode()
    packed = gzip.compress(text, 9, mtime=0)
    path.write_bytes(packed)
    return len(packed)
