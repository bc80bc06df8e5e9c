"""Which corrections of a run's pages are not applied: read back from what it published, so also of pages taken over."""

from __future__ import annotations

import orjson

from pipeline.correct import Corrections, refusals_in
from pipeline.errors import Problem
from pipeline.publish import Published
from pipeline.snapshot import problems_in


def refusals_of(published: Published, corrections: Corrections) -> tuple[Problem, ...]:
    """What was found on corrections that are not applied; nothing where no snapshot is published."""
    if published.snapshot is None or not corrections.entries:
        return ()
    with (published.snapshot / "outcome" / "OperationOutcome.ndjson").open("rb") as lines:
        # Few pages have any, and most lines need not be taken apart.
        return refusals_in(problem for line in lines if b'"E11' in line for problem in problems_in(orjson.loads(line)))
