"""Sentences of the pages' style that a reader gets wrong easily: no restriction is lost, turned round or made optional."""

from __future__ import annotations

import pytest

from pipeline.model import Use
from tests.extract.in_words import Fields, Uses

LEAD = "Zolafen is approved to treat:\n\n- **Melanoma**"


def musts(use: Use) -> list[str]:
    """What the use asks for: patients, treatment before and beside it, diseases."""
    return [
        *(each.fact.text for one in use.populations for each in one.characteristics),
        *(name.text for one in (*use.therapies, *use.prior) for name in one.names),
        *(one.text for one in (*use.narrower, *use.stages, *use.biomarkers)),
    ]


LEFT_OUT = [
    (". It is used without carboplatin.", "without carboplatin"),
    (". It is used alone, without carboplatin.", "without carboplatin"),
    (". It is used with brontinib but without carboplatin.", "without carboplatin"),
    (" that has spread, but not in children.", "not in children"),
    (" that cannot be removed by surgery, except in children.", "except in children"),
    (" that has spread, except in patients who have received carboplatin.", "except in patients who have received carboplatin"),
    (" that is stage III, but not in children.", "not in children"),
    (" that has spread; not for use in children.", "not for use in children"),
    (" in adults whose cancer has spread, but not in those with brain metastases.", "not in those with brain metastases"),
    (" in adults whose cancer is quilled, but not in those with an ABC mutation.", "not in those with an ABC mutation"),
    (" in adults who had surgery, but not in those who received carboplatin.", "not in those who received carboplatin"),
    (" in adults with the exception of those who had carboplatin.", "with the exception of those who had carboplatin"),
    (" in adults, apart from those who have received carboplatin.", "apart from those who have received carboplatin"),
    (". Except for children, it is used with brontinib.", "Except for children"),
    (" that got worse after brontinib but not after carboplatin.", "not after carboplatin"),
    (" that got worse before treatment with carboplatin.", "got worse before treatment with carboplatin"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "kept"), LEFT_OUT)
def test_what_is_left_out_is_kept_and_asked_of_nobody(uses_of: Uses, fields_of: Fields, said: str, kept: str) -> None:
    (use,) = uses_of(LEAD + said)
    assert kept in fields_of(use)
    assert not {"carboplatin", "children", "brain metastases", "an ABC mutation"} & set(musts(use)), musts(use)


@pytest.mark.parametrize(
    "said",
    [
        "does not have an ABC mutation and a XYZ mutation",
        "is negative for ABC and hormone receptors",
        "is not ABC positive and XYZ positive",
        "has neither spread nor come back",
        "can neither be removed by surgery nor be treated with radiation",
    ],
)
def test_one_negation_over_two_things_is_one_quote(uses_of: Uses, fields_of: Fields, said: str) -> None:
    (use,) = uses_of(f"{LEAD} that {said}.")
    assert [text for text in fields_of(use) if text not in ("Melanoma", "treat")] in ([said], [said.removeprefix("is ")])
    assert use.prior == ()


def test_what_patients_had_neither_of_is_no_earlier_treatment(uses_of: Uses) -> None:
    for said in (
        "have neither received carboplatin nor had surgery",
        "have not received carboplatin, nor have they had surgery",
    ):
        (use,) = uses_of(f"{LEAD} in patients who {said}.")
        assert (musts(use), use.prior) == ([said], ())


PARTNERS = [
    ("It can be used only with brontinib.", ["required"]),
    ("Patients may receive Zolafen only with brontinib.", ["required"]),
    ("It may be used with brontinib.", ["optional"]),
    ("It is used with brontinib or with caldisone.", ["combination", "combination"]),
    ("It is given in combination with brontinib or in combination with caldisone.", ["combination", "combination"]),
    ("It is used with brontinib, or with caldisone and vintelamide.", ["combination", "combination"]),
    ("It is given with brontinib. It is also given with caldisone.", ["combination", "combination"]),
    ("It is used alone or with brontinib.", ["optional"]),
    ("It is used in adults. It is also used with brontinib in children.", ["optional"]),
]


@pytest.mark.parametrize(("said", "modes"), PARTNERS)
def test_a_must_is_not_made_optional(uses_of: Uses, said: str, modes: list[str]) -> None:
    (use,) = uses_of(f"{LEAD}. {said}")
    assert [one.mode for one in use.therapies] == modes


@pytest.mark.parametrize(
    "said",
    [
        "This use is not approved for children.",
        "This use is not approved for the Bexida brand.",
        "It cannot be removed by surgery.",
        "Prior treatment with carboplatin is required.",
        "A test for the ABC mutation is required before treatment.",
        "It is a treatment option for adults who have received carboplatin.",
        "It is a maintenance treatment after surgery.",
        "These cancers have the ABC mutation and have not spread.",
        "No other treatment is available.",
        "It is being studied alone, but is used only with carboplatin.",
        "It is available only for patients who took part in a clinical trial.",
        "Use in children younger than 12 years is still being studied.",
        "Doctors choose this treatment when surgery has failed.",
        "A test shows whether the cancer has the ABC change that this drug needs.",
    ],
)
def test_a_sentence_beside_a_use_that_may_restrict_it_is_kept_with_it(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}. {said}")
    assert [one.fact.text for one in use.qualifiers] == [said]


def test_so_is_a_sentence_after_a_use_in_prose(uses_of: Uses) -> None:
    said = "The drug works in cancers that have the ABC protein."
    (use,) = uses_of(f"Zolafen is approved to treat melanoma in adults. {said}")
    assert [one.fact.text for one in use.qualifiers] == [said]


@pytest.mark.parametrize("said", ["These uses are not approved for children.", "For both uses, surgery is required."])
def test_so_is_a_sentence_after_a_list(uses_of: Uses, said: str) -> None:
    uses = uses_of(f"{LEAD}\n- **Glioma**\n\n{said}")
    assert [[one.fact.text for one in use.qualifiers] for use in uses] == [[said], [said]]


def test_how_long_it_is_given_for_one_disease_after_a_list_is_kept(uses_of: Uses) -> None:
    uses = uses_of(f"{LEAD}\n- **Glioma**\n\nFor glioma, treatment lasts two years at most.")
    assert ["two years at most" in one.fact.text for use in uses for one in use.qualifiers] == [True, True]


@pytest.mark.parametrize(
    "said",
    [
        "When used to treat glioma, Zolafen must be given with brontinib.",
        "To treat glioma, Zolafen is used only after surgery.",
    ],
)
def test_more_of_a_use_of_the_list_is_kept_with_it(uses_of: Uses, said: str) -> None:
    melanoma, glioma, *_ = uses_of(f"{LEAD}\n- **Glioma**\n\n{said}")
    assert (melanoma.qualifiers, [one.fact.text for one in glioma.qualifiers]) == ((), [said])


@pytest.mark.parametrize(
    "section",
    [
        f"{LEAD}. This use is being studied in a clinical trial and is not yet approved.",
        f"{LEAD}. This use is still being studied.",
        f"{LEAD}. This use is not approved in the United States.",
        f"{LEAD} in children, which is an unapproved use",
        "Zolafen is approved to treat melanoma. The approval was withdrawn in 2020.",
        "Zolafen is approved by the European Medicines Agency to treat:\n\n- **Melanoma**",
        "Zolafen is approved under an emergency use authorization to treat:\n\n- **Melanoma**",
    ],
)
def test_what_is_not_approved_here_and_now_is_withheld(uses_of: Uses, section: str) -> None:
    assert uses_of(section) == ()


@pytest.mark.parametrize(
    ("section", "approval_status"),
    [
        (f"{LEAD}. Accelerated approval was given for this use.", "accelerated_approval"),
        (f"{LEAD} in adults, with accelerated approval.", "accelerated_approval"),
        (f"{LEAD}. The FDA has given this use accelerated approval.", "accelerated_approval"),
        (f"{LEAD}. The accelerated approval for this use was changed to a full approval.", "approved"),
        (f"{LEAD} that has spread (accelerated approval)", "accelerated_approval"),
        ("Zolafen was approved to treat:\n\n- **Melanoma**", "used"),
    ],
)
def test_how_a_use_is_approved(uses_of: Uses, section: str, approval_status: str) -> None:
    (use,) = uses_of(section)
    assert use.approval_status == approval_status


@pytest.mark.parametrize("opening", [", except those who:", ". It should not be used in patients who:", ". It is used unless:"])
def test_a_list_of_what_is_left_out_is_kept_behind_its_opening(uses_of: Uses, opening: str) -> None:
    (use,) = uses_of(f"{LEAD} in adults{opening}\n- have brain metastases\n- are pregnant")
    said = [one.fact.text for one in use.qualifiers]
    assert [text for text in said if text.endswith(": have brain metastases")] != []
    assert [text for text in said if text.endswith(": are pregnant")] != []
    assert musts(use) == ["adults"]


PAIRS = [
    "in adults with stage III disease, and in adults with stage IV disease who cannot have surgery",
    "alone in women and with brontinib in men",
]


@pytest.mark.parametrize("said", PAIRS)
def test_each_group_keeps_what_is_said_of_it(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}. It is used {said}.")
    assert [one.text for one in use.disease_status] == [said.removeprefix("in ")]
    assert (use.stages, [one.mode for one in use.therapies]) in (((), []), ((), ["optional"]))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (" with ABC mutations found only in the tumor.", "only in the tumor"),
        (" with an ABC mutation in the tumor.", "in the tumor"),
        (" that is only in the skin.", "only in the skin"),
        (". It is given as an injection into the tumor.", "into the tumor"),
    ],
)
def test_where_only_is_kept(uses_of: Uses, fields_of: Fields, said: str, kept: str) -> None:
    (use,) = uses_of(LEAD + said)
    assert any(text.endswith(kept) for text in fields_of(use)), fields_of(use)


def test_alone_in_the_opening_sentence_holds_where_no_partner_is_named(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to be used alone to treat:\n\n- **Melanoma**")
    assert use.alone is not None
    (use,) = uses_of("Zolafen is approved to be used alone or with brontinib to treat:\n\n- **Melanoma**")
    assert use.alone is None


OF_SOME = [
    "Patients with an active quillar disease receive it alone.",
    "Patients aged 60 years and older are also given aspirin.",
    "Patients whose cancer is ABC positive must also have received aspirin.",
    "Men, and women who have not gone through menopause, are also given aspirin.",
    "Patients who still have cancer after the second dose should receive other treatment.",
    "Patients whose tumors have a high level of ABC may receive it alone.",
    "Most patients have had carboplatin.",
    "Some people take it after surgery.",
    "Women who could become pregnant must use birth control.",
]


@pytest.mark.parametrize("said", OF_SOME)
def test_a_later_sentence_on_some_patients_changes_nothing_for_the_others(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD} in adults. It is used with brontinib. {said}")
    assert [each.fact.text for one in use.populations for each in one.characteristics] == ["adults"]
    assert said.rstrip(".") in [one.text for one in use.disease_status] + [one.fact.text for one in use.qualifiers]
    assert ("required", "brontinib") in [(one.mode, one.phrase.text) for one in use.therapies]
    assert use.alone is None
    assert all(one.mode == "conditional" for one in use.prior)


@pytest.mark.parametrize(
    "said",
    [
        "Patients with hepatitis B receive an antiviral drug as well.",
        "Children who weigh less than 10 kilograms get the liquid form.",
        "It may be continued for up to 3 years in women who are still at high risk.",
    ],
)
def test_what_some_patients_get_besides_narrows_the_use_to_none_of_them(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}. {said}")
    assert (use.populations, [one.fact.text for one in use.qualifiers]) == ((), [said.rstrip(".")])


def test_a_later_step_alone_frees_nobody_from_the_partners(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}. It is used with brontinib. After radiation therapy, it is continued alone for 24 months.")
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "brontinib")]
    assert [phase.alone is not None for phase in use.phases] == [False, True]
    assert (use.alone, use.prior) == (None, ())


def test_the_partner_of_the_opening_sentence_stays_beside_the_items_own(uses_of: Uses, fields_of: Fields) -> None:
    (use,) = uses_of(
        "Zolafen is approved to be used with hormone therapy to treat:\n\n- **Melanoma**. It is used with brontinib."
    )
    assert [one.phrase.text for one in use.therapies] == ["brontinib"]
    assert "used with hormone therapy" in fields_of(use)


@pytest.mark.parametrize(
    "said",
    ["Treatment ends after 8 cycles.", "Tumor tissue is tested for the mutation first.", "Treatment lasts 6 months."],
)
def test_when_it_ends_and_what_is_tested_is_kept(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD} in adults. {said}")
    assert any(one.fact.text.rstrip(".") in said for one in use.qualifiers), use.qualifiers


def test_earlier_treatments_of_which_some_go_together_are_kept_in_words(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD} in adults who have been treated with caldisone or with brontinib and vintelamide.")
    assert "have been treated with caldisone or with brontinib and vintelamide" in musts(use)


def test_a_use_that_is_denied_alone_is_limited(uses_of: Uses) -> None:
    said = "Zolafen is not approved to be used alone to treat melanoma."
    (use,) = uses_of(f"{LEAD}. It is used with brontinib.\n\n{said}")
    assert said in [one.fact.text for one in use.qualifiers]


def test_other_conditions_of_a_kind_are_no_use(uses_of: Uses) -> None:
    assert len(uses_of(f"{LEAD}\n\nZolafen may also be used to treat other conditions of the skin.")) == 1


def test_bold_words_after_the_disease_are_its_cause(uses_of: Uses) -> None:
    (use,) = uses_of("Zolafen is approved to prevent:\n\n- **Nausea and vomiting caused by chemotherapy.**")
    assert [one.text for one in use.conditions] == ["Nausea", "vomiting"]
    assert [one.text for one in use.causes] == ["chemotherapy"]
