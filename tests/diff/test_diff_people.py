"""A change that comes of a correction says so: one that is applied now, one that lapsed, or another one than before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.correct import CharacteristicEdit, Correction, Corrections, Edits, Quote, dump
from pipeline.diff import Change, Changes, compare, document, markdown, people
from pipeline.extract import extract
from pipeline.model import DrugFacts
from pipeline.publish import current_snapshot
from pipeline.read import read_page
from pipeline.settings import Settings
from pipeline.snapshot import open_snapshot
from pipeline.terminology import default_folder
from tests.correct.correct_pages import entry
from tests.invented_pages import drug_page, write_pages

PAGE = drug_page("Zelanib")
#: The same page a day later; no word of its uses is another.
LATER = PAGE.replace("Zelanib is also being studied", "Zelanib is still being studied")
Publish = Callable[..., None]


def facts_of(page: str) -> DrugFacts:
    return extract(read_page(page.encode(), "zelanib.md"))


def of_patients(page: str, quote: str) -> Correction:
    """The patients of the last use are given in other words of the page."""
    facts = facts_of(page)
    patients = ((CharacteristicEdit("description", Quote(quote)),),)
    return entry(facts, facts.uses[-1], edits=Edits(populations=patients))


def withheld(page: str) -> Correction:
    facts = facts_of(page)
    return entry(facts, facts.uses[-1], withhold=True)


def confirmed(page: str) -> Correction:
    facts = facts_of(page)
    return entry(facts, facts.uses[-1], "right", reason=None)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def publish(tmp_path: Path, output: Path) -> Publish:
    def run(page: str, *entries: Correction) -> None:
        number = len([*tmp_path.iterdir()])
        tables = tmp_path / f"mappings-{number}"
        tables.mkdir()
        for path in default_folder().glob("*.sssom.tsv"):
            (tables / path.name).symlink_to(path)
        (tables / "corrections.yaml").write_text(dump(Corrections(entries)), encoding="utf-8")
        seeds = write_pages(tmp_path / f"seeds-{number}", {"zelanib.md": page})
        convert([seeds], output, Settings(), mappings=tables, release_withheld=True)

    return run


@pytest.fixture
def changes(publish: Publish, output: Path) -> Callable[..., Changes]:
    def between(old: tuple[str, tuple[Correction, ...]], new: tuple[str, tuple[Correction, ...]]) -> Changes:
        snapshots = []
        for page, entries in (old, new):
            publish(page, *entries)
            current = current_snapshot(output)
            assert current is not None
            snapshots.append(open_snapshot(current.resolve()))
        return compare(*snapshots)

    return between


def told(changes: Changes) -> list[tuple[str, str | None]]:
    return [(change.kind, change.correction) for change in changes.listed]


def test_a_correction_that_is_new_says_who_read_the_same_words_otherwise(changes: Callable[..., Changes]) -> None:
    found = changes((PAGE, ()), (PAGE, (of_patients(PAGE, "in adults"),)))

    assert told(found) == [("use-reread", "applied")]
    (change,) = found.listed
    assert [one.reviewer for one in change.new_reviews] == ["Ann Example"]
    said = "a correction is applied now: wrong, Ann Example, 2026-11-02, The page says otherwise."
    assert people(change) == said


def test_a_correction_that_lapsed_because_the_page_changed_is_no_change_of_the_page(changes: Callable[..., Changes]) -> None:
    """The use says what it said: not the page, but the correction that is held back, makes the difference."""
    found = changes((PAGE, (of_patients(PAGE, "in adults"),)), (LATER, (of_patients(PAGE, "in adults"),)))

    assert ("use-reread", "lapsed") in told(found)
    assert not {"use-narrowed", "use-widened", "use-changed"} & {kind for kind, _ in told(found)}
    assert [how for kind, how in told(found) if kind != "use-reread"] == [None]


def test_another_correction_in_place_of_the_one_before_names_both(changes: Callable[..., Changes]) -> None:
    second = of_patients(PAGE, "melanoma in adults")
    found = changes((PAGE, (of_patients(PAGE, "in adults"),)), (PAGE, (second,)))

    assert told(found) == [("use-reread", "replaced")]


def test_a_change_of_another_field_is_not_the_reviewers(changes: Callable[..., Changes]) -> None:
    """Patients are corrected on both pages; the condition is the page's own."""
    other = PAGE.replace("**melanoma** in adults", "**skin melanoma** in adults")
    found = changes((PAGE, (of_patients(PAGE, "in adults"),)), (other, (of_patients(other, "in adults"),)))

    assert {(change.aspect, change.correction) for change in found.listed if change.aspect == "condition"} == {
        ("condition", None)
    }


@pytest.mark.parametrize(
    ("old", "new", "kind", "how"),
    [((), (withheld(PAGE),), "use-withdrawn", "applied"), ((withheld(PAGE),), (), "use-added", "lapsed")],
)
def test_a_use_that_a_person_withheld_went_and_came_by_them(
    changes: Callable[..., Changes],
    old: tuple[Correction, ...],
    new: tuple[Correction, ...],
    kind: str,
    how: str,
) -> None:
    assert told(changes((PAGE, old), (PAGE, new))) == [(kind, how)]


def test_a_withheld_use_that_is_read_again_because_the_page_changed_says_so(changes: Callable[..., Changes]) -> None:
    assert ("use-added", "lapsed") in told(changes((PAGE, (withheld(PAGE),)), (LATER, (withheld(PAGE),))))


def test_a_mere_verdict_changes_no_fact_and_is_named(changes: Callable[..., Changes]) -> None:
    assert told(changes((PAGE, ()), (PAGE, (confirmed(PAGE),)))) == [("resources-only", "applied")]


def test_machines_people_and_the_files_of_a_run_get_the_same(
    publish: Publish, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(PAGE, of_patients(PAGE, "in adults"))
    publish(LATER)

    assert run_command(["diff", str(output)]) == 0
    said = "a correction is no longer applied (look again at the use): wrong, Ann Example, 2026-11-02"
    assert said in " ".join(capsys.readouterr().out.split())
    assert run_command(["diff", str(output), "--json"]) == 0
    (change,) = (one for one in json.loads(capsys.readouterr().out)["changes"] if "correction" in one)
    assert change["correction"] == "lapsed"
    review = {"reviewer": "Ann Example", "date": "2026-11-02", "verdict": "wrong", "reason": "The page says otherwise."}
    assert change["old_reviews"] == [review]
    assert "new_reviews" not in change
    written = [json.loads(file.read_bytes()) for file in (output / "runs").glob("*/changes.json")]
    assert change in [one for each in written for one in each["changes"]]


def test_the_review_marks_a_change_that_comes_of_a_correction(publish: Publish, output: Path) -> None:
    publish(PAGE, of_patients(PAGE, "in adults"))
    publish(LATER)

    assert run_command(["review", str(output), "--quiet"]) == 0
    said = (output / "review" / "changes.html").read_text(encoding="utf-8")
    assert '<span class="chip warning">correction lapsed</span>' in said
    assert "wrong, Ann Example, 2026-11-02, The page says otherwise." in said


def test_the_artifact_names_the_reviewer_as_words(changes: Callable[..., Changes]) -> None:
    found = changes((PAGE, ()), (PAGE, (of_patients(PAGE, "in adults"),)))
    assert "a correction is applied now\\: wrong, Ann Example" in markdown(found)
    assert document(found)["changes"][0]["correction"] == "applied"


def test_a_change_that_nobody_corrected_says_nothing_of_people() -> None:
    assert Change("page-only", "zelanib", "Zelanib").correction is None
