"""A treatment in steps: what holds in one step is no limit of the other, and their order is kept."""

from __future__ import annotations

import pytest

from pipeline.model import Use
from tests.extract.in_words import Uses

LEAD = "Zolafen is approved to treat:\n\n- **Melanoma.** "


def steps(use: Use) -> list[tuple[str, ...]]:
    return [
        (*(one.text for one in phase.partners), *(one.text for one in (phase.alone, phase.timing) if one is not None))
        for phase in use.phases
    ]


STEPS = [
    ("with brontinib for up to six cycles and then alone", [("brontinib", "for up to six cycles"), ("alone",)]),
    ("with brontinib for six treatment cycles and then alone", [("brontinib", "for six treatment cycles"), ("alone",)]),
    (
        "with brontinib before surgery and by itself after surgery",
        [("brontinib", "before surgery"), ("by itself", "after surgery")],
    ),
    ("alone before surgery and with brontinib after it", [("alone", "before surgery"), ("brontinib", "after it")]),
    ("before surgery and then for up to 1 year after surgery", [("before surgery",), ("for up to 1 year after surgery",)]),
]


@pytest.mark.parametrize(("said", "found"), STEPS)
def test_each_step_has_its_own_partners_and_time(uses_of: Uses, said: str, found: list[tuple[str, ...]]) -> None:
    (use,) = uses_of(f"{LEAD}It is used {said}.")
    assert steps(use) == found
    assert use.qualifiers == ()


@pytest.mark.parametrize(
    ("said", "times"),
    [
        (
            "for no more than 4 days before the cells are collected",
            ["for no more than 4 days", "before the cells are collected"],
        ),
        ("with brontinib beginning 4 days before the cells are collected", ["beginning 4 days before the cells are collected"]),
        ("for 2 years after surgery", ["for 2 years", "after surgery"]),
    ],
)
def test_a_time_is_quoted_whole(uses_of: Uses, said: str, times: list[str]) -> None:
    (use,) = uses_of(f"{LEAD}It is given {said}.")
    assert [one.fact.text for one in use.qualifiers] == times
    assert {one.kind for one in use.qualifiers} <= {"timing", "duration"}


THEN = [
    ("It is used with brontinib before surgery. It is then given alone.", [("brontinib", "before surgery"), ("alone",)]),
    (
        "It is given with brontinib for four cycles. After this, it is given alone.",
        [("brontinib", "for four cycles"), ("alone",)],
    ),
    ("Patients receive it with brontinib. They then receive it alone.", [("brontinib",), ("alone",)]),
    ("It is given before surgery. It is then given alone after surgery.", [("before surgery",), ("alone", "after surgery")]),
]


@pytest.mark.parametrize(("said", "found"), THEN)
def test_a_later_sentence_keeps_the_step_that_it_goes_on_from(uses_of: Uses, said: str, found: list[tuple[str, ...]]) -> None:
    (use,) = uses_of(LEAD + said)
    assert [tuple(words for words in step if words != "After this") for step in steps(use)] == found
    assert use.alone is None
    assert use.qualifiers == ()


@pytest.mark.parametrize(
    "page",
    [
        "Zolafen is approved with brontinib to treat melanoma. It is then given alone.",
        "Zolafen is approved with brontinib to treat:\n\n- **Melanoma.** It is then given alone.",
    ],
)
def test_the_first_step_may_stand_in_the_opening_sentence(uses_of: Uses, page: str) -> None:
    (use,) = uses_of(page)
    assert steps(use) == [("brontinib",), ("alone",)]
    assert [name.text for one in use.therapies for name in one.names] == ["brontinib"]


@pytest.mark.parametrize(
    ("opening", "found"),
    [
        ("with brontinib for six cycles and then alone", [("brontinib", "for six cycles"), ("alone",)]),
        ("before surgery and then alone after surgery", [("before surgery",), ("alone", "after surgery")]),
    ],
)
def test_the_steps_of_an_opening_sentence_hold_below_it(uses_of: Uses, opening: str, found: list[tuple[str, ...]]) -> None:
    melanoma, glioma = uses_of(f"Zolafen is approved {opening} to treat:\n\n- **Melanoma.**\n- **Glioma.** It is used alone.")
    assert steps(melanoma) == found
    assert (steps(glioma), glioma.alone is not None) == ([], True)
    assert not melanoma.qualified_in_words
