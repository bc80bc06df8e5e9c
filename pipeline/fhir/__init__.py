"""Facts in, FHIR R5 resources out. README.md says how; nothing here reads a page or knows a drug."""

from pipeline.fhir.build import build, shared
from pipeline.fhir.conformance import conformance
from pipeline.fhir.link import link

__all__ = ["build", "conformance", "link", "shared"]
