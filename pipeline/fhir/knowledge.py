"""MedicationKnowledge: what the page says of the drug or regimen, and of each brand, readable without any other resource.

Source: https://hl7.org/fhir/R5/medicationknowledge.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.fhir import systems
from pipeline.fhir.brands import brand_references, brands_of, drug_name, drug_reference
from pipeline.fhir.ids import brand_id, drug_id
from pipeline.fhir.indication import Indication, approval_status, disease_of, intended_effect
from pipeline.fhir.medication import drug_concept, record_identifier, status_of, substances
from pipeline.fhir.narrative import in_words, narrative, quotation
from pipeline.fhir.population import patient_characteristics
from pipeline.fhir.source import Json, Source, concepts, filled
from pipeline.fhir.structures import head
from pipeline.fields import stated_populations
from pipeline.model import Component, DrugFacts, Fact, Population, Use

_DICTIONARIES: Final = {
    "nci-drug-dictionary": systems.DRUG_DICTIONARY,
    "medlineplus": systems.MEDLINEPLUS,
    "dailymed-setid": systems.DAILYMED,
}


@dataclass(frozen=True, slots=True)
class Product:
    """What differs between the record of a drug, a regimen and a brand; `related` as MedicationKnowledge has it."""

    id: str
    names: Sequence[Fact]
    code: Json
    type: str
    indications: Sequence[Indication]
    related: Sequence[Json]
    extensions: Sequence[Json] = ()
    identifiers: Sequence[Json] = ()

    @property
    def of_drug(self) -> list[Indication]:
        """In the record of a brand: the uses that the page states for the drug, naming no brand."""
        return [each for each in self.indications if self.type == "brand" and not each.use.brands]

    @property
    def own(self) -> list[Indication]:
        """All other uses."""
        return [each for each in self.indications if self.type != "brand" or each.use.brands]


def medication_knowledge(facts: DrugFacts, indications: Sequence[Indication], source: Source) -> list[Json]:
    """The record of the drug or regimen with all its uses, then one of each brand with those stated for it or for no brand."""
    return [_record(product, facts, source) for product in products(facts, indications, source)]


def products(facts: DrugFacts, indications: Sequence[Indication], source: Source) -> list[Product]:
    """The drug or regimen, then its brands."""
    brands = brands_of(facts)
    return [
        _drug(facts, brands, indications, source),
        *(_brand(key, brand, facts, indications, source) for key, brand in brands.items()),
    ]


def _drug(facts: DrugFacts, brands: Mapping[str, Fact], indications: Sequence[Indication], source: Source) -> Product:
    has_brand = {"coding": [source.local("related-medication", "has-brand")]}
    references = brand_references(brands.values(), source.record, facts, source)
    return Product(
        id=drug_id(facts),
        names=[drug_name(facts), *brands.values()],
        code=drug_concept(facts, source),
        type="regimen" if facts.kind == "regimen" else "generic",
        indications=indications,
        related=[
            *({"type": has_brand, "reference": [each]} for each in references),
            *(_component(component, source) for component in facts.components),
        ],
        extensions=[
            *(source.quote(source.url("pronunciation"), fact) for fact in [facts.pronunciation] if fact),
            *(
                source.quote(source.url("dailymed-query"), each.fact)
                for each in facts.identifiers
                if each.kind == "dailymed-query"
            ),
            *(source.quote(source.url("denied-use"), denial) for denial in facts.denials),
        ],
        identifiers=[
            # A piece of a link's target: nobody looks it up in the page, and the facts say where it is.
            {"system": _DICTIONARIES[each.kind], **source.without_proof.quoted("value", each.fact)}
            for each in facts.identifiers
            if each.kind in _DICTIONARIES
        ]
        + source.page_identifier(),
    )


def _brand(key: str, brand: Fact, facts: DrugFacts, indications: Sequence[Indication], source: Source) -> Product:
    brand_of = {"coding": [source.local("related-medication", "brand-of")]}
    return Product(
        id=key,
        names=[brand],
        code=source.concept(brand),
        type="brand",
        # A use that names no brand is of each of them; one that names others is none of this one's.
        indications=[
            *(each for each in indications if key in {brand_id(facts, one.text) for one in each.use.brands}),
            *(each for each in indications if not each.use.brands),
        ],
        related=[{"type": brand_of, "reference": [drug_reference(source.record, facts, source)]}],
    )


def _record(product: Product, facts: DrugFacts, source: Source) -> Json:
    guidelines = [
        *_guidelines(product.own, facts, source.of_copies),
        *_guidelines(product.of_drug, facts, source.of_copies, only_restricted=True),
    ]
    names = [source.of_copies.quoted("name", name) for name in product.names]
    return {
        **head("MedicationKnowledge", product.id, narrative_of(product, facts, source), source.meta()),
        **filled(extension=list(product.extensions)),
        "identifier": [record_identifier(product.id, facts, source), *product.identifiers],
        "code": product.code,
        "status": status_of(facts),
        **filled(intendedJurisdiction=concepts(source.publisher.jurisdiction)),
        **{key: [name[key] for name in names] for key in names[0]},
        **filled(relatedMedicationKnowledge=list(product.related)),
        "associatedMedication": [{"reference": f"Medication/{product.id}"}],
        "productType": [{"coding": [source.local("product-type", product.type)]}],
        "monograph": [{"source": {"reference": source.document}}],
        **filled(indicationGuideline=guidelines),
        **_classification(facts, source.of_copies if product.type == "brand" else source),
        **_definitional(facts, source),
    }


def _component(component: Component, source: Source) -> Json:
    """A drug of a regimen: a logical reference by slug, which `link` makes literal when that drug is published."""
    target = {} if component.slug is None else {"identifier": source.identifier("drug", component.slug)}
    extensions = [source.quote(source.url("component-letter"), component.letter)] if component.letter else []
    if component.name.codings:
        # Its words and their proof are the display's.
        concept = source.without_proof.concept(component.name)
        extensions.append({"url": source.url("component-concept"), "valueCodeableConcept": concept})
    return {
        **filled(extension=extensions),
        "type": {"coding": [source.local("related-medication", "has-component")]},
        "reference": [{"type": source.record, **target, **source.quoted("display", component.name)}],
    }


def _guidelines(
    indications: Sequence[Indication], facts: DrugFacts, source: Source, *, only_restricted: bool = False
) -> list[Json]:
    """One guideline a use; its indications share their sentences. Alternative populations are alternative dosing guidelines.

    Who reads nothing else learns from each whether it is for a brand or for the drug, for which brands, whether it is approved,
    and what it treats. With `only_restricted` what the drug is to do is left to the drug's own record; but patients, and words
    that restrict the use, may stand in a heading or another sentence: they are in every record.
    """
    by_use: dict[int, list[Indication]] = {}
    for indication in indications:
        by_use.setdefault(indication.number, []).append(indication)
    return [
        {
            "extension": [
                {"url": source.url("stated-for"), "valueCode": "brand" if use.brands else "drug"},
                {"url": source.url("approval-status"), "valueCodeableConcept": approval_status(use, source)},
                *(
                    {"url": source.url("subject"), "valueReference": each}
                    for each in brand_references(use.brands, "MedicationKnowledge", facts, source)
                ),
            ],
            "indication": [
                {
                    **filled(extension=disease_of(branch, source)),
                    "concept": source.concept(_statement(use)),
                    "reference": {"reference": f"ClinicalUseDefinition/{branch.id}"},
                }
                for branch in branches
            ],
            **(
                {"dosingGuideline": _dosings(use, source)}
                if not only_restricted or use.qualified_in_words or stated_populations(use)
                else {}
            ),
        }
        for use, branches in ((branches[0].use, branches) for branches in by_use.values())
    ]


def _dosings(use: Use, source: Source) -> list[Json]:
    return [_dosing(use, population, source) for population in stated_populations(use) or (Population(()),)]


def _dosing(use: Use, population: Population, source: Source) -> Json:
    characteristics = patient_characteristics(population, use, source)
    return {
        "treatmentIntent": intended_effect(use, source),
        **filled(patientCharacteristic=characteristics),
    }


def _statement(use: Use) -> Fact:
    """The use in the page's whole words: the lead, the parent item, the item. It is no one's code: links are left aside."""
    said = [fact for fact in (use.lead, use.parent, use.text) if fact is not None]
    spans = tuple(span for fact in said for span in fact.spans)
    return Fact(" ".join(fact.text for fact in said), spans, use.text.rule)


def fda_approval(facts: DrugFacts, source: Source) -> list[Json]:
    """What the page states under "FDA Approved", as a concept; none where it states nothing."""
    stated = facts.fda_status_fact
    if facts.fda_status == "not_stated":
        # Words that decide nothing ("Ask your pharmacist") are quoted, without a code.
        return [source.concept(stated)] if stated else []
    coding = source.local("fda-status", facts.fda_status.replace("_", "-"))
    return [source.coded(stated, coding)]


def _classification(facts: DrugFacts, source: Source) -> Json:
    said = fda_approval(facts, source)
    if not said:
        return {}
    kind = {"coding": [source.local("classification-type", "fda-approval")]}
    return {"medicineClassification": [{"type": kind, "classification": said}]}


def _definitional(facts: DrugFacts, source: Source) -> Json:
    ingredients = [{"item": {"concept": concept}} for concept in substances(facts, source)]
    return filled(definitional=filled(ingredient=ingredients))


def narrative_of(product: Product, facts: DrugFacts, source: Source) -> Json:
    """What a person sees of a drug, a regimen or a brand."""
    # Components and denials are said of the drug or regimen, not of a brand.
    own = product.type != "brand"
    return narrative(
        quotation(product.names[0].text),
        ("Brand names in the US", [quotation(name.text) for name in product.names[1:]]),
        ("Drugs in the combination", [quotation(component.name.text) for component in facts.components if own]),
        ("Uses that the page states", _listed(product.own, facts, with_brands=own)),
        ("Uses that it states for the drug without naming a brand", _listed(product.of_drug, facts, with_brands=own)),
        in_words({each.number: each.use for each in product.indications}.values()),
        ("The page also says", [quotation(denial.text) for denial in facts.denials if own]),
        notice=source.publisher.notice,
    )


def _listed(indications: Sequence[Indication], facts: DrugFacts, *, with_brands: bool) -> list[str]:
    """The uses as the page lists them, below their leads and parents; behind each whether it is approved, and for which brands.

    An entry and those above it are the statement of the use; each stands once for the uses that follow each other below it.
    """
    found: dict[str, Any] = {}
    for use in {each.number: each.use for each in indications}.values():
        above = [quotation(fact.text) for fact in (use.lead, use.parent) if fact is not None]
        level = found
        for each in above:
            level = level.setdefault(each, {})
        brands = {brand_id(facts, one.text): one for one in use.brands} if with_brands else {}
        approved, _ = systems.CODES["approval-status"][use.approval_status.replace("_", "-")]
        said = "".join([f": {approved.lower()}", *(f", {quotation(one.text)}" for one in brands.values())])
        level[f"{quotation(use.text.text)}{said}"] = {}
    return _entries(found)


def _entries(level: Mapping[str, Any]) -> list[str]:
    entries = ((said, "".join(f"<li>{each}</li>" for each in _entries(below))) for said, below in level.items())
    return [f"{said}<ul>{below}</ul>" if below else said for said, below in entries]
