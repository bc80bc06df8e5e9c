"""Every version and profile that is published: no error in the HL7 validator, and faults against our profiles are seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.convert import convert
from pipeline.settings import FhirVersion, Profile, Settings
from tests.interop import hapi
from tests.interop.known_warnings import read_known_warnings, unexplained
from tests.interop.snapshot import Resource, Snapshot, sample

pytestmark = pytest.mark.interop

VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")
PROFILES: tuple[Profile, ...] = ("full", "core")
KINDS = [(version, profile) for profile in PROFILES for version in VERSIONS]
#: Real pages are many: of each kind of element, in each version and profile, at least one.
SAMPLE, SAMPLE_SEED = 100, 2026


def publish(pages: Path, folder: Path) -> dict[Profile, Path]:
    found: dict[Profile, Path] = {}
    for profile in PROFILES:
        snapshot = convert([pages], folder / profile, Settings(fhir_versions=VERSIONS, profile=profile)).snapshot
        assert snapshot is not None
        found[profile] = snapshot
    return found


@pytest.fixture(scope="module")
def seeds(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Profile, Path]:
    return publish(seed, tmp_path_factory.mktemp("versions-seed"))


@pytest.fixture(scope="module")
def corpus(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Profile, Path]:
    return publish(shared_dir / "corpus" / "drugs", tmp_path_factory.mktemp("versions-corpus"))


def faulty(snapshot: Snapshot) -> list[str]:
    """Resources that break a profile of ours, or the definition of one of our extensions."""
    brand = next(each for each in snapshot.of_type("MedicationKnowledge") if "/brand" in each["meta"]["profile"][0])
    (document,) = snapshot.of_type("DocumentReference")

    def without(resource: Resource, end: str) -> list[Resource]:
        return [each for each in resource["extension"] if not each["url"].endswith(end)]

    sentence = {"url": next(each["url"] for each in document["extension"] if each["url"].endswith("/sentence"))}
    faults = [
        {name: value for name, value in brand.items() if name != "relatedMedicationKnowledge"},
        {**document, "extension": without(document, "/kind-reason")},
        {**document, "extension": [*document["extension"], {**sentence, "valueString": "no quote"}]},
    ]
    return [json.dumps({**each, "id": f"fault-{number}"}) for number, each in enumerate(faults)]


@pytest.mark.parametrize(("version", "profile"), KINDS)
def test_seed_has_no_error_and_faults_against_our_profiles_are_seen(
    version: FhirVersion, profile: Profile, programs: hapi.Programs, seeds: dict[Profile, Path]
) -> None:
    snapshot = Snapshot(seeds[profile], version)
    lines = [*snapshot.lines, *snapshot.definitions, *snapshot.transactions, *faulty(snapshot)]

    found = hapi.validate(programs, version, snapshot.files, lines)
    faults = [each for each in found if "/fault-" in each.resource]
    others = [each for each in found if "/fault-" not in each.resource]

    assert [str(each) for each in others if each.severity in {"error", "fatal"}] == []
    assert [str(each) for each in unexplained(others, read_known_warnings())] == []
    errors = {each.resource.rpartition("/")[2] for each in faults if each.severity == "error"}
    assert errors == {"fault-0", "fault-1", "fault-2"}


@pytest.mark.parametrize(("version", "profile"), [kind for kind in KINDS if kind != ("R5", "full")])
def test_corpus_has_no_error(
    version: FhirVersion, profile: Profile, programs: hapi.Programs, corpus: dict[Profile, Path]
) -> None:
    snapshot = Snapshot(corpus[profile], version)
    chosen = sample([*snapshot.lines, *snapshot.definitions], SAMPLE, SAMPLE_SEED)

    found = hapi.validate(programs, version, snapshot.files, chosen)

    assert [str(each) for each in found if each.severity in {"error", "fatal"}] == []
    assert [str(each) for each in unexplained(found, read_known_warnings())] == []
