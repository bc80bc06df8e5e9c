"""A sentence that names a use speaks of that use; a use that is only named in a sentence of its own is not lost in another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts
from tests.extract.conftest import TEMPLATE
from tests.extract.in_words import LEAD, Uses, conditions, patients, words

Facts = Callable[[str], DrugFacts]

LIST = f"{LEAD}- **Melanoma** that has spread\n- **Mantle cell lymphoma** in adults\n\n"
PROSE = "Zolafen is approved to treat **anemia** that is caused by chemotherapy.\n\n"


@pytest.mark.parametrize(
    "said",
    [
        "The approval for mantle cell lymphoma is an accelerated approval and depends on the results of a larger trial.",
        "The use in mantle cell lymphoma was granted accelerated approval; it may be taken back if trials show no benefit.",
        "The use in mantle cell lymphoma has accelerated approval only; the other uses have full approval.",
    ],
)
def test_accelerated_approval_of_a_named_use_is_of_that_use(uses_of: Uses, said: str) -> None:
    assert [use.approval_status for use in uses_of(LIST + said)] == ["approved", "accelerated_approval"]


@pytest.mark.parametrize(
    "said",
    [
        "The use in mantle cell lymphoma first had accelerated approval.",
        "The use in mantle cell lymphoma has accelerated approval for adults who have had brontinib.",
        "The approval for sarcoma is an accelerated approval.",
        "Each of these approvals, except the one for melanoma, was given under the Accelerated Approval Program.",
    ],
)
def test_what_is_not_clear_of_an_approval_stays_with_the_uses_in_words(uses_of: Uses, said: str) -> None:
    uses = uses_of(LIST + said)
    assert [use.approval_status for use in uses] == ["approved", "approved"]
    assert said in words(uses[1])


def test_the_withdrawn_approval_of_a_named_use_takes_back_that_use(uses_of: Uses) -> None:
    assert conditions(uses_of(f"{LIST}The approval for mantle cell lymphoma was withdrawn in 2020.")) == ["Melanoma"]


@pytest.mark.parametrize("verb", ["approved to reduce the risk of", "approved to prevent", "used to prevent"])
def test_what_it_is_also_approved_for_is_a_use_of_its_own_whatever_it_is_called(uses_of: Uses, verb: str) -> None:
    said = f"It is also {verb} **iron overload** in adults. This use is approved only for the Zolaria brand."
    first, second = uses_of(PROSE + said)
    assert (conditions((first,)), patients(first), first.brands) == (["anemia"], [], ())
    assert (conditions((second,)), patients(second)) == (["iron overload"], [["adults"]])
    assert [one.text for one in second.brands] == ["Zolaria"]


def test_a_use_that_no_rule_reads_is_unread_and_the_next_sentence_speaks_of_it_alone(facts_of: Facts) -> None:
    said = (
        "It is also approved as the first treatment for adults with **anal cancer**.",
        "For this use it is combined with brontinib.",
    )
    facts = facts_of(TEMPLATE.format(uses=PROSE + " ".join(said)))
    (use,) = facts.uses
    assert (conditions((use,)), patients(use), use.therapies) == (["anemia"], [], ())
    assert [one.fact.text for one in facts.unread] == [one.replace("**", "") for one in said]
    assert {one.replace("**", "") for one in said} <= set(words(use))


def test_a_list_may_be_opened_by_the_second_verb_of_a_sentence(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen has been in use for many years and is approved to treat:\n\n- **melanoma** in adults")
    assert (conditions((use,)), use.approval_status) == (["melanoma"], "approved")


@pytest.mark.parametrize("said", ["when it is given with", "when given with", "when used in combination with"])
def test_a_drug_that_it_must_be_given_with_is_a_partner_behind_a_comma_too(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}- **Glioma** that has come back, {said} brontinib")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "brontinib")]


def test_what_a_treatment_did_not_make_go_away_had_that_treatment(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Lymphoma** that did not go away with first-line chemoimmunotherapy")
    assert [(one.mode, one.phrase.text) for one in use.prior] == [("required", "first-line chemoimmunotherapy")]


@pytest.mark.parametrize("said", ["Neither brand is", "None of the brands is"])
def test_what_no_brand_is_approved_for_is_not_approved_and_stays_with_every_use(facts_of: Facts, said: str) -> None:
    denied = f"{said} approved for use in children younger than 12 years."
    facts = facts_of(TEMPLATE.format(uses=LIST + denied))
    assert [one.text for one in facts.denials] == [denied]
    assert all(denied in words(use) for use in facts.uses)


def test_a_disease_of_unknown_origin_is_a_condition(uses_of: Uses) -> None:
    assert conditions(uses_of(f"{LEAD}- **Carcinoma of unknown primary**.")) == ["Carcinoma of unknown primary"]


@pytest.mark.parametrize("said", ["carries marketing authorization to treat", "holds conditional approval to treat"])
def test_an_approval_in_words_that_no_rule_knows_is_unread(facts_of: Facts, said: str) -> None:
    """It was taken for an explanation, and its use was lost in silence."""
    facts = facts_of(TEMPLATE.format(uses=f"Zolafen {said} **glioma** in adults who have received brontinib."))
    assert (facts.uses, [one.fact.text for one in facts.unread]) == (
        (),
        [f"Zolafen {said} glioma in adults who have received brontinib."],
    )


def test_what_a_bracket_explains_behind_a_semicolon_is_no_use_of_its_own(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat glioma (GLI; a type of cancer that begins in the brain) that has come back.")
    assert conditions((use,)) == ["glioma"]
    assert [one.text for one in use.disease_status] == ["GLI; a type of cancer that begins in the brain", "has come back"]


@pytest.mark.parametrize("opening", [" that has a GLI mutation. It is used:", " that has a GLI mutation:"])
def test_items_that_name_no_disease_say_more_of_that_of_their_opening(uses_of: Uses, opening: str) -> None:
    first, second = uses_of(
        f"Zolafen is approved to treat adults with **alvic cancer**{opening}\n\n"
        "- as adjuvant therapy after surgery to remove the tumor\n"
        "- with brontinib in patients whose cancer has spread\n"
    )
    assert conditions((first, second)) == ["alvic cancer", "alvic cancer"]
    assert [[one.text for one in use.biomarkers] for use in (first, second)] == [["a GLI mutation"]] * 2
    assert patients(first) == patients(second) == [["adults"]]
    assert ([one.text for one in second.disease_status], second.therapies[0].phrase.text) == (["has spread"], "brontinib")
