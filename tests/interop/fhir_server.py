"""A FHIR server as its users meet it: load, search, read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from pipeline.settings import FhirVersion
from tests.interop.snapshot import Resource, Snapshot, name

PAGE = 500
AT_ONCE = 4
#: Every type of which something is published.
TYPES = (
    "Organization",
    "Device",
    "DocumentReference",
    "Medication",
    "MedicationKnowledge",
    "ClinicalUseDefinition",
    "Provenance",
)


@dataclass(frozen=True)
class FhirServer:
    """`http` knows the base URL."""

    http: httpx.Client
    version: FhirVersion

    @property
    def base(self) -> str:
        return str(self.http.base_url).rstrip("/")

    @property
    def types(self) -> tuple[str, ...]:
        """The types of which something is published in this version."""
        return tuple(kind for kind in TYPES if self.version != "R4" or kind != "ClinicalUseDefinition")

    def held(self) -> dict[str, Resource]:
        """Everything of the published types, by `Type/id`."""
        return {name(resource): resource for kind in self.types for resource in self.resources(kind, {})}

    def versions(self) -> dict[str, str]:
        """The version of everything that it holds."""
        found = (resource for kind in self.types for resource in self.resources(kind, {"_elements": "meta"}))
        return {name(resource): resource["meta"]["versionId"] for resource in found}

    def delete(self, targets: Iterable[str]) -> None:
        """Delete resources (`Type/id`) at once, since they name each other."""
        entries = [{"request": {"method": "DELETE", "url": target}} for target in targets]
        answer = self.http.post("", json={"resourceType": "Bundle", "type": "transaction", "entry": entries})
        assert answer.status_code == httpx.codes.OK, answer.text[:2000]

    def load(self, snapshot: Snapshot) -> list[Resource]:
        """Post every transaction, each of which must be accepted; the value is the `response` of every entry."""
        responses: list[Resource] = []
        for transaction in snapshot.transactions:
            answer = self.http.post("", content=transaction.encode(), headers={"Content-Type": "application/fhir+json"})
            assert answer.status_code == httpx.codes.OK, f"{answer.text[:2000]}\nin answer to {transaction[:400]}"
            responses += [entry["response"] for entry in answer.json()["entry"]]
        return responses

    def search(self, kind: str, **parameters: str) -> set[str]:
        """The `Type/id` of everything that a search finds or includes."""
        return {name(resource) for resource in self.resources(kind, parameters)}

    def found(self, kind: str, parameter: str, values: Iterable[str]) -> dict[str, set[str]]:
        """What a search finds, for each value of one parameter; several are asked at once."""
        asked = [*values]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = threads.map(lambda value: self.search(kind, **{parameter: value, "_elements": "id"}), asked)
            return dict(zip(asked, answers, strict=True))

    def resources(self, kind: str, parameters: dict[str, str]) -> Iterator[Resource]:
        """Everything that a search finds or includes, over all pages of the answer."""
        bundle = self._get(kind, {**parameters, "_count": str(PAGE)})
        while True:
            yield from (entry["resource"] for entry in bundle.get("entry", ()))
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            if not following:
                return
            bundle = self._get(following[0])

    def _get(self, url: str, parameters: dict[str, str] | None = None) -> Resource:
        answer = self.http.get(url, params=parameters)
        assert answer.status_code == httpx.codes.OK, f"{answer.text[:2000]}\nin answer to {url} {parameters}"
        bundle: Resource = answer.json()
        return bundle
