"""YAML nodes as checked values: each function takes a node and gives its value, or says what is wrong in which line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias, TypeVar

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

T = TypeVar("T")
Read: TypeAlias = Callable[[Node], T]

_STRING, _INTEGER, _BOOLEAN = (f"tag:yaml.org,2002:{name}" for name in ("str", "int", "bool"))
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
#: What no FHIR string holds; unassigned and private characters are text that a page may have.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Fault(Exception):  # noqa: N818 - it becomes an error of ours in `loading`
    """What is not as described, and where."""

    def __init__(self, node: Node, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.line = node.start_mark.line + 1
        self.shown = node.value if isinstance(node, ScalarNode) else None


def record(node: Node, needed: Mapping[str, Read[Any]], optional: Mapping[str, Read[Any]]) -> dict[str, Any]:
    """The values of a mapping by key; an optional key that is not there has none."""
    if not isinstance(node, MappingNode):
        raise Fault(node, "a mapping of keys to values is expected here")
    readers = {**needed, **optional}
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else None
        if name not in readers:
            raise Fault(key, f"there is no such key here; there may be {', '.join(readers)}")
        if name in found:
            raise Fault(key, "this key is here twice")
        found[name] = readers[name](value)
    missing = [name for name in needed if name not in found]
    if missing:
        raise Fault(node, f"missing here: {', '.join(missing)}")
    return found


def listed(read: Read[T], most: int, none: str | None = None) -> Read[tuple[T, ...]]:
    """A list of what `read` reads, of at most `most` entries; `none` says why there must be one, if there must."""

    def read_list(node: Node) -> tuple[T, ...]:
        if not isinstance(node, SequenceNode):
            raise Fault(node, "a list is expected here")
        if len(node.value) > most:
            raise Fault(node, f"there are {len(node.value)} entries, and {most} may be")
        if none and not node.value:
            raise Fault(node, none)
        return tuple(read(each) for each in node.value)

    return read_list


def text(most: int) -> Read[str]:
    """A text with its white space folded, of 1 to `most` characters."""

    def read_text(node: Node) -> str:
        if not isinstance(node, ScalarNode) or node.tag != _STRING:
            raise Fault(node, "a text is expected here: what YAML takes for something else needs quotes")
        value = " ".join(node.value.split())
        if not 0 < len(value) <= most:
            raise Fault(node, f"the text has {len(value)} characters, and 1 to {most} may be")
        if _NO_TEXT.search(value):
            raise Fault(node, "the text holds a control character or half a character")
        return value

    return read_text


def matching(pattern: str, what: str) -> Read[str]:
    """A word of one form; whatever YAML takes it for (a hash may look like a number)."""
    form = re.compile(pattern)

    def read_word(node: Node) -> str:
        if not isinstance(node, ScalarNode) or not form.fullmatch(node.value):
            raise Fault(node, f"{what} is expected here")
        return str(node.value)

    return read_word


def choice(*choices: str) -> Read[Any]:
    """One of a few words."""

    def read_choice(node: Node) -> str:
        if not isinstance(node, ScalarNode) or node.value not in choices:
            raise Fault(node, f"one of {', '.join(choices)} is expected here")
        return str(node.value)

    return read_choice


def number(node: Node) -> int:
    """A whole number in decimal digits, from 0 to 999,999,999."""
    if not isinstance(node, ScalarNode) or node.tag != _INTEGER or not _NUMBER.fullmatch(node.value):
        raise Fault(node, "a whole number is expected here")
    return int(node.value)


def flag(node: Node) -> bool:
    """`true` or `false`."""
    if not isinstance(node, ScalarNode) or node.tag != _BOOLEAN or node.value not in {"true", "false"}:
        raise Fault(node, "true or false is expected here")
    return bool(node.value == "true")


def day(node: Node) -> date:
    """A date, year-month-day."""
    try:
        if isinstance(node, ScalarNode) and _DATE.fullmatch(node.value):
            return date.fromisoformat(node.value)
    except ValueError:
        pass
    raise Fault(node, "a date is expected here, as in 2026-11-02")
