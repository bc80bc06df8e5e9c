"""The ViewDefinitions, run by a SQL on FHIR engine of others, give the rows of the snapshot and of `uses.csv`.

The engine is `@medplum/core` of the npm registry, fetched by the ordinary client and kept in `.cache`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.model import Fact
from pipeline.settings import FhirVersion
from pipeline.snapshot import open_snapshot
from pipeline.tables import use_rows, write_tables
from pipeline.tables.rows import joined
from tests.beside import one_at_a_time

VIEWS = sorted((Path(__file__).resolve().parents[2] / "pipeline" / "tables" / "views").rglob("*.json"))
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "sql-on-fhir"
PACKAGE, DIGEST = "@medplum/core@5.2.13", "98c08cda4820785a315b4eb6caab8a72f1d038938e33648a827b6f861edf0401"
Rows: TypeAlias = dict[str, list[dict[str, Any]]]


def missing(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI requires it")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine's entry file."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("Node.js with npm, which runs the SQL on FHIR engine, is not here")
    file, entry = CACHE / "medplum-core-5.2.13.tgz", CACHE / "package" / "dist" / "cjs" / "index.cjs"
    with one_at_a_time(file):
        if not file.is_file():
            fetched = subprocess.run([str(npm), "pack", PACKAGE, "--silent"], check=False, cwd=CACHE, capture_output=True)
            if fetched.returncode:
                missing("the npm registry, which has the SQL on FHIR engine, cannot be reached")
        assert hashlib.sha256(file.read_bytes()).hexdigest() == DIGEST
        if not entry.is_file():
            with tarfile.open(file) as archive:
                archive.extractall(CACHE, filter="data")
    return entry


@pytest.fixture
def rows(engine: Path, output: Path, tmp_path: Path) -> Rows:
    """What the engine makes of each output."""
    return run(engine, output, tmp_path, "R5")


def run(engine: Path, output: Path, folder: Path, version: FhirVersion) -> Rows:
    write_tables(open_snapshot(output, version), folder)
    runner = Path(__file__).with_name("run_views.cjs")
    resources = output / "current" / version / "resources"
    command = ["node", str(runner), str(engine), str(folder / "views"), str(resources)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    found: Rows = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_an_engine_of_others_gives_the_rows_of_the_snapshot(rows: Rows, output: Path) -> None:
    records = list(open_snapshot(output).records())
    documents = {record.slug: record.resources[0]["id"] for record in records}

    _drugs_are_those_of_the_snapshot(rows, records)
    _indications_are_those_of_uses_csv(rows, records, documents)
    assert sorted(
        (row["url"] or "", row["sha256"], (row["last_reviewed"] or "")[:10]) for row in rows["document_reference"]
    ) == sorted(
        (page.meta("url") or "", page.sha256, page.meta("lastReviewed") or "") for page in (one.facts.page for one in records)
    )
    assert sorted(
        (row["document_id"], row["proof"], row["role"], row["sentence"], row["reason"] or "")
        for row in rows["use_section_sentence"]
    ) == sorted(
        (documents[record.slug], proof(one.fact), one.role, one.fact.text, one.reason or "")
        for record in records
        for one in record.facts.sentences
        if one.role in {"unread", "withheld"}
    )


@pytest.mark.slow
def test_in_r4_it_gives_the_same_drugs_and_documents_and_the_uses_out_of_the_guidelines(
    engine: Path, invented: Path, tmp_path: Path
) -> None:
    records = list(open_snapshot(invented, "R4").records())
    r5, r4 = (run(engine, invented, tmp_path / version, version) for version in ("R5", "R4"))  # type: ignore[arg-type]

    _drugs_are_those_of_the_snapshot(r4, records)
    for row in r5["document_reference"]:
        row["size"] = int(row["size"])  # an integer64, which is a string in JSON
    for view in ("medication_knowledge", "document_reference", "use_section_sentence"):
        assert r4[view] == r5[view]
    same = ("use", "approval_status", "intent", "condition", "condition_ncit", "condition_icd10cm", "setting", "cause", "quote")
    uses = {tuple(row[name] for name in ("indication", "document_id", "lead", *same)) for row in r4["administration_guideline"]}
    pages = {row["id"]: row["document_id"] for row in r5["medication_knowledge"]}
    assert uses == {
        (row["id"], pages[row["subject_id"]], *(row[name] for name in ("lead", *same))) for row in r5["clinical_use_definition"]
    }
    brands = {row["id"] for row in r4["medication_knowledge"] if row["kind"] == "brand"}
    assert {row["subject_id"] for row in r4["administration_guideline"]} & brands


def proof(fact: Fact) -> str:
    """A fact's place and rule as a resource has it in one value."""
    return " ".join([*(f"{span.start}+{span.end - span.start}" for span in fact.spans), fact.rule])


def _drugs_are_those_of_the_snapshot(rows: Rows, records: list[Any]) -> None:
    drugs = [row for row in rows["medication_knowledge"] if row["kind"] != "brand"]
    assert sorted((row["slug"], row["name"], row["kind"], row["fda_status"] or "not_stated") for row in drugs) == sorted(
        (one.slug, one.facts.name.text, "regimen" if one.facts.kind == "regimen" else "generic", one.facts.fda_status)
        for one in records
    )
    published = [each for one in records for each in one.resources if each["resourceType"] == "MedicationKnowledge"]
    assert sorted(row["id"] for row in rows["medication_knowledge"]) == sorted(each["id"] for each in published)
    codes = {row["slug"]: row["rxnorm"] for one in records for row in drugs if row["slug"] == one.slug}
    for one in records:
        exact = [code.code for code in one.facts.name.codings if code.relation == "exact" and code.system.endswith("rxnorm")]
        assert codes[one.slug] == next(iter(exact), None)


def _indications_are_those_of_uses_csv(rows: Rows, records: list[Any], documents: dict[str, str]) -> None:
    uses = [row for record in records for row in use_rows(record)]
    pages = {row["id"]: row["document_id"] for row in rows["medication_knowledge"]}
    expected = [
        (
            *(identity, documents[row["slug"]], row["use"], row["brand"] or "", row["intent"], row["approval_status"]),
            *(row["quote"], row["lead"] or "", f"{row['offset']}+{row['length']}"),
        )
        for row in uses
        for identity in str(row["indications"]).split(" | ")
    ]
    found = [
        (
            *(
                row["id"],
                pages[row["subject_id"]],
                row["use"],
                "" if row["subject_id"] == pages[row["subject_id"]] else row["subject"],
            ),
            *(row["intent"].replace("-", "_"), row["approval_status"].replace("-", "_")),
            *(row["quote"], row["lead"] or "", row["proof"].split()[0]),
        )
        for row in rows["clinical_use_definition"]
    ]
    assert sorted(found) == sorted(expected)
    for row in uses:
        branches = [each for each in rows["clinical_use_definition"] if each["id"] in str(row["indications"]).split(" | ")]
        if row["condition"] and not row["narrower"]:
            assert {joined([each["condition"]]) for each in branches} <= {*str(row["condition"]).split(" | ")}
        stated = {each["condition_icd10cm"] for each in branches if each["condition_icd10cm"]}
        assert stated == {*str(row["condition_icd10cm"] or "").split(" | ")} - {""}


@pytest.mark.parametrize("view", VIEWS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_view_is_shareable_and_tabular(view: Path) -> None:
    definition = json.loads(view.read_text(encoding="utf-8"))

    assert definition["resourceType"] == "ViewDefinition"
    assert definition["name"] == view.stem
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", definition["name"])
    assert definition["fhirVersion"] == ["4.0.1" if view.parent.name == "R4" else "5.0.0"]
    columns = [column for select in definition["select"] for column in select["column"]]
    assert len({column["name"] for column in columns}) == len(columns)
    assert all(column["type"] and column["description"] and not column.get("collection") for column in columns)


def test_views_and_macros_use_the_canonical_base_of_the_snapshot(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)

    written = [path.read_text(encoding="utf-8") for path in (tmp_path / "views").iterdir()]
    assert len(written) == len([view for view in VIEWS if view.parent.name != "R4"])
    assert all("https://pharmacy.example/fhir/ViewDefinition/" in text and "onlabel.example" not in text for text in written)
