"""The figures on the annotations, as floors that only go up; rules are written looking at one half of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.extract import extract
from pipeline.model import DrugFacts
from pipeline.read import read_page

#: half -> figure -> what it must at least be. `measure` was only measured while rules were written (`gold_split.py`).
FLOORS = {
    "build": {"uses_f1": 1.0, "strict_f1": 1.0, "subcondition": 1.0, "prior": 1.0},
    "measure": {"uses_f1": 1.0, "strict_f1": 1.0, "subcondition": 1.0, "prior": 1.0},
}


@pytest.mark.parametrize("half", ["build", "measure"])
def test_the_figures_on_the_annotations_do_not_fall(
    half: str,
    shared_dir: Path,
    gold_split: ModuleType,
    tmp_path: Path,
    score: Callable[[Path, list[DrugFacts]], dict[str, Any]],
) -> None:
    """Prints the figures (`pytest -s`)."""
    gold = tmp_path / "gold"
    gold.mkdir()
    facts = []
    for path in sorted((shared_dir / "gold" / "dev").glob("*.json")):
        if gold_split.half(path.stem) == half:
            (gold / path.name).write_bytes(path.read_bytes())
            page = shared_dir / "corpus" / "drugs" / f"about-cancer-treatment-drugs-{path.stem}.md"
            facts.append(extract(read_page(page.read_bytes(), page.name)))

    figures = score(gold, facts)
    print(half, figures)  # noqa: T201 - for `pytest -s`

    assert all(value == 1.0 for value in figures["page_fields"].values()), figures["page_fields"]
    found = {**figures, **figures["use_fields"]}
    assert {name: found[name] for name, floor in FLOORS[half].items() if found[name] < floor} == {}
