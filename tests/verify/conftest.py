"""A published snapshot of the seed page, to be changed by tests, and the means to make all its hashes fit again."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.publishers import profiles
from pipeline.settings import Settings
from pipeline.verify.mapped import Conformance
from pipeline.verify.page_facts import facts_by_page
from pipeline.verify.resources import Resources

Json = dict[str, Any]


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "output"
    assert convert([seed], folder, Settings(proof="full")).accounting["published"] == 1
    return folder


@pytest.fixture(
    scope="session", params=[Settings(), Settings(proof="none"), Settings(model="idmp")], ids=["compact", "none", "idmp"]
)
def lean(tmp_path_factory: pytest.TempPathFactory, seed: Path, request: pytest.FixtureRequest) -> Published:
    """A snapshot whose facts hold the proof, or more of it than the resources."""
    folder = tmp_path_factory.mktemp("verify") / "lean"
    assert convert([seed], folder, request.param).accounting["published"] == 1
    return Published(folder)


@pytest.fixture(scope="session")
def published(output: Path) -> Published:
    return Published(output)


def rehashed(resource: Json) -> Json:
    """A DocumentReference whose size and hashes are those of its data; any other resource as it is."""
    if resource["resourceType"] != "DocumentReference":
        return resource
    attachment = resource["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    attachment["size"] = str(len(data))
    attachment["hash"] = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    for identifier in resource["identifier"]:
        if identifier["system"].endswith("/sha256"):
            identifier["value"] = hashlib.sha256(data).hexdigest()
    return resource


class Published:
    """The resources of a snapshot in memory, where a change is judged without files: as if all hashes of files fitted."""

    def __init__(self, output: Path) -> None:
        folder = output / "current" / "R5"
        read = {p.stem: [json.loads(line) for line in p.read_bytes().splitlines()] for p in folder.glob("*/*.ndjson")}
        self.output = output
        self.told = facts_by_page(output / "current")
        self.conformance = Conformance.of([*read["CodeSystem"], *read["ConceptMap"]])
        files = sorted((folder / "resources").glob("*.ndjson"))
        self.resources: list[Json] = [resource for path in files for resource in read[path.stem]]

    def problems(self, original: Json, changed: Json) -> list[Any]:
        """The findings when one resource is put in the place of another (hashes made to fit)."""
        changed = rehashed(changed)
        everything = [changed if r is original else r for r in self.resources]
        checked = Resources(self.conformance, profiles(), self.told)
        found = [p for r in everything for p in checked.gather(r, "")]
        # The changed resource first: nearly always that is enough, and a sixteenth of the work.
        found = found or list(checked.check(changed))
        return found or [p for r in everything for p in checked.check(r)]
