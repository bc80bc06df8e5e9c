"""Rebuilds `code_systems.json` from HL7's packages; run by hand when the packages have a new version.

    mvn dependency:get -Dartifact=ca.uhn.hapi.fhir:hapi-fhir-validation-resources-r5:8.8.0 -Dtransitive=false
    python -m pipeline.workshop code-systems ~/.m2/…/hapi-fhir-validation-resources-r5-8.8.0.jar

The jar holds hl7.fhir.r5.core, hl7.terminology and the extensions as `.tgz` files.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

#: The types whose bindings decide which code systems are kept.
_TYPES = frozenset(
    (  # noqa: SIM905 - a sentence reads better than a column of names
        "Attachment Bundle ClinicalUseDefinition CodeSystem CodeableReference ConceptMap ContactPoint Device DocumentReference "
        "Group Identifier Medication MedicationKnowledge Meta Narrative OperationOutcome Organization Provenance Quantity "
        "Reference StructureDefinition ValueSet"
    ).split()
)
_MOST_CODES = 150


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


def concepts(found: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str | None]]:
    """Code and display of concepts and of those below them."""
    for concept in found:
        yield concept["code"], concept.get("display")
        yield from concepts(concept.get("concept", ()))


def rebuild(jar: Path) -> dict[str, dict[str, str | None]]:
    """The table: URL of a code system, to its codes and displays."""
    systems: dict[str, dict[str, str | None]] = {}
    value_sets: dict[str, set[str]] = {}
    bound: set[str] = set()
    for document in documents(jar):
        kind, url = document["resourceType"], document.get("url", "")
        if kind == "CodeSystem" and document.get("content") == "complete" and document.get("concept"):
            systems.setdefault(url, dict(concepts(document["concept"])))
        elif kind == "ValueSet":
            included = document.get("compose", {}).get("include", [])
            value_sets.setdefault(url, {part["system"] for part in included if "system" in part})
        elif kind == "StructureDefinition" and url.rsplit("/", 1)[-1] in _TYPES:
            elements = document["snapshot"]["element"]
            bound |= {e["binding"]["valueSet"].split("|")[0] for e in elements if e.get("binding", {}).get("valueSet")}
    wanted = {system for url in bound for system in value_sets.get(url, ())}
    return {url: systems[url] for url in sorted(wanted & systems.keys()) if len(systems[url]) <= _MOST_CODES}
