"""The commands that show what was published to people and analysts: show, tables."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from pipeline.cli.app import DONE, Quiet, app, holding, is_output, output_of
from pipeline.cli.console import Console, counted
from pipeline.errors import Problem, SnapshotError, UsageError
from pipeline.options import Flag, fhir_version

if TYPE_CHECKING:
    from pipeline.model import Resource, Use
    from pipeline.snapshot import Input, Record, Snapshot
    from pipeline.tables import Filters

_RESOURCE = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}")
_OUTPUT = Path("output")
_MOST_WORDS = 2


@app.command
def show(  # noqa: PLR0913 - each is an option of the command
    *words: Annotated[
        str, Parameter(name="WORDS", help="An output folder [default: output], then a drug, a search, or a Type/id.")
    ],
    output: Annotated[Path, Parameter(help="The output folder, where WORDS name none.")] = _OUTPUT,
    uses: Annotated[Flag, Parameter(help="List the uses of all drugs.")] = False,
    brand: Annotated[str | None, Parameter(help="Only uses of this brand, or of the drug as a whole that has it.")] = None,
    condition: Annotated[str | None, Parameter(help="Only uses whose condition, setting or cause has these words.")] = None,
    code: Annotated[
        str | None, Parameter(help="Only uses with this code, or of a drug with it; icd10:C34 includes the codes below it.")
    ] = None,
    approval_status: Annotated[
        # As in the model, which help does without.
        Literal["approved", "accelerated_approval", "used"] | None, Parameter(help="Only uses of this approval status.")
    ] = None,
    fhir: Annotated[str | None, Parameter(help="The FHIR version to read [default: R5 if it is there].")] = None,
    json: Annotated[Flag, Parameter(help="Print a JSON line for each drug, use or resource.")] = False,
    quiet: Quiet = False,
) -> int:
    """Show what was published: all drugs, one with its uses and their quotes, the uses that a search finds, or one resource.

    A drug is named by its name, brand or code. All other words are looked for in names, brands, conditions, disease
    details, patients, partners, prior therapy and restrictions; a use is found when it has them all. With drug:, brand:,
    condition:, detail:, patients:, with:, prior: or restriction: before it, a word is looked for there alone. Codes: ncit:,
    rxnorm:, unii:, icd10: (also the codes below), mondo:, mesh:.

    For example:
    ```
    onlabel show
    onlabel show denosumab
    onlabel show output "Nivolumab and Hyaluronidase-nvhy"
    onlabel show "NSCLC prior:platinum"
    onlabel show --uses --condition melanoma --approval-status accelerated_approval
    onlabel show ClinicalUseDefinition/nci.denosumab.7611392e6323
    ```
    """
    from pipeline.snapshot import open_snapshot
    from pipeline.tables import filters_of

    folder, wanted = _output_and_wish(words)
    console = Console(quiet=quiet)
    options = (brand, condition, code, approval_status)
    with holding(folder or output) as held:
        try:
            snapshot = open_snapshot(held, fhir_version(fhir) if fhir else None)
        except SnapshotError as error:
            raise _asked_for(error, wanted if folder is None else None) from error
        if wanted and _RESOURCE.fullmatch(wanted):
            _show_resource(console, snapshot, wanted, json=json)
        elif wanted and (records := _the_drug(snapshot, wanted)):
            filters = filters_of(snapshot, *options)
            for record in records:
                _show_drug(console, snapshot, record, filters, json=json)
            if len(records) > 1 and not json:
                _show_beside(records)
        elif wanted:
            _show_found(console, snapshot, wanted, filters_of(snapshot, *options, wanted), json=json)
        else:
            _show_all(console, snapshot, filters_of(snapshot, *options), uses=uses, json=json)
    return DONE


@app.command
def tables(
    output: Annotated[Path, Parameter(help="An output folder, or one snapshot.")] = _OUTPUT,
    *,
    to: Annotated[Path | None, Parameter(help="Where to write [default: tables in the output folder].")] = None,
    fhir: Annotated[str | None, Parameter(help="The FHIR version to read [default: R5 if it is there].")] = None,
    format_: Annotated[
        Literal["csv", "parquet"], Parameter(name="--format", help="parquet: beside each CSV file one of Parquet, with types.")
    ] = "csv",
    quiet: Quiet = False,
) -> int:
    """Write what was published as tables for analysts: CSV, Parquet, DuckDB views, SQL on FHIR ViewDefinitions, questions.

    For example:
    ```
    onlabel tables
    onlabel tables out --to analysis/ --format parquet
    ```
    """
    from pipeline.snapshot import open_snapshot
    from pipeline.tables import database, write_parquet, write_tables

    console = Console(quiet=quiet)
    using = database() if format_ == "parquet" else None
    with holding(output) as folder:
        snapshot = open_snapshot(folder, fhir_version(fhir) if fhir else None)
        written = write_tables(snapshot, to or output_of(output, folder) / "tables", parquet=using is not None)
    for name, rows in written.rows.items():
        console.out(f"{written.folder / name}.csv: {counted(rows, 'row')}")
    for path in write_parquet(using, written.folder, written.rows) if using else ():
        console.out(f"{path}: the same rows, with types")
    if "views.sql" in written.views:
        console.out(f"{written.folder / 'views.sql'}: the same rows from the resources, for DuckDB")
    elif written.views:
        console.out(f"{written.folder / 'views'}: ViewDefinitions of the resources, for engines of SQL on FHIR")
    else:
        console.note(f"No views: they read R5 or R4 in full, and this is {snapshot.version}, the core profile or --model idmp.")
    return DONE


def _output_and_wish(words: tuple[str, ...]) -> tuple[Path | None, str | None]:
    """The output folder, if one is named, and what is asked for; a single word is one only where something is published."""
    match words:
        case ():
            return None, None
        case (word,) if is_output(Path(word)) or ("/" in word and not _RESOURCE.fullmatch(word)):
            return Path(word), None
        case (word,):
            return None, word
        case (folder, word):
            return Path(folder), word
    cause = f"{len(words)} words are given, and at most {_MOST_WORDS} are understood: an output folder and a drug"
    raise UsageError(Problem("U901", "error", cause, 'Put a name of several words in quotes: "trastuzumab deruxtecan".'))


def _asked_for(error: SnapshotError, wanted: str | None) -> SnapshotError:
    """W100 in the words of who asked: one word may have been meant as a folder."""
    if error.problem.code != "W100" or wanted is None:
        return error
    if Path(wanted).exists():
        return SnapshotError(replace(error.problem, source=wanted))
    cause = f"nothing is published here, so nothing is to be shown of {wanted!r}"
    remedy = (
        f"Name the output folder: `onlabel show OUTPUT {wanted}`; of a folder called {wanted}, write `onlabel show ./{wanted}`."
    )
    return SnapshotError(replace(error.problem, cause=cause, remedy=remedy))


def _the_drug(snapshot: Snapshot, words: str) -> list[Record]:
    """The one drug that the words stand for, on the page of each publisher, if they name one; raises UsageError (W302).

    A slug with a publisher's id before it means that publisher's page alone.
    """
    from pipeline.tables import drugs_named, same_drug

    found = drugs_named(snapshot, words)
    if found:
        records = found if found[0].slug == words and "." in words else same_drug(snapshot, found[0])
        if {one.slug for one in found} <= {one.slug for one in records}:
            return records
        names = ", ".join(record.slug for record in found)
        cause = f"{words!r} stands for {len(found)} drugs: {names}"
        raise UsageError(Problem("W302", "error", cause, "Name one of them."))
    return []


def _show_found(console: Console, snapshot: Snapshot, words: str, filters: Filters, *, json: bool) -> None:
    """The uses that a search finds; raises UsageError (W301) where it finds none."""
    from pipeline.tables import names_near, unpublished

    if any(filters.uses(record.facts) for record in snapshot.records()):
        _show_all(console, snapshot, filters, uses=True, json=json)
        return
    cause = f"no drug, brand or code {words!r} is published here"
    if left_out := unpublished(snapshot, words):
        raise UsageError(_left_out(snapshot, cause, left_out[0]))
    cause += f", and no use has {' and '.join(one.told for one in filters.terms) or 'such words'}"
    names = names_near(snapshot, words)
    remedy = f"Did you mean {' or '.join(names)}?" if names else "`onlabel show` lists what is published."
    raise UsageError(Problem("W301", "error", cause, remedy, source=str(snapshot.path)))


def _left_out(snapshot: Snapshot, cause: str, page: Input) -> Problem:
    """W301 for a drug whose page the run had: what became of the page, and why."""
    why = next(iter(snapshot.findings().get(page.name, ())), None)
    said = f"{why.code}: {why.cause}" if why else "no finding says why"
    if page.outcome == "quarantined":
        remedy = why.remedy if why and why.remedy else "`onlabel extract PAGE` says what is wrong with it."
        return Problem("W301", "error", f"{cause}: its page is quarantined ({said})", remedy, source=page.name)
    cause = f"{cause}: its page was read as about no drug" + (f" ({said})" if why else "")
    remedy = "If it is about one, `onlabel extract PAGE` says why it was not read so; else nothing is wrong."
    return Problem("W301", "error", cause, remedy, source=page.name)


def _show_drug(console: Console, snapshot: Snapshot, record: Record, filters: Filters, *, json: bool) -> None:
    from pipeline.cli.terminal import Terminal
    from pipeline.tables import facts_line

    uses = filters.uses(record.facts)
    findings = snapshot.findings().get(record.input.name, ())
    if json:
        from pipeline.cli.console import as_json

        console.json({**facts_line(record, uses), "findings": [as_json(one) for one in findings]})
    else:
        Terminal().drug(record, uses, findings)
    if not uses and record.facts.uses:
        console.note("None of its uses is as asked.")


def _show_beside(records: list[Record]) -> None:
    from pipeline.cli.terminal import Terminal
    from pipeline.tables import side_by_side

    Terminal().beside(records, side_by_side(records))


def _show_all(console: Console, snapshot: Snapshot, filters: Filters, *, uses: bool, json: bool) -> None:
    from pipeline.cli.terminal import Terminal
    from pipeline.tables import drug_line, use_line

    drugs = passed = 0

    def shown() -> Iterator[tuple[Record, list[tuple[int, Use]]]]:
        nonlocal drugs, passed
        for record in snapshot.records():
            found = filters.uses(record.facts)
            if found or not filters:
                drugs, passed = drugs + 1, passed + len(found)
                yield record, found

    if json:
        for record, found in shown():
            for value in [use_line(record, *each) for each in found] if uses else [drug_line(record, found)]:
                console.json(value)
    elif uses:
        Terminal().uses(shown())
    else:
        Terminal().drugs(shown())
    others = Counter(one.outcome for one in snapshot.inputs if one.outcome != "published")
    rest = "".join(f"; {count:,} {outcome}" for outcome, count in sorted(others.items()))
    searched = f": {', '.join(one.told for one in filters.terms)}" if filters.terms else ""
    console.note(f"{counted(drugs, 'page')}, {counted(passed, 'use')}{searched or (' as asked' if filters else rest)}.")


def _show_resource(console: Console, snapshot: Snapshot, name: str, *, json: bool) -> None:
    from pipeline.cli.terminal import Terminal

    resource, record = _resource(snapshot, name)
    if json:
        console.json(resource)
    else:
        Terminal().resource(resource, record)


def _resource(snapshot: Snapshot, name: str) -> tuple[Resource, Record | None]:
    """A resource and the page that it is of; None for what all pages share. Raises UsageError (W303)."""
    import orjson

    kind, _, identity = name.partition("/")
    sought = orjson.dumps({"id": identity})[1:-1]
    for line in snapshot.lines():
        if sought in line.data:
            record = line.record()
            for resource in record.resources:
                if (resource["resourceType"], resource["id"]) == (kind, identity):
                    return resource, record
    for resource in _in_file(snapshot.folder / "resources" / f"{kind}.ndjson", sought):
        if resource["id"] == identity:
            return resource, None
    remedy = "`onlabel show DRUG` names a drug's resources."
    raise UsageError(Problem("W303", "error", f"no resource {name!r} is published here", remedy, source=str(snapshot.folder)))


def _in_file(path: Path, sought: bytes) -> Iterable[Resource]:
    import orjson

    return [orjson.loads(line) for line in path.read_bytes().splitlines() if sought in line] if path.is_file() else ()
