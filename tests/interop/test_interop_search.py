"""What is published from all real pages is held by a FHIR server of each version, and found as a user would search.

Every expected answer is computed from the published files, and must be something: a search for nothing proves nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.load import LoadOptions, LoadReport, load
from tests.interop.fhir_server import FhirServer
from tests.interop.snapshot import Resource, Snapshot, Token, ingredient_tokens, name, names, pages, tokens

pytestmark = pytest.mark.interop

#: R4 has no resource for a use: there the uses stand inside the drug, where none of its search parameters reaches.
WITH_USES = pytest.mark.parametrize("server", ["R5", "R4B"], indirect=True)
ONLY_R4 = pytest.mark.parametrize("server", ["R4"], indirect=True)
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UNII = "http://fdasis.nlm.nih.gov"
PRODUCTS = {NCIT, RXNORM, UNII}
CONDITIONS = {
    NCIT,
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://purl.obolibrary.org/obo/mondo.owl",
    "https://www.nlm.nih.gov/mesh",
}


@dataclass(frozen=True)
class Loaded:
    """A server that holds the real pages and nothing else of ours; what was said when they came, and when they came again."""

    server: FhirServer
    snapshot: Snapshot
    first: Counter[str]
    second: LoadReport
    versions: dict[str, str]


@pytest.fixture(scope="module")
def loaded(server: FhirServer, published_corpus: Path) -> Loaded:
    """In R5 the Bundles are posted as they stand, in the older versions `onlabel load` sends them. Then it loads them again."""
    snapshot = Snapshot(published_corpus, server.version)
    if server.version == "R5":
        first = Counter(response["status"] for response in server.load(snapshot))
    else:
        report = load(published_corpus, server.base, LoadOptions(version=server.version))
        assert report.problems == ()
        first = Counter({"201 Created": report.created, "200 OK": report.updated + report.unchanged})
    versions = server.versions()
    options = LoadOptions(version=server.version, prune=True, max_removed=1)
    return Loaded(server, snapshot, first, load(published_corpus, server.base, options), versions)


def by_token(resources: Iterable[Resource], tokens_of: Callable[[Resource], set[Token]]) -> dict[str, set[str]]:
    """For each code, as a search parameter's value, the resources that carry it."""
    found: dict[str, set[str]] = defaultdict(set)
    for resource in resources:
        for system, code in tokens_of(resource):
            found[f"{system}|{code}"].add(name(resource))
    assert found
    return found


def of_systems(codes: dict[str, set[str]], systems: set[str]) -> dict[str, set[str]]:
    found = {code: owners for code, owners in codes.items() if code.partition("|")[0] in systems}
    assert {code.partition("|")[0] for code in found} == systems
    return found


def subjects(use: Resource) -> set[str]:
    return {subject["reference"] for subject in use["subject"]}


def condition(use: Resource) -> Resource:
    concept: Resource = use["indication"].get("diseaseSymptomProcedure", {}).get("concept", {})
    return concept


def test_every_resource_arrives_and_a_second_load_changes_nothing(loaded: Loaded) -> None:
    everything = names(loaded.snapshot.resources)
    assert loaded.first.total() == len(everything)
    assert loaded.first["201 Created"] > 0.9 * len(everything)  # a page or two may be there from other tests
    assert (loaded.second.unchanged, loaded.second.exit_code) == (len(everything), 0)
    held = loaded.server.versions()
    assert set(held) == everything
    assert held == {key: loaded.versions[key] for key in everything}


def test_server_holds_what_was_published(loaded: Loaded) -> None:
    published = {name(resource): without_server_data(resource) for resource in loaded.snapshot.resources}
    held = {key: without_server_data(resource) for key, resource in loaded.server.held().items()}
    assert held == published


def without_server_data(resource: Resource) -> object:
    """A resource without what this server sets or rewrites: its versions and times, the narrative's markup, the tags' order."""
    meta = resource.get("meta", {})
    tags = sorted((tag["system"], tag["code"]) for tag in meta.get("tag", ()))
    own = {key: value for key, value in resource.items() if key not in {"meta", "text"}}
    return sizes_as_text({**own, "meta": {"profile": meta.get("profile"), "tag": tags}})


def sizes_as_text(part: object) -> object:
    """HAPI writes R5's integer64 (`Attachment.size`) as a number, where JSON should have a string."""
    if isinstance(part, dict):
        return {key: str(value) if key == "size" else sizes_as_text(value) for key, value in part.items()}
    return [sizes_as_text(item) for item in part] if isinstance(part, list) else part


def test_drug_is_found_by_its_code(loaded: Loaded) -> None:
    drugs = by_token(loaded.snapshot.of_type("MedicationKnowledge"), lambda drug: tokens(drug.get("code")))
    assert loaded.server.found("MedicationKnowledge", "code", drugs) == drugs


def test_every_drug_and_brand_is_found_by_each_code_of_its_own(loaded: Loaded) -> None:
    medications = by_token(loaded.snapshot.of_type("Medication"), lambda medication: tokens(medication["code"]))
    products = of_systems(medications, PRODUCTS)
    assert loaded.server.found("Medication", "code", products) == products


def test_brands_are_found_through_the_code_of_their_ingredient(loaded: Loaded) -> None:
    medications = by_token(loaded.snapshot.of_type("Medication"), ingredient_tokens)
    assert max(map(len, medications.values())) > 1
    assert loaded.server.found("Medication", "ingredient-code", medications) == medications


def test_brand_is_found_by_its_name(loaded: Loaded) -> None:
    medications = {name(medication): medication["code"]["text"] for medication in loaded.snapshot.of_type("Medication")}
    for words, found in loaded.server.found("Medication", "code:text", set(medications.values())).items():
        assert {key for key, value in medications.items() if value.casefold().startswith(words.casefold())} <= found


@WITH_USES
def test_every_use_is_found_from_the_code_of_the_drug(loaded: Loaded) -> None:
    ingredients = {name(medication): ingredient_tokens(medication) for medication in loaded.snapshot.of_type("Medication")}
    uses = by_token(
        loaded.snapshot.of_type("ClinicalUseDefinition"),
        lambda use: set().union(*(ingredients[subject] for subject in subjects(use))),
    )
    assert loaded.server.found("ClinicalUseDefinition", "subject:Medication.ingredient-code", uses) == uses
    found = set().union(*uses.values())
    # And these are all uses of each page of which any medication has such a code, brand-scoped ones included.
    page = pages(loaded.snapshot.of_type("Provenance"))
    coded = {page[name(one)] for one in loaded.snapshot.of_type("Medication") if ingredient_tokens(one)}
    everything = loaded.snapshot.of_type("ClinicalUseDefinition")
    assert names(use for use in everything if page[name(use)] in coded) <= found
    assert any("Medication/nci.denosumab.xgeva" in subjects(use) for use in everything if name(use) in found)


@WITH_USES
def test_every_coded_use_is_found_by_each_code_of_its_condition(loaded: Loaded) -> None:
    uses = by_token(loaded.snapshot.of_type("ClinicalUseDefinition"), lambda use: tokens(condition(use)))
    of_systems({code: owners for code, owners in uses.items() if code.startswith(NCIT)}, {NCIT})
    assert loaded.server.found("ClinicalUseDefinition", "indication", uses) == uses


@WITH_USES
def test_a_code_that_only_means_more_finds_nothing(loaded: Loaded) -> None:
    """A broader code is in an extension: who searches for it must not be given uses of something narrower as equals."""
    uses = loaded.snapshot.of_type("ClinicalUseDefinition")
    exact = by_token(uses, lambda use: tokens(condition(use)))

    def broader(use: Resource) -> set[Token]:
        extensions = condition(use).get("extension", ())
        found = (tokens(each["valueCodeableConcept"]) for each in extensions if each["url"].endswith("/broader-concept"))
        return {(system, code) for each in found for system, code in each if system in CONDITIONS}

    only_broader = set(by_token(uses, broader)) - set(exact)
    assert loaded.server.found("ClinicalUseDefinition", "indication", only_broader) == {code: set() for code in only_broader}


@ONLY_R4
def test_in_r4_the_code_of_an_ingredient_leads_to_the_drugs_that_hold_its_uses(loaded: Loaded) -> None:
    drugs = {name(drug): drug for drug in loaded.snapshot.of_type("MedicationKnowledge")}
    uses = {key: drug.get("administrationGuidelines", ()) for key, drug in drugs.items()}
    assert sum(map(len, uses.values())) > 0
    for code, expected in by_token(drugs.values(), ingredient_tokens).items():
        found = loaded.server.resources("MedicationKnowledge", {"ingredient-code": code})
        assert {name(drug): drug.get("administrationGuidelines", ()) for drug in found} == {key: uses[key] for key in expected}


@ONLY_R4
def test_in_r4_no_search_reaches_a_condition_or_the_identifier_of_a_drug(loaded: Loaded) -> None:
    statement = loaded.server.http.get("metadata").json()
    (drug,) = (each for each in statement["rest"][0]["resource"] if each["type"] == "MedicationKnowledge")
    offered = {parameter["name"] for parameter in drug["searchParam"]}
    assert {"code", "ingredient-code", "status"} <= offered
    assert not {"identifier", "indication", "condition"} & offered


def test_document_is_found_by_its_identifiers(loaded: Loaded) -> None:
    documents = by_token(
        loaded.snapshot.of_type("DocumentReference"),
        lambda document: {(identifier["system"], identifier["value"]) for identifier in document["identifier"]},
    )
    assert loaded.server.found("DocumentReference", "identifier", documents) == documents


@WITH_USES
def test_medication_brings_the_uses_that_point_at_it(loaded: Loaded) -> None:
    uses = loaded.snapshot.of_type("ClinicalUseDefinition")
    medications = loaded.snapshot.of_type("Medication")
    found = loaded.server.search("Medication", _revinclude="ClinicalUseDefinition:subject")
    assert found == names(medications) | names(use for use in uses if subjects(use) & names(medications))


def test_document_brings_the_record_of_how_it_was_read(loaded: Loaded) -> None:
    records = loaded.snapshot.of_type("Provenance")
    documents = names(loaded.snapshot.of_type("DocumentReference"))
    read = [record for record in records if documents & {entity["what"]["reference"] for entity in record["entity"]}]
    assert read
    assert loaded.server.search("DocumentReference", _revinclude="Provenance:entity") == documents | names(read)


def test_denosumab_is_found_as_a_clinical_system_would_ask_for_it(loaded: Loaded) -> None:
    search = loaded.server.search
    assert search("Medication", code=f"{RXNORM}|993449") == {"Medication/nci.denosumab"}
    assert search("Medication", code=f"{RXNORM}|1046399") == {"Medication/nci.denosumab.xgeva"}
    assert {"Medication/nci.denosumab", "Medication/nci.denosumab.prolia", "Medication/nci.denosumab.xgeva"} <= search(
        "Medication", **{"ingredient-code": f"{UNII}|4EQZ6YO2HI"}
    )
    if loaded.server.version == "R4":
        return
    # Giant cell tumor of bone; hypercalcemia of malignancy.
    for code in ("C121932", "C3496"):
        found = search("ClinicalUseDefinition", indication=f"{NCIT}|{code}")
        assert len({use for use in found if use.startswith("ClinicalUseDefinition/nci.denosumab.")}) == 1
    # Denosumab protects the bones in breast cancer; it does not treat it.
    treated = search("ClinicalUseDefinition", indication=f"{NCIT}|C4872")
    assert not {use for use in treated if use.startswith("ClinicalUseDefinition/nci.denosumab.")}
