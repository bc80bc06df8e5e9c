"""Two reviewers side by side: agreement beyond chance, and the uses on which they disagree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from pipeline.correct import Correction, Corrections, agreements, settled
from pipeline.correct.agreement import cohen
from pipeline.model import Span


def said(number: int, reviewer: str, verdict: str = "right", **more: object) -> Correction:
    entry = Correction("zolerab", "a" * 64, Span(number, number + 1), "x", "right", reviewer, date(2026, 11, 2))
    return replace(entry, verdict=verdict, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # A worked example of textbooks: 20 both yes, 15 both no, 15 of 50 apart.
        ({("right", "right"): 20, ("right", "wrong"): 5, ("wrong", "right"): 10, ("wrong", "wrong"): 15}, 0.4),
        ({("right", "right"): 9, ("wrong", "wrong"): 1}, 1.0),
        ({("right", "wrong"): 5, ("wrong", "right"): 5}, -1.0),
        ({("right", "right"): 7}, None),
        ({}, None),
    ],
)
def test_kappa_is_cohens(counts: dict[tuple[str, str], int], kappa: float | None) -> None:
    assert cohen(Counter(counts)) == (None if kappa is None else pytest.approx(kappa))


def test_two_people_side_by_side() -> None:
    entries = (
        *(said(number, who) for number in range(4) for who in ("Ann", "Bo")),
        said(4, "Ann", "wrong", reason="No.", withhold=True),
        said(4, "Bo"),
        said(5, "Bo", "incomplete", reason="The age."),
        said(6, "Cy"),
    )
    (pair,) = agreements(entries)
    assert (pair.reviewers, pair.both, pair.agreed) == (("Ann", "Bo"), 5, 4)
    assert [(one.verdict, other.verdict) for one, other in pair.disagreements] == [("wrong", "right")]
    assert pair.kappa == pytest.approx(0.0)
    left = settled(Corrections(entries), [pair])
    assert {one.span.start for one in left.entries} == {0, 1, 2, 3, 5, 6}
