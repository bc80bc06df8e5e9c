"""What rooms after `extract` must agree on when they go through a use field by field."""

from __future__ import annotations

from pipeline.model import Fact, Population, Use


def stated_populations(use: Use) -> tuple[Population, ...]:
    """The populations of a use that say something; one without characteristics where qualifiers alone speak of the patients."""
    stated = tuple(population for population in use.populations if population.characteristics)
    return stated or ((Population(()),) if any(one.of == "patients" for one in use.qualifiers) else ())


def patients(use: Use) -> tuple[tuple[Fact, ...], ...]:
    """The words that say who the patients of a use are, population by population, each once.

    Qualifiers of the patients restrict all of them.
    """
    qualifiers = [one.fact for one in use.qualifiers if one.of == "patients"]
    return tuple(
        tuple({fact.text: fact for fact in (*(each.fact for each in one.characteristics), *qualifiers)}.values())
        for one in stated_populations(use)
    )
