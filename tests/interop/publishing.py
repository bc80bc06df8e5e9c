"""Pages published for this suite: in every version at once, since reading them takes the time."""

from __future__ import annotations

from pathlib import Path

from pipeline.convert import convert
from pipeline.settings import FhirVersion, Profile, Settings

#: So many pages take longer to read than a second process takes to start.
MANY = 50
VERSIONS: tuple[FhirVersion, ...] = ("R5", "R4B", "R4")


def publish(seeds: Path, output: Path, profile: Profile = "full") -> Path:
    """Publish pages in every version; the value is the snapshot. A folder of real pages is read by two processes."""
    workers = 2 if sum(1 for _ in seeds.glob("*.md")) > MANY else 1
    snapshot = convert([seeds], output, Settings(fhir_versions=VERSIONS, profile=profile), workers=workers).snapshot
    assert snapshot is not None
    return snapshot
