"""What gives a use a lesser standing than approval: no such use is published as approved, however the page says it."""

from __future__ import annotations

import pytest

from tests.extract.in_words import LEAD, Uses, words

STATEMENTS = [
    "Zolafen is used off-label to treat melanoma.",
    "Zolafen may be approved to treat melanoma.",
    "Zolafen might soon be approved to treat melanoma.",
    "Zolafen will be approved to treat melanoma.",
    "Zolafen had been approved to treat melanoma.",
    "Zolafen used to be approved to treat melanoma.",
    "Zolafen is expected to be approved to treat melanoma.",
    "Zolafen has been submitted for approval to treat melanoma.",
    "Zolafen is awaiting approval to treat melanoma.",
    "Zolafen has tentative approval to treat melanoma.",
    "Zolafen received priority review to treat melanoma.",
    "Zolafen received fast track designation for the treatment of melanoma.",
    "Zolafen has orphan drug designation to treat melanoma.",
    "The FDA granted zolafen breakthrough therapy designation to treat melanoma.",
    "Zolafen is approved to treat melanoma in dogs.",
    "Zolafen is approved as a veterinary drug to treat melanoma.",
    "Zolafen is given under compassionate use to treat melanoma.",
    "Zolafen is available through expanded access to treat melanoma.",
    "Zolafen is authorized for emergency use to treat melanoma.",
    "Zolafen is an experimental drug used to treat melanoma.",
    "Zolafen could be used to treat melanoma.",
    "Zolafen is approved in Europe to treat melanoma.",
    "Zolafen is approved to treat melanoma but the approval was removed in 2022.",
]


@pytest.mark.parametrize("said", STATEMENTS)
def test_a_lesser_standing_states_no_use(uses_of: Uses, said: str) -> None:
    assert uses_of(said) == ()


@pytest.mark.parametrize("said", STATEMENTS)
def test_nor_does_it_as_the_opening_of_a_list(uses_of: Uses, said: str) -> None:
    opening = said.removesuffix(".").replace(" melanoma", "", 1)
    assert uses_of(f"{opening}:\n\n- **Melanoma** in adults.") == ()


def test_what_was_approved_is_not_published_as_approved(uses_of: Uses) -> None:
    assert all(use.approval_status != "approved" for use in uses_of("Zolafen was approved to treat melanoma."))


OF_A_USE = [
    "This use is off-label.",
    "This is an off-label use.",
    "This use is experimental.",
    "This use is under review.",
    "This use is expected to be approved.",
    "This use has not been submitted for approval.",
    "The company has submitted this use for approval.",
    "The FDA removed this use in 2023.",
    "This use was approved in 2019 and withdrawn in 2023.",
    "Approval for this use was withdrawn by the company.",
    "The company asked the FDA to withdraw approval of this use.",
    "This use is authorized only for emergencies.",
    "It is available for this use under an emergency use authorization.",
    "It is available for this use through an expanded access program.",
    "It is approved for this use in Europe.",
    "It is approved for this use in other countries but not in the United States.",
    "It is awaiting FDA approval for this use.",
    "FDA approval is pending.",
    "Patients can receive it only in a clinical trial.",
    "Neither brand is approved for this use.",
    "This use is approved only in dogs.",
]


@pytest.mark.parametrize("said", OF_A_USE)
@pytest.mark.parametrize(
    "page",
    [
        "Zolafen is approved to treat:\n\n- **Melanoma** in adults. {}\n- **Glioma.**",
        "Zolafen is approved to treat glioma.\n\nZolafen is approved to treat melanoma in adults. {}",
    ],
)
def test_a_sentence_that_gives_a_use_a_lesser_standing_takes_that_use_alone(uses_of: Uses, page: str, said: str) -> None:
    assert [one.text.casefold() for use in uses_of(page.format(said)) for one in use.conditions] == ["glioma"]


@pytest.mark.parametrize("said", ["This use has orphan drug designation.", "It is not sold in the United States for this use."])
def test_what_may_lessen_a_use_stays_with_it(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma** in adults. {said}")
    assert [one.fact.text for one in use.qualifiers] == [said]


@pytest.mark.parametrize(
    "item",
    [
        "**Glioma** is being studied.",
        "**Glioma**, for which it is being tested.",
        "**Glioma**, for which approval is pending.",
        "**Glioma** (proposed).",
        "**Glioma** (EU only).",
        "**Glioma** (compassionate use).",
        "**Glioma**: orphan designation.",
        "**Glioma** in dogs.",
        "**Glioma.** Alvera is approved in Europe for this use.",
    ],
)
def test_an_item_of_a_lesser_standing_is_no_use_of_its_list(uses_of: Uses, item: str) -> None:
    uses = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma.**\n- {item}\n- **Sarcoma.**")
    assert [one.text for use in uses for one in use.conditions] == ["Melanoma", "Sarcoma"]


@pytest.mark.parametrize(
    "heading",
    [
        "Pending approval",
        "Veterinary use",
        "Emergency use",
        "Expanded access",
        "Orphan uses",
        "Uses under review",
        "Proposed uses",
    ],
)
def test_nothing_below_a_heading_on_a_lesser_standing_is_a_use(uses_of: Uses, heading: str) -> None:
    assert uses_of(f"### {heading}\n\nZolafen is approved to treat:\n\n- **Melanoma.**") == ()


@pytest.mark.parametrize(
    ("said", "brands"),
    [
        ("Alvera, but not Bexida, is approved to treat melanoma.", ["Alvera"]),
        ("Zolafen (Alvera) is approved to treat melanoma.", ["Alvera"]),
        ("Zolafen, as Alvera, is approved to treat melanoma.", ["Alvera"]),
        ("Alvera and Bexida are approved to treat melanoma.", ["Alvera", "Bexida"]),
    ],
)
def test_the_brands_of_a_subject_are_those_of_its_use(uses_of: Uses, said: str, brands: list[str]) -> None:
    (use,) = uses_of(said)
    assert [one.text for one in use.brands] == brands


def test_a_use_of_each_brand_in_one_sentence_keeps_the_sentence(uses_of: Uses) -> None:
    said = "Zolafen is approved to treat melanoma (Alvera) and glioma (Bexida)."
    (use,) = uses_of(said)
    assert [one.fact.text for one in use.qualifiers] == [said]


@pytest.mark.parametrize(
    "said",
    [
        "Continued approval may depend on the results of further studies",
        "Continued approval for this use is contingent upon verification of benefit in a confirmatory trial",
        "A confirmatory trial must show that it helps these patients live longer",
    ],
)
def test_whether_an_approval_lasts_is_kept_with_the_use_in_whose_item_it_stands(uses_of: Uses, said: str) -> None:
    accelerated = "This use is approved under FDA's Accelerated Approval Program."
    melanoma, glioma = uses_of(f"{LEAD}- **Melanoma** in adults. {accelerated} {said}.\n- **Glioma** in adults.")
    assert (melanoma.approval_status, words(melanoma)) == ("accelerated_approval", [f"{said}."])
    assert words(glioma) == []
