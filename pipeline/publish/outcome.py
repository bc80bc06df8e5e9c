"""Writes `outcome/OperationOutcome.ndjson`: what was wrong with a page or left unread, those taken over among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from pipeline.errors import Problem
from pipeline.publish.base import Base
from pipeline.publish.documents import operation_outcome
from pipeline.publish.files import NewFolder
from pipeline.publish.guards import Settled
from pipeline.publish.spool import Spool


def write_outcome(  # noqa: PLR0913, PLR0917 - where findings come from, and where they go
    folder: NewFolder, spool: Spool, base: Base | None, settled: Sequence[Settled], general: Sequence[Problem], canonical: str
) -> None:
    """Write every finding, one OperationOutcome a page, those on no page first."""
    spooled = spool.problems()
    number, early = next(spooled, (-1, []))
    before = _findings_of(base.snapshot) if base else iter(())
    name, line = next(before, ("", b""))
    with folder.file("outcome/OperationOutcome.ndjson", even_empty=True) as file:
        if general:
            file.write(orjson.dumps(operation_outcome(None, general, canonical)) + b"\n")
        for one in settled:
            found = [*one.problems]
            if number == one.page.number:
                found = early + found
                number, early = next(spooled, (-1, []))
            while line and name < one.page.name:
                name, line = next(before, ("", b""))
            outcome = operation_outcome(one.page.name, found, canonical)
            if one.page.taken_over and line and name == one.page.name:
                if not found:
                    file.write(line)
                    continue
                outcome["issue"] = orjson.loads(line)["issue"] + outcome["issue"]
            if outcome["issue"]:
                file.write(orjson.dumps(outcome) + b"\n")


def has_findings(snapshot: Path, spool: Spool, settled: Sequence[Settled], canonical: str) -> bool:
    """Whether a snapshot has of these pages the very findings that are in the spool and in `settled` now."""
    spooled = dict(spool.problems())
    found = [(one.page.name, [*spooled.get(one.page.number, []), *one.problems]) for one in settled]
    ours = [(name, orjson.dumps(operation_outcome(name, said, canonical)) + b"\n") for name, said in found if said]
    names = {one.page.name for one in settled}
    return ours == [(name, line) for name, line in _findings_of(snapshot) if name in names]


def _findings_of(snapshot: Path) -> Iterator[tuple[str, bytes]]:
    """The OperationOutcomes of a snapshot: the name of the page of each, and its line; those of no page are passed over."""
    with (snapshot / "outcome" / "OperationOutcome.ndjson").open("rb") as lines:
        for line in lines:
            for extension in orjson.loads(line)["issue"][0].get("extension", ()):
                if extension["url"].endswith("/operationoutcome-file"):
                    yield extension["valueString"], line
