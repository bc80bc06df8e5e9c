"""The review's folder: whole or not at all, never someone else's, and readable without a script."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.diff import Changes, compare
from pipeline.errors import ReviewError
from pipeline.publish import reading
from pipeline.review.folder import replacing
from pipeline.review.overview import IN_WORDS
from pipeline.snapshot import Snapshot
from tests.invented_pages import drug_page, write_pages


@pytest.fixture
def output(seed: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    assert run_command(["convert", str(seed), "--output", str(folder), "--quiet"]) == 0
    return folder


def test_a_review_stands_in_the_output_and_leaves_the_snapshot_as_it_was(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in (output / "snapshots").rglob("*") if path.is_file()}
    assert run_command(["review", str(output), "--quiet"]) == 0
    assert capsys.readouterr().out.strip().endswith(str(output / "review" / "index.html"))
    assert before == {path: path.read_bytes() for path in (output / "snapshots").rglob("*") if path.is_file()}
    assert run_command(["verify", str(output), "--quiet"]) == 0


def test_the_same_snapshot_gives_the_same_review(output: Path, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        assert run_command(["review", str(output), "--to", str(tmp_path / name), "--quiet"]) == 0
        made.append({p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()})
    assert made[0] == made[1]
    assert len(made[0]) > 10


def test_a_folder_of_someone_else_is_refused_and_stays(
    output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert run_command(["review", str(output), "--to", str(theirs), "--quiet"]) == 3
    assert "W200 fatal" in capsys.readouterr().err
    assert [path.name for path in theirs.iterdir()] == ["thesis.txt"]


def test_a_failure_half_way_leaves_the_review_made_before(tmp_path: Path) -> None:
    folder = tmp_path / "review"
    with replacing(folder) as new:
        (new / "index.html").write_text("whole", encoding="utf-8")
    with contextlib.suppress(RuntimeError), replacing(folder) as new:
        (new / "index.html").write_text("half", encoding="utf-8")
        raise RuntimeError
    assert (folder / "index.html").read_text(encoding="utf-8") == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["review"]


def test_what_the_system_refuses_has_a_code(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReviewError) as refused, replacing(tmp_path / "file" / "review"):
        pass
    assert refused.value.problem.code == "W201"


def test_no_page_needs_anything_but_its_own_folder(output: Path) -> None:
    assert run_command(["review", str(output), "--quiet"]) == 0
    for file in (output / "review").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        markup = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
        assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", markup) == []
        for target in re.findall(r'(?:src|href)="([^"#]+)', markup):
            assert (file.parent / target).is_file(), target


def test_progress_says_who_reviewed_what(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["review", str(output), "--progress"]) == 0
    assert capsys.readouterr().out.startswith("0 of 5 uses reviewed, on 0 of 1 page\n")


def test_changes_are_those_since_the_snapshot_before_or_the_one_named(seed: Path, tmp_path: Path) -> None:
    page, output = tmp_path / "seeds" / "denosumab.md", tmp_path / "output"
    page.parent.mkdir()
    text = seed.read_text(encoding="utf-8")
    for said in ("prostate cancer", "colon cancer", "bowel cancer"):
        page.write_text(text.replace("prostate cancer", said), encoding="utf-8")
        assert run_command(["convert", str(page), "--output", str(output), "--quiet"]) == 0
        if said == "prostate cancer":
            first = (output / "current").resolve().name
    changes = output / "review" / "changes.html"
    assert run_command(["review", str(output), "--quiet"]) == 0
    assert "colon cancer in men" in changes.read_text(encoding="utf-8")
    assert run_command(["review", str(output), "--previous", first[:12], "--quiet"]) == 0
    assert "colon cancer in men" not in changes.read_text(encoding="utf-8")
    assert "prostate cancer in men" in changes.read_text(encoding="utf-8")
    assert run_command(["review", str(output), "--previous", "0123", "--quiet"]) == 2


def test_of_a_named_snapshot_the_output_folder_in_which_it_stands_is_written(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    snapshot = (output / "current").resolve()
    copied = tmp_path / "elsewhere" / "copied"
    shutil.copytree(snapshot, copied)
    for command, made in (("review", "review/index.html"), ("tables", "tables/uses.csv")):
        for named, home in (
            (output, output),
            (snapshot, output),
            (output / "current", output),
            (Path("output/current"), output),
            (copied, copied.parent),
        ):
            assert run_command([command, str(named), "--quiet"]) == 0
            assert (home / made).is_file()
            shutil.rmtree((home / made).parent)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["elsewhere", "output"]
    assert run_command(["verify", str(output), "--quiet"]) == 0


def test_no_run_removes_a_snapshot_while_it_or_the_one_before_is_read(
    seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, output = tmp_path / "seeds" / "denosumab.md", tmp_path / "output"
    page.parent.mkdir()
    text = seed.read_text(encoding="utf-8")

    def publish(said: str) -> None:
        page.write_text(text.replace("prostate cancer", said), encoding="utf-8")
        assert run_command(["convert", str(page), "--output", str(output), "--keep", "1", "--quiet"]) == 0

    publish("prostate cancer")
    before = (output / "current").resolve()

    def comparing(old: Snapshot, new: Snapshot) -> Changes:
        assert old.path == before
        for said in ("bowel cancer", "lung cancer"):
            publish(said)
        return compare(old, new)

    with reading(before):
        publish("colon cancer")
    monkeypatch.setattr("pipeline.diff.compare", comparing)
    assert run_command(["review", str(output), "--quiet"]) == 0
    assert "colon cancer in men" in (output / "review" / "changes.html").read_text(encoding="utf-8")
    assert "colon cancer in men" in (output / "review" / "drugs" / "denosumab.html").read_text(encoding="utf-8")


def test_words_that_restrict_a_use_stand_first_on_its_card_and_the_drug_can_be_found_by_them(tmp_path: Path) -> None:
    page = drug_page("Zelanib").replace("that has metastasized", "unless wobbling")
    convert([write_pages(tmp_path / "pages", {"zelanib.md": page, "abrotinib.md": drug_page("Abrotinib")})], tmp_path / "out")

    assert run_command(["review", str(tmp_path / "out"), "--quiet"]) == 0

    shown = (tmp_path / "out" / "review" / "drugs" / "zelanib.html").read_text(encoding="utf-8")
    card = shown[shown.index('id="use-1"') :]
    assert card.index("restricted in words") < card.index("Restriction in words") < card.index("<blockquote>")
    assert "unless wobbling" in card[card.index("Restriction in words") : card.index("<blockquote>")]
    rows = (tmp_path / "out" / "review" / "data" / "overview.js").read_text(encoding="ascii")
    flags = {row[0]: row[4] for row in json.loads(rows[rows.index("=") + 1 : rows.index(";\n")])}
    assert (flags["zelanib"] & IN_WORDS, flags["abrotinib"] & IN_WORDS) == (IN_WORDS, 0)


def test_changes_are_told_with_before_after_and_why_and_never_as_nothing(tmp_path: Path) -> None:
    page = tmp_path / "seeds" / "zelanib.md"
    page.parent.mkdir()
    output = tmp_path / "output"
    text = drug_page("Zelanib")
    for said in (text, text.replace("that has metastasized", "that has metastasized. It is used in adults")):
        page.write_text(said, encoding="utf-8")
        assert run_command(["convert", str(page), "--output", str(output), "--quiet"]) == 0
    assert run_command(["review", str(output), "--quiet"]) == 0
    told = (output / "review" / "changes.html").read_text(encoding="utf-8")
    assert "use narrowed (patients)" in told
    assert re.search(
        r'<bdi class="before">not stated</bdi> <span aria-label="is now">→</span> <bdi class="after">adults</bdi>', told
    )
    assert "Why: the page changed." in told
    assert ">nothing<" not in told
    assert told.count("<details><summary>") == 1
    page.write_text(page.read_text(encoding="utf-8").replace("is used in adults", "is used in  adults"), encoding="utf-8")
    assert run_command(["convert", str(page), "--output", str(output), "--quiet"]) == 0
    assert run_command(["review", str(output), "--quiet"]) == 0
    told = (output / "review" / "changes.html").read_text(encoding="utf-8")
    # What is no news for a pharmacist is folded: after other rules it is hundreds of lines.
    assert re.search(r"<details><summary>1 change of wording, codes and pages, by drug</summary><div id=\"other\">", told)


def test_pages_that_are_not_published_are_one_table_with_reasons(tmp_path: Path) -> None:
    pages = {
        "zelanib.md": drug_page("Zelanib"),
        "broken.md": drug_page("Quorvax").replace("language: en", "language: [en"),
        "other.md": "# About us\n\nNo drug.\n",
        "more.md": "# More about us\n\nNo drug.\n",
    }
    convert([write_pages(tmp_path / "pages", pages)], tmp_path / "out")
    assert run_command(["review", str(tmp_path / "out"), "--quiet"]) == 0
    shown = (tmp_path / "out" / "review" / "pages.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", shown, re.DOTALL)
    assert [("broken.md" in row, "quarantined" in row, "R107" in row) for row in rows] == [(True,) * 3, (False,) * 3]
    assert all(said in rows[1] for said in ("2 pages:", "more.md", "other.md"))
    assert "about no single drug" in rows[1]


@pytest.mark.parametrize(
    ("said", "read"), [("No", "Not approved"), ("Withdrawn", "Discontinued"), ("Ask your pharmacist", "Not stated")]
)
def test_a_drug_of_which_the_page_says_that_fda_did_not_approve_it_is_shown_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, read: str
) -> None:
    page = drug_page("Zelanib").replace("\nYes\n", f"\n{said}\n").replace("is approved to treat", "is used to treat")
    convert([write_pages(tmp_path / "pages", {"zelanib.md": page})], tmp_path / "out")

    assert run_command(["verify", str(tmp_path / "out"), "--quiet"]) == 0
    assert run_command(["review", str(tmp_path / "out"), "--quiet"]) == 0
    shown = (tmp_path / "out" / "review" / "drugs" / "zelanib.html").read_text(encoding="utf-8")
    assert f'<span class="chip warning">FDA approved: <bdi>{said}</bdi></span>' in shown
    assert f'<span class="note">{read}</span>' in shown
    capsys.readouterr()
    assert run_command(["show", str(tmp_path / "out"), "zelanib"]) == 0
    words = f" (“{said}”)" if read == "Not stated" else ""
    assert f"FDA status {read.lower()}{words}\n" in capsys.readouterr().out
