"""The DuckDB views give the rows of the CSV from the resources alone, and the questions have answers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.snapshot import open_snapshot
from pipeline.tables import COLUMNS, DENIALS, UNREAD, use_rows, write_tables
from tests.invented_pages import drug_page, write_pages
from tests.sampled import one_of, variant

PAGES = Path(__file__).with_name("pages")
ROOM = Path(__file__).resolve().parents[2] / "pipeline" / "tables"
#: Asks a question, by its file's name, of an output and an older one.
Ask = Callable[..., list[dict[str, Any]]]
QUESTIONS = sorted(ROOM.glob("questions/*.sql"))


def over_resources(output: Path, tables: Path) -> duckdb.DuckDBPyConnection:
    """A database with the views over a snapshot."""
    database = duckdb.connect()
    database.execute("SET VARIABLE snapshot = $1", [str(output / "current")])
    database.execute((tables / "views.sql").read_text(encoding="utf-8"))
    return database


def over_csv(tables: Path) -> duckdb.DuckDBPyConnection:
    """A database with the uses of a CSV file."""
    database = duckdb.connect()
    database.execute((tables / "from_csv.sql").read_text(encoding="utf-8"))
    path = str(tables / "uses.csv").replace("'", "''")
    database.execute(f"CREATE VIEW uses AS FROM uses_from('{path}')")
    return database


@pytest.fixture
def tables(output: Path, tmp_path: Path) -> Path:
    """The tables of each output."""
    write_tables(open_snapshot(output), tmp_path / "tables")
    return tmp_path / "tables"


def test_the_view_uses_gives_the_rows_of_uses_csv(output: Path, tables: Path) -> None:
    resources, file = over_resources(output, tables), over_csv(tables)
    view, table = resources.sql("FROM uses ORDER BY ALL"), file.sql("FROM uses ORDER BY ALL")

    assert view.columns == table.columns == list(COLUMNS)
    assert table.fetchall() == view.fetchall()


def test_the_view_uses_gives_the_rows_of_the_facts(output: Path, tables: Path) -> None:
    rows = [row for record in open_snapshot(output).records() for row in use_rows(record)]

    assert rows
    database = over_resources(output, tables)
    assert _sorted(database.sql("FROM uses").fetchall()) == _sorted([tuple(row[column] for column in COLUMNS) for row in rows])


@pytest.mark.parametrize(("name", "columns"), [("denials", DENIALS), ("unread", UNREAD)])
def test_the_other_views_give_the_rows_of_their_csv(name: str, columns: tuple[str, ...], output: Path, tables: Path) -> None:
    resources, file = over_resources(output, tables), over_csv(tables)
    view = resources.sql(f"FROM {name} ORDER BY ALL")
    cells = file.sql(f"FROM cells_from('{tables / name}.csv') ORDER BY ALL")

    assert view.columns == cells.columns == list(columns)
    assert [tuple(None if cell is None else str(cell) for cell in row) for row in _sorted(view.fetchall())] == _sorted(
        cells.fetchall()
    )


def test_the_views_read_the_snapshot_that_the_variable_names(invented: Path, shipped: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)
    database = over_resources(invented, tmp_path)
    before = {slug for (slug,) in database.sql("SELECT slug FROM uses").fetchall()}
    database.execute(f"SET VARIABLE snapshot = '{shipped / 'current'}'")

    assert "denosumab" not in before
    assert {slug for (slug,) in database.sql("SELECT slug FROM uses").fetchall()} == {"denosumab"}


#: What a page may say that another language would obey: SQL, JSON, JSON path, CSV, a spreadsheet, a template.
HOSTILE = (
    "'); DROP VIEW uses; --",
    "\"; ATTACH 'taken.db'; --",
    "', read_text('/etc/passwd",
    "a | b \\| c \\\\",
    '{"resourceType": "Patient"}, "x": "',
    "$.url $[0] \\u0022 {{x}} ${y} %s",
    '=HYPERLINK("https://evil.example")',
    "\U0001f9ec e\u0301 \u3000 \uff1d1+1",
)


def test_hostile_words_stay_words_in_the_views(tmp_path: Path) -> None:
    pages = {
        f"{number}.md": drug_page(f"Hostnib{number}", brand=f"Br{words}")
        .replace("breast cancer", f"breast {words} cancer")
        .replace("in adults", f"in adults {words}")
        for number, words in enumerate(HOSTILE)
    }
    output, tables = tmp_path / "output", tmp_path / "tables"
    convert([write_pages(tmp_path / "seeds", pages)], output)
    write_tables(open_snapshot(output), tables)
    before = sorted(tmp_path.rglob("*"))

    rows = [tuple(row[column] for column in COLUMNS) for record in open_snapshot(output).records() for row in use_rows(record)]
    database = over_resources(output, tables)  # kept: the lowest DuckDB closes a connection that nobody holds
    view = database.sql("FROM uses ORDER BY ALL").fetchall()
    assert len({row[1] for row in rows}) == len(HOSTILE)
    assert _sorted(view) == _sorted(rows)
    file = over_csv(tables)
    assert file.sql("FROM uses ORDER BY ALL").fetchall() == view
    file.execute("CREATE TABLE before AS FROM uses")
    for question in QUESTIONS:
        file.sql(question.read_text(encoding="utf-8")).fetchall()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", [variant("it's"), variant("all*"), "night[1]"])
def test_a_folder_whose_name_is_a_pattern_is_that_folder_alone(name: str, tmp_path: Path) -> None:
    # Beside it are folders that its name is a pattern for.
    for folder, drug in (("alls", "Othernib"), ("night1", "Thirdnib"), (name, "Zelanib")):
        convert([write_pages(tmp_path / "seeds" / folder, {"a.md": drug_page(drug)})], tmp_path / folder / "output")
        write_tables(open_snapshot(tmp_path / folder / "output"), tmp_path / folder / "tables")
    tables = tmp_path / name / "tables"
    for database in (over_resources(tmp_path / name / "output", tables), over_csv(tables)):
        assert database.sql("SELECT DISTINCT slug FROM uses").fetchall() == [("zelanib",)]


@pytest.mark.parametrize("question", one_of(*QUESTIONS), ids=[path.stem for path in QUESTIONS])
def test_a_question_has_the_same_answer_from_resources_and_csv(question: Path, output: Path, tables: Path) -> None:
    sql = (tables / "questions" / question.name).read_text(encoding="utf-8")
    answers = []
    for database in (over_resources(output, tables), over_csv(tables)):
        database.execute("CREATE TABLE before AS FROM uses WHERE use > 1")
        answers.append(database.sql(sql).fetchall())

    assert answers[0] == answers[1]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks a question of an output, by its file's name."""

    def answer(question: str, output: Path, before: Path | None = None) -> list[dict[str, Any]]:
        write_tables(open_snapshot(output), tmp_path / "now")
        database = over_csv(tmp_path / "now")
        if before:
            write_tables(open_snapshot(before), tmp_path / "before")
            database.execute(f"CREATE VIEW before AS FROM uses_from('{tmp_path / 'before' / 'uses.csv'}')")
        found = database.sql((ROOM / "questions" / f"{question}.sql").read_text(encoding="utf-8"))
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    return answer


def test_brands_differ_where_a_use_is_of_some_only(ask: Ask, invented: Path) -> None:
    answer = ask("brands_that_differ", invented)

    assert [(row["drug"], row["condition"], row["stated_for"], row["not_stated_for"]) for row in answer] == [
        ("Zorvalimab", "Melanoma", ["Zorvaxa"], ["Zorvelle"])
    ]


def test_accelerated_approvals_are_those_that_the_page_calls_so(ask: Ask, invented: Path) -> None:
    (answer,) = ask("accelerated_approvals", invented)

    assert (answer["drug"], answer["condition"], answer["line"]) == ("Abrotinib", "Mantle cell lymphoma", 31)


def test_paediatric_uses_are_known_by_group_or_by_age(ask: Ask, invented: Path) -> None:
    answer = {(row["drug"], row["condition"]) for row in ask("paediatric_uses", invented)}

    assert answer == {
        ("Abrotinib", "Acute lymphoblastic leukemia"),
        ("=2+3|Tinib", "[red]reversed[/red] lymphoma"),
        ("Querinib", "Sarcoma"),
        ("ZA", "Hodgkin lymphoma"),
        ("Zorvalimab", "Giant cell tumor of the bone"),
        ("Zorvalimab", "Melanoma"),
    }


def test_uses_by_chapter_count_each_use_once_in_a_chapter(ask: Ask, invented: Path) -> None:
    answer = {row["chapter"]: row for row in ask("uses_by_icd10cm_chapter", invented)}

    assert answer[2]["title"] == "Neoplasms"
    uses = [row for record in open_snapshot(invented).records() for row in use_rows(record)]
    coded = {(row["slug"], row["use"]) for row in uses if row["condition_icd10cm"] or row["condition_icd10cm_broader"]}
    everything = {(row["slug"], row["use"]) for row in uses}
    assert answer[2]["uses"] == len(coded)
    assert answer[None]["uses"] == len(everything) - len(coded)


@pytest.mark.parametrize(
    ("code", "chapter"),
    [
        ("C90.0", 2),
        ("C7A.010", 2),
        ("D49", 2),
        ("D50", 3),
        ("E83.52", 4),
        ("H59", 7),
        ("H60", 8),
        ("M1A", 13),
        ("O9A", 15),
        ("U07.1", 22),
    ],
)
def test_a_code_belongs_to_the_chapter_of_its_range(code: str, chapter: int) -> None:
    database = duckdb.connect()
    database.execute(
        "CREATE TABLE uses (slug VARCHAR, use INTEGER, condition_icd10cm VARCHAR, condition_icd10cm_broader VARCHAR)"
    )
    database.execute("INSERT INTO uses VALUES ('x', 1, ?, NULL)", [code])

    answer = database.sql((ROOM / "questions" / "uses_by_icd10cm_chapter.sql").read_text(encoding="utf-8"))
    assert [row[0] for row in answer.fetchall()] == [chapter]


def test_what_changed_names_new_lost_and_altered_uses_and_nothing_else(
    ask: Ask,
    invented: Path,
    tmp_path: Path,
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    for page in PAGES.iterdir():
        text = page.read_bytes().decode()
        text = text.replace("2025-11-03", "2024-01-01").replace("\r\n# Zorvalimab", "\r\n\r\n# Zorvalimab")
        text = text.replace(" This use is approved under FDA's Accelerated Approval Program.", "")
        text = text.replace("- **Hodgkin lymphoma** in children.", "- **Bladder cancer.**")
        (older / page.name).write_bytes(text.encode())
    convert([older], tmp_path / "output")

    answer = ask("what_changed", invented, before=tmp_path / "output")
    assert [(row["drug"], row["condition"], row["stated"], row["approval_status"]) for row in answer] == [
        ("Abrotinib", "Mantle cell lymphoma", "before", "approved"),
        ("Abrotinib", "Mantle cell lymphoma", "now", "accelerated_approval"),
        ("ZA", "Bladder cancer", "before", "used"),
        ("ZA", "Hodgkin lymphoma", "now", "used"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "least"),
    [("brands_that_differ", 5), ("accelerated_approvals", 20), ("paediatric_uses", 30), ("uses_by_icd10cm_chapter", 5)],
)
def test_the_real_pages_have_answers(ask: Ask, published_pages: Path, question: str, least: int) -> None:
    answer = ask(question, published_pages)

    assert len(answer) >= least
    if question == "brands_that_differ":
        assert ["Prolia"] in [row["stated_for"] for row in answer if row["drug"] == "Denosumab"]
    if question == "uses_by_icd10cm_chapter":
        assert max(answer, key=lambda row: row["uses"])["chapter"] == 2


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: tuple("" if cell is None else str(cell) for cell in row))


def test_parquet_has_the_rows_of_the_csv_with_types(invented: Path, tmp_path: Path) -> None:
    assert run_command(["tables", str(invented), "--to", str(tmp_path), "--format", "parquet", "--quiet"]) == 0
    with duckdb.connect() as database:
        database.execute((tmp_path / "from_csv.sql").read_text(encoding="utf-8"))
        for name, macro in (("uses", "uses_from"), ("denials", "sentences_from"), ("unread", "sentences_from")):
            parquet = database.sql(f"FROM '{tmp_path / name}.parquet'")
            csv = database.sql(f"FROM {macro}('{tmp_path / name}.csv')")
            assert (parquet.columns, parquet.types) == (csv.columns, csv.types)
            assert parquet.fetchall() == csv.fetchall()
            assert {"line", "offset", "length"} <= {
                c for c, kind in zip(csv.columns, csv.types, strict=True) if "INT" in str(kind)
            }
    assert not list(tmp_path.glob(".*"))
    # CSV alone, perhaps of another snapshot: no Parquet stays beside it that says something else.
    (tmp_path / "mine.parquet").touch()
    assert run_command(["tables", str(invented), "--to", str(tmp_path), "--quiet"]) == 0
    assert [path.name for path in tmp_path.glob("*.parquet")] == ["mine.parquet"]


def test_without_what_writes_parquet_nothing_is_written(
    invented: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert run_command(["tables", str(invented), "--to", str(tmp_path / "new"), "--format", "parquet"]) == 2
    assert "pip install '.[parquet]'" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
