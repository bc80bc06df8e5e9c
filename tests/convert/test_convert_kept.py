"""A page that was published and cannot be read now stays as it was read last: marked, for a while, and told at every run."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.cli import run_command
from pipeline.convert import Report, batch, convert
from pipeline.correct import Corrections
from pipeline.diff import compare
from pipeline.errors import PublishError, UsageError
from pipeline.model import DrugFacts, Page
from pipeline.publish import current_snapshot
from pipeline.review import write_review
from pipeline.settings import Settings
from pipeline.snapshot import open_snapshot
from pipeline.tables import write_tables
from pipeline.verify import verify
from tests.invented_pages import drug_page, regimen_page
from tests.snapshot_reader import hash_of, lines, tree

GOOD = drug_page("Zelanib")
#: Ways in which a page can be here and not be read.
UNREADABLE = {
    "a quote that is not closed": GOOD.replace("language: en", "language: 'en"),
    "a fence with something behind it": GOOD.replace("---", "--- yaml", 1),
    "text before the fence": f"Exported\n{GOOD}",
    "no bytes at all": "",
}
VERSIONS = Settings(fhir_versions=("R5", "R4B", "R4"))

#: Publishes the pages of a folder on a day of January 2026.
Run = Callable[..., Report]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "zelanib.md").write_text(GOOD)
    (folder / "abrotinib.md").write_text(drug_page("Abrotinib"))
    (folder / "za.md").write_text(regimen_page("ZA", ["Zelanib", "Abrotinib"]))
    return folder


@pytest.fixture
def run(seeds: Path, tmp_path: Path) -> Run:
    def publish(day: int, output: str = "output", **options: Any) -> Report:  # noqa: ANN401 - passed on
        return convert([seeds], tmp_path / output, today=date(2026, 1, day), **options)

    return publish


def marked(snapshot: Path, version: str = "R5") -> Iterator[tuple[str, list[str], list[str]]]:
    """Each resource with its tags of `page-state` and the days of its extension."""
    for file in sorted((snapshot / version / "resources").glob("*.ndjson")):
        for resource in lines(file):
            tags = [tag["code"] for tag in resource.get("meta", {}).get("tag", ()) if tag["system"].endswith("/page-state")]
            days = [one["valueDate"] for one in resource.get("extension", ()) if one["url"].endswith("/stale")]
            yield f"{resource['resourceType']}/{resource['id']}", tags, days


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_page_that_cannot_be_read_stays_as_it_was_read_last(what: str, run: Run, seeds: Path) -> None:
    first = run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE[what])
    report = run(2)
    assert (report.exit_code, report.stopped) == (1, None)
    assert report.accounting == {"inputs": 3, "published": 2, "not_a_drug": 0, "quarantined": 1, "duplicate": 0}
    assert report.counts == first.counts
    assert (report.change.stale, report.change.kept, report.change.removed) == (("zelanib",), ("zelanib",), ())
    (told,) = [problem for problem in report.problems if problem.code == "P531"]
    assert (told.severity, told.source) == ("warning", "zelanib.md")
    assert "2026-01-01" in told.cause
    assert "2026-01-16" in told.remedy


def test_every_resource_of_it_is_marked_and_no_other(run: Run, seeds: Path) -> None:
    run(1, settings=VERSIONS)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    report = run(2, settings=VERSIONS)
    assert report.snapshot
    for version in VERSIONS.fhir_versions:
        found = list(marked(report.snapshot, version))
        assert len({name.partition("/")[0] for name, tags, _ in found if tags}) == (4 if version == "R4" else 5)
        for name, tags, days in found:
            is_of_it = name.partition("/")[2].split(".")[1:2] == ["zelanib"]
            assert (tags, days) == ((["stale"], ["2026-01-01"]) if is_of_it else ([], [])), name
    assert verify(report.snapshot) == [problem for problem in verify(report.snapshot) if problem.code == "C606"]


def test_the_report_lists_it_with_its_dates(run: Run, seeds: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    run(3)
    report = run(5)
    assert report.snapshot
    (stale,) = json.loads((report.snapshot / "report.json").read_bytes())["stale"]
    assert (stale["name"], stale["drug"], stale["read"], stale["since"]) == (
        "zelanib.md",
        "zelanib",
        "2026-01-01",
        "2026-01-03",
    )
    run_json = json.loads((report.folder / "run.json").read_bytes())
    assert (run_json["stale"], run_json["kept"]) == (["zelanib"], ["zelanib"])


def test_a_night_in_which_nothing_changed_publishes_nothing_new_and_says_it_again(run: Run, seeds: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    first, again = run(2), run(3)
    assert (again.snapshot, again.unchanged, again.exit_code) == (first.snapshot, True, 1)
    assert [problem.code for problem in again.problems if problem.severity == "warning"] == ["P531"]
    assert again.change.kept == ("zelanib",)
    assert run(4, full=True).snapshot == first.snapshot


def test_it_is_left_out_after_so_many_days(run: Run, seeds: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    assert run(2).change.kept == ("zelanib",)
    assert run(16).change.kept == ("zelanib",)
    report = run(17)
    assert (report.change.kept, report.change.stale, report.change.removed) == ((), ("zelanib",), ())
    assert {"P523"} == {problem.code for problem in report.problems if problem.severity == "warning"}
    assert report.counts["drugs"] == 1


def test_how_many_days_can_be_told(run: Run, seeds: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    assert run(2, stale_for=1).change.kept == ("zelanib",)
    assert run(3, stale_for=1).change.kept == ("zelanib",)
    assert run(4, stale_for=1).change.kept == ()
    with pytest.raises(UsageError, match="--stale-for"):
        run(5, stale_for=-1)


def test_it_can_be_dropped_at_once(run: Run, seeds: Path, tmp_path: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    report = run(2, on_unreadable="drop")
    assert (report.change.stale, report.change.kept, report.counts["drugs"]) == (("zelanib",), (), 1)
    assert not (tmp_path / "output" / "kept").exists()


def test_a_page_that_was_deleted_or_was_never_read_is_not_kept(run: Run, seeds: Path) -> None:
    run(1)
    (seeds / "zelanib.md").unlink()
    (seeds / "new.md").write_text(UNREADABLE["no bytes at all"])
    report = run(2, max_removed=1)
    assert (report.change.removed, report.change.stale) == (("zelanib",), ())
    assert report.snapshot
    assert not any(tags for _, tags, _ in marked(report.snapshot))


def test_a_kept_page_that_is_deleted_is_gone(run: Run, seeds: Path, tmp_path: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    run(2)
    (seeds / "zelanib.md").unlink()
    assert run(3).stopped, "it counts for --max-removed"
    assert run(3, max_removed=1).change.removed == ("zelanib",)
    assert not (tmp_path / "output" / "kept").exists()


def test_its_return_with_the_same_uses_is_no_clinical_change(run: Run, seeds: Path, tmp_path: Path) -> None:
    good = run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    stale = run(2)
    (seeds / "zelanib.md").write_text(GOOD.replace("lastReviewed: '2025-12-30'", "lastReviewed: '2026-01-02'"))
    back = run(3)
    assert (back.exit_code, back.change.stale) == (0, ())
    assert not (tmp_path / "output" / "kept").exists()
    for old, new in ((good, stale), (stale, back), (good, back)):
        assert old.snapshot
        assert new.snapshot
        found = compare(open_snapshot(old.snapshot), open_snapshot(new.snapshot))
        assert [change for change in found.listed if change.clinical] == []
        assert not any(found.deleted.values())
    (seeds / "zelanib.md").write_text(GOOD)
    assert run(4).snapshot == good.snapshot


def test_the_snapshot_is_a_function_of_pages_and_kept_pages(run: Run, seeds: Path, tmp_path: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    report = run(2)
    assert report.snapshot
    assert hash_of(report.snapshot) == report.snapshot.name
    (elsewhere := tmp_path / "elsewhere").mkdir()
    shutil.copytree(tmp_path / "output" / "kept", elsewhere / "kept")
    other = run(9, "elsewhere")
    assert other.snapshot
    assert tree(other.snapshot) == tree(report.snapshot)


def test_what_is_kept_is_found_again_in_the_current_snapshot(run: Run, seeds: Path, tmp_path: Path) -> None:
    """So it is where the output is in a store, and a run begins with nothing but what is current there."""
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    report = run(3)
    shutil.rmtree(tmp_path / "output" / "kept")
    shutil.rmtree(tmp_path / "output" / "runs")
    (seeds / "abrotinib.md").write_text(drug_page("Abrotinib", brand="Other"))
    again = run(4)
    assert report.snapshot
    assert again.snapshot
    stale = [json.loads((one / "report.json").read_bytes())["stale"] for one in (report.snapshot, again.snapshot)]
    assert stale[0] == stale[1]


@pytest.mark.slow
def test_an_incremental_run_writes_the_bytes_of_a_full_one(run: Run, seeds: Path, tmp_path: Path) -> None:
    settings = Settings(fhir_versions=("R5", "R4"))
    steps: list[dict[str, str | None]] = [
        {},
        {"zelanib.md": UNREADABLE["no bytes at all"]},
        {"abrotinib.md": drug_page("Abrotinib", brand="Other")},
        {"abrotinib.md": "\x00", "morvatide.md": drug_page("Morvatide")},
        {"zelanib.md": drug_page("Zelanib", brand="New")},
        {"abrotinib.md": drug_page("Abrotinib"), "zelanib.md": None, "za.md": "---\n---\n---"},
    ]
    for day, step in enumerate(steps, 1):
        for name, text in step.items():
            (seeds / name).unlink() if text is None else (seeds / name).write_text(text)
        quick = run(day, "quick", settings=settings, max_removed=1)
        full = run(day, "full", settings=settings, max_removed=1, full=True)
        assert quick.snapshot
        assert full.snapshot
        assert (quick.snapshot.name, quick.change) == (full.snapshot.name, full.change), day
    assert tree(tmp_path / "quick" / "kept").keys() == tree(tmp_path / "full" / "kept").keys()


def test_two_pages_of_one_drug_do_not_take_it_away(run: Run, seeds: Path) -> None:
    run(1)
    (seeds / "other.md").write_text(drug_page("Zelanib", brand="Other"))
    report = run(2)
    assert (report.accounting["quarantined"], report.change.kept) == (2, ("zelanib",))


def test_all_pages_unreadable_at_once_are_all_kept(run: Run, seeds: Path) -> None:
    first = run(1)
    for page in seeds.iterdir():
        page.write_text(f"Exported\n{page.read_text()}")
    report = run(2)
    assert (report.exit_code, report.counts) == (1, first.counts)
    assert report.change.kept == ("abrotinib", "za", "zelanib")


def test_a_kept_page_that_is_not_read_as_it_was_is_left_out_and_not_told_as_published(
    run: Run, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it may be after an update of onlabel: what no rule reads any more is not published."""
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    real = batch.extract

    def other(page: Page) -> DrugFacts:
        facts = real(page)
        return replace(facts, slug="another") if facts.slug == "zelanib" else facts

    monkeypatch.setattr(batch, "extract", other)
    report = run(2)
    assert (report.change.stale, report.change.kept, report.counts["drugs"]) == (("zelanib",), (), 1)
    assert [problem.code for problem in report.problems if problem.severity == "warning"] == ["P523"]


@pytest.mark.slow
def test_many_kept_pages_are_converted_by_the_workers(run: Run, seeds: Path) -> None:
    names = [f"drug{number:02}" for number in range(30)]
    for name in names:
        (seeds / f"{name}.md").write_text(drug_page(name.capitalize()))
    run(1)
    for name in names:
        (seeds / f"{name}.md").write_text("")
    report = run(2, workers=2)
    assert report.change.kept == tuple(names)
    assert report.snapshot
    assert report.snapshot.name == run(3, full=True).snapshot.name  # type: ignore[union-attr]


def test_kept_pages_that_somebody_changed_stop_the_run(run: Run, seeds: Path, tmp_path: Path) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    run(2)
    (page,) = (path for path in (tmp_path / "output" / "kept").iterdir() if path.suffix != ".json")
    page.write_text(GOOD.replace("melanoma", "every cancer"))
    with pytest.raises(PublishError) as caught:
        run(3)
    assert caught.value.problem.code == "P532"


def test_the_core_profile_keeps_and_marks_too(run: Run, seeds: Path) -> None:
    settings = Settings(fhir_versions=("R4B",), profile="core")
    run(1, settings=settings)
    (seeds / "zelanib.md").write_text(UNREADABLE["no bytes at all"])
    report = run(2, settings=settings)
    assert report.snapshot
    found = {name for name, tags, _ in marked(report.snapshot, "R4B") if tags}
    assert found == {
        "DocumentReference/nci.zelanib",
        "MedicationKnowledge/nci.zelanib",
        "MedicationKnowledge/nci.zelanib.zelaria",
    }


def test_review_tables_and_reading_back_tell_of_it(
    run: Run, seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(1)
    (seeds / "zelanib.md").write_text(UNREADABLE["a quote that is not closed"])
    run(2)
    current = current_snapshot(tmp_path / "output")
    assert current
    snapshot = open_snapshot(current)
    assert {one.slug: one.input.stale for one in snapshot.records()} == {"abrotinib": None, "zelanib": "2026-01-01", "za": None}
    write_tables(snapshot, tmp_path / "tables")
    with (tmp_path / "tables" / "uses.csv").open(newline="", encoding="utf-8") as file:
        assert {(row["slug"], row["stale"], row["page"]) for row in csv.DictReader(file)} >= {
            ("zelanib", "2026-01-01", "zelanib.md"),
            ("abrotinib", "", "abrotinib.md"),
        }
    database = duckdb.connect()
    database.execute(f"SET VARIABLE snapshot = '{tmp_path / 'output' / 'current'}'")
    database.execute((tmp_path / "tables" / "views.sql").read_text(encoding="utf-8"))
    rows = set(database.sql("SELECT slug, stale, page FROM uses").fetchall())
    assert rows >= {("zelanib", "2026-01-01", "zelanib.md"), ("abrotinib", None, "abrotinib.md")}
    assert run_command(["show", str(tmp_path / "output"), "zelanib"]) == 0
    assert "this is what it said when it was read last, on 2026-01-01" in capsys.readouterr().out
    write_review(snapshot, tmp_path / "review", Corrections(source="corrections.yaml"))
    said = "This is what it said when it was last read, on 2026-01-01."
    assert said in (tmp_path / "review" / "drugs" / "zelanib.html").read_text(encoding="utf-8")
    assert said not in (tmp_path / "review" / "drugs" / "abrotinib.html").read_text(encoding="utf-8")
    assert re.search(r"Stale pages</dt><dd>(<a [^>]*>)?1<", (tmp_path / "review" / "index.html").read_text(encoding="utf-8"))
