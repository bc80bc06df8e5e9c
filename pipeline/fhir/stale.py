"""The mark on resources of a page that cannot be read now: what is published of it is what it said when it was read last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pipeline.fhir import systems
from pipeline.fhir.structures import with_meta
from pipeline.model import Resource


def marked_stale(resources: Iterable[Resource], read: date, canonical: str) -> list[Resource]:
    """The R5 resources of a page with the mark that it was read last on that day: a tag, and an extension with the day."""
    display, _ = systems.CODES["page-state"]["stale"]
    tag = {"system": systems.code_system(canonical, "page-state"), "code": "stale", "display": display}
    said = {"url": systems.extension_url(canonical, "stale"), "valueDate": read.isoformat()}
    return [_marked(resource, tag, said) for resource in resources]


def _marked(resource: Resource, tag: dict[str, str], said: dict[str, str]) -> Resource:
    marked = with_meta(resource, tag=[*resource.get("meta", {}).get("tag", ()), tag])
    extensions = marked.pop("extension", ())
    return {**marked, "extension": [*extensions, said]}
