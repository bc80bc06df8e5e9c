"""The definitions of what is published (codes, value sets, maps, extensions, profiles): sent before what uses them.

Some servers take none of them, or not all: that is said for each type, and the rest is loaded all the same. None is ever
deleted: what is retired, stale or of another snapshot may use it still. Excerpts of code systems of others (RxNorm, NCI
Thesaurus) stay behind: beside the whole system on a server they could answer for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from pipeline.errors import LoadError, Problem
from pipeline.load.capability import Capability
from pipeline.load.plan import Entry
from pipeline.load.sending import Sender

#: Each names only those before it: a server that checks finds a value set's codes, and an extension's value sets.
_TYPES = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "SearchParameter")
#: What a server says that lets nobody write definitions (L705), or does not read them in a batch (L706).
_NOT_HERE = frozenset({"L705", "L706"})


@dataclass(slots=True)
class Defined:
    """What became of the definitions: how many were `created`, `updated`, `unchanged` or `left out`."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def send(sender: Sender, capability: Capability, folder: Path) -> Defined:
    """Make the server hold the definitions in `folder` (`<snapshot>/<version>`), as far as it takes them.

    Raises:
        LoadError: The server cannot be reached (L702, L703) or sends us elsewhere (L704); a file is damaged (L707).
    """
    defined = Defined()
    for kind in _TYPES:
        entries = [*_entries(folder / "conformance" / f"{kind}.ndjson", sender.canonical)]
        if entries and kind not in capability.writable:
            cause = f"the server takes no {kind}, so {len(entries)} that define what is loaded are left out"
            remedy = "Nothing, unless someone needs them there; --no-conformance says nothing of it."
            defined.problems.append(Problem("L714", "warning", cause, remedy))
            defined.counts["left out"] += len(entries)
        elif entries:
            _send(sender, kind, entries, defined)
    return defined


def _send(sender: Sender, kind: str, entries: list[Entry], defined: Defined) -> None:
    """Send the definitions of one type; what is wrong with some of them becomes one warning."""
    try:
        sent = sender.send(entries, frozenset())
    except LoadError as error:
        if error.problem.code not in _NOT_HERE:
            raise
        defined.problems.append(_refused(kind, len(entries), len(entries), error.problem))
        defined.counts["left out"] += len(entries)
        return
    defined.counts.update({"left out" if name == "refused" else name: number for name, number in sent.counts.items()})
    if sent.problems:
        defined.problems.append(_refused(kind, len(sent.refused), len(entries), sent.problems[0]))
    for element, targets in sorted(sent.altered.items()):
        cause = f"the server keeps this element otherwise than it was sent, in {len(targets)} definitions"
        remedy = "Compare the two; what they define is loaded as it was published."
        defined.problems.append(Problem("L716", "warning", cause, remedy, expression=element, resource=min(targets)))


def _refused(kind: str, refused: int, all_of_it: int, why: Problem) -> Problem:
    cause = f"{refused} of {all_of_it} {kind} that define what is loaded are not on the server; the first: {why.cause}"
    remedy = "See what the server says; what is loaded does not need them there, people who look up its codes do."
    return Problem("L715", "warning", cause, remedy, resource=why.resource)


def _entries(file: Path, canonical: str) -> Iterator[Entry]:
    if not file.is_file():
        return
    number = 0
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                resource = orjson.loads(line)
                if str(resource.get("url")).startswith(f"{canonical}/"):
                    yield Entry(f"{resource['resourceType']}/{resource['id']}", resource, number)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        cause = f"the snapshot cannot be read as one ({type(error).__name__})"
        remedy = "Publish again: a snapshot is never changed by hand."
        raise LoadError(Problem("L707", "fatal", cause, remedy, source=str(file), line=number or None)) from error
