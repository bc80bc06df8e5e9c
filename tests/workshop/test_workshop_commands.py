"""The commands of whoever keeps the tables, as they are called."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from pipeline.terminology import default_folder, load
from pipeline.workshop import __main__ as workshop
from pipeline.workshop.__main__ import app, run

REPOSITORY = Path(__file__).resolve().parents[2]
FACTS = Path(__file__).parent / "facts"
COMMANDS = ("build", "suggest", "refresh", "languages", "terminology", "definitions", "units")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "mappings"))


def test_every_command_is_documented() -> None:
    assert {name for name in app if not name.startswith("-")} == set(COMMANDS)
    document = (REPOSITORY / "pipeline" / "workshop" / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f'DO="{name}' not in document] == []


def test_they_are_called_by_a_module_that_the_wheel_leaves_out() -> None:
    called = subprocess.run([sys.executable, "-m", "pipeline.workshop", "--help"], capture_output=True, text=True, check=True)
    assert all(name in called.stdout for name in COMMANDS)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert "pipeline/workshop" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build"], "U901 error: "),
        (["build", "--from", "no-such-folder"], "M803 fatal: no-such-folder"),
        (["refresh"], "U901 error: either --from or --online is needed"),
        (["suggest", "no-such-folder"], "U910 error: no-such-folder"),
    ],
)
def test_a_wrong_call_is_told_as_onlabel_tells_it(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert said in capsys.readouterr().err


def test_suggestions_are_scored_and_never_applied(seed: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = load(folder).identity
    assert run(["suggest", str(seed), "--mappings", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    best = next(each for each in found if each["text"] == "bisphosphonates" and each["system"] == "ncit")
    assert (best["like"], best["code"], best["pending"]) == ("bisphosphonate", "C443", "needs a reader")
    assert all(0.75 <= each["score"] <= 1 for each in found)
    assert run(["suggest", str(seed), "--mappings", str(folder)]) == 0
    assert "left out" in capsys.readouterr().out
    assert load(folder).identity == before


def test_build_writes_the_tables_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(FACTS / "decisions.tsv", tmp_path / "decisions.tsv")
    for said in ("written: drug-unii.sssom.tsv", "Nothing changed."):
        assert run(["build", "--from", str(FACTS), "--mappings", str(tmp_path)]) == 0
        assert said in capsys.readouterr().out


def test_refresh_fails_where_a_code_is_lost_and_writes_nothing(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "drug-unii.sssom.tsv").read_bytes()
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "UNII_Records_18Aug2025.txt").write_text("UNII\tPT\n4EQZ6YO2HI\tDENOSUMAB\n", encoding="utf-8")
    assert run(["refresh", "--from", str(releases), "--write", "--mappings", str(folder)]) == 1
    assert re.search(r"^lost +drug +unii", capsys.readouterr().out, re.MULTILINE)
    assert (folder / "drug-unii.sssom.tsv").read_bytes() == before


def _jar(path: Path, *documents: dict[str, object]) -> Path:
    """A jar with one package of HL7's, as its validation resources have them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as package:
        for number, document in enumerate(documents):
            data = json.dumps(document).encode()
            member = tarfile.TarInfo(f"package/{number}.json")
            member.size = len(data)
            package.addfile(member, io.BytesIO(data))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("package.tgz", gzip.compress(packed.getvalue()))
    return path


def test_the_code_systems_and_extensions_of_hl7_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = "http://terminology.hl7.org/CodeSystem/a", "http://hl7.org/fhir/b"
    extension = "http://hl7.org/fhir/StructureDefinition/e"
    parts = [
        {"path": "Extension.extension", "sliceName": "p"},
        {"path": "Extension.extension.value[x]", "type": [{"code": "code"}]},
    ]
    inside = [{"code": "z", "display": "Z", "designation": [{"value": "Zed"}], "concept": [{"code": "y"}]}]
    complete = {"resourceType": "CodeSystem", "content": "complete"}
    jar = _jar(
        tmp_path / "r5.jar",
        complete | {"url": a, "concept": inside},
        complete | {"url": b, "concept": [{"code": "x"}], "caseSensitive": False},
        complete | {"url": "http://x/other", "concept": [{"code": "w"}]},
        {"resourceType": "NamingSystem", "uniqueId": [{"type": "uri", "value": "http://n"}, {"type": "oid", "value": "1.2"}]},
        {
            "resourceType": "StructureDefinition",
            "url": extension,
            "type": "Extension",
            "derivation": "constraint",
            "snapshot": {"element": [*parts, {"path": "Extension.value[x]", "max": "0"}]},
        },
    )
    (tmp_path / "definitions").mkdir()
    monkeypatch.setattr(workshop, "_TABLES", tmp_path)
    assert run(["terminology", str(jar)]) == 0
    assert "2 code systems, 3 codes, 1 extensions" in capsys.readouterr().out
    assert json.loads(gzip.decompress((tmp_path / "definitions" / "terminology.json.gz").read_bytes())) == {
        "systems": {a: {"z": ["Z", "Zed"], "y": []}, b: {"x": []}},
        "caseless": [b],
        "known": ["http://n", "http://x/other"],
        "extensions": {extension: {"types": [], "parts": {"p": {"types": ["code"], "parts": {}}}}},
    }


def test_the_registry_of_languages_is_kept_with_its_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = tmp_path / "language-subtag-registry.txt"
    registry.write_text(
        "File-Date: 2026-01-02\n%%\nType: language\nSubtag: aa\nDescription: Afar\n  (a language)\n%%\nType: language\n"
        "Subtag: qaa..qac\n%%\nType: region\nSubtag: DE\n%%\nType: redundant\nTag: zh-Hans\n%%\n"
        "Type: grandfathered\nTag: i-klingon\n",
        encoding="utf-8",
    )
    (tmp_path / "definitions").mkdir()
    monkeypatch.setattr(workshop, "_TABLES", tmp_path)
    assert run(["languages", str(registry)]) == 0
    assert json.loads(gzip.decompress((tmp_path / "definitions" / "languages.json.gz").read_bytes())) == {
        "date": "2026-01-02",
        "subtags": {"grandfathered": "i-klingon", "language": "aa qaa qab qac", "region": "de"},
    }


def test_units_are_those_of_ucums_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = tmp_path / "ucum.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr(
            "ucum-essence.xml",
            '<root><prefix Code="k"/><base-unit Code="g"/><unit Code="[ft_i]" isMetric="no"/></root>',
        )
    monkeypatch.setattr(workshop, "_TABLES", tmp_path)
    assert run(["units", str(jar)]) == 0
    written = json.loads((tmp_path / "ucum.json").read_text(encoding="utf-8"))
    assert written == {"prefixes": ["k"], "metric": ["g"], "other": ["[ft_i]"]}
