"""The shape of IDMP and ePI: MedicinalProductDefinition in place of Medication and MedicationKnowledge, and what belongs to it.

Indications, documents and Provenance are those of the other shape, of other subjects (`Source.product`, `Source.record`).
Sources: https://hl7.org/fhir/R5/medicinalproductdefinition.html, https://hl7.org/fhir/R5/ingredient.html,
https://hl7.org/fhir/R5/regulatedauthorization.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline.fhir import systems
from pipeline.fhir.brands import brand_references, brands_of, drug_name, drug_reference
from pipeline.fhir.ids import brand_id, drug_id, part_id
from pipeline.fhir.indication import Indication, publication_status
from pipeline.fhir.knowledge import Product, fda_approval, narrative_of, products
from pipeline.fhir.medication import record_identifier, status_of, substances
from pipeline.fhir.narrative import narrative, quotation
from pipeline.fhir.source import Json, Source, filled
from pipeline.fhir.structures import head
from pipeline.model import DrugFacts

_FDA: Final = re.compile(r"\bFDA\b|\bFood and Drug Administration\b")
_UNITED_STATES: Final = {"system": systems.COUNTRY, "code": "US", "display": "United States of America"}


def medicinal_products(facts: DrugFacts, source: Source) -> list[Json]:
    """The drug or regimen, then its brands. Their uses name them, and are not listed again."""
    return [_medicinal_product(product, facts, source) for product in products(facts, (), source)]


def ingredients(facts: DrugFacts, source: Source) -> list[Json]:
    """Each active substance of a drug, of which the drug and all its brands are made."""
    brands = brand_references(brands_of(facts).values(), source.product, facts, source)
    of = [drug_reference(source.product, facts, source), *brands]
    named = {part_id(drug_id(facts), concept["text"]): concept for concept in substances(facts, source)}
    return [_ingredient(key, concept, of, facts, source) for key, concept in named.items()]


def authorizations(facts: DrugFacts, indications: Sequence[Indication], source: Source) -> list[Json]:
    """The approvals that the page states: of the drug as a whole, and of each product for its uses, accelerated ones apart.

    None where the page says under "FDA Approved" that the drug is not: what it says of a use cannot mean an approval then.
    """
    found: dict[tuple[str, str], list[Indication]] = {}
    if facts.fda_status == "not_approved":
        return []
    if facts.fda_status == "approved":
        found[drug_id(facts), "approved"] = []
    for indication in indications:
        use = indication.use
        if use.approval_status != "used":
            for key in dict.fromkeys(brand_id(facts, brand.text) for brand in use.brands) or (drug_id(facts),):
                found.setdefault((key, use.approval_status.replace("_", "-")), []).append(indication)
    return [_authorization(*of, approved, facts, source) for of, approved in found.items()]


def _medicinal_product(product: Product, facts: DrugFacts, source: Source) -> Json:
    name, code = source.without_proof.quoted("productName", product.names[0]), product.code
    # The name is a string: what stands in a concept beside its words, their proof and a broader code, stands beside it.
    beside = {"_productName": {"extension": code["extension"]}} if "extension" in code else {}
    return {
        **head(source.record, product.id, narrative_of(product, facts, source), source.meta()),
        **filled(extension=list(product.extensions)),
        "identifier": [record_identifier(product.id, facts, source), *product.identifiers],
        "type": {"coding": [source.local("product-type", product.type)]},
        "status": publication_status(facts, source),
        **filled(classification=fda_approval(facts, source.of_copies if product.type == "brand" else source)),
        "attachedDocument": [{"reference": source.document}],
        **filled(code=code.get("coding")),
        "name": [{**name, **beside}],
        **filled(crossReference=[*map(_cross_reference, product.related)]),
    }


def _cross_reference(related: Json) -> Json:
    """A related record, of which MedicinalProductDefinition has a CodeableReference each."""
    (reference,) = related["reference"]
    return {**filled(extension=related.get("extension")), "product": {"reference": reference}, "type": related["type"]}


def _ingredient(key: str, concept: Json, of: Sequence[Json], facts: DrugFacts, source: Source) -> Json:
    return {
        **head("Ingredient", key, narrative(quotation(concept["text"])), source.meta()),
        "identifier": source.identifier("ingredient", key),
        "status": "retired" if status_of(facts) == "inactive" else "active",
        "for": list(of),
        "role": {"coding": [source.coding(systems.INGREDIENT_ROLE, "100000072072", "Active")]},
        "substance": {"code": {"concept": concept}},
    }


def _authorization(product: str, status: str, approved: Sequence[Indication], facts: DrugFacts, source: Source) -> Json:
    """An approval of a product, for the uses that the page ascribes to it; its region only where the page names the FDA."""
    name = brands_of(facts).get(product, drug_name(facts))
    key = part_id(product, status.replace("-", " "))
    words = (each.use.approval_status_fact for each in approved)
    by_fda = facts.fda_status != "not_stated" or any(fact and _FDA.search(fact.text) for fact in words)
    display, _ = systems.CODES["approval-status"][status]
    text = narrative(f"{quotation(name.text)}: {display.lower()}", notice=source.publisher.notice)
    return {
        **head("RegulatedAuthorization", key, text, source.meta()),
        "identifier": [source.identifier("authorization", key)],
        "subject": [{"reference": f"{source.product}/{product}", **source.of_copies.quoted("display", name)}],
        "type": {"coding": [source.local("approval-status", status)]},
        **filled(region=[{"coding": [_UNITED_STATES]}] if by_fda else []),
        "status": publication_status(facts, source),
        **filled(indication=[{"reference": {"reference": f"ClinicalUseDefinition/{each.id}"}} for each in approved]),
        "attachedDocument": [{"reference": source.document}],
    }
