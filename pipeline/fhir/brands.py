"""The drug and its brands as records that other resources refer to."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.errors import BuildError, Problem
from pipeline.fhir.ids import brand_id, drug_id
from pipeline.fhir.source import Json, Source
from pipeline.model import DrugFacts, Fact


def drug_name(facts: DrugFacts) -> Fact:
    """The name of the drug or regimen.

    Raises:
        BuildError: F303, if the page gives none.
    """
    if facts.name is None:
        raise BuildError(
            Problem(
                code="F303",
                severity="error",
                cause="the page counts as a drug or a regimen but gives no name",
                remedy="Give the page its name as a heading, or fix the rule that decides what a page is about.",
            )
        )
    return facts.name


def brands_of(facts: DrugFacts) -> dict[str, Fact]:
    """The brands of a page by id: those that it lists, then those that it only mentions in a use."""
    mentioned = (brand for use in facts.uses for brand in use.brands)
    brands: dict[str, Fact] = {}
    for brand in (*facts.brands, *mentioned):
        brands.setdefault(brand_id(facts, brand.text), brand)
    return brands


def brand_references(brands: Iterable[Fact], resource_type: str, facts: DrugFacts, source: Source) -> list[Json]:
    """References to the resources of a type that are brands, one each, named as they are named there."""
    named: dict[str, Fact] = {}
    for brand in brands:
        named.setdefault(brand_id(facts, brand.text), brand)
    return [
        {"reference": f"{resource_type}/{key}", **source.of_copies.quoted("display", brand)} for key, brand in named.items()
    ]


def drug_reference(resource_type: str, facts: DrugFacts, source: Source) -> Json:
    """A reference to the resource of a type that is the drug itself."""
    return {"reference": f"{resource_type}/{drug_id(facts)}", **source.of_copies.quoted("display", drug_name(facts))}
