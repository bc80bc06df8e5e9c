"""The figures on labels of the FDA whose diseases experts marked, as floors that only go up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.extract import extract
from pipeline.read import read_page

#: half -> figure -> what it must at least be. What is wrong has a verdict in LABELS.md.
FLOORS = {"build": {"precision": 0.88, "recall": 0.83}, "measure": {"precision": 0.84, "recall": 0.85}}


@pytest.mark.slow
@pytest.mark.parametrize("half", FLOORS)
def test_the_figures_on_labels_do_not_fall(
    half: str,
    shared_dir: Path,
    tmp_path: Path,
    load_beside: Callable[[str], ModuleType],
    score: Callable[..., dict[str, Any]],
) -> None:
    """Prints the figures (`pytest -s`)."""
    labels = shared_dir / "labels"
    marked = {json.loads(line)["id"]: line for line in (labels / "gold.jsonl").read_text(encoding="utf-8").splitlines()}
    chosen = load_beside("label_split").halves(marked)[half]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(marked[one] for one in sorted(chosen)), encoding="utf-8")
    pages = [labels / "pages" / f"{one}.md" for one in sorted(chosen)]
    figures = score(gold, [extract(read_page(page.read_bytes(), page.name)) for page in pages], "labels")
    print(half, figures)  # noqa: T201 - for `pytest -s`

    assert {name: figures[name] for name, floor in FLOORS[half].items() if figures[name] < floor} == {}
