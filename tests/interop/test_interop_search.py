"""What is published from real pages is held by a FHIR server of each version, and found as a user would search.

Every expected answer is computed from the published files, and must be something: a search for nothing proves nothing.
"""

from __future__ import annotations

import json
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


def stated_of_brands(published: Path) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """For the page and name of each brand its uses, as the facts have them: `brand` or `drug`, and the page's words."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for page in map(json.loads, (published / "facts.ndjson").read_text(encoding="utf-8").splitlines()):
        uses = page.get("uses", [])
        for brand in [*page.get("brands", ()), *(each for use in uses for each in use.get("brands", ()))]:
            named = brand["text"].casefold()
            of = {id(use): {each["text"].casefold() for each in use.get("brands", ())} for use in uses}
            found[page["slug"], named] = {
                (
                    "brand" if of[id(use)] else "drug",
                    " ".join(use[part]["text"] for part in ("lead", "parent", "text") if part in use),
                )
                for use in uses
                if not of[id(use)] or named in of[id(use)]
            }
    return found


def told_apart(record: Resource) -> set[tuple[str, str]]:
    """The uses in the record of a brand: for whom each is stated, and the page's words."""
    found = set()
    for guideline in record.get("indicationGuideline") or record.get("administrationGuidelines") or ():
        (kind,) = (each["valueCode"] for each in guideline["extension"] if each["url"].endswith("/stated-for"))
        concepts = [each["concept"] for each in guideline.get("indication", ())] or [guideline["indicationCodeableConcept"]]
        found |= {(kind, concept["text"]) for concept in concepts}
    return found


def test_a_brand_leads_to_its_uses_and_to_those_of_its_drug_told_apart(loaded: Loaded) -> None:
    """By its code or its name, in one search; no use that is limited to another brand is among them."""
    expected = stated_of_brands(loaded.snapshot.folder)
    records = {name(each): each for each in loaded.snapshot.of_type("MedicationKnowledge")}
    brands = {
        key: (each["relatedMedicationKnowledge"][0]["reference"][0]["reference"].partition("/nci.")[2], each["code"])
        for key, each in records.items()
        if each["productType"][0]["coding"][0]["code"] == "brand"
    }
    assert {(page, code["text"].casefold()) for page, code in brands.values()} == set(expected)
    by_code = {f"{system}|{value}" for _, code in brands.values() for system, value in tokens(code)}
    by_name = {code["text"] for _, code in brands.values()}
    answers = {
        **{each: loaded.server.resources("MedicationKnowledge", {"code": each}) for each in by_code},
        **{each: loaded.server.resources("MedicationKnowledge", {"code:text": each}) for each in by_name},
    }
    held = {asked: {name(each): each for each in answer} for asked, answer in answers.items()}
    for key, (page, code) in brands.items():
        for asked in (code["text"], *(f"{system}|{value}" for system, value in tokens(code))):
            assert told_apart(held[asked][key]) == expected[page, code["text"].casefold()], (key, asked)
    # Each kind is there, and pages that name several brands keep them apart.
    assert {kind for uses in expected.values() for kind, _ in uses} == {"brand", "drug"}
    prolia, xgeva = ({text for kind, text in expected["denosumab", brand] if kind == "brand"} for brand in ("prolia", "xgeva"))
    assert prolia
    assert xgeva
    assert not prolia & xgeva


@WITH_USES
def test_a_brand_and_its_drug_lead_to_the_indications_by_two_searches(loaded: Loaded) -> None:
    expected = stated_of_brands(loaded.snapshot.folder)
    texts = {name(each): statement(each) for each in loaded.snapshot.of_type("ClinicalUseDefinition")}
    medications = {name(each): each["code"]["text"].casefold() for each in loaded.snapshot.of_type("Medication")}
    found = loaded.server.found("ClinicalUseDefinition", "subject", medications)
    for page, brand in expected:
        drug = f"Medication/nci.{page}"
        own = next(key for key, named in medications.items() if key.startswith(f"{drug}.") and named == brand)
        told = {("brand", texts[each]) for each in found[own]} | {("drug", texts[each]) for each in found[drug]}
        assert told == expected[page, brand]


def statement(use: Resource) -> str:
    """The page's words for a use: the lead, the item above, the item."""
    quotes = [each["extension"] for each in use["extension"] if each["url"].endswith("/quote")]
    said = {
        next(each["valueCode"] for each in parts if each["url"] == "role"): parts[0]["valueString"]
        for parts in reversed(quotes)
    }
    return " ".join(said[role] for role in ("lead", "parent", "text") if role in said)


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
def test_in_r4_no_search_but_ours_reaches_a_condition_or_the_identifier_of_a_drug(loaded: Loaded) -> None:
    statement = loaded.server.http.get("metadata").json()
    (drug,) = (each for each in statement["rest"][0]["resource"] if each["type"] == "MedicationKnowledge")
    offered = {parameter["name"] for parameter in drug["searchParam"]}
    assert {"code", "ingredient-code", "status"} <= offered
    definitions = map(json.loads, loaded.snapshot.definitions)
    ours = {each["code"] for each in definitions if each["resourceType"] == "SearchParameter"}
    assert not {"identifier", "indication", "condition"} & (offered - ours)


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
