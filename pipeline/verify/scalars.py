"""YAML's scalars as their text: what a front-matter value says, from what is written for it.

Written for verification alone, and shared with nothing. Source: https://yaml.org/spec/1.2.2/ (chapters 6.5, 7.3, 8.1).
"""

from __future__ import annotations

import re

_LINE_END = r"(?:\r\n|\r|\n)"
#: A line end inside a scalar with the blank lines behind it.
_FOLD = re.compile(rf"(?:(?<![ \t])|(?<=\\[ \t]))[ \t]*+{_LINE_END}((?:[ \t]*+{_LINE_END})*+)[ \t]*+")
_ESCAPES = {
    "n": "\n", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "_": "\xa0", "N": "\x85", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_DOUBLE = re.compile(
    rf"\\(?:x([0-9a-fA-F]{{2}})|u([0-9a-fA-F]{{4}})|U([0-9a-fA-F]{{8}})|({_LINE_END}[ \t]*)|(.))|{_FOLD.pattern}", re.DOTALL
)
#: The end of what stands before a block scalar: its header, with blank lines and the first line's indentation behind.
_HEADER = re.compile(rf"(?<=[ \t])[|>][-+]?([1-9]?)[-+]?[ \t]*(?:#[^\r\n]{{0,1000}})?{_LINE_END}(?=[ \t\r\n]*\Z)")


def plain(written: str) -> str:
    """A scalar without quotes."""
    return _FOLD.sub(_folded, written)


def single_quoted(written: str) -> str:
    """What stands between single quotes."""
    return plain(written).replace("''", "'")


def double_quoted(written: str) -> str:
    """What stands between double quotes."""
    return _DOUBLE.sub(_unescaped, written)


def _unescaped(found: re.Match[str]) -> str:
    number = found[1] or found[2] or found[3]
    if number:
        return chr(int(number, 16))
    if found[4]:  # a line that goes on
        return ""
    return _ESCAPES.get(found[5], found[5]) if found[5] else _folds(found[6])


def _folded(found: re.Match[str]) -> str:
    return _folds(found[1])


def _folds(blank_lines: str) -> str:
    return "\n" * len(re.findall(_LINE_END, blank_lines)) or " "


def block_header(before: str) -> re.Match[str] | None:
    """The header (`|`, `>-`) of the block scalar whose first visible character follows `before`; None for any other."""
    # It stands in the last lines of what may be long.
    return _HEADER.search(before, max(0, len(before.rstrip()) - 200))


def block(header: re.Match[str], written: str) -> str:
    """A block scalar's text without white space at its ends; `written` is what stands behind its header."""
    lines = re.split(_LINE_END, written)
    first = next((line for line in lines if line.strip(" \t")), "")
    indentation = int(header[1]) if header[1] else len(first) - len(first.lstrip(" "))
    texts = [line[indentation:] for line in lines]
    return ("\n".join(texts) if header[0].startswith("|") else _joined(texts)).strip(" \t\r\n")


def _joined(lines: list[str]) -> str:
    """Lines folded: one line end is a space unless a line beside it is indented further, and a blank line is a line end."""
    text, before, blank = "", "", 0
    for line in lines:
        if not line:
            blank += 1
            continue
        kept = before[:1] in {" ", "\t"} or line[:1] in {" ", "\t"}
        ends = "\n" * (blank + kept) or " "
        text += line if not before else ends + line
        before, blank = line, 0
    return text
