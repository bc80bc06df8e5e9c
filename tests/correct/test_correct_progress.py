"""How far the review is, and what a random sample shows."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.correct import Correction, Corrections, ReviewedPage, draw, progress, reading, reviewed_page, wilson
from pipeline.model import Span
from tests.correct.correct_pages import corrected, entry, facts_of

PAGES = [ReviewedPage("zolerab", "a" * 64, 3), ReviewedPage("velastin", "b" * 64, 2), ReviewedPage("glumex", "c" * 64, 0)]


def said(number: int, verdict: str = "right", **more: object) -> Correction:
    entry = Correction("zolerab", "a" * 64, Span(number, number + 1), "x", "right", "Ann", date(2026, 11, 2))
    return replace(entry, verdict=verdict, **more)  # type: ignore[arg-type]


def test_nothing_reviewed_is_counted_as_nothing() -> None:
    found = progress(PAGES, Corrections())
    assert (found.uses, found.pages, found.reviewed, found.reviewed_pages) == (5, 3, 0, 0)
    assert found.precision is None


def test_each_use_counts_once_and_each_reviewer_for_what_they_looked_at() -> None:
    entries = (said(1), said(1, reviewer="Bo"), said(2, "wrong"), said(3, "incomplete", drug="velastin", sha256="b" * 64))
    found = progress(PAGES, Corrections(entries))
    assert found.verdicts == {"right": 1, "wrong": 1, "incomplete": 1}
    assert found.reviewers == {"Ann": 3, "Bo": 1}
    assert (found.reviewed, found.reviewed_pages) == (3, 2)


def test_what_was_said_of_another_version_or_another_page_is_apart() -> None:
    old, away = said(1, sha256="d" * 64, sampled=True), said(2, sha256="e" * 64, drug="dorvastin")
    found = progress(PAGES, Corrections((old, away)))
    assert (found.waiting, found.elsewhere) == ((old,), (away,))
    assert found.reviewed == 0
    assert found.precision is None


def test_what_is_not_applied_waits_and_counts_for_nothing() -> None:
    lost = said(9, sampled=True)
    found = progress([replace(PAGES[0], refused=frozenset({lost}))], Corrections((said(1, "wrong", sampled=True), lost)))
    assert (found.reviewed, found.waiting, found.elsewhere) == (1, (lost,), ())
    assert found.precision == wilson(0, 1)


def test_a_page_counts_its_withheld_uses_and_a_confirmation_of_another_reading_is_refused() -> None:
    facts = facts_of()
    first, second = facts.uses
    withheld = entry(facts, second, withhold=True)
    fresh, stale = (entry(facts, first, "right", reading=name) for name in (reading(first), "0" * 16))
    published, _ = corrected(facts, withheld)
    page = reviewed_page(published, Corrections((withheld, fresh, stale)), ())
    assert (page.uses, page.refused) == (2, frozenset({stale}))


def test_the_precision_is_that_of_the_sample_alone_and_incomplete_is_not_right() -> None:
    sampled = [said(n, sampled=True) for n in range(7)] + [
        said(7, "wrong", sampled=True),
        said(8, "incomplete", sampled=True),
        said(8, "incomplete", reviewer="Bo"),
        said(9, sampled=True),
    ]
    found = progress(PAGES, Corrections((*sampled, said(10), said(11, "wrong"))))
    assert found.sample == {"right": 8, "wrong": 1, "incomplete": 1}
    assert found.precision == wilson(8, 10)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe, Statistics in Medicine 1998;17:857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 10_000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
def test_the_interval_holds_the_share_and_mirrors(counted: tuple[int, int]) -> None:
    successes, trials = counted
    found, other = wilson(successes, trials), wilson(trials - successes, trials)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert math.isclose(found.low, 1 - other.high, abs_tol=1e-9)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (2, 1), (-1, 3)])
def test_no_share_has_no_interval(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(successes, trials)


@given(st.lists(st.text(max_size=5)), st.integers(0, 20), st.text(max_size=3), st.randoms())
def test_a_sample_is_the_same_in_any_order_and_grows(uses: list[str], number: int, seed: str, shuffler: object) -> None:
    drawn = draw(uses, number, seed)
    shuffled = [*uses]
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(shuffled, number, seed) == drawn
    assert len(drawn) == min(number, len(set(uses)))
    assert set(drawn) <= set(draw(uses, number + 1, seed))


def test_a_sample_is_the_same_on_every_machine_and_another_with_another_seed() -> None:
    uses = [f"use-{number}" for number in range(1000)]
    assert draw(uses, 3, "2026-11") == ["use-426", "use-835", "use-869"]
    assert draw(uses, 3, "2026-12") != draw(uses, 3, "2026-11")


def test_every_use_is_drawn_about_as_often_as_any_other() -> None:
    uses = [f"use-{number}" for number in range(20)]
    counts = [sum(use in draw(uses, 5, str(seed)) for seed in range(400)) for use in uses]
    # Binomial with n = 400 and p = 1/4: five standard deviations around 100.
    assert all(abs(count - 100) < 5 * math.sqrt(400 * 0.25 * 0.75) for count in counts)
