"""What changed between two snapshots, as values: each change says what, of which drug and brand, and shows both quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from pipeline.fields import FieldAspect
from pipeline.model import Review
from pipeline.settings import FhirVersion

ClinicalKind: TypeAlias = Literal[
    "drug-removed",
    "drug-added",
    "drug-changed",
    "fda-status-changed",
    "brand-removed",
    "brand-added",
    "components-changed",
    "use-withdrawn",
    "use-added",
    "use-narrowed",
    "use-widened",
    "use-changed",
    "use-brand-removed",
    "use-brand-added",
    "use-brand-moved",
    "approval-status-changed",
    "intent-changed",
    "use-reread",
    "denial-removed",
    "denial-added",
    "denial-changed",
    "unread-removed",
    "unread-added",
    "not-compared",
]
OtherKind: TypeAlias = Literal[
    "became-stale",
    "identifiers-changed",
    "wording-only",
    "code-only",
    "page-only",
    "resources-only",
]
Kind: TypeAlias = ClinicalKind | OtherKind

#: In what a use is narrower, wider or otherwise another one; for other kinds, what of the page it is.
Aspect: TypeAlias = Literal[
    FieldAspect,
    "population",
    "prior-therapy",
    "combination",
    "phase",
    "qualifier",
    "brand",
    "approval_status",
    "intent",
    "name",
    "kind",
    "pronunciation",
    "page-status",
    "ingredients",
    "quote",
    "order",
    "sentences",
]

#: What people have to do with a change: a correction is applied that was not, or no longer, or another one than before.
Correction: TypeAlias = Literal["applied", "lapsed", "replaced"]

#: In the order in which they are told: what a reader must know first comes first.
CLINICAL: tuple[ClinicalKind, ...] = get_args(ClinicalKind)
OTHER: tuple[OtherKind, ...] = get_args(OtherKind)
KINDS: tuple[Kind, ...] = (*CLINICAL, *OTHER)


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words of a page, folded as facts are, and where they begin: the page's name and the line (from 1)."""

    text: str
    page: str
    line: int | None = None

    @property
    def place(self) -> str:
        """Where the words stand, as in "denosumab.md:32"."""
        return self.page if self.line is None else f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one drug.

    `use` names the use in the words of its conditions (for `code-only`: the words that are coded); `brands` are those that the
    use is said of (none: of the drug as a whole); both as on the new page where the use is still there. `was` and `now` are the
    values that differ; `old` and `new` the words of the use and then any other sentence (a lead, a brand sentence) that says
    what differs. `old_ids` and `new_ids` are the indications (ClinicalUseDefinitions) of the use in either snapshot.
    `old_reviews` and `new_reviews` are the corrections by people that gave the values which differ, or withheld the use.
    """

    kind: Kind
    slug: str
    drug: str
    aspect: Aspect | None = None
    use: str | None = None
    brands: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    old: tuple[Quote, ...] = ()
    new: tuple[Quote, ...] = ()
    old_ids: tuple[str, ...] = ()
    new_ids: tuple[str, ...] = ()
    old_reviews: tuple[Review, ...] = ()
    new_reviews: tuple[Review, ...] = ()

    @property
    def clinical(self) -> bool:
        """Whether it may change what a patient is given; what cannot be told counts as such."""
        return self.kind in CLINICAL

    @property
    def correction(self) -> Correction | None:
        """Whether it comes of a correction by people, and how: one that lapsed, one that is applied now, or both."""
        if not self.old_reviews:
            return "applied" if self.new_reviews else None
        return "replaced" if self.new_reviews else "lapsed"


@dataclass(frozen=True, slots=True)
class Side:
    """A snapshot that was compared: the hash that names it, what it was read as, and the version of onlabel that made it."""

    snapshot: str
    version: FhirVersion
    profile: str
    as_of: str | None
    onlabel: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes from one snapshot to another. `old` is None where nothing was published before.

    `totals` counts every kind; `pages` counts pages that are the same, changed, added, removed and stale. `listed` holds the
    changes, clinical ones first, by drug; where there are more than a run keeps in memory, `left_out` says how many only
    stand in `changes.json`. `deleted` counts, by FHIR version, the resources that are in the old snapshot alone. `notes`
    say what makes the two snapshots unlike besides their pages.
    """

    old: Side | None
    new: Side
    totals: Mapping[Kind, int]
    pages: Mapping[str, int]
    listed: tuple[Change, ...]
    left_out: int = 0
    deleted: Mapping[FhirVersion, int] | None = None
    notes: tuple[str, ...] = ()

    @property
    def clinical(self) -> int:
        """How many changes are clinical."""
        return sum(self.totals[kind] for kind in CLINICAL)

    @property
    def first(self) -> bool:
        """Whether nothing was published before."""
        return self.old is None
