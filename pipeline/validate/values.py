"""Layer *values*: JSON types, empty things, and the format of every primitive, which fhir.resources coerces or lets through.

Source: https://hl7.org/fhir/R5/datatypes.html#primitive and https://hl7.org/fhir/R5/json.html.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from pipeline.errors import Problem
from pipeline.settings import FhirVersion
from pipeline.validate.languages import is_language
from pipeline.validate.walk import Node, problem

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?")
_ZONE = re.compile(r"Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)")
_ZONED_TIME = re.compile(rf"{_TIME.pattern}(?:{_ZONE.pattern})")
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9]\d*))+")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
#: A name has at most 127 characters (RFC 6838, 4.2).
_MIME = re.compile(r"[\w!#$&^.+\-]{1,127}/[\w!#$&^.+\-]{1,127}(\s*;\s*[\w.\-]+=(?:[\w.\-:+/]+|\"[^\"]*\"))*")
_CURRENCY = re.compile(r"[A-Z]{3}")
#: C0 controls but for tab, line feed and carriage return; C1 controls; lone surrogates; noncharacters; direction overrides.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")

_MAX_STRING = 1024 * 1024
#: Schemes that run something or read a local file where a person or a program follows them.
_UNSAFE_SCHEMES = frozenset({"javascript", "vbscript", "data", "file", "blob", "about"})
#: Elements whose URI names a system or a definition wherever the resource goes, so that it cannot be relative.
_ABSOLUTE = frozenset({("Coding", "system"), ("Identifier", "system"), ("Quantity", "system")})
#: Code elements with a required binding to a set that no list holds: the finding's code, what the value must be, and whether
#: it is.
_GRAMMARS: Mapping[str, tuple[str, str, Callable[[str], object]]] = MappingProxyType(
    {
        "contentType": ("V417", "MIME type (BCP 13)", _MIME.fullmatch),
        "language": ("V418", "language tag of BCP 47's grammar and registry", is_language),
        "currency": ("V417", "currency code (ISO 4217)", _CURRENCY.fullmatch),
    }
)
NUMBERS = frozenset({"integer", "positiveInt", "unsignedInt"})
_URIS = frozenset({"canonical", "oid", "uri", "url", "uuid"})
_INTEGER64 = re.compile(r"0|-?[1-9]\d*")


def values(found: Iterable[Node], version: FhirVersion) -> Iterator[Problem]:
    """What is wrong with single values: JSON type, emptiness, format, control characters, URL schemes."""
    for node in found:
        if node.is_primitive:
            yield from _primitive(node, version)
        else:
            yield from _complex(node)


def _complex(node: Node) -> Iterator[Problem]:
    if node.type == "Resource":
        yield problem("V400", "this holds no resource of a type that FHIR has", "Give it a resourceType.", node)
        return
    if not node.value or (node.is_resource and node.value.keys() == {"resourceType"}):
        yield problem("V410", "the object is empty (ele-1)", "Leave the element out, or give it content.", node)
    elif node.value.keys() == {"id"} and not node.is_resource:
        cause, remedy = "the object has an id and nothing else (ele-1)", "Leave it out, or give it content."
        yield problem("V410", cause, remedy, node, is_stricter=True)
    for name, value in node.value.items():
        if value is None or value == []:
            what = "null" if value is None else "an empty array"
            yield problem("V410", f"{name} is {what}", "Leave the element out where there is nothing to say.", node)
        elif isinstance(value, list) and value.count(None) and not name.startswith("_"):
            beside = node.value.get("_" + name)
            for index, item in enumerate(value):
                if item is None and not (isinstance(beside, list) and index < len(beside) and beside[index]):
                    yield problem("V410", f"{name}[{index}] is null without an extension beside it", "Leave it out.", node)


def _primitive(node: Node, version: FhirVersion) -> Iterator[Problem]:
    value, kind = node.value, node.type
    if value is None:  # said by its parent
        return
    wanted = _json_type(kind, version)
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
        name = {str: "string", bool: "boolean"}.get(wanted[0], "number")
        yield problem("V411", f"a {kind} must be a JSON {name} in FHIR {version}", "Write it so.", node, shown=value)
        return
    if not isinstance(value, str):
        if kind in NUMBERS and isinstance(value, int) and not in_range(kind, value):
            yield problem("V411", f"the number is out of the range of {kind}", "Correct it.", node, shown=value)
        return
    if kind != "xhtml":  # the narrative layer reads it
        yield from _string(node, value, kind, version)


def _string(node: Node, value: str, kind: str, version: FhirVersion) -> Iterator[Problem]:
    if not value.strip():
        yield problem("V410", "the string is empty", "Leave the element out where there is nothing to say.", node)
        return
    if control := _CONTROL.search(value):
        cause = f"the text holds a control character, U+{ord(control[0]):04X}"
        yield problem("V413", cause, "Remove it from the source.", node, shown=value)
    if len(value) > _MAX_STRING and kind in {"string", "code", "uri"}:
        yield problem("V417", "the string is longer than 1,048,576 characters", "Shorten it.", node)
    if kind == "base64Binary" and version == "R5" and any(c.isspace() for c in value):
        yield problem("V412", "base64 has no white space in FHIR R5", "Write it in one line.", node, shown=value[:40])
    if kind in _FORMATS:
        is_one, code, cause, remedy = _FORMATS[kind]
        if not is_one(value):
            yield problem(code, cause.format(length=len(value)), remedy, node, shown=value)
    elif kind == "code":
        yield from _code(node, value)
    elif kind in _URIS:
        yield from _uri(node, value)


def _json_type(kind: str, version: FhirVersion) -> tuple[type, ...]:
    if kind == "boolean":
        return (bool,)
    if kind in NUMBERS:
        return (int,)
    if kind == "decimal":
        return (float, int)
    if kind == "integer64" and version != "R5":
        return (int,)
    return (str,)


def in_range(kind: str, value: int) -> bool:
    """Whether a whole number is one of its type: integer, positiveInt or unsignedInt."""
    low = {"positiveInt": 1, "unsignedInt": 0}.get(kind, -(2**31))
    return low <= value < 2**31


def _code(node: Node, value: str) -> Iterator[Problem]:
    if not _CODE.fullmatch(value):
        yield problem("V417", "a code has no space at its ends and no two together", "Trim it.", node, shown=value)
        return
    name = node.element.name if node.element else ""
    if name not in _GRAMMARS or (node.parent and node.parent.type == "Expression"):
        return  # the language of an Expression is a MIME type of R4, a word of R5: text/cql
    found, what, is_one = _GRAMMARS[name]
    if not is_one(value):
        is_stricter = name == "contentType"
        yield problem(found, f"this is no {what}", "Correct it.", node, shown=value, is_stricter=is_stricter)


def _is_integer64(value: str) -> bool:
    return _INTEGER64.fullmatch(value) is not None and -(2**63) <= int(value) < 2**63


def _is_date(value: str) -> bool:
    parts = _DATE.fullmatch(value)
    if not parts:
        return False
    try:
        date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
    except ValueError:
        return False
    return True


def _is_instant(value: str) -> bool:
    day, _, time = value.partition("T")
    return len(day) == len("YYYY-MM-DD") and _is_date(day) and _ZONED_TIME.fullmatch(time) is not None


def _uri(node: Node, value: str) -> Iterator[Problem]:
    if any(c.isspace() for c in value):
        yield problem("V416", "a URI has no white space", "Percent-encode or remove it.", node, shown=value)
        return
    scheme = _SCHEME.match(value)
    if scheme and scheme[1].lower() in _UNSAFE_SCHEMES:
        cause = f"the scheme {scheme[1].lower()} is not published"
        yield problem("V416", cause, "Leave the link out.", node, shown=value, is_stricter=True)
    elif not scheme and _must_be_absolute(node):
        yield problem("V416", "this URI must be absolute", "Give the whole URI, with its scheme.", node, shown=value)
    elif value.startswith("urn:oid:") and not _OID.fullmatch(value):
        yield problem("V416", "not an OID", "Write urn:oid: and dotted numbers.", node, shown=value)
    elif value.startswith("urn:uuid:") and not UUID.fullmatch(value):
        yield problem("V416", "not a UUID in lower case", "Write urn:uuid: and a lower-case UUID.", node, shown=value)


def _must_be_absolute(node: Node) -> bool:
    if node.element is None or node.parent is None:
        return False
    if node.parent.type == "Extension" and node.element.name == "url":
        # Parts of a complex extension have relative names ("offset"); an extension itself is named by its definition.
        return node.parent.parent is None or node.parent.parent.type != "Extension"
    return (node.parent.type, node.element.name) in _ABSOLUTE


def decoded(value: Any) -> bytes | None:  # noqa: ANN401 - any JSON
    """The bytes of a base64Binary; None where it is not one (which the values layer reports)."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


#: Of each primitive that has one format: whether a string has it; else the finding's code, its cause and its remedy.
_FORMATS: Mapping[str, tuple[Callable[[str], object], str, str, str]] = MappingProxyType(
    {
        # fhir.resources turns what it cannot decode into an empty value, silently. White space is allowed before R5.
        "base64Binary": (lambda value: decoded(value) is not None, "V412", "not base64", "Encode the bytes again."),
        "date": (_is_date, "V415", "not a date of the calendar (YYYY, YYYY-MM or YYYY-MM-DD)", "Correct it."),
        "dateTime": (
            lambda value: _is_instant(value) if "T" in value else _is_date(value),
            "V415",
            "not a date, or a date and time with a zone",
            "Correct it.",
        ),
        "id": (
            _ID.fullmatch,
            "V414",
            "an id is 1 to 64 of A-Z a-z 0-9 - . (this has {length} characters)",
            "Shorten it with a hash, or replace the other characters.",
        ),
        "instant": (_is_instant, "V415", "not an instant (date, time to the second, zone)", "Correct it."),
        "integer64": (_is_integer64, "V411", "not an integer64", "Write a whole number in a string."),
        "time": (_TIME.fullmatch, "V415", "not a time of day (hh:mm:ss)", "Correct it."),
    }
)
