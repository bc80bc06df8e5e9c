"""The figures on labels of the FDA whose diseases experts marked, as floors that only go up; rules are written on one half."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.extract import extract
from pipeline.extract.record import record
from pipeline.read import read_page

#: half -> figure -> what it must at least be. What is wrong in `build` has a verdict in LABELS.md.
FLOORS = {"build": {"precision": 0.84, "recall": 0.68}, "measure": {"precision": 0.76, "recall": 0.63}}


@pytest.mark.parametrize("half", ["build", "measure"])
def test_the_figures_on_labels_do_not_fall(
    half: str, shared_dir: Path, tmp_path: Path, load_beside: Callable[[str], ModuleType]
) -> None:
    """Prints the figures (`pytest -s`)."""
    labels = shared_dir / "labels"
    marked = {json.loads(line)["id"]: line for line in (labels / "gold.jsonl").read_text(encoding="utf-8").splitlines()}
    chosen = load_beside("label_split").halves(marked)[half]
    gold, records = tmp_path / "gold.jsonl", tmp_path / "records.jsonl"
    gold.write_text("\n".join(marked[one] for one in sorted(chosen)), encoding="utf-8")
    pages = [labels / "pages" / f"{one}.md" for one in sorted(chosen)]
    facts = [record(extract(read_page(page.read_bytes(), page.name))) for page in pages]
    records.write_text("\n".join(map(json.dumps, facts)), encoding="utf-8")
    command = [sys.executable, str(labels / "score.py"), str(gold), str(records), "--json"]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(half, figures)  # noqa: T201 - for `pytest -s`

    assert {name: figures[name] for name, floor in FLOORS[half].items() if figures[name] < floor} == {}
