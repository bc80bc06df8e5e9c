"""What is the same in test after test, done once: a validation that remembers what it found, templates that stay compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

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


class Compiled(BytecodeCache):
    """Templates by their source, in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()
