"""Pages published for this suite: in every version at once, since reading them takes the time."""

from __future__ import annotations

from pathlib import Path

from pipeline.convert import convert
from pipeline.settings import FhirVersion, Profile, Settings

VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")


def publish(seeds: Path, output: Path, profile: Profile = "full") -> Path:
    """Publish pages in every version; the value is the snapshot."""
    snapshot = convert([seeds], output, Settings(fhir_versions=VERSIONS, profile=profile)).snapshot
    assert snapshot is not None
    return snapshot
