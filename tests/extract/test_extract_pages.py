"""Invented pages in the shapes of the real ones, each with all that must be read from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import DrugFacts

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_an_invented_page_gives_exactly_the_facts_beside_it(
    path: Path, facts_of: Callable[[str], DrugFacts], plain: Callable[[DrugFacts], dict[str, Any]]
) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))

    assert plain(facts_of(path.read_text(encoding="utf-8"))) == expected


def test_lists_left_nested_in_the_source_give_the_same_uses_as_flattened_ones(
    facts_of: Callable[[str], DrugFacts], plain: Callable[[DrugFacts], dict[str, Any]]
) -> None:
    folder = PAGES[0].parent
    flat, nested = (
        plain(facts_of((folder / f"{name}.md").read_text(encoding="utf-8")))
        for name in ("nesting-four-levels", "nested-in-the-source")
    )

    assert nested["uses"] == flat["uses"]
