"""What the tests of this room ask of uses, in the page's words, and the opening and the page that several of them read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pipeline.model import Use

#: The fixtures `uses_of` and `fields_of`.
Uses: TypeAlias = Callable[[str], tuple[Use, ...]]
Fields: TypeAlias = Callable[[Use], list[str]]
LEAD = "Zolafen is approved to treat:\n\n"


def page(uses: str) -> str:
    """A page with one brand whose section on its use is given."""
    return f"# Zolafen\n\nUS Brand Name(s)\n\nAlvera\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n{uses}"


def words(use: Use) -> list[str]:
    """The qualifiers of a use."""
    return [one.fact.text for one in use.qualifiers]


def patients(use: Use) -> list[list[str]]:
    """What is said of each group of patients."""
    return [[each.fact.text for each in one.characteristics] for one in use.populations]


def prior(use: Use) -> list[tuple[str, str]]:
    """The treatments before a use, each with its mode."""
    return [(one.mode, name.text) for one in use.prior for name in one.names]


def conditions(uses: tuple[Use, ...]) -> list[str]:
    """The conditions of all uses."""
    return [one.text for use in uses for one in use.conditions]


def brands(uses: tuple[Use, ...]) -> list[list[str]]:
    """The brands of each use."""
    return [[one.text for one in use.brands] for use in uses]
