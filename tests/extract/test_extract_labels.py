"""How the labels of the FDA speak: "X tablets are indicated …", no colon, no bold print, a name that the page may not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.extract.record import record
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
    (use,) = uses_of("CODRIX is indicated for the treatment of moderate to severe forms of psoriasis.")
    assert [one.text for one in use.conditions] == ["psoriasis"]
    assert [one.text for one in use.disease_status] == ["moderate to severe forms of"]
    assert uses_of("CODRIX is indicated for the treatment of moderate to severe.") == ()


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


@pytest.mark.parametrize(
    ("sentence", "diseases"),
    [
        # what the drug is, with a bracket in it
        (
            "CODRIX is an anti-inflammatory drug (NSAID) indicated for the treatment of arthritis of the knee.",
            ["arthritis of the knee"],
        ),
        # several words before the noun of the aim, brackets behind it
        ("CODRIX is indicated for acute and maintenance treatment of bipolar disorder.", ["bipolar disorder"]),
        ("CODRIX is indicated for short term (up to 8 weeks) treatment (once a day) of heartburn.", ["heartburn"]),
        ("CODRIX is indicated for chemoprophylaxis against viral infection.", ["viral infection"]),
        ("CODRIX is indicated for the reduction in the occurrence of gastric ulcers.", ["gastric ulcers"]),
        ("Active and prophylactic treatment of glioma.", ["glioma"]),
        # another aim of the same kind, with no "for" before it
        (
            "CODRIX is indicated for the management of anxiety disorder or the short term relief of panic.",
            ["anxiety disorder", "panic"],
        ),
        # patients, and what they have
        ("CODRIX is indicated for the treatment of hemodynamically stable patients with acute glioma.", ["acute glioma"]),
        (
            "CODRIX is indicated in the management of selected adults with severe glioma, or children with melanoma.",
            ["severe glioma"],
        ),
        # what is treated of a disease, and how it stands
        ("CODRIX is indicated to slow the progression of atherosclerosis in adults.", ["atherosclerosis"]),
        ("CODRIX is indicated for the treatment of all forms of parkinsonism.", ["parkinsonism"]),
        ("CODRIX is indicated for the treatment of moderate to severe forms of scalp psoriasis.", ["scalp psoriasis"]),
        ("CODRIX is indicated for the treatment of mild to moderate ulcerative colitis.", ["ulcerative colitis"]),
        ("CODRIX is indicated for the treatment of moderate to severe pain.", ["moderate to severe pain"]),
        # lists: one noun for two adjectives, no last "and", sites of one disease
        (
            "CODRIX is indicated for the treatment of simple and complex absence seizures.",
            ["simple and complex absence seizures"],
        ),
        (
            "CODRIX is indicated for the treatment of arthritis, bursitis, tendonitis; see below.",
            ["arthritis", "bursitis", "tendonitis"],
        ),
        ("CODRIX is indicated for stable angina and angina due to coronary spasm.", ["stable angina", "angina"]),
        (
            "CODRIX is indicated for the treatment of infections of the ear, nose, and throat.",
            ["infections of the ear, nose, and throat"],
        ),
        ("CODRIX is indicated for the treatment of lung cancer, particularly small cell types.", ["lung cancer"]),
        # what is no disease
        ("CODRIX is indicated for the prophylaxis of venous thrombosis and its extension.", ["venous thrombosis"]),
        ("CODRIX is indicated to reduce the risk of death and myocardial infarction.", ["myocardial infarction"]),
        # where the noun ends
        ("CODRIX is indicated for the management of angina confirmed by any of these criteria.", ["angina"]),
        ("CODRIX is indicated for the treatment of seizures occurring during surgery.", ["seizures"]),
        # what for is not said by a verb
        ("CODRIX is indicated as an adjunct to surgery in acute osteosis.", ["acute osteosis"]),
        ("CODRIX is indicated in acute and chronic bronchitis.", ["acute and chronic bronchitis"]),
        ("CODRIX is recommended for the treatment of melanoma.", ["melanoma"]),
        ("CODRIX is a useful adjunct for the relief of spasm.", ["spasm"]),
        ("CODRIX has also demonstrated effectiveness in controlling nausea.", ["nausea"]),
        # a list behind a colon in the sentence
        (
            "CODRIX is indicated for treatment of the following infections: tinea pedis, tinea cruris, and tinea corporis.",
            ["tinea pedis", "tinea cruris", "tinea corporis"],
        ),
        # a heading that lost its line, a subject that was lost
        ("1.2 Epilepsy CODRIX is indicated for the treatment of seizures.", ["seizures"]),
        ("is indicated for the treatment of glioma.", ["glioma"]),
    ],
)  # fmt: skip
def test_how_labels_say_what_is_treated(uses_of: Uses, sentence: str, diseases: list[str]) -> None:
    uses = uses_of(sentence)
    assert [one.text for use in uses for one in use.conditions] == diseases


@pytest.mark.parametrize(
    "sentence",
    [
        "Some studies suggest that CODRIX may be useful in glioma.",
        "CODRIX is recommended for glioma by the society of surgeons.",
        "CODRIX has also been used successfully in a limited number of cases of glioma.",
        "CODRIX protects against the effects of drugs given to reverse paralysis.",
        "CODRIX is indicated for the treatment of hyperactive children.",
        "CODRIX is indicated as an integral part of a program for patients with this syndrome.",
    ],
)
def test_what_names_no_disease_or_no_use_gives_none(uses_of: Uses, sentence: str) -> None:
    assert uses_of(sentence) == ()


def test_two_aims_of_two_diseases_are_two_uses_each_with_its_words(uses_of: Uses) -> None:
    one, other = uses_of(
        "CODRIX is indicated in adults for the treatment of melanoma and for the prevention of glioma after surgery."
    )
    assert told((one, other)) == [("approved", "treat", ["melanoma"]), ("approved", "prevent", ["glioma"])]
    assert [bool(use.populations) for use in (one, other)] == [True, True]
    assert "glioma" not in one.text.text
    assert "melanoma" not in other.text.text
    assert "surgery" in " ".join(each.fact.text for each in one.qualifiers)  # it may hold for both


def test_may_be_useful_is_kept_with_the_use(uses_of: Uses) -> None:
    (use,) = uses_of("CODRIX may be useful in the symptomatic relief of acute tremor.")
    assert "may be useful" in " ".join(one.fact.text for one in use.qualifiers)


def test_how_a_disease_stands_is_its_status(uses_of: Uses) -> None:
    (use,) = uses_of("CODRIX is indicated for the treatment of locally advanced, unresectable or metastatic pancreatic cancer.")
    assert ([one.text for one in use.conditions], [one.text for one in use.disease_status]) == (
        ["pancreatic cancer"],
        ["locally advanced, unresectable or metastatic"],
    )


def test_a_limit_of_all_uses_stays_with_each_of_them(uses_of: Uses) -> None:
    only = "To reduce resistance, CODRIX should be used only to treat infections that are proven to be caused by bacteria."
    uses = uses_of(
        f"{only}\n\nCODRIX is indicated for the treatment of cystitis.\n\nCODRIX is indicated for the treatment of sinusitis.\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["cystitis", "sinusitis"]
    assert all(only in [one.fact.text for one in use.qualifiers] for use in uses)


@pytest.mark.parametrize(
    "lead",
    [
        "CODRIX is indicated for the treatment of infections caused by susceptible strains in the conditions listed below.",
        "CODRIX is indicated for the treatment of serious infections:",
    ],
)
def test_where_a_list_says_which_infections_each_is_a_condition(uses_of: Uses, lead: str) -> None:
    uses = uses_of(f"{lead}\n\nSinusitis caused by Aerococcus lentus.\n\nSkin infections due to Aerococcus lentus.\n")
    assert [one.text for use in uses for one in use.conditions] == ["Sinusitis", "Skin infections"]
    assert all(use.settings == () for use in uses)


def test_organisms_in_a_list_are_causes(uses_of: Uses) -> None:
    lead = "CODRIX is indicated for the treatment of conjunctivitis caused by susceptible strains of the following organisms:"
    (use, _) = uses_of(f"{lead}\n\n- Aerococcus lentus\n\n- Gemella lenta\n")
    assert ([one.text for one in use.conditions], [one.text for one in use.causes]) == (
        ["conjunctivitis"],
        ["Aerococcus lentus"],
    )


def test_a_list_of_no_uses_amid_a_label_s_list_ends_at_its_last_item(uses_of: Uses) -> None:
    uses = uses_of(
        "CODRIX is indicated for the treatment of infections in the conditions listed below.\n\n"
        "### Adults\n\nSinusitis due to Aerococcus lentus.\n\n"
        "NOTE CODRIX should not be used in patients with any of the following\n\n- patients with cystic fibrosis\n\n"
        "Cystitis due to Aerococcus lentus.\n\n### Children\n\nOtitis due to Aerococcus lentus.\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["Sinusitis", "Cystitis", "Otitis"]
    assert [[c.fact.text for one in use.populations for c in one.characteristics] for use in uses] == [
        ["Adults"],
        ["Adults"],
        ["Children"],
    ]


def test_an_item_behind_a_heading_in_its_line_is_one_use_a_part(uses_of: Uses) -> None:
    uses = uses_of(
        "CODRIX is indicated in the following conditions:\n\n"
        "- Endocrine disorders: Thyroiditis; adrenal insufficiency;\n\n- Glioma.\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["Thyroiditis", "adrenal insufficiency", "Glioma"]
    assert ["Endocrine disorders:" in [one.fact.text for one in use.qualifiers] for use in uses] == [True, True, False]


@pytest.mark.parametrize(
    ("heading", "settings", "stated"),
    [("Epilepsy", ["Epilepsy"], []), ("1.1 Partial seizures", [], []), ("Severe seizures", [], ["Severe seizures"])],
)
def test_the_disease_of_a_heading_is_where_the_condition_is_treated(
    uses_of: Uses, heading: str, settings: list[str], stated: list[str]
) -> None:
    """What the condition's name says already is not said again; what is narrower than it stays in words."""
    (use,) = uses_of(f"### {heading}\n\nCODRIX is indicated for the treatment of partial seizures.\n")
    assert ([one.text for one in use.settings], [one.fact.text for one in use.qualifiers if one.kind == "stated"]) == (
        settings,
        stated,
    )


def test_beside_another_setting_the_disease_of_a_heading_stays_in_words(uses_of: Uses) -> None:
    """Several settings are joined by "or": as one more, the heading would free the use from the first."""
    (use,) = uses_of("### Epilepsy\n\nCODRIX is indicated to reduce chronic drooling in adults with cerebral palsy.\n")
    assert [one.text for one in use.settings] == ["cerebral palsy"]
    assert "Epilepsy" in [one.fact.text for one in use.qualifiers]


def test_the_disease_before_the_subject_is_the_setting(uses_of: Uses) -> None:
    (use,) = uses_of("In acute leukemia, CODRIX is indicated in the prophylaxis of meningitis.")
    assert ([one.text for one in use.conditions], [one.text for one in use.settings]) == (["meningitis"], ["acute leukemia"])


def test_what_patients_have_beside_a_disease_is_no_setting(uses_of: Uses) -> None:
    (use,) = uses_of("CODRIX is indicated in the management of obesity in patients with a body mass index of 30 or higher.")
    assert use.settings == ()


@pytest.mark.parametrize(
    ("sentence", "narrower"),
    [
        (
            "CODRIX is indicated for skin infections including abscesses, cellulitis, boils, due to bacteria.",
            ["abscesses", "cellulitis", "boils"],
        ),
        (
            "CODRIX is indicated to reduce the risk of thromboembolic lesions such as stroke or thrombosis.",
            ["stroke", "thrombosis"],
        ),
        ("CODRIX is indicated for bleeding due to hormones in the absence of pathology, such as fibrosis or cystitis.", []),
    ],
)  # fmt: skip
def test_what_a_disease_includes(facts_of: Callable[[str], DrugFacts], sentence: str, narrower: list[str]) -> None:
    """It narrows no use; the record lists it as the annotations do."""
    facts = facts_of(LABEL + sentence)
    assert [use.narrower for use in facts.uses] == [()]
    assert record(facts)["uses"][0]["subcondition"] == narrower


def test_the_product_that_a_label_names_stays_with_the_use(uses_of: Uses) -> None:
    (use,) = uses_of("CODRIX is indicated for the treatment of glioma [see Clinical Studies (14.1)].")
    assert "CODRIX" in [one.fact.text for one in use.qualifiers]
    assert use.text.text == "CODRIX is indicated for the treatment of glioma"


def test_an_item_of_a_label_that_names_no_disease_is_no_use(uses_of: Uses) -> None:
    uses = uses_of("CODRIX is indicated to:\n\n- Improve the appearance of lines.\n\n- Treat glioma.\n")
    assert [one.text for use in uses for one in use.conditions] == ["glioma"]
