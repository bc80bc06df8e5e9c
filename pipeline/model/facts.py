"""The facts of a page: made by `extract`, corrected by people, coded by `terminology`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal

from pipeline.model.page import AnyPage, Page, Span


@dataclass(frozen=True, slots=True)
class Coding:
    """A code for the words of a fact: `relation` says whether it means the same (`exact`) or more (`broader`)."""

    system: str
    code: str
    display: str
    relation: Literal["exact", "broader"] = "exact"
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Linked words inside a fact. `glossary_id` is set where the target is a dictionary entry (it codes these words)."""

    text: str
    span: Span
    href: str
    glossary_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Words of the page, with their proof.

    `text` is the source between the spans' ends with markup and line breaks folded (several spans: joined by one space,
    in the order in which they are read). Spans are minimal: no markup or space at their ends. `rule` names the rule
    that read it.
    """

    text: str
    spans: tuple[Span, ...]
    rule: str
    links: tuple[Link, ...] = ()
    codings: tuple[Coding, ...] = ()


Kind = Literal["drug", "regimen", "none"]
FdaStatus = Literal["approved", "not_approved", "discontinued", "not_stated"]
Intent = Literal["treat", "prevent", "prevent_and_treat", "palliate", "reduce_risk", "other"]
ApprovalStatus = Literal["approved", "accelerated_approval", "used"]
AgeGroup = Literal["adult", "adolescent", "child"]
Sex = Literal["female", "male"]
Verdict = Literal["right", "wrong", "incomplete"]
IdentifierKind = Literal["ncit", "nci-drug-dictionary", "medlineplus", "dailymed-setid", "dailymed-query"]


@dataclass(frozen=True, slots=True)
class Age:
    """An age as the page writes it: a whole number and a unit in the singular."""

    value: int
    unit: Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One thing the page says of the patients of a use.

    `kind` and what goes with it: `age-group` (`age_group`), `age-range` (`low`, `high`: bounds where stated, inclusive unless
    `low_exclusive` or `high_exclusive`: "younger than 18 years" does not hold 18), `sex` (`sex`), `menopausal-status` and
    `description` (the words alone: "whose bones have finished growing").
    """

    kind: Literal["age-group", "age-range", "sex", "menopausal-status", "description"]
    fact: Fact
    age_group: AgeGroup | None = None
    low: Age | None = None
    high: Age | None = None
    sex: Sex | None = None
    low_exclusive: bool = False
    high_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Population:
    """Patients to whom all of `characteristics` apply. Several populations of a use are alternatives."""

    characteristics: tuple[Characteristic, ...]


@dataclass(frozen=True, slots=True)
class Therapy:
    """What the drug is given together with for a use.

    `mode`: `required` ("with prednisone"), `optional` ("with or without", "often with"), `alternative` ("with either X or
    Y": `names` holds every branch), `combination` ("with A and B or C": as the phrase says; `names` are those in it, and which
    of them go together is not read), `concurrent` (what the patient receives anyway: "women receiving … therapy").
    `phrase` is the whole of it as written ("either cisplatin or topotecan hydrochloride"); `names` the treatments in it.
    """

    mode: Literal["required", "optional", "alternative", "combination", "concurrent"]
    phrase: Fact
    names: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PriorTherapy:
    """What the patient must have had before.

    `mode`: all of `names` (`required`), one of them (`one_of`), or (`conditional`) in only some of the situations that the
    page names ("if the cancer has …", "cannot be treated with X or got worse after Y").
    """

    mode: Literal["required", "one_of", "conditional"]
    phrase: Fact
    names: tuple[Fact, ...]


QualifierTarget = Literal["disease", "patients", "treatment", "use"]
QualifierKind = Literal["stated", "timing", "manner", "duration", "purpose"]


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Words of the page that may restrict a use and that no other field holds.

    `of` is what they hang on; where that is unclear, the use. `kind` says what is understood of them: `timing` ("around the
    time of surgery"), `manner` ("as an injection"), `duration` ("for up to three years"), `purpose` ("to lower the chance that
    it comes back"), or nothing (`stated`): a reader of the words alone can apply those.
    """

    fact: Fact
    of: QualifierTarget = "use"
    kind: QualifierKind = "stated"


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a treatment that the page gives in steps: "with chemotherapy before surgery and then alone after surgery".

    `phrase` is the step as written; `partners` what it is given together with, `alone` the word that says it is given by
    itself in this step, `timing` when the step is.
    """

    phrase: Fact
    partners: tuple[Fact, ...] = ()
    alone: Fact | None = None
    timing: Fact | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided on a use: `changed` are the fields of the use that they gave another value (made by `correct`)."""

    verdict: Verdict
    reviewer: str
    date: dt.date
    reason: str | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A use: a leaf of the page's use section, the smallest separately stated use (fields as in the annotation guide).

    `text`, `parent` and `lead` are the whole words of the item or sentence, of the item just above it, and of the sentence
    that introduces them. `evidence` holds every sentence that says something of this use beyond those three
    (brand sentences, footnotes).

    What the use is for: `conditions` (what is treated, prevented, …), `narrower` (the leaf names a narrower disease),
    `settings` (the disease in which another thing is treated or prevented: bone loss *in breast cancer*), `causes`
    ("caused by multiple myeloma or by …": one entry a branch). Several settings or causes are joined by "or".
    """

    text: Fact
    parent: Fact | None = None
    lead: Fact | None = None
    evidence: tuple[Fact, ...] = ()
    conditions: tuple[Fact, ...] = ()
    intent: Intent
    intent_text: Fact | None = None
    approval_status: ApprovalStatus
    approval_status_fact: Fact | None = None
    narrower: tuple[Fact, ...] = ()
    settings: tuple[Fact, ...] = ()
    causes: tuple[Fact, ...] = ()
    disease_status: tuple[Fact, ...] = ()
    biomarkers: tuple[Fact, ...] = ()
    stages: tuple[Fact, ...] = ()
    line: Fact | None = None
    brands: tuple[Fact, ...] = ()
    populations: tuple[Population, ...] = ()
    alone: Fact | None = None
    therapies: tuple[Therapy, ...] = ()
    prior: tuple[PriorTherapy, ...] = ()
    phases: tuple[Phase, ...] = ()
    qualifiers: tuple[Qualifier, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def qualified_in_words(self) -> bool:
        """Whether words that are not understood restrict the use: only a reader of the words can apply them."""
        return any(one.kind == "stated" for one in self.qualifiers)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A use that the page states and that is not published, because a person found it wrongly read: its text, and who did."""

    text: Fact
    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier of the drug that the page itself prints in a link target. `fact.text` is the value."""

    kind: IdentifierKind
    fact: Fact


@dataclass(frozen=True, slots=True)
class Component:
    """A drug of a regimen. `slug` is the last path segment of its link, where it is linked to its own page."""

    name: Fact
    letter: Fact | None = None
    slug: str | None = None


SentenceRole = Literal[
    "lead", "parent", "use", "detail", "brands", "approval-status", "denied", "studied", "other-form", "programme", "footnote",
    "explanation", "availability", "unread", "withheld",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the use section and who read it: `role` and `fact.rule`, or role `unread` or `withheld` with a `reason`."""

    fact: Fact
    role: SentenceRole
    reason: str | None = None


@dataclass(frozen=True)
class DrugFacts(Generic[AnyPage]):
    """All that a page says of its drug or regimen. For a page about neither, `kind` is `none` and the rest is empty.

    `slug` is what the publisher's profile names a page by (the last path segment of its URL, a value in its query), or the
    stem of its file name, reduced to `[a-z0-9-]`, behind the publisher's id and a dot (but for profiles with `plain_slugs`):
    the drug's identity across runs. `publisher` is the id of that profile.
    `page_status` is what the page says of itself (`deprecated`) where that means that it is no longer in force.
    `ingredients` are those of a fixed combination, found by `terminology` inside its name.
    """

    page: AnyPage = field(repr=False)
    slug: str
    kind: Kind
    kind_reason: str
    name: Fact | None = None
    pronunciation: Fact | None = None
    brands: tuple[Fact, ...] = ()
    fda_status: FdaStatus = "not_stated"
    fda_status_fact: Fact | None = None
    identifiers: tuple[Identifier, ...] = ()
    components: tuple[Component, ...] = ()
    ingredients: tuple[Fact, ...] = ()
    uses: tuple[Use, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    denials: tuple[Fact, ...] = ()
    studied: tuple[Fact, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    page_status: Fact | None = None
    publisher: str = field(kw_only=True)

    @property
    def unread(self) -> tuple[Sentence, ...]:
        """The sentences of the use section that no rule read, each with the reason."""
        return tuple(sentence for sentence in self.sentences if sentence.role == "unread")


def facts_in(value: object) -> Iterator[Fact]:
    """Every fact at any depth of a fact, a tuple or a dataclass of this module, in the order of their fields."""
    if isinstance(value, Fact):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from facts_in(each)
    elif not isinstance(value, Page):
        for name in getattr(value, "__dataclass_fields__", ()):  # `fields` makes a tuple of them each time
            yield from facts_in(getattr(value, name))
