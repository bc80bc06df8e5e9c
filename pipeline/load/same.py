"""Whether a server holds what was published: what servers keep, rewrite or add of their own accord is left out."""

from __future__ import annotations

import html
import re
from typing import Any

from pipeline.model import Resource

_TAG = re.compile(r"<[^<>]*>")


def differences(published: Resource, held: Resource) -> tuple[str, ...]:
    """The elements (`ClinicalUseDefinition.population`) in which the server's copy says something else; empty: the same.

    Left out: `meta` but profiles and tags (versions and times are the server's), a narrative's markup (its words count),
    whether a whole number is text (R5's integer64, which HAPI writes as a number), and the order of profiles and tags.
    """
    ours, theirs = _content(published), _content(held)
    return tuple(
        f"{published['resourceType']}.{name}" for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)
    )


def version_of(resource: Resource | None) -> str | None:
    """The version that the server gave a resource."""
    version: str | None = (resource or {}).get("meta", {}).get("versionId")
    return version


def _content(resource: Resource) -> dict[str, Any]:
    content = {name: _folded(value) for name, value in resource.items() if name not in {"meta", "text"}}
    meta = resource.get("meta", {})
    content["meta.profile"] = sorted(meta.get("profile", ()))
    content["meta.tag"] = sorted((str(tag.get("system")), str(tag.get("code"))) for tag in meta.get("tag", ()))
    content["text"] = _words(resource.get("text", {}).get("div", ""))
    return content


def _folded(value: object) -> object:
    if isinstance(value, dict):
        return {name: _words(str(part)) if name == "div" else _folded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_folded(part) for part in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _words(div: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", div)).split())
