"""The facts that go from room to room: frozen, typed, and knowing nothing of YAML, Markdown, FHIR or Prefect.

Offsets everywhere are Unicode code points of the decoded page (`Page.text`), front matter and byte-order mark included,
with no newline normalization: `page.text[span.start:span.end]` is what the page says, markup and all.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from pipeline.model.facts import (
    Age,
    AgeGroup,
    ApprovalStatus,
    Characteristic,
    Coding,
    Component,
    DrugFacts,
    Fact,
    FdaStatus,
    Identifier,
    IdentifierKind,
    Intent,
    Kind,
    Link,
    Phase,
    Population,
    PriorTherapy,
    Qualifier,
    QualifierKind,
    QualifierTarget,
    Review,
    Sentence,
    SentenceRole,
    Sex,
    Therapy,
    Use,
    Verdict,
    Withheld,
    facts_in,
)
from pipeline.model.page import AnyPage, Block, BlockKind, FrontMatterValue, Page, PageExcerpts, PageReference, Run, Span
from pipeline.model.publisher import Code, IdentifierLink, Publisher

#: A FHIR resource as plain JSON data. Rooms after `fhir` hand these on; none changes one in place.
Resource: TypeAlias = dict[str, Any]

__all__ = [
    "Age",
    "AgeGroup",
    "AnyPage",
    "ApprovalStatus",
    "Block",
    "BlockKind",
    "Characteristic",
    "Code",
    "Coding",
    "Component",
    "DrugFacts",
    "Fact",
    "FdaStatus",
    "FrontMatterValue",
    "Identifier",
    "IdentifierKind",
    "IdentifierLink",
    "Intent",
    "Kind",
    "Link",
    "Page",
    "PageExcerpts",
    "PageReference",
    "Phase",
    "Population",
    "PriorTherapy",
    "Publisher",
    "Qualifier",
    "QualifierKind",
    "QualifierTarget",
    "Resource",
    "Review",
    "Run",
    "Sentence",
    "SentenceRole",
    "Sex",
    "Span",
    "Therapy",
    "Use",
    "Verdict",
    "Withheld",
    "facts_in",
]
