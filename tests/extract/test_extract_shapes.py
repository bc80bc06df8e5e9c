"""Shapes of words and marks: lists with one noun, single agents, footnote marks, brands as subjects, glosses that restrict."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Uses, conditions

LEAD = "Zolafen is approved to treat:\n\n- "
FOOTNOTE = "¹This use is approved under FDA's Accelerated Approval Program."


@pytest.mark.parametrize(
    "said",
    [
        f"{LEAD}bladder, breast, or lung cancer",
        f"{LEAD}**bladder, breast, or lung cancer** in adults",
        f"{LEAD}**bladder,** **breast,** or **lung cancer**",
        "Zolafen is approved to treat bladder, breast, or lung cancer.",
    ],
)
def test_diseases_that_share_their_noun_are_each_quoted_as_written(uses_of: Uses, said: str) -> None:
    assert conditions(uses_of(said)) == ["bladder", "breast", "lung cancer"]


@pytest.mark.parametrize(
    "said",
    ["Zolafen is approved as a single agent to treat **melanoma**.", f"{LEAD}**Melanoma** as monotherapy in adults."],
)
def test_a_single_agent_is_given_alone(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(said)
    assert use.alone is not None


def test_a_lead_with_a_single_agent_is_read(uses_of: Uses) -> None:
    assert conditions(uses_of("Zolafen is approved to be used as a single agent to treat:\n\n- **Melanoma**")) == ["Melanoma"]


@pytest.mark.parametrize("verb", ["has been approved", "is indicated"])
def test_other_verbs_of_approval_lead_too(uses_of: Uses, verb: str) -> None:
    assert conditions(uses_of(f"Zolafen {verb} to treat:\n\n- **Melanoma**")) == ["Melanoma"]


@pytest.mark.parametrize(
    "item",
    [
        "**Glioma.**¹",
        "**Glioma.**¹ It is used in adults.",
        "**Glioma**¹ in adults",
        "**Glioma**<sup>1</sup>",
        "**Glioma.**<sup>1</sup> It is used in adults.",
        "**Glioma**[1](#note) in adults",
    ],
)
@pytest.mark.parametrize("note", [FOOTNOTE, FOOTNOTE.replace("¹", "<sup>1</sup>")])
def test_a_mark_beside_bold_words_or_in_a_tag_is_a_mark(uses_of: Uses, item: str, note: str) -> None:
    first, second = uses_of(f"{LEAD}{item}\n- **Melanoma.**\n\n{note}")
    assert (conditions((first,)), first.approval_status, second.approval_status) == (
        ["Glioma"],
        "accelerated_approval",
        "approved",
    )


def test_bold_words_that_touch_the_next_sentence_are_the_head(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Glioma.**It is used in adults.")
    assert conditions((use,)) == ["Glioma"]
    assert [one.fact.text for one in use.populations[0].characteristics] == ["adults"]


def test_a_power_is_no_footnote_mark(facts_of: Callable[[str], DrugFacts]) -> None:
    facts = facts_of(
        f"# Zolafen\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n{LEAD}**Glioma** in adults who weigh less than 2 kg/m² or so."
    )
    assert facts.unread == ()


def test_a_brand_of_the_page_as_the_subject_scopes_the_use(uses_of: Uses) -> None:
    uses = uses_of("Alvera is approved to treat **melanoma**. Bexida is approved to treat **glioma**.")
    assert [[one.text for one in use.brands] for use in uses] == [["Alvera"], ["Bexida"]]


def test_the_drugs_own_name_scopes_nothing(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat **melanoma**.")
    assert use.brands == ()


def test_a_gloss_that_says_more_than_the_name_is_not_passed_over(uses_of: Uses, fields_of: Callable[[Use], list[str]]) -> None:
    (use,) = uses_of(f"{LEAD}**Glioma** (a brain tumor that has come back).")
    assert any("has come back" in text for text in fields_of(use))


def test_what_may_or_may_not_be_so_is_no_must(uses_of: Uses) -> None:
    marker, history = uses_of(
        f"{LEAD}**Glioma** with or without the ABC gene.\n- **Myoma** in patients with or without prior chemotherapy."
    )
    assert marker.biomarkers == ()
    assert (history.therapies, history.prior) == ((), ())


@pytest.mark.parametrize("where", ["in which surgery is not possible", "in newly diagnosed children"])
def test_a_marker_ends_before_other_words(uses_of: Uses, where: str) -> None:
    (use,) = uses_of(f"{LEAD}**Glioma** that is ABC positive {where}.")
    assert [one.text for one in use.biomarkers] in ([], ["ABC positive"])


def test_a_partner_after_a_comma_is_no_prior_treatment(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Glioma** in children who responded to first-line treatment, with brontinib and caldisone.")
    assert use.prior == ()
    assert [(one.mode, [name.text for name in one.names]) for one in use.therapies] == [
        ("required", ["brontinib", "caldisone"])
    ]


def test_to_prevent_a_cancer_from_coming_back_is_treatment(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Glioma.** It is used to help prevent the glioma from coming back.")
    assert use.intent == "treat"


def test_an_abbreviation_that_only_a_sibling_explains_is_kept(uses_of: Uses, fields_of: Callable[[Use], list[str]]) -> None:
    adults, children = uses_of(
        f"{LEAD}**Myeloma.** It is used:\n- In adults with sessile myelosis (SMY).\n- In children with SMY that has come back."
    )
    assert any("sessile myelosis" in text for text in fields_of(adults))
    assert any("SMY" in text for text in fields_of(children))


def test_adjectives_before_a_disease_are_no_diseases(uses_of: Uses) -> None:
    said = "Hormone receptor-positive, ABC-negative advanced or metastatic breast cancer"
    assert conditions(uses_of(f"{LEAD}{said} in adults")) == [said]


def test_an_alternative_that_points_back_stays_with_what_it_points_to(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** that has come back after brontinib or did not respond to it.")
    assert [one.text for one in use.disease_status] == ["has come back after brontinib or did not respond to it"]
    assert [(one.mode, name.text) for one in use.prior for name in one.names] == [("required", "brontinib")]


def test_biomarkers_joined_by_and_and_or_are_one_quote(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** that is AB positive and CD positive or EF negative.")
    assert [one.text for one in use.biomarkers] == ["AB positive and CD positive or EF negative"]


def test_neither_way_of_giving_it_is_a_must(uses_of: Uses) -> None:
    (either, lines) = uses_of(
        f"{LEAD}**Melanoma.** It is used with brontinib or caldisone, or alone.\n"
        "- **Glioma** as the first treatment with brontinib or as the second treatment alone."
    )
    assert [one.mode for use in (either, lines) for one in use.therapies] == ["optional", "optional"]
