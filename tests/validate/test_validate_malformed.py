"""Whatever JSON stands in the place of a value: a finding may come, an exception never."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.settings import FhirVersion
from pipeline.validate import check_references, validate

_HERE = Path(__file__).parent
RESOURCES: dict[FhirVersion, list[dict[str, Any]]] = {
    "R5": json.loads((_HERE / "minimal_resources.json").read_text(encoding="utf-8")),
    "R4B": json.loads((_HERE / "minimal_resources_r4.json").read_text(encoding="utf-8")),
    "R4": json.loads((_HERE / "minimal_resources_r4.json").read_text(encoding="utf-8")),
}
NAMES = st.sampled_from(["resourceType", "reference", "extension", "id", "system", "code", "type", "status"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=5,
)


def _places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in steps:
        yield (*way, step)
        yield from _places(below, (*way, step))


@pytest.mark.parametrize("version", RESOURCES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_json_breaks_the_validator(version: FhirVersion, data: st.DataObject) -> None:
    resource = copy.deepcopy(data.draw(st.sampled_from(RESOURCES[version])))
    *way, last = data.draw(st.sampled_from(list(_places(resource))))
    place: Any = resource
    for step in way:
        place = place[step]
    place[last] = data.draw(JSON)
    for problem in [*validate([resource], version), *check_references([resource])]:
        assert str(problem).isprintable()


@pytest.mark.parametrize("value", [["POST"], {"a": 1}, None, 7])
def test_a_malformed_method_of_an_entry_is_a_finding(value: Any) -> None:  # noqa: ANN401 - any JSON
    """A list for a code could not be looked up in a set, and ended the check of a whole file."""
    bundle = copy.deepcopy(RESOURCES["R5"][-2])
    assert bundle["resourceType"] == "Bundle"
    bundle["entry"][0]["request"]["method"] = value
    assert validate([bundle], "R5")
