"""What a snapshot holds besides drugs' resources: OperationOutcomes, its date, what a report counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pipeline.errors import Problem
from pipeline.model import Resource
from pipeline.publish.freshness import day_of
from pipeline.publish.guards import Settled
from pipeline.settings import FhirVersion, Settings

#: What of a page is counted.
COUNTED: Final = ("brands", "uses", "indications", "qualified_in_words", "withheld")
#: HL7's extensions for where an issue was found (the HL7 validator writes them too).
_FILE: Final = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file"
_LINE: Final = "http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-line"
#: Our codes in terms of http://hl7.org/fhir/issue-type (required binding): the whole code first, then its first letter.
_ISSUE_TYPES: Final = {
    "P520": "conflict", "P521": "duplicate", "P525": "duplicate", "P590": "exception",
    "R": "structure", "X": "processing", "F": "processing", "V": "invalid", "P": "business-rule",
}  # fmt: skip


def operation_outcome(source: str | None, problems: Sequence[Problem], canonical: str) -> Resource:
    """The findings on one page (or, without a source, on the run) as a FHIR OperationOutcome; valid in R4 to R5."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(problem, source, canonical) for problem in problems]}


def _issue(problem: Problem, source: str | None, canonical: str) -> dict[str, Any]:
    issue: dict[str, Any] = {}
    # Both extensions are for an issue alone, and the line is a string (hl7.fhir.uv.extensions 5.2.0).
    place = [(_FILE, source), (_LINE, None if problem.line is None else str(problem.line))]
    if said := [{"url": url, "valueString": value} for url, value in place if value is not None]:
        issue["extension"] = said
    issue["severity"] = problem.severity
    general = _ISSUE_TYPES.get(problem.code[:1], "processing")
    issue["code"] = "informational" if problem.severity == "information" else _ISSUE_TYPES.get(problem.code, general)
    issue["details"] = {"coding": [{"system": f"{canonical}/CodeSystem/problem", "code": problem.code}], "text": problem.cause}
    details = [f"Source: {problem.excerpt}"] if problem.excerpt else []
    details += [f"Resource: {problem.resource}"] if problem.resource else []
    issue["diagnostics"] = "\n".join([*details, f"Remedy: {problem.remedy}"])
    if problem.expression:
        issue["expression"] = [problem.expression]
    return issue


def as_of(settings: Settings, settled: Iterable[Settled]) -> date | None:
    """The date that a snapshot speaks for: the one that was asked for, else the newest `lastReviewed` of what is published."""
    if settings.as_of is not None:
        return settings.as_of
    # Many pages have one of few dates.
    stated = {one.page.last_reviewed for one in settled if one.outcome == "published"}
    return max((day for day in map(day_of, stated) if day is not None), default=None)


def no_date() -> Problem:
    """P524: nothing says which date the snapshot speaks for."""
    cause = "no published page has a lastReviewed that is a date (YYYY-MM-DD), so nothing dates the snapshot"
    return Problem("P524", "warning", cause, "Give the pages one, or name the date with --as-of.")


def accounting(settled: Sequence[Settled]) -> dict[str, int]:
    """How many pages came in, and what became of them: the last four add up to the first. Kept pages did not come in."""
    found = Counter(one.outcome for one in settled if one.page.stale is None)
    return {
        "inputs": found.total(),
        "published": found["published"],
        "not_a_drug": found["not-a-drug"],
        "quarantined": found["quarantined"],
        "duplicate": found["duplicate"],
    }


def not_held(settled: Iterable[Settled], shared: Mapping[FhirVersion, Mapping[str, int]]) -> dict[FhirVersion, dict[str, int]]:
    """How often each version had no place for an element of R5, by path, in what is published; `shared` belongs to no page."""
    found = {version: Counter(lost) for version, lost in shared.items()}
    for one in settled:
        for version, path, count in one.page.counts.not_held if one.outcome == "published" else ():
            found[version][path] += count
    return {version: dict(sorted(lost.items())) for version, lost in found.items()}


def counts(settled: Iterable[Settled]) -> dict[str, Any]:
    """What is published, in the words of the field; `sentences` counts those of the use sections by role."""
    found: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    for one in settled:
        if one.outcome == "published":
            page = one.page
            found[f"{page.kind}s"] += 1
            for name in COUNTED:
                found[name] += getattr(page.counts, name)
            for role, number in page.counts.sentences:
                roles[role] += number
    names = ("drugs", "regimens", *COUNTED)
    return {**{name: found[name] for name in names}, "unread": roles["unread"], "sentences": dict(sorted(roles.items()))}
