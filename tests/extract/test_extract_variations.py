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


def test_a_bracket_that_explains_a_state_is_no_earlier_treatment(uses_of: Uses) -> None:
    state = "castrate resistant (has not responded to treatments that lower testosterone levels)"
    (use,) = uses_of(f"{LEAD}- **Prostate cancer** that is {state} in patients who have already received brontinib.")
    assert ([one.text for one in use.disease_status], prior(use)) == ([state], [("required", "brontinib")])


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
    said = "Zolafen is approved for use with brontinib in patients with **lung cancer** whose tumors have grown."
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
