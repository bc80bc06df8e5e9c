"""Loads a snapshot into a FHIR server: only what is new or other there, in an order that references allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import orjson

from pipeline.errors import Problem
from pipeline.load import capability as capabilities
from pipeline.load import definitions, prune
from pipeline.load.credentials import sign_in
from pipeline.load.naming import Names, NamingServer
from pipeline.load.plan import Contents, Entry, contents
from pipeline.load.redaction import Secrets
from pipeline.load.refusals import Refusals
from pipeline.load.retire import retire
from pipeline.load.sending import Limits, Sender, Sent
from pipeline.load.server import PAUSES, Server, Teller, base_url, bounds_for
from pipeline.options import Loading, Login
from pipeline.settings import FhirVersion
from pipeline.web import Bounds

__all__ = ["Bounds", "LoadOptions", "LoadReport", "Login", "load"]

#: Told after each Bundle: how many resources are done, of how many.
Watcher = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class LoadOptions(Loading):
    """How to load: what the command can be told, and what it cannot.

    `pauses` are the seconds before each new try, `bounds` what one answer of the server may take, None for 600 s and 16 MiB
    (or four times `max_bytes`).
    """

    pauses: tuple[float, ...] = PAUSES
    bounds: Bounds | None = None

    @classmethod
    def of(cls, told: Loading) -> LoadOptions:
        """What the command was told."""
        return cls(**vars(told))


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a snapshot's resources: `created + updated + unchanged + refused` are all of them.

    In a dry run the counts are what would be. `kept` counts what pruning left because its page is quarantined. `definitions`
    counts the definitions apart: `created`, `updated`, `unchanged`, `left out`. `stopped` says which guard stopped the load
    before anything was sent.
    """

    server: str
    snapshot: Path
    version: FhirVersion
    dry_run: bool
    resources: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    deleted: int = 0
    kept: int = 0
    problems: tuple[Problem, ...] = field(default=())
    stopped: Problem | None = None
    retired: int = 0
    definitions: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> Literal[0, 1, 3, 4]:
        """0 all loaded, 1 some resources are not there or not as published, 3 a guard stopped it, 4 all were refused."""
        if self.stopped is not None:
            return 3
        if self.refused and self.refused == self.resources:
            return 4
        return 1 if any(problem.severity in {"fatal", "error"} for problem in self.problems) else 0


def load(
    snapshot: Path,
    server: str,
    options: LoadOptions = LoadOptions(),
    progress: Watcher | None = None,
    tell: Teller | None = None,
) -> LoadReport:
    """Make a FHIR server hold what a snapshot holds.

    The server is asked what it has, and gets what differs: so a second load sends nothing, and a load that was broken off goes
    on where it stopped, from any machine. What was sent is read back and compared.

    Args:
        snapshot: A snapshot's folder (`output/snapshots/<hash>`, or `output/current`).
        server: The base URL of a FHIR server.
        options: How to load.
        progress: Told how far it is.
        tell: Told, in words, when it waits for the server and tries again, and what the server refuses.

    Raises:
        UsageError: No such snapshot (L700), no such address (L701), credentials that cannot be used (L720, L721, L723).
        LoadError: The server cannot be reached, does not let us in, cannot hold it (L702 to L722), or takes nothing (L735).

    """
    secrets = Secrets()
    with secrets.hidden():
        report = _load(snapshot, server, options, secrets, progress, tell)
    stopped = report.stopped and secrets.cleared(report.stopped)
    return replace(report, stopped=stopped, problems=tuple(map(secrets.cleared, report.problems)))


def _load(  # noqa: PLR0913, PLR0917 - of `load`
    snapshot: Path, server: str, options: LoadOptions, secrets: Secrets, progress: Watcher | None, tell: Teller | None
) -> LoadReport:
    plan = contents(snapshot.resolve(), options.version)
    base = base_url(server, credentials=options.login.auth != "none")
    limits = Limits(options.max_entries, options.max_bytes)
    signing, bounds = sign_in(options.login, base, secrets), options.bounds or bounds_for(limits.size)
    server_of = partial(NamingServer, Names(plan.canonical, plan.targets)) if options.ids == "uuid" else Server
    with server_of(base, signing, secrets, bounds, options.pauses, tell) as there:
        able = capabilities.check(there, plan.version, plan.types)
        rules = prune.Rules(options.withdrawn or "delete", options.max_removed, limits)
        pruning = prune.plan(there, able, plan, rules) if options.prune else prune.Pruning()
        report = LoadReport(base, plan.folder, plan.version, options.dry_run, len(plan.targets), kept=pruning.kept)
        if pruning.stopped is not None:
            return replace(report, stopped=pruning.stopped)
        sender = Sender(there, limits, plan.canonical, options.dry_run)
        folder = plan.folder / plan.version
        defined = definitions.send(sender, able, folder) if not options.no_conformance else definitions.Defined()
        done = Sent(problems=[*able.problems, *defined.problems])
        sender = replace(sender, hearer=Refusals(base, secrets, tell))
        for level in sorted({line.level for line in plan.lines}):
            _send_level(sender, plan.jobs(level, limits.entries, limits.size), done, options.in_flight, _told(progress, plan))
        _prune(there, pruning, rules, done, dry_run=options.dry_run)
    problems = tuple(sorted((*_placed(done.problems, plan), *_altered(done)), key=lambda one: (one.line or 0, str(one))))
    return replace(
        report,
        created=done.counts["created"],
        updated=done.counts["updated"],
        unchanged=done.counts["unchanged"],
        refused=done.counts["refused"],
        deleted=done.counts["deleted"],
        retired=done.counts["retired"],
        definitions=dict(defined.counts),
        problems=problems,
    )


def _prune(there: Server, pruning: prune.Pruning, rules: prune.Rules, done: Sent, *, dry_run: bool) -> None:
    """Take away or mark what is withdrawn, last of all: what replaces it is there by then."""
    if dry_run:
        done.counts["deleted" if rules.withdrawn == "delete" else "retired"] = sum(map(len, pruning.groups))
    elif done.refused and pruning.groups:
        cause = f"nothing was {rules.withdrawn}d, because not everything was loaded: what replaces it might be missing"
        done.problems.append(Problem("L743", "warning", cause, "Load again when the rest is fixed."))
    elif rules.withdrawn == "delete":
        prune.delete(there, pruning, rules, done)
    else:
        for group in pruning.groups:
            retire(there, tuple(prune.portions(there, group, rules)), done)


def _told(progress: Watcher | None, plan: Contents) -> Callable[[Sent], None]:
    def told(done: Sent) -> None:
        if progress is not None:
            progress(sum(done.counts.values()), len(plan.targets))

    return told


def _send_level(sender: Sender, jobs: Iterator[list[Entry]], done: Sent, in_flight: int, told: Callable[[Sent], None]) -> None:
    """Send Bundles that name nothing of each other, several at once; no more of them are in memory than are on their way."""
    refused = frozenset(done.refused)
    running: set[Future[Sent]] = set()
    with ThreadPoolExecutor(max_workers=in_flight) as threads:
        try:
            for job in jobs:
                running.add(threads.submit(sender.send, job, refused))
                if len(running) >= in_flight:
                    running = _gather(running, done, told)
            while running:
                running = _gather(running, done, told)
        except BaseException:
            sender.server.stop()  # the others end with what is on its way; leaving the block waits for them
            raise


def _gather(running: set[Future[Sent]], done: Sent, told: Callable[[Sent], None]) -> set[Future[Sent]]:
    ended, others = wait(running, return_when=FIRST_COMPLETED)
    for one in ended:
        done.add(one.result())
        told(done)
    return others


def _placed(problems: Sequence[Problem], plan: Contents) -> Iterator[Problem]:
    """Problems with the place of their resource: the line of `resources/<Type>.ndjson` (or `conformance/…`) that holds it."""
    found: dict[str, tuple[Path, int]] = {}
    for kind in {problem.resource.partition("/")[0] for problem in problems if problem.resource}:
        for file in (plan.folder / plan.version / part / f"{kind}.ndjson" for part in ("resources", "conformance")):
            if not file.is_file():
                continue
            with file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    found[f"{kind}/{orjson.loads(line)['id']}"] = (file, number)
    for problem in problems:
        file, number = found.get(problem.resource or "", (plan.file, problem.line or 0))
        yield replace(problem, source=str(file), line=number) if number else problem


def _altered(done: Sent) -> Iterator[Problem]:
    """One problem for each element that the server keeps otherwise than it was sent."""
    for element, targets in sorted(done.altered.items()):
        cause = f"the server keeps this element otherwise than it was sent, in {len(targets)} of what was loaded now"
        remedy = "Compare the two; do not rely on this server for that element."
        yield Problem("L734", "error", cause, remedy, expression=element, resource=min(targets))
