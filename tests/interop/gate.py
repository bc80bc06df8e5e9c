"""A proxy before a FHIR server: asks for a token, says that the queue is full, and can be moved to another server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_FHIR = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}


@dataclass
class Gate:
    """What the proxy does. `behind` is the server's base, `base` its own; `done` hears of each transaction's end first."""

    behind: str
    token: str = ""
    busy: bool = False
    done: Callable[[int], None] = lambda _: None
    base: str = ""
    transactions: int = 0
    turned_away: int = 0


class _Handler(BaseHTTPRequestHandler):
    gate: Gate

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.forward("GET", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b'"type":"transaction"' not in body:
            self.forward("POST", body)
            return
        self.gate.transactions += 1
        number = self.gate.transactions
        if self.gate.busy and number % 3 == 1:
            self.gate.turned_away += 1
            self.answer(429, b"", {"Retry-After": "1"})
            return
        self.forward("POST", body, lambda: self.gate.done(number))

    def forward(self, method: str, body: bytes, then: Callable[[], None] = lambda: None) -> None:
        if self.gate.token and self.headers["Authorization"] != f"Bearer {self.gate.token}":
            self.answer(401, b"{}", {})
            return
        try:
            url = self.gate.behind + self.path.removeprefix("/fhir")
            answer = httpx.request(method, url, content=body, headers=_FHIR, timeout=300, trust_env=False)
        except httpx.TransportError:
            self.close_connection = True  # the server is gone: so is the answer
            return
        then()
        self.answer(answer.status_code, answer.content, {"Content-Type": "application/fhir+json"})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass  # a client that was killed does not read its answer


@contextmanager
def standing(gate: Gate) -> Iterator[Gate]:
    """Run the proxy; `gate.base` says where."""
    with _Proxy(("127.0.0.1", 0), type("_OwnHandler", (_Handler,), {"gate": gate})) as http:
        gate.base = f"http://127.0.0.1:{http.server_port}/fhir"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield gate
        finally:
            http.shutdown()
            thread.join()
