"""The command line: what it takes, what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.cli import app, run_command

REPOSITORY = Path(__file__).resolve().parent.parent
MAPPINGS = tuple(f"mappings {name}" for name in ("build", "coverage", "suggest", "check", "refresh"))
COMMANDS = ("run", "convert", "extract", "validate", "verify", "load", "diff", "show", "review", "tables", "serve", *MAPPINGS)
DOCUMENTS = (
    REPOSITORY / "README.md",
    *(
        REPOSITORY / "pipeline" / room / "README.md"
        for room in ("diff", "review", "flow", "load", "store", "validate", "terminology", "tables")
    ),
)


def in_a_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=REPOSITORY)


@pytest.fixture
def help_of(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    def help_text(command: str) -> str:
        assert run_command([*command.split(), "--help"]) == 0
        return capsys.readouterr().out

    return help_text


@pytest.fixture
def output(seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The seed, published."""
    folder = tmp_path / "published"
    assert run_command(["convert", str(seed), "--output", str(folder)]) == 0
    capsys.readouterr()
    return folder


def test_help_needs_nothing_heavy() -> None:
    """What makes it slow is imports: Prefect and fhir.resources take seconds. Without them it stays under 0.3 s."""
    program = "import sys; from pipeline.cli import run_command; run_command(['--help']); print(sorted(sys.modules))"
    modules = in_a_process("-c", program).stdout
    assert "'cyclopts'" in modules
    assert not re.findall(r"'(prefect|fhir|pydantic|yaml|httpx)'", modules)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, help_of: Callable[[str], str]) -> None:
    assert re.search(rf"^\s+(\w+=\S+ )?onlabel {command}\b", help_of(command), re.MULTILINE)


def test_these_are_all_commands() -> None:
    assert {name for name in app if not name.startswith("-")} == {command.split()[0] for command in COMMANDS}
    assert {f"mappings {name}" for name in app["mappings"] if not name.startswith("-")} == set(MAPPINGS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str, help_of: Callable[[str], str]) -> None:
    documents = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert f"onlabel {command}" in documents
    options = set(re.findall(r"^│\s+\*?\s*(--[a-z-]+)", help_of(command), re.MULTILINE))
    assert options
    assert {option for option in options if f"`{option}" not in documents} == set()


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["publish"], 2, "U901 error: Unknown command"),
        (["convert", "--max-removed", "7"], 2, "U901 error: Invalid value"),
        (["run", "--prune"], 2, "U901 error: pruning and signing in are about a FHIR server"),
        (["convert", "--keep", "0"], 2, "U901 error: Invalid value"),
        (["verify", "s3://bucket/output"], 2, "U908 error: s3://bucket/output: `onlabel verify` works on folders"),
        (["convert", "--workers", "0"], 2, "U901 error: Invalid value"),
        (["convert", "--as-of", "yesterday"], 2, "U901 error: Invalid value"),
        # What follows is the argument parser's own wording, which differs between its versions.
        (["convert", "--outptu", "x"], 2, "U901 error: Unknown option: "),
        (["convert", "--fhir", "STU3"], 2, "U902 error: FHIR STU3 has no ClinicalUseDefinition"),
        (["convert", "--profile", "tiny"], 2, "Invalid value"),
        (["convert", "--fhir", "R6"], 2, "U902 error: there is no FHIR version 'R6'"),
        (["convert", "--canonical", "example.org"], 2, "U903 error"),
        (["convert", "--config", "no-such.toml"], 2, "U904 error: no-such.toml"),
        (["convert", "no-such-folder"], 2, "U910 error: no-such-folder"),
        (["extract"], 2, "U901 error: PAGE is missing"),
        (["extract", "no-such-page.md"], 2, "U910 error: no-such-page.md"),
        (["validate"], 2, "U901 error: PATH is missing"),
        (["validate", "no-such-file.ndjson"], 2, "U906 error: no-such-file.ndjson"),
        (["verify", "no-such-folder"], 2, "C600"),
        (["mappings", "build"], 2, 'U901 error: Command "mappings build" parameter '),
        (["mappings", "build", "--from", "no-such-folder"], 2, "M803 fatal: no-such-folder"),
        (["mappings", "check", "--mappings", "no-such-folder"], 2, "M801 fatal: no-such-folder"),
        (["mappings", "coverage", "no-such-page.md"], 2, "U910 error: no-such-page.md"),
        (["mappings", "refresh"], 2, "U901 error: either --from or --online is needed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_call_says_what_is_wrong_and_what_to_do(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Remedy: " in printed.err
    assert "Traceback" not in printed.err
    assert not printed.out


def test_a_run_of_few_pages_lists_drugs_brands_and_uses_and_where_they_are(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["convert", str(seed), "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "Denosumab (Prolia, Xgeva): 5 uses, 6 indications" in printed.out
    assert "    - prostate cancer in men receiving androgen deprivation therapy [Prolia]" in printed.out
    assert "1 page: 1 published, 0 not a drug, 0 quarantined, 0 duplicate" in printed.out
    assert f"Published: {os.path.realpath(tmp_path / 'out' / 'current')}" in printed.out
    assert not printed.err


def test_what_happens_can_be_told_as_json_lines(seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "good.md").write_bytes(seed.read_bytes())
    (tmp_path / "pages" / "binary.md").write_bytes(b"\xff\xfe\x00")
    command = ["convert", str(tmp_path / "pages"), "--output", str(tmp_path / "out"), "--log", "json"]
    assert run_command(command) == 1
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    (run,) = (tmp_path / "out" / "runs").iterdir()
    assert told["run"] == run.name
    assert (told["page"], told["level"], told["code"][:2]) == ("binary.md", "error", "R1")
    assert told["message"]
    assert told["remedy"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told["time"])
    # What goes wrong before a run is told so too, and the next command line speaks as it is asked to.
    assert run_command(["convert", "no-such-folder", "--log", "json"]) == 2
    assert json.loads(capsys.readouterr().err)["code"] == "U910"
    assert run_command(["convert", "no-such-folder"]) == 2
    assert capsys.readouterr().err.startswith("U910 error")


def test_a_run_that_publishes_nothing_says_why_and_last_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "list.md").write_text("# Drugs approved for breast cancer\n\n- one\n- two\n", encoding="utf-8")
    assert run_command(["convert", str(tmp_path / "pages"), "--output", str(tmp_path / "out")]) == 3
    printed = capsys.readouterr()
    assert "P522 information: list.md: the page is about no single drug or regimen" in printed.err
    assert "P511 fatal" in printed.err.splitlines()[-2]
    assert printed.err.splitlines()[-1].startswith("    Remedy: ")
    assert "Nothing was published" in printed.out


def test_unread_sentences_and_what_verify_needs_are_told_where_they_matter(
    tmp_path: Path, seed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    text = seed.read_text(encoding="utf-8")
    page.write_text(text.replace("## More About", "Zzyzx blorb wibble frob quux.\n\n## More About", 1), encoding="utf-8")
    assert run_command(["convert", str(page), "--output", str(tmp_path / "out"), "--profile", "core"]) == 0
    printed = capsys.readouterr()
    assert re.search(
        r"; 1 unread sentence \(`onlabel extract --unread PAGE`, outcome/OperationOutcome.ndjson\)$", printed.out, re.MULTILINE
    )
    assert "`onlabel verify` proves the full R5 output" in printed.err


def test_json_is_one_object_with_the_accounting(seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["convert", str(seed), "--output", str(tmp_path / "out"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["accounting"] == {"inputs": 1, "published": 1, "not_a_drug": 0, "quarantined": 0, "duplicate": 0}
    assert report["as_of"] == "2025-12-30"
    assert Path(report["snapshot"], "report.json").is_file()


def test_a_page_that_cannot_be_read_is_told_and_does_not_cost_the_others(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "good.md").write_bytes(seed.read_bytes())
    (tmp_path / "pages" / "binary.md").write_bytes(b"\xff\xfe\x00")
    assert run_command(["convert", str(tmp_path / "pages"), "--output", str(tmp_path / "out"), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert re.search(r"^R1\d\d error: binary\.md", printed.err)
    assert "2 pages: 1 published, 0 not a drug, 1 quarantined, 0 duplicate" in printed.out


def test_options_come_from_a_file_and_the_command_line_beats_it(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "onlabel.toml"
    config.write_text(f'output = "{tmp_path}/from-file"\nas-of = "2026-01-02"\n', encoding="utf-8")
    assert run_command(["convert", str(seed), "--config", str(config), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] == "2026-01-02"
    assert (tmp_path / "from-file" / "current").exists()
    assert run_command(["convert", str(seed), "--config", str(config), "--as-of", "2026-02-03", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] == "2026-02-03"
    config.write_text("max-remvoed = 0.5\n", encoding="utf-8")
    assert run_command(["convert", str(seed), "--config", str(config)]) == 2
    assert "max-remvoed" in capsys.readouterr().err


def test_extract_prints_a_record_a_page(seed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["extract", str(seed)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["brands"] == ["Prolia", "Xgeva"]


def test_extract_unread_prints_what_no_rule_read(tmp_path: Path, seed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    text = seed.read_text(encoding="utf-8")
    page.write_text(text.replace("## More About", "Zzyzx blorb wibble frob quux.\n\n## More About", 1), encoding="utf-8")
    assert run_command(["extract", "--unread", str(page)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["line"] for line in lines if "Zzyzx" in line.get("excerpt", "")] == [
        text.count("\n", 0, text.index("## More About")) + 1
    ]


def test_a_reader_that_goes_away_is_no_fault(seed: Path) -> None:
    command = f"{sys.executable} -m pipeline extract {seed} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.stderr == ""
    assert done.stdout.strip() in {"0", "141"}


def test_validate_checks_what_was_published(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["validate", str(output)]) == 0
    said = capsys.readouterr().err
    assert "16 resources of R5 checked: 0 fatal, 0 error, 0 warning, 0 information" in said
    assert "Not checked: terminology" in said


def test_validate_finds_what_is_wrong_with_resources_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "theirs.ndjson"
    lines.write_text('{"resourceType": "Patient", "gender": "unsure"}\nnot JSON\n', encoding="utf-8")
    bundle = tmp_path / "bundle.json"
    entry = {"resource": {"resourceType": "Organization", "id": "a", "name": ""}}
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [entry]}), encoding="utf-8")
    assert run_command(["validate", str(lines), str(bundle), "--json"]) == 1
    printed = capsys.readouterr()
    found = [json.loads(line) for line in printed.out.splitlines()]
    assert {(Path(one["source"]).name, one.get("line")) for one in found} == {
        ("theirs.ndjson", 1),
        ("theirs.ndjson", 2),
        ("bundle.json", None),
    }
    assert "whether references outside folders find their resources" in printed.err


def test_validate_misses_the_target_of_a_reference_in_a_folder(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resources = output / "current" / "R5" / "resources"
    (resources / "Organization.ndjson").unlink()
    assert run_command(["validate", str(resources)]) == 1
    assert "Organization/nci" in capsys.readouterr().err


def test_verify_proves_what_was_published_and_says_so(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["verify", str(output)]) == 0
    assert "every quoted fact is proven" in capsys.readouterr().out
    file = output / "current" / "R5" / "resources" / "MedicationKnowledge.ndjson"
    file.write_text(file.read_text(encoding="utf-8").replace("Prolia", "Prolix"), encoding="utf-8")
    assert run_command(["verify", str(output), "--json"]) == 1
    assert all(json.loads(line)["code"].startswith("C6") for line in capsys.readouterr().out.splitlines())


def test_mappings_check_finds_nothing_wrong_with_the_tables_and_something_with_broken_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["mappings", "check"]) == 0
    assert capsys.readouterr().out.strip() == "nothing is wrong with the tables"
    folder = Path(shutil.copytree(REPOSITORY / "mappings", tmp_path / "mappings"))
    table = folder / "brand-rxnorm.sssom.tsv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([*lines, lines[-1]]), encoding="utf-8")
    assert run_command(["mappings", "check", "--mappings", str(folder), "--json"]) == 1
    assert {problem["code"] for problem in json.loads(capsys.readouterr().out)} == {"M810", "M812"}


def test_mappings_coverage_says_what_has_a_code_and_what_has_none(seed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["mappings", "coverage", str(seed)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^brand +rxnorm +2 +100\.0%", said, re.MULTILINE)
    assert re.search(r"^  [a-z]+, ncit: .*solid tumors that have spread to bone", said, re.MULTILINE)
    assert run_command(["mappings", "coverage", str(seed), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pages"] == 1


def test_mappings_refresh_fails_where_a_code_is_lost_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(REPOSITORY / "mappings", tmp_path / "mappings"))
    before = (folder / "drug-unii.sssom.tsv").read_bytes()
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "UNII_Records_18Aug2025.txt").write_text("UNII\tPT\n4EQZ6YO2HI\tDENOSUMAB\n", encoding="utf-8")
    assert run_command(["mappings", "refresh", "--from", str(releases), "--write", "--mappings", str(folder)]) == 1
    assert re.search(r"^lost +drug +unii", capsys.readouterr().out, re.MULTILINE)
    assert (folder / "drug-unii.sssom.tsv").read_bytes() == before
