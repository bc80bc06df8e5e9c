"""A server that takes UUIDs alone: ids and references change at its door, and nothing else of a load knows of it.

Each `Type/id` becomes the UUID (version 5) of its URL below the canonical base, the same at each load. The id as published
goes along as a tag (`<canonical>/id`), so that what is there can be found by it, and told to be ours when it is pruned.
Source: https://www.rfc-editor.org/rfc/rfc9562#section-5.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pipeline.load.server import Server
from pipeline.model import Resource
from pipeline.web import Answer

_TARGET = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(/_history/[A-Za-z0-9.-]{1,64})?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Names:
    """The UUIDs of ids as published, and back: of those that it was given, or has met."""

    def __init__(self, canonical: str, targets: Iterable[str]) -> None:
        self._canonical = canonical
        self._published: dict[str, str] = {}
        for target in targets:
            self.outward(target)

    def outward(self, target: str) -> str:
        """`Type/id` as published, as the server has it."""
        kind, _, identity = target.partition("/")
        if identity in self._published:  # it is the server's already
            return target
        uuid = str(uuid5(NAMESPACE_URL, f"{self._canonical}/{target}"))
        self._published[uuid] = identity
        return f"{kind}/{uuid}"

    def inward(self, target: str) -> str:
        """`Type/id` on the server, as published; what is not known stays as it is."""
        kind, _, identity = target.partition("/")
        return f"{kind}/{self._published.get(identity, identity)}"

    def words(self, text: str) -> str:
        """A server's words with our ids in place of its UUIDs."""
        return _UUID.sub(lambda found: self._published.get(found[0], found[0]), text)

    def sent(self, resource: Resource) -> Resource:
        """A resource as it goes to the server."""
        kind, identity = resource["resourceType"], resource["id"]
        meta = resource.get("meta", {})
        tag = {"system": self._system, "code": identity}
        target = self.outward(f"{kind}/{identity}")
        named = {**_referring(resource, self.outward), "id": target.partition("/")[2]}
        return {**named, "meta": {**meta, "tag": [*meta.get("tag", ()), tag]}}

    def received(self, resource: Resource) -> Resource:
        """A resource as the server has it, as it was published."""
        meta = resource.get("meta", {})
        ours = [tag for tag in meta.get("tag", ()) if tag.get("system") == self._system]
        kind, identity = resource.get("resourceType"), str(resource.get("id"))
        for tag in ours:
            if self.outward(f"{kind}/{tag.get('code')}") == f"{kind}/{identity}":
                identity = str(tag["code"])
        left = [tag for tag in meta.get("tag", ()) if tag not in ours]
        plain = {name: value for name, value in meta.items() if name != "tag"} | ({"tag": left} if left else {})
        return {**_referring(resource, self.inward), "id": identity, **({"meta": plain} if meta else {})}

    @property
    def _system(self) -> str:
        return f"{self._canonical}/id"


class NamingServer(Server):
    """A server behind `names`: asked, told and answering in ids as published."""

    def __init__(self, names: Names, *rest: Any) -> None:  # noqa: ANN401 - what `Server` works with
        super().__init__(*rest)
        self.names = names

    def post(self, bundle: Resource) -> Answer:
        """Send a Bundle, as `Server.post`, its entries renamed."""
        return super().post({**bundle, "entry": [self._entry(entry) for entry in bundle.get("entry", ())]})

    def _entry(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        request = entry["request"]
        renamed = {**entry, "request": {**request, "url": self.names.outward(request["url"])}}
        return {**renamed, "resource": self.names.sent(entry["resource"])} if "resource" in entry else renamed

    def held(self, targets: Sequence[str]) -> dict[str, Resource | None]:
        """What the server holds under each, as `Server.held`."""
        renamed = {self.names.outward(target): target for target in targets}
        held = super().held([*renamed])
        return {target: there and self.names.received(there) for name, target in renamed.items() for there in (held[name],)}

    def search(self, kind: str, parameters: dict[str, str]) -> Iterator[Resource]:
        """What a search finds, as `Server.search`, of what stands there under a UUID of ours."""
        if "_elements" in parameters:
            parameters = {**parameters, "_elements": f"{parameters['_elements']},meta"}
        for found in super().search(kind, parameters):
            if (named := self.names.received(found))["id"] != found.get("id"):
                yield named

    def finds_fault(self, resource: Resource) -> bool:
        """As `Server.finds_fault`."""
        return super().finds_fault(self.names.sent(resource))

    def said(self, answer: Answer) -> str:
        """As `Server.said`, of our ids."""
        return self.names.words(super().said(answer))


def _referring(value: Any, renamed: Any) -> Any:  # noqa: ANN401 - any JSON, and a function of `Names`
    """A value with each `Type/id` in a `reference` renamed."""
    if isinstance(value, dict):
        return {
            name: _reference(part, renamed) if name == "reference" else _referring(part, renamed)
            for name, part in value.items()
        }
    return [_referring(part, renamed) for part in value] if isinstance(value, list) else value


def _reference(value: Any, renamed: Any) -> Any:  # noqa: ANN401 - as above
    found = _TARGET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return _referring(value, renamed)
    return renamed(f"{found[1]}/{found[2]}") + (found[3] or "")
