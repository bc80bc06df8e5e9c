"""`--model idmp`: no error in the HL7 validator, and on a HAPI R5 server found as a product catalog is asked."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import run_command
from tests.interop import hapi
from tests.interop.fhir_server import FhirServer
from tests.interop.known_warnings import read_known_warnings, unexplained
from tests.interop.snapshot import Resource, Snapshot, name, names, sample, tokens

pytestmark = pytest.mark.interop

SAMPLE, SAMPLE_SEED = 100, 2026
PRODUCT = "MedicinalProductDefinition"
#: What only this shape has.
NEW = (PRODUCT, "Ingredient", "RegulatedAuthorization")
SLUG = "denosumab-catalog"
#: A subject of the wrong type, a region that is no concept, an ingredient without its substance, a product without a name.
FAULTS: list[tuple[str, Resource]] = [
    ("ClinicalUseDefinition", {"subject": [{"reference": "Organization/nci"}]}),
    ("RegulatedAuthorization", {"region": [{"coding": "US"}]}),
    ("Ingredient", {"substance": None}),
    (PRODUCT, {"name": []}),
]


def published(seeds: Path, output: Path) -> Snapshot:
    assert run_command(["convert", str(seeds), "--model", "idmp", "--workers", "2", "--output", str(output), "--quiet"]) == 0
    return Snapshot((output / "current").resolve())


@pytest.fixture(scope="module")
def corpus(corpus_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return published(corpus_pages, tmp_path_factory.mktemp("idmp") / "corpus")


@pytest.fixture(scope="module")
def catalog(server: FhirServer, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """The page that the project ships, at another address: other tests load it, in the other shape, onto the same server."""
    folder = tmp_path_factory.mktemp("idmp")
    page = folder / "catalog.md"
    page.write_text(seed.read_text(encoding="utf-8").replace("/drugs/denosumab", f"/drugs/{SLUG}"), encoding="utf-8")
    snapshot = published(page, folder / "output")
    load = ["load", str(snapshot.folder), "--server", server.base, "--no-conformance"]
    assert run_command(load) == 0
    first = {key: server.http.get(key).json()["meta"]["versionId"] for key in names(snapshot.resources)}
    assert run_command(load) == 0
    assert {key: server.http.get(key).json()["meta"]["versionId"] for key in first} == first, "a second load changes nothing"
    yield snapshot
    server.delete(each for each in names(snapshot.resources) if not each.startswith(("Organization/", "Device/")))


def test_a_sample_of_the_real_pages_has_no_error_and_no_unexplained_warning(
    validator: hapi.Validator, corpus: Snapshot
) -> None:
    faulty = [{**corpus.of_type(kind)[0], "id": f"fault-{number}", **change} for number, (kind, change) in enumerate(FAULTS)]
    lines = sample([*corpus.lines, *corpus.definitions], SAMPLE, SAMPLE_SEED)
    findings = validator.validate("R5", corpus.files, lines)
    assert [str(found) for found in findings if found.severity in {"error", "fatal"}] == []
    # Of all others `test_interop_validator.py` looks at the warnings: they are the same.
    ours = [found for found in findings if found.resource.startswith(NEW)]
    assert [str(found) for found in unexplained(ours, read_known_warnings())] == []
    seen = {
        found.resource for found in validator.validate("R5", corpus.files, map(json.dumps, faulty)) if found.severity == "error"
    }
    assert seen == names(faulty)


@pytest.mark.parametrize("server", ["R5"], indirect=True)
def test_a_brand_leads_to_its_uses_and_to_its_approval(server: FhirServer, catalog: Snapshot) -> None:
    uses: dict[str, set[str]] = defaultdict(set)
    for use in catalog.of_type("ClinicalUseDefinition"):
        for subject in use["subject"]:
            uses[subject["reference"]].add(name(use))
    approvals = {each["subject"][0]["reference"]: each for each in catalog.of_type("RegulatedAuthorization")}
    prolia, xgeva, drug = (f"{PRODUCT}/nci.{SLUG}{brand}" for brand in (".prolia", ".xgeva", ""))
    assert [len(uses[each]) for each in (prolia, xgeva, drug)] == [2, 4, 0]
    for product in (prolia, xgeva, drug):
        assert server.search("ClinicalUseDefinition", subject=product) == uses[product]
        (held,) = server.resources("RegulatedAuthorization", {"subject": product})
        assert {each["reference"]["reference"] for each in held.get("indication", ())} == uses[product]
        assert name(held) == name(approvals[product])
        assert tokens(held["region"][0]) == {("urn:iso:std:iso:3166", "US")}


@pytest.mark.parametrize("server", ["R5"], indirect=True)
def test_products_are_found_by_name_by_substance_and_with_all_that_is_of_them(server: FhirServer, catalog: Snapshot) -> None:
    (ingredient,) = catalog.of_type("Ingredient")
    products = names(catalog.of_type(PRODUCT))
    assert {each["reference"] for each in ingredient["for"]} == products
    assert server.search(PRODUCT, name="Xgeva") == {f"{PRODUCT}/nci.{SLUG}.xgeva"}
    for system, code in tokens(ingredient["substance"]["code"]["concept"]):
        assert server.search("Ingredient", **{"substance-code": f"{system}|{code}"}) == {name(ingredient)}
        assert server.search(PRODUCT, **{"_has:Ingredient:for:substance-code": f"{system}|{code}"}) == products
    around = server.search(
        PRODUCT, _id=f"nci.{SLUG}.prolia", _revinclude="ClinicalUseDefinition:subject", _include=f"{PRODUCT}:*"
    )
    assert Counter(each.partition("/")[0] for each in around)["ClinicalUseDefinition"] == 2
