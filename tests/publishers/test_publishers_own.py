"""A user's own profile: written in ten minutes, taken by every command, part of the snapshot; and what is wrong with one."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from pipeline.cli import run_command
from pipeline.errors import UsageError
from pipeline.publishers import own, profiles, publisher_from
from pipeline.verify import verify

PROFILE = """\
id = "lake-clinic"
name = "Lake Clinic"
alias = "LC"
address = "https://lake.example/"
notice = "Read by onlabel from a page of Lake Clinic."
hosts = ["lake.example"]
license = "CC BY 4.0"
page_id = '/medicines/(?P<id>[^/?#]+)'
uses = 'what it treats'
indicated_is_approval = true
organization = true

[labels]
brands = 'Trade names\\s*:\\s*'

[[identifiers]]
kind = "dailymed-setid"
opening = 'Label'
value = '(?<=setid=)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
"""
PAGE = """\
---
title: Zolafen
url: https://lake.example/medicines/zolafen/
---

# Zolafen

Trade names: Zolvex, Zolvia

## What it treats

Zolafen is indicated for the treatment of gout in adults.

Label: [text](https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    (tmp_path / "lake.toml").write_text(PROFILE, encoding="utf-8")
    return tmp_path / "lake.toml"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.md").write_text(PAGE, encoding="utf-8")
    return tmp_path / "pages" / "a.md"


def test_its_pages_are_published_under_its_name_and_proven_by_the_profile_in_the_snapshot(
    tmp_path: Path, profile: Path, page: Path
) -> None:
    output = tmp_path / "out"
    assert run_command(["convert", str(page.parent), "--publishers", str(profile), "--output", str(output)]) == 0

    snapshot = (output / "current").resolve()
    knowledge = [
        orjson.loads(line) for line in (snapshot / "R5/resources/MedicationKnowledge.ndjson").read_bytes().splitlines()
    ]
    assert [each["id"] for each in knowledge] == [
        "lake-clinic.zolafen",
        "lake-clinic.zolafen.zolvex",
        "lake-clinic.zolafen.zolvia",
    ]
    organizations = (snapshot / "R5/resources/Organization.ndjson").read_bytes().splitlines()
    assert "lake-clinic" in {orjson.loads(line)["id"] for line in organizations}
    report = orjson.loads((snapshot / "report.json").read_bytes())
    assert tuple(map(publisher_from, report["publishers"])) == profiles(own([profile]))
    # Not from the file, which is gone.
    profile.unlink()
    assert run_command(["verify", str(output)]) == 0


def test_the_profile_of_the_readme_takes_its_pages(tmp_path: Path, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (tmp_path / "lake.toml").write_text(readme.partition("```toml\nid = ")[2].partition("```")[0].join(("id = ", "")))
    more = ["--publishers", str(tmp_path / "lake.toml")]

    assert run_command(["publishers", *more, str(page)]) == 0
    assert json.loads(capsys.readouterr().out)["publisher"] == "lake-clinic"
    assert run_command(["extract", *more, str(page)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["slug"], facts["brands"]) == ("zolafen", ["Zolvex", "Zolvia"])
    # The profile does not say that what is indicated there is approved.
    assert [(use["condition"], use["status"]) for use in facts["uses"]] == [(["gout"], "used")]
    assert run_command(["convert", *more, str(page.parent), "--output", str(tmp_path / "out")]) == 0
    assert run_command(["verify", str(tmp_path / "out")]) == 0


def test_what_a_changed_profile_says_is_read_anew(tmp_path: Path, profile: Path, page: Path) -> None:
    output = tmp_path / "out"
    convert = ["convert", str(page.parent), "--publishers", str(profile), "--output", str(output)]
    assert run_command(convert) == 0
    first = (output / "current").resolve()
    profile.write_text(PROFILE.replace("page of Lake", "leaflet of Lake"), encoding="utf-8")
    assert run_command(convert) == 0
    second = (output / "current").resolve()
    assert first != second
    assert "leaflet of Lake" in (second / "R5/resources/DocumentReference.ndjson").read_text(encoding="utf-8")


def test_a_profile_that_is_changed_in_the_snapshot_is_found_out(tmp_path: Path, profile: Path, page: Path) -> None:
    output = tmp_path / "out"
    assert run_command(["convert", str(page.parent), "--publishers", str(profile), "--output", str(output)]) == 0
    report = (output / "current").resolve() / "report.json"
    report.write_bytes(report.read_bytes().replace(b"what it treats", b"what it is"))
    assert "C604" in {problem.code for problem in verify(output)}


def test_extract_and_publishers_take_it(profile: Path, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["extract", str(page), "--publishers", str(profile)]) == 0
    assert [use["status"] for use in json.loads(capsys.readouterr().out)["uses"]] == ["approved"]
    assert run_command(["publishers", str(page), "--publishers", str(profile)]) == 0
    assert json.loads(capsys.readouterr().out)["publisher"] == "lake-clinic"
    assert run_command(["publishers", "--publishers", str(profile)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["publisher"] == "lake-clinic"


def test_the_configuration_file_may_name_it(tmp_path: Path, profile: Path, page: Path) -> None:
    config = tmp_path / "onlabel.toml"
    config.write_text(f'publishers = ["{profile}"]\noutput = "{tmp_path / "out"}"\n', encoding="utf-8")
    assert run_command(["convert", str(page.parent), "--config", str(config)]) == 0
    assert '"lake-clinic"' in (tmp_path / "out/current/report.json").read_text(encoding="utf-8")


def test_a_page_that_no_profile_takes_is_told_what_each_looked_for(tmp_path: Path, profile: Path, page: Path) -> None:
    (page.parent / "b.md").write_text("# Opening hours\n\nFrom nine to five.\n", encoding="utf-8")
    assert run_command(["convert", str(page.parent), "--publishers", str(profile), "--output", str(tmp_path / "out")]) == 0
    outcome = (tmp_path / "out/current/outcome/OperationOutcome.ndjson").read_text(encoding="utf-8")
    assert "P522" in outcome
    assert "lake-clinic: it has neither the label of US brand names, a section on its use nor its definition" in outcome
    assert "page: it lacks a section on its use" in outcome


@pytest.mark.parametrize(
    ("was", "wrong", "line", "said"),
    [
        ('id = "lake-clinic"', 'id = "Lake"', 1, "id: it is 2 to 24 lower-case letters"),
        ('id = "lake-clinic"', 'id = "nci"', 1, "id: there is a profile 'nci' already"),
        ("organization = true", 'organization = "yes"', 11, "organization: it is true or false, not 'yes'"),
        ("hosts =", "host =", 6, "host: there is no such key; did you mean hosts?"),
        ("uses = 'what it treats'\n", "", None, "uses: it is missing"),
        ("'what it treats'", "'(what'", 9, "uses: it is not a Python regular expression"),
        ("(?P<id>[^/?#]+)", "([^/?#]+)", 8, "page_id: it has no group (?P<id>…)"),
        ('kind = "dailymed-setid"', 'kind = "isbn"', 17, "kind: it is one of"),
        ("brands =", "brand =", 14, "brand: there is no such key; did you mean brands?"),
        ("[labels]", "[[labels]]", 13, "labels: it is a table"),
        ('hosts = ["lake.example"]', "hosts = [1]", 6, "hosts: it is a list of texts"),
        ("organization = true", "plain_slugs = true", 11, "plain_slugs: pages of two publishers could have one id"),
        ("organization = true", 'jurisdiction = {code = "CH"}', 11, "jurisdiction: it is a table of the texts system, code"),
        ('name = "Lake', 'document = "leaflet"\nname = "Lake', 2, "document: it is one of"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_with_its_line(
    profile: Path, was: str, wrong: str, line: int | None, said: str
) -> None:
    profile.write_text(PROFILE.replace(was, wrong), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        own([profile])
    problem = caught.value.problem
    assert (problem.code, problem.source, problem.line) == ("U914", str(profile), line)
    assert said in problem.cause


@pytest.mark.parametrize(
    ("data", "line"), [(b'id = "x"\nname = \n', 2), (b"\xff\xfe", None), (b"#" * 20_000, None), (b"a=" + b"[" * 5_000, None)]
)
def test_what_is_no_toml_is_refused(tmp_path: Path, data: bytes, line: int | None) -> None:
    (tmp_path / "x.toml").write_bytes(data)
    with pytest.raises(UsageError) as caught:
        own([tmp_path / "x.toml"])
    assert (caught.value.problem.code, caught.value.problem.line) == ("U913", line)
    assert caught.value.__cause__ is not None


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, page: Path) -> None:
    assert (
        run_command(["convert", str(page), "--publishers", str(tmp_path / "no.toml"), "--output", str(tmp_path / "out")]) == 2
    )
    assert run_command(["extract", str(page), "--publishers", str(tmp_path)]) == 2


def test_two_files_with_one_id_are_refused(tmp_path: Path, profile: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(PROFILE, encoding="utf-8")
    with pytest.raises(UsageError, match="there is a profile 'lake-clinic' already"):
        own([profile, other])
