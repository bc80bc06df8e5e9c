"""Several sorts of patients, several ways of use: what is said of one of them is not required of the whole use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Use
from tests.extract.in_words import Uses, patients, prior, words

LEAD = "Zolafen is approved to treat:\n\n- "


def said_of_the_disease(use: Use) -> list[str]:
    return [one.text for one in (*use.disease_status, *use.stages, *use.biomarkers, *use.narrower)]


def musts(use: Use) -> list[str]:
    """What must hold in every patient, in the page's words; what one of several groups must be is not required of all."""
    several = len(use.populations) > 1
    people = [] if several else [one.fact.text for group in use.populations for one in group.characteristics]
    line = [use.line.text] if use.line is not None else []
    treatment = [one.phrase.text for one in (*use.therapies, *use.prior) if one.mode == "required"]
    return [*said_of_the_disease(use), *people, *line, *treatment, *(one.fact.text for one in use.qualifiers)]


def are_alternatives(use: Use, pieces: tuple[str, ...]) -> bool:
    """Whether pieces stand in one quote, or each with its own group of patients, and none is a must by itself."""
    parted = [
        must for must in musts(use) if any(piece in must for piece in pieces) and not all(piece in must for piece in pieces)
    ]
    groups = [" ".join(one.fact.text for one in group.characteristics) for group in use.populations]
    together = any(all(piece in must for piece in pieces) for must in musts(use))
    return not parted and (together or all(any(piece in group for group in groups) for piece in pieces))


STATE_OR_PATIENTS = [
    ("that is metastatic, or in patients who had surgery", ("metastatic", "had surgery"), []),
    (
        "that is metastatic or in patients who have received brontinib",
        ("metastatic", "received brontinib"),
        [("conditional", "brontinib")],
    ),
    ("that has spread, or in adults who cannot have surgery", ("has spread", "cannot have surgery"), []),
    ("that is metastatic, or for patients with recurrent disease", ("metastatic", "recurrent"), []),
    ("that has spread or in those with a BRAF mutation", ("has spread", "BRAF mutation"), []),
    (
        "after surgery or in patients who cannot have surgery",
        ("after surgery", "cannot have surgery"),
        [("conditional", "surgery")],
    ),
    (
        "as the first treatment, or in adults whose cancer has come back after brontinib",
        ("first treatment", "has come back"),
        [("conditional", "brontinib")],
    ),
]


@pytest.mark.parametrize(("said", "pieces", "before"), STATE_OR_PATIENTS)
def test_a_state_or_other_patients_is_one_quote_and_no_must(
    uses_of: Uses, said: str, pieces: tuple[str, ...], before: list[tuple[str, str]]
) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** {said}.")
    assert are_alternatives(use, pieces), (musts(use), patients(use))
    assert [one for one in prior(use) if one[0] == "required"] == []
    assert before == [] or prior(use) in ([], before)


BRANCHES = [
    ("in adults whose cancer has spread and in children whose cancer has come back", ("has spread", "has come back")),
    ("in adults with a BRAF mutation or children with stage III disease", ("BRAF mutation", "stage III")),
    ("in adults with metastatic disease or in children with recurrent disease", ("metastatic", "recurrent")),
    (
        "in adults who have received brontinib or children who have not received chemotherapy",
        ("have received brontinib", "have not received chemotherapy"),
    ),
    ("in adults with high blood pressure or children with low blood counts", ("high blood pressure", "low blood counts")),
    ("in adults, after surgery; in children, before surgery", ("after surgery", "before surgery")),
]


@pytest.mark.parametrize(("said", "pieces"), BRANCHES)
def test_what_each_sort_of_patients_must_be_is_no_must_of_the_other(uses_of: Uses, said: str, pieces: tuple[str, ...]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** {said}.")
    assert [group[0] for group in patients(use)] == ["adults", "children"]
    assert are_alternatives(use, pieces), (musts(use), patients(use))
    assert use.line is None
    assert [one for one in prior(use) if one[0] == "required"] == []


def test_what_the_second_sort_of_patients_must_be_is_no_must_of_the_first(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults, or in children whose cancer has come back.")
    assert [group[0] for group in patients(use)] == ["adults", "children"]
    assert [must for must in musts(use) if must == "has come back"] == []


def test_two_lines_of_treatment_with_a_state_each_are_alternatives(uses_of: Uses) -> None:
    (use,) = uses_of(
        f"{LEAD}**Melanoma** as the first treatment in adults whose cancer has the ABC gene, or after brontinib in adults "
        "whose cancer has spread."
    )
    assert are_alternatives(use, ("ABC gene", "has spread")), (musts(use), patients(use))
    assert (use.line, prior(use)) == (None, [("conditional", "brontinib")])


def test_a_partner_of_one_branch_is_no_must(uses_of: Uses) -> None:
    (use,) = uses_of(
        f"{LEAD}**Melanoma.** It is used alone in adults whose cancer has spread, or with vintelamide in children."
    )
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("optional", "vintelamide")]


def test_the_patients_after_alone_or_with_are_those_of_both(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used alone or with vintelamide in adults whose cancer has spread.")
    assert (patients(use), said_of_the_disease(use)) == ([["adults"]], ["has spread"])


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        (
            "adults aged 75 years or older, or who cannot receive chemotherapy",
            ("75 years or older", "cannot receive chemotherapy"),
        ),
        (
            "adults 60 years and older, or adults who cannot have chemotherapy",
            ("60 years and older", "cannot have chemotherapy"),
        ),
        ("patients aged 60 years or older or with heart disease", ("60 years or older", "with heart disease")),
        (
            "patients who are 75 years or older or who cannot receive chemotherapy due to health problems",
            ("75 years or older", "cannot receive chemotherapy"),
        ),
    ],
)
def test_patients_joined_by_or_are_alternatives(uses_of: Uses, said: str, pieces: tuple[str, ...]) -> None:
    (use,) = uses_of(f"{LEAD}**Leukemia** in {said}.")
    assert are_alternatives(use, pieces), (musts(use), patients(use))
    assert use.therapies == ()


def test_patients_joined_by_and_are_each_a_group(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Leukemia** in adults who are pregnant, and in children.")
    assert patients(use) == [["adults", "pregnant"], ["children"]]


def test_a_comma_before_or_parts_what_and_joins(uses_of: Uses) -> None:
    said = "cannot receive brontinib and whose cancer has the ABC protein, or who cannot receive any caldisone"
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults who {said}.")
    assert are_alternatives(use, ("cannot receive brontinib", "ABC protein", "cannot receive any caldisone")), musts(use)


def test_another_way_of_use_is_kept(uses_of: Uses, fields_of: Callable[[Use], list[str]]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is also used in children.")
    assert any("children" in text for text in fields_of(use))


def test_both_sorts_of_patients_are_groups(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used in adults. It is also used in children.")
    assert (patients(use), said_of_the_disease(use)) == ([["adults"], ["children"]], [])


ALSO = [
    ("It is used in adults. It is also used in children whose cancer has come back.", "has come back"),
    (
        "It is used in adults. It is also used alone as maintenance therapy in adults who received brontinib.",
        "maintenance therapy",
    ),
]


@pytest.mark.parametrize(("said", "piece"), ALSO)
def test_another_way_of_use_binds_no_other(uses_of: Uses, fields_of: Callable[[Use], list[str]], said: str, piece: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** {said}")
    assert any(piece in text for text in fields_of(use))
    assert [must for must in musts(use) if must.endswith(piece) and "also" not in must] == []
    assert use.line is None
    assert all(mode == "conditional" for mode, _ in prior(use))


def test_two_ways_of_use_with_a_must_each_are_one_quote(uses_of: Uses) -> None:
    (use,) = uses_of(
        f"{LEAD}**Melanoma** that has spread. It is also used with brontinib to treat melanoma that can be removed by surgery."
    )
    assert are_alternatives(use, ("has spread", "can be removed by surgery")), musts(use)
    assert [one.mode for one in use.therapies] == ["optional"]


def test_the_leads_patients_stay_beside_those_of_another_way(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat adults with:\n\n- **Melanoma.** It is also used in children whose cancer has spread."
    )
    assert patients(use) == [["adults"], ["children"]]


def test_a_second_purpose_of_the_same_use_is_kept(uses_of: Uses, fields_of: Callable[[Use], list[str]]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** and to relieve pain.")
    assert any("relieve pain" in text for text in fields_of(use))


def test_a_second_use_in_an_item_is_a_use(uses_of: Uses) -> None:
    uses = uses_of(f"{LEAD}**Melanoma.** It is also used to prevent glioma.")
    assert [([one.text for one in use.conditions], use.intent) for use in uses] == [
        (["Melanoma"], "treat"),
        (["glioma"], "prevent"),
    ]


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("came back or got worse after brontinib", "required"),
        ("has relapsed (come back) or is refractory (does not respond) after at least two lines of brontinib", "required"),
        ("has spread or got worse after brontinib", "conditional"),
        ("has come back or did not respond to brontinib", "conditional"),
        ("came back after caldisone or got worse after brontinib", "conditional"),
    ],
)
def test_treatment_before_is_a_must_however_the_disease_went_on_after_it(uses_of: Uses, said: str, mode: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults whose cancer {said}.")
    assert {(how, name) for how, name in prior(use) if name == "brontinib"} == {(mode, "brontinib")}


def test_what_contradicts_is_a_choice(uses_of: Uses) -> None:
    said = "has not spread outside the skin and cannot be removed by surgery or has spread to other parts of the body"
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults whose cancer {said}.")
    assert are_alternatives(use, ("has not spread", "has spread to other parts")), musts(use)


def test_certain_types_of_a_cause_stay_with_it(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Anemia** caused by certain types of quillar syndrome or brindled syndrome.")
    assert [one.text for one in use.causes] == ["certain types of quillar syndrome or brindled syndrome"]


def test_an_event_during_treatment_is_one_of_two_ways(uses_of: Uses) -> None:
    said = "as first-line hormone therapy or after the cancer got worse during treatment with brontinib"
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used {said}.")
    assert ([one.text for one in use.disease_status], use.qualifiers) == ([said], ())
    assert prior(use) == [("conditional", "brontinib")]


def test_a_first_treatment_for_a_disease_again_is_a_line(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used as the first treatment for cancer that has spread.")
    assert use.line is not None
    assert (use.line.text, [one.text for one in use.disease_status], use.qualifiers) == ("first treatment", ["has spread"], ())


@pytest.mark.parametrize("said", ["children must have had radiation therapy", "children must be newly diagnosed"])
def test_what_each_group_must_have_binds_no_other_behind_a_semicolon(uses_of: Uses, said: str) -> None:
    each = f"Adults must have had at least two earlier treatments; {said}."
    (use,) = uses_of(f"{LEAD}**Leukemia** in adults and children. {each}")
    assert (patients(use), words(use), use.prior) == ([["adults"], ["children"]], [each.rstrip(".")], ())
