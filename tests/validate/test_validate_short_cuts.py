"""What makes validation fast changes no finding: the quick check that most resources pass, and Extensions validated once."""

from __future__ import annotations

import copy
import json
import random
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract import extract
from pipeline.fhir import build, derive
from pipeline.read import read_page
from pipeline.settings import FhirVersion, Settings
from pipeline.validate import validate
from pipeline.validate.quick_check import passes_quick_check
from tests.sampled import variant

_HERE = Path(__file__).parent
_MINIMAL = json.loads((_HERE / "minimal_resources.json").read_text(encoding="utf-8"))
#: What a value is changed into: empty, null and odd values, numbers that look alike, references, whole parts.
_ODD: tuple[Any, ...] = (
    None, [], {}, "", " ", "two words", " x", 0, -1, 1, 1.0, True, 2**31, 2**70, 1e400, float("nan"), "\ud800", "\u202e",
    "2020-13-01", "2020-01-01", "javascript:x", "urn:uuid:1", "#", "#population-1", "Group/x", "Medication/x", "http://x.org/y",
    {"id": "a"}, {"url": "x"}, [None], [[{"reference": "Medication/none"}]], {"reference": "#population-1"}, {"coding": []},
    {"url": "a", "valueInteger": "1"}, {"url": "a", "valueInteger": 1.0}, {"url": "a", "extension": [{"url": "b"}]},
    {"value": 1, "system": "http://unitsofmeasure.org", "code": "furlong"},
    {"system": "http://hl7.org/fhir/publication-status", "code": "retired?"},
    [{"resourceType": "Group", "id": "population-1", "type": "person"}],
)  # fmt: skip


def _published(seed: Path, version: FhirVersion) -> list[dict[str, Any]]:
    facts = extract(read_page(seed.read_bytes(), seed.name))
    return list(derive(build(facts, Settings(proof="full")), version, Settings(proof="full")).resources)


def _places(value: object, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        found.append((value, key))
        _places(item, found)
    return found


def _changed(resource: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one to three changes: a part taken out, made odd, put elsewhere, or there twice."""
    resource = copy.deepcopy(resource)
    for _ in range(rng.choice([1, 1, 2, 3])):
        places = _places(resource, [])
        holder, key = rng.choice(places)
        other, other_key = rng.choice(places)
        part = copy.deepcopy(rng.choice([rng.choice(_ODD), other[other_key]]))
        if rng.random() < 0.25:
            del holder[key]
        elif isinstance(holder, list) and rng.random() < 0.3:
            holder.insert(key, part)
        elif isinstance(holder, dict) and isinstance(other_key, str) and rng.random() < 0.3:
            holder[other_key] = part
        else:
            holder[key] = part
    return resource


@pytest.mark.parametrize("version", ["R5", "R4B"])
def test_what_is_published_needs_no_second_look(seed: Path, version: FhirVersion) -> None:
    assert [resource["id"] for resource in _published(seed, version) if not passes_quick_check(resource, version, {})] == []


@pytest.mark.parametrize(("version", "changes"), [("R5", 60), variant("R5", 250), variant("R4B", 250)])
def test_findings_are_the_same_without_the_short_cuts(
    seed: Path, version: FhirVersion, changes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(version)  # noqa: S311 - nothing secret
    valid = [*_published(seed, version), *(_MINIMAL if version == "R5" else ())]
    small = [resource for resource in valid if len(json.dumps(resource)) < 15_000]
    resources = [*valid, *(_changed(rng.choice(small), rng) for _ in range(changes))]
    quick = [validate([resource], version) for resource in resources]
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.validate.passes_quick_check", lambda *_: False)
        patch.setattr(import_module("pipeline.validate.shape"), "_with_parts", lambda resource, _: resource)
        slow = [validate([resource], version) for resource in resources]
    assert quick == slow
    assert 20 < sum(not found for found in slow) < len(slow) - changes // 5
