"""The one table of a use's fields: what the rooms after `extract` go through field by field.

A field of plain words is one row of `FIELDS`. What follows from the row: its comparison in `diff`, its card, its marks and its
editor in `review`, how `correct` reads and edits it, its cell in `tables/rows.py`, its line in the terminal, the search, and
with `detail` its part of `diseaseStatus`. By hand stay the reader in `extract`, `Edits` in `correct`, the column with its view,
an extension where there is no `detail`, and `verify`, which does not read this table: it must not share a mistake with what it
proves. The whole list: `pipeline/model/README.md`. Fields with parts (patients, treatments, phases, qualifiers) have a place of
their own in each room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pipeline.model import AnyPage, DrugFacts, Fact, Population, Use

#: What `diff` calls the fields of plain words.
FieldAspect: TypeAlias = Literal[
    "condition",
    "narrower-condition",
    "setting",
    "cause",
    "disease-status",
    "biomarker",
    "stage",
    "line-of-therapy",
]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of plain words.

    `name` is its name in the model, in corrections and in a review's `changed`; `label` what a reader calls it; `mark` the kind
    of its marks in the source (`KINDS` in `review/marks.py`), and where the search looks for it (`_GROUP_OF` in
    `tables/search.py`; brands have their own); `single` says that it has one value at most. `column` is its column in
    `uses.csv`, `aspect` what `diff` calls it, and `joined` how the page joins its values: by "or", by "and", or (`named`) by
    "or" where none is not a use of anything. `detail` is its kind among the details of the disease in FHIR, `shown` its label
    in the terminal where it has a line of its own.
    """

    name: str
    label: str
    mark: Literal["condition", "detail", "therapy", "brand"]
    column: str | None = None
    aspect: FieldAspect | None = None
    joined: Literal["or", "and", "named"] = "or"
    single: bool = False
    detail: str | None = None
    shown: str | None = None

    def facts(self, use: Use) -> tuple[Fact, ...]:
        """Its values in a use."""
        said: Fact | tuple[Fact, ...] | None = getattr(use, self.name)
        return (said,) if isinstance(said, Fact) else said or ()


#: In the order in which they are shown; `brands` and `alone` are compared and tabulated by their rooms' own rules.
FIELDS: Final = (
    Field("conditions", "Condition", "condition", "condition", "condition", "named"),
    Field("narrower", "Narrower disease", "condition", "narrower", "narrower-condition"),
    Field("settings", "In the setting of", "condition", "setting", "setting"),
    Field("causes", "Caused by", "condition", "cause", "cause"),
    Field(
        "disease_status", "Disease status", "detail", "disease_status", "disease-status", "and", detail="status", shown="status"
    ),
    Field("biomarkers", "Biomarker", "detail", "biomarker", "biomarker", "and", detail="biomarker", shown="biomarker"),
    Field("stages", "Stage", "detail", "stage", "stage", detail="stage", shown="stage"),
    Field("line", "Line of therapy", "detail", "line_of_therapy", "line-of-therapy", single=True, shown="line"),
    Field("brands", "Brand", "brand"),
    Field("alone", "Given alone", "therapy", "alone", single=True),
)
#: What a use is for; the other fields say how the disease stands and who is given it.
PURPOSE: Final = FIELDS[:4]


def purpose(use: Use) -> tuple[Fact, ...]:
    """The words that say what a use is for: what is treated, in which disease, caused by what."""
    return tuple(fact for field in PURPOSE for fact in field.facts(use))


def all_brands(facts: DrugFacts[AnyPage]) -> tuple[str, ...]:
    """The brands of a page, each once: those that it lists, then those that it only mentions in a use."""
    return tuple(dict.fromkeys(brand.text for brand in (*facts.brands, *(each for use in facts.uses for each in use.brands))))


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
