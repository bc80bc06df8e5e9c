"""Other ways to say what the pages say: each stays as narrow as its sentence, and binds what it says to whom it says it of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts
from tests.extract.conftest import TEMPLATE
from tests.extract.in_words import LEAD, Uses, conditions, patients, prior, words

Facts = Callable[[str], DrugFacts]


def unread(facts: DrugFacts) -> list[str]:
    """The sentences that no rule read."""
    return [one.fact.text for one in facts.unread]


@pytest.mark.parametrize(
    ("before", "people", "held"),
    [
        ("In adults, ", [["adults"]], []),
        ("In adults and children aged 2 years and older, ", [["adults"], ["children", "aged 2 years and older"]], []),
        ("For patients who cannot have surgery, ", [["cannot have surgery"]], []),
        ("In combination with brontinib, ", [], ["brontinib"]),
        ("After surgery, ", [], ["After surgery"]),
        ("If surgery is not possible, ", [], ["If surgery is not possible"]),
        ("In all but adults, ", [], ["In all but adults"]),
    ],
)
def test_an_item_may_begin_with_an_adjunct(
    uses_of: Uses, fields_of: Callable[..., list[str]], before: str, people: list[list[str]], held: list[str]
) -> None:
    (use,) = uses_of(f"{LEAD}- {before}**melanoma** that has spread.")
    assert (conditions((use,)), patients(use)) == (["melanoma"], people)
    assert {*held, "has spread"} <= set(fields_of(use))


@pytest.mark.parametrize("before", ["Except in adults, ", "In Europe, "])
def test_an_item_that_begins_with_an_exception_is_unread(uses_of: Uses, before: str) -> None:
    assert uses_of(f"{LEAD}- {before}**melanoma** that has spread.") == ()


@pytest.mark.parametrize("said", ["stage III or IV", "stage II, stage III, or stage IV", "advanced or metastatic"])
def test_stages_joined_by_or_are_one_quote(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Ovarian cancer** in patients with {said} disease.")
    assert [one.text for one in use.stages] == [said]


def test_a_bracket_that_explains_a_state_says_of_no_treatment_before(uses_of: Uses) -> None:
    state = "castrate resistant (has not responded to treatments that lower testosterone levels)"
    (use,) = uses_of(f"{LEAD}- **Prostate cancer** that is {state} in patients who have already received brontinib.")
    assert [one.text for one in use.disease_status] == [state]
    assert prior(use) == [("required", "brontinib")]


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("that is HER2 positive in adults and HER2 low in children", "HER2 positive in adults and HER2 low in children"),
        ("that is *EGFR* positive in women or *ALK* positive in men", "EGFR positive in women or ALK positive in men"),
        ("that has spread in adults and has come back in children", "has spread in adults and has come back in children"),
        ("with an *EGFR* mutation in adults and with an *ALK* mutation in children",
         "an EGFR mutation in adults and with an ALK mutation in children"),
    ],
)  # fmt: skip
def test_each_state_stays_with_its_own_patients(uses_of: Uses, said: str, held: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Lung cancer** {said}.")
    assert ([one.text for one in use.disease_status], use.biomarkers, words(use)) == ([held], (), [])


def test_a_denial_for_some_patients_does_not_take_the_use_back(uses_of: Uses) -> None:
    said = "It should not be given to patients with sarcoma who have heart problems."
    melanoma, sarcoma = uses_of(f"{LEAD}- **Melanoma**.\n- **Sarcoma**.\n\n{said}")
    assert (words(melanoma), words(sarcoma)) == ([], [said])


def test_a_denial_stays_with_every_disease_of_its_kind(uses_of: Uses) -> None:
    said = "It should not be given to patients with lymphoma who have heart problems."
    uses = uses_of(f"{LEAD}- **Large B-cell lymphoma**.\n- **Lymphoma** that came back.\n- **Melanoma**.\n\n{said}")
    assert [words(use) for use in uses] == [[said], [said], []]


def test_a_denial_in_children_does_not_take_back_the_whole_use(uses_of: Uses) -> None:
    said = "Zolafen is not approved to treat glioma in children."
    (use,) = uses_of(f"{LEAD}- **Glioma**.\n\n{said}")
    assert words(use) == [said]


@pytest.mark.parametrize(
    "said",
    [
        "As of 2024, this use is no longer approved in the United States.",
        "As of March 2023, this use is no longer approved.",
        "This use was withdrawn as of January 1, 2022.",
    ],
)
def test_a_date_is_no_limit_of_a_denial(uses_of: Uses, said: str) -> None:
    assert conditions(uses_of(f"{LEAD}- **Melanoma**.\n- **Glioma**. {said}\n- **Sarcoma**.")) == ["Melanoma", "Sarcoma"]


def test_the_last_sentence_alone_may_open_the_list(uses_of: Uses) -> None:
    first = "In patients who have had a kidney transplant, zolafen is approved to prevent rejection."
    uses = uses_of(f"{first} In patients with cancer, it is approved to treat:\n\n- **Glioma**.\n- **Melanoma**.")
    assert conditions(uses) == ["rejection", "Glioma", "Melanoma"]
    assert [use.settings for use in uses] == [(), (), ()]


def test_a_sentence_of_use_without_an_aim_is_told(facts_of: Facts) -> None:
    said = "Zolafen is used with brontinib in patients with **lung cancer** whose tumors have grown."
    facts = facts_of(TEMPLATE.format(uses=said))
    assert (facts.uses, unread(facts)) == ((), [said.replace("**", "")])


def test_use_with_another_drug_needs_that_drug(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved for use with brontinib to treat glioma.")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "brontinib")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "melanoma in adults; glioma in children; and sarcoma, if it cannot be removed",
            [("melanoma", [["adults"]]), ("glioma", [["children"]]), ("sarcoma", [])],
        ),
        ("adults with melanoma and children with glioma", [("melanoma", [["adults"]]), ("glioma", [["children"]])]),
    ],
)
def test_a_sentence_with_diseases_of_different_patients_is_several_uses(
    uses_of: Uses, said: str, expected: list[tuple[str, list[list[str]]]]
) -> None:
    uses = uses_of(f"Zolafen is approved to treat {said}.")
    assert [(use.conditions[0].text, patients(use)) for use in uses] == expected


@pytest.mark.parametrize(
    "said",
    [
        ".\nThese patients must have tumors with the PD-L1 protein.",
        "\nThese patients must have tumors with the PD-L1 protein.",  # the stop before it is missing
        ". For all patients, the tumor must have the PD-L1 protein.",
    ],
)
def test_the_closing_sentence_in_the_last_item_may_be_of_all(
    uses_of: Uses, fields_of: Callable[..., list[str]], said: str
) -> None:
    items = f"- alone in adults whose cancer has spread\n- with brontinib in adults whose cancer is stage III{said}"
    first, last, _ = uses_of(f"{LEAD}- **Lung cancer**. It is used:\n{items}\n- **Melanoma**.")
    assert words(first) == [said.lstrip(". \n")]
    assert "stage III" in fields_of(last)


@pytest.mark.parametrize(
    "said",
    [
        "It is used alone, unless the tumor has an *EGFR* mutation, in which case it is used with brontinib",
        "It is given with brontinib, except in children, for whom it is given alone",
    ],
)
def test_what_holds_in_one_case_binds_no_other(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Lung cancer**. {said}.")
    assert words(use) == [said.replace("*", "")]
    assert (use.alone, [(one.mode, one.phrase.text) for one in use.therapies]) == (None, [("optional", "brontinib")])


@pytest.mark.parametrize("people", ["adults", "adults and children"])
@pytest.mark.parametrize(
    "said",
    [
        "In children, it is approved only for those with relapsed disease",
        "In children, it is used only after surgery",
        "In children, it is used with brontinib",
    ],
)
def test_what_holds_for_one_group_binds_no_other(uses_of: Uses, people: str, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Lymphoma** in {people}. {said}.")
    assert (patients(use), words(use)) == ([["adults"], ["children"]], [said])
    assert (use.disease_status, use.prior, {one.mode for one in use.therapies} - {"optional"}) == ((), (), set())


def test_alone_in_some_and_with_another_drug_in_others_is_one_quote(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Sarcoma**. It is given alone in adults, or with brontinib in children.")
    assert [one.text for one in use.disease_status] == ["alone in adults, or with brontinib in children"]


@pytest.mark.parametrize(
    "said",
    [
        "This use was first approved under the Accelerated Approval Program and now has full approval.",
        "This use received accelerated approval in 2020 and full approval in 2023.",
    ],
)
def test_a_full_approval_is_no_accelerated_one(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Glioma**. {said}")
    assert use.approval_status == "approved"


def test_a_footnote_speaks_of_the_uses_with_its_mark(uses_of: Uses) -> None:
    note = "Only in patients whose tumors have a BRAF mutation."
    items = "- **Melanoma**.¹\n- **Glioma**.²\n- **Sarcoma**.¹˒²\n\n"
    uses = uses_of(f"{LEAD}{items}¹{note}\n\n²This use is approved under FDA's Accelerated Approval Program.")
    assert [words(use) for use in uses] == [[note], [], [note]]
    assert [use.approval_status for use in uses] == ["approved", "accelerated_approval", "accelerated_approval"]


@pytest.mark.parametrize("said", ["intermediate-2 or high-risk", "grade 2 or 3", "grade 1, 2, or 3"])
def test_risks_and_grades_joined_by_or_are_one_quote(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Myelofibrosis** in adults with {said} disease.")
    assert ([one.text for one in use.stages], use.narrower, words(use)) == ([said], (), [])


@pytest.mark.parametrize(
    ("said", "names"),
    [("brontinib stops working", ["brontinib"]), ("brontinib and caldisone did not work", ["brontinib", "caldisone"])],
)
def test_what_no_longer_works_was_given_before(uses_of: Uses, said: str, names: list[str]) -> None:
    (use,) = uses_of(f"{LEAD}- **Breast cancer** after {said}.")
    assert (prior(use), words(use)) == ([("required", name) for name in names], [f"after {said}"])


@pytest.mark.parametrize("said", ["as shown by an FDA-approved test", "found by an FDA-approved test"])
def test_how_a_marker_is_found_stays_with_it(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Lung cancer** with an *EGFR* mutation{', ' if said[:2] == 'as' else ' '}{said}.")
    assert [one.text.replace(",", "") for one in use.biomarkers] == [f"an EGFR mutation {said}"]


@pytest.mark.parametrize("way", ["in combination with", "given with", "paired with"])
def test_a_partner_between_the_drug_and_its_verb_is_required(uses_of: Uses, way: str) -> None:
    (use,) = uses_of(f"Zolafen, {way} brontinib, is approved to treat melanoma.")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "brontinib")]


def test_states_before_a_disease_belong_to_it(uses_of: Uses) -> None:
    condition = "locally advanced or metastatic, PD-L1-positive, triple-negative breast cancer"
    assert conditions(uses_of(f"Zolafen is approved to treat {condition} in women.")) == [condition]
    assert uses_of("Zolafen is approved to treat metastatic or recurrent.") == ()


def test_a_dose_is_no_disease(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat melanoma at a low dose, and glioma at a high dose followed by leucovorin.")
    assert use.narrower == ()


def test_what_neither_brand_is_approved_for_stays_with_the_uses_of_both(uses_of: Uses) -> None:
    said = "Neither brand is approved for children."
    first = "Alvera is approved to treat:\n\n- **Melanoma**.\n\nBexida is approved to treat:\n\n- **Glioma**.\n\n"
    assert [words(use) for use in uses_of(f"{first}{said}")] == [[said], [said]]


def test_both_brands_are_no_brand(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Glioma**. This use is approved for both brands.")
    assert use.brands == ()


def test_what_stands_behind_a_comma_is_said_of_all_groups(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Bone metastases** in men, and in women, who cannot have surgery.")
    assert patients(use) == [["men", "cannot have surgery"], ["women", "cannot have surgery"]]


def test_years_past_an_event_are_no_age(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Breast cancer** in women at least 5 years past menopause.")
    assert (patients(use), words(use)) == ([["women"]], ["at least 5 years past menopause"])


def test_one_of_which_stays_with_the_treatments(uses_of: Uses) -> None:
    after = "after at least two other treatments, one of which must be platinum based"
    (use,) = uses_of(f"Zolafen is approved to treat **lung cancer** only {after}.")
    assert (words(use), use.disease_status) == ([after], ())


@pytest.mark.parametrize(
    "said",
    [
        "Zolafen is used to treat glioma. It is approved by itself for melanoma in adults.",
        "Zolafen is approved to treat glioma; it is also approved for melanoma in adults.",
        "Zolafen is approved for glioma. It is also approved for melanoma in adults.",
    ],
)
def test_approved_for_a_disease_states_a_use(uses_of: Uses, said: str) -> None:
    glioma, melanoma = uses_of(said)
    assert (conditions((glioma, melanoma)), patients(glioma), patients(melanoma)) == (["glioma", "melanoma"], [], [["adults"]])
    assert (glioma.narrower, melanoma.approval_status) == ((), "approved")


def test_any_of_the_following_makes_alternatives_and_no_musts(uses_of: Uses) -> None:
    items = "- a *ROS1* fusion\n- a *MET* mutation"
    uses = uses_of(f"{LEAD}- **Lung cancer** that has any of the following:\n{items}\n- **Melanoma**.")
    assert [[one.text for one in use.biomarkers] for use in uses] == [["a ROS1 fusion"], ["a MET mutation"], []]


@pytest.mark.parametrize("before", ["**breast cancer**", "adults with **breast cancer**"])
@pytest.mark.parametrize(
    ("opening", "item", "markers", "status"),
    [
        ("that is", "HER2 positive, when given with brontinib", ["HER2 positive"], []),
        ("that", "has spread", [], ["has spread"]),
        ("whose tumors", "have an *ESR1* mutation", ["an ESR1 mutation"], []),
    ],
)
def test_a_list_goes_on_with_the_disease_of_its_opening(  # noqa: PLR0913, PLR0917 - one sentence and what it says
    uses_of: Uses, before: str, opening: str, item: str, markers: list[str], status: list[str]
) -> None:
    (use, _) = uses_of(f"Zolafen is approved to treat {before} {opening}:\n\n- {item}\n- is advanced")
    assert conditions((use,)) == ["breast cancer"]
    assert ([one.text for one in use.biomarkers], [one.text for one in use.disease_status]) == (markers, status)


def test_a_bracket_limits_the_brands_of_its_opening(uses_of: Uses) -> None:
    items = "- **Glioma**.\n- **Sarcoma** (Bexida only).\n- **Melanoma** (not Bexida)."
    uses = uses_of(f"Zolafen (Alvera and Bexida) is approved to treat:\n\n{items}")
    assert [[one.text for one in use.brands] for use in uses] == [["Alvera", "Bexida"], ["Bexida"], ["Alvera"]]


def test_a_deletion_is_no_treatment(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat **leukemia** with or without a 17p deletion, alone or with brontinib.")
    assert [one.phrase.text for one in use.therapies] == ["brontinib"]
    assert [one.text for one in use.disease_status] == ["with or without a 17p deletion"]


def test_approved_for_use_in_patients_with_opens_a_list(uses_of: Uses) -> None:
    uses = uses_of("Zolafen is approved for use in adults with:\n\n- **Glioma** that has come back.\n- **Sarcoma**.")
    assert [(use.conditions[0].text, patients(use)) for use in uses] == [("Glioma", [["adults"]]), ("Sarcoma", [["adults"]])]


@pytest.mark.parametrize(
    "said",
    [
        "It is made for people who have taken brontinib.",
        "Its safety in children is not known.",
        "The brand Alvera is given for this use.",
    ],
)
def test_a_sentence_that_may_limit_a_use_stays_with_it(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat melanoma. {said}")
    assert words(use) == [said]


@pytest.mark.parametrize("before", ["- **Melanoma**. ", "- **Melanoma**.\n\n"])
@pytest.mark.parametrize(
    "said",
    [
        "Zolafen is not FDA approved for this use.",
        "This is not an FDA-approved use.",
        "There is no FDA approval for this use.",
        "Melanoma is no longer an approved use.",
        "The accelerated approval for this use was withdrawn.",
        "This approval has expired.",
    ],
)
def test_what_takes_an_approval_back_takes_the_use_back(uses_of: Uses, before: str, said: str) -> None:
    assert uses_of(f"{LEAD}{before}{said}") == ()


@pytest.mark.parametrize("said", ["It lacks FDA approval for this cancer.", "Zolafen has conditional approval for this use."])
def test_a_lesser_approval_stays_with_the_use(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**.\n\n{said}")
    assert words(use) == [said]


def test_which_brand_is_approved_for_a_use_said_before_is_no_use(uses_of: Uses) -> None:
    said = "Of the two brands, only Alvera is approved for melanoma."
    (use,) = uses_of(f"{LEAD}- **Melanoma** that has spread.\n\n{said}")
    assert words(use) == [said]


@pytest.mark.parametrize("opening", ["when all of these are true", "in patients who meet all of the following criteria"])
def test_what_must_all_hold_stays_with_every_use_below_it(
    uses_of: Uses, fields_of: Callable[..., list[str]], opening: str
) -> None:
    uses = uses_of(f"Zolafen is approved to treat **lung cancer** {opening}:\n\n- The tumor has spread.\n- The tumor is large.")
    assert uses
    assert all("has spread" in " ".join(fields_of(use)) and "large" in " ".join(fields_of(use)) for use in uses)


def test_all_of_the_following_diseases_are_uses_of_their_own(uses_of: Uses) -> None:
    uses = uses_of("Zolafen is approved to treat all of the following:\n\n- **Glioma** in adults.\n- **Sarcoma**.")
    assert conditions(uses) == ["Glioma", "Sarcoma"]
    assert not any("Sarcoma" in said or "Glioma" in said for use in uses for said in words(use))


def test_patients_in_brackets_stay_with_their_own_disease(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat **melanoma** (adults only) and **glioma** (children only).")
    assert (patients(use), words(use)) == ([], ["adults only", "children only"])
