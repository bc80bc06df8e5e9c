"""`--model idmp` through a run: what is taken over, kept as stale, withdrawn, compared and tabled is what a whole run gives."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Literal

import pytest

from pipeline.cli import run_command
from pipeline.convert import Report, convert
from pipeline.load import LoadOptions, load
from pipeline.settings import Settings
from pipeline.verify import verify
from pipeline.withdrawal import is_withdrawn
from tests.invented_pages import drug_page, regimen_page, write_pages
from tests.load.fhir_stub import TYPES, Stub, serving
from tests.sampled import variant

IDMP = Settings(model="idmp")
PAGES = {
    "zelanib.md": drug_page("Zelanib"),
    "abrotinib.md": drug_page("Abrotinib"),
    "za.md": regimen_page("ZA", ["Zelanib", "Abrotinib"]),
}
NEW = {"MedicinalProductDefinition", "Ingredient", "RegulatedAuthorization"}


def run(seeds: Path, output: Path, settings: Settings = IDMP, *, full: bool = False) -> Report:
    report = convert([seeds], output, settings, max_removed=1.0, full=full)
    assert report.snapshot is not None
    return report


def resources(output: Path) -> dict[str, dict[str, Any]]:
    files = (output / "current" / "R5" / "resources").glob("*.ndjson")
    found = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {f"{each['resourceType']}/{each['id']}": each for each in found}


def test_what_is_taken_over_is_what_is_read_and_a_regimen_is_linked_anew(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", PAGES)
    first = run(seeds, tmp_path / "out")
    (seeds / "abrotinib.md").unlink()
    second = run(seeds, tmp_path / "out")
    assert second.taken_over == 2
    assert second.snapshot is not None
    assert second.snapshot.name == Path(run(seeds, tmp_path / "whole", full=True).snapshot or "").name
    components = resources(tmp_path / "out")["MedicinalProductDefinition/nci.za"]["crossReference"]
    assert [each["product"]["reference"].get("reference") for each in components] == [
        "MedicinalProductDefinition/nci.zelanib",
        None,
    ]
    deleted = (second.folder / "deleted.ndjson").read_text(encoding="utf-8")
    gone = [entry["request"]["url"] for entry in json.loads(deleted)["entry"]]
    assert {each.partition("/")[0] for each in gone} >= NEW
    assert first.snapshot != second.snapshot


def test_a_page_that_cannot_be_read_is_kept_and_marked_and_proven(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", PAGES)
    run(seeds, tmp_path / "out")
    (seeds / "zelanib.md").write_bytes(b"---\nbroken: [\n---\n")
    run(seeds, tmp_path / "out")
    marked = {name for name, each in resources(tmp_path / "out").items() if "stale" in json.dumps(each.get("extension", ""))}
    assert {name.partition("/")[0] for name in marked} >= NEW
    assert verify(tmp_path / "out") == []


def test_another_model_is_another_snapshot_and_no_page_lost_anything_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = write_pages(tmp_path / "seeds", PAGES)
    before = run(seeds, tmp_path / "out", Settings())
    after = run(seeds, tmp_path / "out")
    assert after.taken_over == 0
    assert not (after.folder / "deleted.ndjson").exists() or not (after.folder / "deleted.ndjson").read_text(encoding="utf-8")
    assert "model" not in json.loads((before.snapshot or Path()).joinpath("report.json").read_text("utf-8"))["settings"]
    assert run_command(["diff", str(before.snapshot), str(after.snapshot)]) == 0
    assert "the model: knowledge, now idmp" in capsys.readouterr().out


def test_the_tables_are_those_of_the_facts_without_views(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", PAGES)
    rows = []
    for settings in (Settings(), IDMP):
        output, tables = tmp_path / settings.model, tmp_path / f"{settings.model}-tables"
        run(seeds, output, settings)
        assert run_command(["tables", str(output), "--to", str(tables), "--quiet"]) == 0
        with (tables / "uses.csv").open(encoding="utf-8", newline="") as file:
            rows.append([*csv.reader(file)])
        assert (tables / "views.sql").exists() == (settings.model == "knowledge")
    assert rows[0] == rows[1]


@pytest.mark.parametrize("withdrawing", ["delete", variant("retire")])
def test_a_server_is_loaded_twice_without_change_and_pruned_of_what_is_gone(
    tmp_path: Path, withdrawing: Literal["delete", variant("retire")]
) -> None:
    seeds = write_pages(tmp_path / "seeds", PAGES)
    options = LoadOptions(no_conformance=True, prune=True, withdrawn=withdrawing, max_removed=1)
    with serving(Stub(types=(*TYPES, *NEW))) as stub:
        first = run(seeds, tmp_path / "out").snapshot
        assert first
        assert load(first, stub.base, options).problems == ()
        before = {*resources(tmp_path / "out")}
        assert {*stub.store} == before
        again = load(first, stub.base, options)
        assert (again.created, again.updated, again.deleted) == (0, 0, 0)
        (seeds / "abrotinib.md").unlink()
        second = run(seeds, tmp_path / "out").snapshot
        assert second
        assert load(second, stub.base, options).problems == ()
        gone = before - {*resources(tmp_path / "out")}
        assert {name.partition("/")[0] for name in gone} >= NEW
        left = gone & {*stub.store}
        if withdrawing == "delete":
            assert not left
        else:
            assert left == gone
            assert all(is_withdrawn(stub.store[name]) for name in gone if not name.startswith("Provenance/"))
