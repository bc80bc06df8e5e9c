"""What was published and no longer is, kept on the server and marked as withdrawn: its status, and a tag to find it by."""

from __future__ import annotations

from pipeline.errors import Problem
from pipeline.load.sending import Sent
from pipeline.load.server import Server
from pipeline.model import Resource
from pipeline.withdrawal import is_withdrawn, retirement


def retire(server: Server, groups: tuple[tuple[str, ...], ...], done: Sent) -> None:
    """Mark each group (a page's resources) in one transaction, and look whether the server did."""
    for group in groups:
        held = {target: resource for target, resource in server.held(group).items() if resource is not None}
        if not held:
            continue  # someone took them away meanwhile
        response = server.post(retirement(map(_as_sent, held.values())))
        after = server.held([*held]) if response.is_success else {}
        missing = [target for target in held if not is_withdrawn(after.get(target))]
        done.counts["retired"] += len(held) - len(missing)
        if missing:
            cause = f"the server does not retire this and {len(missing) - 1} more of its page: {server.said(response)}"
            remedy = "See what the server says; until then it shows as in force what is no longer published."
            done.problems.append(Problem("L744", "error", cause, remedy, resource=missing[0]))


def _as_sent(resource: Resource) -> Resource:
    """A resource as the server holds it, without what the server itself says of it: that is left to the server."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in {"versionId", "lastUpdated"}}
    return {**resource, "meta": meta}
