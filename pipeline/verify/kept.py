"""What is kept of every resource of a version, so that the others can be compared with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.publishers import Publisher
from pipeline.verify.document import Document
from pipeline.verify.finding import Json
from pipeline.verify.reviews import changed_in
from pipeline.verify.spans import codes_of, name_of, part, quote_of


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
        kind, name = resource["resourceType"], f"{resource['resourceType']}/{resource.get('id')}"
        self.names[name] = _called(resource)
        if kind in {"Medication", "MedicationKnowledge"}:
            self.statuses[name] = str(resource.get("status"))
        if kind == "MedicinalProductDefinition":
            self.statuses[name] = "inactive" if "retired" in codes_of(resource.get("status")) else "active"
            self.classified[name] = {code for each in resource.get("classification", ()) for code in codes_of(each)}
            self.brands |= {name} if "brand" in codes_of(resource.get("type")) else set()
        if kind == "RegulatedAuthorization":
            uses = [str(each.get("reference", {}).get("reference")) for each in resource.get("indication", ())]
            for subject in resource.get("subject", ()):
                of = [(str(subject.get("reference")), code) for code in codes_of(resource.get("type"))]
                self.authorized |= {(*one, use) for one in of for use in ("", *uses)}
        if kind == "ClinicalUseDefinition":
            self.subjects[name] = [str(each.get("reference")).partition("/")[2] for each in resource.get("subject", ())]
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
                for indication in guideline.get("indication", ()):
                    self.listed.add((str(resource.get("id")), str(indication.get("reference", {}).get("reference"))))


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


def name_as_concept(product: Json) -> Json:
    """The name of a MedicinalProductDefinition with what stands beside it and codes it, as other resources have a name."""
    name: Json = next(iter(product.get("name", ())), {})
    return {"text": name.get("productName"), "coding": product.get("code", []), **name.get("_productName", {})}


def _statement(indication: Json) -> Iterator[str]:
    """The lead, the parent and the item of an indication, as MedicationKnowledge repeats them."""
    for wanted in ("lead", "parent", "text"):
        for extension in indication.get("extension", ()):
            if name_of(extension) == "quote" and part(extension, "role").get("valueCode") == wanted:
                yield quote_of(extension) or ""


def stated_in(indication: Json) -> Iterator[str]:
    """The words of an indication that are said to restrict it and not to be understood."""
    for extension in indication.get("indication", {}).get("diseaseStatus", {}).get("extension", ()):
        if name_of(extension) == "disease-detail":
            yield from (str(text) for kind, text in details_of(extension) if kind == "stated")
    for group in indication.get("contained", ()):
        yield from stated_patients(group.get("characteristic", ()), "code")


def details_of(extension: Json) -> Iterator[tuple[object, object]]:
    """The kind and the words of each detail of the disease."""
    for each in extension.get("extension", ()):
        yield each.get("url"), each.get("valueCodeableConcept", {}).get("text")


def stated_patients(characteristics: list[Json], kind: str) -> Iterator[str]:
    """The words among characteristics of patients that are said not to be understood; `kind` is the element that says so."""
    for each in characteristics:
        if any(coding.get("code") == "stated" for coding in each.get(kind, {}).get("coding", ())):
            yield str(each.get("valueCodeableConcept", {}).get("text"))
