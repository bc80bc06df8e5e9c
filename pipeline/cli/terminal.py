"""How drugs, uses and resources look in a terminal: as wide as it is, in colour only there, and safe whatever a page holds."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from rich import box
from rich.console import Console as RichConsole
from rich.console import RenderableType
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

from pipeline.cli.console import seen
from pipeline.errors import Problem
from pipeline.fields import FIELDS, patients, purpose
from pipeline.model import DrugFacts, Fact, Page, Resource, Review, Sentence, Span, Use, facts_in
from pipeline.snapshot import Record
from pipeline.tables import Named, unread_in
from pipeline.tables.columns import SYSTEMS

#: Into a pipe, a line of ours is a line: nothing is broken where no one sees a margin.
_UNBROKEN: Final = 1_000_000
_SYSTEM_NAMES: Final = {
    SYSTEMS["ncit"]: "NCIt",
    SYSTEMS["rxnorm"]: "RxNorm",
    SYSTEMS["unii"]: "UNII",
    SYSTEMS["icd10cm"]: "ICD-10-CM",
    SYSTEMS["mesh"]: "MeSH",
    SYSTEMS["mondo"]: "Mondo",
}
_IDENTIFIERS: Final = {
    "ncit": "NCIt",
    "nci-drug-dictionary": "NCI Drug Dictionary",
    "medlineplus": "MedlinePlus",
    "dailymed-setid": "DailyMed",
}
_WITH: Final = {
    "required": "with",
    "optional": "may be with",
    "alternative": "with",
    "combination": "with",
    "concurrent": "while on",
}
_AFTER: Final = {"required": "after", "one_of": "after", "conditional": "in some cases after"}
#: Labels are this wide at least, so that they stand in one column from use to use.
_LABEL: Final = 11
#: The finding that repeats an unread sentence.
_UNREAD: Final = "X210"
#: What a resource repeats: its narrative, the page itself, the labels of codes.
_REPEATED: Final = frozenset({"div", "data", "display"})


class Terminal:
    """Draws on standard output."""

    def __init__(self) -> None:
        self._watched = sys.stdout.isatty()
        width = None if self._watched or "COLUMNS" in os.environ else _UNBROKEN
        self._rich = RichConsole(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)

    def _print(self, *drawn: RenderableType, soft_wrap: bool = False) -> None:
        if self._watched:
            for each in drawn:
                self._rich.print(each, soft_wrap=soft_wrap)
            return
        with self._rich.capture() as written:
            for each in drawn:
                self._rich.print(each, soft_wrap=soft_wrap)
        # What rich fills up to the margin would make lines of a file longer than they are.
        sys.stdout.write("".join(f"{line.rstrip()}\n" for line in written.get().split("\n")[:-1]))
        sys.stdout.flush()

    def drugs(self, records: Iterable[tuple[Record, Sequence[tuple[int, Use]]]]) -> None:
        """A table of drugs, each with those of its uses that were asked for."""
        table = _table("Drug", "Brands", "Uses", "Approval status", "Unread")
        for record, uses in records:
            facts = record.facts
            table.add_row(
                Text.assemble((_name(facts), "bold"), " (regimen)" if facts.kind == "regimen" else ""),
                safe(", ".join(brand.text for brand in facts.brands)),
                str(len(uses)),
                _approval_statuses(use for _, use in uses),
                ", ".join(_left_out(facts)),
            )
        self._print(table)

    def uses(self, records: Iterable[tuple[Record, Sequence[tuple[int, Use]]]]) -> None:
        """A table of uses over all drugs."""
        table = _table("Drug", "Use", "For", "Brands", "Approval status", "The page says")
        for record, uses in records:
            for number, use in uses:
                table.add_row(
                    Text(_name(record.facts), "bold"),
                    str(number),
                    _purpose(use) + (f": only “{_stated(use)}”" if use.qualified_in_words else ""),
                    safe(", ".join(brand.text for brand in use.brands)),
                    _spelt(use.approval_status),
                    safe(" ".join(one.text for one in _quotes(use))),  # without what opens its list it would read broader
                )
        self._print(table)

    def beside(self, records: Sequence[Record], named: Iterable[Named]) -> None:
        """What pages of several publishers name: a row a condition, a column a page."""
        table = _table("Named as a condition", *(record.slug for record in records))
        for row in named:
            cells = (
                ", ".join(f"use {number} ({_spelt(record.facts.uses[number - 1].approval_status)})" for number in numbers)
                for record, numbers in zip(records, row.uses, strict=True)
            )
            table.add_row(safe(row.condition), *(cell or "not named" for cell in cells))
        self._print(Text("Side by side. What limits a use stands with the use above.", "bold"), table)

    def drug(self, record: Record, uses: Sequence[tuple[int, Use]], findings: Sequence[Problem]) -> None:
        """A drug: who it is, its uses with their quotes, and what is denied, studied, unread or found amiss."""
        facts = record.facts
        said = f" ({facts.pronunciation.text})" if facts.pronunciation else ""
        self._print(Text.assemble((_name(facts), "bold"), safe(said)), _grid(_header(record, uses)))
        for number, use in uses:
            brands = f"  [{', '.join(brand.text for brand in use.brands)}]" if use.brands else ""
            marked = "  only as the words say" if use.qualified_in_words else ""
            title = Text.assemble((f"{number}  {_purpose(use)}", "bold"), (safe(brands), "cyan"), (marked, "yellow"))
            self._print("", title, _grid(_use(record, number, use), indent=3))
        in_uses = [one for _, use in uses for one in unread_in(facts, use)]
        remarks = [
            *(("not approved", _quote(facts, denial)) for denial in facts.denials),
            *(("studied", _quote(facts, studied)) for studied in facts.studied),
            *(("unread", _quote(facts, one.fact, one.reason)) for one in facts.unread if one not in in_uses),
            *(("withheld", _quote(facts, one.text, _by(one.reviews))) for one in facts.withheld),
            *(("withheld", _quote(facts, one.fact, one.reason)) for one in _held_back(facts)),
            *(("finding", Text(safe(f"{one.code} {one.severity}: {one.cause}"))) for one in findings if one.code != _UNREAD),
        ]
        if remarks:
            self._print("", _grid(remarks))

    def resource(self, resource: Resource, record: Record | None) -> None:
        """A resource as JSON, under the sentences of the page that it quotes."""
        self._print(Text(f"{resource['resourceType']}/{resource['id']}", "bold"))
        if record:
            page = record.facts.page
            quoted = [(_place(page, fact), fact.text) for fact in _quoted(resource, record)]
            self._print(_grid((place, f"“{quote}”") for place, quote in quoted))
        text = seen(json.dumps(resource, ensure_ascii=False, indent=2))
        self._print(JSONHighlighter()(Text(text)), soft_wrap=True)


def safe(text: str) -> str:
    """Text of a page for a terminal: control characters, direction overrides and other unseen ones as escapes."""
    return "".join(
        character if character.isprintable() else " " if character == "\xa0" else character.encode("unicode_escape").decode()
        for character in text
    )


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in {"Uses", "Use", "Unread"} else "left")
    return table


def _grid(rows: Iterable[tuple[str, str | Text]], indent: int = 0) -> Table:
    """Labels on the left, what they stand for on the right, wrapped under itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim", min_width=indent + _LABEL)
    grid.add_column(overflow="fold")
    for label, said in rows:
        grid.add_row(f"{' ' * indent}{safe(label)}", said if isinstance(said, Text) else Text(safe(said)))
    return grid


def _name(facts: DrugFacts) -> str:
    return safe(facts.name.text if facts.name else facts.slug)


def _approval_statuses(uses: Iterable[Use]) -> str:
    return ", ".join(
        f"{count} {approval_status.replace('_', ' ')}"
        for approval_status, count in Counter(use.approval_status for use in uses).items()
    )


def _left_out(facts: DrugFacts) -> Iterator[str]:
    """How many sentences no rule read, how many uses they restrict, and how many uses a person found wrongly read."""
    if facts.unread:
        yield str(len(facts.unread))
    if in_words := sum(use.qualified_in_words for use in facts.uses):
        yield f"{in_words} in words"
    if facts.withheld:
        yield f"{len(facts.withheld)} withheld"


def _held_back(facts: DrugFacts) -> Iterator[Sentence]:
    """What states a use that nobody found wrong, and that is not published all the same."""
    by_people = {span for use in facts.withheld for span in use.text.spans}
    for sentence in facts.sentences:
        spans = sentence.fact.spans
        if sentence.role == "withheld" and not any(o.start <= s.start and s.end <= o.end for s in spans for o in by_people):
            yield sentence


def _by(reviews: Iterable[Review]) -> str:
    said = (f"{one.reviewer}, {one.date}{f': {one.reason}' if one.reason else ''}" for one in reviews)
    return f"withheld by a reviewer: {'; '.join(said)}"


def _spelt(code: str) -> str:
    return code.replace("_", " ")


def _purpose(use: Use) -> str:
    """What a use is for, in a line put together from the page's words; the quotes below it are the page's own."""
    said = [f"{_spelt(use.intent)} {' or '.join(_texts(use.conditions))}" if use.intent != "other" else _other(use)]
    for before, facts in ((": ", use.narrower), (" in ", use.settings), (" caused by ", use.causes)):
        said += [f"{before}{' or '.join(_texts(facts))}"] if facts else []
    return safe("".join(said))


def _stated(use: Use) -> str:
    return safe("”, “".join(one.fact.text for one in use.qualifiers if one.kind == "stated"))


def _other(use: Use) -> str:
    return " ".join([use.intent_text.text if use.intent_text else "for", " or ".join(_texts(use.conditions))])


def _texts(facts: Iterable[Fact]) -> list[str]:
    return list(dict.fromkeys(fact.text for fact in facts))


def _populations(use: Use) -> list[str]:
    return ["; ".join(fact.text for fact in population) for population in patients(use)]


def _header(record: Record, uses: Sequence[tuple[int, Use]]) -> Iterator[tuple[str, str | Text]]:
    facts = record.facts
    said = facts.fda_status_fact if facts.fda_status == "not_stated" else None
    yield "kind", f"{facts.kind}, FDA status {_spelt(facts.fda_status)}{f' (“{said.text}”)' if said else ''}"
    if facts.brands:
        yield "brands", ", ".join(brand.text for brand in facts.brands)
    if facts.components:
        yield "drugs in it", ", ".join(component.name.text for component in facts.components)
    printed = [f"{_IDENTIFIERS[each.kind]} {each.fact.text}" for each in facts.identifiers if each.kind in _IDENTIFIERS]
    if codes := [*printed, *(_codes(facts.name) if facts.name else ())]:
        yield "codes", ", ".join(codes)
    url, reviewed = facts.page.meta("url"), facts.page.meta("lastReviewed")
    yield "page", facts.page.name + (f", reviewed {reviewed}" if reviewed else "")
    if facts.page_status:
        yield "page status", f"{facts.page_status.text}: the page says of itself that it is no longer in force"
    if record.input.stale:
        yield "stale", f"the page cannot be read now; this is what it said when it was read last, on {record.input.stale}"
    if url:
        yield "source", url
    shown = f"{len(uses)} of " if len(uses) != len(facts.uses) else ""
    approval_status = f": {_approval_statuses(use for _, use in uses)}" if uses else ""
    withheld = f"; {len(facts.withheld)} withheld by a reviewer" if facts.withheld else ""
    yield "uses", f"{shown}{len(facts.uses)}{approval_status}{withheld}"


def _use(record: Record, number: int, use: Use) -> Iterator[tuple[str, str | Text]]:
    yield from _restrictions(use)
    yield "approval", _spelt(use.approval_status)
    for fact in purpose(use):
        if fact.codings:
            yield "codes", f"{fact.text}: {', '.join(_codes(fact))}"
    # The core profile and R4 have no such resource: there it is the identifier of a guideline.
    kind = "ClinicalUseDefinition/" if any(each["resourceType"] == "ClinicalUseDefinition" for each in record.resources) else ""
    yield "published", ", ".join(f"{kind}{each}" for each in record.indications[number - 1])
    yield from (("says", _quote(record.facts, quote)) for quote in _quotes(use))
    yield from (("unread", _quote(record.facts, one.fact, one.reason)) for one in unread_in(record.facts, use))
    for review in use.reviews:
        label, verdict = ("corrected", "") if review.changed else ("reviewed", f"{review.verdict}, ")
        said = f"{verdict}by {review.reviewer}, {review.date}"
        yield label, f"{said}: {review.reason}" if review.reason else said


def _restrictions(use: Use) -> Iterator[tuple[str, str | Text]]:
    """What narrows a use beyond what it is for."""
    for qualifier in use.qualifiers:
        # First, because whoever does not read these words does not know the use.
        kind = "" if qualifier.kind == "stated" else f" ({qualifier.kind})"
        yield "in words", f"“{qualifier.fact.text}”{kind}"
    for field in FIELDS:
        if field.shown and (words := "; ".join(_texts(field.facts(use)))):
            yield field.shown, words
    for population in _populations(use):
        yield "patients", population
    if use.alone:
        yield "alone", use.alone.text
    for therapy in use.therapies:
        by_name = therapy.mode in {"required", "optional", "concurrent"}
        yield _WITH[therapy.mode], " and ".join(_texts(therapy.names)) if by_name else therapy.phrase.text
    for prior in use.prior:
        yield _AFTER[prior.mode], prior.phrase.text  # its names leave out how many there were: "at least two other treatments"
    for phase in use.phases:
        yield "in steps", phase.phrase.text


def _quotes(use: Use) -> Iterator[Fact]:
    """The sentences that state a use; further evidence only where it is not part of them."""
    yield from (quote for quote in (use.lead, use.parent, use.text) if quote)
    for quote in use.evidence:
        if not any(whole.start <= span.start and span.end <= whole.end for whole in use.text.spans for span in quote.spans):
            yield quote


def _codes(fact: Fact) -> list[str]:
    return [
        f"{_SYSTEM_NAMES.get(coding.system, coding.system)} {coding.code}{' (broader)' if coding.relation == 'broader' else ''}"
        for coding in fact.codings
    ]


def _place(page: Page, fact: Fact) -> str:
    """The page and, where its text is published, the line."""
    line = page.line(fact.spans[0].start)
    return f"{page.name}:{line}" if line else page.name


def _quote(facts: DrugFacts, fact: Fact, reason: str | None = None) -> Text:
    return Text.assemble(
        f"“{safe(fact.text)}” ", (safe(_place(facts.page, fact)), "dim"), safe(f" ({reason})" if reason else "")
    )


def _quoted(resource: Resource, record: Record) -> list[Fact]:
    """What of the page a resource says, in the order of the page, but what is inside another of it.

    Of an indication the facts of its use. By the words, so that it is shown however the resource carries its proof; words that
    stand in several places, at the first.
    """
    facts, texts = record.facts, {*_texts_in(resource)}
    whole = " | ".join(texts)
    own = [use for use, ids in zip(facts.uses, record.indications, strict=True) if resource["id"] in ids]
    said: list[object] = [*own] or [replace(facts, uses=()), *(quote for use in facts.uses for quote in _quotes(use))]
    if resource["resourceType"] == "DocumentReference":
        said += [Fact(one.text, (one.span,), "") for values in facts.page.front_matter.values() for one in values]
    once = {fact.text: fact for fact in reversed([fact for each in said for fact in facts_in(each)])}
    # A sentence may be part of a longer text; of a word that would say nothing.
    there = [fact for text, fact in once.items() if text in texts or (" " in text and text in whole)]
    found: list[Fact] = []
    held: list[Span] = []
    for fact in sorted(there, key=lambda fact: (fact.spans[0].start, -fact.spans[-1].end)):
        if not all(any(wide.start <= span.start and span.end <= wide.end for wide in held) for span in fact.spans):
            found.append(fact)
            held += fact.spans
    return found


def _texts_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        items = [each for name, each in value.items() if name not in _REPEATED] if isinstance(value, dict) else value
        for each in items:
            yield from _texts_in(each)
