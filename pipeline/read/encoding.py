"""From bytes to text: strict UTF-8 that gives the same bytes back, and a clear word about everything else."""

from __future__ import annotations

import codecs
import re

from pipeline.read.refusal import refusal
from pipeline.settings import ReadLimits

_SAVE_AS_UTF8 = "Save the page as UTF-8 text."

#: Longest first: the UTF-32 mark begins with the UTF-16 one.
_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

#: Two characters of ASCII, as every page begins: which of their bytes are zero gives a mark-less encoding away.
_ZERO_PATTERNS = (
    (re.compile(rb"(?:[^\0]\0\0\0){2}"), "UTF-32"),
    (re.compile(rb"(?:\0\0\0[^\0]){2}"), "UTF-32"),
    (re.compile(rb"(?:[^\0]\0){2}"), "UTF-16"),
    (re.compile(rb"(?:\0[^\0]){2}"), "UTF-16"),
)


def decode(data: bytes, name: str, limits: ReadLimits) -> str:
    """The page's text, byte-order mark and line ends included, so that `decode(data).encode() == data`.

    Raises:
        ReadError: R101 to R105: nothing in it, too large, another Unicode encoding, binary, not UTF-8.
    """
    if len(data) > limits.max_bytes:
        cause = f"the page has {len(data)} bytes, more than the {limits.max_bytes} that a page may have"
        raise refusal(name, "R102", cause, "Check that this is a page; if so, raise the limit on the size of a page.")
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise refusal(name, "R101", "the page is empty", "Fetch the page again, or take the file away.")
    other = _other_encoding(data)
    if other:
        raise refusal(name, "R103", f"the page is {other}, not UTF-8", _SAVE_AS_UTF8)
    if b"\0" in data:
        at = data.index(b"\0")
        cause = f"the page is not text: byte {at} is NUL"
        raise refusal(name, "R104", cause, "Check that this is a page, not a binary file.", _place(data, at))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        cause = f"the page is not UTF-8: byte {error.start} (0x{data[error.start]:02x}): {error.reason}"
        raise refusal(name, "R105", cause, _SAVE_AS_UTF8, _place(data, error.start)) from None


def _other_encoding(data: bytes) -> str | None:
    """The other Unicode encoding that the bytes are in, by their mark, or by which bytes of its first characters are zero."""
    for mark, encoding in _OTHER_MARKS:
        if data.startswith(mark):
            return encoding
    return next((encoding for pattern, encoding in _ZERO_PATTERNS if pattern.match(data)), None)


def _place(data: bytes, at: int) -> tuple[str, int]:
    """The text before and around a byte, and the byte's offset in it: for the line and the excerpt of an error."""
    before = data[:at].decode(errors="replace")
    return before + data[at : at + 100].decode(errors="replace"), len(before)
