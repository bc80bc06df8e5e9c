"""Small snapshots of invented drugs, in the layout that `publish` writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
CANONICAL = "https://pages.example/fhir"
CORE = ("DocumentReference", "MedicationKnowledge")


def snapshot(  # noqa: PLR0913 - each with a default
    output: Path,
    drugs: Sequence[str],
    regimens: Sequence[str] = (),
    *,
    uses: int = 2,
    wording: str = "1",
    quarantined: Sequence[tuple[str, str | None]] = (),
    version: str = "R5",
    definitions: Sequence[str] = (),
    core: bool = False,
) -> Path:
    """Write a snapshot; `wording` goes into each use, `quarantined` are pages and the drug of each, where it is known.

    `definitions` are `Type/id`; `core` leaves out all but documents and drugs.
    """
    bundles = [[organization(), device()], *(page(slug, uses, wording) for slug in drugs)]
    bundles += [regimen(slug, drugs) for slug in regimens]
    if core:
        bundles = [[one for one in bundle if one["resourceType"] in CORE] for bundle in bundles[1:]]
        for one in (one for bundle in bundles for one in bundle):
            one.pop("indicationGuideline", one.pop("custodian", None))
    if version != "R5":
        for one in (one for bundle in bundles for one in bundle if one["resourceType"] == "MedicationKnowledge"):
            one["extension"] = [{"url": "identifier", "valueIdentifier": identifier} for identifier in one.pop("identifier")]
    text = "".join(json.dumps(transaction(bundle)) + "\n" for bundle in bundles)
    inputs = [{"name": f"{slug}.md", "outcome": "published", "drug": slug} for slug in (*drugs, *regimens)]
    inputs += [{"name": name, "outcome": "quarantined", "drug": drug} for name, drug in quarantined]
    report = json.dumps({"settings": {"canonical": CANONICAL}, "inputs": inputs})
    folder = output / "snapshots" / hashlib.sha256((text + report).encode()).hexdigest()
    for part in ("bundles", "resources"):
        (folder / version / part).mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report)
    (folder / version / "bundles" / "transaction.ndjson").write_text(text)
    resources = sorted((one for bundle in bundles for one in bundle), key=lambda one: one["id"])
    for kind in {one["resourceType"] for one in resources}:
        lines = [json.dumps(one) + "\n" for one in resources if one["resourceType"] == kind]
        (folder / version / "resources" / f"{kind}.ndjson").write_text("".join(lines))
    (folder / version / "conformance").mkdir(exist_ok=True)
    for kind, name in (target.split("/") for target in definitions):
        with (folder / version / "conformance" / f"{kind}.ndjson").open("a") as file:
            file.write(json.dumps(definition(kind, name)) + "\n")
    return folder


def definition(kind: str, name: str) -> Resource:
    """A definition of ours, or (id `theirs`) an excerpt of what others define."""
    url = "https://them.example/codes" if name == "theirs" else f"{CANONICAL}/{kind}/{name}"
    return {"resourceType": kind, "id": name, "url": url, "status": "active"}


def organization() -> Resource:
    identifier = [{"system": "urn:ietf:rfc:3986", "value": "https://pages.example/"}]
    return {"resourceType": "Organization", "id": "org", "identifier": identifier, "name": "Pages"}


def device() -> Resource:
    return {"resourceType": "Device", "id": "reader"}


def page(slug: str, uses: int, wording: str) -> list[Resource]:
    own, document = f"org.{slug}", {"reference": f"DocumentReference/org.{slug}"}
    indications = [
        {
            **resource("ClinicalUseDefinition", f"{own}.use{number}", "indication", f"{own}.use{number}"),
            "type": "indication",
            "subject": [{"reference": f"Medication/{own}"}],
            "population": [{"display": f"adults {wording}"}],
            "extension": [{"url": "of", "valueReference": document}],
        }
        for number in range(uses)
    ]
    related = [{"type": {"text": "brand"}, "reference": [{"reference": f"MedicationKnowledge/{own}.brand"}]}]
    back = [{"type": {"text": "drug"}, "reference": [{"reference": f"MedicationKnowledge/{own}"}]}]
    shown = [{"reference": f"ClinicalUseDefinition/{one['id']}"} for one in indications]
    return [
        {**resource("DocumentReference", own, "sha256", slug * 2), "custodian": {"reference": "Organization/org"}},
        {**resource("Medication", own, "drug", slug), "definition": {"reference": f"MedicationKnowledge/{own}"}},
        *indications,
        {
            **resource("MedicationKnowledge", own, "drug", slug),
            "relatedMedicationKnowledge": related,
            "indicationGuideline": shown,
        },
        {**resource("MedicationKnowledge", f"{own}.brand", "brand", f"{own}.brand"), "relatedMedicationKnowledge": back},
        record(own, [f"MedicationKnowledge/{own}"]),
    ]


def regimen(slug: str, drugs: Sequence[str]) -> list[Resource]:
    own = f"org.{slug}"
    parts = [{"type": {"text": "part"}, "reference": [{"reference": f"MedicationKnowledge/org.{drug}"}]} for drug in drugs]
    return [
        resource("DocumentReference", own, "sha256", slug * 2),
        {**resource("MedicationKnowledge", own, "drug", slug), "relatedMedicationKnowledge": parts},
        record(own, [f"MedicationKnowledge/{own}"]),
    ]


def record(own: str, targets: Sequence[str]) -> Resource:
    return {
        "resourceType": "Provenance",
        "id": own,
        "target": [{"reference": target} for target in targets],
        "agent": [{"who": {"reference": "Device/reader"}}],
        "entity": [{"role": "source", "what": {"reference": f"DocumentReference/{own}"}}],
    }


def resource(kind: str, own: str, system: str, value: str) -> Resource:
    return {"resourceType": kind, "id": own, "identifier": [{"system": f"{CANONICAL}/{system}", "value": value}]}


def transaction(resources: Sequence[Resource]) -> Resource:
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} for one in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
