"""What is kept of every resource of a version, so that the others can be compared with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from pipeline.publishers import Publisher
from pipeline.verify.document import Document
from pipeline.verify.elements import codes_of, named, quote_of, reference_to, references_in, value_of
from pipeline.verify.finding import Json
from pipeline.verify.reviews import changed_in


@dataclass
class Snapshot:
    """What is kept of every resource of a version: names, statuses and statements, by `Type/id`.

    `publishers` are the profiles that the pages were read by.
    """

    publishers: Sequence[Publisher]
    names: dict[str, str | None] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    effects: dict[str, Json] = field(default_factory=dict)
    approvals: dict[str, Json] = field(default_factory=dict)
    diseases: dict[str, Json] = field(default_factory=dict)
    stated: dict[str, list[str]] = field(default_factory=dict)
    for_patients: set[str] = field(default_factory=set)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    listed: set[tuple[str, str]] = field(default_factory=set)
    changed: set[tuple[str, str]] = field(default_factory=set)
    classified: dict[str, set[str]] = field(default_factory=dict)
    brands: set[str] = field(default_factory=set)
    authorized: set[tuple[str, str, str]] = field(default_factory=set)

    def changed_of(self, resource: Json, document: Document | None) -> set[str]:
        """The fields of a use that a person gave another value: of this indication, or of any use of the page."""
        is_indication = resource["resourceType"] == "ClinicalUseDefinition"
        about = f"ClinicalUseDefinition/{resource.get('id')}" if is_indication else document.reference if document else ""
        return {name for reference, name in self.changed if reference == about}

    def add(self, resource: Json) -> None:
        """Take in a resource."""
        kind, name = resource["resourceType"], reference_to(resource)
        self.names[name] = _called(resource)
        if kind in {"Medication", "MedicationKnowledge"}:
            self.statuses[name] = str(resource.get("status"))
        if kind == "MedicinalProductDefinition":
            self.statuses[name] = "inactive" if "retired" in codes_of(resource.get("status")) else "active"
            self.classified[name] = codes_of(*resource.get("classification", ()))
            self.brands |= {name} if "brand" in codes_of(resource.get("type")) else set()
        if kind == "RegulatedAuthorization":
            uses = ("", *references_in(resource, "indication", "reference"))
            self.authorized.update(product(references_in(resource, "subject"), codes_of(resource.get("type")), uses))
        if kind == "ClinicalUseDefinition":
            self.subjects[name] = [each.partition("/")[2] for each in references_in(resource, "subject")]
            self.statements[name] = " ".join(_statement(resource))
            indication = resource.get("indication", {})
            self.effects[name] = indication.get("intendedEffect", {}).get("concept", {})
            self.diseases[name] = indication.get("diseaseSymptomProcedure", {}).get("concept", {})
            self.approvals[name] = next(iter(resource.get("category", ())), {})
            self.stated[name] = sorted(set(stated_in(resource)))
            self.for_patients |= {name} if resource.get("contained") else set()
        if kind == "Provenance":
            self.changed.update(changed_in(resource))
        if kind == "MedicationKnowledge":
            for guideline in resource.get("indicationGuideline", ()):
                self.listed |= {(str(resource.get("id")), each) for each in references_in(guideline, "indication", "reference")}


def _called(resource: Json) -> str | None:
    kind = resource["resourceType"]
    found: object = None
    if kind in {"Medication", "MedicationKnowledge"}:
        found = resource.get("code", {}).get("text")
    elif kind == "MedicinalProductDefinition":
        found = name_as_concept(resource)["text"]
    elif kind == "Organization":
        found = resource.get("name")
    elif kind == "Device":
        found = next((name.get("value") for name in resource.get("name", ())), None)
    elif kind == "DocumentReference":
        found = resource["content"][0]["attachment"].get("title")
    return found if isinstance(found, str) else None


def name_as_concept(resource: Json) -> Json:
    """The name of a MedicinalProductDefinition with what stands beside it and codes it, as other resources have a name."""
    name: Json = next(iter(resource.get("name", ())), {})
    return {"text": name.get("productName"), "coding": resource.get("code", []), **name.get("_productName", {})}


def _statement(indication: Json) -> Iterator[str]:
    """The lead, the parent and the item of an indication, as MedicationKnowledge repeats them."""
    for wanted in ("lead", "parent", "text"):
        for extension in named(indication, "quote"):
            if value_of(extension, "role", "valueCode") == wanted:
                yield quote_of(extension) or ""


def stated_in(indication: Json) -> Iterator[str]:
    """The words of an indication that are said to restrict it and not to be understood."""
    details = details_of(indication.get("indication", {}).get("diseaseStatus", {}))
    yield from (text for kind, text in details if kind == "stated")
    for group in indication.get("contained", ()):
        yield from stated_patients(group.get("characteristic", ()), "code")


def details_of(element: Json) -> Iterator[tuple[object, str]]:
    """The kind and the words of each detail of the disease, of an element that has them."""
    for extension in named(element, "disease-detail"):
        for each in extension.get("extension", ()):
            yield each.get("url"), str(each.get("valueCodeableConcept", {}).get("text"))


def stated_patients(characteristics: list[Json], kind: str) -> Iterator[str]:
    """The words among characteristics of patients that are said not to be understood; `kind` is the element that says so."""
    for each in characteristics:
        if "stated" in codes_of(each.get(kind)):
            yield str(each.get("valueCodeableConcept", {}).get("text"))
