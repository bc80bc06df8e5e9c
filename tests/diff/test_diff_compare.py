"""Changes that no pair of pages gives: other rules, other kinds of page; and which snapshots are meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.diff import compare, difference, subject, title
from pipeline.diff.drugs import changes_of_page
from pipeline.settings import Settings
from pipeline.snapshot import Line, open_snapshot
from tests.invented_pages import drug_page, regimen_page, write_pages

OLD = {"abrotinib.md": drug_page("Abrotinib"), "zelanib.md": drug_page("Zelanib"), "zz.md": drug_page("ZZ")}
#: Zelanib's melanoma is for children now; ZZ is a regimen now.
NEW = {
    **OLD,
    "zelanib.md": OLD["zelanib.md"].replace("**melanoma** in adults", "**melanoma** in children"),
    "zz.md": regimen_page("ZZ", ["Zelanib", "Abrotinib"]),
}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    for number, pages in enumerate((OLD, NEW)):
        convert([write_pages(tmp_path / str(number), pages)], tmp_path / "output", Settings(), max_removed=1.0)
    return tmp_path / "output"


@pytest.fixture
def names(output: Path) -> list[str]:
    """The hashes of the older and of the newer snapshot."""
    new = (output / "current").resolve().name
    (old,) = (folder.name for folder in (output / "snapshots").iterdir() if folder.name != new)
    return [old, new]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def out(*arguments: str, code: int = 0) -> str:
        assert run_command(["diff", *arguments]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return out


def test_other_rules_on_the_same_words_change_no_use_in_any_direction(output: Path) -> None:
    """Whatever a newer onlabel reads otherwise, the page did not narrow or widen."""
    record = next(open_snapshot(output).records())
    first, *rest = record.facts.uses
    other = replace(first, populations=(), disease_status=())
    (change,) = changes_of_page(record, replace(record, facts=replace(record.facts, uses=(other, *rest))))
    assert (change.kind, change.aspect, change.clinical) == ("use-reread", "disease-status", True)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("that is metastatic", "that is metastatic, refractory, or recurrent", "use-changed"),
        ("that is metastatic, refractory, or recurrent", "that is metastatic", "use-changed"),
        ("that is HER2 positive", "that is HER2 positive, HER2 low, or HER2 ultralow", "use-changed"),
        ("that is HER2 positive", "that is HER2 positive and hormone receptor positive", "use-narrowed"),
    ],
)
def test_more_of_a_list_that_or_joins_narrows_nothing(tmp_path: Path, old: str, new: str, kind: str) -> None:
    snapshots = []
    for number, said in enumerate((old, new)):
        pages = {"zelanib.md": OLD["zelanib.md"].replace("that has metastasized", said)}
        report = convert([write_pages(tmp_path / str(number), pages)], tmp_path / "output", Settings())
        assert report.snapshot is not None
        snapshots.append(open_snapshot(report.snapshot))
    before, after = snapshots
    assert [change.kind for change in compare(before, after).listed] == [kind]


def test_a_drug_that_became_a_regimen_is_one_drug(output: Path, names: list[str]) -> None:
    old, new = (open_snapshot(output / "snapshots" / name) for name in names)
    for one, other in ((old, new), (new, old)):
        changes = compare(one, other)
        assert [change.was for change in changes.listed if (change.slug, change.aspect) == ("zz", "kind")]
        assert changes.pages == {"same": 1, "changed": 2, "added": 0, "removed": 0, "stale": 0}


def test_only_pages_whose_bytes_differ_are_read(output: Path, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    read, record = [], Line.record
    monkeypatch.setattr(Line, "record", lambda line: read.append(line.slug) or record(line))
    compare(*(open_snapshot(output / "snapshots" / name) for name in names))
    assert sorted(read) == ["zelanib", "zelanib", "zz", "zz"]


def test_the_last_two_snapshots_are_compared_unless_others_are_named(
    output: Path, names: list[str], told: Callable[..., str]
) -> None:
    without = told("--output", str(output))
    assert "Zelanib\n  use changed (patients) · Zelaria · melanoma\n      adults → children\n" in without
    assert re.search(r"      was  zelanib\.md:\d+  “melanoma in adults\. This use is approved", without)
    assert told(names[0][:8], "--output", str(output)) == without
    assert told(names[0][:8], names[1][:8], "--output", str(output)) == without
    assert told(str(output / "snapshots" / names[0]), str(output)) == without
    back = told(names[1][:8], names[0][:8], "--output", str(output))
    assert "      children → adults\n" in back


def test_machines_get_the_document(output: Path, told: Callable[..., str]) -> None:
    document = json.loads(told("--output", str(output), "--json"))
    runs = [json.loads(file.read_bytes()) for file in (output / "runs").glob("*/changes.json")]
    assert {**document, "deleted": None} in [{**run, "deleted": None} for run in runs]


def test_what_is_not_clinical_is_counted_and_told_when_asked_for(
    tmp_path: Path, told: Callable[..., str], output: Path
) -> None:
    pages = {**NEW, "abrotinib.md": drug_page("Abrotinib", reviewed="2026-01-01")}
    convert([write_pages(tmp_path / "third", pages)], output, Settings())
    few, everything = told("--output", str(output)), told("--output", str(output), "--all")
    assert few.endswith("Not clinical, see with --all: page only: no fact changed: 1.\n")
    assert "\nAbrotinib\n  page only: no fact changed\n" in everything


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("ffffffff",), "D102"), (("no such folder", "neither"), "D102"), (("../..",), "W100"), (("0", "1"), "D102")],
)
def test_a_snapshot_that_is_not_there_is_said(
    arguments: tuple[str, ...], said: str, output: Path, told: Callable[..., str]
) -> None:
    assert said in told(*arguments, "--output", str(output), code=2)


def test_an_output_folder_named_alone_is_compared_with_what_it_was_before(
    output: Path, tmp_path: Path, told: Callable[..., str]
) -> None:
    last_two = told("--output", str(output))
    assert told(str(output)) == last_two
    assert told(str(output), "--output", str(output)) == last_two
    # With another --output it is the older of the two, as with two folders.
    other = tmp_path / "other"
    convert([write_pages(tmp_path / "others", OLD)], other, Settings())
    assert told(str(other), "--output", str(output)) == last_two


def test_an_output_folder_without_links_is_one_too(output: Path, told: Callable[..., str]) -> None:
    last_two = told("--output", str(output))
    (output / "CURRENT").write_text(f"{(output / 'current').readlink()}\n")
    (output / "current").unlink()
    assert told(str(output)) == last_two


def test_a_snapshot_compared_with_itself_is_said(output: Path, names: list[str], told: Callable[..., str]) -> None:
    said = f"{names[1][:12]}: both are the same snapshot; there is nothing to compare.\n"
    assert told(names[1], "--output", str(output)) == said
    assert told(str(output), str(output / "snapshots" / names[1])) == said


def test_what_was_named_and_is_not_there_is_named_in_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[..., str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "'nowhere' is not a folder" in told("nowhere", code=2)


def test_a_first_snapshot_has_none_before_it(tmp_path: Path, told: Callable[..., str]) -> None:
    convert([write_pages(tmp_path / "seeds", OLD)], tmp_path / "once", Settings())
    assert "D103" in told("--output", str(tmp_path / "once"), code=2)


def test_a_change_is_told_with_its_brand_use_and_difference(output: Path, names: list[str]) -> None:
    changes = compare(*(open_snapshot(output / "snapshots" / name) for name in names))
    (change,) = [change for change in changes.listed if change.slug == "zelanib"]
    assert (change.drug, subject(change)) == ("Zelanib", "Zelaria · melanoma")
    assert (title(change), difference(change)) == ("use changed (patients)", "adults → children")
