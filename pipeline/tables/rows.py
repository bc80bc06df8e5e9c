"""Facts as flat rows: a cell is a text, a number, true or false, or empty (None).

Several values in a cell stand in the order of the source, each once, joined by ` | `; a backslash or bar of a value itself
has a backslash before it. `views.sql` makes the same rows from the published resources, by another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from pipeline.fields import FIELDS, Field, patients
from pipeline.model import Age, DrugFacts, Fact, PriorTherapy, Sentence, Therapy, Use
from pipeline.snapshot import Record
from pipeline.tables.columns import CODED, SYSTEMS

Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = dict[str, Cell]

SEPARATOR = " | "
#: The roles of sentences of which no fact is published.
_NOT_PUBLISHED = frozenset({"unread", "withheld"})
_YEARS = {"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12, "year": 1.0}


def use_rows(record: Record) -> Iterator[Row]:
    """A page's uses: one row a use and brand, one with an empty brand for a use of the drug as a whole."""
    facts = record.facts
    for number, (use, indications) in enumerate(zip(facts.uses, record.indications, strict=True), start=1):
        of_use: Row = {"use": number, "indications": joined(sorted(indications)), **_use(use), **_quotes(facts, use)}
        brands = {brand.text: brand for brand in _in_order(use.brands)}
        for brand in brands.values() or (None,):
            yield {
                **_drug(facts),
                **of_use,
                "brand": brand.text if brand else None,
                "fda_status": facts.fda_status,
                **_codes("drug", drug_codes(facts)),
                **_codes("brand", [(code.system, code.code, code.relation) for code in brand.codings] if brand else ()),
                **_source(record),
            }


def denial_rows(record: Record) -> Iterator[Row]:
    """The sentences of a page that say that a use is not approved."""
    for denial in record.facts.denials:
        yield {**_drug(record.facts), "quote": denial.text, **_place(record.facts, denial), **_source(record)}


def unread_rows(record: Record) -> Iterator[Row]:
    """The sentences of a page's use section that no rule read, or whose use a person found wrongly read."""
    facts = record.facts
    for one in facts.sentences:
        if one.role not in _NOT_PUBLISHED:
            continue
        yield {
            **_drug(facts),
            "role": one.role,
            "quote": one.fact.text,
            "reason": one.reason,
            **_place(facts, one.fact),
            **_source(record),
        }


def unread_in(facts: DrugFacts, use: Use) -> list[Sentence]:
    """The unread sentences of a use, or of what stands above it: the use may say more than its facts."""
    within = [quote.spans[0] for quote in (use.lead, use.parent, use.text) if quote]
    return [one for one in facts.unread if any(span.start <= one.fact.spans[0].start < span.end for span in within)]


def drug_codes(facts: DrugFacts) -> list[tuple[str, str, str]]:
    """System, code and relation of each code of the drug itself: those that the page prints, then the mapped ones."""
    printed = [(SYSTEMS["ncit"], each.fact.text, "exact") for each in facts.identifiers if each.kind == "ncit"]
    mapped = facts.name.codings if facts.name else ()
    return [*printed, *((coding.system, coding.code, coding.relation) for coding in mapped)]


def joined(values: Iterable[str]) -> str | None:
    """Values in one cell; None where there is none."""
    return SEPARATOR.join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values) or None


def _drug(facts: DrugFacts) -> Row:
    return {"drug": facts.name.text if facts.name else None, "slug": facts.slug, "kind": facts.kind}


def _source(record: Record) -> Row:
    page = record.facts.page
    return {
        "page": page.name,
        "sha256": page.sha256,
        "url": page.meta("url") or None,
        "last_reviewed": page.meta("lastReviewed") or None,
        "page_status": record.facts.page_status.text if record.facts.page_status else None,
        "stale": record.input.stale,
    }


def _place(facts: DrugFacts, fact: Fact) -> Row:
    first = fact.spans[0]
    return {"line": facts.page.line(first.start) or None, "offset": first.start, "length": first.end - first.start}


def _quotes(facts: DrugFacts, use: Use) -> Row:
    return {
        "quote": use.text.text,
        "lead": use.lead.text if use.lead else None,
        "parent": use.parent.text if use.parent else None,
        "evidence": words(use.evidence),
        "unread": len(unread_in(facts, use)),
        **_place(facts, use.text),
    }


def _use(use: Use) -> Row:
    traits = [each for population in use.populations for each in population.characteristics]
    ranges = [each for each in traits if each.kind == "age-range"]
    narrowed = [each for fact in (*use.conditions, *use.narrower) for each in fact.codings] if use.narrower else ()
    stated = [each for fact in use.conditions for each in fact.codings] if not use.narrower else ()
    context = [each for fact in (*use.settings, *use.causes) for each in fact.codings]
    return {
        "intent": use.intent,
        "intent_words": use.intent_text.text if use.intent_text else None,
        "approval_status": use.approval_status,
        **{field.column: _cell_of(field, use) for field in FIELDS if field.column},
        "age_group": joined(sorted({each.age_group for each in traits if each.age_group})),
        **_bound("age_low", [(each.low, each.low_exclusive) for each in ranges], min),
        **_bound("age_high", [(each.high, each.high_exclusive) for each in ranges], max),
        "sex": joined(sorted({each.sex for each in traits if each.sex})),
        "population": joined("; ".join(fact.text for fact in one) for one in patients(use)),
        **_treatments(use),
        "phases": joined(phase.phrase.text for phase in use.phases),
        "qualified_in_words": use.qualified_in_words,
        "qualifiers": words(one.fact for one in use.qualifiers),
        # A code of "melanoma" is too wide for a use in "stage IIB melanoma": beside a narrower disease no code is exact.
        **_codes(
            "condition", [*((c.system, c.code, c.relation) for c in stated), *((c.system, c.code, "broader") for c in narrowed)]
        ),
        **_codes("context", [(coding.system, coding.code, coding.relation) for coding in context]),
    }


def _cell_of(field: Field, use: Use) -> str | None:
    # A single value is no list: nothing in it is escaped.
    return next((fact.text for fact in field.facts(use)), None) if field.single else words(field.facts(use))


def _treatments(use: Use) -> Row:
    """Names where each of them holds by itself; the page's phrase where its "or", "and" or "if" decides."""

    def names(found: Iterable[Therapy | PriorTherapy], mode: str) -> str | None:
        return words(name for each in found if each.mode == mode for name in each.names)

    def phrases(found: Iterable[Therapy | PriorTherapy], mode: str) -> str | None:
        return words(each.phrase for each in found if each.mode == mode)

    return {
        "with_required": names(use.therapies, "required"),
        "with_optional": names(use.therapies, "optional"),
        "with_alternative": phrases(use.therapies, "alternative"),
        "with_combination": phrases(use.therapies, "combination"),
        "with_concurrent": names(use.therapies, "concurrent"),
        "prior_required": names(use.prior, "required"),
        "prior_one_of": phrases(use.prior, "one_of"),
        "prior_conditional": phrases(use.prior, "conditional"),
    }


def words(facts: Iterable[Fact]) -> str | None:
    """The words of facts in one cell, in the order of the source."""
    return joined(fact.text for fact in _in_order(facts))


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts in the order of the source; what stands once in the page and counts for several branches, once."""
    once = {(fact.spans[0].start, fact.text): fact for fact in facts}
    return [once[key] for key in sorted(once)]


def _bound(name: str, ages: list[tuple[Age | None, bool]], widest: Callable[[list[float]], float]) -> Row:
    """The widest of some bounds in years, and whether no range includes it; empty where one of them is open at that end."""
    bounds = [(round(age.value * _YEARS[age.unit], 4), exclusive) for age, exclusive in ages if age]
    if not bounds or len(bounds) < len(ages):
        return {f"{name}_years": None, f"{name}_exclusive": None}
    found = widest([years for years, _ in bounds])
    return {f"{name}_years": found, f"{name}_exclusive": all(exclusive for years, exclusive in bounds if years == found)}


def _codes(what: str, codes: Iterable[tuple[str, str, str]]) -> Row:
    row: Row = {}
    listed = list(codes)
    for system in CODED[what]:
        for relation, end in (("exact", ""), ("broader", "_broader")):
            found = {code for uri, code, how in listed if uri == SYSTEMS[system] and how == relation}
            row[f"{what}_{system}{end}"] = joined(sorted(found))
    return row
