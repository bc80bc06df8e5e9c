"""What a server says that it can do, before anything is sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import LoadError, Problem, excerpt
from pipeline.load.server import Server
from pipeline.settings import FhirVersion

_RELEASES: Mapping[FhirVersion, tuple[str, ...]] = {"R5": ("5.0",), "R4B": ("4.3", "4.1"), "R4": ("4.0",)}
#: What `pipeline/fhir/searches.py` adds where FHIR has no such parameter, and pruning would ask by.
_ADDED: Mapping[str, frozenset[str]] = {"MedicationKnowledge": frozenset({"identifier"})}
_OURS: Mapping[FhirVersion, Mapping[str, frozenset[str]]] = {"R5": {}, "R4B": _ADDED, "R4": _ADDED}


@dataclass(frozen=True, slots=True)
class Capability:
    """The server's own account: by type, the search parameters of FHIR that it has; which types can be put there.

    `problems` are what it says that it cannot. A search parameter of ours is none to rely on: what was on the server before
    it is not found by it until the server indexes it again (HAPI gave 4 of 6 drugs, and the others could not be pruned).
    """

    searches: Mapping[str, frozenset[str]]
    writable: frozenset[str]
    problems: tuple[Problem, ...]


def check(server: Server, version: FhirVersion, types: Iterable[str]) -> Capability:
    """Compare what the server says of itself with what is to be loaded.

    Raises:
        LoadError: L710, it speaks another FHIR version; L711, it does not know a type; L712, it takes no transactions.
    """
    statement = server.get("metadata", "CapabilityStatement")
    says = excerpt(str(statement.get("fhirVersion")))
    if not says.startswith(_RELEASES[version]):
        speaks = next((name for name, releases in _RELEASES.items() if says.startswith(releases)), None)
        remedy = f"Load with --fhir {speaks} (publish it first)." if speaks else "Load into a server for R5, R4B or R4."
        raise LoadError(Problem("L710", "fatal", f"the server speaks FHIR {says}, and {version} was to be loaded", remedy))
    rest: dict[str, Any] = next((one for one in statement.get("rest", ()) if one.get("mode", "server") == "server"), {})
    known = {one["type"]: one for one in rest.get("resource", ()) if "type" in one}
    missing = [name for name in types if name not in known]
    if missing:
        cause = f"the server does not know {', '.join(missing)}, so nothing is sent"
        raise LoadError(Problem("L711", "fatal", cause, "Switch the types on in the server, or load a version that it knows."))
    offered = {str(one.get("code")) for one in rest.get("interaction", ())}
    if offered and "transaction" not in offered:
        cause = f"the server says that it takes no transactions (only {excerpt(', '.join(sorted(offered)))})"
        remedy = "Use the importer of the server with the files in resources/; pipeline/load/README.md says how."
        raise LoadError(Problem("L712", "fatal", cause, remedy))
    problems = tuple(
        Problem(
            "L713", "warning", f"the server says that a {name} cannot be created under an id of ours", "Switch updateCreate on."
        )
        for name in types
        if known[name].get("updateCreate") is False
    )
    searches = {
        name: frozenset(str(one.get("name")) for one in part.get("searchParam", ())) - _OURS[version].get(name, frozenset())
        for name, part in known.items()
    }
    return Capability(searches, frozenset(name for name, part in known.items() if _can_be_put(part)), problems)


def _can_be_put(part: Mapping[str, Any]) -> bool:
    """Whether a type takes PUT; one of which no interaction is listed is not said to take none."""
    listed = {str(one.get("code")) for one in part.get("interaction", ())}
    return not listed or "update" in listed
