"""What is published loads into a FHIR server, stays as it was on a second load, and is found as a user would search.

Every expected answer is computed from the published files, and must be something: a search for nothing proves nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import pytest

from tests.interop.fhir_server import Loaded
from tests.interop.snapshot import Resource, Token, ingredient_tokens, name, names, sources, tokens

pytestmark = pytest.mark.interop


def by_token(resources: Iterable[Resource], tokens_of: Callable[[Resource], set[Token]]) -> dict[str, set[str]]:
    """For each code, as a search parameter's value, the resources that carry it."""
    found: dict[str, set[str]] = defaultdict(set)
    for resource in resources:
        for system, code in tokens_of(resource):
            found[f"{system}|{code}"].add(name(resource))
    assert found
    return found


def subjects(use: Resource) -> set[str]:
    return {subject["reference"] for subject in use["subject"]}


def test_first_load_creates_every_resource(loaded: Loaded) -> None:
    assert Counter(response["status"] for response in loaded.first) == {"201 Created": len(loaded.snapshot.resources)}


def test_second_load_changes_nothing(loaded: Loaded) -> None:
    answers = Counter((response["status"], response["etag"]) for response in loaded.second)
    assert answers == {("200 OK", "1"): len(loaded.snapshot.resources)}


def test_server_holds_what_was_published(loaded: Loaded) -> None:
    published = {name(resource): without_server_data(resource) for resource in loaded.snapshot.resources}
    kinds = {resource["resourceType"] for resource in loaded.snapshot.resources}
    held = {name(resource): without_server_data(resource) for kind in kinds for resource in loaded.server.resources(kind, {})}
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
    for code, expected in drugs.items():
        assert loaded.server.search("MedicationKnowledge", code=code) == expected


def test_brands_are_found_through_the_code_of_their_ingredient(loaded: Loaded) -> None:
    medications = by_token(loaded.snapshot.of_type("Medication"), ingredient_tokens)
    assert max(map(len, medications.values())) > 1
    for code, expected in medications.items():
        assert loaded.server.search("Medication", **{"ingredient-code": code}) == expected


def test_brand_is_found_by_its_name(loaded: Loaded) -> None:
    medications = {name(medication): medication["code"]["text"] for medication in loaded.snapshot.of_type("Medication")}
    for words in set(medications.values()):
        expected = {key for key, value in medications.items() if value.casefold().startswith(words.casefold())}
        assert expected <= loaded.server.search("Medication", **{"code:text": words})


def test_every_use_is_found_from_the_code_of_the_drug(loaded: Loaded) -> None:
    ingredients = {name(medication): ingredient_tokens(medication) for medication in loaded.snapshot.of_type("Medication")}
    uses = by_token(
        loaded.snapshot.of_type("ClinicalUseDefinition"),
        lambda use: set().union(*(ingredients[subject] for subject in subjects(use))),
    )
    for code, expected in uses.items():
        assert loaded.server.search("ClinicalUseDefinition", **{"subject:Medication.ingredient-code": code}) == expected


def test_the_code_of_the_drug_leads_to_all_uses_of_its_page_brand_scoped_ones_included(loaded: Loaded) -> None:
    coded_documents = {
        document
        for medication in loaded.snapshot.of_type("Medication")
        if ingredient_tokens(medication)
        for document in sources(medication)
    }
    uses = [use for use in loaded.snapshot.of_type("ClinicalUseDefinition") if sources(use) & coded_documents]
    codes = {code for medication in loaded.snapshot.of_type("Medication") for code in ingredient_tokens(medication)}
    assert uses
    found = {
        use
        for system, code in codes
        for use in loaded.server.search("ClinicalUseDefinition", **{"subject:Medication.ingredient-code": f"{system}|{code}"})
    }
    assert names(uses) <= found


def test_uses_are_found_by_the_code_of_their_condition(loaded: Loaded) -> None:
    uses = by_token(
        loaded.snapshot.of_type("ClinicalUseDefinition"),
        lambda use: tokens(use["indication"].get("diseaseSymptomProcedure", {}).get("concept")),
    )
    for code, expected in uses.items():
        assert loaded.server.search("ClinicalUseDefinition", indication=code) == expected


def test_document_is_found_by_its_identifiers(loaded: Loaded) -> None:
    documents = by_token(
        loaded.snapshot.of_type("DocumentReference"),
        lambda document: {(identifier["system"], identifier["value"]) for identifier in document["identifier"]},
    )
    for identifier, expected in documents.items():
        assert loaded.server.search("DocumentReference", identifier=identifier) == expected


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
