"""Findings of the verification: every one but C606 and C612 is an error, since what is not proven must not be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from pipeline.errors import Problem, excerpt

Json: TypeAlias = dict[str, Any]

_REMEDY = "Do not use this output: something changed it after it was made, or made it wrongly. Make it again from the pages."

#: Code → what every finding of that code says first.
CAUSES = {
    "C601": "a file is missing, or is there without being listed",
    "C602": "a file is not the one that SHA256SUMS lists",
    "C603": "the counts or publishers do not add up",
    "C604": "the folder's name is not the hash of what is in it",
    "C605": "a line is not the resource that it should be",
    "C610": "the page cannot be read from its attachment",
    "C611": "the attachment is not the one that was hashed",
    "C613": "the page's text is published although its license does not let anybody copy it",
    "C620": "a span leads nowhere",
    "C621": "a span is not minimal",
    "C622": "the page does not say this at the span",
    "C623": "a value has no proof",
    "C624": "a span proves nothing where it stands",
    "C625": "a fact stands outside the sentences that its resource quotes",
    "C630": "a code is not in the link that it is said to come from",
    "C631": "the page has no such link",
    "C640": "a code does not agree with the words beside it",
    "C641": "a code or its display is not what it should be",
    "C642": "no ConceptMap of the snapshot gives this code to these words",
    "C643": "a value is said to be corrected, and no reviewer is named for it",
    "C650": "a copy differs from what it copies",
    "C651": "a narrative says what its resource does not",
    "C652": "a reference leads to nothing in the snapshot",
    "C660": "the accounting of the use section has a gap",
    "C670": "a line of the facts is not the facts of the page that it should be",
    "C671": "the resources of a page do not say what its facts say",
}


def finding(code: str, detail: str, place: str, resource: str | None = None, shown: object = None) -> Problem:
    """A finding at a place: a JSON path within a resource, or a file."""
    return Problem(
        code=code,
        severity="error",
        cause=f"{CAUSES[code]}: {detail}" if detail else CAUSES[code],
        remedy=_REMEDY,
        excerpt=None if shown is None else excerpt(str(shown)),
        source=None if resource else place,
        expression=place if resource else None,
        resource=resource,
    )


def no_text(reference: str, sha256: str) -> Problem:
    """C612: nothing that is quoted from a page was checked, because its license keeps its text out of the snapshot."""
    cause = f"not checked: the text of the page is not in the snapshot, and no page with its SHA-256 ({sha256}) was given"
    remedy = (
        "Give the folder with the pages that were published: `onlabel verify --pages DIR`. Until then nothing of it is proven."
    )
    return Problem("C612", "warning", cause, remedy, resource=reference)


def not_read(folder: Path, *, beside: bool) -> Problem:
    """C606: only the files, counts and pages of a version's folder were checked; `beside` R5 in full, or without it."""
    cause = "quoted values are not proven here: it is derived from R5 in full"
    if beside:
        return Problem("C606", "information", f"{cause}, which stands beside it and is", "None is needed.", source=str(folder))
    remedy = "Publish R5 beside it, as in --fhir R5 --fhir R4 with the full profile, and verify both."
    return Problem("C606", "warning", f"{cause}, which is not here", remedy, source=str(folder))
