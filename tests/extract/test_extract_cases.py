"""Nesting, brand scope, accelerated approval, denials and alternatives: one test a case, named after what it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.extract import record
from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Fields, Uses, brands, page


def parents(uses: tuple[Use, ...]) -> list[str | None]:
    return [use.parent.text if use.parent is not None else None for use in uses]


def approval_statuses(uses: tuple[Use, ...]) -> list[str]:
    return [use.approval_status for use in uses]


def test_a_sub_item_of_a_sub_item_has_the_nearer_one_as_its_parent(uses_of: Uses) -> None:
    uses = uses_of("""
Zolafen is approved to treat:

- **Colon cancer.** It is used:
- In adults. It is used:
- With vintelamide.
- Alone.
- In children. It is given with brontinib.
- **Melanoma.**
""")
    assert parents(uses) == ["In adults. It is used:", "In adults. It is used:", "Colon cancer. It is used:", None]
    assert [one.fact.text for one in uses[0].populations[0].characteristics] == ["adults"]
    assert [one.fact.text for one in uses[2].populations[0].characteristics] == ["children"]


def test_a_parent_needs_no_colon_where_its_sub_items_start_with_the_verb(uses_of: Uses) -> None:
    uses = uses_of("""
Zolafen is approved to treat:

- **Myelosis** (MS).
- It is used in adults.
- It is used in children.
""")
    assert parents(uses) == ["Myelosis (MS).", "Myelosis (MS)."]


def test_two_plain_heads_in_a_row_are_no_parent_and_child(uses_of: Uses) -> None:
    assert parents(uses_of("Zolafen is approved to treat:\n\n- **Melanoma.**\n- **Glioma.** It is used in adults.")) == [
        None,
        None,
    ]


def test_this_use_at_the_end_of_the_last_sub_item_covers_all_siblings(uses_of: Uses) -> None:
    uses = uses_of("""
Zolafen is approved to treat:

- **Glioma.** It is used:
- With vintelamide.
- Alone.This use is approved for the Alvera brand of zolafen.
""")
    assert brands(uses) == [["Alvera"], ["Alvera"]]


def test_this_use_covers_its_own_sub_item_where_a_sibling_has_one_too(uses_of: Uses) -> None:
    uses = uses_of("""
Zolafen is approved to treat:

- **Glioma.** It is used:
- With vintelamide. This use is approved for the Bexida brand of zolafen.
- Alone. This use is approved for the Alvera brand of zolafen.
""")
    assert brands(uses) == [["Bexida"], ["Alvera"]]


def test_these_uses_reach_back_to_the_last_lead_only(uses_of: Uses) -> None:
    uses = uses_of("""
Zolafen is approved to treat:

- **Glioma.**

Zolafen is also approved to treat:

- **Melanoma.**
- **Sarcoma.**

These uses are approved for the Alvera and Bexida brands of zolafen.
""")
    assert brands(uses) == [[], ["Alvera", "Bexida"], ["Alvera", "Bexida"]]


def test_use_in_children_covers_the_uses_in_children(uses_of: Uses) -> None:
    uses = uses_of("""
Zolafen is approved to treat:

- **Glioma** in adults.
- **Melanoma** in adults and children.

Use in children is approved for the Alvera brand of zolafen.
""")
    assert brands(uses) == [[], ["Alvera"]]


def test_a_brand_as_the_subject_scopes_its_prose_use(uses_of: Uses) -> None:
    (use,) = uses_of("The Bexida brand of zolafen is also used to treat **glioma**.")
    assert (brands((use,)), use.approval_status) == ([["Bexida"]], "used")


FOOTNOTE = "¹This use is approved under FDA's Accelerated Approval Program."


def test_a_mark_gives_accelerated_approval_to_its_item_alone(uses_of: Uses) -> None:
    uses = uses_of(f"Zolafen is approved to treat:\n\n- **Glioma**¹\n- **Melanoma**\n\n{FOOTNOTE}")
    assert approval_statuses(uses) == ["accelerated_approval", "approved"]
    assert uses[0].approval_status_fact is not None
    assert uses[0].text.text == "Glioma"


def test_a_mark_on_a_parent_gives_accelerated_approval_to_its_sub_items(uses_of: Uses) -> None:
    uses = uses_of(
        f"Zolafen is approved to treat:\n\n- **Glioma**¹\n- It is used alone.\n- It is used in adults.\n\n{FOOTNOTE}"
    )
    assert approval_statuses(uses) == ["accelerated_approval", "accelerated_approval"]


def test_a_page_level_sentence_gives_accelerated_approval_to_all_uses(uses_of: Uses) -> None:
    uses = uses_of(
        "Zolafen is approved to treat:\n\n- **Glioma**\n- **Myoma**\n\n"
        "Zolafen is approved under FDA's Accelerated Approval Program."
    )
    assert approval_statuses(uses) == ["accelerated_approval", "accelerated_approval"]


def test_a_mark_without_a_footnote_is_reported_and_changes_no_approval_status(
    facts_of: Callable[[str], DrugFacts], uses_of: Uses
) -> None:
    uses = "Zolafen is approved to treat:\n\n- **Glioma**¹"
    assert approval_statuses(uses_of(uses)) == ["approved"]
    page = f"# Zolafen\n\nUS Brand Name(s)\n\nAlvera\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n{uses}"
    assert [one.reason for one in facts_of(page).unread] == ["its footnote mark has no footnote"]


@pytest.mark.parametrize(
    "denial",
    [
        "Zolafen is not approved to treat glioma.",
        "Zolafen is no longer approved to treat **glioma**.",
        "The use of zolafen to treat glioma is no longer FDA-approved.",
        "Zolafen is not recommended for the treatment of glioma.",
        "Zolafen has not been approved to treat glioma.",
        "Zolafen should not be used to treat glioma.",
        "Zolafen is never used to treat glioma.",
        "Zolafen is not approved to treat:\n\n- **Glioma.**",
        "Zolafen is being studied in the treatment of:\n\n- **Glioma.**",
        "Zolafen is being studied to treat glioma.",
        "Drums are helpful in:\n\n- **Glioma.**",
    ],
)
def test_what_is_denied_studied_or_not_understood_is_never_a_use(uses_of: Uses, denial: str) -> None:
    uses = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma.**\n\n{denial}")
    assert [[one.text for one in use.conditions] for use in uses] == [["Melanoma"]]


def test_a_not_that_no_rule_knows_is_kept_in_words(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma.** It is used, but by no means ever, in children.")
    assert use.qualified_in_words
    assert any("by no means ever" in one.fact.text for one in use.qualifiers)


def test_what_or_joins_is_one_quote_and_what_and_joins_is_two(uses_of: Uses) -> None:
    either, both = uses_of("""
Zolafen is approved to treat:

- **Melanoma** that has spread or cannot be removed by surgery.
- **Glioma** that has spread and cannot be removed by surgery.
""")
    assert [one.text for one in either.disease_status] == ["has spread or cannot be removed by surgery"]
    assert [one.text for one in both.disease_status] == ["has spread", "cannot be removed by surgery"]


def test_a_biomarker_that_is_one_of_several_alternatives_is_no_biomarker_of_all(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat:\n\n- **Glioma** that has a ABC mutation or cannot be treated with vintelamide."
    )
    assert use.biomarkers == ()
    assert [one.text for one in use.disease_status] == ["a ABC mutation or cannot be treated with vintelamide"]


def test_a_partner_said_in_the_item_replaces_the_leads(uses_of: Uses) -> None:
    own, inherited, alone = uses_of("""
Zolafen is approved to be used with vintelamide to treat:

- **Melanoma.** It is used with brontinib.
- **Glioma.**
- **Sarcoma.** It is used alone.
""")
    assert [[name.text for one in use.therapies for name in one.names] for use in (own, inherited, alone)] == [
        ["brontinib"],
        ["vintelamide"],
        [],
    ]
    assert alone.alone is not None


def test_negative_history_is_quoted_and_is_no_prior_therapy(uses_of: Uses, fields_of: Fields) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Glioma.** It is used in adults who have never received vintelamide.")
    assert use.prior == ()
    assert "have never received vintelamide" in fields_of(use)


def test_a_list_without_any_lead_gives_no_use(uses_of: Uses) -> None:
    assert uses_of("- **Glioma.**\n- **Melanoma.**") == ()


def test_an_item_that_only_denies_is_no_use_and_keeps_its_role(uses_of: Uses) -> None:
    uses = uses_of("Zolafen is approved to treat:\n\n- **Melanoma.**\n- It is not approved to treat glioma.")
    assert [[one.text for one in use.conditions] for use in uses] == [["Melanoma"]]


def test_brackets_where_a_name_should_stand_give_no_name(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma** that got worse after treatment with (XYZ).")
    assert use.prior == ()


@pytest.mark.parametrize(
    "bracket",
    ["nodular or diffuse", "with prednilone", "not in adults", "if vintelamide failed", "Child-Pugh class A", "unresectable",
     "high risk", "adjuvant treatment", "Breslow score of 8 or more"],
)  # fmt: skip
def test_brackets_that_may_restrict_are_kept(uses_of: Uses, fields_of: Fields, bracket: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma** ({bracket}).")
    assert any(bracket in text for text in fields_of(use))
    assert (use.populations, use.therapies, use.prior) == ((), (), ())


def test_brackets_say_who_the_patients_are_and_at_which_stage(facts_of: Callable[[str], DrugFacts]) -> None:
    facts = facts_of(page("Zolafen is approved to treat:\n\n- **Melanoma** (in adults aged 18 years and older) (stage IV)."))
    (use,) = facts.uses
    assert facts.unread == ()
    assert [one.fact.text for one in use.populations[0].characteristics] == ["adults", "aged 18 years and older"]
    assert [one.text for one in use.stages] == ["stage IV"]


@pytest.mark.parametrize("bracket", ["MEL", "a type of skin cancer", "also called black mole", "low platelet levels"])
def test_brackets_that_say_the_name_again_leave_nothing_unread(facts_of: Callable[[str], DrugFacts], bracket: str) -> None:
    facts = facts_of(page(f"Zolafen is approved to treat:\n\n- **Melanoma** ({bracket}) that has spread."))
    assert facts.unread == ()


def test_who_is_treated_with_a_partner_in_brackets_is_read(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma.** It is used with vintelamide (in children).")
    assert [one.fact.text for one in use.populations[0].characteristics] == ["children"]


@pytest.mark.parametrize(
    "included",
    [
        "melanoma that has spread to the brain",
        "cancer that has the ABC gene",
        "metastatic cancer that has come back or has not improved",
        "stage IV cancer",
    ],
)
def test_what_is_included_widens_the_use_and_never_restricts_it(uses_of: Uses, included: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma**, including {included}.")
    assert (use.narrower, use.stages, use.biomarkers, use.prior) == ((), (), (), ())
    assert [one.text for one in use.disease_status] == [f"including {included}"]


def test_treatment_before_of_what_is_included_is_no_must(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat:\n\n- **Melanoma**, including cancer that got worse after treatment with brontinib."
    )
    assert [one for one in use.prior if one.mode == "required"] == []
    assert [one.text for one in use.disease_status] == ["including cancer that got worse after treatment with brontinib"]


def test_what_stands_after_the_included_disease_speaks_of_the_use(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma**, including ocular melanoma that has spread, in adults.")
    assert use.narrower == ()
    assert [one.text for one in use.disease_status] == ["including ocular melanoma that has spread"]
    assert [one.fact.text for one in use.populations[0].characteristics] == ["adults"]


def test_another_purpose_is_kept_in_words(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma** or to prevent it from spreading there.")
    assert [one.fact.text for one in use.qualifiers] == ["to prevent it from spreading there"]
    assert use.intent == "treat"


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("vintelamide and brontinib or caldisone", "combination"),
        ("vintelamide and brontinib or vintelamide and caldisone", "combination"),
        ("either vintelamide or a brontin and caldisone-based chemotherapy", "combination"),
        ("either vintelamide or brontinib", "alternative"),
        ("vintelamide or brontinib", "alternative"),
        ("vintelamide and brontinib", "required"),
    ],
)
def test_no_name_of_a_list_with_and_and_or_suffices_alone(uses_of: Uses, said: str, mode: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma.** It is used with {said}.")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [(mode, said)]


def test_an_item_below_caused_by_is_a_cause_and_stays_in_the_record(facts_of: Callable[[str], DrugFacts]) -> None:
    facts = facts_of(page("Zolafen is approved to treat bone damage caused by:\n\n- **Melanoma** that has spread."))
    (use,) = facts.uses
    assert ([one.text for one in use.causes], use.settings) == (["Melanoma"], ())
    assert record(facts)["uses"][0]["subcondition"] == ["Melanoma"]


def test_when_it_is_given_is_kept_as_its_timing(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat:\n\n"
        "- **Melanoma.** It is used before or after the cancer spread, around the time of surgery."
    )
    assert [(one.kind, one.fact.text) for one in use.qualifiers] == [
        ("timing", "before or after the cancer spread"),
        ("timing", "around the time of surgery"),
    ]


def test_certain_patients_are_not_all_patients(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma** in certain patients.")
    assert [(one.kind, one.fact.text) for one in use.populations[0].characteristics] == [("description", "certain patients")]


@pytest.mark.parametrize("where", ["- **Lymphoma.** It is used in adults with ", "- **Lymphoma** in adults. It is given for "])
def test_a_sentence_of_use_with_an_explanation_in_it_is_read_as_a_use(uses_of: Uses, where: str) -> None:
    (use,) = uses_of(
        f"Zolafen is approved to treat:\n\n{where}mantle lymphoma, which is a type of lymphoma, that came back after brontinib."
    )
    assert [one.text for one in use.narrower] == ["mantle lymphoma"]
    assert [name.text for one in use.prior for name in one.names] == ["brontinib"]


def test_how_it_is_given_loses_no_partner(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma.** It is given by infusion with brontinib.")
    assert [name.text for one in use.therapies for name in one.names] == ["brontinib"]
