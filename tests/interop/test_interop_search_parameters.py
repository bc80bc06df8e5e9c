"""Our SearchParameters, on a FHIR server of each version: what is asked for by them is found as the files say."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass

import httpx
import pytest

from pipeline.load import LoadOptions, load
from tests.interop.fhir_server import FhirServer
from tests.interop.publishing import publish
from tests.interop.snapshot import Resource, Snapshot, name, tokens
from tests.invented_pages import drug_page, write_pages

pytestmark = pytest.mark.interop

#: How long a server takes, at most, to know a parameter that it was given.
KNOWN_SECONDS = 120
OURS = "https://onlabel.example/fhir"


@dataclass(frozen=True)
class Loaded:
    """A page that no other test loads, on a server that had the parameters before."""

    server: FhirServer
    snapshot: Snapshot

    def asked(self, kind: str, parameter: str, code: str) -> set[str]:
        """What of the page is found."""
        return self.server.search(kind, **{parameter: code}) & {name(each) for each in self.snapshot.resources}


@pytest.fixture(scope="module")
def loaded(server: FhirServer, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("search")
    published = publish(write_pages(folder / "seeds", {"quarinib.md": drug_page("Quarinib")}), folder / "output")
    snapshot = Snapshot(published, server.version)
    parameters = [each for each in map(json.loads, snapshot.definitions) if each["resourceType"] == "SearchParameter"]
    for each in parameters:
        answer = server.http.put(f"/SearchParameter/{each['id']}", json=each)
        assert answer.status_code in {httpx.codes.OK, httpx.codes.CREATED}, answer.text[:2000]
    deadline = time.monotonic() + KNOWN_SECONDS
    while not all(_knows(server, each) for each in parameters):
        assert time.monotonic() < deadline, "the server does not know our parameters"
        time.sleep(1)
    report = load(published, server.base, LoadOptions(version=server.version))
    assert report.problems == ()
    return Loaded(server, snapshot)


def _knows(server: FhirServer, parameter: Resource) -> bool:
    return server.http.get(f"/{parameter['base'][0]}", params={parameter["code"]: "x", "_count": "1"}).is_success


def _by_extension(drugs: list[Resource], end: str) -> dict[str, set[str]]:
    """The records of drugs by the codes in an extension of their guidelines."""
    found: dict[str, set[str]] = defaultdict(set)
    for drug in drugs:
        guidelines = drug.get("administrationGuidelines") or drug.get("indicationGuideline", ())
        for guideline in (each for whole in guidelines for each in (whole, *whole.get("indication", ()))):
            for extension in guideline.get("extension", ()):
                if extension["url"] == f"{OURS}/StructureDefinition/{end}":
                    for system, code in tokens(extension["valueCodeableConcept"]):
                        found[f"{system}|{code}"].add(name(drug))
    assert found
    return found


@pytest.mark.parametrize("server", ["R5", "R4B"], indirect=True)
def test_uses_are_found_by_their_approval_status(loaded: Loaded) -> None:
    status = f"{OURS}/CodeSystem/approval-status"
    uses = {name(each) for each in loaded.snapshot.of_type("ClinicalUseDefinition")}
    assert uses
    assert loaded.asked("ClinicalUseDefinition", "approval-status", f"{status}|approved") == uses
    assert loaded.asked("ClinicalUseDefinition", "approval-status", f"{status}|used") == set()


@pytest.mark.parametrize(("parameter", "extension"), [("condition", "disease"), ("use-approval-status", "approval-status")])
def test_drugs_are_found_by_what_their_guidelines_say(loaded: Loaded, parameter: str, extension: str) -> None:
    expected = _by_extension(loaded.snapshot.of_type("MedicationKnowledge"), extension)
    assert {code: loaded.asked("MedicationKnowledge", parameter, code) for code in expected} == expected


@pytest.mark.parametrize("server", ["R4", "R4B"], indirect=True)
def test_drugs_are_found_by_their_identifier(loaded: Loaded) -> None:
    assert loaded.asked("MedicationKnowledge", "identifier", f"{OURS}/drug|quarinib") == {"MedicationKnowledge/nci.quarinib"}
