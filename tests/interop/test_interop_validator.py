"""What is published has no error in the HL7 validator, and no warning without a reason."""

from __future__ import annotations

import json

import pytest

from tests.interop import hapi
from tests.interop.known_warnings import read_known_warnings, unexplained, unused
from tests.interop.snapshot import Resource, Snapshot, name, sample

pytestmark = pytest.mark.interop

SAMPLE = 100
SAMPLE_SEED = 2026


#: Faults that the other tests rely on the validator to see, each put into a whole resource: type, and what is changed.
FAULTS: list[tuple[str, dict[str, object]]] = [
    ("ClinicalUseDefinition", {"subject": [{"reference": "Medication/nowhere"}]}),
    ("ClinicalUseDefinition", {"subject": [{"reference": "Organization/nci"}]}),
    ("ClinicalUseDefinition", {"contraindication": {"comorbidity": [{"concept": {"text": "breaks cud-1"}}]}}),
    ("MedicationKnowledge", {"status": "approved"}),
    ("MedicationKnowledge", {"indication": "no such element"}),
    ("Medication", {"status": None}),
    ("DocumentReference", {"content": []}),
]


def errors(findings: list[hapi.Finding]) -> list[str]:
    return [str(finding) for finding in findings if finding.severity in {"error", "fatal"}]


def faulty(snapshot: Snapshot) -> list[Resource]:
    return [{**snapshot.of_type(kind)[0], "id": f"fault-{number}", **change} for number, (kind, change) in enumerate(FAULTS)]


@pytest.fixture(scope="session")
def all_seed_findings(validator: hapi.Validator, seed_snapshot: Snapshot) -> list[hapi.Finding]:
    """Of the seed and of the faults."""
    own = [*seed_snapshot.lines, *seed_snapshot.definitions, *seed_snapshot.transactions, *seed_snapshot.outcomes]
    return validator.validate(seed_snapshot.version, seed_snapshot.files, [*own, *map(json.dumps, faulty(seed_snapshot))])


@pytest.fixture(scope="session")
def seed_findings(all_seed_findings: list[hapi.Finding]) -> list[hapi.Finding]:
    return [finding for finding in all_seed_findings if "/fault-" not in finding.resource]


@pytest.fixture(scope="session")
def corpus_findings(validator: hapi.Validator, corpus_snapshot: Snapshot) -> list[hapi.Finding]:
    lines = [*corpus_snapshot.lines, *corpus_snapshot.definitions, *corpus_snapshot.outcomes]
    chosen = sample(lines, SAMPLE, SAMPLE_SEED)
    return validator.validate(corpus_snapshot.version, corpus_snapshot.files, chosen)


def test_seed_has_no_error(seed_findings: list[hapi.Finding]) -> None:
    assert errors(seed_findings) == []


def test_seed_has_no_unexplained_warning(seed_findings: list[hapi.Finding]) -> None:
    assert [str(found) for found in unexplained(seed_findings, read_known_warnings())] == []


def test_corpus_has_no_error(corpus_findings: list[hapi.Finding]) -> None:
    assert errors(corpus_findings) == []


def test_corpus_has_no_unexplained_warning(corpus_findings: list[hapi.Finding]) -> None:
    assert [str(found) for found in unexplained(corpus_findings, read_known_warnings())] == []


def test_every_known_warning_still_occurs(seed_findings: list[hapi.Finding], corpus_findings: list[hapi.Finding]) -> None:
    assert unused([*seed_findings, *corpus_findings], read_known_warnings()) == []


def test_validator_sees_seeded_faults(all_seed_findings: list[hapi.Finding], seed_snapshot: Snapshot) -> None:
    seen = {finding.resource for finding in all_seed_findings if finding.severity == "error"}
    assert seen == {name(resource) for resource in faulty(seed_snapshot)}
