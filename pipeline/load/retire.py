"""What was published and no longer is, kept on the server and marked as withdrawn: its status, and a tag to find it by."""

from __future__ import annotations

from pipeline.errors import Problem
from pipeline.load.plan import Entry, transaction
from pipeline.load.sending import Sent
from pipeline.load.server import Server
from pipeline.model import Resource
from pipeline.withdrawal import is_withdrawn, withdrawn


def retire(server: Server, groups: tuple[tuple[str, ...], ...], done: Sent) -> None:
    """Mark each group (a page's resources) in one transaction, and look whether the server did."""
    for group in groups:
        held = server.held(group)
        entries = [Entry(target, _marked(resource), 0) for target, resource in held.items() if resource is not None]
        if not entries:
            continue  # someone took them away meanwhile
        response = server.post(transaction(entries))
        after = server.held([entry.target for entry in entries]) if response.is_success else {}
        missing = [entry.target for entry in entries if not is_withdrawn(after.get(entry.target))]
        done.counts["retired"] += len(entries) - len(missing)
        if missing:
            cause = f"the server does not retire this and {len(missing) - 1} more of its page: {server.said(response)}"
            remedy = "See what the server says; until then it shows as in force what is no longer published."
            done.problems.append(Problem("L744", "error", cause, remedy, resource=missing[0]))


def _marked(resource: Resource) -> Resource:
    """A resource as the server holds it, marked as withdrawn; what the server itself says of it is left to the server."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in {"versionId", "lastUpdated"}}
    return withdrawn({**resource, "meta": meta})
