"""From a page to what it says of its drug: names, uses and their proof. Knows the pages' language; no FHIR, no codes."""

from pipeline.extract.facts import extract, findings, profiles_tried
from pipeline.extract.record import record

__all__ = ["extract", "findings", "profiles_tried", "record"]
