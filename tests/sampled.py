"""A sample in the test suite, everything in the exhaustive one (`make test-exhaustive`)."""

from __future__ import annotations

import pytest


def sampled(every: int) -> pytest.MarkDecorator:
    """Gives a test `step`: so many cases on in the test suite, one on in the exhaustive one."""
    return pytest.mark.parametrize("step", params(every))


def params(every: int) -> list[object]:
    """The two steps, for a fixture."""
    return [pytest.param(every, id="a sample"), pytest.param(1, id="all", marks=pytest.mark.exhaustive)]


def further(*values: object, id: str | None = None) -> object:  # noqa: A002 - as pytest.param has it
    """Cases of a test that the exhaustive suite alone tries: the suite has one of their kind."""
    return pytest.param(*values, id=id, marks=pytest.mark.exhaustive)
