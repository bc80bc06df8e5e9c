"""Makes characters that nobody sees seen: direction overrides, controls and their like are written as `[U+202E]`."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from typing import Any

_SUSPECT = re.compile(r"[^ -~\n\t]")


@cache
def is_seen(character: str) -> bool:
    """Whether a character shows itself and leaves its neighbours where they are. A line end and a tab do."""
    return character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs"


def visible(text: str) -> str:
    """`text` with what cannot be seen written as its code point."""
    return _SUSPECT.sub(_shown, text)


def escape_of(character: str) -> str:
    """How an unseen character is written."""
    return f"[U+{ord(character):04X}]"


def script_json(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """JSON that may stand in a script file or a script element: ASCII alone, and nothing that ends the element."""
    data = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _shown(found: re.Match[str]) -> str:
    character = found.group()
    return character if is_seen(character) else escape_of(character)
