from __future__ import annotations

import csv
import json
import shutil
import time
from pathlib import Path

import pytest

from pipeline.extract import extract
from pipeline.model import DrugFacts
from pipeline.read import read_page
from pipeline.terminology import code, default_folder, load
from pipeline.terminology.commands import as_json, as_text, mappings_check, mappings_coverage
from pipeline.terminology.coverage import Share, coverage
from pipeline.terminology.systems import SYSTEMS
from tests.real_facts import real_facts
from tests.terminology.terminology_example import MAPPINGS, drug, use
from tests.uncollected import uncollected

SAMPLE = Path(__file__).parent / "reader_check_sample.tsv"


def shares(*pages: DrugFacts) -> dict[tuple[str, str], Share]:
    found = coverage(code(page, MAPPINGS) for page in pages).shares
    return {(share.subject, share.system): share for share in found if share.mentions}


def test_mentions_are_counted_exact_broader_and_neither() -> None:
    found = shares(
        drug("X", use("cervical cancer"), use("cervical cancer", "squamous cell carcinoma of the penis", "broken bones"))
    )
    assert found["condition", "ncit"] == Share("condition", "ncit", 4, 2, 1)


def test_the_code_that_the_page_prints_counts() -> None:
    assert shares(drug("Unheard-of", ncit="C1"))["drug", "ncit"].exact == 1


def test_a_combination_is_counted_by_its_ingredients() -> None:
    found = shares(drug("Zorbimab and Mefarase-abcd"))
    assert ("single-substance drug", "unii") not in found
    assert found["ingredient of a combination", "unii"] == Share("ingredient of a combination", "unii", 2, 2, 0)


def test_what_has_no_code_is_listed_by_frequency() -> None:
    result = coverage([code(drug("X", use("rare thing", "often"), use("often")), MAPPINGS)])
    assert [(left.text, left.mentions) for left in result.uncoded if left.subject == "condition" and left.system == "ncit"] == [
        ("often", 2),
        ("rare thing", 1),
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(default_folder(), tmp_path / "mappings")
    return tmp_path / "mappings"


def test_the_reports_read_pages_and_print_as_text_and_json(seed: Path, folder: Path) -> None:
    result = mappings_coverage([seed], folder)
    assert "brand                        rxnorm          2  100.0%" in as_text(result)
    assert json.loads(as_json(result))["pages"] == 1
    assert mappings_check(folder) == []
    assert as_text(mappings_check(folder)) == ""


@pytest.fixture(scope="module")
def corpus(shared_dir: Path) -> list[DrugFacts]:
    return [facts for _, facts in real_facts(shared_dir)]


@pytest.mark.slow
def test_the_pages_of_the_corpus_are_coded_as_promised(corpus: list[DrugFacts]) -> None:
    mappings = load(default_folder())
    found = {(share.subject, share.system): share for share in coverage(code(page, mappings) for page in corpus).shares}

    def any_code(subject: str, system: str) -> float:
        share = found[subject, system]
        return (share.exact + share.broader) / share.mentions

    assert found["drug", "ncit"].exact >= 0.99 * found["drug", "ncit"].mentions
    assert found["single-substance drug", "unii"].exact >= 0.92 * found["single-substance drug", "unii"].mentions
    assert any_code("drug", "rxnorm") >= 0.88
    assert found["brand", "rxnorm"].exact >= 0.80 * found["brand", "rxnorm"].mentions
    assert found["condition", "ncit"].exact >= 0.80 * found["condition", "ncit"].mentions
    assert any_code("condition", "icd10cm") >= 0.65


@pytest.mark.slow
def test_loading_and_matching_cost_little_beside_reading_and_extracting(shared_dir: Path) -> None:
    paths = sorted((shared_dir / "corpus/drugs").glob("*.md"))
    start = time.thread_time()
    pages = [extract(read_page(path.read_bytes(), path.name)) for path in paths]
    read = time.thread_time() - start
    coded = []
    with uncollected():
        for _ in range(3):
            start = time.thread_time()
            mappings = load(default_folder())
            for page in pages:
                code(page, mappings)
            coded.append(time.thread_time() - start)
    # Reading and extracting are less than half of a run (building, validating and publishing follow): 5 % of the whole.
    assert min(coded) < 0.1 * read


def test_the_readers_sample_is_whole_and_its_verdicts_hold() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    assert len(rows) == 150
    assert len({tuple(row[column] for column in ("subject", "text", "system", "code", "relation")) for row in rows}) == 150
    applied = {(SYSTEMS[each.system].name, each.code) for each in load(default_folder()).rows}
    assert [row for row in rows if row["verdict"] != "wrong" and (row["system"], row["code"]) not in applied] == []
    verdicts = [row["verdict"] for row in rows if row["verdict"]]
    assert set(verdicts) <= {"right", "wrong"}
    assert not verdicts or (len(verdicts) == 150 and verdicts.count("right") >= 0.99 * 150)
