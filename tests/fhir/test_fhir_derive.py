"""R4B, R4 and the core profile say what R5 says, in the elements that they have."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.extract import extract
from pipeline.fhir import AppliedCodes, build, code_definitions, derive, shared
from pipeline.fhir.conformance import conformance
from pipeline.fhir.extensions import EXTENSIONS
from pipeline.model import DrugFacts, Fact, Resource
from pipeline.read import read_page
from pipeline.settings import FhirVersion, Profile, Settings
from pipeline.validate import check_references, validate
from tests.fhir.fhir_facts import MAPPED, combination, querin, zorvalimab, zva
from tests.fhir.fhir_walk import Json, objects, of_type
from tests.fhir.test_fhir_round_trip import in_reading_order
from tests.fhir.unbuild import read_facts
from tests.fhir.unbuild_elements import details_of, extensions
from tests.fhir.unbuild_older import as_full, guidelines, populations
from tests.real_facts import facts_of
from tests.sampled import variant

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "denosumab_versions.json").read_text(encoding="utf-8"))
VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")
KINDS: list[tuple[FhirVersion, Profile]] = [(version, profile) for version in VERSIONS for profile in ("full", "core")]
#: Each version and each profile once.
SOME = (("R5", "full"), ("R4B", "core"), ("R4", "full"))
every_kind = pytest.mark.parametrize(("version", "profile"), KINDS)
every_page = pytest.mark.parametrize("make", [zorvalimab, combination, zva, querin])


def derived(facts: DrugFacts, version: FhirVersion, profile: Profile = "full") -> list[Resource]:
    settings = Settings(proof="full", profile=profile)
    found = derive(build(facts, settings), version, settings).resources
    stored: list[Resource] = json.loads(json.dumps(found))
    return stored


def denosumab(seed: Path) -> DrugFacts:
    return extract(read_page(seed.read_bytes(), seed.name))


@every_kind
@every_page
def test_every_fact_can_be_read_back_from_every_version(
    make: Callable[[], DrugFacts], version: FhirVersion, profile: Profile
) -> None:
    facts = in_reading_order(make())

    back = in_reading_order(read_facts(as_full(derived(facts, version, profile)), facts.page.name))

    assert back.uses == facts.uses
    assert back == facts


@pytest.mark.parametrize(("version", "profile"), [kind if kind in SOME else variant(*kind) for kind in KINDS])
@every_page
def test_every_version_is_valid_and_whole(make: Callable[[], DrugFacts], version: FhirVersion, profile: Profile) -> None:
    settings = Settings(proof="full", profile=profile)
    resources = [*derive(shared(settings), version, settings).resources, *derived(make(), version, profile)]

    found = [*validate([*resources, *conformance(settings, version)], version), *check_references(resources)]

    assert [str(problem) for problem in found if problem.severity != "information"] == []


@every_kind
@every_page
def test_what_is_claimed_and_used_is_defined(make: Callable[[], DrugFacts], version: FhirVersion, profile: Profile) -> None:
    settings = Settings(proof="full", profile=profile)
    defined = {each["url"]: each for each in of_type(conformance(settings, version), "StructureDefinition")}
    resources = derived(make(), version, profile)
    ours = f"{settings.canonical}/StructureDefinition/"

    used = {each["url"] for each in objects(resources) if str(each.get("url")).startswith(ours)}
    claims = {(url, each["resourceType"]) for each in resources for url in each.get("meta", {}).get("profile", ())}

    assert used <= {url for url, each in defined.items() if each["type"] == "Extension"}
    assert claims
    assert claims <= {(url, each["type"]) for url, each in defined.items()}


@pytest.mark.parametrize("version", ["R4B", "R4"])
def test_populations_that_are_alternatives_stay_apart(version: FhirVersion) -> None:
    facts = zorvalimab()
    (two,) = [number for number, use in enumerate(facts.uses, 1) if len(use.populations) == 2]
    resources = derived(facts, version)

    drug = of_type(resources, "MedicationKnowledge")[0]
    uses = {each["id"]: extensions(each, "use")[0]["valueInteger"] for each in of_type(resources, "ClinicalUseDefinition")}

    def number(guideline: Json) -> int:
        for each in extensions(guideline, "clinical-use"):
            return uses[each["valueReference"]["reference"].partition("/")[2]]
        value: int = extensions(guideline, "use")[0]["valueInteger"]
        return value

    found = [guideline for guideline in guidelines(drug) if number(guideline) == two]
    words = [each["value"] for guideline in found for each in guideline["patientCharacteristics"]]
    stated = ["; ".join(each.fact.text for each in one.characteristics) for one in facts.uses[two - 1].populations]
    assert words == [stated] * len(found)
    assert len(populations(found)) == 2 * len(found)


@every_kind
def test_what_codes_which_words_is_the_same_in_every_version(version: FhirVersion, profile: Profile) -> None:
    facts = zorvalimab()
    # Every therapy of every use gets a code: in R4 it stands in another element.
    coded = replace(
        facts,
        uses=tuple(
            replace(use, therapies=tuple(replace(one, names=tuple(map(with_code, one.names))) for one in use.therapies))
            for use in facts.uses
        ),
    )

    def maps(resources: list[Resource]) -> list[Json]:
        applied = AppliedCodes()
        for resource in resources:
            if resource["resourceType"] in {"MedicationKnowledge", "ClinicalUseDefinition"}:
                applied.note(resource)
        return of_type(code_definitions(applied.rows, Settings(proof="full"), "R5"), "ConceptMap")

    found = maps(derived(coded, version, profile))

    assert found == maps(build(coded, Settings(proof="full")))
    assert any("/therapy-" in each["url"] for each in found)


def with_code(fact: Fact) -> Fact:
    return replace(fact, codings=(MAPPED,))


def test_core_is_two_types_that_need_no_other(seed: Path) -> None:
    for version in VERSIONS:
        resources = derived(denosumab(seed), version, "core")
        here = {f"{each['resourceType']}/{each['id']}" for each in resources}
        references = [each for each in objects(resources) if "reference" in each and isinstance(each["reference"], str)]

        assert {each["resourceType"] for each in resources} == {"MedicationKnowledge", "DocumentReference"}
        assert {each["reference"] for each in references} <= here
        (author,) = of_type(resources, "DocumentReference")[0]["author"]
        assert author["identifier"]["value"] == "https://www.cancer.gov/"
        assert author["display"] == "National Cancer Institute"


def test_core_shares_nothing() -> None:
    settings = Settings(proof="full", profile="core")

    assert [derive(shared(settings), version, settings).resources for version in VERSIONS] == [[], [], []]


def seen(guideline: Json) -> Json:
    def texts(name: str) -> list[str]:
        return [each["valueCodeableConcept"]["text"] for each in extensions(guideline, name)]

    (intent,) = extensions(guideline, "treatment-intent")
    therapies = [
        [part.get("valueCode") or part["valueCodeableConcept"]["text"] for part in parts]
        for parts in (
            [part for part in each["extension"] if part["url"] in {"relationship-type", "treatment"}]
            for each in extensions(guideline, "other-therapy")
        )
    ]
    return {
        "of": [each["valueReference"]["display"] for each in extensions(guideline, "subject")],
        "intent": intent["valueCodeableConcept"]["coding"][-1]["code"],
        "condition": texts("disease"),
        "status": [concept["text"] for _, concept in details_of(guideline)],
        "comorbidity": texts("comorbidity"),
        "therapy": therapies,
        "patients": [words for each in guideline.get("patientCharacteristics", ()) for words in each["value"]],
    }


def test_denosumab_in_r4_says_what_a_pharmacist_reads_on_its_page(seed: Path) -> None:
    drug, *_ = of_type(derived(denosumab(seed), "R4"), "MedicationKnowledge")

    assert drug["code"]["text"] == "Denosumab"
    assert drug["synonym"] == ["Prolia", "Xgeva"]
    assert [seen(each) for each in drug["administrationGuidelines"]] == GOLDEN["guidelines"]
    for each in drug["administrationGuidelines"]:
        assert extensions(each, "disease")[0]["valueCodeableConcept"]["text"] in each["indicationCodeableConcept"]["text"]


@every_kind
def test_what_a_version_does_not_hold_is_counted(version: FhirVersion, profile: Profile, seed: Path) -> None:
    settings = Settings(proof="full", profile=profile)
    resources = [*shared(settings), *build(denosumab(seed), settings)]

    found = derive(resources, version, settings)

    assert dict(found.not_held) == GOLDEN["not_held"][f"{version} {profile}"]


def test_a_page_without_a_date_has_a_provenance_that_says_so() -> None:
    facts = zva()
    undated = {key: values for key, values in facts.page.front_matter.items() if key != "lastReviewed"}
    page = replace(facts.page, front_matter=undated)

    (provenance,) = of_type(derived(replace(facts, page=page), "R4"), "Provenance")

    assert "recorded" not in provenance
    assert provenance["_recorded"]["extension"][0]["valueCode"] == "unknown"
    assert validate([provenance], "R4") == []


def test_readme_lists_every_extension() -> None:
    readme = (HERE.parents[1] / "pipeline" / "fhir" / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Our extensions")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert sorted(name for row in rows for name in re.findall(r"`([a-z-]+)`", row)) == sorted(each.name for each in EXTENSIONS)


@every_kind
def test_over_real_pages_nothing_is_lost(version: FhirVersion, profile: Profile, real_pages: list[Path]) -> None:
    lost = []
    for path in real_pages:
        facts = facts_of(path)
        if facts.kind != "none":
            back = read_facts(as_full(derived(facts, version, profile)), facts.page.name)
            if in_reading_order(replace(back, page=facts.page)) != in_reading_order(facts):
                lost.append(path.name)

    assert lost == []
