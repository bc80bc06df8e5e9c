"""The figures on the annotations, as floors that only go up; rules are written looking at one half of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.extract import extract, record
from pipeline.read import read_page

#: half -> figure -> what it must at least be. `measure` was only measured while rules were written (DECISIONS.md).
FLOORS = {
    "build": {"uses_f1": 1.0, "strict_f1": 1.0, "subcondition": 1.0, "prior": 1.0},
    "measure": {"uses_f1": 1.0, "strict_f1": 1.0, "subcondition": 1.0, "prior": 1.0},
}


@pytest.mark.parametrize("half", ["build", "measure"])
def test_the_figures_on_the_annotations_do_not_fall(
    half: str, shared_dir: Path, gold_split: ModuleType, tmp_path: Path
) -> None:
    """Prints the figures and the first differences (`pytest -s`)."""
    gold = tmp_path / "gold"
    gold.mkdir()
    records = []
    for path in sorted((shared_dir / "gold" / "dev").glob("*.json")):
        if gold_split.half(path.stem) == half:
            (gold / path.name).write_bytes(path.read_bytes())
            page = shared_dir / "corpus" / "drugs" / f"about-cancer-treatment-drugs-{path.stem}.md"
            records.append(json.dumps(record(extract(read_page(page.read_bytes(), page.name)))))
    (tmp_path / "records.jsonl").write_text("\n".join(records), encoding="utf-8")

    score = [sys.executable, str(shared_dir / "gold" / "score.py"), str(gold), str(tmp_path / "records.jsonl"), "--json"]
    figures = json.loads(subprocess.run(score, check=True, capture_output=True, text=True).stdout)
    print(half, figures)  # noqa: T201 - for `pytest -s`

    assert all(value == 1.0 for value in figures["page_fields"].values()), figures["page_fields"]
    found = {**figures, **figures["use_fields"]}
    assert {name: found[name] for name, floor in FLOORS[half].items() if found[name] < floor} == {}
