"""A profile from the data of a TOML file or of a snapshot's report: strictly, with the key and line of what is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar, get_args

from pipeline.errors import Problem, UsageError, excerpt
from pipeline.inputs import NotTomlError, parse_toml, read_file
from pipeline.model import Code, IdentifierKind, IdentifierLink, Publisher

_Table = TypeVar("_Table", IdentifierLink, Code)
#: Profiles are short; what reads TOML takes time with the square of a dotted key's length.
_MAX_BYTES: Final = 16 * 1024
_REMEDY: Final = "Fix the key; pipeline/publishers/README.md describes each."
#: It begins the ids of what is read from its pages, which have 64 characters.
_ID: Final = re.compile(r"[a-z][a-z0-9-]{1,23}")
_DOCUMENTS: Final = ("patient-drug-information", "drug-label", "drug-information")
_LABELS: Final = ("brands", "fda_status", "components", "definition")
_LISTS: Final = ("hosts", "sources", "withdrawn")
_CODES: Final = ("document_code", "section_code", "jurisdiction")
#: The keys whose values are no text.
_KINDS: Final[Mapping[str, type]] = {
    **dict.fromkeys(("hosts", "sources", "withdrawn", "identifiers"), list),
    **dict.fromkeys(("indicated_is_approval", "organization", "plain_slugs", "told_by_source"), bool),
    **dict.fromkeys(("labels", *_CODES), dict),
}
_NAMES: Final = {list: "a list", bool: "true or false", dict: "a table", str: "a text"}


class ProfileError(ValueError):
    """What of a profile is not as described: the key, and why."""

    def __init__(self, key: str, cause: str) -> None:
        super().__init__(f"{key}: {cause}")
        self.key = key
        self.cause = cause


def load(files: Sequence[Path], taken: Sequence[Publisher]) -> tuple[Publisher, ...]:
    """The profiles of a user's own files.

    Args:
        files: TOML files, a profile each.
        taken: The profiles that are there already: no other has the id of one.

    Raises:
        UsageError: U913 (no file that can be read, no TOML), U914 (not as described, an id twice).
    """
    found: list[Publisher] = []
    for path in files:
        text, said = _read(path)
        try:
            publisher = publisher_from(said)
            if publisher.plain_slugs:
                _refuse("plain_slugs", "pages of two publishers could have one id")
            if publisher.id in {each.id for each in (*taken, *found)}:
                _refuse("id", f"there is a profile {publisher.id!r} already")
        except ProfileError as error:
            cause = f"the profile is not as described: {excerpt(error.key)}: {error.cause}"
            line = _line_of(error.key, text)
            raise UsageError(Problem("U914", "error", cause, _REMEDY, source=str(path), line=line)) from error
        found.append(publisher)
    return tuple(found)


def publisher_from(said: Mapping[str, Any]) -> Publisher:
    """A profile from its keys; what is null is as if it were left out.

    Raises:
        ProfileError: A key is missing, unknown, or has a value that it cannot have.
    """
    given = {key: value for key, value in said.items() if value is not None}
    _check_kinds(given)
    if not _ID.fullmatch(given["id"]):
        _refuse("id", "it is 2 to 24 lower-case letters, digits and hyphens, and begins with a letter")
    if given.get("document", _DOCUMENTS[0]) not in _DOCUMENTS:
        _refuse("document", f"it is one of {', '.join(_DOCUMENTS)}, not {given['document']!r}")
    for key in _LISTS:
        if not all(isinstance(each, str) and each for each in given.get(key, ())):
            _refuse(key, "it is a list of texts")
    labels = given.get("labels", {})
    _check_keys(labels, set(_LABELS))
    patterns = {
        "uses": given["uses"],
        "introductions": given.get("introductions", ""),
        "page_id": given.get("page_id", "(?P<id>)"),
        **labels,
    }
    links = tuple(map(_link, given.get("identifiers", ())))
    for key, pattern in (*patterns.items(), *((key, getattr(link, key)) for link in links for key in ("opening", "value"))):
        if "id" not in _checked(key, pattern).groupindex and key == "page_id":
            _refuse(key, "it has no group (?P<id>…)")
    given |= {key: tuple(given[key]) for key in _LISTS if key in given}
    given |= {key: _texts(key, given[key], Code) for key in _CODES if key in given}
    return Publisher(**{**given, "identifiers": links})


def _check_kinds(given: Mapping[str, Any]) -> None:
    _check_keys(given, {each.name for each in fields(Publisher)})
    for each in fields(Publisher):
        if each.default is MISSING and each.default_factory is MISSING and each.name not in given:
            _refuse(each.name, "it is missing")
    for key, value in given.items():
        kind = _KINDS.get(key, str)
        if not isinstance(value, kind):
            _refuse(key, f"it is {_NAMES[kind]}, not {value!r}")


def _link(said: object) -> IdentifierLink:
    link = _texts("identifiers", said, IdentifierLink)
    if link.kind not in get_args(IdentifierKind):
        _refuse("kind", f"it is one of {', '.join(get_args(IdentifierKind))}, not {link.kind!r}")
    return link


def _texts(key: str, said: object, of: type[_Table]) -> _Table:
    """A table all of whose keys are there, and texts."""
    names = [each.name for each in fields(of)]
    if not isinstance(said, dict) or sorted(said) != sorted(names) or not all(isinstance(each, str) for each in said.values()):
        _refuse(key, f"it is a table of the texts {', '.join(names)}")
    return of(**said)


def _check_keys(said: Mapping[str, object], known: set[str]) -> None:
    for key in said:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1)
            _refuse(key, f"there is no such key{f'; did you mean {near[0]}?' if near else ''}")


def _checked(key: str, pattern: object) -> re.Pattern[str]:
    if not isinstance(pattern, str):
        _refuse(key, f"it is a text, not {pattern!r}")
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        _refuse(key, f"it is not a Python regular expression ({error})")


def _refuse(key: str, cause: str) -> NoReturn:
    raise ProfileError(key, excerpt(cause))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        data = read_file(path, _MAX_BYTES)
        return data.decode("utf-8"), parse_toml(data)
    except NotTomlError as error:
        cause, remedy = f"the profile is not TOML: {error}", "Fix the line; texts stand in quotes."
        raise UsageError(Problem("U913", "error", cause, remedy, source=str(path), line=error.line)) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        cause, remedy = f"the profile cannot be read ({reason})", "Name a TOML file in UTF-8."
        raise UsageError(Problem("U913", "error", cause, remedy, source=str(path))) from error


def _line_of(key: str, text: str) -> int | None:
    """The line on which a key stands, or its table begins; none where it is missing."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.partition("=")[0].strip().strip('"[] ') == key:
            return number
    return None
