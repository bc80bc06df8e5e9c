"""The command line: what it takes, what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.cli import app, run_command

REPOSITORY = Path(__file__).resolve().parent.parent
MAPPINGS = tuple(f"mappings {name}" for name in ("coverage", "check"))
COMMANDS = (
    "run",
    "convert",
    "extract",
    "publishers",
    "validate",
    "verify",
    "load",
    "diff",
    "show",
    "review",
    "tables",
    "conformance",
    "serve",
    "corrections merge",
    *MAPPINGS,
)
ROOMS = ("cli", "correct", "diff", "fhir", "review", "flow", "load", "store", "validate", "terminology", "tables", "publishers")
DOCUMENTS = (
    REPOSITORY / "README.md",
    *(REPOSITORY / "pipeline" / room / "README.md" for room in ROOMS),
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
    assert not re.findall(r"'(prefect|fhir|pydantic|yaml|httpx|pipeline\.model)'", modules)


def test_the_facts_of_a_page_need_nothing_that_publishes(seed: Path) -> None:
    """What finds, reads and understands a page is all that `onlabel extract` waits for."""
    program = "import sys; from pipeline.cli import run_command; run_command(sys.argv[1:]); print(sorted(sys.modules))"
    facts, modules = in_a_process("-c", program, "extract", str(seed)).stdout.splitlines()
    assert json.loads(facts)["slug"] == "denosumab"
    assert "'pipeline.extract'" in modules
    heavy = r"prefect|fhir|pydantic|httpx|jinja2|fsspec|rich"
    ours = r"pipeline\.(?:convert|publish|fhir|validate|terminology|store|snapshot|flow)"
    assert re.findall(rf"'({heavy}|{ours})'", modules) == []


def test_the_version_waits_for_nothing() -> None:
    program = "import sys; from pipeline.__main__ import main; main(); print(sorted(sys.modules))"
    version, modules = in_a_process("-c", program, "--version").stdout.splitlines()
    assert version == __version__
    assert re.findall(r"'(cyclopts|rich|pipeline\.\w+)'", modules) == ["pipeline.__main__"]


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
        (["tables", "--bogus"], 2, "Remedy: See `onlabel tables --help`."),
        (["mappings", "coverage", "--bogus"], 2, "Remedy: See `onlabel mappings coverage --help`."),
        (["convert", "--max-removed", "7"], 2, "U901 error: Invalid value"),
        (["convert", "--max-removed", "5%"], 2, "Remedy: Write a share between 0 and 1, as in `--max-removed 0.05` for 5 %."),
        (["run", "--prune"], 2, "U901 error: pruning and signing in are about a FHIR server"),
        (["convert", "--keep", "0"], 2, "U901 error: Invalid value"),
        (["verify", "s3://bucket/output"], 2, "U908 error: s3://bucket/output: `onlabel verify` works on folders"),
        (["convert", "--workers", "0"], 2, "U901 error: Invalid value"),
        (["convert", "--as-of", "yesterday"], 2, "U901 error: Invalid value"),
        (["convert", "--as-of", "yesterday"], 2, "Remedy: Write a date as in `--as-of 2026-01-31`, or `--as-of today`."),
        # What follows is the argument parser's own wording, which differs between its versions.
        (["convert", "--outptu", "x"], 2, "U901 error: Unknown option: "),
        (["convert", "--fhir", "STU3"], 2, "U902 error: FHIR STU3 has no ClinicalUseDefinition"),
        (["convert", "--profile", "tiny"], 2, "Invalid value"),
        (["convert", "--model", "idmp", "--fhir", "R4"], 2, "U911 error: --model idmp is to be had in R5 alone"),
        (["run", "--model", "idmp", "--fhir", "R5", "--fhir", "R4B"], 2, "U911 error: --model idmp is to be had in R5 alone"),
        (["convert", "--model", "idmp", "--profile", "core"], 2, "U911 error: --model idmp is to be had in R5 alone"),
        (["convert", "--fhir", "R6"], 2, "U902 error: there is no FHIR version 'R6'"),
        (["convert", "--canonical", "example.org"], 2, "U903 error"),
        (["convert", "--config", "no-such.toml"], 2, "U904 error: no-such.toml"),
        (["convert", "no-such-folder"], 2, "U910 error: no-such-folder"),
        (["extract"], 2, "U901 error: PAGE is missing"),
        (["extract", "no-such-page.md"], 2, "U910 error: no-such-page.md"),
        (["validate"], 2, "U901 error: PATH is missing"),
        (["validate", "no-such-file.ndjson"], 2, "U906 error: no-such-file.ndjson"),
        (["verify", "no-such-folder"], 2, "C600 fatal: no-such-folder: there is no such folder"),
        (["review", "--mappings", "no-such-folder"], 2, "U910 error: no-such-folder: there is no such folder"),
        (["mappings", "check", "--mappings", "no-such-folder"], 2, "M801 fatal: no-such-folder"),
        (["mappings", "coverage", "no-such-page.md"], 2, "U910 error: no-such-page.md"),
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


def test_what_is_overdue_is_told_by_the_day_of_the_run(seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = str(datetime.now(UTC).date())
    assert run_command(["convert", str(seed), "--output", str(tmp_path / "out"), "--as-of", "today", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["as_of"] == report["day"] == today
    assert [page["due"] for page in report["overdue"]] == ["2026-03-30"]
    assert run_command(["convert", str(seed), "--output", str(tmp_path / "out")]) == 0
    assert f"1 page overdue for review on {today}" in capsys.readouterr().out


def test_a_broken_configuration_file_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "onlabel.toml"
    config.write_text("workers = 2\n\noutput = out\n", encoding="utf-8")
    assert run_command(["convert", "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert f"U904 error: {config}:3: the configuration file is not TOML" in said
    assert 'Remedy: Fix the line; texts and dates stand in quotes, numbers do not, as in `output = "out"`' in said


def test_where_nothing_is_published_what_was_asked_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert run_command(["show", "empty"]) == 2
    assert "W100 fatal: empty: nothing is published here" in capsys.readouterr().err
    assert run_command(["show", "zelanib"]) == 2
    said = capsys.readouterr().err
    assert "W100 fatal: output: nothing is published here, so nothing is to be shown of 'zelanib'" in said
    assert "`onlabel show OUTPUT zelanib`" in said


def test_paths_in_json_lead_there_from_any_folder(
    seed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["convert", str(seed), "--output", "out", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["snapshot"] == report["published_to"] == str((tmp_path / "out" / "current").resolve())
    assert report["run"] == str(next((tmp_path / "out" / "runs").iterdir()))
    # To people it is told as short as it can be.
    assert run_command(["convert", str(seed), "--output", "out"]) == 0
    assert re.search(r"^Unchanged: out/snapshots/", capsys.readouterr().out, re.MULTILINE)


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


def test_one_file_serves_all_commands(output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "onlabel.toml"
    lines = (
        *(
            f'output = "{output}"',
            'fhir = ["R5", "R4"]',
            "max_removed = 0.5",
            "keep = 3",
            f'mappings = "{REPOSITORY}/mappings"',
        ),
        *('server = "http://127.0.0.1:9/fhir"', 'auth = "bearer"', 'log = "json"'),
        *("[show]", 'condition = "no such disease"', "[load]", "prune = true", '["mappings coverage"]', "json = true"),
    )
    config.write_text("\n".join(lines), encoding="utf-8")
    for command in ("show", "verify", "review", "tables", "mappings check"):
        assert run_command([*command.split(), "--config", str(config)]) == 0, command
    printed = capsys.readouterr()
    assert "Denosumab" not in printed.out, "what is under [show] is for show"
    assert f"{output}: every quoted fact is proven" in printed.out
    assert {json.loads(line)["level"] for line in printed.err.splitlines()} == {"info"}
    assert run_command(["show", "--condition", "giant cell", "--config", str(config), "--log", "text"]) == 0
    assert "Denosumab" in capsys.readouterr().out, "what is typed beats the file"
    assert run_command(["convert", str(REPOSITORY / "seeds"), "--json", "--config", str(config)]) == 0
    snapshot = Path(json.loads(capsys.readouterr().out)["snapshot"])
    assert snapshot.parent.parent == output
    assert {folder.name for folder in snapshot.iterdir()} >= {"R5", "R4"}, "a list is for the commands that take several"


def test_mapping_tables_can_be_named_in_a_file(seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`mappings` is an option of some commands and a command itself: it must not be passed over as the one or the other."""
    config = tmp_path / "onlabel.toml"
    config.write_text('mappings = "no-such-folder"\n', encoding="utf-8")
    assert run_command(["convert", str(seed), "--output", str(tmp_path / "out"), "--config", str(config)]) == 2
    assert "M801" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max-remvoed = 0.5", ("'max-remvoed' in the configuration file is not an option", "Did you mean max-removed?")),
        ("xyzzy = 1", ("'xyzzy' in the configuration file is not an option", "See the commands' --help")),
        ("[verify]\nworkers = 2", ("'workers' in the configuration file is not an option of `onlabel verify`", "See the")),
        ("convert = 2", ("'convert' in the configuration file is not an option of onlabel, but", "Write what is for")),
        ('log = "loud"', ("log in the configuration file is 'loud'", "Write text or json.")),
        ("workers = ", ("toml:1: the configuration file is not TOML", "Fix the line")),
    ],
)
@pytest.mark.parametrize("command", ["convert", "show"])
def test_a_file_with_what_no_command_has_is_refused_with_the_nearest_name(
    command: str, text: str, said: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "onlabel.toml"
    config.write_text(text, encoding="utf-8")
    assert run_command([command, "--config", str(config)]) == 2
    error = capsys.readouterr().err
    assert said[0] in error
    assert str(config) in error
    assert f"Remedy: {said[1]}" in error


def test_a_value_that_cannot_be_is_told_with_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "onlabel.toml"
    config.write_text('workers = "many"', encoding="utf-8")
    assert run_command(["convert", "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert "[workers]" in said
    assert f"from {config}: " in said


#: What each command that reads an output is given to read.
READERS = (
    ("verify",),
    ("validate",),
    ("load", "--server", "http://127.0.0.1:9/fhir"),
    ("diff",),
    ("show", "--output"),
    ("review",),
    ("tables",),
)


@pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
@pytest.mark.parametrize("there", [True, False], ids=["a folder of others", "no folder"])
def test_a_folder_that_is_no_output_is_a_wrong_call_of_every_command(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], *, there: bool
) -> None:
    folder = tmp_path / "theirs"
    if there:
        folder.mkdir()
        (folder / "thesis.txt").write_text("mine", encoding="utf-8")
    assert run_command([*command, str(folder)]) == 2
    printed = capsys.readouterr()
    assert re.match(r"[A-Z]\d{3} (error|fatal): ", printed.err)
    assert "theirs" in printed.err
    assert not printed.out


@pytest.mark.parametrize(
    "command", [command for command in READERS if command[0] != "validate"], ids=lambda command: command[0]
)
def test_what_is_damaged_is_no_wrong_call(command: tuple[str, ...], output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in ("SHA256SUMS", "R5/bundles/transaction.ndjson", "report.json"):
        (output / "current" / file).write_text("[", encoding="utf-8")
    named = (output, output) if command == ("diff",) else (output,)
    assert run_command([*command, *map(str, named)]) in {3, 4}
    assert re.match(r"[A-Z]\d{3} fatal: ", capsys.readouterr().err)


@pytest.mark.parametrize("command", ["extract", "mappings coverage", "convert"])
def test_an_output_folder_named_for_pages_is_told_apart(command: str, output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (output / "README.md").write_text("# What is published\n", encoding="utf-8")
    for folder in (output, output / "current"):
        assert run_command([*command.split(), str(folder)]) == 2
        printed = capsys.readouterr()
        assert f"U912 error: {folder}: this folder holds what was published, not pages" in printed.err
        assert not printed.out


@pytest.mark.parametrize("command", ["extract", "mappings coverage"])
def test_a_folder_without_pages_is_said_to_have_none(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*command.split(), str(tmp_path)]) == 2
    assert f"U912 error: {tmp_path}: there is no page in this folder" in capsys.readouterr().err


@pytest.mark.parametrize("more", [(), ("--full",)], ids=["unchanged pages", "every page anew"])
def test_a_damaged_snapshot_is_said_to_be_restored(
    more: tuple[str, ...], seed: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = output / "current" / "R5" / "resources" / "Medication.ndjson"
    whole = file.read_bytes()
    command = ["convert", str(seed), "--output", str(output), *more]
    for said, restored in (("Restored: ", True), ("Unchanged: ", False)):
        if restored:
            file.write_bytes(whole.replace(b"Prolia", b"Prolix"))
        assert run_command(command) == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith(said)
        assert file.read_bytes() == whole
    file.write_bytes(b"")
    assert run_command([*command, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["unchanged"], report["restored"]) == (True, True)


def test_a_work_folder_that_nothing_needs_is_said_not_to_be_used(
    seed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["convert", str(seed), "--output", str(tmp_path / "out"), "--work", str(tmp_path / "work")]
    assert run_command(command) == 0
    assert "--work is not used" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_progress_names_the_file_that_it_read(output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    command = ["review", str(output), "--progress", "--mappings", str(tables)]
    assert run_command(command) == 0
    assert f"Decisions in {tables / 'corrections.yaml'}, which is not there" in capsys.readouterr().err
    assert run_command(command[:-2]) == 0
    assert f"Decisions in {REPOSITORY / 'mappings' / 'corrections.yaml'}" in capsys.readouterr().err


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
    printed = capsys.readouterr()
    assert printed.out == "16 resources of R5 checked: 0 fatal, 0 error, 0 warning, 0 information\n"
    assert "Not checked: terminology" in printed.err
    assert run_command(["validate", str(output), "--json"]) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)["summary"]
    assert (summary["fhir"], summary["resources"], sum(summary["findings"].values())) == ("R5", 16, 0)
    assert set(summary["layers"]) > {"json", "shape", "profiles"}
    assert summary["not_checked"]
    assert not printed.err
    # A file of OperationOutcomes holds nothing else.
    assert run_command(["validate", str(output), "--format", "outcome"]) == 0
    assert not capsys.readouterr().out


def test_validate_finds_what_is_wrong_with_resources_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "theirs.ndjson"
    lines.write_text('{"resourceType": "Patient", "gender": "unsure"}\nnot JSON\n', encoding="utf-8")
    bundle = tmp_path / "bundle.json"
    entry = {"resource": {"resourceType": "Organization", "id": "a", "name": ""}}
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [entry]}), encoding="utf-8")
    assert run_command(["validate", str(lines), str(bundle), "--json"]) == 1
    *found, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(Path(one["source"]).name, one.get("line")) for one in found} == {
        ("theirs.ndjson", 1),
        ("theirs.ndjson", 2),
        ("bundle.json", None),
    }
    assert last["summary"]["findings"]["error"] == sum(one["severity"] == "error" for one in found)
    assert "whether references outside folders find their resources" in last["summary"]["not_checked"]


def test_validate_misses_the_target_of_a_reference_in_a_folder(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    resources = output / "current" / "R5" / "resources"
    (resources / "Organization.ndjson").unlink()
    assert run_command(["validate", str(resources)]) == 1
    assert "Organization/nci" in capsys.readouterr().err


def test_verify_proves_what_was_published_and_says_so(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["verify", str(output)]) == 0
    proven = capsys.readouterr().out
    assert f"{output}: every quoted fact is proven\n" in proven
    found = re.search(r"^(\d+) quotes proven of (\d+), in 16 resources \(R5\), against 1 page$", proven, re.MULTILINE)
    assert found is not None
    assert found[1] == found[2]
    assert run_command(["verify", str(output), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert (summary["proven"], summary["fhir"], summary["pages"], summary["resources"]) == (True, ["R5"], 1, 16)
    assert summary["quotes"] == summary["quotes_proven"] == int(found[1])
    assert summary["findings"] == {"fatal": 0, "error": 0, "warning": 0, "information": 0}
    assert Path(summary["snapshot"]).samefile(output / "current")
    file = output / "current" / "R5" / "resources" / "MedicationKnowledge.ndjson"
    file.write_text(file.read_text(encoding="utf-8").replace("Prolia", "Prolix"), encoding="utf-8")
    assert run_command(["verify", str(output), "--json"]) == 1
    *lines, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert all(line["code"].startswith("C6") for line in lines)
    assert last["summary"]["findings"]["error"] == len(lines)
    assert last["summary"]["quotes_proven"] < last["summary"]["quotes"]
    assert not last["summary"]["proven"]


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
