"""Whether a text holds a secret, in whatever way it is written: looked for by undoing, not by what the loader knows of it."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_plus

_CODED = re.compile(r"[A-Za-z0-9+/_-]{20,}")
_ESCAPED = re.compile(r"\\(?:x|u00)([0-9a-f]{2})")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")


def written(secret: str) -> str:
    """A secret in each way in which a server may repeat it: with words before it, coded, escaped, cut off, twice coded."""
    data = secret.encode()
    coded = [base64.b64encode(b"x" * before + data).decode() for before in range(3)]
    safe = [base64.urlsafe_b64encode(b"Bearer: "[:before] + data).decode() for before in range(8)]
    others = [quote(secret, safe=""), html.escape(secret), repr(data), data.hex(), data.hex().upper(), secret[:-3], secret[3:]]
    return " ".join(["you sent", secret, *coded, *safe, *others, base64.b64encode(coded[1].encode()).decode()])


def leaked(text: str, secret: str) -> str | None:
    """The piece of a text that gives away a third of a secret, or None."""
    enough = max(8, len(secret) // 3)
    pieces = {secret[start : start + enough] for start in range(len(secret) - enough + 1)}
    return next((found for found in _undone(text, 2) for piece in pieces if piece in found), None)


def _undone(text: str, times: int) -> Iterator[str]:
    """A text, and what it may stand for."""
    yield from (text, unquote_plus(text), html.unescape(text), _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
    for run in _HEX.findall(text):
        yield bytes.fromhex(run).decode("utf-8", "replace")
    for run in _CODED.findall(text) if times else ():
        for start in range(4):
            part = run[start : start + (len(run) - start) // 4 * 4].translate({ord("-"): "+", ord("_"): "/"})
            try:
                yield from _undone(base64.b64decode(part).decode("utf-8", "ignore"), times - 1)
            except binascii.Error:
                continue
