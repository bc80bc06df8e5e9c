"""What may not be published, and what counts as removed or stale."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.publish.guards import PageResult, compare, forbidden, settle
from tests.invented_pages import CORPUS, drug_page
from tests.snapshot_reader import Publish, lines, tree

MANY = {f"drug{n:02}.md": drug_page(f"Drug{n:02}") for n in range(20)}


def page(number: int, name: str, slug: str | None, sha256: str = "a", outcome: str = "published") -> PageResult:
    return PageResult(number, name, outcome, sha256=sha256, slug=slug)  # type: ignore[arg-type]  # a test's own words


def test_two_pages_of_one_drug_are_both_quarantined(publish: Publish, tmp_path: Path) -> None:
    report = publish({**CORPUS, "b.md": drug_page("Bortinib", slug="same"), "c.md": drug_page("Cortinib", slug="same")})
    assert report.exit_code == 1
    found = {one.page.name: (one.outcome, [p.code for p in one.problems]) for one in report.pages}
    assert found["b.md"] == found["c.md"] == ("quarantined", ["P520"])
    assert [problem.code for problem in report.problems] == ["P520", "P520"]
    assert b"same" not in (tmp_path / "output/current/R5/resources/MedicationKnowledge.ndjson").read_bytes()
    outcomes = lines(tmp_path / "output/current/outcome/OperationOutcome.ndjson")
    said = [issue["details"]["coding"][0]["code"] for outcome in outcomes for issue in outcome["issue"]]
    assert said.count("P520") == 2


def test_equal_copies_do_not_save_a_drug_of_which_there_is_another_page() -> None:
    settled = settle([page(0, "a", "x"), page(1, "b", "x"), page(2, "c", "x", "other")], {})
    assert [one.outcome for one in settled] == ["quarantined"] * 3


def test_of_equal_pages_the_first_by_name_is_published() -> None:
    settled = settle([page(0, "a", "x"), page(1, "b", "x"), page(2, "c", None, outcome="not-a-drug")], {})
    assert [one.outcome for one in settled] == ["published", "duplicate", "not-a-drug"]


def test_a_page_that_cannot_stand_beside_the_others_makes_room_for_its_copy() -> None:
    settled = settle([page(0, "a", "x"), page(1, "b", "x")], {0: ()})
    assert [one.outcome for one in settled] == ["quarantined", "published"]


def test_a_drug_whose_page_is_quarantined_now_is_stale_and_not_removed(publish: Publish, tmp_path: Path) -> None:
    publish(MANY)
    report = publish({**MANY, "drug03.md": "---\ntitle: [\n---\n"}, run_id="second", on_unreadable="drop")
    assert report.exit_code == 1
    assert (report.change.stale, report.change.removed) == (("drug03",), ())
    assert "P523" in [problem.code for problem in report.problems]
    assert b"drug03" not in (tmp_path / "output/current/R5/resources/MedicationKnowledge.ndjson").read_bytes()
    assert json.loads((tmp_path / "output/runs/second/run.json").read_bytes())["stale"] == ["drug03"]


def test_stale_is_known_by_name_by_drug_and_by_a_folder_that_cannot_be_listed() -> None:
    before = {"x": "x.md", "y": "old-name.md", "z": "sub/z.md", "gone": "gone.md"}
    now = [
        page(0, "new-name.md", "y", outcome="quarantined"),
        page(1, "sub/", None, outcome="quarantined"),
        page(2, "x.md", None, outcome="quarantined"),
    ]
    change = compare(settle(now, {}), before)
    assert change.stale == ("x", "y", "z")
    assert change.removed == ("gone",)


def test_a_page_that_is_about_no_drug_any_more_removes_its_drug(publish: Publish) -> None:
    publish(MANY)
    report = publish({**MANY, "drug03.md": CORPUS["list.md"]})
    assert (report.change.stale, report.change.removed, report.exit_code) == ((), ("drug03",), 0)


def test_a_run_that_would_remove_too_much_stops_and_replaces_nothing(publish: Publish, tmp_path: Path) -> None:
    publish(MANY)
    before = tree(tmp_path / "output/current")
    fewer = dict(list(MANY.items())[2:])
    report = publish(fewer, run_id="stopped")
    assert (report.exit_code, report.snapshot) == (3, None)
    assert report.stopped is not None
    assert (report.stopped.code, report.change.removed) == ("P512", ("drug00", "drug01"))
    assert tree(tmp_path / "output/current") == before
    assert len(list((tmp_path / "output/snapshots").iterdir())) == 1
    assert json.loads((tmp_path / "output/runs/stopped/run.json").read_bytes())["state"] == "stopped"
    assert publish(fewer, max_removed=0.1).exit_code == 0


@pytest.mark.parametrize(
    ("removed", "of", "share", "stops"), [(1, 20, 0.05, False), (2, 20, 0.05, True), (1, 1, 0.99, True), (1, 1, 1, False)]
)
def test_the_share_is_of_what_was_published(removed: int, of: int, share: float, stops: bool) -> None:  # noqa: FBT001 - data
    before = {f"d{n}": f"d{n}.md" for n in range(of)}
    now = settle([page(n, f"d{n}.md", f"d{n}", str(n)) for n in range(removed, of)] + [page(of, "new.md", "new", "n")], {})
    assert (forbidden(now, compare(now, before), before, share) is not None) is stops


def test_no_pages_publish_nothing_whatever_may_be_removed(publish: Publish, tmp_path: Path) -> None:
    publish(MANY)
    before = tree(tmp_path / "output/current")
    report = publish({}, max_removed=1)
    assert report.stopped is not None
    assert (report.exit_code, report.stopped.code) == (3, "P510")
    assert tree(tmp_path / "output/current") == before


def test_pages_without_a_drug_publish_nothing(publish: Publish, tmp_path: Path) -> None:
    report = publish({"list.md": CORPUS["list.md"], "empty.md": ""})
    assert report.stopped is not None
    assert (report.exit_code, report.stopped.code) == (3, "P511")
    assert not (tmp_path / "output/current").is_symlink()
    assert "R101" in [problem.code for problem in report.problems]


def test_where_nothing_can_be_published_the_run_says_why_of_each_page(publish: Publish) -> None:
    report = publish({"list.md": CORPUS["list.md"], "empty.md": "", "other.md": CORPUS["list.md"] + "\nMore.\n"})
    assert report.stopped is not None
    assert report.stopped.code == "P511"
    said = {problem.source: problem.code for problem in report.problems if problem.source}
    assert {name: code[0] for name, code in said.items()} == {"list.md": "P", "empty.md": "R", "other.md": "P"}
    log = (report.folder / "log").read_text(encoding="utf-8")
    assert all(name in log for name in ("list.md", "empty.md", "other.md"))
