"""What admits fewer patients than another statement, what admits more, and where nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.diff.restriction import (
    ALONE,
    Statement,
    all_of,
    any_of,
    direction,
    named,
    of_people,
    of_treatments,
    people,
    treatments,
)
from pipeline.model import Age, Characteristic, Fact, Population, PriorTherapy, Therapy

OPPOSITE = {"narrowed": "widened", "widened": "narrowed", "changed": "changed"}


def fact(text: str) -> Fact:
    return Fact(text, (), "test")


def aged(low: tuple[int, str] | None = None, high: tuple[int, str] | None = None) -> Characteristic:
    unit: Any
    ends = [Age(end[0], unit) if end and (unit := end[1]) else None for end in (low, high)]
    return Characteristic("age-range", fact("aged"), low=ends[0], high=ends[1])


def who(*populations: tuple[Characteristic, ...]) -> Statement:
    return people(tuple(map(Population, populations)))


def given(mode: str, *names: str, phrase: str | None = None) -> Therapy:
    any_mode: Any = mode
    return Therapy(any_mode, fact(phrase or " and ".join(names)), tuple(map(fact, names)))


def before(mode: str, *names: str, phrase: str | None = None) -> PriorTherapy:
    any_mode: Any = mode
    return PriorTherapy(any_mode, fact(phrase or " or ".join(names)), tuple(map(fact, names)))


ADULT = Characteristic("age-group", fact("adults"), age_group="adult")
CHILD = Characteristic("age-group", fact("children"), age_group="child")
WOMAN = Characteristic("sex", fact("women"), sex="female")
FRAIL = Characteristic("description", fact("cannot receive surgery"))
NOBODY_SAID: Statement = frozenset()


@pytest.mark.parametrize(
    ("old", "new", "within", "expected"),
    [
        # Alternatives: one more admits more.
        ({"stage III"}, {"stage III", "stage IV"}, any_of, "widened"),
        (set(), {"stage IV"}, any_of, "narrowed"),
        ({"stage III"}, {"stage IV"}, any_of, "changed"),
        # All must hold: one more admits fewer.
        ({"HER2 positive"}, {"HER2 positive", "EGFR mutation"}, all_of, "narrowed"),
        ({"has spread"}, set(), all_of, "widened"),
        ({"has spread"}, {"has come back"}, all_of, "changed"),
        # A use without a condition is no use of everything.
        (set(), {"melanoma"}, named, "changed"),
        ({"melanoma"}, {"melanoma", "lymphoma"}, named, "widened"),
        # Patients.
        (NOBODY_SAID, who((ADULT,)), of_people, "narrowed"),
        (who((ADULT,)), who((ADULT,), (CHILD,)), of_people, "widened"),
        (who((ADULT,)), who((ADULT, FRAIL)), of_people, "narrowed"),
        (who((ADULT,)), who((CHILD,)), of_people, "changed"),
        (who((ADULT,), (CHILD,)), who((ADULT, WOMAN), (CHILD,)), of_people, "narrowed"),
        (who((ADULT, FRAIL)), who((ADULT, WOMAN)), of_people, "changed"),
        # Ages by their bounds; months and days have no common measure.
        (who((aged((2, "year")),)), who((aged((12, "year")),)), of_people, "narrowed"),
        (who((aged((2, "year")),)), who((aged((18, "month")),)), of_people, "widened"),
        (who((aged((1, "month")),)), who((aged((4, "week")),)), of_people, "changed"),
        (who((aged((2, "year"), (17, "year")),)), who((aged((2, "year")),)), of_people, "widened"),
        (who((aged((2, "year"), (17, "year")),)), who((aged((6, "year"), (25, "year")),)), of_people, "changed"),
        (who((CHILD, aged((2, "year")))), who((aged((2, "year")),)), of_people, "widened"),
        # Treatments.
        (NOBODY_SAID, treatments((given("required", "a"),)), of_treatments, "narrowed"),
        (treatments((given("required", "a"),)), treatments((given("required", "a", "b"),)), of_treatments, "narrowed"),
        (treatments((given("alternative", "a", "b"),)), treatments((given("alternative", "a"),)), of_treatments, "narrowed"),
        (treatments((given("alternative", "a", "b"),)), treatments((given("required", "a"),)), of_treatments, "narrowed"),
        (treatments((given("required", "a"),)), treatments((given("optional", "a"),)), of_treatments, "widened"),
        (NOBODY_SAID, treatments((given("optional", "a"),)), of_treatments, "changed"),
        (treatments((given("required", "a"),)), treatments((given("required", "b"),)), of_treatments, "changed"),
        (treatments((given("required", "a"),)), treatments((given("concurrent", "a"),)), of_treatments, "changed"),
        (NOBODY_SAID, frozenset({ALONE}), of_treatments, "changed"),
        (
            treatments((given("combination", "a", "b", phrase="a or a and b"),)),
            treatments((given("combination", "a", "b", phrase="b or a and b"),)),
            of_treatments,
            "changed",
        ),
        # Words of the phrase that name nothing may mean something.
        (
            treatments((given("required", "dexamethasone", phrase="dexamethasone"),)),
            treatments((given("required", "dexamethasone", "b", phrase="low-dose dexamethasone and b"),)),
            of_treatments,
            "changed",
        ),
        # Therapies before it.
        (NOBODY_SAID, treatments((before("required", "a"),)), of_treatments, "narrowed"),
        (treatments((before("one_of", "a", "b"),)), treatments((before("one_of", "a", "b", "c"),)), of_treatments, "widened"),
        (treatments((before("conditional", "a"),)), treatments((before("required", "a"),)), of_treatments, "changed"),
    ],
)
def test_the_direction_of_a_change_and_of_its_mirror(
    old: Statement, new: Statement, within: Callable[[Statement, Statement], bool], expected: str
) -> None:
    old, new = frozenset(old), frozenset(new)
    assert direction(old, new, within) == expected
    assert direction(new, old, within) == OPPOSITE[expected]
