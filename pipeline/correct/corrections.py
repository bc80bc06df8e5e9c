"""What people decided on single uses, as values: the content of `corrections.yaml`, and how a use's reading is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cached_property
from typing import Literal, TypeAlias

from pipeline.model import (
    Age,
    AgeGroup,
    ApprovalStatus,
    Fact,
    Intent,
    QualifierKind,
    QualifierTarget,
    Review,
    Sex,
    Span,
    Use,
    Verdict,
)

FORMAT = 1
#: The file's name in the folder of mapping tables.
FILE_NAME = "corrections.yaml"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the page, white space folded. `span` says where they stand, if they stand in more than one place."""

    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class IntentEdit:
    """What the drug is to do, and the words that say it."""

    choice: Intent
    quote: Quote


@dataclass(frozen=True, slots=True)
class ApprovalStatusEdit:
    """Whether the use is approved, and how, and the words that say it."""

    choice: ApprovalStatus
    quote: Quote


@dataclass(frozen=True, slots=True)
class CharacteristicEdit:
    """One thing that the page says of the patients, with the same parts as `model.Characteristic`."""

    kind: Literal["age-group", "age-range", "sex", "menopausal-status", "description"]
    quote: Quote
    age_group: AgeGroup | None = None
    low: Age | None = None
    high: Age | None = None
    sex: Sex | None = None
    low_exclusive: bool = False
    high_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class TherapyEdit:
    """What the drug is given with: `phrase` as the page says it, `names` the treatments in it (`model.Therapy`)."""

    mode: Literal["required", "optional", "alternative", "combination", "concurrent"]
    phrase: Quote
    names: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class PriorEdit:
    """What the patient must have had before (`model.PriorTherapy`)."""

    mode: Literal["required", "one_of", "conditional"]
    phrase: Quote
    names: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class QualifierEdit:
    """Words that restrict the use and that no other field holds (`model.Qualifier`)."""

    quote: Quote
    of: QualifierTarget = "use"
    kind: QualifierKind = "stated"


Quotes: TypeAlias = tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Edits:
    """New values of a use's fields, named as in `model.Use`. None leaves a field as it was read; an empty list empties it.

    `line` and `alone` have one value at most. `populations` are alternatives, each a list of what must all apply.
    """

    conditions: Quotes | None = None
    narrower: Quotes | None = None
    settings: Quotes | None = None
    causes: Quotes | None = None
    disease_status: Quotes | None = None
    biomarkers: Quotes | None = None
    stages: Quotes | None = None
    line: Quotes | None = None
    brands: Quotes | None = None
    alone: Quotes | None = None
    intent: IntentEdit | None = None
    approval_status: ApprovalStatusEdit | None = None
    populations: tuple[tuple[CharacteristicEdit, ...], ...] | None = None
    therapies: tuple[TherapyEdit, ...] | None = None
    prior: tuple[PriorEdit, ...] | None = None
    qualifiers: tuple[QualifierEdit, ...] | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """The names of the fields that are given a value."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) is not None)


@dataclass(frozen=True, slots=True)
class Correction:
    """What one person decided on one use of one page.

    The use is the one whose text stands at `span` of the page with these bytes (`sha256`). `quote` is that text, for the
    human eye; `page` is the page's name, `indication` the id of an indication of the use, both for the eye alone. `reading`
    names what was read when it was looked at (`reading()`); None where nobody wrote it down. `sampled` says that the use was
    drawn at random. `line` is where the entry begins in `file`, which is called as messages call it.
    """

    drug: str
    sha256: str
    span: Span
    quote: str
    verdict: Verdict
    reviewer: str
    date: date
    reason: str | None = None
    withhold: bool = False
    edits: Edits = Edits()
    sampled: bool = False
    page: str | None = None
    indication: str | None = None
    reading: str | None = None
    line: int = field(default=0, compare=False)
    file: str = field(default=FILE_NAME, compare=False)

    @property
    def review(self) -> Review:
        """What is published of it beside the use."""
        return Review(self.verdict, self.reviewer, self.date, self.reason, self.edits.changed)

    @property
    def use(self) -> tuple[str, Span]:
        """What it speaks of: the page's hash and the use's span."""
        return self.sha256, self.span


@dataclass(frozen=True)
class Corrections:
    """The entries of a file in its order, and the file's name; or those of several."""

    entries: tuple[Correction, ...] = ()
    source: str = field(default=FILE_NAME, compare=False)

    @cached_property
    def by_page(self) -> Mapping[str, tuple[Correction, ...]]:
        """The entries by SHA-256 of their page."""
        return _grouped(self.entries, "sha256")

    @cached_property
    def by_drug(self) -> Mapping[str, tuple[Correction, ...]]:
        """The entries by slug of their drug."""
        return _grouped(self.entries, "drug")


def _grouped(entries: tuple[Correction, ...], key: str) -> Mapping[str, tuple[Correction, ...]]:
    found: dict[str, list[Correction]] = {}
    for entry in entries:
        found.setdefault(getattr(entry, key), []).append(entry)
    return {name: tuple(of_it) for name, of_it in found.items()}


def span_of(use: Use) -> Span:
    """Where a use's text stands on its page: what a correction names it by."""
    return Span(use.text.spans[0].start, use.text.spans[-1].end)


def reading(use: Use) -> str:
    """A short name of what was read of a use: another if any value, place or choice of it is another.

    Codes, links, rules' names and the order of values do not count. A snapshot's use, read back into facts, has the same.
    """
    said = json.dumps(_plain(use), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:16]


#: Fields of the model that readings were named without.
_ADDED = frozenset({"phases", "qualifiers", "low_exclusive", "high_exclusive"})


def _plain(value: object) -> object:
    if isinstance(value, Fact):
        return [value.text, [[span.start, span.end] for span in value.spans]]
    if isinstance(value, tuple):
        # In one order: FHIR keeps treatments of different kinds apart, and none of the lists means anything by its order.
        return sorted((_plain(each) for each in value), key=json.dumps)
    if is_dataclass(value):
        said = ((each.name, getattr(value, each.name)) for each in fields(value) if each.name != "reviews")
        # A use without what has been added to the model since is named as before, so that nobody need look at it again.
        return [[name, _plain(part)] if name in _ADDED else _plain(part) for name, part in said if part or name not in _ADDED]
    return value
