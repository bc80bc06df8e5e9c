"""Files of others: what is no file is refused at once, no link leads writing elsewhere, and what is unseen is shown as such."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from pipeline.cli import run_command
from pipeline.cli.console import Console
from pipeline.terminology import default_folder
from tests.invented_pages import drug_page, write_pages

#: Nothing here may wait for anybody.
SECONDS = 60
SEED = Path(__file__).resolve().parents[2] / "seeds" / "denosumab.md"
TABLE = "drug-ncit.sssom.tsv"


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        message = f"not done in {SECONDS} seconds"
        raise TimeoutError(message)

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_pages(tmp_path / "seeds", {"zelanib.md": drug_page("Zelanib")})


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Mapping tables that may be broken: one, so that no other is to blame."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / TABLE).write_bytes((default_folder() / TABLE).read_bytes())
    return folder


CONFIGURATIONS = {
    "arrays in arrays": ("output = " + "[" * 5_000 + "]" * 5_000, "U904"),
    "tables in tables": ("output = " + "{a=" * 4_000 + "1" + "}" * 4_000, "U904"),
    "a dotted key without end": ("output" + ".a" * 7_000 + " = 1", "U901"),
    "a table without end": ("[convert.output" + ".a" * 7_000 + "]", "U901"),
    "a number without end": ("workers = 0x" + "f" * 10_000, "U901"),
    "a NUL in a path": ('output = "a\\u0000b"', "U901"),
    "a file without end": ("#" * 1_000_000, "U904"),
    "UTF-16": ('output = "out"'.encode("utf-16"), "U904"),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_hostile_configuration_file_is_refused(
    seeds: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, code = CONFIGURATIONS[name]
    file = tmp_path / "onlabel.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert run_command(["convert", str(seeds), "--config", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"{code} error: {file}")


TABLES = {
    "UTF-16": lambda text: text.encode("utf-16"),
    "a field above the limit of the csv module": lambda text: f"{text}{'a' * 140_000}\tx\n".encode(),
    "Latin-1": lambda text: text.encode() + "\xe9".encode("latin-1"),
    "binary": lambda _: bytes(range(256)) * 100,
}


@pytest.mark.parametrize("command", ["convert", "mappings check", "mappings coverage"])
@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_mapping_table_is_refused(tables: Path, command: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tables / TABLE
    file.write_bytes(TABLES[name](file.read_text(encoding="utf-8")))
    given = [] if command == "mappings check" else [str(SEED)]
    to = ["--output", str(tables.parent / "output")] if command == "convert" else []
    assert run_command([*command.split(), *given, "--mappings", str(tables), *to]) == 2
    assert capsys.readouterr().err.startswith(f"M802 fatal: {file}:")


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("E101", ["--corrections", "{pipe}"]),
        ("E101", ["--mappings", "{tables}"]),
        ("M802", ["--mappings", "{tables}"]),
        ("U904", ["--config", "{pipe}"]),
    ],
    ids=["corrections", "the corrections of the tables", "a table", "configuration"],
)
def test_a_named_pipe_is_refused_and_not_waited_for(
    tables: Path, code: str, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = {"M802": tables / "drug-unii.sssom.tsv"}.get(code, tables / "corrections.yaml")
    os.mkfifo(pipe)
    given = [option.format(pipe=pipe, tables=tables) for option in options]
    assert run_command(["convert", str(SEED), "--output", str(tables.parent / "output"), *given]) == 2
    told = capsys.readouterr().err
    assert told.startswith(code)
    assert "not a file" in told


def test_a_page_that_is_a_named_pipe_is_not_waited_for_by_any_command(seeds: Path, tmp_path: Path) -> None:
    os.mkfifo(seeds / "pipe.md")
    assert run_command(["convert", str(seeds), "--output", str(tmp_path / "output"), "--quiet"]) == 1
    assert run_command(["extract", str(seeds), "--quiet"]) == 1
    assert run_command(["mappings", "coverage", str(seeds)]) == 0


def test_a_link_among_the_pages_publishes_no_other_file_unless_asked_for(
    seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret.md").write_text(drug_page("Secretinib"), encoding="utf-8")
    (seeds / "link.md").symlink_to(tmp_path / "secret.md")
    convert = ["convert", str(seeds), "--output", str(tmp_path / "output")]
    assert run_command(convert) == 1
    told = capsys.readouterr()
    assert "R192 error: link.md" in told.err
    assert "Secretinib" not in told.out
    assert run_command(["extract", str(seeds)]) == 1
    assert "Secretinib" not in capsys.readouterr().out
    assert run_command([*convert, "--follow-links"]) == 0
    assert "Secretinib" in capsys.readouterr().out
    assert run_command(["extract", str(seeds), "--follow-links", "--quiet"]) == 0


def test_tables_and_review_are_not_written_through_a_link(
    seeds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, elsewhere = tmp_path / "output", tmp_path / "elsewhere"
    assert run_command(["convert", str(seeds), "--output", str(output), "--quiet"]) == 0
    elsewhere.mkdir()
    file = tmp_path / "thesis.txt"
    file.write_text("years of work")
    for command, code in (("tables", "W311"), ("review", "W200")):
        (output / command).symlink_to(elsewhere)
        assert run_command([command, str(output)]) == 3
        assert code in capsys.readouterr().err
        (output / command).unlink()
        assert run_command([command, str(output), "--quiet"]) == 0
    (output / "tables" / ".uses.csv.unfinished").symlink_to(file)
    (output / "review" / "index.html").unlink()
    (output / "review" / "index.html").symlink_to(file)
    assert run_command(["tables", str(output), "--quiet"]) == 0
    assert run_command(["review", str(output), "--quiet"]) == 0
    assert file.read_text() == "years of work"
    (output / "tables" / "views" / "old.json").write_text("{}")
    for name in ("views", "questions"):
        (output / "tables" / name).rename(tmp_path / f"old-{name}")
        (output / "tables" / name).symlink_to(elsewhere)
        assert run_command(["tables", str(output), "--quiet"]) == 3
        (output / "tables" / name).unlink()
    assert list(elsewhere.iterdir()) == []


UNSEEN = {
    "text turned around": "\u202eregnad\u202c",
    "an isolate": "\u2066x\u2069",
    "no width": "zel\u200ba\u200dn\ufeff",
    "a color": "\x1b[31mred\x1b[0m",
    "a title": "\x1b]0;taken\x07",
    "C1": "\x9b2J",
    "a tag": "\U000e0041",
    "half a pair": "\ud800",
}


@pytest.mark.parametrize("name", UNSEEN)
@pytest.mark.parametrize("log", ["text", "json"])
def test_what_cannot_be_seen_is_shown_as_such_on_every_stream(
    name: str, log: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Console, "log", log)
    console = Console()
    console.out(f"brand {UNSEEN[name]}")
    console.note(f"brand {UNSEEN[name]}")
    console.json({"brand": UNSEEN[name]})
    told = capsys.readouterr()
    assert json.loads(told.out.splitlines()[-1]) == {"brand": UNSEEN[name]}
    assert (told.out + told.err).replace("\n", "").isprintable()


def test_a_hostile_page_shows_nothing_unseen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unseen = "".join(text for name, text in UNSEEN.items() if name != "half a pair")
    soft = drug_page("Softnib", brand="Zel\u200ba\u00adria").replace("breast cancer", "breast\u200b cancer")
    hard = drug_page("Hardnib", brand=f"Zel{unseen}ria").replace("breast cancer", f"breast {unseen} cancer")
    titled = drug_page("Titlenib").replace("# Titlenib", f"# Titlenib {unseen}")
    pages = {"soft.md": soft, "hard.md": hard, "titled.md": titled, f"name{UNSEEN['text turned around']}.md": hard + "x"}
    seeds, output = write_pages(tmp_path / "seeds", pages), str(tmp_path / "output")
    run_command(["convert", str(seeds), "--output", output])
    (seeds / "soft.md").write_text(soft.replace("melanoma", "gli\u200boma"), encoding="utf-8")
    run_command(["convert", str(seeds), "--output", output, "--json"])
    for command in ("show {o}", "show {o} softnib", "show {o} softnib --json", "diff {o}", "diff {o} --all", "diff {o} --json"):
        assert run_command(command.format(o=output).split()) == 0
    run_command(["extract", str(seeds)])
    run_command(["extract", "--unread", str(seeds)])
    told = capsys.readouterr()
    assert "Softnib" in told.out
    assert "glioma" in told.out
    assert (told.out + told.err).replace("\n", "").replace("\xa0", "").isprintable()
