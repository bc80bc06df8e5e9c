"""What is drawn for the precision: the same for the same words, of all that was read, whatever was decided since."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.correct import Corrections, span_of
from pipeline.diff import compare
from pipeline.review import draw_uses, write_review
from pipeline.snapshot import Snapshot, open_snapshot
from pipeline.terminology import default_folder


@pytest.fixture
def snapshot(seed: Path, tmp_path: Path) -> Snapshot:
    assert run_command(["convert", str(seed), "--output", str(tmp_path / "output"), "--quiet"]) == 0
    return open_snapshot(tmp_path / "output")


def test_a_draw_is_repeatable_and_a_larger_one_holds_the_smaller(snapshot: Snapshot) -> None:
    draws = [draw_uses(snapshot, number, "autumn") for number in range(1, 8)]
    assert [len(each) for each in draws] == [1, 2, 3, 4, 5, 5, 5]
    assert draws == [draw_uses(snapshot, number, "autumn") for number in range(1, 8)]
    assert all(small <= large for small, large in itertools.pairwise(draws))
    assert len({draw_uses(snapshot, 1, str(seed)) for seed in range(20)}) > 1
    (record,) = snapshot.records()
    assert draws[-1] == {(record.facts.page.sha256, span_of(use)) for use in record.facts.uses}


def test_a_withheld_use_stays_in_the_draw(snapshot: Snapshot, seed: Path, tmp_path: Path) -> None:
    (record,) = snapshot.records()
    use = record.facts.uses[1]
    tables = tmp_path / "mappings"
    tables.mkdir()
    for path in default_folder().glob("*.sssom.tsv"):
        (tables / path.name).symlink_to(path)
    place = span_of(use)
    (tables / "corrections.yaml").write_text(
        f"""format: 1
corrections:
- drug: denosumab
  sha256: {record.facts.page.sha256}
  use: {{offset: {place.start}, length: {place.end - place.start}, quote: "{use.text.text}"}}
  verdict: wrong
  withhold: true
  reviewer: Ann
  date: 2026-11-02
  reason: Not a use.
  sampled: true
""",
        encoding="utf-8",
    )
    output = tmp_path / "corrected"
    assert run_command(["convert", str(seed), "--output", str(output), "--mappings", str(tables), "--quiet"]) == 0
    corrected = open_snapshot(output)
    (withheld,) = corrected.records()
    assert len(withheld.facts.uses) == len(record.facts.uses) - 1
    for number in range(1, 6):
        assert draw_uses(corrected, number, "1") == draw_uses(snapshot, number, "1")


def test_nothing_is_drawn_of_no_use(tmp_path: Path) -> None:
    assert run_command(["review", str(tmp_path), "--sample", "0"]) == 2


def test_the_overview_says_so_where_not_all_changes_are_listed(snapshot: Snapshot, tmp_path: Path) -> None:
    changes = compare(None, snapshot)
    for left_out, said in ((0, False), (7, True)):
        from_run = type(changes)(changes.old, changes.new, changes.totals, changes.pages, changes.listed, left_out)
        written = write_review(snapshot, tmp_path / "review", Corrections(), from_run)
        assert ("7 changes are not listed here" in written.index.read_text(encoding="utf-8")) is said
