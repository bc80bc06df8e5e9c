"""What the server still has of ours that the snapshot has not: found by our identifiers, never of a page that is only stale."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import orjson

from pipeline.errors import Problem
from pipeline.load.capability import Capability
from pipeline.load.plan import Contents, Entry, parcels
from pipeline.load.sending import Limits, Sent, identifiers
from pipeline.load.server import Server
from pipeline.model import Resource
from pipeline.withdrawal import deletion, is_withdrawn

#: Identifier systems of ours (below the canonical base), and the types that bear one.
_SYSTEMS = ("drug", "brand", "ingredient", "indication", "authorization", "sha256")
_TYPES = (
    "MedicationKnowledge", "Medication", "MedicinalProductDefinition", "Ingredient", "RegulatedAuthorization",
    "ClinicalUseDefinition", "DocumentReference",
)  # fmt: skip
#: The page of a drug, once each; and the record of how it was read, which has the page's id and no identifier of its own.
_PAGE, _RECORD = "DocumentReference", "Provenance"
#: Ids longer than 64 characters are cut and get a hash: as much of the drug's part is in each of them.
_SURE = 40

#: What becomes of what is withdrawn: taken off the server, or kept there and marked.
Withdrawn = Literal["delete", "retire"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How to prune. `max_removed` is the share of our resources of any type that may go, `limits` bound a Bundle."""

    withdrawn: Withdrawn
    max_removed: float
    limits: Limits


@dataclass(frozen=True, slots=True)
class Pruning:
    """What is to go, in groups of one page each; `kept` counts what belongs to stale pages; `stopped` says why nothing may."""

    groups: tuple[tuple[str, ...], ...] = ()
    kept: int = 0
    stopped: Problem | None = None


def plan(server: Server, capability: Capability, snapshot: Contents, rules: Rules) -> Pruning:
    """Find what is to be deleted or retired, before anything is sent.

    What was retired before does not count for the guard, on either side: it passed it then.

    Raises:
        LoadError: The server cannot be asked (L702 to L706).
    """
    stale, unknown = stale_drugs(snapshot)
    if unknown:
        cause = f"the page {unknown[0]} is quarantined, and nothing tells which drug it was: it must not be pruned for that"
        return Pruning(stopped=Problem("L741", "fatal", cause, "Fix the page, or remove it from the seeds.", source=unknown[0]))
    owned = {target for kind in _TYPES for target in _owned(server, capability, kind, snapshot.canonical)}
    gone = sorted(owned - snapshot.targets)
    kept = [target for target in gone if any(belongs(target, drug) for drug in stale)]
    removed = sorted({*gone} - {*kept})
    retired = {target for target, held in _read(server, removed, rules) if is_withdrawn(held)}
    if stopped := _too_many({*removed} - retired, owned - retired, rules):
        return Pruning(kept=len(kept), stopped=stopped)
    if rules.withdrawn == "retire":
        removed = [target for target in removed if target not in retired]
    else:
        removed += _records(server, removed, rules)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for target in removed:
        groups[".".join(target.partition("/")[2].split(".")[:2])].append(target)
    return Pruning(tuple(tuple(group) for group in groups.values()), kept=len(kept))


def _too_many(removed: set[str], owned: set[str], rules: Rules) -> Problem | None:
    """Why so much must not go, or None: each type by itself, since a snapshot may have all pages and lack all uses."""
    gone, there = (Counter(target.partition("/")[0] for target in targets) for targets in (removed, owned))
    over = [f"{gone[kind]} of the {there[kind]} {kind}" for kind in _TYPES if gone[kind] > rules.max_removed * there[kind]]
    if not over:
        return None
    cause = f"{' and '.join(over)} on the server would be {rules.withdrawn}d, more than {rules.max_removed:.0%}"
    remedy = "Check that the snapshot is complete (a core one has no uses); if so, load once more with a higher --max-removed."
    return Problem("L740", "fatal", cause, remedy)


def portions(server: Server, group: tuple[str, ...], rules: Rules) -> list[tuple[str, ...]]:
    """A group in Bundles under the limits, each naming only itself and those before it; what names each other is not parted.

    A Bundle that deletes holds no resources: no limit of bytes is near, and a group that fits is not even read.
    """
    limits = rules.limits
    if rules.withdrawn == "delete" and len(group) <= limits.entries:
        return [group]
    entries = [Entry(target, held, 0) for target, held in _read(server, group, rules) if held is not None]
    return [tuple(entry.target for entry in parcel) for parcel in parcels(entries, limits.entries, limits.size)]


def delete(server: Server, pruning: Pruning, rules: Rules, done: Sent) -> None:
    """Delete what was planned, of each page what names the rest first.

    What something else still names is tried again after the others, as long as that helps.
    """
    left = [portions(server, group, rules) for group in pruning.groups]
    said: dict[str, str] = {}
    tried = sum(map(len, left)) + 1
    while left and sum(map(len, left)) < tried:
        tried = sum(map(len, left))
        for group in left:
            while group:
                response = server.post(deletion(group[-1]))
                if not response.is_success:
                    said[group[-1][0]] = server.said(response)
                    break
                done.counts["deleted"] += len(group.pop())
        left = [group for group in left if group]
    for group in left:
        first = group[-1][0]
        cause = f"the server does not delete this and {sum(map(len, group)) - 1} more of its page: {said[first]}"
        remedy = "Find what still names it on the server (a record of a patient may); it is out of the snapshot."
        done.problems.append(Problem("L742", "error", cause, remedy, resource=first))


def stale_drugs(snapshot: Contents) -> tuple[set[str], list[str]]:
    """The drugs of pages that are here and quarantined, and pages of which nobody knows the drug.

    A page that cannot be read says nothing of its drug: then what was published under its name before says it, in the
    snapshots beside this one. Its file name is only taken beside that: a page's URL, not its name, makes the id.
    """
    quarantined = [one for one in snapshot.inputs if one["outcome"] == "quarantined"]
    drugs = {str(one["drug"]) for one in quarantined if one.get("drug")}
    unsaid = [str(one["name"]) for one in quarantined if not one.get("drug")]
    if not unsaid:
        return drugs, []
    before: defaultdict[str, set[str]] = defaultdict(set)
    for one in _inputs_before(snapshot.folder):
        if one.get("drug") and one.get("outcome") == "published":
            before[str(one["name"])].add(str(one["drug"]))
    drugs.update(*(before.get(name, ()) for name in unsaid), (PurePosixPath(name).stem.lower() for name in unsaid))
    return drugs, [name for name in unsaid if name not in before or name.endswith("/")]


def belongs(target: str, drug: str) -> bool:
    """Whether a resource is of a drug's page: ids are `<organization>.<drug>` and what follows after a dot."""
    rest = target.partition("/")[2].partition(".")[2]
    return rest == drug or rest.startswith(f"{drug}.") or (len(drug) > _SURE and rest.startswith(drug[:_SURE]))


def _inputs_before(folder: Path) -> Iterator[Mapping[str, Any]]:
    for report in sorted(folder.parent.glob("*/report.json")):
        try:
            said = orjson.loads(report.read_bytes())
            yield from [*said["inputs"], *said.get("stale", ())]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a damaged one says nothing; a page of which none says anything stops the pruning


def _owned(server: Server, capability: Capability, kind: str, canonical: str) -> Iterator[str]:
    if kind not in capability.searches:
        return
    systems = {f"{canonical}/{name}": name for name in _SYSTEMS}
    # R4B and R4 have no search by the identifier of a MedicationKnowledge: there, all are listed and looked at here.
    by_identifier = {"identifier": ",".join(f"{system}|" for system in systems)}
    parameters = by_identifier if "identifier" in capability.searches[kind] else {}
    for resource in server.search(kind, {**parameters, "_elements": "identifier,extension"}):
        named = ((systems[system], value) for system, value in identifiers(resource) if system in systems)
        if resource.get("resourceType") == kind and any(
            _is_our_id(resource.get("id", ""), name, value) for name, value in named
        ):
            yield f"{kind}/{resource['id']}"


def _is_our_id(identity: str, name: str, value: str) -> bool:
    """Whether what bears an identifier of ours stands under the id that goes with it.

    Others put our identifier beside theirs (a formulary, on its own record of the drug): such a resource is not ours.
    """
    if name == "drug":
        return belongs(f"/{identity}", value)
    return "." in identity if name == "sha256" else identity == value


def _records(server: Server, removed: Sequence[str], rules: Rules) -> list[str]:
    """The records of how these pages were read: under the page's id, and naming the page as what was read."""
    wanted = {f"{_RECORD}/{target.partition('/')[2]}": target for target in removed if target.startswith(f"{_PAGE}/")}
    return [target for target, record in _read(server, [*wanted], rules) if record and wanted[target] in _read_from(record)]


def _read(server: Server, targets: Sequence[str], rules: Rules) -> Iterator[tuple[str, Resource | None]]:
    at_once = rules.limits.entries
    for start in range(0, len(targets), at_once):
        yield from server.held(targets[start : start + at_once]).items()


def _read_from(record: Resource) -> set[str]:
    # A server may put the version after it: DocumentReference/x/_history/1
    return {str(one.get("what", {}).get("reference")).partition("/_history/")[0] for one in record.get("entity", ())}
