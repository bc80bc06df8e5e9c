"""Every version and profile that is published: no error in the HL7 validator, and faults against our profiles are seen."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.settings import DEFAULT_CANONICAL, FhirVersion, Profile
from tests.interop import hapi
from tests.interop.known_warnings import read_known_warnings, unexplained
from tests.interop.publishing import VERSIONS, publish
from tests.interop.snapshot import Resource, Snapshot, sample

pytestmark = pytest.mark.interop

REPOSITORY = Path(__file__).resolve().parents[2]
PROFILES: tuple[Profile, ...] = ("full", "core")
KINDS = [(version, profile) for profile in PROFILES for version in VERSIONS]
#: Real pages are many: of each kind of element, in each version and profile, at least one.
SAMPLE, SAMPLE_SEED = 50, 2026
#: Of the Bundles the shared one and a page's: what is in them is validated by itself.
BUNDLES = 2


@pytest.fixture(scope="module")
def published(request: pytest.FixtureRequest, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Profile, Path]:
    """The real pages where they are, else the seed, published in full and in the core profile."""
    if os.environ.get("CI") or (REPOSITORY.parent / "shared").is_dir():
        pages, full = request.getfixturevalue("corpus_pages"), "published_corpus"
    else:
        pages, full = seed, "published_seed"
    return {"full": request.getfixturevalue(full), "core": publish(pages, tmp_path_factory.mktemp("core"), "core")}


def faulty(snapshot: Snapshot) -> list[str]:
    """Resources that break a profile of ours, or the definition of one of our extensions."""
    brand = next(each for each in snapshot.of_type("MedicationKnowledge") if "/brand" in each["meta"]["profile"][0])
    document = next(each for each in snapshot.of_type("DocumentReference") if each["id"] == "nci.denosumab")

    def without(resource: Resource, end: str) -> list[Resource]:
        return [each for each in resource["extension"] if not each["url"].endswith(end)]

    # With compact proof the document has only the sentences that are unread, and denosumab's page has none.
    sentence = {"url": f"{DEFAULT_CANONICAL}/StructureDefinition/sentence"}
    faults = [
        {name: value for name, value in brand.items() if name != "relatedMedicationKnowledge"},
        {**document, "extension": without(document, "/kind-reason")},
        {**document, "extension": [*document["extension"], {**sentence, "valueString": "no quote"}]},
    ]
    return [json.dumps({**each, "id": f"fault-{number}"}) for number, each in enumerate(faults)]


@pytest.mark.parametrize(("version", "profile"), KINDS)
def test_nothing_has_an_error_and_faults_against_our_profiles_are_seen(
    version: FhirVersion, profile: Profile, validator: hapi.Validator, published: dict[Profile, Path]
) -> None:
    snapshot = Snapshot(published[profile], version)
    denosumab = {line for line in snapshot.lines if json.loads(line)["id"].startswith("nci.denosumab")}
    assert denosumab
    chosen = denosumab.union(sample(snapshot.lines, SAMPLE, SAMPLE_SEED))
    # In R5 test_interop_validator has a larger sample, and the Bundles.
    asked = denosumab if (version, profile) == ("R5", "full") else {*chosen, *snapshot.transactions[:BUNDLES]}
    lines = [*sorted(asked), *snapshot.definitions, *faulty(snapshot)]

    found = validator.validate(version, snapshot.files, lines)
    faults = [each for each in found if "/fault-" in each.resource]
    others = [each for each in found if "/fault-" not in each.resource]

    assert [str(each) for each in others if each.severity in {"error", "fatal"}] == []
    assert [str(each) for each in unexplained(others, read_known_warnings())] == []
    errors = {each.resource.rpartition("/")[2] for each in faults if each.severity == "error"}
    assert errors == {"fault-0", "fault-1", "fault-2"}
