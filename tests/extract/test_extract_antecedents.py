"""What a sentence after a list speaks of, what is approved elsewhere or no longer, and words that no rule knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Uses, brands, page

AFTER_A_LIST = "Zolafen is approved to treat:\n\n- **Glioma.**\n- **Melanoma.**\n\n"
UNTOLD = [
    "Zolafen may do much for sarcoma. This use is approved for the Alvera brand of zolafen.",
    "Zolafen is not approved to treat sarcoma. It is used in adults with stage II cancer.",
    "Zolafen is also being studied to treat sarcoma. This use is approved under FDA's Accelerated Approval Program.",
    "This use is approved for the Alvera brand of zolafen.",
    "It is used in adults.",
    "Patients must have received brontinib.",
    "Vintelamide is used in adults.",
    "Use in women is approved for the Alvera brand of zolafen.",
    "Use in adults with melanoma is approved for the Alvera brand of zolafen.",
    "These uses are approved for the Alvera brand of vintelamide.",
    "Zolafen received accelerated approval but now has full approval.",
    "Zolafen is used in adults with sarcoma.",
]


@pytest.mark.parametrize("said", UNTOLD)
def test_a_sentence_after_a_list_that_may_speak_of_something_else_says_nothing_of_its_uses(
    facts_of: Callable[[str], DrugFacts], said: str
) -> None:
    facts = facts_of(page(AFTER_A_LIST + said))
    bare = facts_of(page(AFTER_A_LIST))
    assert [(one.approval_status, one.brands, one.populations, one.prior) for one in facts.uses] == [
        (one.approval_status, one.brands, one.populations, one.prior) for one in bare.uses
    ]
    assert facts.unread or all(use.qualified_in_words for use in facts.uses)


def test_accelerated_approval_of_a_use_that_is_named_is_that_use_alone(uses_of: Uses) -> None:
    glioma, melanoma = uses_of(
        AFTER_A_LIST + "The use of zolafen to treat melanoma is approved under FDA's Accelerated Approval Program."
    )
    assert (glioma.approval_status, melanoma.approval_status) == ("approved", "accelerated_approval")
    assert melanoma.qualifiers == ()


def test_a_brand_that_is_left_out_is_kept_in_words(uses_of: Uses) -> None:
    uses = uses_of(AFTER_A_LIST + "These uses are approved for the Alvera but not the Bexida brand of zolafen.")
    assert brands(uses) == [["Alvera"], ["Alvera"]]
    assert all(use.qualified_in_words for use in uses)


@pytest.mark.parametrize(
    ("said", "kept", "no_names"),
    [
        ("It is used in place of surgery in children.", ["in place of surgery", "children"], ["place of surgery", "surgery"]),
        ("It is used in adults who have received brontinib; caldisone.", ["adults", "brontinib; caldisone"], ["caldisone"]),
        ("It is used in adults who have received one of the leading drugs.", ["one of the leading drugs"], ["leading drugs"]),
        ("It is used with brontinib only when caldisone fails.", ["brontinib", "when caldisone fails"], []),
        ("It is used with drugs other than brontinib.", ["other than brontinib"], ["brontinib"]),
        ("It is used with little or no prior chemotherapy.", ["little or no prior chemotherapy"], ["little", "chemotherapy"]),
        ("It is used in adults with brontinib.", ["adults", "with brontinib"], []),
        ("It is less often used with brontinib.", ["brontinib"], []),
        ("It is used in adults after or instead of surgery.", ["adults", "after or instead of surgery"], ["surgery"]),
        (
            "In adults with brontinib resistance, zolafen is used alone.",
            ["adults", "brontinib resistance", "alone"],
            ["brontinib"],
        ),
    ],
)
def test_words_that_no_rule_knows_are_kept_and_make_no_treatment_of_the_words_beside_them(
    uses_of: Uses, fields_of: Callable[[Use], list[str]], said: str, kept: list[str], no_names: list[str]
) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Glioma.** {said}")
    held = fields_of(use)
    assert [one for one in kept if not any(one in text for text in held)] == []
    assert [
        name.text for group in (use.therapies, use.prior) for one in group for name in one.names if name.text in no_names
    ] == []


@pytest.mark.parametrize(
    "said",
    [
        "Doctors may choose it for sarcoma.",
        "Another drug, brontinib, is used alone.",
        "The same patients may receive brontinib.",
    ],
)
def test_a_sentence_that_is_not_understood_is_unread_or_kept_in_words(facts_of: Callable[[str], DrugFacts], said: str) -> None:
    facts = facts_of(page(f"Zolafen is approved to treat:\n\n- **Glioma.** {said}"))
    (use,) = facts.uses
    assert (use.prior, use.therapies, use.alone, use.narrower) == ((), (), None, ())
    assert said.rstrip(".") in " ".join([*(one.fact.text for one in facts.unread), *(one.fact.text for one in use.qualifiers)])


@pytest.mark.parametrize(
    "said",
    [
        "Zolafen is approved in other countries to treat **sarcoma.**",
        "Zolafen is approved to treat **sarcoma** only in other countries.",
        "Zolafen is approved to treat **sarcoma** as part of a study.",
        "Zolafen has accelerated approval to treat **sarcoma** in Europe.",
        "Zolafen no longer has accelerated approval to treat **sarcoma.**",
        "Zolafen no longer is approved to treat **sarcoma.**",
        "No form of zolafen is approved to treat **sarcoma.**",
        "Zolafen liposome is approved to treat **sarcoma.**",
        "Zolafen is approved to treat **sarcoma.** This use is no longer approved.",
        "Zolafen is approved to treat **sarcoma.** The FDA has withdrawn approval of this use.",
        "Vintelamide is an older drug. It is also approved to treat **sarcoma.**",
        "Zolafen is not approved to treat\n\n- **Sarcoma.**",
        "Some should not get zolafen, such as those with\n\n- **Sarcoma.**",
    ],
)
def test_what_is_approved_elsewhere_no_longer_or_for_another_drug_is_no_use(uses_of: Uses, said: str) -> None:
    uses = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma.**\n\n{said}")
    assert [[one.text for one in use.conditions] for use in uses] == [["Melanoma"]]


def test_where_it_is_not_clear_which_use_is_no_longer_approved_none_is_published(uses_of: Uses) -> None:
    assert uses_of(AFTER_A_LIST + "Zolafen is no longer approved for this use.") == ()


def test_a_use_that_is_not_approved_in_some_stays_one_in_others(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Glioma** in adults. This use is not approved in children.")
    assert [one.fact.text for one in use.populations[0].characteristics] == ["adults"]


def test_this_use_after_a_list_of_one_item_is_that_item(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Glioma.**\n\nThis use is approved for the Alvera brand of zolafen.")
    assert brands((use,)) == [["Alvera"]]


def test_a_sentence_after_a_list_that_names_a_disease_speaks_of_that_one(uses_of: Uses) -> None:
    glioma, melanoma = uses_of(AFTER_A_LIST + "Zolafen is used in adults with melanoma after surgery.")
    assert (glioma.populations, glioma.prior) == ((), ())
    assert [name.text for one in melanoma.prior for name in one.names] == ["surgery"]


@pytest.mark.parametrize(("said", "age"), [("up to 12 years", (None, 12)), ("over 12 years of age", (12, None))])
def test_an_age_bound_without_than_is_kept(uses_of: Uses, said: str, age: tuple[int | None, int | None]) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Glioma** in children {said}.")
    bounds = [(one.low and one.low.value, one.high and one.high.value) for one in use.populations[0].characteristics]
    assert bounds[-1] == age


@pytest.mark.parametrize(
    "condition",
    [
        "relapsed or refractory myelosis",
        "refractory or relapsed myelosis",
        "locally advanced or metastatic quillar cancer",
        "stage II or stage III quillar cancer",
    ],
)
def test_states_joined_by_or_before_a_disease_are_one_condition(uses_of: Uses, condition: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- {condition} in adults")
    assert [one.text for one in use.conditions] == [condition]


def test_how_a_disease_stands_is_no_disease(uses_of: Uses) -> None:
    condition = "newly diagnosed or relapsed quillar myeloid leukemia"
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- {condition}")
    assert [one.text for one in use.conditions] == [condition]


def test_alternatives_in_a_list_of_states_stay_together(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma** that is metastatic, refractory, or recurrent")
    assert [one.text for one in use.disease_status] == ["metastatic, refractory, or recurrent"]


@pytest.mark.parametrize(
    "lead",
    [
        "Zolafen tablets are approved to treat:",
        "Zolafen is approved by the FDA to treat:",
        "Zolafen is approved in the United States to treat:",
    ],
)
def test_the_form_and_the_authority_change_nothing(uses_of: Uses, lead: str) -> None:
    assert len(uses_of(f"{lead}\n\n- **Melanoma**\n- **Glioma**")) == 2
