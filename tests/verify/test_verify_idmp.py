"""Of `--model idmp` an approval that no page states, or one that is missing, is found though all hashes fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.convert import convert
from pipeline.settings import Settings
from pipeline.verify import prove
from tests.invented_pages import drug_page, regimen_page, write_pages

Json = dict[str, Any]
Published: TypeAlias = Any  # the class stands in conftest.py, which no test can import

idmp = pytest.mark.parametrize("lean", [Settings(model="idmp")], ids=["idmp"], indirect=True)


def found(published: Published, kind: str, end: str) -> Json:
    return next(each for each in published.resources if each["resourceType"] == kind and each["id"].endswith(end))


@idmp
@pytest.mark.parametrize(
    ("kind", "end", "change"),
    [
        ("RegulatedAuthorization", "xgeva.approved", lambda r: r["indication"].pop()),
        ("RegulatedAuthorization", "prolia.approved", lambda r: r.pop("indication")),
        ("RegulatedAuthorization", "prolia.approved", lambda r: r.pop("region")),
        ("RegulatedAuthorization", "prolia.approved", lambda r: r.update(region=[{"text": "Prolia"}])),
        ("RegulatedAuthorization", "denosumab.approved", lambda r: r.pop("type")),
        ("RegulatedAuthorization", "denosumab.approved", lambda r: r.pop("subject")),
        ("RegulatedAuthorization", "denosumab.approved", lambda r: r.pop("attachedDocument")),
        ("RegulatedAuthorization", "denosumab.approved", lambda r: r.pop("identifier")),
        ("MedicinalProductDefinition", "nci.denosumab", lambda r: r.pop("classification")),
        ("MedicinalProductDefinition", "xgeva", lambda r: r.pop("status")),
        ("MedicinalProductDefinition", "xgeva", lambda r: r["name"][0].update(productName="Prolia")),
        ("Ingredient", "denosumab", lambda r: r.update(status="retired")),
        ("ClinicalUseDefinition", "", lambda r: r["category"][0]["coding"][0].update(code="used")),
    ],
)
def test_what_products_and_approvals_say_otherwise_than_the_page_is_found(
    lean: Published, kind: str, end: str, change: Callable[[Json], object]
) -> None:
    original = found(lean, kind, end)
    changed = json.loads(json.dumps(original))
    change(changed)
    assert lean.problems(original, original) == []
    assert lean.problems(original, changed)


@idmp
def test_a_brand_given_the_uses_of_another_is_found(lean: Published) -> None:
    prolia, xgeva = (found(lean, "RegulatedAuthorization", f"{brand}.approved") for brand in ("prolia", "xgeva"))
    assert lean.problems(prolia, {**prolia, "indication": [*prolia["indication"], *xgeva["indication"]]})
    use = next(
        each for each in lean.resources if each["resourceType"] == "ClinicalUseDefinition" and "Xgeva" in str(each["subject"])
    )
    assert lean.problems(use, {**use, "subject": prolia["subject"]})


def test_drugs_regimens_and_their_links_are_proven(tmp_path: Path) -> None:
    pages = {
        "zelanib.md": drug_page("Zelanib"),
        "abrotinib.md": drug_page("Abrotinib"),
        "za.md": regimen_page("ZA", ["Zelanib"]),
    }
    seeds = write_pages(tmp_path / "seeds", pages)
    assert convert([seeds], tmp_path / "out", Settings(model="idmp")).accounting["published"] == len(pages)
    proved = prove(tmp_path / "out")
    assert proved.problems == []
    products = (tmp_path / "out" / "current" / "R5" / "resources" / "MedicinalProductDefinition.ndjson").read_text("utf-8")
    assert '"reference":"MedicinalProductDefinition/nci.zelanib","type":"MedicinalProductDefinition"' in products
