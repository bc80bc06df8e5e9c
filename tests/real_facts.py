"""What is read from the real pages, once in a process: to read all of them takes ten seconds, and several tests look at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipeline.extract import extract
from pipeline.model import DrugFacts
from pipeline.read import read_page


def real_facts(shared: Path) -> Iterator[tuple[Path, DrugFacts]]:
    """Each page of the collection of drugs, in the order of names, and what it says."""
    for path in sorted((shared / "corpus" / "drugs").glob("*.md")):
        yield path, facts_of(path)


@cache
def facts_of(path: Path) -> DrugFacts:
    """What a page says."""
    return extract(read_page(path.read_bytes(), path.name))
