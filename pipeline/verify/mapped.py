"""Codes from mapping files: are they what the snapshot's own ConceptMaps give to these words, exact or broader?

No page can prove such a code. But it stands twice in a snapshot, beside the words and in a ConceptMap, and the two must agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from pipeline.errors import Problem
from pipeline.verify.elements import named, values
from pipeline.verify.finding import Json, finding

#: Words, system, version, code, display, and whether the code means the same (else it means more).
Mapped: TypeAlias = tuple[str, str, str, str, str, bool]

_EXACT = {"equivalent": True, "source-is-narrower-than-target": False, "wider": False}


@dataclass(frozen=True)
class Conformance:
    """What the snapshot says of codes: `local` code systems (URL → code → display), and what its ConceptMaps map."""

    local: Mapping[str, Mapping[str, str | None]]
    mapped: frozenset[Mapped]

    @cached_property
    def systems(self) -> frozenset[str]:
        """The code systems that are mapped to."""
        return frozenset(system for _, system, *_ in self.mapped)

    @cached_property
    def exact(self) -> frozenset[tuple[str, str, str]]:
        """Words, system and code of what is mapped and means the same."""
        return frozenset((words, system, code) for words, system, _, code, _, exact in self.mapped if exact)

    @classmethod
    def of(cls, resources: Iterable[Json]) -> Conformance:
        """Read from CodeSystem and ConceptMap resources; the systems that are mapped to are nobody's local ones."""
        everything = list(resources)
        mapped = frozenset(row for one in everything if one.get("resourceType") == "ConceptMap" for row in _rows(one))
        foreign = {system for _, system, *_ in mapped}
        local = {
            str(one.get("url")): {str(concept.get("code")): concept.get("display") for concept in one.get("concept", ())}
            for one in everything
            if one.get("resourceType") == "CodeSystem" and one.get("url") not in foreign
        }
        return cls(local, mapped)


def _rows(concept_map: Json) -> Iterator[Mapped]:
    for group in concept_map.get("group", ()):
        system, _, version = str(group.get("target")).partition("|")
        for element in group.get("element", ()):
            for target in element.get("target", ()):
                exact = _EXACT.get(str(target.get("relationship", target.get("equivalence"))))
                if exact is not None:
                    release = version or str(group.get("targetVersion", ""))
                    yield str(element.get("code")), system, release, str(target.get("code")), str(target.get("display")), exact


def is_mapped(coding: Json) -> bool:
    """Whether a coding says that it comes from our mapping files and not from the page."""
    return coding.get("userSelected") is False or bool(named(coding, "mapped"))


def is_bare(coding: Json) -> bool:
    """Whether a coding is a system and a code alone, as copies have it."""
    return coding.keys() == {"system", "code"}


def mapped_codes(concept: Json, conformance: Conformance, printed: Collection[str], place: str, name: str) -> Iterator[Problem]:
    """The mapped codes of a concept that no ConceptMap of the snapshot gives to its words in this way.

    A display that is the concept's own text is left out in lean resources; in their copies, all but system and code. Codes that
    the page has `printed` are proven there.
    """
    codings = [(coding, True) for coding in concept.get("coding", ()) if is_mapped(coding)]
    for broader in values(concept, "broader-concept", "valueCodeableConcept"):
        codings += [(coding, False) for coding in broader.get("coding", ())]
    words = " ".join(str(concept.get("text")).split())
    for coding in concept.get("coding", ()):
        system, number = coding.get("system"), coding.get("code")
        is_copy = is_bare(coding) and system in conformance.systems and number not in printed
        if is_copy and (words, system, number) not in conformance.exact:
            yield finding("C642", f"{words!r} as exact", place, name, f"{system} {number}")
    for coding, exact in codings:
        system, version, code = (str(coding.get(key, "")) for key in ("system", "version", "code"))
        display = str(coding.get("display", concept.get("text")))
        # Lean resources tell a mapped code by `userSelected` alone.
        marks = values(coding, "mapped", "valueBoolean")
        is_marked = coding.get("userSelected") is False and (marks == [True] or "extension" not in coding)
        if (words, system, version, code, display, exact) not in conformance.mapped or not is_marked:
            yield finding("C642", f"{words!r} as {'exact' if exact else 'broader'}", place, name, f"{system}|{version} {code}")
