"""Corrections in several files, merged; corrections that are missing, and what a run says and does then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.convert import Report, convert
from pipeline.correct import Correction, Corrections, Edits, Quote, dump, load, load_files
from pipeline.errors import UsageError
from pipeline.publish import current_snapshot
from pipeline.settings import Settings
from pipeline.snapshot import open_snapshot
from tests.correct.correct_pages import entry, facts_of, page_bytes

FACTS = facts_of()
FIRST, SECOND = FACTS.uses
CORRECTED = entry(FACTS, FIRST, edits=Edits(conditions=(Quote("cancer of the skin"),)), reviewer="Ann Example")
WITHHELD = entry(FACTS, SECOND, withhold=True, reviewer="Bo Example")

Write = Callable[..., Path]
#: Publishes the page with files of corrections.
Run = Callable[..., Report]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, *entries: Correction) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dump(Corrections(entries)), encoding="utf-8")
        return path

    return written


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "zolerab.md").write_bytes(page_bytes())

    def publish(*files: Path, **options: object) -> Report:
        return convert([tmp_path / "seeds"], tmp_path / "output", corrections=files, **options)  # type: ignore[arg-type]

    return publish


def test_every_file_is_applied_and_named_in_the_report(run: Run, write: Write) -> None:
    report = run(write("ann/corrections.yaml", CORRECTED), write("bo/corrections.yaml", WITHHELD))
    assert (report.corrections, report.exit_code) == ((2, 0), 0)
    assert report.snapshot
    (record,) = open_snapshot(report.snapshot).records()
    assert [fact.text for fact in record.facts.uses[0].conditions] == ["cancer of the skin"]
    assert [one.text.text for one in record.facts.withheld] == [SECOND.text.text]
    assert '"corrections.yaml (2)"' in (report.snapshot / "report.json").read_text(encoding="utf-8")


def test_a_message_names_the_file(run: Run, write: Write) -> None:
    elsewhere = replace(WITHHELD, sha256="0" * 64)
    report = run(write("ann.yaml", CORRECTED), write("bo.yaml", elsewhere))
    assert [(note.code, note.source) for note in report.notes] == [("E110", "bo.yaml")]
    assert "in line 3 of bo.yaml" in report.notes[0].cause
    assert report.corrections == (1, 1)


def test_what_cannot_be_applied_is_counted_by_file_and_line(run: Run, write: Write) -> None:
    lost = replace(CORRECTED, edits=Edits(conditions=(Quote("no words of it"),)))
    report = run(write("ann.yaml", lost), write("bo.yaml", WITHHELD))
    assert [note.code for note in report.notes] == ["E114"]
    assert report.corrections == (1, 1)


def test_a_file_that_is_not_there_stops_the_run(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="E101"):
        run(tmp_path / "missing.yaml")


def test_merging_counts_once_what_is_said_twice_and_takes_a_persons_later_word(write: Write) -> None:
    later = replace(CORRECTED, verdict="right", edits=Edits(), reason=None, date=date(2026, 11, 3))
    old, new = write("old.yaml", CORRECTED, WITHHELD), write("new.yaml", WITHHELD, later)
    for files in ([old, new], [new, old]):
        assert set(load_files(files).entries) == {later, WITHHELD}
    same_day = replace(later, date=CORRECTED.date)
    assert load_files([old, write("third.yaml", same_day)]).entries == (same_day, WITHHELD)


def test_people_who_contradict_each_other_are_named_with_file_and_line(write: Write) -> None:
    other = replace(CORRECTED, reviewer="Cy Example", verdict="right", edits=Edits(), reason=None)
    with pytest.raises(UsageError) as caught:
        load_files([write("ann.yaml", CORRECTED), write("cy.yaml", other)])
    problem = caught.value.problem
    assert (problem.code, problem.source, problem.line) == ("E103", "cy.yaml", 3)
    assert "line 3 of ann.yaml" in problem.cause


def test_the_command_merges_to_a_file_that_convert_takes(
    run: Run, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, bo = write("ann.yaml", CORRECTED), write("bo.yaml", WITHHELD, CORRECTED)
    assert run_command(["corrections", "merge", str(ann), str(bo), "--to", str(ann)]) == 0
    assert capsys.readouterr().out == f"2 corrections of 2 files: {ann}\n"
    assert load_files([ann]).entries == (CORRECTED, WITHHELD)
    assert run(ann).corrections == (2, 0)
    assert run_command(["corrections", "merge", str(bo)]) == 0
    assert capsys.readouterr().out == dump(Corrections((WITHHELD, CORRECTED)))
    assert run_command(["corrections", "merge"]) == 2
    assert run_command(["corrections", "merge", str(bo), "--to", str(tmp_path / "no" / "such" / "folder.yaml")]) == 2
    assert "E104" in capsys.readouterr().err


def test_the_options_are_those_of_a_configuration_file_too(write: Write, run: Run, tmp_path: Path) -> None:
    assert run  # the page is there
    ann, bo = write("ann.yaml", CORRECTED), write("bo.yaml", WITHHELD)
    config = tmp_path / "onlabel.toml"
    config.write_text(
        f'corrections = ["{ann}", "{bo}"]\nstale-for = 3\non-unreadable = "drop"\nrelease-withheld = true\n', encoding="utf-8"
    )
    options = ["--output", str(tmp_path / "output"), "--config", str(config), "--quiet"]
    assert run_command(["convert", str(tmp_path / "seeds"), *options]) == 0
    current = current_snapshot(tmp_path / "output")
    assert current
    (record,) = open_snapshot(current).records()
    assert (len(record.facts.uses), len(record.facts.withheld)) == (1, 1)
    assert run_command(["review", str(tmp_path / "output"), "--config", str(config), "--quiet"]) == 0
    assert "corrected by" in (tmp_path / "output" / "review" / "drugs" / "zolerab.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(fhir_versions=("R4",)), Settings(profile="core"), Settings(fhir_versions=("R4B",), profile="core")],
)
@pytest.mark.parametrize("full", [False, True])
def test_a_run_that_would_publish_a_withheld_use_again_stops(
    run: Run, write: Write, tmp_path: Path, settings: Settings, *, full: bool
) -> None:
    file = write("bo.yaml", WITHHELD)
    first = run(file, settings=settings)
    stopped = run(settings=settings, full=full)
    assert (stopped.exit_code, stopped.snapshot) == (3, None)
    assert stopped.stopped
    assert (stopped.stopped.code, "zolerab: vessel blight in adults." in stopped.stopped.cause) == ("P517", True)
    assert "--release-withheld" in stopped.stopped.remedy
    assert current_snapshot(tmp_path / "output") == first.snapshot
    assert run(file, settings=settings, full=full).unchanged
    told = run(settings=settings, full=full, release_withheld=True)
    assert told.counts["uses"] == 2
    assert run(settings=settings).unchanged, "it is told once"


def test_corrections_that_are_missing_are_told_loudly(run: Run, write: Write) -> None:
    run(write("ann.yaml", CORRECTED))
    report = run()
    (note,) = report.notes
    assert (note.code, note.severity, report.exit_code) == ("P533", "warning", 0)
    assert "zolerab (wrong by Ann Example)" in note.cause
    assert run().notes == ()


def test_corrections_of_a_page_that_changed_are_told_by_their_own_finding(run: Run, write: Write, tmp_path: Path) -> None:
    file = write("bo.yaml", WITHHELD)
    run(file)
    (tmp_path / "seeds" / "zolerab.md").write_bytes(page_bytes().replace(b"ends soon", b"ends later"))
    report = run(file)
    assert [note.code for note in report.notes] == ["E110"]
    assert report.snapshot


def test_a_corrected_use_reads_corrected_by(run: Run, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = run(write("ann.yaml", CORRECTED))
    assert report.snapshot
    assert run_command(["show", str(tmp_path / "output"), "zolerab"]) == 0
    said = capsys.readouterr().out
    assert "corrected    by Ann Example, 2026-11-02: The page says otherwise." in said
    assert "reviewed     wrong" not in said
    provenance = (report.snapshot / "R5" / "resources" / "Provenance.ndjson").read_text(encoding="utf-8")
    assert ": corrected by Ann Example, 2026-11-02, The page says otherwise." in provenance
    assert run_command(["verify", str(tmp_path / "output"), "--quiet"]) == 0


def test_a_brand_that_a_correction_quotes_stays_among_the_brands(run: Run, write: Write) -> None:
    brand = FACTS.brands[1]
    assert brand.text not in {named.text for named in SECOND.brands}
    report = run(write("ann.yaml", entry(FACTS, SECOND, edits=Edits(brands=(Quote(brand.text),)))))
    assert report.snapshot
    assert report.corrections == (1, 0)
    (record,) = open_snapshot(report.snapshot).records()
    assert [one.text for one in record.facts.brands] == [one.text for one in FACTS.brands]
    assert [one.text for one in record.facts.uses[1].brands] == [brand.text]


def test_no_other_file_is_needed_in_the_folder(tmp_path: Path, write: Write) -> None:
    assert load(tmp_path).entries == ()
    assert load(tmp_path, [write("ann.yaml", CORRECTED)]).entries == (CORRECTED,)
