"""OperationOutcomes of a snapshot back into problems, by the form that `pipeline/publish/documents.py` gives them."""

from __future__ import annotations

from typing import Any, Final

from pipeline.errors import Problem
from pipeline.model import Resource

_FILE: Final = "operationoutcome-file"
_LINE: Final = "operationoutcome-issue-line"
_LABELS: Final = {"Source: ": "excerpt", "Resource: ": "resource", "Remedy: ": "remedy"}


def problems_in(outcome: Resource) -> tuple[Problem, ...]:
    """The findings of an OperationOutcome.

    Raises:
        LookupError, ValueError, TypeError: It is not one that onlabel wrote.
    """
    return tuple(_problem(issue) for issue in outcome["issue"])


def _problem(issue: dict[str, Any]) -> Problem:
    said = {one["url"].rsplit("/", 1)[-1]: one["valueString"] for one in issue.get("extension", ())}
    details = issue["details"]
    lines = issue["diagnostics"].split("\n")
    parts = {name: line.removeprefix(label) for line in lines for label, name in _LABELS.items() if line.startswith(label)}
    return Problem(
        code=details["coding"][0]["code"],
        severity=issue["severity"],
        cause=details["text"],
        remedy=parts.get("remedy", ""),
        source=said.get(_FILE),
        line=int(said[_LINE]) if _LINE in said else None,
        excerpt=parts.get("excerpt"),
        expression=issue["expression"][0] if "expression" in issue else None,
        resource=parts.get("resource"),
    )
