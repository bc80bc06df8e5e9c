"""The mark of a stale page: whoever takes it away, or puts it on one resource alone, is found out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.verify import verify
from tests.invented_pages import drug_page

Json = dict[str, Any]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of two pages, one of them stale."""
    folder = tmp_path_factory.mktemp("marks")
    (folder / "seeds").mkdir()
    for name in ("Zelanib", "Abrotinib"):
        (folder / "seeds" / f"{name.lower()}.md").write_text(drug_page(name), encoding="utf-8")
    convert([folder / "seeds"], folder / "output", today=date(2026, 1, 1))
    (folder / "seeds" / "zelanib.md").write_text("")
    found = convert([folder / "seeds"], folder / "output", today=date(2026, 1, 2)).snapshot
    assert found
    assert verify(found) == []
    return found


def other_day(resource: Json) -> None:
    (said,) = (one for one in resource["extension"] if one["url"].endswith("/stale"))
    said["valueDate"] = "2026-01-02"


def no_extension(resource: Json) -> None:
    resource["extension"] = [one for one in resource["extension"] if not one["url"].endswith("/stale")]


def no_tag(resource: Json) -> None:
    resource["meta"]["tag"] = [one for one in resource["meta"]["tag"] if one["code"] != "stale"]


def other_display(resource: Json) -> None:
    resource["meta"]["tag"][-1]["display"] = "Fresh"


@pytest.mark.parametrize(
    "kind", ["MedicationKnowledge", "ClinicalUseDefinition", "DocumentReference", "Medication", "Provenance"]
)
@pytest.mark.parametrize("change", [other_day, no_extension, no_tag, other_display])
def test_a_mark_that_was_changed_is_found(change: Callable[[Json], None], kind: str, snapshot: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(snapshot, tmp_path / "changed")
    file = changed / "R5" / "resources" / f"{kind}.ndjson"
    resources = [json.loads(line) for line in file.read_bytes().splitlines()]
    marked = next(one for one in resources if one["id"].startswith("nci.zelanib"))
    change(marked)
    file.write_text("".join(f"{json.dumps(one)}\n" for one in resources), encoding="utf-8")
    # That its file, its Bundle's copy and its hash are others is found too, and does not count here.
    places = [str(problem.expression) for problem in verify(changed) if problem.code == "C650"]
    assert any(place.endswith((".extension", ".meta.tag")) for place in places)


def test_a_report_that_lists_no_stale_page_is_found(snapshot: Path, tmp_path: Path) -> None:
    changed = shutil.copytree(snapshot, tmp_path / "changed")
    report = json.loads((changed / "report.json").read_bytes())
    report["inputs"] += report["stale"]  # under the name that its facts have
    report["accounting"] = {**report["accounting"], "inputs": 3, "published": 2}
    (changed / "report.json").write_text(json.dumps({**report, "stale": []}), encoding="utf-8")
    assert [problem.code for problem in verify(changed)] == ["C602", "C603"]
