"""A batch of pages, from bytes to resources in the spool: the one function that calls, processes and Prefect tasks share."""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from pipeline.convert.clock import Clock
from pipeline.convert.deadline import PAGE_TIMEOUT, Overdue, in_own_process, rings_here, within
from pipeline.convert.tables import MappingTables
from pipeline.convert.takeover import Compact
from pipeline.convert.withholding import withhold_qualified
from pipeline.correct import Corrections, correct
from pipeline.errors import ExtractError, OnlabelError, Problem, excerpt
from pipeline.extract import extract, findings
from pipeline.facts import facts_to_json
from pipeline.fhir import AppliedCodes, CodeRow, build, derive, marked_stale, shared
from pipeline.model import DrugFacts, Page, Resource
from pipeline.publish import CODED, PageCounts, PageResult, Serialised, SpoolWriter, is_known, serialise
from pipeline.publishers import named, refusal
from pipeline.read import read_page
from pipeline.seeds import Source, load
from pipeline.settings import FhirVersion, Settings
from pipeline.terminology import Mappings, code
from pipeline.validate import check_references, validate


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages to convert together: paths, not contents, so that it is cheap to hand to another process or machine.

    `numbers` are the places of its pages among all pages of the run, by name, of which there are `total`. `tables` give the
    codes, `spool` is the folder to write to. A page may take `page_timeout` seconds of processor time.
    """

    numbers: tuple[int, ...]
    sources: tuple[Source, ...]
    settings: Settings
    tables: MappingTables
    spool: Path
    total: int
    page_timeout: float = PAGE_TIMEOUT

    @property
    def first(self) -> int:
        """The number of its first page."""
        return self.numbers[0]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch's pages, and the seconds that each stage took."""

    pages: tuple[PageResult, ...]
    seconds: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Converted:
    result: PageResult
    facts: bytes = b""
    resources: Mapping[FhirVersion, tuple[Serialised, ...]] = field(default_factory=dict)
    codes: Mapping[FhirVersion, Sequence[CodeRow]] = field(default_factory=dict)
    findings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for every page of a batch; `common` are the resources that all pages refer to, by FHIR version."""

    settings: Settings
    mappings: Mappings
    corrections: Corrections
    common: Mapping[FhirVersion, list[Resource]]
    clock: Clock
    page_timeout: float


def convert_batch(batch: Batch) -> BatchResult:
    """Convert the pages of a batch and write their resources and findings to the spool.

    A page that fails, or takes too long, is quarantined; it ends neither the batch nor the run. Where the alarm that ends it
    cannot be set (outside a main thread), the batch is converted in a process of its own.

    Raises:
        PublishError: P503 to P505, where the spool cannot be written.
        UsageError: M801, M802, M808, where the mapping tables are no longer what they were when the run began.
        BrokenProcessPool: That process died.

    """
    return convert_here(batch) if rings_here() else in_own_process(convert_here, batch)


def convert_here(batch: Batch) -> BatchResult:
    """`convert_batch` in this thread."""
    clock = Clock()
    with clock.stage("code"):
        mappings, corrections = batch.tables.read(), batch.tables.corrections()
    settings = batch.settings
    common = {version: derive(shared(settings), version, settings).resources for version in settings.fhir_versions}
    run = _Run(settings, mappings, corrections, common, clock, batch.page_timeout)
    writer = SpoolWriter(batch.spool, f"{batch.first:09}", settings.canonical)
    pages, compact = [], Compact()
    for number, source in zip(batch.numbers, batch.sources, strict=True):
        done = _contained(number, source, run)
        result = replace(done.result, problems=tuple(map(_encodable, done.result.problems)))
        with clock.stage("spool"):
            if done.facts:
                writer.add_facts(number, result.kind or "none", result.slug, done.facts)
            for version, resources in done.resources.items():
                writer.add(number, result.kind or "none", result.slug, version, resources)
                writer.add_codes(number, version, done.codes[version])
            writer.end_page(number, (*result.problems, *map(_encodable, done.findings)))
        pages.append(compact(result, source.name))
    with clock.stage("spool"):
        writer.finish()
    return BatchResult(tuple(pages), tuple(clock.seconds.items()))


def _contained(number: int, source: Source, run: _Run) -> _Converted:
    if source.problem is not None:
        return _Converted(PageResult(number, source.name, "quarantined", problems=(source.problem,), stale=source.stale))
    known = _Known(PageResult(number, source.name, "quarantined", stale=source.stale))
    try:
        return within(run.page_timeout, lambda: _read(source, run, known))
    except MemoryError:
        raise  # says something of the machine, not of the page
    except OnlabelError as error:
        return _Converted(replace(known.page, problems=(replace(error.problem, source=source.name),)))
    except Overdue as late:
        trace = "".join(traceback.format_exception(late))
        return _Converted(replace(known.page, problems=(_overdue(run.page_timeout, source.name),), trace=trace))
    except Exception as error:  # noqa: BLE001 - whatever a page brings up must not cost the others
        trace = "".join(traceback.format_exception(error))
        return _Converted(replace(known.page, problems=(_unexpected(error, source.name),), trace=trace))


@dataclass
class _Known:
    """What is known of a page so far: before anything more can fail, whose it is. That decides which drug is stale."""

    page: PageResult


def _read(source: Source, run: _Run, known: _Known) -> _Converted:
    settings, clock = run.settings, run.clock
    with clock.stage("load"):
        data = load(source, settings.limits.max_bytes)
    known.page = replace(known.page, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    with clock.stage("read"):
        text = read_page(data, source.name, settings.limits)
    with clock.stage("extract"):
        facts = extract(text, settings.publishers)
    page = replace(known.page, slug=facts.slug, kind=facts.kind)
    page = replace(page, last_reviewed=_stated(text, "lastReviewed"), frequency=_stated(text, "reviewFrequency"))
    if facts.kind != "none":
        page = replace(page, no_text=refusal(text.meta("license"), named(facts.publisher, settings.publishers)))
    known.page = page
    _refuse_too_many(facts, settings.limits.max_uses)
    with clock.stage("code"):
        corrected = correct(facts, text, run.corrections)
        facts = code(corrected.facts, run.mappings)
    withheld: tuple[Problem, ...] = ()
    if settings.withhold == "qualified":
        facts, withheld = withhold_qualified(facts)
    converted = _converted(page, facts, run, len(withheld))
    return replace(converted, findings=(*converted.findings, *corrected.findings, *withheld))


def _refuse_too_many(facts: DrugFacts, most: int) -> None:
    if len(facts.uses) > most:
        cause = f"the page states {len(facts.uses):,} uses, more than the {most:,} that a page may have"
        remedy = "Check that this is a page on one drug; if so, raise the limit on uses."
        raise ExtractError(Problem("X212", "error", cause, remedy))


def _converted(page: PageResult, facts: DrugFacts, run: _Run, withheld: int) -> _Converted:
    settings, clock = run.settings, run.clock
    if facts.kind == "none":
        cause = f"the page is about no single drug or regimen: {facts.kind_reason}"
        note = Problem(
            "P522",
            "information",
            cause,
            "None is needed, unless it should be: then give its publisher a profile (pipeline/publishers/README.md).",
            source=page.name,
        )
        return _Converted(replace(page, outcome="not-a-drug", slug=None), findings=(note,))
    with clock.stage("build"):
        resources = build(facts, settings)
        if page.stale is not None:
            resources = marked_stale(resources, page.stale.read, settings.canonical)
        derived = {version: derive(resources, version, settings) for version in settings.fhir_versions}
    problems: list[Problem] = []
    with clock.stage("validate"):
        for version, held in derived.items():
            problems += validate(held.resources, version)
            # Whole without the other pages: only links cross pages, and they are made, and checked, when all pages are there.
            problems += check_references([*run.common[version], *held.resources])
    problems = [replace(problem, source=page.name) for problem in problems]
    errors = tuple(problem for problem in problems if problem.severity in {"fatal", "error"})
    notes = (*(problem for problem in problems if problem.severity not in {"fatal", "error"}), *findings(facts))
    if errors:
        return _Converted(replace(page, problems=errors), findings=notes)
    counts = replace(
        _counts(facts, resources, withheld),
        not_held=tuple((version, path, count) for version, held in derived.items() for path, count in held.not_held.items()),
    )
    page = replace(page, outcome="published", counts=counts, knowledge=_knowledge(resources))
    with clock.stage("spool"):
        spooled = {version: tuple(map(serialise, held.resources)) for version, held in derived.items()}
        codes = {version: _codes(held.resources) for version, held in derived.items()}
        line = facts_to_json(facts)
    return _Converted(page, line, spooled, codes, (*notes, *_freshness(page)))


def _stated(page: Page, key: str) -> str | None:
    """What the front matter states, cut where it is no word or date but a text: every page's is in memory and in the report."""
    said = page.meta(key)
    return None if said is None else said[:80]


def _codes(resources: list[Resource]) -> list[CodeRow]:
    applied = AppliedCodes()
    for resource in resources:
        if resource["resourceType"] in CODED:
            applied.note(resource)
    return applied.rows


def _freshness(page: PageResult) -> list[Problem]:
    if page.frequency is None or is_known(page.frequency):
        return []
    cause = "the page's reviewFrequency is not understood, so nobody is told when it is overdue"
    remedy = "Write it as daily, weekly, monthly, quarterly, semiannually or annually."
    return [Problem("P527", "information", cause, remedy, source=page.name, excerpt=excerpt(page.frequency))]


def _counts(facts: DrugFacts, resources: list[Resource], withheld: int) -> PageCounts:
    return PageCounts(
        qualified_in_words=sum(use.qualified_in_words for use in facts.uses),
        withheld=len(facts.withheld) + withheld,
        brands=len(facts.brands),
        uses=len(facts.uses),
        indications=sum(resource["resourceType"] == "ClinicalUseDefinition" for resource in resources),
        sentences=tuple(sorted(Counter(sentence.role for sentence in facts.sentences).items())),
    )


def _knowledge(resources: list[Resource]) -> str:
    """The id of the drug's own MedicationKnowledge: the page's DocumentReference has the same; its brands' have others."""
    return next(str(resource["id"]) for resource in resources if resource["resourceType"] == "DocumentReference")


def _unexpected(error: Exception, source: str) -> Problem:
    cause = f"converting the page failed unexpectedly: {type(error).__name__} in {_place(error.__traceback__)}"
    remedy = "Report it with the page and the run's log. The other pages are not affected."
    return Problem("P590", "error", cause, remedy, source=source)


def _overdue(seconds: float, source: str) -> Problem:
    cause = f"the page took longer than the {seconds:g} seconds of processor time that a page may take (--page-timeout)"
    remedy = "Check that this is a page; if so, allow more time, and report it. The other pages are not affected."
    return Problem("P536", "error", cause, remedy, source=source)


def _encodable(problem: Problem) -> Problem:
    """A problem that UTF-8 can hold: YAML escapes can make half a surrogate pair, and a cause may quote it."""
    said = {name: getattr(problem, name) for name in ("cause", "remedy", "source", "excerpt", "expression")}
    return replace(problem, **{k: v.encode("utf-8", "backslashreplace").decode() for k, v in said.items() if v is not None})


def _place(trace: TracebackType | None) -> str:
    """The innermost function of ours that an exception passed through; no path, which is another on every machine."""
    place = "?"
    for frame, line in traceback.walk_tb(trace):
        module = str(frame.f_globals.get("__name__", "?"))
        if module.startswith("pipeline."):
            place = f"{module}.{frame.f_code.co_name}, line {line}"
    return place
