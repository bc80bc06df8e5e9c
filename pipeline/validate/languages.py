"""Language tags: the grammar of BCP 47, and IANA's registry of their parts.

Source: https://www.rfc-editor.org/rfc/rfc5646; `definitions/languages.json.gz` is IANA's registry, by `workshop/languages.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from pipeline.validate.tables import packed

_TAG = re.compile(
    r"(?P<language>[a-z]{2,8})(?P<extlang>(?:-[a-z]{3}){0,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<variant>(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)(?P<extensions>(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*)(?:-x(?:-[a-z\d]{1,8})+)?"
)
_PRIVATE = re.compile(r"x(?:-[a-z\d]{1,8})+")


@lru_cache(1024)
def is_language(tag: str) -> bool:
    """Whether a tag follows the grammar of BCP 47 and all its parts are registered (private ones need not be)."""
    lower, registry = tag.lower(), _registry()
    if lower in registry["grandfathered"] or _PRIVATE.fullmatch(lower):
        return True
    parts = _TAG.fullmatch(lower)
    if parts is None:
        return False
    singles = re.findall(r"-(.)(?=-)", parts["extensions"])
    found = [(kind, part) for kind in registry if kind in parts.groupdict() for part in (parts[kind] or "").split("-") if part]
    return (
        all(part in registry[kind] for kind, part in found)
        and len(found) == len(set(found))
        and len(singles) == len(set(singles))
    )


@cache
def _registry() -> Mapping[str, frozenset[str]]:
    """The registered subtags by kind (language, extlang, script, region, variant), and whole tags (grandfathered)."""
    return MappingProxyType({kind: frozenset(subtags.split()) for kind, subtags in packed("languages")["subtags"].items()})
