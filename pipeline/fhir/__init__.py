"""Facts in, FHIR resources out. README.md says how; nothing here reads a page or knows a drug."""

from pipeline.fhir.build import build, shared
from pipeline.fhir.concept_maps import AppliedCodes, CodeRow, code_definitions
from pipeline.fhir.conformance import conformance
from pipeline.fhir.derive import Derived, derive
from pipeline.fhir.indication import indications_of
from pipeline.fhir.link import RECORDS, link, linked_to
from pipeline.fhir.snapshots import with_snapshot
from pipeline.fhir.stale import marked_stale

__all__ = [
    "RECORDS",
    "AppliedCodes",
    "CodeRow",
    "Derived",
    "build",
    "code_definitions",
    "conformance",
    "derive",
    "indications_of",
    "link",
    "linked_to",
    "marked_stale",
    "shared",
    "with_snapshot",
]
