"""Lines that look like front matter where no fence says so: told by their shape, before any YAML is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: A line that sets a key, as YAML (`url: x`) or TOML (`url = "x"`) writes it.
_KEY: Final = re.compile(r"[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*(?::(?=[ \t]|\Z)|=)")
#: What may stand among such lines: a list's item, a value that goes on, a comment, nothing.
_AMONG: Final = re.compile(r"[ \t]*\Z|[ \t]+\S|[ \t]*-[ \t]|[ \t]*#(?!#|[ \t]*\Z)")
#: A line of marks alone, of whatever kind: `---`, `+++`, a dash that an editor made longer.
_MARKS: Final = re.compile(r"\s*[^\w\s]+\s*\Z")
#: Fences of other kinds of front matter, and YAML's with something behind it. A rule (`--- -`) is none.
_OTHER_FENCE: Final = re.compile(r"\+{3}|;{3}|\{[ \t]*\Z|-{3}(?![- \t]*\Z)")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
#: Front matter stands at the head of a page; what looks like it further below is text. Without a mark it must stand higher.
_HEAD: Final = 40
_TOP: Final = 10


def are_keys(text: str) -> bool:
    """Whether all lines of a text are such as front matter has, a key at least among them."""
    lines = _LINE_END.split(text)
    return any(map(_KEY.match, lines)) and all(_KEY.match(line) or _AMONG.match(line) for line in lines)


def unrecognized(page: str) -> int | None:
    """Where a page without front matter has what looks like it; None where nothing does.

    It does if the page begins with a fence of another kind or one with something behind it, if keys stand below a line of
    marks, or if keys stand at the top and `url`, by which a page is known, is among them.
    """
    lines = [(0, ""), *_lines(page)]
    for (start, mark), (begin, _), number in zip(lines, lines[1:], range(1, len(lines)), strict=False):
        if number == 1 and _OTHER_FENCE.match(lines[1][1]):
            return begin
        keys = _keys([line for _, line in lines[number:]])
        if len(keys) > 1 and _MARKS.match(mark):
            return start
        if "url" in keys and (number == 1 or (len(keys) > 1 and number <= _TOP)):
            return begin
    return None


def _lines(page: str) -> list[tuple[int, str]]:
    """The first lines of a page, each with its place."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(page, 0, 1 << 14))][:_HEAD]
    return [(start, _LINE_END.split(page[start : start + 500], 1)[0]) for start in starts]


def _keys(lines: Sequence[str]) -> list[str]:
    """The keys that the first lines set, up to the first line that front matter would not have."""
    found: list[str] = []
    for line in lines:
        key = _KEY.match(line)
        if key:
            found.append(key[1].casefold())
        elif not found or not _AMONG.match(line):
            break
    return found
