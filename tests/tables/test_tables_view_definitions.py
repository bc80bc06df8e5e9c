"""The ViewDefinitions, run by a SQL on FHIR engine of others, give the rows of the snapshot and of `uses.csv`.

The engine is `@medplum/core` of the npm registry, fetched by the ordinary client and kept in `.cache`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.model import Fact
from pipeline.settings import FhirVersion
from pipeline.snapshot import open_snapshot
from pipeline.tables import use_rows, write_tables
from pipeline.tables.rows import joined
from tests.medplum import medplum_core, run_node

VIEWS = sorted((Path(__file__).resolve().parents[2] / "pipeline" / "tables" / "views").rglob("*.json"))
Rows: TypeAlias = dict[str, list[dict[str, Any]]]
#: The types of the elements and keys in which paths of columns end (`size` is R5's; R4 has `unsignedInt`).
_TYPES = {
    **dict.fromkeys(("getResourceKey", "getReferenceKey", "display", "text", "title", "value"), "string"),
    **dict.fromkeys(("code", "language", "status"), "code"),
    "date": "instant",
    "size": "integer64",
}


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine's entry file."""
    return medplum_core()


@pytest.fixture
def rows(engine: Path, output: Path, tmp_path: Path) -> Rows:
    """What the engine makes of each output."""
    return run(engine, output, tmp_path, "R5")


def run(engine: Path, output: Path, folder: Path, version: FhirVersion) -> Rows:
    write_tables(open_snapshot(output, version), folder)
    runner = Path(__file__).with_name("run_views.cjs")
    found: Rows = json.loads(run_node(runner, engine, folder / "views", output / "current" / version / "resources"))
    return found


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
    same = ("use", "approval_status", "intent", "condition", "condition_ncit", "condition_icd10cm", "setting", "cause")
    uses = {tuple(row[name] for name in ("indication", "document_id", *same)) for row in r4["administration_guideline"]}
    pages = {row["id"]: row["document_id"] for row in r5["medication_knowledge"]}
    assert uses == {
        (row["id"], pages[row["subject_id"]], *(row[name] for name in same)) for row in r5["clinical_use_definition"]
    }
    quotes = {row["id"]: (row["lead"] or "", row["quote"]) for row in r5["clinical_use_definition"]}
    for row in r4["administration_guideline"]:
        lead, quote = quotes[row["indication"]]
        assert row["quote"].startswith(lead)
        assert row["quote"].endswith(quote)
    drugs = {row["id"] for row in r4["medication_knowledge"] if row["kind"] != "brand"}
    brands = {
        (row["id"], row["subject_id"] if row["subject_id"] not in drugs else None) for row in r5["clinical_use_definition"]
    }
    found = {(row["indication"], row["brand_id"]) for row in r4["administration_guideline"]}
    assert found <= brands
    assert {identity for identity, _ in found} == {identity for identity, _ in brands}
    assert {row["stated_for"] for row in r4["administration_guideline"] if row["brand_id"]} == {"brand"}


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


@pytest.mark.parametrize("view", VIEWS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_column_has_the_type_of_what_its_path_ends_in(view: Path) -> None:
    """Pathling refuses a view with a column of another type: a key as `id`, an `Identifier.value` as `uri`."""
    definition = json.loads(view.read_text(encoding="utf-8"))

    for column in (column for select in definition["select"] for column in select["column"]):
        end = re.split(r"\.(?![^()]*\))", column["path"].removesuffix(".first()"))[-1]
        cast = re.fullmatch(r"ofType\((\w+)\)", end)
        # A key is opaque, and a string in the specification's own examples.
        assert column["type"] == (cast[1] if cast else _TYPES[end.split("(")[0]]), column["name"]


def test_in_r4_the_size_of_a_document_is_an_unsigned_int(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented, "R4"), tmp_path)

    definition = json.loads((tmp_path / "views" / "document_reference.json").read_text(encoding="utf-8"))
    (size,) = [column for column in definition["select"][0]["column"] if column["name"] == "size"]
    assert definition["fhirVersion"] == ["4.0.1"]
    assert size["type"] == "unsignedInt"


def test_views_and_macros_use_the_canonical_base_of_the_snapshot(invented: Path, tmp_path: Path) -> None:
    write_tables(open_snapshot(invented), tmp_path)

    written = [path.read_text(encoding="utf-8") for path in (tmp_path / "views").iterdir()]
    assert len(written) == len([view for view in VIEWS if view.parent.name != "R4"])
    assert all("https://pharmacy.example/fhir/ViewDefinition/" in text and "onlabel.example" not in text for text in written)
