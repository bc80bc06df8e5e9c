"""From the facts of a page to its resources."""

from __future__ import annotations

from pipeline.fhir.document import document_reference
from pipeline.fhir.idmp import authorizations, ingredients, medicinal_products
from pipeline.fhir.ids import drug_id
from pipeline.fhir.indication import clinical_use_definition, indications_of
from pipeline.fhir.knowledge import medication_knowledge
from pipeline.fhir.medication import medications
from pipeline.fhir.provenance import device, organization, provenance
from pipeline.fhir.source import source_of
from pipeline.model import DrugFacts, Resource
from pipeline.publishers import profiles
from pipeline.settings import Settings


def build(facts: DrugFacts, settings: Settings) -> list[Resource]:
    """The R5 resources of one page, in the order in which a server can take them; none for a page that is not a drug's.

    Raises:
        BuildError: F301 (text that no FHIR string can hold), F302 (no usable slug), F303 (no name).
    """
    if facts.kind == "none":
        return []
    source = source_of(facts, settings, f"DocumentReference/{drug_id(facts)}")
    indications = indications_of(facts)
    uses = [clinical_use_definition(indication, facts, source) for indication in indications]
    if settings.model == "idmp":
        products = [*medicinal_products(facts, source), *ingredients(facts, source)]
        read = [*products, *uses, *authorizations(facts, indications, source)]
    else:
        read = [*medications(facts, source.of_copies), *uses, *medication_knowledge(facts, indications, source)]
    return [document_reference(facts, source), *read, provenance(facts, read, indications, settings, source)]


def shared(settings: Settings) -> list[Resource]:
    """The resources that every page refers to: once in a snapshot."""
    return [*(organization(each) for each in profiles(settings.publishers) if each.organization), device()]
