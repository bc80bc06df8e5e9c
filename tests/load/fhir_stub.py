"""A small FHIR server on loopback: strict about transactions, forgetful or faulty where a test says so.

Every PUT makes a new version, even of equal content: whoever sends what is there already is found out.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.snapshot_reader import references

Resource = dict[str, Any]
TYPES = (
    "Organization",
    "Device",
    "MedicationKnowledge",
    "Medication",
    "ClinicalUseDefinition",
    "DocumentReference",
    "Provenance",
)
DEFINITIONS = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "SearchParameter")
BREAK = -1


@dataclass
class Fault:
    """What a transaction meets instead of an answer: a status with headers, or (`BREAK`) a connection that ends.

    `after` says that the transaction was done all the same.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    after: bool = False


def _identifiers(resource: Resource) -> list[Resource]:
    """The identifiers of a resource, of which an Ingredient has one."""
    found = resource.get("identifier", [])
    return found if isinstance(found, list) else [found]


@dataclass
class Stub:
    """The server's state, for a test to set and look at."""

    version: str = "5.0.0"
    types: tuple[str, ...] = TYPES
    interactions: tuple[str, ...] = ("transaction", "batch")
    creating: bool = True
    unsearchable: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    store: dict[str, Resource] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    refuse: Callable[[Resource], str | None] = lambda _: None
    forget: frozenset[str] = frozenset()
    authorization: str | None = None
    token_answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    token_requests: list[tuple[dict[str, str], str | None]] = field(default_factory=list)
    redirect: str | None = None
    validates: bool = True
    most_entries: int = 1000
    transactions: list[list[str]] = field(default_factory=list)
    seen_authorizations: set[str | None] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0
    pause: float = 0.0
    base: str = ""
    #: What answers in the stub's stead, by what is asked: metadata, search, batch, transaction, validate, token or smart.
    instead: dict[str, Callable[[Handler], None]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def versions(self) -> dict[str, str]:
        return {target: resource["meta"]["versionId"] for target, resource in self.store.items()}

    def statement(self) -> Resource:
        def search(kind: str) -> list[dict[str, str]]:
            return [] if kind in self.unsearchable else [{"name": "identifier", "type": "token"}]

        def interactions_of(kind: str) -> list[dict[str, str]]:
            return [{"code": code} for code in (("read",) if kind in self.read_only else ("read", "update"))]

        resources = [
            {"type": kind, "updateCreate": self.creating, "searchParam": search(kind), "interaction": interactions_of(kind)}
            for kind in self.types
        ]
        interactions = [{"code": code} for code in self.interactions]
        rest = [{"mode": "server", "resource": resources, "interaction": interactions}]
        return {"resourceType": "CapabilityStatement", "fhirVersion": self.version, "rest": rest}

    def search(self, kind: str, query: str) -> Resource:
        parameters = dict(parse_qsl(query))
        if "identifier" in parameters and kind in self.unsearchable:
            raise RefusalError(400, f"unknown search parameter identifier for {kind}")
        systems = [one.removesuffix("|") for one in parameters["identifier"].split(",")] if "identifier" in parameters else None
        found = [
            resource
            for target, resource in sorted(self.store.items())
            if target.startswith(f"{kind}/")
            and (systems is None or any(one["system"] in systems for one in _identifiers(resource)))
        ]
        start, size = int(parameters.get("_offset", 0)), 2
        links = []
        if start + size < len(found):
            parameters["_offset"] = str(start + size)
            more = "&".join(f"{name}={value}" for name, value in parameters.items())
            links = [{"relation": "next", "url": f"{self.base}/{kind}?{more}"}]
        entries = [{"resource": resource} for resource in found[start : start + size]]
        return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}

    def batch(self, bundle: Resource) -> Resource:
        answers = []
        for entry in bundle["entry"]:
            assert entry["request"]["method"] == "GET"
            held = self.store.get(entry["request"]["url"])
            answers.append({"response": {"status": "200 OK"}, "resource": held} if held else {"response": {"status": "404"}})
        return {"resourceType": "Bundle", "type": "batch-response", "entry": answers}

    def transaction(self, bundle: Resource, *, tags_stay: bool) -> Resource:
        """All or nothing, as https://hl7.org/fhir/http.html#transaction has it, with referential integrity.

        Tags of the version before stay where `tags_stay`, as they do on HAPI unless a header says otherwise.
        """
        entries = bundle["entry"]
        targets = [entry["request"]["url"] for entry in entries]
        if len(entries) > self.most_entries:
            raise RefusalError(413, f"more than {self.most_entries} entries")
        if len(set(targets)) < len(targets):
            raise RefusalError(400, "a resource twice in a transaction")
        after = dict(self.store)
        answers = []
        for target, entry in zip(targets, entries, strict=True):
            if entry["request"]["method"] == "DELETE":
                after.pop(target, None)
                answers.append({"response": {"status": "204"}})
                continue
            resource = entry["resource"]
            if (why := self.refuse(resource)) is not None:
                raise RefusalError(422, why)
            before = self.store.get(target, {}).get("meta", {})
            number = int(before.get("versionId", "0")) + 1
            kept = {name: value for name, value in deepcopy(resource).items() if name not in self.forget}
            if tags_stay and before.get("tag"):
                kept["meta"] = {**kept.get("meta", {}), "tag": [*kept.get("meta", {}).get("tag", ()), *before["tag"]]}
            kept["meta"] = {**kept.get("meta", {}), "versionId": str(number), "lastUpdated": "2026-01-01T00:00:00Z"}
            after[target] = kept
            status = "200 OK" if target in self.store else "201 Created"
            answers.append({"response": {"status": status, "etag": f'W/"{number}"'}})
        for target, resource in after.items():
            for reference in references(resource):
                if reference not in after:
                    raise RefusalError(409, f"{target} names {reference}, which is not there")
        self.store = after
        self.transactions.append(targets)
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": answers}


class RefusalError(Exception):
    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


class Handler(BaseHTTPRequestHandler):
    stub: Stub
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer: two would wait for each other 40 ms

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/fhir/")
        asked = {"metadata": "metadata", ".well-known/smart-configuration": "smart"}.get(path, "search")
        if asked in self.stub.instead:
            self.stub.instead[asked](self)
        elif asked == "smart":
            self.answer(200, {"token_endpoint": self.stub.base.replace("/fhir", "/token")})
        elif self.let_in():
            try:
                self.answer(200, self.stub.statement() if path == "metadata" else self.stub.search(path, parts.query))
            except RefusalError as refusal:
                self.answer(refusal.status, outcome(refusal.said))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        last = urlsplit(self.path).path.rpartition("/")[2]
        asked = {"token": "token", "$validate": "validate"}.get(last) or json.loads(body)["type"]
        if asked in self.stub.instead:
            self.stub.instead[asked](self)
        elif self.path == "/token":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.stub.token_requests.append((form, self.headers["Authorization"]))
            self.answer(*(self.stub.token_answers.pop(0) if len(self.stub.token_answers) > 1 else self.stub.token_answers[0]))
        elif not self.let_in():
            return
        elif self.path.endswith("/$validate"):
            why = self.stub.refuse(json.loads(body)) if self.stub.validates else "no such operation"
            self.answer(200 if self.stub.validates else 404, outcome(why) if why else {"resourceType": "OperationOutcome"})
        else:
            self.bundle(json.loads(body))

    def let_in(self) -> bool:
        self.stub.seen_authorizations.add(self.headers["Authorization"])
        if self.stub.redirect is not None:
            self.answer(307, {}, {"Location": self.stub.redirect})
            return False
        if self.stub.authorization is not None and self.headers["Authorization"] != self.stub.authorization:
            self.answer(401, outcome(f"not you: {self.headers['Authorization']}"))
            return False
        return True

    def bundle(self, bundle: Resource) -> None:
        if bundle["type"] == "batch":
            with self.stub.lock:
                self.answer(200, self.stub.batch(bundle))
            return
        with self.stub.lock:
            self.stub.at_once += 1
            self.stub.most_at_once = max(self.stub.most_at_once, self.stub.at_once)
            fault = self.stub.faults.pop(0) if self.stub.faults else None
        threading.Event().wait(self.stub.pause)
        with self.stub.lock:
            self.stub.at_once -= 1
            if fault is None or fault.after:
                try:
                    modes = self.headers.get("X-Meta-Snapshot-Mode", "").split(",")
                    done = self.stub.transaction(bundle, tags_stay="TAG" not in modes)
                except RefusalError as refusal:
                    self.answer(refusal.status, outcome(refusal.said))
                    return
        if fault is None:
            self.answer(200, done)
        elif fault.status == BREAK:
            self.close_connection = True
            self.connection.shutdown(2)
        else:
            self.answer(fault.status, outcome(fault.body), fault.headers)

    def answer(self, status: int, value: Resource, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/fhir+json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass  # a client that was killed


@contextmanager
def serving(stub: Stub, tls: ssl.SSLContext | None = None) -> Iterator[Stub]:
    """Serve the stub; its `base` says where."""

    with Quiet(("127.0.0.1", 0), type("StubHandler", (Handler,), {"stub": stub})) as http:
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        stub.base = f"http{'s' if tls else ''}://127.0.0.1:{http.server_port}/fhir"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield stub
        finally:
            http.shutdown()
            thread.join()


def outcome(said: str) -> Resource:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid", "diagnostics": said}]}
