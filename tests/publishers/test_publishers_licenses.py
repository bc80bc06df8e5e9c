"""Whose text may be handed on: where a license does not say so, a snapshot has quotes, size and hash, and no text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

import orjson
import pytest

from pipeline.cli import run_command
from pipeline.publishers import named, refusal
from pipeline.snapshot import open_snapshot

PAGE = """\
---
title: Zolafen
source: Health Pages
license: All rights reserved
url: https://health.example/drugs/zolafen.html
---

# Zolafen

A paragraph that proves nothing.

## Uses

Zolafen is used to treat **melanoma** that has spread. Ask your doctor how long it takes to work.
"""


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "zolafen.md").write_text(PAGE, encoding="utf-8")
    shutil.copy(Path(__file__).parents[2] / "seeds" / "denosumab.md", folder)
    return folder


@pytest.fixture
def output(tmp_path: Path, seeds: Path) -> Path:
    assert run_command(["convert", str(seeds), "--output", str(tmp_path / "out"), "--fhir", "R5", "--fhir", "R4"]) == 0
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("license_", "refused"),
    [
        ("public_domain", False),
        ("Public Domain", False),
        ("CC0", False),
        ("CC BY 4.0", False),
        ("cc-by-sa-4.0", False),
        ("https://creativecommons.org/licenses/by/4.0/", False),
        ("OGL v3.0", False),
        ("CC BY-NC 4.0", True),
        ("cc-by-nd-4.0", True),
        ("https://creativecommons.org/licenses/by-nc/4.0/", True),
        ("All rights reserved", True),
        ("CC BY 4.0 (非商用)", True),
        ("not public domain", True),
        ("ema", True),
        (None, True),
    ],
)
def test_only_licenses_that_let_anybody_copy_do(license_: str | None, refused: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (refusal(license_, named("page")) is not None) is refused


def test_a_pages_license_goes_before_its_publishers() -> None:
    assert refusal(None, named("nci")) is None
    assert refusal("All rights reserved", named("nci")) == "the license is All rights reserved"


def test_its_text_stands_nowhere_in_the_snapshot_but_its_quotes_do(output: Path) -> None:
    snapshot = (output / "current").resolve()
    everything = b"".join(path.read_bytes() for path in snapshot.rglob("*") if path.is_file())
    assert b"A paragraph that proves nothing" not in everything
    assert base64.b64encode(b"---\ntitle: Zolafen\n")[:20] not in everything
    for version in ("R5", "R4"):
        documents = map(orjson.loads, (snapshot / version / "resources/DocumentReference.ndjson").read_bytes().splitlines())
        attachment = next(each for each in documents if each["id"] == "page.zolafen")["content"][0]["attachment"]
        assert "data" not in attachment
        assert attachment["url"] == "https://health.example/drugs/zolafen.html"
        assert int(attachment["size"]) == len(PAGE.encode())
        assert attachment["hash"] == base64.b64encode(hashlib.sha1(PAGE.encode(), usedforsecurity=False).digest()).decode()
    report = orjson.loads((snapshot / "report.json").read_bytes())
    assert {each["name"]: each.get("no_text") for each in report["inputs"]} == {
        "denosumab.md": None,
        "zolafen.md": "the license is All rights reserved",
    }


def test_verify_says_what_it_could_not_check_and_proves_it_from_the_pages(
    output: Path, seeds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run_command(["verify", str(output)]) == 1
    said = capsys.readouterr()
    assert "every quoted fact is proven" not in said.out
    assert "NOT CHECKED: what is quoted from 1 page whose text is not published" in said.out
    assert "C612 warning: DocumentReference/page.zolafen" in said.err
    assert " error: " not in said.err

    assert run_command(["verify", str(output), "--pages", str(seeds), "--json"]) == 0
    *_, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert (summary["summary"]["pages_not_checked"], summary["summary"]["proven"]) == (0, True)

    # A page that cannot be read is told, and costs no other.
    (seeds / "a-folder.md").mkdir()
    (seeds / "of-elsewhere.md").symlink_to(output / "current" / "report.json")
    assert run_command(["verify", str(output), "--pages", str(seeds)]) == 0
    said = capsys.readouterr()
    assert "every quoted fact is proven" in said.out
    assert "R192 error: of-elsewhere.md" in said.err
    assert "error: a-folder.md" in said.err
    (seeds / "of-elsewhere.md").unlink()
    (seeds / "a-folder.md").rmdir()

    # Also where resources carry no proof of their own.
    bare = str(output.parent / "bare")
    assert run_command(["convert", str(seeds), "--output", bare, "--proof", "none"]) == 0
    assert run_command(["verify", bare, "--pages", str(seeds)]) == 0
    assert run_command(["verify", bare]) == 1

    # Another page of that name is not the page.
    (seeds / "zolafen.md").write_text(PAGE.replace("melanoma", "glioma"), encoding="utf-8")
    assert run_command(["verify", str(output), "--pages", str(seeds)]) == 1


@pytest.mark.parametrize("proof", ["compact", "full", "none"])
@pytest.mark.parametrize(
    "license_", ["CC BY 4.0", "'CC BY 4.0' # as agreed", "CC BY 4.0 # as agreed", ">-\n  CC BY 4.0", "|  # so\n  CC0"]
)
def test_a_text_that_its_own_license_lets_anybody_copy_is_proven(license_: str, proof: str, tmp_path: Path) -> None:
    page = tmp_path / "zolafen.md"
    page.write_text(PAGE.replace("All rights reserved", license_), encoding="utf-8")
    assert run_command(["convert", str(page), "--output", str(tmp_path / "out"), "--proof", proof]) == 0
    assert b'"data"' in (tmp_path / "out/current/R5/resources/DocumentReference.ndjson").read_bytes()
    assert run_command(["verify", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize("proof", ["compact", "none"])
def test_a_text_that_is_attached_although_the_page_forbids_it_is_found(
    proof: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "denosumab.md"
    text = (Path(__file__).parents[2] / "seeds" / "denosumab.md").read_text(encoding="utf-8")
    page.write_text(re.sub("license: .*", "license: All rights reserved", text, count=1), encoding="utf-8")
    assert "All rights reserved" in page.read_text(encoding="utf-8")
    with monkeypatch.context() as wrongly:
        wrongly.setattr("pipeline.fhir.document.refusal", lambda *_: None)
        assert run_command(["convert", str(page), "--output", str(tmp_path / "out"), "--proof", proof]) == 0
    capsys.readouterr()
    assert run_command(["verify", str(tmp_path / "out")]) == 1
    assert "C613 error: DocumentReference/nci.denosumab" in capsys.readouterr().err


def test_what_reads_snapshots_does_without_the_text(output: Path, seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = open_snapshot(output).record("page.zolafen")
    assert record is not None
    assert record.facts.page.sha256 == hashlib.sha256(PAGE.encode()).hexdigest()
    assert record.facts.page.meta("license") == "All rights reserved"
    capsys.readouterr()
    assert run_command(["show", str(output), "page.zolafen"]) == 0
    assert "“Zolafen is used to treat melanoma that has spread.” zolafen.md\n" in capsys.readouterr().out
    assert run_command(["tables", str(output)]) == 0
    assert run_command(["review", str(output)]) == 0
    (page,) = output.rglob("review/**/page.zolafen.html")
    html = page.read_text(encoding="utf-8")
    assert "melanoma" in html
    assert "proves nothing" not in html
    # A later run takes the page over, or reads it anew.
    (seeds / "zolafen.md").write_text(PAGE.replace("has spread", "has come back"), encoding="utf-8")
    assert run_command(["convert", str(seeds), "--output", str(output)]) == 0
    assert run_command(["diff", str(output)]) == 0
