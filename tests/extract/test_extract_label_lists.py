"""Lists and headings of the labels of the FDA: no colon opens them, and what a heading says holds below it."""

from __future__ import annotations

import pytest

from tests.extract.in_words import Fields, Uses


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
def test_a_label_opens_a_list_without_a_colon(uses_of_label: Uses, lead: str, items: tuple[str, str]) -> None:
    uses = uses_of_label(f"{lead}\n\n- {items[0]}\n\n- {items[1]}\n")
    assert [one.text.lower() for use in uses for one in use.conditions] == ["acute anemia", "glioma"]
    assert [bool(use.populations) for use in uses] == [True, False]


def test_paragraphs_that_name_a_disease_and_its_cause_go_on_with_the_label(uses_of_label: Uses) -> None:
    uses = uses_of_label(
        "CODRIX is indicated for the treatment of adults with infections in the conditions listed below.\n\n"
        "Acute sinusitis caused by Aerococcus lentus.\n\n"
        "Sores change over time.\n\n"
        "### Children\n\n"
        "Acute otitis media due to Aerococcus lentus.\n"
    )
    assert [one.text for use in uses for one in (*use.conditions, *use.settings)] == ["Acute sinusitis"]


def test_below_a_heading_a_label_goes_on_under_what_the_heading_says(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of\n\n### Children\n\n- Acute otitis media.\n")
    assert [c.fact.text for one in use.populations for c in one.characteristics] == ["Children"]


def test_limitations_of_use_are_no_uses(uses_of_label: Uses) -> None:
    assert uses_of_label("CODRIX is indicated for the treatment of\n\n### Limitations of Use\n\n- Glioma of the stem.\n") == ()


@pytest.mark.parametrize("words", ["Limitations of Use", "Susceptibility Testing", "This condition"])
def test_what_names_no_disease_is_no_condition_of_a_label_s_list(uses_of_label: Uses, words: str) -> None:
    uses = uses_of_label(f"CODRIX is indicated for the treatment of\n\n- Glioma.\n- {words}.\n")
    assert [one.text for use in uses for one in use.conditions] == ["Glioma"]


@pytest.mark.parametrize(
    "lead",
    [
        "CODRIX is indicated for the treatment of infections caused by susceptible strains in the conditions listed below.",
        "CODRIX is indicated for the treatment of serious infections:",
    ],
)
def test_where_a_list_says_which_infections_each_is_a_condition(uses_of_label: Uses, lead: str) -> None:
    uses = uses_of_label(f"{lead}\n\nSinusitis caused by Aerococcus lentus.\n\nSkin infections due to Aerococcus lentus.\n")
    assert [one.text for use in uses for one in use.conditions] == ["Sinusitis", "Skin infections"]
    assert all(use.settings == () for use in uses)


def test_organisms_in_a_list_are_causes(uses_of_label: Uses) -> None:
    lead = "CODRIX is indicated for the treatment of conjunctivitis caused by susceptible strains of the following organisms:"
    (use, _) = uses_of_label(f"{lead}\n\n- Aerococcus lentus\n\n- Gemella lenta\n")
    assert ([one.text for one in use.conditions], [one.text for one in use.causes]) == (
        ["conjunctivitis"],
        ["Aerococcus lentus"],
    )


def test_a_list_of_no_uses_amid_a_label_s_list_ends_at_its_last_item(uses_of_label: Uses) -> None:
    uses = uses_of_label(
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


def test_an_item_behind_a_heading_in_its_line_is_one_use_a_part(uses_of_label: Uses) -> None:
    uses = uses_of_label(
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
    uses_of_label: Uses, heading: str, settings: list[str], stated: list[str]
) -> None:
    """What the condition's name says already is not said again; what is narrower than it stays in words."""
    (use,) = uses_of_label(f"### {heading}\n\nCODRIX is indicated for the treatment of partial seizures.\n")
    assert ([one.text for one in use.settings], [one.fact.text for one in use.qualifiers if one.kind == "stated"]) == (
        settings,
        stated,
    )


def test_beside_another_setting_the_disease_of_a_heading_stays_in_words(uses_of_label: Uses) -> None:
    """Several settings are joined by "or": as one more, the heading would free the use from the first."""
    (use,) = uses_of_label("### Epilepsy\n\nCODRIX is indicated to reduce chronic drooling in adults with cerebral palsy.\n")
    assert [one.text for one in use.settings] == ["cerebral palsy"]
    assert "Epilepsy" in [one.fact.text for one in use.qualifiers]


def test_an_item_of_a_label_that_names_no_disease_is_no_use(uses_of_label: Uses) -> None:
    uses = uses_of_label("CODRIX is indicated to:\n\n- Improve the appearance of lines.\n\n- Treat glioma.\n")
    assert [one.text for use in uses for one in use.conditions] == ["glioma"]


@pytest.mark.parametrize(
    "section",
    [
        "Seasonal rhinitis.\n\nSevere dermatitis due to dust.\n",
        "- Seasonal rhinitis\n\n- Severe dermatitis due to dust\n",
        "Seasonal rhinitis; severe dermatitis when a steroid is needed.\n",
    ],
)
def test_a_section_that_only_names_diseases_says_that_they_are_its_indications(uses_of_label: Uses, section: str) -> None:
    uses = uses_of_label(section)
    assert [one.text.lower() for use in uses for one in use.conditions] == ["seasonal rhinitis", "severe dermatitis"]
    assert [(use.approval_status, use.intent, use.intent_text) for use in uses] == [("approved", "other", None)] * 2
    assert [one.text for one in uses[1].causes] == ["dust"] or "steroid is needed" in " ".join(
        one.text for one in uses[1].disease_status
    )


@pytest.mark.parametrize(
    "before", ["The following seizures were studied.", "Doctors should know about seizures.", "CODRIX is a drug."]
)
def test_below_a_sentence_a_list_of_diseases_is_none_of_indications(uses_of_label: Uses, before: str) -> None:
    assert uses_of_label(f"{before}\n\n- Partial seizures.\n\n- Absence seizures.\n") == ()


def test_a_sentence_that_says_of_no_condition_what_for_opens_the_list_below_it(uses_of_label: Uses, fields_of: Fields) -> None:
    uses = uses_of_label(
        "CODRIX is indicated for replacement therapy in men in conditions with a lack of iron.\n\n"
        "- Primary anemia (congenital or acquired) bone failure due to burns.\n\n- Secondary anemia.\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["Primary anemia", "Secondary anemia"]
    assert all(use.populations for use in uses)
    assert all("lack of iron" in " ".join(fields_of(use)) for use in uses)


def test_what_a_symptom_is_due_to_may_stand_in_a_list(uses_of_label: Uses) -> None:
    uses = uses_of_label("Temporarily relieves minor pain due to:\n\n- tendonitis\n\n- arthritis\n")
    assert [[one.text for one in use.causes + use.settings] for use in uses] == [["tendonitis"], ["arthritis"]]


@pytest.mark.parametrize("mark", ["", "### ", "1. "])
def test_a_group_of_diseases_amid_a_label_s_list_is_no_condition(uses_of_label: Uses, mark: str) -> None:
    """A drug for two rheumatic disorders is none for all of them."""
    uses = uses_of_label(
        "CODRIX is indicated in the following conditions:\n\n"
        f"{mark}Endocrine Disorders\n\nThyroiditis\n\n"
        f"{mark}Rheumatic Disorders\n\nIn selected cases of:\n\nPsoriatic arthritis\n\nBursitis\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["Thyroiditis", "Psoriatic arthritis", "Bursitis"]
    assert [[one.fact.text for one in use.qualifiers if one.kind == "stated"] for use in uses] == [
        ["Endocrine Disorders"],
        ["Rheumatic Disorders", "In selected cases of:"],
        ["Rheumatic Disorders", "In selected cases of:"],
    ]


def test_a_group_that_no_disease_follows_stays_what_the_label_lists(uses_of_label: Uses) -> None:
    uses = uses_of_label("CODRIX is indicated in:\n\n- Endocrine disorders\n\n- Rheumatic disorders\n")
    assert [one.text for use in uses for one in use.conditions] == ["Endocrine disorders", "Rheumatic disorders"]


def test_two_headings_in_the_line_of_an_item_hold_for_all_its_parts(uses_of_label: Uses) -> None:
    heading = "Allergic states: Control of severe conditions that resist diet:"
    uses = uses_of_label(f"CODRIX is indicated in the following conditions:\n\n- {heading} rhinitis; contact dermatitis.\n")
    assert [one.text for use in uses for one in use.conditions] == ["rhinitis", "contact dermatitis"]
    assert all(heading in [one.fact.text for one in use.qualifiers] for use in uses)


def test_a_heading_that_lost_its_mark_holds_for_what_stands_below_it(uses_of_label: Uses) -> None:
    one, other = uses_of_label(
        "Severe Epilepsy\n\nCODRIX is indicated for the treatment of partial seizures.\n\n"
        "Migraine Attacks\n\nCODRIX is indicated for the prevention of migraine attacks.\n"
    )
    assert "Severe Epilepsy" in [each.text for each in one.settings] + [each.fact.text for each in one.qualifiers]
    assert other.settings == ()
    assert not {"Severe Epilepsy", "Migraine Attacks"} & {each.fact.text for each in other.qualifiers}


def test_where_the_sentence_names_none_the_heading_says_of_which_disease(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("### Heart Failure\n\nCODRIX is indicated to reduce cardiovascular mortality in stable patients.\n")
    assert [one.text for one in use.conditions] == ["Heart Failure"]
    assert "reduce cardiovascular mortality" in [one.fact.text for one in use.qualifiers]


def test_more_infections_may_be_named_behind_the_sentence_that_lists_them(uses_of_label: Uses) -> None:
    uses = uses_of_label(
        "CODRIX is indicated in the treatment of the following infections: tick fever and spotted fever caused by Gemella."
        " Psittacosis caused by Aerococcus lentus. Sores change over time.\n\n"
        "Lung infections such as pneumonitis; skin infections.\n"
    )
    assert [one.text for use in uses for one in use.conditions] == [
        "tick fever", "spotted fever", "Psittacosis", "Lung infections", "skin infections",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "section", ["Hypertension increases mortality.", "A diagnosis of gastritis implies pain.", "- Glioma brings seizures\n"]
)
def test_a_sentence_whose_verb_nobody_knows_is_no_name(uses_of_label: Uses, section: str) -> None:
    assert uses_of_label(section) == ()


def test_a_heading_and_a_long_adjunct_before_the_drug_are_not_what_it_is_for(uses_of_label: Uses) -> None:
    adjunct = ", ".join(f"a score of {number} in adults who have a risk factor such as hypertension" for number in range(9))
    (use,) = uses_of_label(
        f"1.6 Prevention of Heart Disease In people with {adjunct}, CODRIX is indicated to\n\n- reduce the risk of stroke\n"
    )
    assert [one.text for one in use.conditions] == ["stroke"]
    assert {"1.6 Prevention", "Heart Disease"} <= {one.fact.text for one in use.qualifiers}


def test_what_must_be_found_is_no_condition(uses_of_label: Uses) -> None:
    lead = "CODRIX is indicated for treatment of ABCD in children if the following findings are present"
    assert uses_of_label(f"{lead}\n\n- LDL C remains 190 or\n\n- LDL C remains 160 in the patient\n") == ()


def test_where_two_sentences_may_open_a_list_both_stay_with_it_in_words(uses_of_label: Uses) -> None:
    """ "Anaerobes" below both is not for the infections that the second speaks of."""
    leads = [
        f"CODRIX is indicated in the treatment of serious infections caused by {name}." for name in ("Gemella", "Aerococcus")
    ]
    *_, use = uses_of_label(f"{leads[0]}\n\n{leads[1]}\n\nLung infections such as pneumonitis.\n")
    assert ([one.text for one in use.conditions], use.causes) == (["Lung infections"], ())
    assert set(leads) <= {one.fact.text for one in use.qualifiers}
