"""How the labels of the FDA speak: "X tablets are indicated …", no colon, no bold print, a name that the page may not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use

Uses = Callable[[str], tuple[Use, ...]]
LABEL = """\
---
title: Zolafen
source: DailyMed
url: https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
---

# Zolafen

## Indications and Usage

"""


@pytest.fixture
def uses_of(facts_of: Callable[[str], DrugFacts]) -> Uses:
    """The uses of a label whose section on its use is given."""
    return lambda section: facts_of(LABEL + section).uses


def told(uses: tuple[Use, ...]) -> list[tuple[str, str, list[str]]]:
    """Status, intent and conditions of each use."""
    return [(one.approval_status, one.intent, [each.text for each in one.conditions]) for one in uses]


@pytest.mark.parametrize(
    "product",
    ["CODRIX", "Bramavel XR", "Zolafen maleate tablets, USP", "Zolafen delayed release capsules, 5 mg", "Alvera Injection"],
)
def test_what_a_label_is_about_is_its_product_under_any_name(uses_of: Uses, product: str) -> None:
    assert told(uses_of(f"{product} are indicated for the management of glioma in adults.")) == [
        ("approved", "treat", ["glioma"])
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Caution is indicated in hepatitis.",
        "Surgery is indicated for the treatment of glioma.",
        "A biopsy is indicated for the diagnosis of glioma.",
        "Drug therapy is indicated for patients with glioma.",
        "CODRIX is not indicated for the treatment of glioma.",
        "Use in children is indicated for the treatment of glioma.",
        "CODRIX may not be indicated for all patients with glioma.",
    ],
)
def test_what_else_is_indicated_is_no_use(uses_of: Uses, sentence: str) -> None:
    assert uses_of(sentence) == ()


def test_not_for_all_patients_takes_no_use_back(uses_of: Uses) -> None:
    """ "Not for all" denies nothing: the use stands, and the sentence stays with it."""
    (use,) = uses_of(
        "CODRIX is indicated for the treatment of glioma. CODRIX may not be indicated for all patients with glioma."
    )
    assert [one.text for one in use.conditions] == ["glioma"]
    assert "all patients" in " ".join(one.fact.text for one in use.qualifiers)


@pytest.mark.parametrize(
    ("aim", "intent", "disease"),
    [
        ("for the relief of the signs and symptoms of osteoarthritis", "other", "osteoarthritis"),
        ("in the treatment and prophylaxis of frequent migraine", "prevent_and_treat", "frequent migraine"),
        ("in the prophylaxis of meningeal leukemia", "prevent", "meningeal leukemia"),
        ("for the treatment of the inflammatory and pruritic manifestations of dermatosis", "treat", "dermatosis"),
        ("for secondary amenorrhea", "other", "secondary amenorrhea"),
        (
            "for the treatment of severe, recalcitrant, disabling psoriasis",
            "treat",
            "severe, recalcitrant, disabling psoriasis",
        ),
        ("for the treatment of melanoma [see Clinical Studies (14.1)]", "treat", "melanoma"),
    ],
)
def test_what_a_label_is_indicated_for(uses_of: Uses, aim: str, intent: str, disease: str) -> None:
    assert told(uses_of(f"CODRIX is indicated {aim}.")) == [("approved", intent, [disease])]


def test_the_form_that_a_label_speaks_of_is_how_the_drug_is_given(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen Injection, USP is indicated for the treatment of melanoma.")
    assert [(one.kind, one.fact.text) for one in use.qualifiers] == [("manner", "Zolafen Injection, USP")]


def test_a_severity_alone_is_no_condition(uses_of: Uses) -> None:
    assert uses_of("CODRIX is indicated for the treatment of moderate to severe forms of psoriasis.") == ()


def test_the_disease_of_the_patients_is_the_setting_and_stays_with_them(uses_of: Uses) -> None:
    (use,) = uses_of("CODRIX is indicated to reduce chronic drooling in adults with cerebral palsy.")
    assert [one.text for one in use.settings] == ["cerebral palsy"]
    assert "with cerebral palsy" in [c.fact.text for one in use.populations for c in one.characteristics]


@pytest.mark.parametrize(
    ("lead", "items"),
    [
        ("CODRIX is indicated in the treatment of", ("Acute anemia in adults.", "Glioma.")),
        ("CODRIX tablets are indicated", ("For the management of acute anemia in adults.", "In the treatment of glioma.")),
        ("CODRIX is indicated in", ("the management of acute anemia in adults.", "Treatment of glioma.")),
        (
            "CODRIX is indicated in the conditions listed below.",
            ("Treatment of acute anemia in adults.", "Treatment of glioma."),
        ),
        ("CODRIX is indicated", ("a) for the treatment of adults with acute anemia.", "b) for the treatment of glioma.")),
        ("CODRIX is indicated to", ("Treat acute anemia in adults.", "Treat glioma.")),
    ],
)
def test_a_label_opens_a_list_without_a_colon(uses_of: Uses, lead: str, items: tuple[str, str]) -> None:
    uses = uses_of(f"{lead}\n\n- {items[0]}\n\n- {items[1]}\n")
    assert [one.text.lower() for use in uses for one in use.conditions] == ["acute anemia", "glioma"]
    assert [bool(use.populations) for use in uses] == [True, False]


def test_a_sentence_without_a_verb_states_a_use(uses_of: Uses) -> None:
    (use,) = uses_of("As adjunctive therapy in the management of glioma in adults.")
    assert told((use,)) == [("approved", "treat", ["glioma"])]
    assert "adjunctive" in " ".join(one.fact.text for one in use.qualifiers)


def test_paragraphs_that_name_a_disease_and_its_cause_go_on_with_the_label(uses_of: Uses) -> None:
    uses = uses_of(
        "CODRIX is indicated for the treatment of adults with infections in the conditions listed below.\n\n"
        "Acute sinusitis caused by Aerococcus lentus.\n\n"
        "Sores change over time.\n\n"
        "### Children\n\n"
        "Acute otitis media due to Aerococcus lentus.\n"
    )
    assert [one.text for use in uses for one in (*use.conditions, *use.settings)] == ["Acute sinusitis"]


def test_below_a_heading_a_label_goes_on_under_what_the_heading_says(uses_of: Uses) -> None:
    (use,) = uses_of("CODRIX is indicated for the treatment of\n\n### Children\n\n- Acute otitis media.\n")
    assert [c.fact.text for one in use.populations for c in one.characteristics] == ["Children"]


def test_limitations_of_use_are_no_uses(uses_of: Uses) -> None:
    assert uses_of("CODRIX is indicated for the treatment of\n\n### Limitations of Use\n\n- Glioma of the stem.\n") == ()


@pytest.mark.parametrize("words", ["Limitations of Use", "Susceptibility Testing", "This condition"])
def test_what_names_no_disease_is_no_condition_of_a_label_s_list(uses_of: Uses, words: str) -> None:
    uses = uses_of(f"CODRIX is indicated for the treatment of\n\n- Glioma.\n- {words}.\n")
    assert [one.text for use in uses for one in use.conditions] == ["Glioma"]


def test_what_a_label_changes_for_the_sake_of_a_disease_is_its_purpose(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is indicated as an adjunct to diet to reduce LDL C and triglycerides in adults with hyperlipidemia."
    )
    assert [each.text for each in use.conditions] == ["hyperlipidemia"]
    assert ("reduce LDL C and triglycerides", "purpose") in [(each.fact.text, each.kind) for each in use.qualifiers]


def test_the_disease_of_which_the_condition_is_a_part_is_a_setting_in_a_label(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is indicated for the treatment of edema associated with heart failure, cirrhosis, and corticosteroid therapy."
    )
    assert ([each.text for each in use.settings], [each.text for each in use.causes]) == (
        ["heart failure", "cirrhosis"],
        ["corticosteroid therapy"],
    )
