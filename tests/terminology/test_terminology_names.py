from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.normalise import key, without_abbreviation

with (Path(__file__).parent / "names.tsv").open(encoding="utf-8", newline="") as table:
    PAIRS = [
        pytest.param(row["one"], row["other"], row["same"] == "yes", id=row["one"])
        for row in csv.DictReader(table, delimiter="\t")
    ]


@pytest.mark.parametrize(("one", "other", "same"), PAIRS)
def test_names_are_the_same_or_not(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (key(one) == key(other)) is same


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_case_and_white_space_do_not_matter(text: str) -> None:
    assert key(f"  {text.upper()}\n") == key(text)


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Non-small cell lung cancer (NSCLC)", "Non-small cell lung cancer"),
        ("mismatch repair deficient (dMMR) cancer", "mismatch repair deficient cancer"),
        ("HER2 positive (HER2+) breast cancer", "HER2 positive breast cancer"),
        ("gastric (stomach) cancer", "gastric (stomach) cancer"),
        ("Fluorouracil (Topical)", "Fluorouracil (Topical)"),
    ],
)
def test_only_abbreviations_in_brackets_go(text: str, without: str) -> None:
    assert without_abbreviation(text) == without
