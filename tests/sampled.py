"""What `make test` tries of many cases, what `make test-slow` adds, and what `make test-exhaustive` has alone."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

#: Whether hypothesis is to try all its examples; `make test-slow` says so.
ALL_EXAMPLES = os.environ.get("ONLABEL_EXAMPLES") == "all"


def examples(many: int) -> settings:
    """So many examples of hypothesis in the slow suite, and a fifth of them in `make test`."""
    return settings(max_examples=many if ALL_EXAMPLES else many // 5)


def sampled(every: int, slow: int | None = None) -> pytest.MarkDecorator:
    """Gives a test `step`: so many cases on in `make test`, fewer on in the slow suite, one on in the exhaustive one."""
    return pytest.mark.parametrize("step", params(every, slow))


def params(every: int, slow: int | None = None) -> list[object]:
    """The steps, for a fixture."""
    steps: list[object] = [pytest.param(every, id="a sample"), pytest.param(1, id="all", marks=pytest.mark.exhaustive)]
    return steps if slow is None else [*steps, variant(slow, id="more")]


def variant(*values: object, id: str | None = None) -> object:  # noqa: A002 - as pytest.param has it
    """Cases of a test that the slow suite tries: `make test` has one of their kind."""
    return pytest.param(*values, id=id, marks=pytest.mark.slow)


def one_of(*values: object) -> list[object]:
    """The first of these cases in `make test`, and all of them in the slow suite."""
    return [values[0], *map(variant, values[1:])]


def further(*values: object, id: str | None = None) -> object:  # noqa: A002 - as pytest.param has it
    """Cases of a test that the exhaustive suite alone tries: the others have one of their kind."""
    return pytest.param(*values, id=id, marks=pytest.mark.exhaustive)
