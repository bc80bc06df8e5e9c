"""What a sentence leaves out is kept in its words, and never turns into patients, partners or a line that the use is for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Uses

LEAD = "Zolafen is approved to treat:\n\n- **Melanoma.** "


def who(use: Use) -> list[str]:
    return [each.fact.text for one in use.populations for each in one.characteristics]


LEFT_OUT = [
    "It is used in adults and is not for children.",
    "It is used in adults and is not suitable for children.",
    "It is used in adults and is not to be used in children.",
    "It is used in adults and does not work in children.",
    "It is used in adults and has no effect in children.",
    "It is used in adults but should be avoided in children.",
    "It is used in adults but is unsafe in children.",
    "It is used in adults, and children should not receive it.",
    "It is used in adults, but children who are small cannot take it.",
    "It is used in adults, though not in children.",
    "It is used in adults. It is not used in children.",
]


@pytest.mark.parametrize("said", LEFT_OUT)
def test_patients_who_are_left_out_are_none_of_the_use(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}{said}")
    assert who(use) == ["adults"]
    assert [one.fact.text for one in use.qualifiers if "children" in one.fact.text] != []


@pytest.mark.parametrize(
    "said",
    [
        "It is used with caldisone and is not for patients who have heart failure.",
        "It is used with caldisone. It is not used in patients who have heart failure.",
        "It is used with caldisone. It is not used in patients who have heart failure.¹",
        "It is used with caldisone.\n\nZolafen is not given to patients who have heart failure.",
        "It is used with caldisone.\n\nZolafen is not recommended for patients with heart failure.",
    ],
)
def test_a_disease_of_patients_who_are_left_out_is_kept(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}{said}")
    assert who(use) == []
    assert [one.fact.text for one in use.qualifiers if "heart failure" in one.fact.text] != []


def test_patients_who_are_left_out_are_no_use_that_is_not_approved(facts_of: Callable[[str], DrugFacts]) -> None:
    facts = facts_of(
        f"## Use in Cancer\n\n{LEAD}It is not used in patients who have heart failure. It is not approved in children."
    )
    assert [one.text for one in facts.denials] in (["It is not approved in children."], [])


@pytest.mark.parametrize("said", ["not as the first treatment", "not with brontinib", "not alone"])
@pytest.mark.parametrize("form", ["It is used in adults, but {}.", "It is used, but {}, in adults."])
def test_a_bare_not_holds_what_stands_behind_it(uses_of: Uses, form: str, said: str) -> None:
    (use,) = uses_of(LEAD + form.format(said))
    assert (use.line, use.alone, use.therapies, who(use)) == (None, None, (), ["adults"])
    assert [one.fact.text for one in use.qualifiers] == [said]


@pytest.mark.parametrize("treatment", ["caldisone", "hormone therapy", "treatment to lower quillar levels"])
def test_a_disease_that_no_longer_responds_is_read_in_its_head(uses_of: Uses, treatment: str) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma** that no longer responds to {treatment}.")
    assert [one.text for one in use.disease_status] == [f"no longer responds to {treatment}"]
    assert [name.text for one in use.prior for name in one.names] == [treatment]


def test_a_partner_of_some_patients_frees_nobody_from_the_others(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}It is used with caldisone in adults. In premenopausal women, it is also given with brontinib.")
    assert who(use) == ["adults"]
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "caldisone"), ("optional", "brontinib")]
    assert [one.fact.text for one in use.qualifiers] == ["In premenopausal women, it is also given with brontinib"]


def test_a_partner_of_another_age_group_is_another_way(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}It is used with caldisone in adults. In children, it is also given with brontinib.")
    assert who(use) == ["adults", "children"]
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [
        ("combination", "caldisone"),
        ("combination", "brontinib"),
    ]


@pytest.mark.parametrize(
    ("said", "of_adults"),
    [
        ("in adults and in children who cannot have surgery", True),
        ("in adults, and in children who cannot have surgery", False),
        ("in adults and in children who weigh at least 10 kilograms", False),
    ],
)
def test_what_may_be_said_of_both_groups_is_said_of_both(uses_of: Uses, said: str, *, of_adults: bool) -> None:
    (use,) = uses_of(f"Zolafen is approved to treat:\n\n- **Melanoma** {said}.")
    adults = use.populations[0]
    assert (len(adults.characteristics) > 1) == of_adults


@pytest.mark.parametrize(
    "said",
    ["within 6 hours after the leak", "within 24 hours after contact with the dust", "6 months after the end of treatment"],
)
def test_an_event_is_no_earlier_treatment(uses_of: Uses, said: str) -> None:
    (use,) = uses_of(f"{LEAD}It is given to adults {said}.")
    assert use.prior == ()
    assert any(said in one.fact.text for one in use.qualifiers)


def test_when_treatment_starts_is_read(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}It is used in adults. Treatment starts within 12 weeks after surgery and chemotherapy.")
    assert [name.text for one in use.prior for name in one.names] == ["surgery", "chemotherapy"]
    assert [(one.kind, one.fact.text) for one in use.qualifiers] == [
        ("timing", "within 12 weeks after surgery and chemotherapy")
    ]


def test_what_palliation_is_to_do_is_no_condition(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}It is given alone as palliative treatment to relieve symptoms.")
    assert (use.intent, [one.text for one in use.conditions]) == ("palliate", ["Melanoma"])


@pytest.mark.parametrize("said", ["stage IV melanoma", "advanced cancer", "superficial quillar melanoma", "an ABC mutation"])
def test_a_disease_of_patients_is_no_partner(uses_of: Uses, said: str) -> None:
    uses = uses_of(f"{LEAD}Zolafen is used in adults:\n- with {said}\n- who cannot have surgery")
    assert [use.therapies for use in uses] == [(), ()]


def test_a_use_is_denied_in_some_patients_only(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat:\n\n- **Neutropenia** in adults.\n\n"
        "Zolafen is no longer approved to treat neutropenia in patients with quillar syndrome."
    )
    assert [one.fact.text for one in use.qualifiers] == [
        "Zolafen is no longer approved to treat neutropenia in patients with quillar syndrome."
    ]
