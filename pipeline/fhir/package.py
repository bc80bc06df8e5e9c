"""The definitions of all that is ours as a FHIR package: for validators, servers and tools that install such packages.

Source: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from typing import Any

import orjson

from pipeline.fhir.conformance import conformance
from pipeline.fhir.snapshots import with_snapshot
from pipeline.fhir.structures import FHIR_VERSIONS
from pipeline.settings import FhirVersion, Settings


def definition_files(settings: Settings, version: FhirVersion) -> dict[str, bytes]:
    """Every definition of ours in a FHIR version, as JSON, by the name of its file; with snapshots."""
    found = (with_snapshot(each, version) for each in conformance(settings, version))
    return {f"{each['resourceType']}-{each['id']}.json": _json(each) for each in found}


def package(definitions: Mapping[str, bytes], settings: Settings, version: FhirVersion, release: str) -> bytes:
    """The package of definitions, gzipped: the same bytes each time.

    Args:
        definitions: What `definition_files` gives.
        settings: Whose canonical base they have.
        version: Their FHIR version.
        release: The version of the package.

    """
    about = {"package.json": _json(_about(settings, version, release)), ".index.json": _json(_index(definitions))}
    unpacked = io.BytesIO()
    with tarfile.open(fileobj=unpacked, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in {**about, **definitions}.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(unpacked.getvalue(), mtime=0)


def _about(settings: Settings, version: FhirVersion, release: str) -> dict[str, Any]:
    short, number = version.lower(), FHIR_VERSIONS[version]
    return {
        "name": f"onlabel.definitions.{short}",
        "version": release,
        "type": "fhir.ig",
        "title": f"onlabel: definitions in FHIR {version}",
        "description": "Code systems, value sets, extensions, profiles and search parameters of what onlabel publishes.",
        "author": "onlabel",
        "canonical": settings.canonical,
        "url": settings.canonical,
        "fhirVersions": [number],
        "dependencies": {f"hl7.fhir.{short}.core": number},
    }


def _index(definitions: Mapping[str, bytes]) -> dict[str, Any]:
    said = ("resourceType", "id", "url", "kind", "type", "derivation", "content")
    found = ((name, orjson.loads(data)) for name, data in definitions.items())
    return {
        "index-version": 2,
        "files": [{"filename": name, **{key: each[key] for key in said if key in each}} for name, each in found],
    }


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
