"""Which FHIR versions the snapshot before has and this one has not: nobody is to find that out from a folder that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from pipeline.errors import Problem
from pipeline.settings import FhirVersion


def left_out(previous: Path | None, versions: Sequence[FhirVersion]) -> Problem | None:
    """P534: the versions of the snapshot before that are not among these."""
    there = [version for version in get_args(FhirVersion) if previous and (previous / version / "resources").is_dir()]
    gone = [version for version in there if version not in versions]
    if not gone:
        return None
    cause = f"the snapshot before also has FHIR {' and '.join(gone)}, and this one has {' and '.join(versions)} alone"
    options = " ".join(f"--fhir {version}" for version in get_args(FhirVersion) if version in {*there, *versions})
    return Problem("P534", "warning", cause, f"To publish all of them, run with `{options}`.")
