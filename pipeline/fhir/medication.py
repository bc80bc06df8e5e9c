"""Medication: the subject of an indication, for the drug, its brands, or the regimen.

ClinicalUseDefinition.subject cannot be a MedicationKnowledge. Source: https://hl7.org/fhir/R5/medication.html
"""

from __future__ import annotations

from pipeline.fhir import systems
from pipeline.fhir.brands import brands_of, drug_name
from pipeline.fhir.ids import drug_id
from pipeline.fhir.narrative import narrative, quotation
from pipeline.fhir.source import Json, Source, filled
from pipeline.fhir.structures import head
from pipeline.model import DrugFacts, Fact


def medications(facts: DrugFacts, source: Source) -> list[Json]:
    """The Medication of the drug or regimen, then of each brand."""
    drug = _medication(drug_id(facts), drug_name(facts), drug_concept(facts, source), facts, source)
    brands = [_medication(key, brand, source.concept(brand), facts, source) for key, brand in brands_of(facts).items()]
    return [drug, *brands]


def drug_concept(facts: DrugFacts, source: Source) -> Json:
    """The drug's name with the NCI Thesaurus code that the page's own link carries."""
    codes = [identifier.fact for identifier in facts.identifiers if identifier.kind == "ncit"]
    codings = [{"system": systems.NCI_THESAURUS, **source.quoted("code", code)} for code in codes]
    return source.concept(drug_name(facts), *codings)


def ingredient_concepts(facts: DrugFacts, source: Source) -> list[Json]:
    """The drugs of a fixed combination, where its name says them."""
    return [source.concept(ingredient) for ingredient in facts.ingredients]


def substances(facts: DrugFacts, source: Source) -> list[Json]:
    """What a drug is made of, as concepts: the drugs of a fixed combination, else itself. A regimen is no mixture: none."""
    if facts.kind != "drug":
        return []
    return ingredient_concepts(facts, source) or [drug_concept(facts, source.of_copies)]


def record_identifier(record: str, facts: DrugFacts, source: Source) -> Json:
    """Our own identifier of a drug's or brand's record: the slug, or slug and brand."""
    if record == drug_id(facts):
        return source.identifier("drug", facts.slug)
    return source.identifier("brand", record)


def status_of(facts: DrugFacts) -> str:
    """`inactive` for what is no longer available, or told by a page that is no longer in force; else `active`."""
    return "inactive" if facts.fda_status == "discontinued" or facts.page_status else "active"


def _medication(record: str, name: Fact, code: Json, facts: DrugFacts, source: Source) -> Json:
    # A brand carries the drug as its ingredient, so that every use is found from the drug's code alone
    # (`ClinicalUseDefinition?subject:Medication.ingredient-code=`). A regimen is no mixture: it has none.
    concepts = [drug_concept(facts, source), *ingredient_concepts(facts, source)] if facts.kind == "drug" else []
    ingredient = [{"item": {"concept": concept}, "isActive": True} for concept in concepts]
    return {
        **head("Medication", record, narrative(quotation(name.text)), source.meta()),
        "identifier": [record_identifier(record, facts, source)],
        "code": code,
        "status": status_of(facts),
        **filled(ingredient=ingredient),
        "definition": {"reference": f"MedicationKnowledge/{record}"},
    }
