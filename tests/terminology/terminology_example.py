"""Small mappings of invented names, and pages' facts made by hand: what the terminology tests share."""

from __future__ import annotations

from typing import Literal

from pipeline.model import DrugFacts, Fact, FrontMatterValue, Identifier, Page, PriorTherapy, Span, Therapy, Use
from pipeline.terminology import Mappings
from pipeline.terminology.mapping import Relation, Row
from pipeline.terminology.systems import SubjectKind, SystemKey


def row(kind: SubjectKind, system: SystemKey, subject: str, code: str, relation: Relation = "exact") -> Row:
    return Row(kind, system, subject, relation, code, subject.title(), version="1", sources="RXN25")


MAPPINGS = Mappings(
    (
        row("drug", "ncit", "Zorbimab", "C1"),
        row("drug", "rxnorm", "zorbimab", "11"),
        row("drug", "unii", "ZORBIMAB", "UNIIZORBI1"),
        row("drug", "rxnorm", "Quelutinib Maleate", "12", "broader"),
        row("drug", "unii", "Quelutinib Maleate", "UNIIQUELM1"),
        row("drug", "unii", "mefarase", "UNIIMEFAR1"),
        row("drug", "rxnorm", "mefarase", "13"),
        row("brand", "rxnorm", "Zorbix", "21"),
        row("regimen", "ncit", "ICE", "C31"),
        row("therapy", "ncit", "zorbase inhibitor", "C41"),
        row("therapy", "ncit", "Zorbimab", "C42"),
        row("condition", "ncit", "small cell lung cancer", "C51"),
        row("condition", "ncit", "non-small cell lung cancer", "C52"),
        row("condition", "icd10cm", "non-small cell lung cancer", "C34", "broader"),
        row("condition", "ncit", "ovarian epithelial cancer", "C53"),
        row("condition", "ncit", "primary peritoneal cancer", "C54"),
        row("condition", "ncit", "squamous cell carcinoma", "C55"),
        row("condition", "ncit", "cancer", "C56"),
        row("condition", "ncit", "cervical cancer", "C57"),
        row("condition", "ncit", "myeloproliferative neoplasm", "C58"),
    )
)


def fact(text: str) -> Fact:
    return Fact(text, (Span(0, len(text)),), "by-hand")


def use(*conditions: str, causes: tuple[str, ...] = (), given: tuple[str, ...] = (), before: tuple[str, ...] = ()) -> Use:
    return Use(
        text=fact("use"),
        parent=None,
        lead=None,
        evidence=(),
        conditions=tuple(map(fact, conditions)),
        intent="treat",
        intent_text=None,
        approval_status="approved",
        approval_status_fact=None,
        causes=tuple(map(fact, causes)),
        therapies=(Therapy("required", fact("with"), tuple(map(fact, given))),) if given else (),
        prior=(PriorTherapy("required", fact("after"), tuple(map(fact, before))),) if before else (),
    )


def drug(name: str, *uses: Use, kind: Literal["drug", "regimen"] = "drug", ncit: str | None = None) -> DrugFacts:
    page = Page("invented.md", name, {"title": (FrontMatterValue(name, Span(0, len(name))),)}, ())
    identifiers = (Identifier("ncit", fact(ncit)),) if ncit else ()
    return DrugFacts(page, "invented", kind, "by hand", publisher="nci", name=fact(name), identifiers=identifiers, uses=uses)


def codes(coded: Fact) -> list[tuple[str, str]]:
    return [(coding.code, coding.relation) for coding in coded.codings]
