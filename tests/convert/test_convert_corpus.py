"""The whole way over the real pages."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from pipeline.convert import convert
from pipeline.settings import Settings
from tests.snapshot_reader import hash_of, lines, tree


def test_every_real_page_is_published(published_pages: Path) -> None:
    snapshot = (published_pages / "current").resolve()
    report = json.loads((snapshot / "report.json").read_bytes())
    # The corpus: "184 single drugs, 33 regimens, 25 lists, 1 other", where one of the single drugs is about off-label use.
    assert report["accounting"] == {"inputs": 243, "published": 216, "not_a_drug": 27, "quarantined": 0, "duplicate": 0}
    assert (report["counts"]["drugs"], report["counts"]["regimens"]) == (183, 33)
    assert len(lines(snapshot / "R5/bundles/transaction.ndjson")) == 1 + 216


@pytest.mark.slow
def test_real_pages_are_published_the_same_in_any_order_with_one_worker_or_two(real_pages: list[Path], tmp_path: Path) -> None:
    done: list[int] = []
    one = convert(real_pages, tmp_path / "one", progress=lambda count, _total: done.append(count))
    two = convert(reversed(real_pages), tmp_path / "two", workers=2)
    assert [str(problem) for problem in one.problems] == []
    assert one.exit_code == 0
    assert one.snapshot is not None
    assert two.snapshot is not None
    assert one.snapshot.name == hash_of(one.snapshot)
    assert tree(one.snapshot) == tree(two.snapshot)
    assert done == sorted(done)
    assert done[-1] == len(real_pages)


def test_pages_on_no_one_drug_give_no_drug(shared_dir: Path, tmp_path: Path) -> None:
    report = convert([shared_dir / "corpus" / "other"], tmp_path / "output")
    assert report.exit_code == 3
    assert report.accounting["published"] == 0
    assert report.accounting["not_a_drug"] == report.accounting["inputs"] == 285


@pytest.mark.slow
def test_real_pages_that_were_edited_are_published_as_if_all_had_been_read(real_pages: list[Path], tmp_path: Path) -> None:
    seeds, settings = tmp_path / "seeds", Settings(fhir_versions=("R5", "R4"))
    pages = real_pages[:80]
    seeds.mkdir()
    for page in pages[:-3]:
        shutil.copy(page, seeds)
    convert([seeds], tmp_path / "output", settings)
    for page in pages[-3:]:
        shutil.copy(page, seeds)
    gone, renamed, copied, emptied, *changed = random.Random(7).sample(sorted(seeds.glob("*.md")), 7)  # noqa: S311 - the same each time
    gone.unlink()
    renamed.rename(seeds / f"z-{renamed.name}")
    shutil.copy(copied, seeds / f"copy-of-{copied.name}")
    emptied.write_bytes(b"")
    for page in changed:
        page.write_text(page.read_text(encoding="utf-8").replace("cancer", "tumor"), encoding="utf-8", newline="")
    quick = convert([seeds], tmp_path / "output", settings, max_removed=1)
    # The page without bytes is published as it was read last: like the seeds, what is kept is an input.
    (full := tmp_path / "full").mkdir()
    shutil.copytree(tmp_path / "output" / "kept", full / "kept")
    whole = convert([seeds], full, settings, max_removed=1)
    assert len(quick.change.kept) == 1
    assert quick.taken_over >= len(pages) - 12
    assert quick.snapshot is not None
    assert whole.snapshot is not None
    assert (quick.snapshot.name, hash_of(quick.snapshot)) == (whole.snapshot.name, whole.snapshot.name)
