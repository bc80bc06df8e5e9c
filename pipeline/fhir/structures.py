"""What all our resources and definitions begin with."""

from __future__ import annotations

import re
from typing import Any, Final

from pipeline.fhir.narrative import LANGUAGE, narrative
from pipeline.fhir.source import Json, filled
from pipeline.fhir.systems import extension_url
from pipeline.model import Resource
from pipeline.settings import FhirVersion

#: The version that a definition is written for, as StructureDefinition.fhirVersion has it.
FHIR_VERSIONS: Final[dict[FhirVersion, str]] = {"R5": "5.0.0", "R4B": "4.3.0", "R4": "4.0.1"}


def head(kind: str, identity: str, text: Json, meta: Json | None = None) -> Json:
    """The first elements of a resource of ours; `meta` as `Source.meta` gives it."""
    return {"resourceType": kind, "id": identity, **(meta or {}), "language": LANGUAGE, "text": text}


def with_meta(resource: Resource, **added: list[Any]) -> Resource:
    """A resource with further elements in its `meta`, which stands behind its id."""
    first = {name: resource[name] for name in ("resourceType", "id")}
    meta = {**resource.get("meta", {}), **added}
    return {**first, "meta": meta, **{name: value for name, value in resource.items() if name not in {*first, "meta"}}}


def definition(  # noqa: PLR0913, PLR0917 - what every definition has
    kind: str, identity: str, url: str, title: str, means: str, text: Json | None = None, version: str = ""
) -> Json:
    """The first elements of a definition, of whatever kind; its title is its text where none is given."""
    return {
        **head(kind, identity, text or narrative(title)),
        "url": url,
        **filled(version=version),
        "name": computable_name(title),
        "title": title,
        "status": "active",
        "experimental": False,
        "description": means,
    }


def header(name: str, means: str, canonical: str, version: FhirVersion) -> Json:
    """The first elements of a StructureDefinition."""
    text = narrative(f"{title(name)}: {means}")
    first = definition("StructureDefinition", name, extension_url(canonical, name), title(name), means, text)
    return {**first, "fhirVersion": FHIR_VERSIONS[version]}


def computable_name(title: str) -> str:
    """`Product type` as `ProductType`."""
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z0-9]+", title))


def title(name: str) -> str:
    """`product-type` as `Product type`."""
    return name.replace("-", " ").capitalize()
