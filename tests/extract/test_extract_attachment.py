"""What a restriction hangs on: a setting stays with its treatment, a disease of the patients with the patients."""

from __future__ import annotations

import pytest

from tests.extract.in_words import LEAD, Uses, brands, patients, prior, words


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (
            "Zolafen is approved to prevent:\n\n- **Infection** in adults with cancer that is not in the bone marrow.",
            ["adults", "with cancer that is not in the bone marrow"],
        ),
        (
            f"{LEAD}- **Bone loss** in men with prostate cancer that has not spread.",
            ["men", "with prostate cancer that has not spread"],
        ),
    ],
)
def test_a_disease_of_the_patients_keeps_what_is_said_of_it(uses_of: Uses, section: str, expected: list[str]) -> None:
    (use,) = uses_of(section)
    assert (patients(use), use.disease_status) == ([expected], ())


def test_a_sentence_on_both_brands_stays_with_the_uses_of_either(uses_of: Uses) -> None:
    said = "Patients should not receive both brands at the same time."
    first = "Zolafen is approved to treat:\n\n- **Glioma**.\n\nThis use is approved for the Alvera brand of zolafen.\n\n"
    second = "Zolafen is also approved to treat:\n\n- **Melanoma**.\n\nThis use is approved for the Bexida brand of zolafen."
    uses = uses_of(f"{first}{second} {said}")
    assert [([one.text for one in use.brands], words(use)) for use in uses] == [(["Alvera"], [said]), (["Bexida"], [said])]


def test_a_later_step_with_partners_of_its_own_is_a_phase(uses_of: Uses) -> None:
    later = "After the transplant, it is given with caldisone for up to 2 years."
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It is used with brontinib and caldisone. {later}")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "brontinib and caldisone")]
    assert [(one.phrase.text, [each.text for each in one.partners]) for one in use.phases] == [
        ("brontinib and caldisone", ["brontinib", "caldisone"]),
        ("After the transplant, it is given with caldisone for up to 2 years", ["caldisone"]),
    ]


def test_a_bracket_that_says_which_certain_type_is_kept(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- A certain type of **thyroid cancer** (medullary thyroid cancer).")
    assert words(use) == ["medullary thyroid cancer"]


def test_an_adverb_before_a_verb_is_no_condition(uses_of: Uses) -> None:
    assert uses_of("Zolafen is used to treat people who have accidentally received an overdose of brontinib.") == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Treatment lasts up to 2 years in patients who have no sign of cancer", None),
        ("Treatment begins no later than 12 weeks after the operation and lasts for one year", None),
        (
            "It is given for no longer than 6 months, and treatment is not repeated",
            "for no longer than 6 months, and treatment is not repeated",
        ),
        ("It is used when brontinib is used to treat certain types of cancer", None),
    ],
)
def test_what_belongs_together_is_not_torn(uses_of: Uses, said: str, kept: str | None) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** in adults. {said}.")
    held = [*words(use), *(one.text for one in use.disease_status)]
    assert patients(use) == [["adults"]]
    assert any((kept or said.removeprefix("It is used ")) in each for each in held)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("that came back near where it started", "came back near where it started"),
        (
            "that has relapsed after at least two treatments, one of which was brontinib",
            "has relapsed after at least two treatments, one of which was brontinib",
        ),
    ],
)
def test_a_clause_inside_a_clause_stays_whole(uses_of: Uses, said: str, status: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** {said}.")
    assert [one.text for one in use.disease_status] == [status]


@pytest.mark.parametrize(
    "said",
    [
        "This use is approved for the Alvera brand and falls under FDA's Accelerated Approval Program.",
        "This use is approved for the Alvera brand and is limited to adults.",
    ],
)
def test_a_sentence_on_a_brand_and_something_else_is_kept_whole(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. {said}")
    assert said.rstrip(".") in [each.rstrip(".") for each in words(use)]


def test_what_patients_may_get_after_a_test_is_no_partner(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to choose patients with thymoma for treatment with a radioactive drug.")
    assert (use.therapies, words(use)) == ((), ["for treatment with a radioactive drug"])


@pytest.mark.parametrize("again", ["this cancer", "this disease"])
def test_the_disease_said_again_is_no_narrower_one(uses_of: Uses, again: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. When used for {again}, zolafen is combined with brontinib.")
    assert use.narrower == ()


def test_a_risk_is_no_disease(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to reduce the risk of breast cancer in women who have:\n\n- a high risk of the disease."
    )
    assert (use.settings, words(use)) == ((), ["a high risk of the disease"])


def test_an_age_in_brackets_is_the_patients(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Warts** on the skin (patients aged 12 years and older).")
    assert patients(use) == [["aged 12 years and older"]]


def test_these_uses_after_an_item_with_a_brand_of_its_own_are_the_others(uses_of: Uses) -> None:
    items = "- **Glioma**. This use is approved for the Alvera brand of zolafen.\n- **Melanoma**.\n- **Plasmoma**.\n\n"
    uses = uses_of(f"{LEAD}{items}These uses are approved for the Bexida brand of zolafen.")
    assert brands(uses) == [["Alvera"], ["Bexida"], ["Bexida"]]


def test_these_uses_after_two_uses_in_one_paragraph_are_both(uses_of: Uses) -> None:
    first = "Zolafen is also approved to prevent and treat osteoporosis in postmenopausal women."
    second = "It is also approved to increase bone mass in men with osteoporosis."
    uses = uses_of(f"{first} {second} These uses are approved for the Bexida brand of zolafen.")
    assert [[one.text for one in use.conditions] for use in uses] == [["osteoporosis"], ["bone mass"]]
    assert (brands(uses), [len(use.populations) for use in uses]) == ([["Bexida"], ["Bexida"]], [1, 1])


@pytest.mark.parametrize(
    ("section", "status"),
    [
        (
            "Zolafen is approved to prevent infection in patients with:\n\n- **Neutropenia** that is severe and chronic.",
            "Neutropenia that is severe and chronic",
        ),
        (
            "Zolafen is approved to prevent bone damage caused by:\n\n- **Breast cancer** that has spread to the bone.",
            "Breast cancer that has spread to the bone",
        ),
    ],
)
def test_how_a_setting_stands_is_quoted_with_its_name(uses_of: Uses, section: str, status: str) -> None:
    (use,) = uses_of(section)
    assert [one.text for one in use.disease_status] == [status]


def test_a_not_is_not_torn_from_its_clause(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used with brontinib in patients who have not been treated before.")
    assert (patients(use), words(use)) == ([["have not been treated before"]], [])


def test_what_is_said_of_one_of_two_ways_is_not_said_of_the_use(uses_of: Uses) -> None:
    first = "It is given with brontinib as the first treatment."
    second = "It is also used alone in adults whose cancer got worse after caldisone."
    (use,) = uses_of(f"{LEAD}- **Melanoma**. {first} {second}")
    assert (use.line, words(use)) == (None, [first, second])


def test_a_choice_of_partners_beside_alone_is_one_group(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is given alone or with brontinib and either caldisone or vintelamide.")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [
        ("optional", "brontinib and either caldisone or vintelamide")
    ]


def test_a_denial_of_a_kind_of_the_disease_stays_with_the_use(uses_of: Uses) -> None:
    denied = "Zolafen is not approved to treat primary central nervous system lymphoma."
    lymphoma, melanoma = uses_of(f"{LEAD}- **Large B-cell lymphoma**.\n- **Melanoma**.\n\n{denied}")
    assert (words(lymphoma), words(melanoma)) == ([denied], [])


def test_what_another_drug_is_given_for_is_no_purpose_of_this_one(uses_of: Uses) -> None:
    said = "After brontinib is given to lower the risk of serious side effects, it is used with caldisone."
    (use,) = uses_of(f"{LEAD}- **Lymphoma** that has come back. {said}")
    assert ([one.text for one in use.conditions], use.intent) == (["Lymphoma"], "treat")
    assert words(use) == ["After brontinib is given to lower the risk of serious side effects"]


def test_a_risk_that_is_lowered_after_surgery_is_what_the_drug_is_for(uses_of: Uses) -> None:
    said = "It is used after radiation therapy to lower the risk of invasive breast cancer."
    (use,) = uses_of(f"{LEAD}- **Ductal carcinoma in situ** in women. {said}")
    assert ([one.text for one in use.conditions], use.intent) == (["invasive breast cancer"], "reduce_risk")
    assert [one.text for one in use.settings] == ["Ductal carcinoma in situ"]


def test_a_footnotes_word_on_withdrawal_restricts_no_use(uses_of: Uses) -> None:
    note = "¹This use is approved under FDA's Accelerated Approval Program. "
    note += "If the trial does not show this, the FDA may withdraw its approval of this use."
    glioma, melanoma = uses_of(f"{LEAD}- **Glioma**.¹\n- **Melanoma**.\n\n{note}")
    assert (glioma.approval_status, melanoma.approval_status) == ("accelerated_approval", "approved")
    assert (words(glioma), words(melanoma)) == ([], [])


def test_a_cancer_that_is_denied_limits_a_use_in_solid_tumors(uses_of: Uses) -> None:
    denied = "Zolafen is not approved to treat children with TMB-H brain cancer."
    (use,) = uses_of(f"{LEAD}- **Solid tumors** that are TMB-H in adults and children.\n\n{denied}")
    assert (words(use), patients(use)) == ([denied], [["adults"], ["children"]])


def test_other_drugs_keep_their_with(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used with other drugs.")
    assert words(use) == ["with other drugs"]


def test_followed_by_the_drug_alone_is_a_step(uses_of: Uses) -> None:
    said = "with brontinib before surgery, followed by zolafen alone after surgery."
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used:\n- {said}")
    assert (use.alone, [phase.alone is not None for phase in use.phases]) == (None, [False, True])


def test_a_disease_of_the_second_group_alone_narrows_nothing(uses_of: Uses) -> None:
    said = "It is used in adults with either disease and in children with acute leukemia."
    (use,) = uses_of(f"{LEAD}- **Leukemia** and **lymphoma**. {said}")
    assert use.narrower == ()


def test_two_partners_for_two_groups_of_patients_are_two_ways(uses_of: Uses) -> None:
    first = "with brontinib in patients aged 65 years and older who cannot have a transplant"
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It is used {first} and with caldisone in patients who plan to have a transplant.")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [
        ("combination", "brontinib"),
        ("combination", "caldisone"),
    ]


def test_what_brings_on_the_thing_prevented_keeps_its_after(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to prevent:\n\n- **Nausea** in adults that may occur after surgery.")
    assert "after surgery" in words(use)


def test_what_those_need_who_are_treated_changes_no_patients(uses_of: Uses) -> None:
    lead = "Zolafen is approved to prevent the following conditions in males aged 9 to 26 years:\n\n- **Anal cancer**."
    (use,) = uses_of(f"{lead}\n\nWomen who receive it still need regular Pap tests.")
    assert [{c.sex for c in one.characteristics} - {None} for one in use.populations] == [{"male"}]
    assert words(use) == ["Women who receive it still need regular Pap tests"]


def test_a_denial_for_some_children_takes_no_children_away(uses_of: Uses) -> None:
    denied = "Zolafen is not recommended for children with long QT syndrome."
    (use,) = uses_of(f"{LEAD}- **Melanoma** in adults and children aged 4 years and older.\n\n{denied}")
    assert (patients(use), words(use)) == ([["adults"], ["children", "aged 4 years and older"]], [denied])


def test_keeping_the_same_cancer_away_is_treatment(uses_of: Uses) -> None:
    said = "It is given as adjuvant therapy to lower the chance that the cancer will come back."
    (use,) = uses_of(f"{LEAD}- **Melanoma** that has been removed by surgery. {said}")
    assert (use.intent, words(use)) == ("treat", ["to lower the chance that the cancer will come back"])


def test_a_state_beside_markers_is_no_marker(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Breast cancer** that is advanced, hormone receptor-positive, and HER2-negative.")
    assert [one.text for one in use.disease_status] == ["is advanced"]
    assert [one.text for one in use.biomarkers] == ["hormone receptor-positive", "HER2-negative"]


def test_a_sentence_that_opens_a_list_of_states_is_none_itself(uses_of: Uses) -> None:
    opens = "It is used in patients whose cancer is:"
    (use,) = uses_of(f"{LEAD}- **Breast cancer**. {opens}\n  - HER2-low and has been treated with chemotherapy.")
    assert [one.text for one in use.disease_status] == ["has been treated with chemotherapy"]
    assert [one.text for one in use.biomarkers] == ["HER2-low"]


def test_combined_with_is_used_with(uses_of: Uses) -> None:
    combined = "It is combined with brontinib to:\n  - adults\n  - children aged 2 years and older"
    uses = uses_of(f"{LEAD}- **Nausea**. {combined}\n- **Melanoma**. It is combined with brontinib as the first treatment.")
    assert [[one.phrase.text for one in use.therapies] for use in uses] == [["brontinib"]] * 3
    assert [words(use) for use in uses] == [[], [], []]


def test_what_goes_with_one_way_of_use_is_no_partner_of_the_others(uses_of: Uses) -> None:
    said = "Men who take zolafen with brontinib may also be given a drug that lowers hormone levels."
    uses = uses_of(f"{LEAD}- **Breast cancer**. It is used:\n  - with brontinib in men\n  - by itself in women\n\n{said}")
    assert [[one.phrase.text for one in use.therapies] for use in uses] == [["brontinib"], []]
    assert all(words(use) == [said.removesuffix(".")] for use in uses)


def test_what_a_gene_does_is_part_of_its_name(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Breast cancer** in adults with a mutation in a gene that helps repair DNA.")
    assert [one.text for one in use.biomarkers] == ["a mutation in a gene that helps repair DNA"]
    assert use.disease_status == ()


def test_the_state_of_a_second_group_is_no_must_of_the_first(uses_of: Uses) -> None:
    both = "in newly diagnosed patients who cannot have a transplant and in patients whose cancer has relapsed"
    (use,) = uses_of(f"{LEAD}- **Myeloma**. It is used with brontinib {both}.")
    assert [one.text for one in use.disease_status] == [both]
    assert (words(use), use.populations) == ([], ())


def test_newly_diagnosed_adults_are_adults(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Myeloma**. It is used with brontinib in newly diagnosed adults.")
    assert [[c.age_group for c in one.characteristics if c.age_group] for one in use.populations] == [["adult"]]
    assert words(use) == []


def test_the_state_of_the_patients_disease_is_none_of_the_thing_prevented(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to prevent **infection** in adults who have cancer that did not start in the bone marrow."
    )
    assert use.disease_status == ()
    assert patients(use) == [["adults", "have cancer that did not start in the bone marrow"]]


def test_what_stands_before_two_names_may_hold_for_both(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to prevent:\n\n- **Delayed nausea and vomiting** in adults.")
    assert words(use) == ["Delayed nausea and vomiting"]


def test_when_the_thing_prevented_comes_is_not_when_the_drug_is_given(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to prevent:\n\n- **Nausea and vomiting** after surgery.")
    assert [(one.of, one.kind, one.fact.text) for one in use.qualifiers] == [("disease", "timing", "after surgery")]


def test_a_drug_helps_find_a_tumor_and_surgery_does_not(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to be used in adults during surgery to help find:\n\n- **Lung cancer**.")
    assert (use.intent, patients(use), words(use)) == ("other", [["adults"]], ["during surgery"])


@pytest.mark.parametrize(
    "opening", ["Zolafen is approved to treat Kaposi sarcoma in patients:", f"{LEAD}- **Melanoma**. It is used in people:"]
)
@pytest.mark.parametrize("said", ["With AIDS", "With diabetes", "With Crohn disease"])
def test_what_patients_may_have_is_no_partner_and_no_narrower_disease(uses_of: Uses, opening: str, said: str) -> None:
    items = f"- {said}.\n- Who have had chemotherapy."
    first, second = uses_of(
        f"{opening}\n\n{items}" if "- " not in opening else f"{opening}\n  {items.replace(chr(10), chr(10) + '  ')}"
    )
    assert (words(first), first.therapies, first.narrower) == ([said], (), ())
    assert prior(second) == [("required", "chemotherapy")]


def test_what_the_treatment_before_is_for_is_no_state_of_the_disease(uses_of: Uses) -> None:
    said = "kidney damage after cisplatin for advanced ovarian cancer"
    for section in (
        f"Zolafen is approved to prevent:\n\n- **{said[:13]}**{said[13:]}",
        f"Zolafen is approved to prevent {said}.",
    ):
        (use,) = uses_of(section)
        assert (words(use), use.narrower, use.stages) == (["for advanced ovarian cancer"], (), ())
    (same,) = uses_of(f"{LEAD}- **Melanoma** after chemotherapy for metastatic cancer")
    assert [one.text for one in same.stages] == ["metastatic"]


def test_what_is_given_beside_it_behind_a_comma_is_no_state_of_the_disease(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Pancreatic cancer**, with brontinib, in adults.")
    assert (use.disease_status, words(use), patients(use)) == ((), [], [["adults"]])
    assert [(one.mode, [name.text for name in one.names]) for one in use.therapies] == [("required", ["brontinib"])]
    (use,) = uses_of(f"{LEAD}- **Pancreatic cancer**, with caldisone, in adults.")
    assert (use.disease_status, words(use), patients(use)) == ((), ["with caldisone"], [["adults"]])
