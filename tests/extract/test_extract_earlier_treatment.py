"""What patients must have received before, and what only looks like it: earlier treatment by its mode and its names."""

from __future__ import annotations

import pytest

from tests.extract.in_words import LEAD, Uses, patients, prior, words


def test_prior_therapy_listed_after_the_types_is_required_for_each_of_them(uses_of: Uses) -> None:
    types = "- **Harding lymphoma**. It is used in patients with the following types:\n- Large cell lymphoma.\n"
    types += "- High-grade lymphoma.\n"
    received = "- It is used in patients who have received:\n- brontinib; and\n- vintelamide.\n"
    uses = uses_of(f"{LEAD}{types}{received}- **Melanoma**.")
    assert [[(one.mode, one.phrase.text) for one in use.prior] for use in uses] == [
        [("required", "brontinib"), ("required", "vintelamide")],
        [("required", "brontinib"), ("required", "vintelamide")],
        [],
    ]


@pytest.mark.parametrize(
    "said",
    [
        "It is used in adults who have received chemotherapy for cancer that has spread.",
        "It is used once hormone therapy has failed and the patient has also had chemotherapy for cancer that has spread.",
    ],
)
def test_the_setting_of_an_earlier_treatment_is_not_the_state_of_the_disease(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** that cannot be removed by surgery or has spread. {said}")
    held = [*words(use), *(text for group in patients(use) for text in group), *(one.text for one in use.disease_status)]
    assert any("chemotherapy for cancer that has spread" in each for each in held)
    assert "has spread" not in [one.text for one in use.disease_status]


def test_what_unless_takes_back_makes_an_earlier_treatment_no_must(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used after brontinib, unless it could not be given safely.")
    assert [(one.mode, one.phrase.text) for one in use.prior] == [("conditional", "brontinib")]
    assert words(use) == ["unless it could not be given safely"]


def test_treatments_that_patients_decided_against_are_no_prior_therapy(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used in patients who have decided against surgery or cannot have it.")
    assert use.prior == ()


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (
            "It is used when the cancer got worse after treatment with brontinib, caldisone, and vintelamide.",
            ["brontinib", "caldisone", "vintelamide"],
        ),
        (
            "It is used when the cancer has spread and patients have already received brontinib and caldisone.",
            ["brontinib", "caldisone"],
        ),
    ],
)
def test_every_earlier_treatment_of_a_case_is_named(uses_of: Uses, said: str, names: list[str]) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. {said}")
    assert [[name.text for name in one.names] for one in use.prior] == [names]


def test_a_requirement_before_a_semicolon_stays_one(uses_of: Uses) -> None:
    first = "It is used in patients whose cancer has spread and who have been treated with brontinib"
    (use,) = uses_of(
        f"{LEAD}- **Melanoma**. {first}; if it has the BRAF gene, they must also have been treated with caldisone."
    )
    assert [(one.mode, one.phrase.text) for one in use.prior] == [("required", "brontinib"), ("conditional", "caldisone")]


def test_what_patients_take_anyway_is_no_prior_therapy(uses_of: Uses) -> None:
    women = "women with **breast cancer** who have a high risk of broken bones while taking an aromatase inhibitor"
    (use,) = uses_of(f"Zolafen is approved to reduce the risk of bone loss in:\n\n- {women}")
    assert use.prior == ()


def test_treatments_listed_below_who_have_received_are_required(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It is used in patients who have received:\n- brontinib\n- caldisone")
    assert [(one.mode, one.phrase.text) for one in use.prior] == [("required", "brontinib"), ("required", "caldisone")]


def test_the_line_of_an_earlier_treatment_is_not_the_drugs(uses_of: Uses) -> None:
    said = "that responded to brontinib chemotherapy given as the first treatment. It is used as maintenance therapy."
    (use,) = uses_of(f"{LEAD}- **Melanoma** {said}")
    assert use.line is not None
    assert use.line.text == "maintenance therapy"


def test_one_course_after_the_other_stays_in_its_order(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used in patients whose cancer came back and then responded to brontinib.")
    assert [one.text for one in use.disease_status] == ["came back and then responded to brontinib"]
    assert [(one.mode, one.phrase.text) for one in use.prior] == [("required", "brontinib")]


def test_the_result_of_a_test_is_no_prior_therapy(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** that may have come back, based on the results of a blood test.")
    assert use.prior == ()


def test_a_treatment_named_after_its_target_is_no_marker(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Bladder cancer** in adults who have received a PD-1 or PD-L1 inhibitor.")
    assert use.biomarkers == ()
    assert [one.mode for one in use.prior] == ["one_of"]


def test_the_other_case_of_an_or_makes_an_earlier_treatment_no_must(uses_of: Uses) -> None:
    case = "when it got worse during treatment with brontinib, or the patient cannot take brontinib"
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used {case}.")
    assert [(one.mode, [name.text for name in one.names]) for one in use.prior] == [("conditional", ["brontinib"])]
    assert [one.text for one in use.disease_status] == [case]


def test_the_end_of_an_earlier_treatment_is_no_part_of_its_name(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** that came back within 6 months of finishing adjuvant anti-HER2 therapy.")
    assert [[name.text for name in one.names] for one in use.prior] == [["adjuvant anti-HER2 therapy"]]


@pytest.mark.parametrize(
    "state",
    [
        "did not respond to or came back after brontinib",
        "has not responded to treatment with brontinib or has gotten worse during this treatment",
        "did not respond to brontinib or came back within 12 months of this treatment",
        "has come back or did not respond to treatment after brontinib",
    ],
)
def test_an_earlier_treatment_of_every_branch_is_a_must(uses_of: Uses, state: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** that {state}.")
    assert [one.text for one in use.disease_status] == [state]
    assert [(one.mode, [name.text for name in one.names]) for one in use.prior] == [("required", ["brontinib"])]


@pytest.mark.parametrize("first", ["a PD-1 or PD-L1 inhibitor", "a PD-1 inhibitor or PD-L1 inhibitor"])
def test_an_and_behind_two_of_one_noun_is_a_must(uses_of: Uses, first: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** in adults who have received {first} and platinum chemotherapy.")
    assert [(one.mode, one.phrase.text) for one in use.prior] == [("one_of", first), ("required", "platinum chemotherapy")]


def test_what_may_not_be_removed_by_surgery_has_not_been(uses_of: Uses) -> None:
    case = "when the tumor has a *BRAF* mutation and has spread or cannot be removed by surgery"
    (use,) = uses_of(f"{LEAD}- **Melanoma**. It is used {case}.")
    assert use.prior == ()


def test_an_and_before_two_of_one_noun_is_a_must(uses_of: Uses) -> None:
    received = "platinum chemotherapy and a PD-1 inhibitor or PD-L1 inhibitor"
    (use,) = uses_of(f"{LEAD}- **Melanoma** in adults who have received {received}.")
    assert [(one.mode, len(one.names)) for one in use.prior] == [("required", 1), ("one_of", 2)]


def test_a_bracket_that_says_what_a_word_means_is_no_earlier_treatment(uses_of: Uses) -> None:
    state = "castrate resistant (has not responded to treatments that lower testosterone levels)"
    plain, spread, after = uses_of(
        f"{LEAD}- **Prostate cancer** that is {state}.\n- **Prostate cancer** that has spread and is {state}.\n"
        "- **Sarcoma** that got worse (after treatment with brontinib)."
    )
    assert [(prior(one), [each.text for each in one.disease_status][-1]) for one in (plain, spread)] == [([], state)] * 2
    assert prior(after) == [("required", "brontinib")]
