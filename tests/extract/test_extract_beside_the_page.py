"""Faults that were found by reading published uses beside their pages: each by a sentence of its own."""

from __future__ import annotations

import pytest

from pipeline.extract.record import _use
from pipeline.model import Use
from tests.extract.in_words import Fields, Uses

LEAD = "Zolafen is approved to treat:\n\n- "


def texts(facts: object) -> list[str]:
    return [one.text for one in facts]  # type: ignore[attr-defined]  # facts


@pytest.mark.parametrize("numbers", ["types 6 and 11", "types 16, 18, 31, or 33", "types 16 or 18"])
def test_numbers_of_one_name_are_one_cause(uses_of: Uses, numbers: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to prevent:\n\n- **Warts** caused by quillovirus {numbers} in girls.")
    assert texts(use.causes) == [f"quillovirus {numbers}"]


@pytest.mark.parametrize(
    "who",
    [
        "who may have cancer that has spread",
        "who are thought to have myelosis that has spread",
        "suspected of having cancer that has spread",
        "who do not have cancer that has spread",
        "at high risk of cancer that has spread",
    ],
)
def test_what_patients_may_have_is_no_fact_of_the_disease(uses_of: Uses, fields_of: Fields, who: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in men {who}.")
    assert any(who.removeprefix("who ").removeprefix("are ") in one for one in fields_of(use)), fields_of(use)
    assert use.disease_status == use.stages == use.narrower == ()


@pytest.mark.parametrize(
    ("who", "groups"),
    [
        ("boys and postmenarchal girls", ["male", "female"]),
        ("postmenarchal girls and boys", ["female", "male"]),
        ("males and postmenopausal females aged 9 to 26 years", ["male", "female"]),
        ("men and nonpregnant women", ["male", "female"]),
        ("sexually active girls or boys", ["female", "male"]),
    ],
)
def test_each_sex_is_a_group_of_its_own(uses_of: Uses, who: str, groups: list[str]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in {who}.")
    assert [next(one.sex for one in group.characteristics if one.sex) for group in use.populations] == groups
    assert not use.qualified_in_words


def test_an_unknown_trait_stays_with_its_group(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in men and nonpregnant women.")
    men, women = use.populations
    assert [one.fact.text for one in women.characteristics if one.kind == "description"] == ["nonpregnant women"]
    assert all(one.kind != "description" for one in men.characteristics)


TWO_LISTS = "Zolafen is approved to treat:\n\n- **Melanoma.**\n\nIt is also approved to prevent:\n\n- **Nausea.**\n\n"


@pytest.mark.parametrize(
    "said", ["These uses are only for patients who cannot take brontinib.", "These conditions must be confirmed by a test."]
)
def test_these_uses_after_two_lists_are_those_of_both(uses_of: Uses, fields_of: Fields, said: str) -> None:
    assert all(said in fields_of(use) for use in uses_of(TWO_LISTS + said))


@pytest.mark.parametrize(
    "said",
    [
        "Zolafen is available only through a restricted program called the Alvera REMS.",
        "Zolafen is only available as part of a special program.",
    ],
)
def test_a_program_through_which_alone_the_drug_is_given_stays_with_every_use(uses_of: Uses, said: str) -> None:
    uses = uses_of(TWO_LISTS + said)
    assert len(uses) == 2
    for use in uses:
        assert [(one.of, one.kind, one.fact.text) for one in use.qualifiers] == [("treatment", "manner", said)]


BOTH = "microsatellite instability-high (MSI-H) or mismatch repair deficient (dMMR) solid tumors"


@pytest.mark.parametrize("page", [f"{LEAD}**{BOTH}** in adults.", f"Zolafen is approved to treat {BOTH} in adults."])
def test_a_marker_alone_is_no_condition(uses_of: Uses, page: str) -> None:
    (use,) = uses_of(page)
    named = ["microsatellite instability-high solid tumors", "mismatch repair deficient (dMMR) solid tumors"]
    assert texts(use.conditions) == named


def test_neither_of_two_markers_is_a_must(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Solid tumors.** It is used in adults with {BOTH} that have spread.")
    assert texts(use.biomarkers) == ["microsatellite instability-high (MSI-H) or mismatch repair deficient (dMMR)"]
    assert texts(use.narrower)[0] == "microsatellite instability-high (MSI-H) solid tumors"


@pytest.mark.parametrize(
    "said",
    [
        "**Sarcoma**, including liposarcoma, that has spread.",
        "**Sarcoma**, such as liposarcoma, that has spread.",
        "**Sarcoma** that has spread, including liposarcoma.",
    ],
)
def test_examples_of_a_disease_do_not_narrow_it(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(LEAD + said)
    assert (texts(use.conditions), use.narrower) == (["Sarcoma"], ())
    assert any("liposarcoma" in one for one in texts(use.disease_status))
    assert record_of(use) == ["liposarcoma"]


def record_of(use: Use) -> list[str]:
    """What the annotation record lists as narrower diseases, examples among them (convention 11)."""
    listed: list[str] = _use(use)["subcondition"]
    return listed


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("in women with cancer in the lymph nodes who are frail", "with cancer in the lymph nodes"),
        (
            "when some cancer was found in the tissue that was removed",
            "when some cancer was found in the tissue that was removed",
        ),
        ("when brontinib has caused side effects that are too severe", "side effects that are too severe"),
    ],
)
def test_what_a_noun_is_is_not_torn_from_it(uses_of: Uses, fields_of: Fields, said: str, kept: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used alone {said}.")
    assert any(kept in one for one in fields_of(use)), fields_of(use)


def test_what_tumors_of_patients_do_is_said_of_the_tumors(uses_of: Uses) -> None:
    said = "in children who have plexiform neurofibromas that cause symptoms and cannot be removed by surgery"
    (use,) = uses_of(f"{LEAD}**Neurofibromatosis** {said}.")
    assert (texts(use.narrower), texts(use.disease_status)) == (
        ["plexiform neurofibromas"],
        ["cause symptoms", "cannot be removed by surgery"],
    )


@pytest.mark.parametrize(
    ("opening", "items"), [("It is given with brontinib to", "adults"), ("It is used if the cancer is", "frail")]
)
def test_a_word_that_only_leads_to_the_items_says_nothing(uses_of: Uses, fields_of: Fields, opening: str, items: str) -> None:
    for use in uses_of(f"{LEAD}**Melanoma.** {opening}:\n   - {items}\n   - {items} or old"):
        assert not {"to", "is", "the cancer is"} & set(fields_of(use))


@pytest.mark.parametrize(
    "said", ["When used in children, it must be given with brontinib", "If given alone, it is used for a year"]
)
def test_what_holds_in_one_case_of_use_binds_no_other(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** {said}.")
    assert (use.populations, use.alone) == ((), None)
    assert all(one.mode == "optional" for one in use.therapies)
    assert [one.fact.text for one in use.qualifiers] == [said]


@pytest.mark.parametrize("page", ["{} to treat:\n\n- **Melanoma.**", "{} to treat melanoma."])
def test_in_combination_is_kept_without_a_partner(uses_of: Uses, page: str) -> None:
    (use,) = uses_of(page.format("Zolafen is approved only in combination"))
    assert [(one.kind, one.fact.text) for one in use.qualifiers] == [("manner", "in combination")]


def test_what_is_said_of_a_place_or_a_test_is_not_said_of_the_disease(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults with tumors found by a test that the FDA has approved.")
    assert use.disease_status == ()
    described = [each.fact.text for one in use.populations for each in one.characteristics]
    assert described == ["adults", "with tumors found by a test that the FDA has approved"]


def test_a_limit_right_behind_a_name_is_no_part_of_it(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to treat melanoma limited to the skin.")
    assert (texts(use.conditions), texts(use.disease_status)) == (["melanoma"], ["limited to the skin"])


def test_a_bracket_between_alone_and_what_follows_is_read(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used alone (by itself) in the spring.")
    assert use.alone is not None


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("{LEAD}**Melanoma** in adults. {said}", "Used only when the bladder cannot be taken out."),
        ("{LEAD}**Melanoma** in adults.\n\n{said}", "Used only when the bladder cannot be taken out."),
        ("{LEAD}**Melanoma** in adults. {said}", "It is not used for plexiform lesions that need no surgery."),
        ("{LEAD}**Melanoma** in adults. {said}", "Surgery must not be used first."),
        ("{LEAD}**Melanoma** in adults.\n\n{said}", "Surgery must not be used first."),
    ],
)
def test_a_denial_of_something_else_stays_with_the_use_beside_it(
    uses_of: Uses, fields_of: Fields, page: str, said: str
) -> None:
    (use,) = uses_of(page.format(LEAD=LEAD, said=said))
    assert any(said.rstrip(".") in one for one in fields_of(use)), fields_of(use)


def test_alone_in_a_bracket_is_read(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults (alone).")
    assert use.alone is not None


@pytest.mark.parametrize("who", ["in adults who need systemic therapy", "in adults instead of surgery"])
def test_a_clause_does_not_swallow_what_an_opening_sentence_is_for(uses_of: Uses, fields_of: Fields, who: str) -> None:
    (use,) = uses_of(f"Zolafen is approved {who} to treat:\n\n- **Melanoma.**")
    assert any(one in who and "adults" not in one and len(one.split()) > 1 for one in fields_of(use))


def test_none_of_whom_is_not_torn(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults none of whom have had surgery.")
    assert [one.fact.text for one in use.qualifiers] == ["none of whom have had surgery"]
    assert use.prior == ()


@pytest.mark.parametrize(
    "said",
    [
        "Adults receive it with brontinib. Children receive it alone.",
        "It is used with brontinib in adults. It is used alone in children.",
        "It is used in adults after surgery. In children, it is used as the first treatment.",
    ],
)
def test_which_group_is_given_it_in_which_way_stays_in_words(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** {said}")
    assert said in [one.fact.text for one in use.qualifiers]
