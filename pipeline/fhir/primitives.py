"""What FHIR's primitive types can hold. Quoted text is refused, never altered: an altered quote would not be the page's.

Source: https://hl7.org/fhir/R5/datatypes.html#primitive
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

from pipeline.errors import BuildError, Problem, excerpt

#: Not in a FHIR string, or not in the XML of a narrative: control characters, lone surrogates, two noncharacters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"[^\s\x00-\x20\x7f<>\"{}|\\^`]+")
_MAX_BYTES = 1024 * 1024


def string(value: str) -> str:
    """A FHIR string that is exactly `value`.

    Raises:
        BuildError: F301, if FHIR has no such string (empty, above 1 MiB, control characters).
    """
    if not is_string(value):
        size = len(value.encode(errors="surrogatepass"))
        if size > _MAX_BYTES:
            cause = f"a quoted text has {size:,} bytes, more than the {_MAX_BYTES:,} (1 MiB) of a FHIR string"
            remedy = (
                "Check that this is one page: split it, or take out what is not text (an embedded picture, a table of data)."
            )
        else:
            cause = "a quoted text is empty or holds control characters, which no FHIR string can"
            remedy = "Remove the characters from the page, or fix the rule that read an empty text."
        raise BuildError(Problem("F301", "error", cause, remedy, excerpt=excerpt(value)))
    return value


def is_string(value: str) -> bool:
    """Whether `string` would accept `value`."""
    # What can be printed holds nothing forbidden, and no character takes more than four bytes: both are quicker to see.
    return (
        bool(value.strip())
        and (value.isprintable() or not _FORBIDDEN.search(value))
        and (4 * len(value) <= _MAX_BYTES or len(value.encode()) <= _MAX_BYTES)
    )


def is_code(value: str) -> bool:
    """Whether `value` can be a FHIR code: no white space but single spaces inside."""
    return bool(_CODE.fullmatch(value)) and is_string(value)


def is_language(value: str) -> bool:
    """Whether `value` has the form of a language tag (BCP 47)."""
    return bool(_LANGUAGE.fullmatch(value))


def web_address(value: str | None) -> str | None:
    """`value` if it is an absolute http(s) address that is safe to publish as a URI, else None.

    A page may state `javascript:…`, a path or a line of prose as its `url`. It then stays text (extension `front-matter`).
    """
    if value is None or not _ADDRESS.fullmatch(value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in {"http", "https"} and parts.hostname else None


def midnight(value: str | None) -> str | None:
    """A FHIR instant for a calendar date (`2025-12-30`): the beginning of that day in UTC. None for anything else."""
    try:
        return f"{date.fromisoformat(value or '').isoformat()}T00:00:00Z"
    except ValueError:
        return None
