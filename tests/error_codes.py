"""The table of `pipeline/ERRORS.md`: the one place that says what each code means."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_ROW = re.compile(r"^\|\s*`?([A-Z]\d{3})`?\s*\|(.*)\|$", re.MULTILINE)


class Row(NamedTuple):
    """What is said of a code."""

    means: str
    cause: str
    remedy: str


@cache
def explained() -> dict[str, Row]:
    """Each code and its row."""
    rows = _ROW.findall((Path(__file__).parents[1] / "pipeline" / "ERRORS.md").read_text(encoding="utf-8"))
    table = {code: Row(*(cell.strip() for cell in cells.split(" | "))) for code, cells in rows}
    assert len(table) == len(rows), "a code has two rows"
    return table
