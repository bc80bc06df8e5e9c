"""What the mapping tables did in a snapshot: a ConceptMap for each kind of name and code system, and the codes that it uses.

Read from the resources as they are published, so that the maps hold the page's words with the codes that stand beside them, and
nothing that no page needed. Sources: https://hl7.org/fhir/R5/conceptmap.html, https://hl7.org/fhir/R5/codesystem.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from pipeline.fhir import systems
from pipeline.fhir.source import Json, filled
from pipeline.fhir.structures import definition
from pipeline.model import Resource
from pipeline.settings import FhirVersion, Settings
from pipeline.terminology.systems import SYSTEMS

_SYSTEMS: Final = {system.uri: system for system in SYSTEMS.values()}
#: What the words are the name of, by the element or extension below which they stand.
_KINDS: Final = {
    "ingredient": "drug",
    "substance": "drug",
    "relatedMedicationKnowledge": "drug",
    "crossReference": "drug",
    "otherTherapy": "therapy",
    "other-therapy": "therapy",
    "optional-therapy": "therapy",
    "conditional-prior-therapy": "therapy",
}
_PRODUCTS: Final = {"generic": "drug", "brand": "brand", "regimen": "regimen"}
#: R5's relationship, and what R4 and R4B call it.
_EQUIVALENT: Final = ("equivalent", "equivalent")
_BROADER: Final = ("source-is-narrower-than-target", "wider")


#: A code that resources hold, as plain strings: system, version, code, display. Where it is a mapping's, what the words are the
#: name of and the words stand before them, and its relationship in R5's word and in R4's after them.
CodeRow: TypeAlias = tuple[str, ...]


class _Code(NamedTuple):
    system: str
    version: str
    code: str
    display: str


class _Mapped(NamedTuple):
    kind: str
    words: str
    code: _Code
    relationship: tuple[str, str]


class AppliedCodes:
    """Gathers the codes of resources, one after the other; holds each pair of words and code once, however many pages."""

    def __init__(self) -> None:
        self._mapped: set[_Mapped] = set()
        self._codes: set[_Code] = set()

    @property
    def rows(self) -> list[CodeRow]:
        """All that was noted, each once, in order: for `code_definitions`."""
        mapped = ((each.kind, each.words, *each.code, *each.relationship) for each in self._mapped)
        return sorted([*map(tuple, self._codes), *mapped])

    def note(self, resource: Resource) -> None:
        """Take note of the codes in a resource of any version."""
        kind = "condition"
        if resource["resourceType"] == "MedicationKnowledge":
            kind = _PRODUCTS[resource["productType"][0]["coding"][0]["code"]]
            # What a MedicationKnowledge says beyond its own name is of another kind each time.
            self._concept(resource["code"], kind, is_name=True)
            kind = "condition"
        elif resource["resourceType"] == "MedicinalProductDefinition":
            kind = _PRODUCTS[resource["type"]["coding"][0]["code"]]
            (name,) = resource["name"]
            concept = {"text": name["productName"], "coding": resource.get("code", ()), **name.get("_productName", {})}
            self._concept(concept, kind, is_name=True)
            kind = "condition"
        for name, value in resource.items():
            if name != "code":
                self._walk(value, _KINDS.get(name, kind))

    def _walk(self, value: Any, kind: str) -> None:  # noqa: ANN401 - any JSON
        if type(value) is list:
            for each in value:
                self._walk(each, kind)
        elif type(value) is dict:
            url = value.get("url")
            if url == systems.DERIVATION_REFERENCE:  # where words stand: no code, and half of all that there is
                return
            if url is not None:
                kind = _KINDS.get(url.rpartition("/")[2], kind)
            if type(value.get("text")) is str:
                self._concept(value, kind)
            for name, each in value.items():
                if type(each) is dict or type(each) is list:
                    self._walk(each, _KINDS.get(name, kind))

    def _concept(self, concept: Json, kind: str, *, is_name: bool = False) -> None:
        """What codes the words of a concept; where it has none, it stands in the concept that has, or is a table of ours.

        A mapped code without a display has the words themselves for it. One that is not said to be mapped is a copy, or printed
        by the page as the code of the drug that it is about.
        """
        # White space that no code can hold: a code has single spaces.
        words = " ".join(concept["text"].split())
        for coding, relationship in _codings(concept):
            if coding["system"] in _SYSTEMS and (_is_mapped(coding) or is_name):
                display = str(coding.get("display", concept["text"] if _is_mapped(coding) else ""))
                code = _Code(coding["system"], coding.get("version", ""), coding["code"], display)
                self._codes.add(code)
                # A code that the page prints itself is no mapping of ours.
                if _is_mapped(coding):
                    self._mapped.add(_Mapped(kind, words, code, relationship))


def code_definitions(rows: Iterable[CodeRow], settings: Settings, version: FhirVersion) -> list[Resource]:
    """The ConceptMaps of rows, the CodeSystem of the words that they map, and a fragment of each code system that they map to.

    Args:
        rows: What the resources of one version hold, each once, in order.
        settings: The run's settings.
        version: That version.

    """
    tables: dict[tuple[str, str], list[_Mapped]] = {}
    words: dict[str, set[str]] = {}
    # A code that the page prints has no label, a table's has: it stands after it.
    fragments: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        if len(row) == len(_Code._fields):
            system, release, code, display = row
            fragments.setdefault((system, release), {})[code] = display
        else:
            kind, said, system, release, code, display, r5, r4 = row
            mapped = _Mapped(kind, said, _Code(system, release, code, display), (r5, r4))
            tables.setdefault((kind, system), []).append(mapped)
            words.setdefault(kind, set()).add(said)
    return [
        *(_concept_map(settings.canonical, version, *table, found) for table, found in tables.items()),
        *(_words(settings.canonical, kind, sorted(said)) for kind, said in words.items()),
        *(_fragment(*system, displays) for system, displays in fragments.items()),
    ]


def _codings(concept: Json) -> Iterator[tuple[Json, tuple[str, str]]]:
    for coding in concept.get("coding", ()):
        yield coding, _EQUIVALENT
    for extension in concept.get("extension", ()):
        if extension["url"].endswith("/broader-concept"):
            for coding in extension["valueCodeableConcept"]["coding"]:
                yield coding, _BROADER


def _is_mapped(coding: Json) -> bool:
    return coding.get("userSelected") is False


def _concept_map(canonical: str, version: FhirVersion, kind: str, system: str, rows: list[_Mapped]) -> Resource:
    target = _SYSTEMS[system]
    title = f"{kind.capitalize()} names of the pages in {target.name}"
    groups: dict[str, list[_Mapped]] = {}
    for row in rows:
        groups.setdefault(row.code.version, []).append(row)
    identity, means = f"{kind}-{target.key}", f"Which codes stand beside which words in this snapshot. {_CAUTION}"
    return {
        **definition("ConceptMap", identity, f"{canonical}/ConceptMap/{identity}", title, means),
        "copyright": target.notice,
        "group": [_group(canonical, version, kind, system, release, found) for release, found in groups.items()],
    }


_CAUTION: Final = "From onlabel's mapping tables: a broader code means more than the words, and is never equal to them."


def _group(  # noqa: PLR0913, PLR0917 - what a group is about, part by part
    canonical: str, version: FhirVersion, kind: str, system: str, release: str, rows: Iterable[_Mapped]
) -> Json:
    elements: dict[str, list[_Mapped]] = {}
    for row in rows:
        elements.setdefault(row.words, []).append(row)
    is_r5 = version == "R5"
    target = {"target": f"{system}|{release}" if release and is_r5 else system}
    if release and not is_r5:
        target["targetVersion"] = release
    name, place = ("relationship", 0) if is_r5 else ("equivalence", 1)
    return {
        "source": systems.code_system(canonical, f"{kind}-words"),
        **target,
        "element": [
            {
                "code": words,
                "target": [
                    {"code": row.code.code, "display": row.code.display, name: row.relationship[place]} for row in found
                ],
            }
            for words, found in elements.items()
        ],
    }


def _words(canonical: str, kind: str, said: list[str]) -> Resource:
    title = f"{kind.capitalize()} names of the pages"
    means = "Words of the pages that have a code in this snapshot, as the pages write them."
    return {
        **definition("CodeSystem", f"{kind}-words", systems.code_system(canonical, f"{kind}-words"), title, means),
        "caseSensitive": True,
        "content": "complete",
        "count": len(said),
        "concept": [{"code": words} for words in said],
    }


def _fragment(system: str, version: str, displays: Mapping[str, str]) -> Resource:
    known = _SYSTEMS[system]
    title = f"{known.name}{f' {version}' if version else ''}: codes in this snapshot"
    identity = "-".join([known.key, *re.findall(r"[A-Za-z0-9]+", version)])
    means = "Those codes of the code system that stand in this snapshot, and no others."
    return {
        **definition("CodeSystem", identity, system, title, means, version=version),
        "copyright": known.notice,
        "caseSensitive": True,
        "content": "fragment",
        "concept": [{"code": code, **filled(display=label)} for code, label in displays.items()],
    }
