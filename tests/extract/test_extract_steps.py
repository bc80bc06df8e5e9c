"""A treatment in steps: what holds in one step is no limit of the other, and their order is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Use

Uses = Callable[[str], tuple[Use, ...]]
LEAD = "Zolafen is approved to treat:\n\n- **Melanoma.** "


def steps(use: Use) -> list[tuple[str, ...]]:
    return [
        (*(one.text for one in phase.partners), *(one.text for one in (phase.alone, phase.timing) if one is not None))
        for phase in use.phases
    ]


STEPS = [
    ("with brontinib for up to six cycles and then alone", [("brontinib", "for up to six cycles"), ("alone",)]),
    ("with brontinib for six treatment cycles and then alone", [("brontinib", "for six treatment cycles"), ("alone",)]),
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
