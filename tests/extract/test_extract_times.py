"""What stands after a treatment in time: earlier treatment, or only when the drug is given."""

from __future__ import annotations

import pytest

from tests.extract.in_words import Uses, prior

LEAD = "Zolafen is approved to treat:\n\n- "


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("in adults who have been treated with brontinib first", [("required", "brontinib")]),
        ("in adults. Patients must have already received brontinib", [("required", "brontinib")]),
        ("in women who have been treated for quillar lesions with surgery", [("required", "surgery")]),
        ("in adults. It is given 6 hours after each dose of brontinib", []),
        ("in adults. Treatment starts within 8 weeks after the last dose of chemotherapy", []),
        ("in adults. It is used with caldisone. After radiation therapy ends, it is given alone", []),
        ("in adults. After the transplant, it is given with caldisone", []),
        ("in adults who receive high-dose brontinib", []),
        ("in adults. It is used when treatment with brontinib has not helped enough", [("required", "brontinib")]),
    ],
)
def test_what_was_before_and_what_is_only_a_time(uses_of: Uses, said: str, found: list[tuple[str, str]]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma** {said}.")
    assert prior(use) == found


def test_patients_before_their_disease_are_read(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}postmenopausal women with early-stage breast cancer who have had surgery")
    assert [one.text for one in use.conditions] == ["early-stage breast cancer"]
    assert [each.sex for one in use.populations for each in one.characteristics if each.sex] == ["female"]
    assert prior(use) == [("required", "surgery")]


@pytest.mark.parametrize(
    "said",
    [
        "Brontinib is stopped after 4 cycles, and Zolafen is continued.",
        "After four cycles, brontinib is stopped.",
        "After 2 years, brontinib is stopped and Zolafen is given alone.",
        "Blood tests are done before treatment starts to confirm the diagnosis.",
        "Treatment starts when the hemoglobin level is low and ends when the chemotherapy is finished.",
    ],
)
def test_how_the_treatment_goes_on_is_kept_whole(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used with brontinib. {said}")
    assert [one.fact.text.rstrip(".") for one in use.qualifiers] == [said.rstrip(".")]
    assert ([(one.mode, one.phrase.text) for one in use.therapies], use.alone, prior(use)) == (
        [("required", "brontinib")],
        None,
        [],
    )


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("After 6 cycles, Zolafen is given alone.", [False, True]),
        ("Zolafen is given alone for three cycles, and then both drugs are given for 12 cycles.", [True]),
    ],
)
def test_alone_in_a_later_sentence_is_a_step(uses_of: Uses, said: str, alone: list[bool]) -> None:
    (use,) = uses_of(f"{LEAD}**Melanoma.** It is used with brontinib. {said}")
    assert ([(one.mode, one.phrase.text) for one in use.therapies], use.alone) == ([("required", "brontinib")], None)
    assert [phase.alone is not None for phase in use.phases] == alone


def test_what_is_given_in_a_case_only_restricts_nobody(uses_of: Uses) -> None:
    said = "It may be given with brontinib if the disease does not get better after 12 weeks"
    (use,) = uses_of(f"{LEAD}**Melanoma** in adults. {said}.")
    assert [one.fact.text for one in use.qualifiers] == [said]
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("optional", "brontinib")]
