"""A pair of pages for every kind of change, published as they are and compared: `pages/<kind>[.<what>]/old.md`, `new.md`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.diff import KINDS, compare, document
from pipeline.settings import Settings
from pipeline.snapshot import Snapshot, open_snapshot
from tests.diff.diff_mirror import essence, mirrored
from tests.invented_pages import drug_page, write_pages

PAIRS = sorted(folder for folder in (Path(__file__).parent / "pages").iterdir() if folder.is_dir())
#: What no pair of pages gives: other rules, another onlabel or damaged files do. `test_diff_compare.py` shows them.
NOT_OF_PAGES = {"use-reread", "resources-only", "not-compared"}


def slug_of(pair: Path) -> str:
    return pair.name.replace(".", "-")


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Snapshot]:
    """All old pages published, and all new ones after them; each pair is a drug of its own."""
    folder = tmp_path_factory.mktemp("diff")
    found = []
    for side in ("old", "new"):
        pages = {
            f"{pair.name}.md": re.sub(r"(?m)^(url: .*/)[^/\n]+$", rf"\g<1>{slug_of(pair)}", file.read_text(encoding="utf-8"))
            for pair in PAIRS
            if (file := pair / f"{side}.md").is_file()
        }
        seeds = write_pages(folder / side, {**pages, "bystander.md": drug_page("Abrotinib")})
        report = convert([seeds], folder / "output", Settings(), max_removed=1.0, on_unreadable="drop")
        assert report.snapshot is not None
        found.append(open_snapshot(report.snapshot))
    return found[0], found[1]


@pytest.fixture(scope="module")
def told(snapshots: tuple[Snapshot, Snapshot]) -> dict[str, list[dict[str, Any]]]:
    by_slug: dict[str, list[dict[str, Any]]] = {}
    for change in document(compare(*snapshots))["changes"]:
        by_slug.setdefault(change["slug"], []).append(json.loads(json.dumps(change)))
    return by_slug


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_each_pair_of_pages_gives_the_changes_that_a_reader_expects(pair: Path, told: dict[str, list[dict[str, Any]]]) -> None:
    found = [{k: v for k, v in change.items() if k not in {"slug", "old_ids", "new_ids"}} for change in told[slug_of(pair)]]
    expected = json.loads((pair / "expected.json").read_text(encoding="utf-8"))
    assert found == expected
    assert pair.name.partition(".")[0] in {change["kind"] for change in found}


def test_there_is_a_pair_of_pages_for_every_kind_of_change() -> None:
    assert {pair.name.partition(".")[0] for pair in PAIRS} | NOT_OF_PAGES == set(KINDS)


def test_a_page_that_is_the_same_is_not_told_of(told: dict[str, list[dict[str, Any]]]) -> None:
    assert "abrotinib" not in told


def test_a_snapshot_does_not_differ_from_itself(snapshots: tuple[Snapshot, Snapshot]) -> None:
    for snapshot in snapshots:
        changes = compare(snapshot, snapshot)
        assert sum(changes.totals.values()) == 0
        assert changes.pages["same"] == len(snapshot.published())
        assert changes.notes == ()


def test_backwards_every_change_is_told_the_other_way_round(snapshots: tuple[Snapshot, Snapshot]) -> None:
    forth, back = compare(*snapshots, stale=()), compare(*reversed(snapshots), stale=())
    assert essence(forth.listed) == essence(map(mirrored, back.listed))
