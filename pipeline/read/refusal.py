"""How this room says no: one function that makes every `ReadError`, with the line and a printable excerpt."""

from __future__ import annotations

from pipeline.errors import Problem, ReadError, excerpt
from pipeline.model import Page


def refusal(name: str, code: str, cause: str, remedy: str, place: tuple[str, int] | None = None) -> ReadError:
    """The error for a page that cannot be read.

    Args:
        name: How the caller names the page.
        code: The code (R1xx) under which `ERRORS.md` describes the refusal.
        cause: What is wrong, in words.
        remedy: What to do about it.
        place: The page as far as it could be decoded, and the offset in it, in code points, where the trouble is: the error
            carries its line, and that line's text from there on. None where no place can be shown.
    """
    if place is None:
        return ReadError(Problem(code, "error", cause, remedy, source=name))
    text, offset = place
    rest = text[offset : offset + 400].splitlines()
    return ReadError(
        Problem(
            code,
            "error",
            cause,
            remedy,
            source=name,
            line=Page(name, text, {}, ()).line(offset),
            excerpt=excerpt(rest[0]) if rest else None,
        )
    )
