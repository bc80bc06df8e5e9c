"""One Bundle's worth of resources: ask what the server holds, send what is new or other, look whether it arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Problem
from pipeline.load.plan import Entry, parcels, transaction, units
from pipeline.load.refusals import Refusals
from pipeline.load.same import differences, version_of
from pipeline.load.server import Server
from pipeline.model import Resource


@dataclass(frozen=True, slots=True)
class Limits:
    """What one Bundle may hold."""

    entries: int
    size: int


@dataclass(slots=True)
class Sent:
    """What became of some resources: how many were `created`, …; what went wrong; what the server keeps otherwise.

    `altered` maps an element that the server keeps otherwise than it was sent to the resources concerned. `hearer` hears of
    each refusal at once.
    """

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    altered: dict[str, list[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    hearer: Refusals | None = None

    def took(self, outcome: str) -> None:
        """The server has a resource: `created`, `updated` or `unchanged`."""
        self.counts[outcome] += 1
        if self.hearer is not None:
            self.hearer.taken()

    def add(self, other: Sent) -> None:
        """Take in what became of others."""
        self.counts += other.counts
        self.problems += other.problems
        self.refused |= other.refused
        for element, targets in other.altered.items():
            self.altered.setdefault(element, []).extend(targets)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends the resources of one snapshot to one server."""

    server: Server
    limits: Limits
    canonical: str
    dry_run: bool
    hearer: Refusals | None = None

    def send(self, entries: Sequence[Entry], refused: frozenset[str]) -> Sent:
        """Make the server hold these entries, as far as it takes them.

        Args:
            entries: Resources that name only each other and what was sent before.
            refused: Those that the server did not take: what names one of them is not sent.

        Raises:
            LoadError: The server cannot be reached or lets nobody in (L702 to L706), or refuses everything (L735).
        """
        done = Sent(hearer=self.hearer)
        held = self._held(entries)
        wanted: list[Entry] = []
        for entry in entries:
            there = held[entry.target]
            if there is not None and not differences(entry.resource, there):
                done.took("unchanged")
            elif there is not None and not is_ours(entry.resource, there, self.canonical):
                cause = "the server holds something of someone else's under this id, and it is left as it is"
                remedy = "Load into a server (or partition) of its own, or remove what is there."
                _refuse(done, entry, "L731", cause, remedy)
            else:
                wanted.append(entry)
        wanted = _without_dependants(wanted, done, refused)
        if self.dry_run:
            done.counts.update("updated" if held[entry.target] else "created" for entry in wanted)
            return done
        for parcel in parcels(wanted, self.limits.entries, self.limits.size):
            self._put(_without_dependants(parcel, done, refused), held, done, refused)
        return done

    def _held(self, entries: Sequence[Entry]) -> dict[str, Resource | None]:
        targets = [entry.target for entry in entries]
        held: dict[str, Resource | None] = {}
        for start in range(0, len(targets), self.limits.entries):
            held |= self.server.held(targets[start : start + self.limits.entries])
        return held

    def _put(self, entries: list[Entry], held: dict[str, Resource | None], done: Sent, refused: frozenset[str]) -> None:
        """Send a transaction; where it is refused, its halves, down to the entry at fault."""
        if not entries:
            return
        answer = self.server.post(transaction(entries))
        if answer.is_success and _is_done(answer.json, len(entries)):
            self._check(entries, held, done)
            return
        parts = units(entries)
        if len(parts) == 1:
            said = self.server.said(answer)
            guilty = self._at_fault(entries, said)
            for entry in guilty:
                together = f" or one of {len(guilty) - 1} more that it goes with" if len(guilty) > 1 else ""
                remedy = "See what the server says: a rule or profile of its own, or a limit; the rest was loaded."
                _refuse(done, entry, "L730", f"the server refuses this resource{together}: {said}", remedy)
            _without_dependants([entry for entry in entries if entry not in guilty], done, refused)
            return
        half = len(parts) // 2
        for some in (parts[:half], parts[half:]):
            left = _without_dependants([entry for unit in some for entry in unit], done, refused)
            self._put(left, held, done, refused)

    def _at_fault(self, entries: list[Entry], said: str) -> list[Entry]:
        """Who of several that name each other, and so cannot be sent apart, is at fault: by the server's words, else all."""
        named = [entry for index, entry in enumerate(entries) if f"entry[{index}]" in said or entry.target in said]
        if len(named) == 1 or len(entries) == 1:
            return named or entries
        return [entry for entry in entries if self.server.finds_fault(entry.resource)] or entries

    def _check(self, entries: Iterable[Entry], before: dict[str, Resource | None], done: Sent) -> None:
        """Read back what was sent: servers drop elements that they do not know, and say nothing."""
        sent = [*entries]
        after = self._held(sent)
        for entry in sent:
            there, then = after[entry.target], before[entry.target]
            if there is None:
                cause, remedy = "the server took this resource and does not have it", "See the server's log, then load again."
                _refuse(done, entry, "L732", cause, remedy)
                continue
            changed = version_of(there) is None or version_of(there) != version_of(then)
            done.took("created" if then is None else "updated" if changed else "unchanged")
            for element in differences(entry.resource, there):
                done.altered.setdefault(element, []).append(entry.target)


def is_ours(published: Resource, held: Resource, canonical: str) -> bool:
    """Whether a resource may be replaced: it has an identifier of ours, or one that it shares with what was published.

    A definition is known by its URL. Resources that are published with neither (Device, Provenance) are known by their ids.
    """
    if "url" in published:
        return str(held.get("url")).startswith(f"{canonical}/")
    theirs = identifiers(held)
    ours = identifiers(published)
    return not ours or bool(ours & theirs) or any(system.startswith(f"{canonical}/") for system, _ in theirs)


def identifiers(resource: Resource) -> set[tuple[str, str]]:
    """System and value of each identifier; in R4 and R4B that of a MedicationKnowledge stands in an extension."""
    found = resource.get("identifier", ())
    listed: list[dict[str, Any]] = [found] if isinstance(found, dict) else [*found]
    listed += [one["valueIdentifier"] for one in resource.get("extension", ()) if "valueIdentifier" in one]
    return {(str(one.get("system")), str(one.get("value"))) for one in listed}


def _is_done(found: Any, number: int) -> bool:  # noqa: ANN401 - whatever JSON the server answers
    """Whether a transaction's response says of every entry that it was done."""
    try:
        responses = [entry["response"] for entry in found["entry"]]
        return len(responses) == number and all(str(response["status"]).startswith("2") for response in responses)
    except (KeyError, TypeError):
        return False


def _without_dependants(entries: list[Entry], done: Sent, refused: frozenset[str]) -> list[Entry]:
    """Those that name nothing that was refused; the others are refused too: half a drug's uses must not look like all."""
    while True:
        missing = done.refused | refused
        stopped = [entry for entry in entries if entry.references & missing]
        if not stopped:
            return entries
        for entry in stopped:
            named = ", ".join(sorted(entry.references & missing)[:3])
            _refuse(done, entry, "L733", f"it names {named}, which the server does not take", "Fix that one first.")
        entries = [entry for entry in entries if entry not in stopped]


def _refuse(done: Sent, entry: Entry, code: str, cause: str, remedy: str) -> None:
    done.counts["refused"] += 1
    done.refused.add(entry.target)
    done.problems.append(Problem(code, "error", cause, remedy, line=entry.page, resource=entry.target))
    if done.hearer is not None:
        done.hearer.hear(done.problems[-1])
