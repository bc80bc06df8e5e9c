"""What the browser starts from: edits that say what a use has already leave it as it was read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from pipeline.correct import parse
from pipeline.correct.editing import edited
from pipeline.review.editable import editable
from tests.real_facts import facts_of


def test_the_values_of_every_real_use_are_edits_that_change_nothing(shared_dir: Path) -> None:
    tried = 0
    for path in sorted((shared_dir / "corpus" / "drugs").rglob("*.md"))[::6]:
        facts = facts_of(path)
        for use in facts.uses:
            parts = editable(use)
            tried += sum(map(bool, parts.values()))
            entry = {
                "drug": "x",
                "sha256": facts.page.sha256,
                "use": {"offset": 0, "length": 1, "quote": "x"},
                "verdict": "wrong",
                "edits": parts,
                "reviewer": "Ann",
                "date": date(2026, 11, 2),
                "reason": "x",
            }
            (read,) = parse(yaml.safe_dump({"format": 1, "corrections": [entry]}).encode(), "test").entries
            assert edited(use, read.edits, facts) == use
    assert tried > 100
