"""A published snapshot as these tests see it: files and JSON, no code of the project."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.interop.amount import FULL

Resource = dict[str, Any]
Token = tuple[str, str]


@dataclass(frozen=True)
class Snapshot:
    """One FHIR version of a snapshot; `folder` is the snapshot's own (`…/snapshots/<content hash>`)."""

    folder: Path
    version: str = "R5"

    @property
    def files(self) -> list[Path]:
        """Everything that a reference or a canonical URL in the snapshot may lead to."""
        return sorted(file for part in ("resources", "conformance") for file in self._files(part))

    @cached_property
    def lines(self) -> list[str]:
        """Every resource as it is published, one JSON text each."""
        return [line for file in self._files("resources") for line in _lines(file)]

    @cached_property
    def resources(self) -> list[Resource]:
        return [json.loads(line) for line in self.lines]

    @property
    def definitions(self) -> list[str]:
        """The conformance resources of our own codes, but for StructureDefinitions.

        Those the validator uses on every resource, and cannot judge by themselves inside HAPI: there it knows no package that
        its own snapshot generator could ask, and calls every type of FHIR unknown.
        """
        found = (file for file in self._files("conformance") if file.stem != "StructureDefinition")
        return [line for file in found for line in _lines(file)]

    def _files(self, part: str) -> list[Path]:
        return sorted((self.folder / self.version / part).glob("*.ndjson"))

    def of_type(self, name: str) -> list[Resource]:
        return [resource for resource in self.resources if resource["resourceType"] == name]

    @property
    def transactions(self) -> list[str]:
        return _lines(self.folder / self.version / "bundles" / "transaction.ndjson")

    @property
    def outcomes(self) -> list[str]:
        return _lines(self.folder / "outcome" / "OperationOutcome.ndjson")


def _lines(file: Path) -> list[str]:
    # Not splitlines(): JSON text may hold a bare U+2028, which ends no line of NDJSON.
    return [line for line in file.read_text(encoding="utf-8").split("\n") if line]


def name(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def tokens(concept: Resource | None) -> set[Token]:
    """The codings of a CodeableConcept as a search sees them."""
    return {(coding["system"], coding["code"]) for coding in (concept or {}).get("coding", ()) if "system" in coding}


def ingredient_tokens(medication: Resource) -> set[Token]:
    """The codes by which the ingredients of a Medication (in R4 and R4B, of a MedicationKnowledge too) are found."""
    ingredients = medication.get("ingredient", ())
    items = (each.get("itemCodeableConcept") or each.get("item", {}).get("concept") for each in ingredients)
    return {token for item in items for token in tokens(item)}


def pages(provenances: Iterable[Resource]) -> dict[str, str]:
    """The document that each resource was read from, as the Provenance of its page says it."""
    return {
        target["reference"]: provenance["entity"][0]["what"]["reference"]
        for provenance in provenances
        for target in provenance["target"]
    }


def paths(resource: object, prefix: str = "") -> Iterator[str]:
    """The kinds of element in a resource: extensions told apart by URL, codes by system, list positions not."""
    if isinstance(resource, dict):
        told_apart = resource.get("url" if prefix.endswith("xtension") else "system")
        here = prefix or resource["resourceType"]
        here = f"{here}({told_apart})" if told_apart else here
        yield here
        for key, value in resource.items():
            yield from paths(value, f"{here}.{key}")
    elif isinstance(resource, list):
        for value in resource:
            yield from paths(value, prefix)
    else:
        yield prefix


def sample(lines: Sequence[str], size: int, seed: int) -> list[str]:
    """`size` lines or a few more: resources until every kind of element that occurs anywhere is in one, then any others.

    All of them, where everything is asked for.
    """
    if FULL:
        return [*lines]
    order = random.Random(seed).sample(range(len(lines)), len(lines))  # noqa: S311 - a sample, not a secret
    seen: set[str] = set()
    chosen: list[int] = []
    others: list[int] = []
    for index in order:
        new = set(paths(json.loads(lines[index]))) - seen
        seen |= new
        (chosen if new else others).append(index)
    return [lines[index] for index in sorted(chosen + others[: max(0, size - len(chosen))])]


def names(resources: Iterable[Resource]) -> set[str]:
    return {name(resource) for resource in resources}
