"""The codes of the mapping tables are found on a FHIR server: a use by its condition's code, a drug or brand by its own.

Every expected answer is computed from the published files, and must be something: a search for nothing proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.interop.fhir_server import Loaded
from tests.interop.snapshot import Resource, name, tokens

pytestmark = pytest.mark.interop

NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UNII = "http://fdasis.nlm.nih.gov"
SYSTEMS = {
    "use": {
        NCIT,
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://purl.obolibrary.org/obo/mondo.owl",
        "https://www.nlm.nih.gov/mesh",
    },
    "product": {NCIT, RXNORM, UNII},
}


def condition(use: Resource) -> Resource:
    concept: Resource = use["indication"].get("diseaseSymptomProcedure", {}).get("concept", {})
    return concept


def by_code(concepts: Iterable[tuple[str, Resource]], systems: set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for owner, concept in concepts:
        for system, code in tokens(concept):
            if system in systems:
                found[f"{system}|{code}"].add(owner)
    return found


def test_every_coded_use_is_found_by_each_code_of_its_condition(loaded: Loaded) -> None:
    uses = loaded.snapshot.of_type("ClinicalUseDefinition")
    expected = by_code(((name(use), condition(use)) for use in uses), SYSTEMS["use"])
    assert NCIT in {code.partition("|")[0] for code in expected}
    for code, owners in expected.items():
        assert loaded.server.search("ClinicalUseDefinition", indication=code) == owners


def test_every_drug_and_brand_is_found_by_each_code_of_its_own(loaded: Loaded) -> None:
    medications = loaded.snapshot.of_type("Medication")
    expected = by_code(((name(one), one["code"]) for one in medications), SYSTEMS["product"])
    assert {code.partition("|")[0] for code in expected} == SYSTEMS["product"]
    for code, owners in expected.items():
        assert loaded.server.search("Medication", code=code) == owners


def test_a_code_that_only_means_more_finds_nothing(loaded: Loaded) -> None:
    """A broader code is in an extension: who searches for it must not be given uses of something narrower as equals."""
    uses = loaded.snapshot.of_type("ClinicalUseDefinition")
    exact = set(by_code(((name(use), condition(use)) for use in uses), SYSTEMS["use"]))
    broader = by_code(
        (
            (name(use), extension["valueCodeableConcept"])
            for use in uses
            for extension in condition(use).get("extension", ())
            if extension["url"].endswith("/broader-concept")
        ),
        SYSTEMS["use"],
    )
    assert broader
    for code in sorted(set(broader) - exact):
        assert loaded.server.search("ClinicalUseDefinition", indication=code) == set()


@pytest.mark.parametrize("loaded", ["seed"], indirect=True)
def test_denosumab_is_found_as_a_clinical_system_would_ask_for_it(loaded: Loaded) -> None:
    search = loaded.server.search
    assert search("Medication", code=f"{RXNORM}|993449") == {"Medication/nci.denosumab"}
    assert search("Medication", code=f"{RXNORM}|1046399") == {"Medication/nci.denosumab.xgeva"}
    assert len(search("Medication", **{"ingredient-code": f"{UNII}|4EQZ6YO2HI"})) == len(loaded.snapshot.of_type("Medication"))
    # Giant cell tumor of bone; hypercalcemia of malignancy.
    for code in ("C121932", "C3496"):
        assert len(search("ClinicalUseDefinition", indication=f"{NCIT}|{code}")) == 1
    # Denosumab protects the bones in breast cancer; it does not treat it.
    assert search("ClinicalUseDefinition", indication=f"{NCIT}|C4872") == set()
