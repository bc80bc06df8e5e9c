"""Layer *json*: bytes to resources, and what is wrong with them before FHIR comes in.

JSON readers take the last of two equal keys, and some take NaN: what they let through, two importers read differently.
Source: RFC 8259; https://hl7.org/fhir/R5/json.html; NDJSON as in https://hl7.org/fhir/uv/bulkdata/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from pipeline.errors import Problem, excerpt
from pipeline.model import Resource

_BOM = b"\xef\xbb\xbf"
#: A resource larger than that is not read: it would have to be held in memory whole.
MAX_BYTES = 256 * 1024 * 1024
#: Objects and lists inside one another. HL7's own examples have up to 24; the layers after this one walk values recursively.
MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Read:
    """A resource with its line (None in a file that is one JSON value), or none, and what was found in reading it."""

    line: int | None
    resource: Resource | None
    problems: tuple[Problem, ...] = ()


def read_json(stream: BinaryIO, *, ndjson: bool, max_bytes: int = MAX_BYTES) -> Iterator[Read]:
    """The resources of a file: one a line (`ndjson`), or one in all. A file of the other kind is read so, and reported."""
    start = stream.readline(max_bytes + 1)
    number = 1
    while not start.strip() and start:
        number += start.endswith(b"\n")
        start = stream.readline(max_bytes + 1)
    if ndjson and start.removeprefix(_BOM).strip()[:1] in (b"{", b"[") and _parse(start)[0] is None and _is_open(start):
        yield from _whole(start + stream.read(max_bytes), pretty=True, max_bytes=max_bytes)
    elif ndjson:
        yield from _lines(start, number, stream, max_bytes)
    else:
        rest = stream.read(max_bytes)
        if rest.strip() and rest.strip()[:1] == b"{" and _parse(start)[0] is not None:
            cause, remedy = "this is NDJSON: several JSON values, one a line", "Name the file .ndjson."
            yield Read(None, None, (_problem("V464", cause, remedy, severity="warning"),))
            for index, line in enumerate((start + rest).splitlines(), number):
                if line.strip():
                    yield _read(line, index)
        else:
            yield from _whole(start + rest, pretty=False, max_bytes=max_bytes)


def _is_open(line: bytes) -> bool:
    """Whether JSON that begins on this line goes on below: `{`, `[`, or a line that ends inside."""
    return line.strip()[-1:] in (b"{", b"[", b",")


def _lines(line: bytes, number: int, stream: BinaryIO, max_bytes: int) -> Iterator[Read]:
    while line:
        if len(line) > max_bytes:
            yield Read(number, None, (_too_large(max_bytes),))
            while line and not line.endswith(b"\n"):
                line = stream.readline(max_bytes)
        elif line.strip():
            yield _read(line, number)
        line, number = stream.readline(max_bytes + 1), number + 1


def _whole(text: bytes, *, pretty: bool, max_bytes: int) -> Iterator[Read]:
    if len(text) > max_bytes:
        yield Read(None, None, (_too_large(max_bytes),))
        return
    value, problems = _parse(text)
    if pretty:
        cause, remedy = "not NDJSON: a JSON value goes over several lines", "Write each resource on one line."
        problems.insert(0, replace(_problem("V464", cause, remedy), line=1))
    if isinstance(value, list):
        cause, remedy = "a list of resources is neither NDJSON nor a Bundle", "Write one resource a line, or a Bundle."
        yield Read(None, None, (*problems, _problem("V464", cause, remedy)))
        for item in value:
            yield Read(None, item) if isinstance(item, dict) else Read(None, None, (_no_object(item),))
    else:
        yield _checked(None, value, problems)


def _read(text: bytes, line: int | None) -> Read:
    value, problems = _parse(text)
    return _checked(line, value, problems)


def _checked(line: int | None, value: Any, problems: list[Problem]) -> Read:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return Read(line, value, tuple(problems))
    if not problems:
        problems.append(_no_object(value))
    return Read(line, None, tuple(problems))


def _parse(text: bytes) -> tuple[Any, list[Problem]]:
    """The value of a JSON text (None where there is none) and what is wrong with it."""
    problems: list[Problem] = []
    if text.startswith(_BOM):
        cause, remedy = "the text begins with a byte-order mark", "Write UTF-8 without one: JSON has none."
        problems.append(_problem("V461", cause, remedy))
        text = text.removeprefix(_BOM)
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as refused:
        cause = f"byte {refused.start + 1} is not UTF-8 (0x{text[refused.start]:02X})"
        problems.append(_problem("V461", cause, "Write UTF-8.", _around(text.decode("latin-1"), refused.start)))
        decoded = text.decode("utf-8", errors="replace")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(found)
        if len(value) < len(found):
            names = [name for name, _ in found]
            twice = sorted({name for name in names if names.count(name) > 1})
            cause = f"an object has the key {excerpt(', '.join(twice))} twice"
            problems.append(_problem("V462", cause, "Keep one: readers differ in which they take."))
        return value

    def constant(name: str) -> float:
        problems.append(_problem("V463", f"{name} is not JSON", "Leave the element out where there is no number.", name))
        return 0.0

    try:
        value = json.loads(decoded, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as refused:
        cause = f"this is not JSON: {refused.msg} at line {refused.lineno}, column {refused.colno}"
        remedy = "Fix it; in NDJSON each line holds one resource."
        problems.append(_problem("V460", cause, remedy, _around(decoded, refused.pos)))
        return None, problems
    except RecursionError:  # how deep that is depends on the interpreter: what it lets through is measured below
        return None, [*problems, _too_deep()]
    except ValueError as refused:  # a whole number of thousands of digits
        problems.append(_problem("V460", f"this is not JSON that can be read: {refused}", "Correct the number."))
        return None, problems
    return (None, [*problems, _too_deep()]) if _is_deep(value) else (value, problems)


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        inside = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [each for values in inside for each in values if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _too_deep() -> Problem:
    cause = f"objects or lists are nested more than {MAX_DEPTH} deep"
    return _problem("V465", cause, "No resource needs that: look for a loop.")


def _around(text: str, at: int) -> str:
    return excerpt(text[max(0, at - 30) : at + 50])


def _no_object(value: object) -> Problem:
    return _problem(
        "V460", "this is not a resource: it is not a JSON object", "Give one resource a line, or a Bundle.", str(value)
    )


def _too_large(max_bytes: int) -> Problem:
    return _problem("V465", f"a resource has more than {max_bytes:,} bytes", "Split it: a Bundle into several, data into URLs.")


def _problem(code: str, cause: str, remedy: str, shown: str | None = None, *, severity: Any = "error") -> Problem:  # noqa: ANN401 - a Severity
    return Problem(code, severity, cause, remedy, excerpt=None if shown is None else excerpt(shown))
