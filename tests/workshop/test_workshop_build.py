from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.terminology import default_folder, load
from pipeline.terminology.mapping import Row
from pipeline.workshop.build import build, write

FACTS = Path(__file__).parent / "facts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FACTS / "decisions.tsv", tmp_path / "decisions.tsv")
    write(build(FACTS, tmp_path), tmp_path)
    return tmp_path


def rows(folder: Path, subject: str) -> list[tuple[str, str, str, str]]:
    found: list[Row] = [row for row in load(folder).rows if row.subject == subject]
    return [(row.kind, row.system, row.code, row.relation) for row in found]


def pending(folder: Path) -> dict[tuple[str, str, str], str]:
    lines = (folder / "pending.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split("\t") for line in lines]
    return {(subject, system, code): reason for _, subject, system, code, _, _, reason in cells}


def test_a_plain_drug_has_an_exact_code_everywhere(folder: Path) -> None:
    assert rows(folder, "Zorbimab") == [
        ("drug", "ncit", "C900001", "exact"),
        ("drug", "rxnorm", "900001", "exact"),
        ("drug", "unii", "ZZZZZZZZ01", "exact"),
    ]


def test_a_salt_with_its_bases_codes_has_them_as_broader(folder: Path) -> None:
    assert rows(folder, "Quelutinib Maleate") == [
        ("drug", "ncit", "C900002", "broader"),
        ("drug", "rxnorm", "900002", "broader"),
        ("drug", "unii", "ZZZZZZZZ02", "exact"),
    ]
    assert ("drug", "rxnorm", "900002", "exact") in rows(folder, "quelutinib")


def test_a_salt_with_a_precise_ingredient_has_the_ingredient_as_broader(folder: Path) -> None:
    found = rows(folder, "Varnicin Hydrochloride")
    assert ("drug", "rxnorm", "900004", "exact") in found
    assert ("drug", "rxnorm", "900003", "broader") in found
    assert pending(folder)["Varnicin Hydrochloride", "unii", "ZZZZZZZZ03"] == "the UNII is that of the base, another substance"


def test_a_page_code_that_means_less_than_the_name_is_not_used_elsewhere(folder: Path) -> None:
    assert rows(folder, "Trelotin") == []
    assert pending(folder)["Trelotin", "ncit", "C900005"] == "its code means less than its name"


def test_a_suffixed_combination_has_the_plain_ingredients_as_broader(folder: Path) -> None:
    assert ("drug", "rxnorm", "900006", "broader") in rows(folder, "Zorbimab and Mefarase-abcd")


def test_a_brand_counts_only_where_its_ingredient_agrees(folder: Path) -> None:
    assert rows(folder, "Zorbix") == [("brand", "rxnorm", "900011", "exact")]
    assert rows(folder, "Otherix") == []


def test_several_codes_or_a_prediction_alone_wait_for_a_reader(folder: Path) -> None:
    assert rows(folder, "ZQV") == [("regimen", "ncit", "C900007", "exact")]
    assert rows(folder, "ZXY") == []
    assert rows(folder, "quelanthine") == []
    assert pending(folder)["quelanthine", "ncit", "C900023"] == "needs a reader"


def test_a_category_is_broader_and_another_label_ends_the_chain(folder: Path) -> None:
    assert rows(folder, "zorbic cancer") == [
        ("condition", "icd10cm", "Z01", "broader"),
        ("condition", "ncit", "C900041", "exact"),
    ]
    assert pending(folder)["zorbic cancer", "mondo", "MONDO:9000041"] == "another label than the term"


def test_the_same_words_are_the_same_whatever_the_grouping(folder: Path) -> None:
    assert rows(folder, "quelar lymphoma") == [
        ("condition", "icd10cm", "Z02", "exact"),
        ("condition", "mesh", "D900042", "exact"),
        ("condition", "mondo", "MONDO:9000042", "exact"),
        ("condition", "ncit", "C900042", "exact"),
    ]


def test_a_residual_class_and_two_codes_of_one_label_are_refused(folder: Path) -> None:
    assert pending(folder)["varnic disease", "icd10cm", "Z03.9"] == "a residual class"
    assert pending(folder)["twofold tumor", "ncit", "C900044"] == "needs a reader"


def test_decisions_apply_widen_and_leave_out(folder: Path) -> None:
    assert rows(folder, "varnic disease") == [("condition", "ncit", "C900043", "broader")]
    assert rows(folder, "hard zorbic cancer") == [("condition", "ncit", "C900046", "exact")]
    assert rows(folder, "mefarase") == []
    assert pending(folder)["mefarase", "ncit", "C900022"] == "the word means another thing"


def test_building_again_changes_nothing_and_removes_what_is_no_longer_built(folder: Path) -> None:
    (folder / "brand-mesh.sssom.tsv").write_text("left over", encoding="utf-8")
    assert write(build(FACTS, folder), folder) == ["brand-mesh.sssom.tsv"]
    assert write(build(FACTS, folder), folder) == []


@pytest.mark.parametrize(
    "line",
    [
        "condition\tzorbic cancer\tsnomed\t1\tX\tapply\tS\tR",
        "condition\tzorbic cancer\tncit\tC1\tX\tperhaps\tS\tR",
        "condition\tnobody's disease\tncit\tC1\t\tleave-out\t\tR",
        "condition\tnobody's disease\tncit\tC1\t\tapply\tS\tR",
        "condition\tzorbic cancer\tncit\tC1\tX\tapply\t\tR",
    ],
)
def test_a_decision_without_a_source_or_a_row_is_refused(folder: Path, line: str) -> None:
    with (folder / "decisions.tsv").open("a", encoding="utf-8") as decisions:
        decisions.write(f"{line}\n")
    with pytest.raises(UsageError, match="M804"):
        build(FACTS, folder)


def test_facts_that_are_not_there_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"M803 .*brands\.tsv"):
        build(tmp_path / "nowhere", folder)


def test_the_shipped_tables_are_what_the_facts_and_decisions_give(shared_dir: Path) -> None:
    shipped = default_folder()
    for name, text in build(shared_dir / "terms", shipped).items():
        assert (shipped / name).read_text(encoding="utf-8") == text, name
