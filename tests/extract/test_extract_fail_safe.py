"""No use is broader than its page: whatever is not understood and may restrict a use is quoted as its qualifier."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Age, DrugFacts, Use
from tests.extract.in_words import LEAD, Fields, Uses, page


def stated(use: Use) -> list[str]:
    return [one.fact.text for one in use.qualifiers if one.kind == "stated"]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("**Melanoma** upon blorping.", "upon blorping"),
        ("**Melanoma** (the zargy kind).", "(the zargy kind)"),
        ("**Melanoma.** It is used in adults whose tumor has grown through a first blorp.", "has grown through a first blorp"),
        (
            "**Melanoma.** Alone in adults whose tumor has grown through a treatment that stopped helping.",
            "that stopped helping",
        ),
        ("**Melanoma.** Doctors may give it when the moon is full.", "when the moon is full"),
        ("**Melanoma.** It is used in pregnant patients.", "in pregnant patients"),
    ],
)
def test_words_of_a_use_that_no_rule_reads_restrict_it(uses_of: Uses, fields_of: Fields, item: str, words: str) -> None:
    (use, other) = uses_of(f"{LEAD}- {item}\n- **Glioma** in adults.")

    assert any(words.strip("()") in text for text in fields_of(use)), fields_of(use)
    assert [fact.text for fact in use.conditions] == ["Melanoma"]
    assert not other.qualifiers


@pytest.mark.parametrize(
    "adjunct", ["in pellet form", "as blorpal therapy", "for up to six zargs", "upon relapse", "upon zargs"]
)
def test_an_opening_sentence_with_words_nobody_knows_opens_its_list(uses_of: Uses, fields_of: Fields, adjunct: str) -> None:
    uses = uses_of(f"Zolafen is approved {adjunct} to treat:\n\n- **Melanoma.**\n- **Glioma.**".replace(" ,", ","))

    assert [use.conditions[0].text for use in uses] == ["Melanoma", "Glioma"]
    assert all(adjunct.strip(" ,") in fields_of(use) for use in uses)


def test_an_opening_that_is_not_understood_opens_nothing(uses_of: Uses) -> None:
    assert uses_of("Doctors gargle zolafen against:\n\n- **Melanoma.**") == ()


def test_a_prose_use_is_published_with_its_unread_words(uses_of: Uses, fields_of: Fields) -> None:
    (use,) = uses_of("Zolafen is approved to treat **melanoma** whose zargs have blorped.")

    assert "whose zargs have blorped" in fields_of(use)


def test_a_sentence_after_a_list_restricts_all_uses_of_the_list_and_no_other(uses_of: Uses) -> None:
    uses = uses_of(
        "Zolafen is approved to treat **sarcoma**.\n\nZolafen is also approved to treat:\n\n- **Melanoma.**\n- **Glioma.**\n\n"
        "These may only be blorped by zargs."
    )

    assert [stated(use) for use in uses] == [[], *[["These may only be blorped by zargs."]] * 2]
    assert all("These may only be blorped by zargs." in [fact.text for fact in use.evidence] for use in uses[1:])


def test_a_sentence_in_an_item_restricts_the_uses_of_the_item(uses_of: Uses) -> None:
    uses = uses_of(f"{LEAD}- **Melanoma.** Vintelamide is used in children. It is given on Mondays.\n- **Glioma.**")

    assert [bool(stated(use)) for use in uses] == [True, False]


def test_a_sentence_in_a_paragraph_restricts_all_uses_before_it(uses_of: Uses) -> None:
    uses = uses_of(
        "Zolafen is approved to treat **sarcoma**.\n\nThe cart must be green.\n\nZolafen is used to treat **glioma**."
    )

    assert [stated(use) for use in uses] == [["The cart must be green."], []]


def test_a_sentence_before_all_uses_restricts_them_all(uses_of: Uses) -> None:
    uses = uses_of(f"The cart must be green.\n\n{LEAD}- **Melanoma.**\n- **Glioma.**")

    assert [stated(use) for use in uses] == [["The cart must be green."]] * 2


@pytest.mark.parametrize(
    "said",
    ["Zolafen is being studied in the treatment of sarcoma.", "Zolafen is a type of blorp that blocks zargs."],
)
def test_a_sentence_that_cannot_limit_restricts_nothing(uses_of: Uses, said: str) -> None:
    assert [use.qualifiers for use in uses_of(f"{LEAD}- **Melanoma.**\n\n{said}")] == [()]


def test_a_table_that_nobody_reads_restricts_the_uses_before_it(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma.**\n\n| Who | How |\n| --- | --- |\n| Grown zargs | Blorped |\n")

    assert "Who How Grown zargs Blorped" in stated(use)


def test_a_row_that_names_a_disease_restricts_its_uses_alone(uses_of: Uses) -> None:
    table = "| Brand | Approved to treat |\n| --- | --- |\n| Alvera | melanoma |\n| Bexida | glioma |\n"
    uses = uses_of(f"{LEAD}- **Melanoma.**\n- **Glioma.**\n\nEach brand of zolafen is approved for different uses:\n\n{table}")
    opening, header = "Each brand of zolafen is approved for different uses:", "Brand Approved to treat"

    assert [[one.fact.text for one in use.qualifiers] for use in uses] == [
        [opening, f"{header} Alvera melanoma"],
        [opening, f"{header} Bexida glioma"],
    ]


def test_where_only_the_manner_is_known_the_use_is_read_in_full(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Bladder cancer.** It is given directly into the bladder.")

    assert [(one.kind, one.fact.text) for one in use.qualifiers] == [
        ("manner", "directly"),
        ("manner", "into the bladder"),
    ]
    assert not use.qualified_in_words


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("younger than 18 years", (None, False), (18, True)),
        ("under 18 years of age", (None, False), (18, True)),
        ("up to 18 years", (None, False), (18, False)),
        ("older than 2 years", (2, True), (None, False)),
        ("aged 2 years and older", (2, False), (None, False)),
        ("aged 2 to 17 years", (2, False), (17, False)),
    ],
)
def test_a_bound_that_the_page_leaves_out_is_left_out(
    uses_of: Uses, said: str, low: tuple[int | None, bool], high: tuple[int | None, bool]
) -> None:
    (use,) = uses_of(f"{LEAD}- **Melanoma** in children {said}.")

    (ages,) = [one for group in use.populations for one in group.characteristics if one.kind == "age-range"]
    bounds = [(age and Age(age, "year"), exclusive) for age, exclusive in (low, high)]
    assert [(ages.low, ages.low_exclusive), (ages.high, ages.high_exclusive)] == bounds


def test_what_the_drug_is_used_for_is_no_mere_explanation_of_what_it_is(facts_of: Callable[[str], DrugFacts]) -> None:
    said = "Zolafen is a kinase inhibitor used, together with brontinib, for postmenopausal women with breast cancer."
    assert [one.fact.text for one in facts_of(page(said)).unread] == [said]
