from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.terminology import default_folder, load, mapping
from pipeline.terminology.check import check
from pipeline.terminology.mapping import Mappings, Row, file_name, read_table, table
from tests.terminology.terminology_example import row

TABLES = sorted(default_folder().glob("*.sssom.tsv"))


def lay(folder: Path, *rows: Row) -> Path:
    for kind, system in {(each.kind, each.system) for each in rows}:
        text = table(kind, system, [each for each in rows if (each.kind, each.system) == (kind, system)])
        (folder / file_name(kind, system)).write_text(text, encoding="utf-8")
    return folder


def found(folder: Path) -> list[str]:
    return [problem.code for problem in check(folder)]


def test_the_shipped_tables_have_no_problem() -> None:
    assert check(default_folder()) == []


def test_nothing_encumbered_is_shipped() -> None:
    words = re.compile(r"snomed|meddra|\bATC\b|umls|drugbank|snomedct|SCTID", re.IGNORECASE)
    for path in [*TABLES, default_folder() / "decisions.tsv", default_folder() / "pending.tsv"]:
        assert not words.search(path.read_text(encoding="utf-8")), path.name


def test_every_shipped_table_is_in_the_readme_and_every_source_in_the_list() -> None:
    folder = default_folder()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in TABLES if f"`{path.name}`" not in readme] == []
    with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as sources:
        known = tuple(source["key"] for source in csv.DictReader(sources, delimiter="\t"))
    named = {part for each in load(folder).rows for part in each.sources.split("+")}
    assert {part for part in named if not part.startswith(known)} == set()


def test_the_known_faults_of_the_sources_are_not_applied() -> None:
    mappings = load(default_folder())
    codes = {(each.key, each.code) for each in mappings.rows}
    assert ("tumor", "C6283") not in codes
    assert ("hypertension", "I15") not in codes
    assert ("merkel cell carcinoma", "C4068") not in codes
    assert ("sickle cell anemia", "D57.2") not in codes
    assert mappings.find("therapy", "platinum") == ()


def test_a_table_reads_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [
        row("condition", "mondo", "zorbic cancer", "MONDO:0000001"),
        row("condition", "mondo", "Ärger\u2019s disease", "MONDO:0000002"),
    ]
    lay(tmp_path, *rows)
    assert sorted(read_table(tmp_path / "condition-mondo.sssom.tsv")) == sorted(rows)
    assert found(tmp_path) == []


def test_the_identity_changes_with_what_the_rows_say_not_with_their_order() -> None:
    one, two = row("brand", "rxnorm", "Zorbix", "1"), row("brand", "rxnorm", "Varnex", "2")
    assert Mappings((one, two)).identity == Mappings((two, one)).identity
    assert Mappings((one,)).identity != Mappings((two,)).identity


def test_two_exact_codes_for_the_same_words_are_found(tmp_path: Path) -> None:
    lay(tmp_path, row("condition", "ncit", "Zorbic cancers", "C1"), row("condition", "ncit", "zorbic cancer", "C2"))
    assert found(tmp_path) == ["M812"]


def test_one_code_both_exact_and_broader_is_found(tmp_path: Path) -> None:
    lay(tmp_path, row("condition", "ncit", "zorbic cancer", "C1"), row("condition", "ncit", "zorbic cancer", "C1", "broader"))
    assert "M812" in found(tmp_path)


def test_a_code_broader_than_itself_is_found(tmp_path: Path) -> None:
    lay(
        tmp_path,
        row("condition", "ncit", "zorbic cancer", "C1"),
        row("condition", "ncit", "zorbic cancer", "C2", "broader"),
        row("condition", "ncit", "quelar cancer", "C2"),
        row("condition", "ncit", "quelar cancer", "C1", "broader"),
    )
    assert found(tmp_path) == ["M813", "M813"]


@pytest.mark.parametrize(
    ("system", "code"),
    [("ncit", "1234"), ("rxnorm", "C12"), ("unii", "SHORT"), ("icd10cm", "breast"), ("mesh", "MESH1")],
)
def test_a_malformed_code_is_found(tmp_path: Path, system: str, code: str) -> None:
    lay(tmp_path, row("condition", system, "zorbic cancer", code))  # type: ignore[arg-type]  # the parameters are systems
    assert found(tmp_path) == ["M811"]


def test_rows_out_of_order_or_twice_are_found(tmp_path: Path) -> None:
    lay(tmp_path, row("brand", "rxnorm", "Alphix", "1"), row("brand", "rxnorm", "Zorbix", "2"))
    path = tmp_path / "brand-rxnorm.sssom.tsv"
    *header, first, second = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*header, second, first]) + "\n", encoding="utf-8")
    assert found(tmp_path) == ["M810"]
    path.write_text("\n".join([*header, first, first, second]) + "\n", encoding="utf-8")
    assert found(tmp_path) == ["M810", "M812"]


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("brand-rxnorm.sssom.tsv", ("skos:exactMatch", "skos:closeMatch"), 12),
        ("brand-rxnorm.sssom.tsv", ("RXNORM:1", "SNOMED:1"), 12),
        ("brand-rxnorm.sssom.tsv", ("subject_label", "label"), 11),
        ("brand-snomed.sssom.tsv", ("", ""), 1),
    ],
)
def test_a_table_that_is_not_as_described_is_refused_with_its_line(
    tmp_path: Path, name: str, change: tuple[str, str], line: int
) -> None:
    text = table("brand", "rxnorm", [row("brand", "rxnorm", "Zorbix", "1")])
    (tmp_path / name).write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(UsageError, match=f"M802.*:{line}:"):
        load(tmp_path)


def test_the_tables_inside_an_installation_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pipeline"
    package.mkdir()
    monkeypatch.setattr(mapping, "__file__", str(package / "terminology" / "mapping.py"))
    assert default_folder() == tmp_path / "mappings"
    (package / "_mappings").mkdir()
    assert default_folder() == package / "_mappings"


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="M801"):
        load(tmp_path)
