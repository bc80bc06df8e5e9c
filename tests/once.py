"""A validation that remembers what it found, for what is the same in test after test."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from pipeline.errors import Problem

Validate = Callable[[Iterable[dict[str, Any]], Any], list[Problem]]


def once_each(validate: Validate) -> Validate:
    """The same function, which looks at the same bytes once."""
    found: dict[tuple[bytes, str], list[Problem]] = {}

    def remembered(resources: Iterable[dict[str, Any]], version: Any) -> list[Problem]:  # noqa: ANN401 - as `validate` has it
        listed = list(resources)
        key = (hashlib.sha256(orjson.dumps(listed)).digest(), str(version))
        if key not in found:
            found[key] = validate(listed, version)
        return found[key]

    return remembered
