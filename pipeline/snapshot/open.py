"""Opens a snapshot and gives its pages one by one, each with its facts and its resources."""

from __future__ import annotations

import base64
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import orjson

from pipeline.errors import Problem, ReadError, SnapshotError, excerpt
from pipeline.facts import FACTS, PublishedFacts, facts_from_json
from pipeline.fhir import indications_of
from pipeline.fhir.systems import DERIVATION_REFERENCE
from pipeline.model import DrugFacts, FrontMatterValue, Kind, Page, PageExcerpts, Resource, Span, facts_in
from pipeline.publish import current_snapshot, read_report
from pipeline.read import read_front_matter
from pipeline.settings import FhirVersion, ReadLimits
from pipeline.snapshot.outcome import problems_in

#: How much of the bundles is read at a time: their lines are as long as pages.
_LONG_LINES = 1024 * 1024
#: What `publish` calls a drug or regimen.
_SLUG = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)?")
#: The front matter of what was published is read again whatever limits a run had.
_LIMITS = ReadLimits(max_nesting=200)
#: What reading back something that onlabel did not write, or that was changed since, may run into.
_FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, ReadError)


@dataclass(frozen=True, slots=True)
class Input:
    """A page of the run, as `report.json` lists it. `slug` and `kind` are None where reading did not come so far.

    `stale` is the day (YYYY-MM-DD) on which a page was read last that cannot be read now: it is published as it was then.
    """

    name: str
    outcome: str
    slug: str | None
    kind: Kind | None
    stale: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A published page: its line of `bundles/transaction.ndjson` (equal bytes say that nothing of it changed) and its facts."""

    input: Input
    data: bytes
    facts: bytes

    @property
    def slug(self) -> str:
        """The drug's identity across snapshots."""
        return self.input.slug or ""

    def record(self) -> Record:
        """The page with its facts and its resources.

        Raises:
            SnapshotError: W102, the facts or the resources are not as onlabel writes them.

        """
        published = _facts(self.input, self.facts)
        try:
            resources = tuple(entry["resource"] for entry in orjson.loads(self.data)["entry"])
            of: Any = published  # what `replace` gives back cannot be of another type for mypy
            facts: DrugFacts = replace(of, page=_page(published, resources))
            branches = itertools.groupby(indications_of(facts), key=lambda one: one.number)
            return Record(self.input, resources, facts, tuple(tuple(sorted(one.id for one in use)) for _, use in branches))
        except _FAULTS as error:
            raise _strange(self.input, f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class Record:
    """A published page.

    `resources` stand in the order of its bundle, in the snapshot's version; `facts` are those of `facts.ndjson`, their page
    with the text that its DocumentReference holds and its front matter (its blocks are not read). `indications` are, for each
    use of `facts.uses`, the ids of its ClinicalUseDefinitions (where the version has none, the values of the guidelines'
    `indication-identifier`).
    """

    input: Input
    resources: tuple[Resource, ...]
    facts: DrugFacts
    indications: tuple[tuple[str, ...], ...]

    @property
    def slug(self) -> str:
        """The drug's identity across snapshots."""
        return self.facts.slug


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot in one FHIR version. `path` is its folder, `report` its report.json.

    `inputs` are all pages of its run by name, and behind them the stale ones, each beside the one that cannot be read.
    """

    path: Path
    version: FhirVersion
    report: Mapping[str, Any]
    inputs: tuple[Input, ...]

    @property
    def folder(self) -> Path:
        """The folder of its FHIR version."""
        return self.path / self.version

    def published(self) -> list[Input]:
        """The published pages in the order of the bundles: drugs by slug, then regimens by slug."""
        found = (one for one in self.inputs if one.outcome == "published")
        return sorted(found, key=lambda one: (one.kind != "drug", one.slug or ""))

    def lines(self) -> Iterator[Line]:
        """The published pages, one at a time, drugs by slug, then regimens by slug.

        Raises:
            SnapshotError: W101, the bundles or the facts are not to be read or are not those of `report.json`.

        """
        try:
            with (
                (self.folder / "bundles" / "transaction.ndjson").open("rb", buffering=_LONG_LINES) as bundles,
                (self.path / FACTS).open("rb", buffering=_LONG_LINES) as facts,
            ):
                # The first Bundle holds what all pages share; with the core profile there is no such thing.
                first = 0 if self.report["settings"]["profile"] == "core" else 1
                rows = zip(self.published(), itertools.islice(bundles, first, None), facts, strict=True)
                yield from itertools.starmap(Line, rows)
        except _FAULTS as error:
            raise _unreadable(self.path, f"its bundles or facts are not those that report.json lists: {error}") from error

    def records(self) -> Iterator[Record]:
        """As `lines`, each read; raises SnapshotError (W101, W102)."""
        return (line.record() for line in self.lines())

    def record(self, slug: str) -> Record | None:
        """One drug or regimen, or None where the snapshot has no such; raises SnapshotError (W101, W102)."""
        return next((line.record() for line in self.lines() if line.slug == slug), None)

    def findings(self) -> dict[str, tuple[Problem, ...]]:
        """What was wrong with a page or left unread, by the page's name; under "" what is of the run as a whole.

        Raises:
            SnapshotError: W101, where the outcome is not to be read.

        """
        try:
            with (self.path / "outcome" / "OperationOutcome.ndjson").open("rb") as file:
                found = [problems_in(orjson.loads(line)) for line in file]
        except _FAULTS as error:
            raise _unreadable(self.path, f"its outcome is not to be read: {error}") from error
        said: dict[str, tuple[Problem, ...]] = {}
        for problems in filter(None, found):
            # A stale page has the name of the one that cannot be read.
            name = problems[0].source or ""
            said[name] = (*said.get(name, ()), *problems)
        return said


def open_snapshot(path: Path, version: FhirVersion | None = None) -> Snapshot:
    """Open an output folder (its current snapshot) or a snapshot folder.

    Args:
        path: The folder.
        version: The FHIR version to read; R5, else R4B, else R4 unless it is given.

    Raises:
        SnapshotError: W100 (nothing is published there), W101 (it is not to be read), W103 (it has not that version).
        PublishError: P506, where `current` points at nothing.

    """
    folder = path if (path / "report.json").is_file() else current_snapshot(path)
    if folder is None:
        remedy = "Name an output folder in which something was published, or a snapshot in it."
        raise SnapshotError(Problem("W100", "fatal", "nothing is published here", remedy, source=str(path)))
    try:
        report, listed = read_report(folder / "report.json")
        there = [one for one in get_args(FhirVersion) if one in report["settings"]["fhir_versions"]]
        inputs = tuple(map(_input, listed))
    except _FAULTS as error:
        raise _unreadable(folder, f"its report.json is missing or is not one: {error}") from error
    if not there or (version or there[0]) not in there:
        cause = f"the snapshot holds {', '.join(there) or 'no FHIR version'}, not {version}"
        remedy = "Name another version, or publish it: `onlabel convert --fhir …`."
        raise SnapshotError(Problem("W103", "fatal", cause, remedy, source=str(folder)))
    return Snapshot(folder.resolve(), version or there[0], report, inputs)


def facts_of(snapshot: Snapshot) -> Iterator[PublishedFacts]:
    """The facts of each published page, one at a time, drugs by slug, then regimens by slug; their page is named, not held.

    Raises:
        SnapshotError: W101, the facts are not to be read or are not of the pages that `report.json` lists; W102, a page's
            facts are not as onlabel writes them.

    """
    try:
        with (snapshot.path / FACTS).open("rb", buffering=_LONG_LINES) as lines:
            for page, line in zip(snapshot.published(), lines, strict=True):
                yield _facts(page, line)
    except (OSError, ValueError) as error:
        raise _unreadable(snapshot.path, f"its {FACTS} is missing or is not that of its pages: {error}") from error


def _facts(page: Input, line: bytes) -> PublishedFacts:
    try:
        facts = facts_from_json(line)
    except ValueError as error:
        raise _strange(page, str(error)) from error
    # A drug's name becomes that of a file, and of a link to it.
    if (facts.slug, facts.kind, facts.page.name) != (page.slug, page.kind, page.name) or not _SLUG.fullmatch(facts.slug):
        raise _strange(page, f"its facts are those of {excerpt(facts.slug)!r}, {excerpt(facts.page.name)!r}")
    return facts


def _input(one: Mapping[str, Any]) -> Input:
    # Of words that thousands of pages have, each is in memory once.
    kind: Any = one["kind"] and sys.intern(one["kind"])
    return Input(one["name"], sys.intern(one["outcome"]), one["drug"], kind, one.get("read"))


def _page(facts: PublishedFacts, resources: tuple[Resource, ...]) -> Page:
    """The page that facts are of, out of its DocumentReference; where that has not its text, as far as it is quoted."""
    reference = facts.page
    (document,) = (one for one in resources if one["resourceType"] == "DocumentReference")
    attachment = document["content"][0]["attachment"]
    if "data" not in attachment:
        return _excerpts(facts, document)
    data = base64.b64decode(attachment["data"])
    if sha256(data).hexdigest() != reference.sha256:
        message = "its facts are of another page than its DocumentReference"
        raise ValueError(message)
    text = data.decode()
    front_matter, _ = read_front_matter(text, reference.name, _LIMITS)
    return Page(reference.name, text, front_matter, ())


def _excerpts(facts: PublishedFacts, document: Resource) -> PageExcerpts:
    """What is published of a page whose text is not: its front matter and its quotes."""
    stated: dict[str, tuple[FrontMatterValue, ...]] = {}
    for extension in document["extension"]:
        if extension["url"].endswith("/front-matter"):
            said = {part["url"]: part.get("valueString") for part in extension["extension"]}
            value = FrontMatterValue(said["text"], _span_of(extension["extension"]))
            stated[said["key"]] = (*stated.get(said["key"], ()), value)
    quotes = [(fact.text, fact.spans[0]) for fact in facts_in(facts) if len(fact.spans) == 1]
    quotes += [(value.text, value.span) for values in stated.values() for value in values]
    text = [" "] * max((span.end for fact in facts_in(facts) for span in fact.spans), default=0)
    text += [" "] * max(0, max((span.end for _, span in quotes), default=0) - len(text))
    for words, span in quotes:
        shown = words[: span.end - span.start]
        text[span.start : span.start + len(shown)] = shown
    return PageExcerpts(facts.page.name, "".join(text), stated, (), facts.page.sha256)


def _span_of(parts: Sequence[Mapping[str, Any]]) -> Span:
    """Where a quote stands, by its proof, compact or in full; an empty span where it carries none."""
    for part in parts:
        if part["url"].endswith("/proof"):
            offset, _, length = part["valueString"].split(" ")[0].partition("+")
            return Span(int(offset), int(offset) + int(length))
        if part["url"] == DERIVATION_REFERENCE:
            place = {one["url"]: one.get("valueInteger") for one in part["extension"]}
            return Span(place["offset"], place["offset"] + place["length"])
    return Span(0, 0)


def _strange(page: Input, reason: str) -> SnapshotError:
    cause = f"what is published of {page.slug!r} is not as onlabel writes it ({reason})"
    remedy = "Publish again; `onlabel verify` says whether files were changed since."
    return SnapshotError(Problem("W102", "fatal", cause, remedy, source=page.name))


def _unreadable(path: Path, reason: str) -> SnapshotError:
    remedy = "Publish again; `onlabel verify` says whether files were changed since."
    return SnapshotError(Problem("W101", "fatal", f"the snapshot is not to be read: {reason}", remedy, source=str(path)))
