"""What a page denies: by name, by brand, for some patients, under a heading, in words that no rule reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Uses, conditions

LISTED = "Zolafen is approved to treat:\n\n- **Melanoma** in adults and children.\n- **Myeloid glioma** (MYG).\n\n"


@pytest.fixture
def section(facts_of: Callable[[str], DrugFacts]) -> Callable[[str], DrugFacts]:
    head = "# Zolafen\n\nUS Brand Name(s)\n\nAlvera\nBexida\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n"
    return lambda said: facts_of(head + said)


@pytest.mark.parametrize(
    "denial",
    [
        "Zolafen is not approved for myeloid glioma.",
        "Zolafen is not approved to treat sarcoma or myeloid glioma.",
        "Zolafen is no longer approved for use in patients with MYG.",
        "Zolafen should not be used to treat MYG.",
        "The use of zolafen to treat myeloid glioma is no longer FDA-approved.",
        "The use of zolafen to treat myeloid glioma was withdrawn in 2020.",
        "The FDA has withdrawn approval of zolafen for the treatment of myeloid glioma.",
        "Zolafen is not approved to treat:\n\n- **Myeloid glioma.**",
    ],
)
def test_a_use_that_the_page_denies_by_name_is_not_published_and_is_reported(
    section: Callable[[str], DrugFacts], denial: str
) -> None:
    facts = section(LISTED + denial)
    assert conditions(facts.uses) == ["Melanoma"]
    assert [one.reason for one in facts.unread] == ["the page also says that it is not approved for this"]
    assert facts.denials


@pytest.mark.parametrize(
    "denial",
    [
        "Zolafen is not approved to treat sarcoma.",
        "Zolafen is not approved to treat myeloid glioma that can be removed by surgery.",
        "Zolafen is not approved for use in children younger than 2 years.",
        "Zolafen is not approved to treat myeloid glioma in children.",
    ],
)
def test_a_denial_of_something_else_or_of_less_takes_no_use_away(section: Callable[[str], DrugFacts], denial: str) -> None:
    facts = section(LISTED + denial)
    assert conditions(facts.uses) == ["Melanoma", "Myeloid glioma"]
    assert [one.text for one in facts.denials] == [denial]


@pytest.mark.parametrize("denial", ["to treat melanoma in children", "for use in children"])
def test_patients_for_whom_the_page_denies_a_use_are_none_of_it(section: Callable[[str], DrugFacts], denial: str) -> None:
    facts = section(f"{LISTED}Zolafen is no longer approved {denial}.")
    assert conditions(facts.uses) == ["Melanoma", "Myeloid glioma"]
    melanoma = facts.uses[0]
    assert [[one.fact.text for one in group.characteristics] for group in melanoma.populations] == [["adults"]]
    assert melanoma.qualified_in_words


def test_a_denial_of_another_brand_leaves_the_use_of_this_one(section: Callable[[str], DrugFacts]) -> None:
    said = "The Alvera brand of zolafen is approved to treat **glioma**."
    denial = "The Bexida brand of zolafen is not approved for glioma."
    assert conditions(section(f"{said}\n\n{denial}").uses) == ["glioma"]


def test_a_denial_of_one_brand_is_kept_with_the_use_of_the_other(section: Callable[[str], DrugFacts]) -> None:
    facts = section(LISTED + "The Bexida brand of zolafen is not approved to treat myeloid glioma.")
    assert conditions(facts.uses) == ["Melanoma", "Myeloid glioma"]
    assert [use.qualified_in_words for use in facts.uses] == [False, True]


def test_what_another_drug_is_not_approved_for_is_no_denial_of_this_one(section: Callable[[str], DrugFacts]) -> None:
    facts = section(LISTED + "Vintelamide is not approved to treat melanoma.")
    assert facts.denials == ()
    assert [one.reason for one in facts.unread] == ["it speaks of something else than the page's drug"]
    assert conditions(facts.uses) == ["Melanoma", "Myeloid glioma"]


@pytest.mark.parametrize(
    "item",
    [
        "**Glioma** (withdrawn)",
        "**Glioma** — no longer approved",
        "**Glioma** in clinical trials",
        "~~Glioma~~",
        "Treatment of adults with **glioma**",
        "**Note:** Glioma may come back.",
        "**Adults.**",
    ],
)
def test_an_item_that_takes_itself_back_or_names_no_condition_is_unread(section: Callable[[str], DrugFacts], item: str) -> None:
    facts = section(f"Zolafen is approved to treat:\n\n- **Melanoma**\n- {item}")
    assert conditions(facts.uses) == ["Melanoma"]
    assert facts.unread


@pytest.mark.parametrize("heading", ["Uses under study", "Clinical trials", "Uses no longer approved", "In short"])
def test_a_list_under_a_heading_of_its_own_does_not_go_on_under_the_lead_above(
    section: Callable[[str], DrugFacts], heading: str
) -> None:
    facts = section(f"Zolafen is approved to treat:\n\n- **Melanoma**\n\n### {heading}\n\n- **Glioma**")
    assert conditions(facts.uses) == ["Melanoma"]


def test_a_lead_under_a_heading_of_its_own_is_read(section: Callable[[str], DrugFacts]) -> None:
    facts = section(
        "### In adults\n\nZolafen is approved to treat:\n\n- **Melanoma**\n\n### More\n\nZolafen is used to treat **glioma**."
    )
    assert conditions(facts.uses) == ["Melanoma", "glioma"]
    assert facts.unread == ()


@pytest.mark.parametrize(
    "said",
    [
        "It is not for use in children.",
        "It is not known whether it is safe in children under 12 years.",
        "It is not safe in children.",
        "It has not been studied in children.",
        "Children should not receive it.",
        "Women who are pregnant should avoid it.",
        "Patients whose cancer has spread should be tested.",
    ],
)
def test_a_warning_about_patients_makes_them_no_patients_of_the_use(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma** in adults. {said}")
    assert [[one.fact.text for one in group.characteristics] for group in use.populations] == [["adults"]]
    assert use.disease_status == ()


def test_a_warning_that_narrows_the_patients_is_kept_in_words(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat:\n\n- **Melanoma** in adults. Women who are pregnant should avoid it.")
    assert [one.fact.text for one in use.qualifiers] == ["Women who are pregnant should avoid it"]


@pytest.mark.parametrize("limit", ["except uveal melanoma", "other than uveal melanoma", "not uveal melanoma in adults"])
def test_an_exception_stays_one_and_is_no_part_of_the_condition(uses_of: Uses, limit: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma** {'but ' if limit.startswith('not') else ''}{limit}.")
    assert (conditions((use,)), use.narrower, use.populations) == (["Melanoma"], (), ())
    assert [one.text.removeprefix("but ") for one in use.disease_status] == [limit]


@pytest.mark.parametrize("opening", ["It is not used in:", "Do not take it with:"])
def test_items_below_an_opening_that_denies_or_is_not_understood_are_no_uses(
    section: Callable[[str], DrugFacts], opening: str
) -> None:
    facts = section(f"Zolafen is approved to treat:\n\n- **Melanoma.** {opening}\n  - Children.\n  - Brontinib.\n- **Glioma.**")
    groups = [one.fact.text for use in facts.uses for group in use.populations for one in group.characteristics]
    assert conditions(facts.uses)[-1] == "Glioma"
    assert (groups, [use.narrower for use in facts.uses], [use.therapies for use in facts.uses]) == (
        [],
        [()] * len(facts.uses),
        [()] * len(facts.uses),
    )


def test_items_that_must_all_hold_are_one_use(uses_of: Uses, fields_of: Callable[[Use], list[str]]) -> None:
    melanoma, glioma = uses_of(
        "Zolafen is approved to treat:\n\n- **Melanoma.** It is used in adults who meet all of these:\n"
        "  - Their cancer has spread.\n  - They have received brontinib.\n- **Glioma.**"
    )
    assert conditions((melanoma, glioma)) == ["Melanoma", "Glioma"]
    held = fields_of(melanoma)
    assert [words for words in ("adults", "has spread", "brontinib") if not any(words in text for text in held)] == []
    assert not any("brontinib" in text for text in fields_of(glioma))


@pytest.mark.parametrize("status", ["No", "No.", "Not yet approved"])
def test_a_drug_that_the_page_marks_as_not_approved_has_no_approved_use(
    facts_of: Callable[[str], DrugFacts], status: str
) -> None:
    use = "Zolafen is approved to treat:\n\n- **Melanoma** in adults.\n\nZolafen is used to treat **myeloid glioma**.\n"
    facts = facts_of(f"# Zolafen\n\nFDA Approved\n\n{status}\n\n## Use in Cancer\n\n{use}")
    assert [(conditions([one]), one.approval_status) for one in facts.uses] == [(["myeloid glioma"], "used")]
    assert [(one.fact.text, one.reason) for one in facts.unread] == [
        ("Zolafen is approved to treat:", "it was read, and no use holds it"),
        ("Melanoma in adults.", "where the page tells the approval, it says that the drug is not approved"),
    ]
