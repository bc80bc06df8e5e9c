"""HL7's code systems and extensions, as `workshop/terminology.py` took them out of its packages."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Final

#: What the tables were made of.
EDITIONS: Final = "FHIR R4, R4B and R5, HL7 Terminology 5.1.0 and the Extensions Pack 1.0.0"


@dataclass(frozen=True, slots=True)
class Terminology:
    """HL7's part of terminology, by URL.

    `systems`: the codes of each complete code system, with their displays; `caseless`: those in which case does not matter;
    `known`: every address of a code system or naming system; `extensions`: what each may hold.
    """

    systems: Mapping[str, Mapping[str, list[str]]]
    caseless: frozenset[str]
    known: frozenset[str]
    extensions: Mapping[str, Any]


def packed(name: str) -> Any:  # noqa: ANN401 - any JSON
    """What `definitions/<name>.json.gz` holds."""
    return json.loads(gzip.decompress(files("pipeline.validate").joinpath("definitions", f"{name}.json.gz").read_bytes()))


@cache
def terminology() -> Terminology:
    """The table of R4, R4B and R5 together."""
    table = packed("terminology")
    known = frozenset([*table["known"], *table["systems"]])
    return Terminology(table["systems"], frozenset(table["caseless"]), known, table["extensions"])


def did_you_mean(url: str, known: Iterable[str]) -> str:
    """`Did you mean …?` with the URL that is like it, or nothing."""
    bare = url.rstrip("/").replace("https://", "http://")
    like = get_close_matches(bare, known, 1, 0.9)
    return f"Did you mean {like[0]}?" if like else ""
