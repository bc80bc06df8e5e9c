"""The one reader of a published snapshot: for whoever shows, compares or tabulates what was published."""

from pipeline.snapshot.open import Input, Line, Record, Snapshot, facts_of, open_snapshot
from pipeline.snapshot.outcome import problems_in

__all__ = ["Input", "Line", "Record", "Snapshot", "facts_of", "open_snapshot", "problems_in"]
