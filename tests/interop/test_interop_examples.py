"""HL7's own example instances: none has an error but those that are really in them.

From the packages `hl7.fhir.r4.examples`, `…r4b…` and `…r5…` of the npm registry, by the ordinary client, kept in `.cache`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import random
import shutil
import subprocess
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import FhirVersion
from pipeline.validate import validate
from tests.interop.amount import FULL

pytestmark = pytest.mark.interop

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "fhir-examples"
PACKAGES: dict[FhirVersion, tuple[str, str]] = {
    "R4": ("hl7.fhir.r4.examples-4.0.1", "dce87f1b5b9341867033f7d1f544fa1b5232503f6d62813887ac6b8a8b6cb682"),
    "R4B": ("hl7.fhir.r4b.examples-4.3.0", "82cb78e05077f57ff416eb044831bad7de9fca602c0cea8ce5ef672b604344de"),
    "R5": ("hl7.fhir.r5.examples-5.0.0", "00106d2479ba1d73a1168543472b730744c157d9c427a686c88c32559afb09e5"),
}
#: What onlabel publishes, and what such resources stand beside.
TYPES = frozenset(
    (  # noqa: SIM905 - a sentence reads better than a column of names
        "MedicationKnowledge ClinicalUseDefinition DocumentReference Medication Organization Device Provenance Group Bundle "
        "OperationOutcome Substance Parameters CodeSystem ConceptMap ValueSet StructureDefinition"
    ).split()
)
PUBLISHED = frozenset(
    {"MedicationKnowledge", "DocumentReference", "Medication", "Organization", "Device", "Provenance", "Group", "Bundle"}
)
#: Larger files are definitions with thousands of elements: minutes for what the smaller ones show.
MOST_BYTES = 200_000
#: Faults that HL7's examples really have.
FAULTY: dict[str, str] = {
    "R4 Bundle-father.json V470": "the unit code tbl, which UCUM has not",
    "R4 Bundle-hla-1.json V490": "hla-genotyping-results-glstring with the part uri, which R4 defines as url",
    "R4 CodeSystem-v2-0550.json V410": "a code that is one no-break space",
    "R4 CodeSystem-v2-0550.json V417": "codes that end in a no-break space",
    "R4 CodeSystem-v2-0914.json V413": "C1 controls: UTF-8 read as Latin-1",
    "R4 Organization-2.16.840.1.113883.19.5.json V440": "urn:ietf:rfc:3986 with an OID that lacks its urn:oid:",
    "R4B CodeSystem-catalogType.json V401": "no status",
    "R4B ValueSet-catalogType.json V401": "no status",
    "R4B CodeSystem-therapy-relationship-type.json V440": "a code twice (csd-1)",
    "R5 DocumentReference-xray.json V431": "a context that refers to a DocumentReference named …-encounter",
    "R5 Medication-med0301.json V410": "an identifier with an id and nothing else",
}
#: What is warned of in them: addresses that HL7 has not, or not in HL7 Terminology 5.1.0 and the Extensions Pack 1.0.0.
DOUBTFUL: dict[str, str] = {
    "V425 http://terminology.hl7.org/CodeSystem/designation-usage": "never HL7's",
    "V425 http://terminology.hl7.org/CodeSystem/ASN1ToHL7": "of the guide on personal health devices, as are the next",
    "V425 http://terminology.hl7.org/CodeSystem/ContinuaDeviceIdentifiers": "",
    "V425 http://terminology.hl7.org/CodeSystem/ContinuaHFS": "",
    "V425 http://terminology.hl7.org/CodeSystem/ContinuaPAN": "",
    "V426 http://www.ncbi.nlm.nih.gov/gtr/": "a slash at its end",
    "V491 http://hl7.org/fhir/StructureDefinition/structuredefinition-implements": "of a later Extensions Pack",
}
#: Warnings that say that a code or an address is not as its owner has it.
OF_OTHERS = frozenset({"V424", "V425", "V426", "V491"})
#: Of what we do not publish, every so many are tried, unless all are asked for.
SAMPLE = 6
#: How many instances of the types there are in a package: fewer would prove less than the README says.
NUMBERS: dict[FhirVersion, int] = {"R4": 3129, "R4B": 2005, "R5": 1703}


@pytest.fixture(params=PACKAGES)
def version(request: pytest.FixtureRequest) -> FhirVersion:
    found: FhirVersion = request.param
    return found


@pytest.fixture
def package(version: FhirVersion) -> Path:
    name, digest = PACKAGES[version]
    file = CACHE / f"{name}.tgz"
    if not file.is_file():
        npm = shutil.which("npm")
        if npm is None:
            reason = "npm, which fetches HL7's example packages, is not here"
            if os.environ.get("CI"):
                pytest.fail(f"{reason}, and CI requires it")
            pytest.skip(reason)
        CACHE.mkdir(parents=True, exist_ok=True)
        what = "@".join(name.rsplit("-", 1))
        subprocess.run([npm, "pack", what, "--silent"], check=True, cwd=CACHE, capture_output=True)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    return file


def _instances(package: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with tarfile.open(package) as archive:
        for member in archive:
            name = Path(member.name).name
            if member.size > MOST_BYTES or not name.endswith(".json") or name.split("-")[0] not in TYPES:
                continue
            content = archive.extractfile(member)
            assert content is not None
            yield name, json.load(content)


def test_no_false_alarm_on_the_examples_of_the_specification(version: FhirVersion, package: Path) -> None:
    there: Counter[str] = Counter()
    found: dict[str, str] = {}
    warned: set[str] = set()
    faulty = {key.split()[1] for key in FAULTY if key.startswith(f"{version} ")}
    for number, (name, resource) in enumerate(_instances(package)):
        kind = resource["resourceType"]
        there[kind] += 1
        if not (FULL or number % SAMPLE == 0 or kind in PUBLISHED or name in faulty):
            continue
        problems = validate([resource], version)
        found |= {f"{version} {name} {p.code}": str(p) for p in problems if p.severity in {"fatal", "error"}}
        warned |= {f"{p.code} {p.excerpt}" for p in problems if p.code in OF_OTHERS}
    assert {key: said for key, said in found.items() if key not in FAULTY} == {}
    assert warned <= DOUBTFUL.keys()
    assert {key for key in FAULTY if key.startswith(f"{version} ")} <= found.keys()
    assert there.total() == NUMBERS[version]
    assert there["MedicationKnowledge"] >= 1


def _spots(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:  # noqa: ANN401 - any JSON
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        if step not in {"resourceType", "div"}:
            yield (*way, step), below
            yield from _spots(below, (*way, step))


def _retyped(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return 7 if isinstance(value, str) else "text"


#: Faults that need no knowledge of the place: what stands there, to what stands there afterwards (None: not for this place).
CHANGES: dict[str, Callable[[str, Any], dict[str, Any] | None]] = {
    "another name": lambda name, value: {f"{name}X": value},
    "one and many": lambda name, value: {name: value[0] if isinstance(value, list) else [value]},
    "another type": lambda name, value: None if isinstance(value, list) else {name: _retyped(value)},
    "empty": lambda name, value: {name: type(value)()} if isinstance(value, dict | list | str) else None,
    "null": lambda name, _: {name: None},
    "no reference": lambda name, value: {name: "nowhere"} if name == "reference" and isinstance(value, str) else None,
    "no entry": lambda name, value: {name: "urn:uuid:1"} if name == "reference" and isinstance(value, str) else None,
    "no unit": lambda name, value: {name: value, "code": "years"} if value == "http://unitsofmeasure.org" else None,
}


def test_changed_examples_are_refused(version: FhirVersion, package: Path) -> None:
    """Changes drawn blindly over HL7's instances, not by who wrote the layers: nearly all must be seen."""
    draw = random.Random(5)  # noqa: S311 - a sample, the same each time
    ours = [(n, r) for n, r in _instances(package) if r["resourceType"] in PUBLISHED]
    tried: Counter[str] = Counter()
    missed: list[str] = []
    for name, resource in draw.sample(ours, min(40, len(ours))):
        before = {(p.code, p.expression) for p in validate([resource], version)}
        for label, change in CHANGES.items():
            places = [(way, new) for way, old in _spots(resource) if isinstance(way[-1], str) and (new := change(way[-1], old))]
            if not places:
                continue
            way, new = draw.choice(places)
            changed = copy.deepcopy(resource)
            place: Any = changed
            for step in way[:-1]:
                place = place[step]
            del place[way[-1]]
            place |= new
            tried[label] += 1
            after = {(p.code, p.expression) for p in validate([changed], version) if p.severity in {"fatal", "error"}}
            if not after - before:
                missed.append(f"{label}: {name} {way}")
    assert tried.total() > 200
    assert len(missed) <= 0.02 * tried.total(), missed
