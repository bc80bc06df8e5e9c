"""HTTP to a FHIR server: retries, `Retry-After`, no redirects, and what the server says in words for people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import orjson

from pipeline.errors import LoadError, Problem, UsageError, excerpt
from pipeline.load.credentials import Credentials, encrypted, is_loopback
from pipeline.model import Resource

FHIR_JSON = "application/fhir+json"
#: HAPI (and what is built on it) keeps tags that a new version no longer has, unless this is said:
#: https://smilecdr.com/docs/fhir_repository/updating_data.html#tag-retention. Security labels are not ours to take away.
_WRITING = {"X-Meta-Snapshot-Mode": "TAG,PROFILE"}
#: Seconds before each new try. No jitter: the same failures give the same course, and few Bundles are on their way at once.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
#: What may pass by itself; with these nothing was done.
_BUSY = frozenset({408, 425, 429, 502, 503, 504})
#: What may pass (two transactions at the same time) or be the server's answer to a resource that it cannot take.
_UNSURE = frozenset({409, 500})
_TRIES_IF_UNSURE = 3
#: Before a server has answered at all, a mistyped address is likelier than a pause of its: say so within seconds.
_TRIES_AT_FIRST = 3
#: A server that asks for more patience than this is not there for us today.
_LONGEST_WAIT = 300.0
_SECONDS_TO_CONNECT, _SECONDS_TO_ANSWER = 10.0, 300.0
#: Several Bundles that wait for the same server need not say so each.
_SECONDS_BETWEEN_WORDS = 1.0
_PAGE = 200

#: Is told, in words, what a load waits for.
Teller = Callable[[str], None]


class Server(AbstractContextManager["Server"]):
    """A FHIR server. Safe for several threads; `stop` wakes those that wait for their next try; `tell` hears of each wait."""

    def __init__(
        self, base: str, credentials: Credentials | None, pauses: Sequence[float] = PAUSES, tell: Teller | None = None
    ) -> None:
        self.base = base
        self._credentials = credentials
        self._pauses = pauses
        self._tell = tell
        self._telling = threading.Lock()
        self._told = -_SECONDS_BETWEEN_WORDS
        self._answered = False
        self._stopping = threading.Event()
        self._http = httpx.Client(
            auth=credentials,
            timeout=httpx.Timeout(_SECONDS_TO_ANSWER, connect=_SECONDS_TO_CONNECT),
            # HAPI answers a search from its cache for a minute unless told not to: pruning would miss what has just come.
            headers={"Accept": FHIR_JSON, "Accept-Encoding": "gzip", "Cache-Control": "no-cache"},
            follow_redirects=False,
            trust_env=not is_loopback(urlsplit(base).hostname or ""),  # a proxy for the web leads nowhere near this machine
        )

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def stop(self) -> None:
        """Let no thread try again."""
        self._stopping.set()

    def get(self, path: str, parameters: dict[str, str] | None = None) -> Resource:
        """A resource or search result; raises LoadError (L702 to L706)."""
        response = self._send("GET", self._url(path), None, parameters)
        found = _json(response)
        if not response.is_success or found is None:
            cause = f"{self.base} does not answer GET {path}: {self.said(response)}"
            raise LoadError(Problem("L706", "fatal", cause, "See that the address is the base of a FHIR server."))
        return found

    def post(self, bundle: Resource) -> httpx.Response:
        """Send a Bundle to the server's base: the answer, which may be a refusal; raises LoadError (L702 to L705)."""
        return self._send("POST", self.base, orjson.dumps(bundle), None)

    def held(self, targets: Sequence[str]) -> dict[str, Resource | None]:
        """What the server holds under each `Type/id`, read in one batch: not a search, whose index may lag behind.

        Raises:
            LoadError: L702 to L706.
        """
        if not targets:
            return {}
        entries = [{"request": {"method": "GET", "url": target}} for target in targets]
        response = self.post({"resourceType": "Bundle", "type": "batch", "entry": entries})
        answers = (_json(response) or {}).get("entry", []) if response.is_success else []
        if len(answers) != len(targets):
            cause = f"{self.base} does not answer a batch of reads: {self.said(response)}"
            raise LoadError(Problem("L706", "fatal", cause, "See that the server takes Bundles of type batch at its base."))
        held: dict[str, Resource | None] = {}
        for target, answer in zip(targets, answers, strict=True):
            status, resource = str(answer.get("response", {}).get("status", "")), answer.get("resource") or {}
            if status.startswith("2") and f"{resource.get('resourceType')}/{resource.get('id')}" == target:
                held[target] = resource
            elif status.startswith(("404", "410")):
                held[target] = None
            else:
                cause = f"{self.base} does not say what it holds as {target} (status {excerpt(self._redact(status), 40)!r})"
                raise LoadError(Problem("L706", "fatal", cause, "See the server's log.", resource=target))
        return held

    def search(self, kind: str, parameters: dict[str, str]) -> Iterator[Resource]:
        """Everything that a search finds, over all pages of the answer; raises LoadError (L702 to L706)."""
        bundle = self.get(kind, {**parameters, "_count": str(_PAGE)})
        while True:
            yield from (entry["resource"] for entry in bundle.get("entry", ()) if "resource" in entry)
            following = [link["url"] for link in bundle.get("link", ()) if link.get("relation") == "next"]
            if not following:
                return
            bundle = self.get(following[0])

    def finds_fault(self, resource: Resource) -> bool:
        """Whether the server's `$validate` has an error against a resource; a server without that operation has none."""
        response = self._send("POST", f"{self.base}/{resource['resourceType']}/$validate", orjson.dumps(resource), None)
        issues = (_json(response) or {}).get("issue", ())
        known = response.status_code not in {httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED}
        return known and any(issue.get("severity") in {"error", "fatal"} for issue in issues)

    def said(self, response: httpx.Response) -> str:
        """The server's answer in its words, short, on one line and without our secrets."""
        outcome = _json(response) or {}
        issues = [issue for issue in outcome.get("issue", ()) if isinstance(issue, dict)]
        words = [str(issue.get("diagnostics") or issue.get("details", {}).get("text") or issue.get("code")) for issue in issues]
        text = "; ".join(words) or response.text[:400]
        return excerpt(self._redact(f"HTTP {response.status_code} {text}"), 300)

    def _url(self, path: str) -> str:
        """A path below the base; or a page of a search, which must be on the same server: credentials go with it."""
        if "://" not in path:
            return f"{self.base}/{path}"
        here, there = urlsplit(self.base), urlsplit(path)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            cause = f"the next page of a search is said to be at {there.scheme}://{there.netloc}, another server"
            raise LoadError(Problem("L704", "fatal", cause, "Name the server by the address that it gives itself."))
        return path

    def _send(self, method: str, url: str, content: bytes | None, parameters: dict[str, str] | None) -> httpx.Response:
        headers = {**_WRITING, "Content-Type": FHIR_JSON} if content is not None else {}
        why = ""
        for attempt, pause in enumerate((*self._pauses, None), 1):
            asked = 0.0
            try:
                response = self._http.request(method, url, content=content, params=parameters, headers=headers)
            except httpx.TransportError as error:
                why = self._redact(f"{type(error).__name__}: {error}")
                if "CERTIFICATE_VERIFY_FAILED" in why or (not self._answered and attempt >= _TRIES_AT_FIRST):
                    break
            else:
                self._answered = True
                self._forbid(response)
                last = attempt >= _TRIES_IF_UNSURE or pause is None
                if response.status_code not in _BUSY | _UNSURE or (response.status_code in _UNSURE and last):
                    return response
                why, asked = self.said(response), retry_after(response.headers.get("Retry-After"))
            if pause is None or asked > _LONGEST_WAIT:
                break
            self._say(f"{self.base}: {excerpt(why, 120)}; trying again in {max(pause, asked):.3g} s")
            if self._stopping.wait(max(pause, asked)):
                break
        if not self._answered:
            remedy = "Check the address, that the server runs, and that nothing between stands in the way."
            raise LoadError(Problem("L703", "fatal", f"cannot reach {self.base}: {excerpt(why, 300)}", remedy))
        cause = f"{self.base} is gone, or does not take anything: {excerpt(why, 300)}"
        remedy = "See that it runs and is not overloaded, then load again: what it has by now is not sent a second time."
        raise LoadError(Problem("L702", "fatal", cause, remedy))

    def _say(self, words: str) -> None:
        with self._telling:
            if self._tell is None or time.monotonic() - self._told < _SECONDS_BETWEEN_WORDS:
                return
            self._told = time.monotonic()
            self._tell(words)

    def _forbid(self, response: httpx.Response) -> None:
        if response.has_redirect_location:
            there = urlsplit(response.headers["Location"])
            cause = f"{self.base} sends on to {there.scheme}://{there.netloc}{there.path}, and redirects are not followed"
            raise LoadError(Problem("L704", "fatal", self._redact(cause), "Name the address of the FHIR server itself."))
        if response.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            cause = f"{self.base} does not let us: {self.said(response)}"
            raise LoadError(Problem("L705", "fatal", cause, "Check --auth, the secret, and what its owner may read and write."))

    def _redact(self, text: str) -> str:
        return self._credentials.redact(text) if self._credentials else text


def base_url(url: str, *, credentials: bool) -> str:
    """A server's base without a slash at its end; raises UsageError (L701, L721)."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        remedy = "Give the FHIR base, as in https://fhir.example.org/r5; a user and password go to --user and --secret-file."
        raise UsageError(Problem("L701", "error", "--server is no base URL of a FHIR server, or has more than that", remedy))
    base = url.rstrip("/")
    return encrypted(base) if credentials else base


def retry_after(header: str | None) -> float:
    """The seconds that a `Retry-After` asks for (a number, or a date); 0 where there is none or it is neither."""
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def _json(response: httpx.Response) -> dict[str, Any] | None:
    try:
        found = orjson.loads(response.content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
