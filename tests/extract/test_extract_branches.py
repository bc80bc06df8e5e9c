"""Several sorts of patients, several ways of use: what is said of one of them is no must of the whole use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use

Uses = Callable[[str], tuple[Use, ...]]
LEAD = "Zolafen is approved to treat:\n\n- "


def who(use: Use) -> list[list[str]]:
    return [[one.fact.text for one in group.characteristics] for group in use.populations]


def said_of_the_disease(use: Use) -> list[str]:
    return [one.text for one in (*use.disease_status, *use.stages, *use.biomarkers, *use.narrower)]


def prior(use: Use) -> list[tuple[str, str]]:
    return [(one.mode, name.text) for one in use.prior for name in one.names]


STATE_OR_PATIENTS = [
    ("that is metastatic, or in patients who had surgery", []),
    ("that is metastatic or in patients who have received brontinib", [("conditional", "brontinib")]),
    ("that has spread, or in adults who cannot have surgery", []),
    ("that is metastatic, or for patients with recurrent disease", []),
    ("that has spread or in those with a BRAF mutation", []),
    ("that is metastatic, and in adults with stage III disease, and in children with stage II disease", []),
    ("after surgery or in patients who cannot have surgery", [("conditional", "surgery")]),
]


@pytest.mark.parametrize(("said", "before"), STATE_OR_PATIENTS)
def test_a_state_or_other_patients_is_one_quote_and_no_must(uses_of: Uses, said: str, before: list[tuple[str, str]]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** {said}.")
    assert said_of_the_disease(use) == [said.removeprefix("that is ").removeprefix("that ")]
    assert (who(use), prior(use)) == ([], before)


BRANCHES = [
    ("in adults whose cancer has spread and in children whose cancer has come back", [["adults"], ["children"]], []),
    ("in adults, or in children whose cancer has come back", [["adults"], ["children"]], []),
    ("in adults with a BRAF mutation or children with stage III disease", [["adults"], ["children"]], []),
    ("in adults with metastatic disease or in children with recurrent disease", [["adults"], ["children"]], []),
    (
        "in adults who have received brontinib or children who have not received chemotherapy",
        [["adults"], ["children"]],
        [("conditional", "brontinib")],
    ),
    (
        "in adults who have received brontinib, or in patients who cannot receive chemotherapy",
        [["adults"], ["cannot receive chemotherapy"]],
        [("conditional", "brontinib")],
    ),
    (
        "as the first treatment in adults whose cancer has the ABC gene, or after brontinib in adults whose cancer has spread",
        [["adults"]],
        [("conditional", "brontinib")],
    ),
    ("in adults, after surgery; in children, before surgery", [["adults"], ["children"]], []),
]


@pytest.mark.parametrize(("said", "groups", "before"), BRANCHES)
def test_branches_of_patients_are_alternatives_and_what_each_says_is_quoted_with_the_others(
    uses_of: Uses, said: str, groups: list[list[str]], before: list[tuple[str, str]]
) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** {said}.")
    assert (who(use), said_of_the_disease(use), use.line) == (groups, [said], None)
    assert prior(use) == before


def test_a_partner_of_one_branch_is_no_must(uses_of: Uses) -> None:
    (use,) = uses_of(
        f"{LEAD}**Melanoma.** It is used alone in adults whose cancer has spread, or with vintelamide in children."
    )
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("optional", "vintelamide")]


def test_the_patients_after_alone_or_with_are_those_of_both(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used alone or with vintelamide in adults whose cancer has spread.")
    assert (who(use), said_of_the_disease(use)) == ([["adults"]], ["has spread"])


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        (
            "adults with high blood pressure or children with low blood counts",
            [["adults", "with high blood pressure"], ["children", "with low blood counts"]],
        ),
        (
            "adults aged 75 years or older, or who cannot receive chemotherapy",
            [["adults", "aged 75 years or older"], ["adults", "cannot receive chemotherapy"]],
        ),
        (
            "adults 60 years and older, or adults who cannot have chemotherapy",
            [["adults", "60 years and older"], ["adults", "cannot have chemotherapy"]],
        ),
        ("adults who are pregnant, and in children", [["adults", "are pregnant"], ["children"]]),
        ("patients aged 60 years or older or with heart disease", [["aged 60 years or older"], ["with heart disease"]]),
    ],
)
def test_patients_joined_by_or_are_alternatives(uses_of: Uses, said: str, groups: list[list[str]]) -> None:
    (use,) = uses_of(f"{LEAD}**Leukemia** in {said}.")
    assert (who(use), said_of_the_disease(use)) == (groups, [])


def test_a_comma_before_or_parts_what_and_joins(uses_of: Uses) -> None:
    said = "cannot receive brontinib and whose cancer has the ABC protein, or who cannot receive any caldisone"
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults who {said}.")
    assert (who(use), said_of_the_disease(use)) == ([["adults"]], [said])


ALSO = [
    (
        "It is used in adults. It is also used in children whose cancer has come back.",
        [["adults"], ["children"]],
        ["also used in children whose cancer has come back"],
    ),
    ("It is also used in children.", [], ["also used in children"]),
    (
        "It is used in adults. It is also used alone as maintenance therapy in adults who received brontinib.",
        [["adults"]],
        ["also used alone as maintenance therapy in adults who received brontinib"],
    ),
    ("It is used in adults. It is also used in children.", [["adults"], ["children"]], []),
]


@pytest.mark.parametrize(("said", "groups", "quotes"), ALSO)
def test_another_way_of_use_binds_no_other(uses_of: Uses, said: str, groups: list[list[str]], quotes: list[str]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** {said}")
    assert (who(use), said_of_the_disease(use), use.line) == (groups, quotes, None)
    assert all(mode == "conditional" for mode, _ in prior(use))


def test_two_ways_of_use_with_a_must_each_are_one_quote(uses_of: Uses) -> None:
    said = "has spread. It is also used with brontinib to treat melanoma that can be removed by surgery"
    (use,) = uses_of(f"{LEAD}**Melanoma** that {said}.")
    assert said_of_the_disease(use) == [said]


def test_the_leads_patients_stay_beside_those_of_another_way(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat adults with:\n\n- **Melanoma.** It is also used in children whose cancer has spread."
    )
    assert who(use) == [["adults"], ["children"]]


@pytest.mark.parametrize(
    "said",
    [
        "Zolafen is approved to treat adults with **melanoma** and to prevent **glioma** in children.",
        "Zolafen is approved to treat **melanoma** and to prevent **nausea**.",
        "Zolafen is approved to prevent **nausea** and treat **melanoma**.",
        "Zolafen is approved to be used alone to treat **melanoma** and with brontinib to treat **glioma**.",
        f"{LEAD}**Melanoma** and to relieve pain.",
        f"{LEAD}**Melanoma.** It is also used to prevent glioma.",
    ],
)
def test_two_purposes_in_one_sentence_give_no_use_and_are_reported(
    uses_of: Uses, facts_of: Callable[[str], DrugFacts], said: str
) -> None:
    assert uses_of(said) == ()
    assert facts_of(f"# Zolafen\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n{said}").unread
