"""What can go wrong, as values with stable codes.

    OnlabelError                  anything of ours; carries a `Problem`
    ├── ReadError                 a page that cannot be read                (R1xx; the page is quarantined)
    ├── ExtractError              a page that reads but contradicts itself  (X2xx; the page is quarantined)
    ├── BuildError                facts that FHIR cannot hold               (F3xx; the page is quarantined)
    ├── PublishError              a snapshot that must not be published     (P5xx; the run stops, nothing is replaced)
    ├── StoreError                an object store that refuses, or holds something else  (S1xx; the run stops)
    ├── VerifyError               an output that cannot be opened to check  (C6xx)
    ├── SnapshotError             a snapshot that cannot be read back       (W1xx)
    ├── ReviewError               a review that cannot be written           (W2xx)
    ├── DiffError                 what changed cannot be written down         (D101)
    ├── LoadError                 a FHIR server that refuses, or cannot be reached  (L7xx; loading stops)
    └── UsageError                a command called wrongly, or on broken mapping tables or corrections  (U9xx, M80x, E10x …)

Findings that do not raise (validation V4xx, verification C6xx, guards P5xx, mapping tables M81x) are `Problem` values too.
Codes are never reused; each is described, with cause and remedy, in `pipeline/ERRORS.md`, and a test keeps the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what, where, why, and what to do.

    `source` is the page or file as the caller named it, `line` counts from 1, `excerpt` is a short piece of the source made
    printable, `expression` a FHIRPath to the element (`ClinicalUseDefinition.indication`), `resource` its `Type/id`.
    """

    code: str
    severity: Severity
    cause: str
    remedy: str
    source: str | None = None
    line: int | None = None
    excerpt: str | None = None
    expression: str | None = None
    resource: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line) if part is not None)
        where = " ".join(part for part in (place, self.resource, self.expression) if part)
        said = f" [{self.excerpt}]" if self.excerpt else ""
        return f"{self.code} {self.severity}: {f'{where}: ' if where else ''}{self.cause}{said} Remedy: {self.remedy}"


class OnlabelError(Exception):
    """Anything that onlabel raises; `problem` says the rest."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem

    def __reduce__(self) -> tuple[type[OnlabelError], tuple[Problem]]:
        # Exceptions cross process boundaries (batches run in workers): pickle by the problem, not by the message.
        return type(self), (self.problem,)


class ReadError(OnlabelError):
    """A page that cannot be read."""


class ExtractError(OnlabelError):
    """A page that reads but contradicts itself."""


class BuildError(OnlabelError):
    """Facts that FHIR cannot hold."""


class PublishError(OnlabelError):
    """A snapshot that must not be published."""


class StoreError(OnlabelError):
    """An object store that refuses, cannot be reached, or holds something else than it should."""


class VerifyError(OnlabelError):
    """An output that cannot be opened to check."""


class SnapshotError(OnlabelError):
    """A snapshot that cannot be read back."""


class ReviewError(OnlabelError):
    """A review that cannot be written."""


class DiffError(OnlabelError):
    """What changed cannot be written down."""


class LoadError(OnlabelError):
    """A FHIR server that refuses, or cannot be reached."""


class UsageError(OnlabelError):
    """A command called wrongly."""


def excerpt(text: str, limit: int = 80) -> str:
    """At most `limit` characters of `text`, on one line, with everything unprintable escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in " ".join(text[: 4 * limit].split()))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
