"""Pages of a publisher that no profile knows, and the conditions that are read from them."""

from __future__ import annotations

from pipeline.extract import extract
from pipeline.model import DrugFacts
from pipeline.read import read_page


def page(text: str, name: str = "Zolafen") -> DrugFacts:
    """A page of a publisher that no profile knows."""
    return extract(read_page(f'---\ntitle: "{name}"\nsource: Health Pages\n---\n\n# {name}\n\n{text}\n'.encode(), "zolafen.md"))


def conditions(facts: DrugFacts) -> list[str]:
    return [one.text for use in facts.uses for one in use.conditions]
