"""Shapes of a label that state uses (sentences as bullets, a disease above its bullets, old lists), and where a name ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Uses, conditions, page, patients, words


def _ages(use: Use) -> list[tuple[str, ...]]:
    """Each group of patients of a use: its age group and bounds."""
    return [
        tuple(
            one.age_group or " to ".join(f"{age.value} {age.unit}" if age else "" for age in (one.low, one.high))
            for one in group.characteristics
            if one.kind in ("age-group", "age-range")
        )
        for group in use.populations
    ]


#: A section by its blocks, and the diseases that it names.
SHAPES = [
    (
        [
            "- CODRIX is indicated for the treatment of patients with metastatic melanoma.",
            "- CODRIX, as a single agent, is indicated for the treatment of adult patients with alvitis.",
        ],
        ["metastatic melanoma", "alvitis"],
    ),
    (
        [
            "CODRIX is a GLP-1 receptor agonist indicated:",
            "- as an adjunct to diet for the treatment of gout.",
            "- to prevent alvitis.",
        ],
        ["gout", "alvitis"],
    ),
    (
        [
            "CODRIX is a fixed-dose combination of an alvic inhibitor and a solvic protease inhibitor",
            "and is indicated for the treatment of gout.",
        ],
        ["gout"],
    ),
    (
        [
            "CODRIX is indicated for the treatment of gout.",
            "Limitations of Use",
            "CODRIX is not indicated for colic.",
            "CODRIX is indicated for the treatment of adults with alvitis.",
        ],
        ["gout", "alvitis"],
    ),
    (
        ["CODRIX is indicated for:", "(1) the relief of gout; and", "(2) the mitigation of facial wrinkles in adults."],
        ["gout", "facial wrinkles"],
    ),
    (
        ["CODRIX is indicated for the treatment of patients with:", "1.1 Macular Edema", "1.2 Diabetic Retinopathy"],
        ["Macular Edema", "Diabetic Retinopathy"],
    ),
    (
        [
            "CODRIX is indicated in the following conditions:",
            "1. Skin Diseases",
            "Pemphigus; bullous dermatitis; severe psoriasis; solvic mucositis.",
        ],
        ["Pemphigus", "bullous dermatitis", "severe psoriasis", "solvic mucositis"],
    ),
    (
        [
            "CODRIX is indicated in the following conditions:",
            "1. Allergic States",
            "Control of severe conditions intractable to adequate trials of every other treatment: rhinitis; bronchial asthma.",
        ],
        ["rhinitis", "bronchial asthma"],
    ),
    (
        [
            "CODRIX is indicated in the following conditions:",
            "1. Edematous States",
            "To induce a remission of proteinuria in nephritis.",
            "2. Skin Diseases",
            "Dermatitis; psoriasis.",
        ],
        ["remission of proteinuria", "Dermatitis", "psoriasis"],
    ),
]


@pytest.mark.parametrize(("blocks", "diseases"), SHAPES)
def test_every_shape_states_its_uses(uses_of_label: Uses, blocks: list[str], diseases: list[str]) -> None:
    text = "\n\n".join(blocks).replace("inhibitor\n\nand", "inhibitor and")
    assert conditions(uses_of_label(text)) == diseases


def test_a_bullet_of_limits_beside_sentences_states_no_use_and_stays_with_them(uses_of_label: Uses) -> None:
    limit = "Limitations of Use: The effectiveness of CODRIX in children with alvitis has not been established."
    (use,) = uses_of_label(f"- CODRIX is indicated for the treatment of patients with alvitis.\n\n- {limit}")
    assert conditions((use,)) == ["alvitis"]
    assert limit in words(use)


def test_an_opening_names_the_disease_and_its_bullets_who_and_with_what(uses_of_label: Uses) -> None:
    first, second = uses_of_label(
        "CODRIX is indicated for the treatment of adult patients with alvic myeloma:\n\n"
        "- in combination with solvamide in patients who have received at least two prior therapies.\n\n"
        "- as monotherapy, in patients whose disease is refractory."
    )
    assert conditions((first, second)) == ["alvic myeloma", "alvic myeloma"]
    assert [name.text for therapy in first.therapies for name in therapy.names] == ["solvamide"]
    assert "have received at least two prior therapies" in patients(first)[0]
    assert second.alone is not None
    assert not second.therapies


def test_a_purpose_behind_and_for_is_a_use_of_its_own(uses_of_label: Uses) -> None:
    first, second = uses_of_label(
        "CODRIX is indicated to facilitate bowel intubation in children in whom the tube does not pass the pylorus, "
        "and for the relief of gastroparesis in diabetic adults, for 4 to 12 weeks."
    )
    assert conditions((first, second)) == ["bowel intubation", "gastroparesis"]
    assert not any(
        "weeks" in said or "diabetic" in said for said in (*words(first), *(each for one in patients(first) for each in one))
    )


def test_what_the_second_purpose_of_a_sentence_is_for_is_not_the_first(uses_of_label: Uses) -> None:
    first, second = uses_of_label("CODRIX is indicated for the treatment of alvitis and prophylaxis of gout in adults.")
    assert [(use.intent, conditions((use,))) for use in (first, second)] == [("treat", ["alvitis"]), ("prevent", ["gout"])]
    assert "adults" in words(first)


@pytest.mark.parametrize(
    ("named", "diseases"),
    [
        ("known or suspected alvic artery disease", ["alvic artery disease"]),
        ("fulminating or disseminated tuberculosis", ["fulminating or disseminated tuberculosis"]),
        ("non-infectious intermediate, posterior, and panuveitis", ["non-infectious intermediate, posterior, and panuveitis"]),
        ("alvin (AV)-unresponsive, high-risk bladder cancer", ["alvin (AV)-unresponsive, high-risk bladder cancer"]),
        ("chronic bronchitis and emphysema", ["chronic bronchitis", "emphysema"]),
    ],
)  # fmt: skip
def test_an_adjective_alone_is_no_condition(uses_of_label: Uses, named: str, diseases: list[str]) -> None:
    assert conditions(uses_of_label(f"CODRIX is indicated for the treatment of {named}.")) == diseases


def test_what_stands_before_two_names_is_kept_with_both(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the prevention of postoperative nausea and vomiting.")
    assert "postoperative nausea and vomiting" in words(use)


@pytest.mark.parametrize(
    "sentence",
    [
        "CODRIX is indicated to detect and visualize areas with disrupted vessels.",
        "CODRIX is indicated for PET in men with suspected recurrence.",
    ],
)
def test_a_noun_that_names_no_disease_gives_no_use(uses_of_label: Uses, sentence: str) -> None:
    assert not uses_of_label(sentence)


def test_a_relapse_is_of_something(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the prevention of relapse to alvic dependence in adults.")
    assert conditions((use,)) == ["alvic dependence"]
    assert use.intent_text is not None
    assert use.intent_text.text == "prevention of relapse"


@pytest.mark.parametrize(
    ("who", "ages"),
    [
        ("adults and pediatric patients 6 to 17 years of age", [("adult",), ("child", "6 year to 17 year")]),
        ("adults and adolescents aged 13 to 17 years", [("adult",), ("adolescent", "13 year to 17 year")]),
        ("children and young adults aged 1 to 21 years", [("child", "1 year to 21 year"), ("adult", "1 year to 21 year")]),
        ("patients two years of age and older", [("2 year to ",)]),
        ("individuals 6 weeks through 5 years of age", [("6 week to 5 year",)]),
        ("pediatric patients from birth to 17 years of age", [("child", " to 17 year")]),
    ],
)
def test_an_age_is_of_the_patients_it_stands_behind(uses_of_label: Uses, who: str, ages: list[tuple[str, ...]]) -> None:
    (use,) = uses_of_label(f"CODRIX is indicated for the treatment of alvitis in {who}.")
    assert _ages(use) == ages


def test_what_is_asked_of_children_leaves_the_adults(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat adults and children with:\n\n- **Alvitis**. Children must be at least 12 years old."
    )
    assert _ages(use) == [("adult",), ("child", "12 year to ")]


@pytest.mark.parametrize("disease", ["**urothelial carcinoma** (a type of bladder cancer)", "urothelial carcinoma"])
def test_a_disease_before_the_subject_is_the_condition(facts_of: Callable[[str], DrugFacts], disease: str) -> None:
    facts = facts_of(page(f"For {disease}, Zolafen is approved to treat adults who have received platinum chemotherapy."))
    (use,) = facts.uses
    assert conditions((use,)) == ["urothelial carcinoma"]
    assert [name.text for one in use.prior for name in one.names] == ["platinum chemotherapy"]


def test_a_denied_disease_before_the_subject_is_none(facts_of: Callable[[str], DrugFacts]) -> None:
    assert not facts_of(page("For gastric cancer, Zolafen is not approved to treat adults who have fever.")).uses


def test_a_denial_for_the_youngest_leaves_the_other_children(uses_of: Uses) -> None:
    denial = "Zolafen is not recommended for children younger than 6 months."
    (use,) = uses_of(f"Zolafen is approved to treat adults and children with:\n\n- **Alvitis**.\n\n{denial}")
    assert _ages(use) == [("adult",), ("child",)]
    assert denial in words(use)
