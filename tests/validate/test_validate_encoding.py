"""Bytes to resources: what is wrong with a file before FHIR comes in."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.validate import read_json

ORGANIZATION = b'{"resourceType": "Organization", "id": "a", "name": "A"}'
PRETTY = json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Basic"}}]}, indent=2).encode()


def _found(data: bytes, *, ndjson: bool = True, max_bytes: int = 10_000) -> tuple[list[tuple[str, int | None]], int]:
    read = list(read_json(io.BytesIO(data), ndjson=ndjson, max_bytes=max_bytes))
    codes = [(problem.code, each.line or problem.line) for each in read for problem in each.problems]
    return codes, sum(each.resource is not None for each in read)


@pytest.mark.parametrize(
    ("data", "codes", "resources"),
    [
        pytest.param(ORGANIZATION + b"\n" + ORGANIZATION + b"\n", [], 2, id="NDJSON"),
        pytest.param(ORGANIZATION + b"\r\n\r\n" + ORGANIZATION, [], 2, id="a blank line and CRLF"),
        pytest.param(b"", [], 0, id="an empty file"),
        pytest.param(b"\xef\xbb\xbf" + ORGANIZATION, [("V461", 1)], 1, id="a byte-order mark"),
        pytest.param(ORGANIZATION.decode().encode("utf-16"), [("V461", 1), ("V460", 1)], 0, id="UTF-16"),
        pytest.param(b'{"resourceType": "Organization", "name": "caf\xe9"}', [("V461", 1)], 1, id="Latin-1"),
        pytest.param(b'{"resourceType": "Basic", "id": "a", "id": "b"}', [("V462", 1)], 1, id="a key twice"),
        pytest.param(b'{"a": {"b": 1, "c": 2, "b": 1}}', [("V462", 1)], 1, id="a key twice far down"),
        pytest.param(b'{"a": NaN}', [("V463", 1)], 1, id="NaN"),
        pytest.param(b'{"a": -Infinity}', [("V463", 1)], 1, id="infinity"),
        pytest.param(ORGANIZATION + b"\n{'a': 1}", [("V460", 2)], 1, id="single quotes on line 2"),
        pytest.param(b'{"a": 1,}', [("V460", 1)], 0, id="a trailing comma"),
        pytest.param(ORGANIZATION[:-2], [("V460", 1)], 0, id="a cut line"),
        pytest.param(ORGANIZATION + ORGANIZATION, [("V460", 1)], 0, id="two resources on a line"),
        pytest.param(b'"text"', [("V460", 1)], 0, id="a string"),
        pytest.param(b"null", [("V460", 1)], 0, id="null"),
        pytest.param(PRETTY, [("V464", 1)], 1, id="pretty-printed"),
        pytest.param(b"[\n" + ORGANIZATION + b"\n]", [("V464", 1), ("V464", None)], 1, id="a JSON array"),
        pytest.param(b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}", [("V465", 1)], 0, id="nested a little too deep"),
        pytest.param(b'{"a": ' + b"[" * 199 + b"]" * 199 + b"}", [], 1, id="nested as deep as may be"),
        pytest.param(b'{"a": ' + b"[" * 4000 + b"]" * 4000 + b"}", [("V465", 1)], 0, id="nested too deep"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", [("V460", 1)], 0, id="a number without end"),
        pytest.param(b'"' + b"a" * 20_000 + b'"\n' + ORGANIZATION, [("V465", 1)], 1, id="a line too long to hold"),
    ],
)
def test_a_fault_of_the_bytes_is_found_on_its_line(data: bytes, codes: list[tuple[str, int | None]], resources: int) -> None:
    assert _found(data) == (codes, resources)


def test_a_json_file_may_be_pretty_printed() -> None:
    assert _found(PRETTY, ndjson=False) == ([], 1)
    assert _found(b"\n" + PRETTY, ndjson=False) == ([], 1)


def test_ndjson_in_a_json_file_is_read_and_said() -> None:
    assert _found(ORGANIZATION + b"\n" + ORGANIZATION + b"\n", ndjson=False) == ([("V464", None)], 2)


def test_a_json_file_too_large_to_hold_is_not_read() -> None:
    assert _found(PRETTY, ndjson=False, max_bytes=20) == ([("V465", None)], 0)


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none(), min_size=1)))
def test_every_line_of_sound_ndjson_is_read(rows: list[dict[str, object]]) -> None:
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    read = list(read_json(io.BytesIO(data), ndjson=True))
    assert [(each.resource, each.problems) for each in read] == [(row, ()) for row in rows]


@given(st.binary(), st.booleans())
def test_no_bytes_break_the_reader(data: bytes, ndjson: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    for each in read_json(io.BytesIO(data), ndjson=ndjson):
        assert each.problems or each.resource is not None
