"""Rows hold what the facts say, one to one, whatever the words are, and can be read back from the CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import OnlabelError
from pipeline.model import Age, Characteristic, DrugFacts, Fact, FrontMatterValue, Page, Population, Span, Therapy, Use
from pipeline.snapshot import Input, Record, open_snapshot
from pipeline.tables import COLUMNS, DENIALS, UNREAD, database, use_rows, write_parquet, write_tables
from pipeline.tables.write import _cell
from tests.sampled import examples

README = Path(__file__).resolve().parents[2] / "pipeline" / "tables" / "README.md"
EXPECTED = Path(__file__).with_name("expected.json")
TABLES = {"uses": COLUMNS, "denials": DENIALS, "unread": UNREAD}


def read(path: Path) -> list[dict[str, str]]:
    """A CSV file by the strict reader, apostrophes and all."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def meant(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from reading a formula."""
    return re.sub(r"^'('*[=+\-@\t\r\n＝＋－＠])", r"\1", cell)  # noqa: RUF001 - the full-width forms are meant


def values(cell: str) -> list[str]:
    """The several values of a cell."""
    parts = re.split(r"(?<!\\)((?:\\\\)*) \| ", cell) if cell else []
    whole = ["".join(parts[place : place + 2]) for place in range(0, len(parts), 2)]
    return [re.sub(r"\\(.)", r"\1", each, flags=re.DOTALL) for each in whole]


words = st.one_of(
    st.sampled_from(
        ["=1+1", "@SUM(A1)", "'=x", "''-x", "a | b", "a \\| b", "\\", "|", " | ", '"quoted", twice', "é\u202e", "\uff1dx"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
)


@st.composite
def facts_of_a_page(draw: st.DrawFn) -> DrugFacts:
    """Facts with any words at all, each at a place of its own in the page."""
    place = 0

    def fact(text: str) -> Fact:
        nonlocal place
        start, place = place, place + len(text) + 1
        return Fact(text, (Span(start, start + len(text)),), "rule")

    def some(most: int = 3) -> tuple[Fact, ...]:
        return tuple(fact(text) for text in draw(st.lists(words, max_size=most)))

    def use() -> Use:
        ages = draw(st.lists(st.integers(0, 90), max_size=2))
        patients = [Characteristic("description", each) for each in some()]
        ranges = [Characteristic("age-range", fact("range"), low=Age(age, "year")) for age in ages]
        names = some() or (fact("x"),)
        return Use(
            text=fact(draw(words)),
            parent=None,
            lead=fact(draw(words)),
            evidence=some(),
            conditions=some(),
            intent="treat",
            intent_text=None,
            approval_status="approved",
            approval_status_fact=None,
            narrower=some(),
            causes=some(),
            brands=tuple({each.text: each for each in some()}.values()),
            populations=tuple(Population((each,)) for each in (*patients, *ranges)),
            therapies=(Therapy("required", fact("phrase"), names),),
        )

    uses = tuple(use() for _ in range(draw(st.integers(0, 3))))
    page = Page("page.md", "x" * place, {"url": (FrontMatterValue(draw(words), Span(0, 1)),)}, ())
    return DrugFacts(page=page, slug="zorvalimab", publisher="nci", kind="drug", kind_reason="", name=fact("Z"), uses=uses)


@given(facts_of_a_page())
@examples(150)
def test_rows_and_uses_are_one_to_one_through_the_csv(facts: DrugFacts) -> None:
    indications = tuple((f"nci.z.{number}",) for number, _ in enumerate(facts.uses))
    record = Record(Input("page.md", "published", "zorvalimab", "drug"), (), facts, indications)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([_cell(row[column]) for column in COLUMNS] for row in use_rows(record))

    file.seek(0)
    rows = [dict(zip(COLUMNS, map(meant, row), strict=True)) for row in csv.reader(file, strict=True)]

    expected = [
        (number, use, brand)
        for number, use in enumerate(facts.uses, 1)
        for brand in sorted(use.brands, key=lambda each: each.spans) or (None,)
    ]
    assert len(rows) == len(expected)
    for row, (number, use, brand) in zip(rows, expected, strict=True):
        assert row["use"] == str(number)
        assert row["brand"] == (brand.text if brand else "")
        assert row["quote"] == use.text.text
        assert values(row["condition"]) == [fact.text for fact in use.conditions]
        assert values(row["narrower"]) == [fact.text for fact in use.narrower]
        assert values(row["cause"]) == [fact.text for fact in use.causes]
        assert values(row["evidence"]) == [fact.text for fact in use.evidence]
        assert values(row["with_required"]) == [name.text for name in use.therapies[0].names]
        assert values(row["population"]) == [one.characteristics[0].fact.text for one in use.populations]
        lows = [each.low.value for one in use.populations for each in one.characteristics if each.low]
        assert row["age_low_years"] == (str(min(lows)) if lows else "")
        assert row["offset"] == str(use.text.spans[0].start)


@pytest.mark.parametrize(
    "case", json.loads(EXPECTED.read_text(encoding="utf-8")), ids=lambda case: f"{case['slug']}-{case['use']}"
)
def test_a_page_gives_these_rows(case: dict[str, str], invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)

    rows = [row for row in read(tmp_path / "uses.csv") if (row["slug"], row["use"]) == (case["slug"], case["use"])]
    brand = case.get("brand", "")
    (row,) = [row for row in rows if row["brand"] == brand]
    assert {column: cell for column, cell in row.items() if cell and column in EXPECTED_COLUMNS} == case


def test_words_that_restrict_a_use_and_ages_left_out_have_columns(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)

    rows = {int(row["use"]): row for row in read(tmp_path / "uses.csv") if row["slug"] == "querinib"}
    assert {row["qualified_in_words"] for row in rows.values()} == {"true"}
    assert values(rows[1]["qualifiers"]) == ["in pellet form", "in pregnant patients", "The cart must be green."]
    assert rows[1]["population"] == "children; younger than 18 years"
    assert (rows[1]["age_high_years"], rows[1]["age_high_exclusive"], rows[1]["age_low_exclusive"]) == ("18", "true", "")
    assert (rows[2]["age_low_years"], rows[2]["age_low_exclusive"]) == ("65", "true")
    others = [row for row in read(tmp_path / "uses.csv") if row["slug"] == "zorvalimab"]
    assert {(row["qualified_in_words"], row["qualifiers"]) for row in others} == {("false", "")}


#: What a person can compare with the page at a glance; the rest is compared with the view.
EXPECTED_COLUMNS = frozenset(
    (  # noqa: SIM905 - a sentence reads better than a column of names
        "drug slug use brand intent approval_status condition narrower cause disease_status biomarker stage line_of_therapy "
        "age_group age_low_years age_high_years sex "
        "population with_required with_optional with_alternative prior_required prior_one_of "
        "alone condition_icd10cm condition_icd10cm_broader quote unread line offset"
    ).split()
)


def test_every_use_and_brand_of_a_snapshot_has_one_row(output: Path, tmp_path: Path) -> None:
    written = write_tables(open_snapshot(output), tmp_path)

    expected = [
        (record.slug, str(number), brand)
        for record in open_snapshot(output).records()
        for number, use in enumerate(record.facts.uses, start=1)
        for brand in sorted({brand.text for brand in use.brands}) or [""]
    ]
    rows = read(tmp_path / "uses.csv")
    assert sorted((row["slug"], row["use"], meant(row["brand"])) for row in rows) == sorted(expected)
    assert written.rows["uses"] == len(rows)


def test_line_offset_and_length_lead_to_the_quote(output: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(output), tmp_path)
    texts = {record.slug: record.facts.page.text for record in open_snapshot(output).records()}

    rows = [row for table in TABLES for row in read(tmp_path / f"{table}.csv")]
    assert rows
    for row in rows:
        text, start = texts[row["slug"]], int(row["offset"])
        piece = text[start : start + int(row["length"])]
        assert piece[0] == meant(row["quote"])[0]
        assert text[:start].replace("\r\n", "\n").count("\n") + 1 == int(row["line"])


@pytest.mark.parametrize("version", ["R5", "R4B", "R4"])
def test_every_version_gives_the_same_rows(version: Any, invented: Path, tmp_path: Path) -> None:  # noqa: ANN401 - a literal
    write_tables(open_snapshot(invented, "R5"), tmp_path / "r5")
    written = write_tables(open_snapshot(invented, version), tmp_path / "other")

    for table in TABLES:
        assert (tmp_path / "other" / f"{table}.csv").read_bytes() == (tmp_path / "r5" / f"{table}.csv").read_bytes()
    assert bool(written.views) == (version != "R4B")
    assert (tmp_path / "other" / "views.sql").exists() == (version == "R5")


def test_views_of_an_earlier_snapshot_do_not_stay_beside_tables_that_they_do_not_fit(invented: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.sql").write_text("SELECT 1;\n", encoding="utf-8")
    write_tables(open_snapshot(invented, "R5"), tmp_path)
    write_tables(open_snapshot(invented, "R4"), tmp_path)

    assert not (tmp_path / "views.sql").exists()
    views = {path.name: json.loads(path.read_bytes())["fhirVersion"] for path in (tmp_path / "views").iterdir()}
    assert views.keys() == {
        "administration_guideline.json", "document_reference.json", "medication_knowledge.json", "use_section_sentence.json",
    }  # fmt: skip
    assert {*map(tuple, views.values())} == {("4.0.1",)}
    write_tables(open_snapshot(invented, "R4B"), tmp_path)
    assert not list((tmp_path / "views").iterdir())
    assert (tmp_path / "mine.sql").exists()


def test_no_cell_begins_like_a_formula_and_lines_end_as_rfc_4180_says(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)

    data = (tmp_path / "uses.csv").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") == 1 + len(read(tmp_path / "uses.csv"))
    hostile = [row for row in read(tmp_path / "uses.csv") if row["slug"] == "hostile"]
    assert {row["drug"] for row in hostile} == {"'=2+3|Tinib"}
    assert {row["brand"] for row in hostile} == {"'@Sumtan", ""}
    assert not [cell for row in hostile for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(("table", "columns"), TABLES.items())
def test_every_column_is_documented_and_stands_in_the_header(
    table: str, columns: tuple[str, ...], invented: Path, tmp_path: Path
) -> None:
    write_tables(open_snapshot(invented), tmp_path)

    header = (tmp_path / f"{table}.csv").read_text(encoding="utf-8").split("\n", 1)[0].strip().split(",")
    assert header == list(columns)
    text = README.read_text(encoding="utf-8")
    if table == "uses":
        text = text.split("## Columns")[1].split("\n## ")[0]
        first_cells = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
        assert sorted(re.findall(r"`([a-z0-9_]+)`", " ".join(first_cells))) == sorted(columns)
    else:
        assert set(columns) <= set(re.findall(r"`([a-z0-9_]+)`", text))


def test_a_snapshot_is_not_written_into(invented: Path) -> None:
    with pytest.raises(OnlabelError, match="W310"):
        write_tables(open_snapshot(invented), invented / "current" / "tables")


def test_a_folder_that_cannot_be_written_is_a_coded_error(invented: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OnlabelError, match="W311"):
        write_tables(open_snapshot(invented), tmp_path / "file")
    (tmp_path / "tables" / "uses.csv").mkdir(parents=True)
    with pytest.raises(OnlabelError, match="W311"):
        write_tables(open_snapshot(invented), tmp_path / "tables")


def test_parquet_that_cannot_be_written_is_a_coded_error(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)
    (tmp_path / "uses.csv").write_text("not,these,columns\r\n1,2,3\r\n", encoding="utf-8")
    with database() as using, pytest.raises(OnlabelError, match="W311"):
        write_parquet(using, tmp_path, ["uses"])
    assert not list(tmp_path.glob("*.parquet")) + list(tmp_path.glob(".*"))


def test_a_snapshot_that_cannot_be_read_leaves_the_tables_before_it_as_they_were(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path / "tables")
    before = {path.name: path.read_bytes() for path in (tmp_path / "tables").glob("*.csv")}
    copy = tmp_path / "copy"
    shutil.copytree((invented / "current").resolve(), copy)
    bundles = copy / "R5" / "bundles" / "transaction.ndjson"
    bundles.write_bytes(b"\n".join(bundles.read_bytes().split(b"\n")[:-3]) + b"\n{}\n{}\n")

    with pytest.raises(OnlabelError, match=r"W10[12]"):
        write_tables(open_snapshot(copy), tmp_path / "tables")
    assert {path.name: path.read_bytes() for path in (tmp_path / "tables").glob("*.csv")} == before
    assert not [path for path in (tmp_path / "tables").iterdir() if path.name.startswith(".")]
