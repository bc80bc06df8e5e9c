"""HTTP to a FHIR server: retries, `Retry-After`, no redirects, bounds, and what the server says in words for people."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from email.utils import parsedate_to_datetime
from typing import Self, cast

import httpx
import orjson

from pipeline.errors import LoadError, Problem, UsageError, excerpt
from pipeline.load.credentials import Credentials, encrypted
from pipeline.load.redaction import Secrets
from pipeline.load.shape import fault
from pipeline.model import Resource
from pipeline.web import Answer, AnswerError, Bounds, UnreachableError, ask, client, parsed, shown

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
#: How long nothing may come of an answer.
_SILENCE = 300.0
#: How long a whole answer may take, and how large it may be where our own Bundles are smaller.
_SECONDS, _SIZE = 600.0, 16 * 2**20
#: A search that goes on after so many pages has no end: ours are some tens of thousands of resources at the most.
MOST_PAGES = 10_000
#: Several Bundles that wait for the same server need not say so each.
_SECONDS_BETWEEN_WORDS = 1.0
_PAGE = 200

#: Is told, in words, what a load waits for.
Teller = Callable[[str], None]


class Server(AbstractContextManager["Server"]):
    """A FHIR server. Safe for several threads; `stop` wakes those that wait for their next try; `tell` hears of each wait."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self,
        base: str,
        credentials: Credentials | None,
        secrets: Secrets,
        bounds: Bounds,
        pauses: Sequence[float] = PAUSES,
        tell: Teller | None = None,
    ) -> None:
        self.base = base
        self._credentials = credentials
        self._secrets = secrets
        self._pauses = pauses
        self._tell = tell
        self._bounds = bounds
        self._telling = threading.Lock()
        self._told = -_SECONDS_BETWEEN_WORDS
        self._answered = False
        self._stopping = threading.Event()
        try:
            # HAPI answers a search from its cache for a minute unless told not to: pruning would miss what has just come.
            self._http = client(base, _SILENCE, {"Accept": FHIR_JSON, "Cache-Control": "no-cache"})
        except UnreachableError as error:
            raise self._unreachable(str(error)) from None

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def stop(self) -> None:
        """Let no thread try again."""
        self._stopping.set()

    def get(self, path: str, kind: str, parameters: dict[str, str] | None = None) -> Resource:
        """A resource of a type, or (Bundle) a search result; raises LoadError (L702 to L708)."""
        answer = self._send("GET", self._url(path), None, parameters)
        found, _ = _read(answer)
        if not answer.is_success or found.get("resourceType") != kind:
            cause = f"{self.base} does not answer GET {self._secrets.redact(path, 100)} with a {kind}: {self.said(answer)}"
            raise LoadError(Problem("L706", "fatal", cause, "See that the address is the base of a FHIR server."))
        return found

    def post(self, bundle: Resource) -> Answer:
        """Send a Bundle to the server's base: the answer, which may be a refusal; raises LoadError (L702 to L708)."""
        return self._send("POST", self.base, orjson.dumps(bundle), None)

    def held(self, targets: Sequence[str]) -> dict[str, Resource | None]:
        """What the server holds under each `Type/id`, read in one batch: not a search, whose index may lag behind.

        Raises:
            LoadError: L702 to L708.
        """
        if not targets:
            return {}
        entries = [{"request": {"method": "GET", "url": target}} for target in targets]
        answer = self.post({"resourceType": "Bundle", "type": "batch", "entry": entries})
        parts = _read(answer)[0].get("entry", []) if answer.is_success else []
        if len(parts) != len(targets):
            cause = f"{self.base} does not answer a batch of reads: {self.said(answer)}"
            raise LoadError(Problem("L706", "fatal", cause, "See that the server takes Bundles of type batch at its base."))
        held: dict[str, Resource | None] = {}
        for target, part in zip(targets, parts, strict=True):
            status, resource = str(part.get("response", {}).get("status", "")), part.get("resource", {})
            if status.startswith("2") and f"{resource.get('resourceType')}/{resource.get('id')}" == target:
                held[target] = resource
            elif status.startswith(("404", "410")):
                held[target] = None
            else:
                said = self._secrets.redact(status, 40)
                cause = f"{self.base} does not say what it holds as {target} (status {said!r})"
                raise LoadError(Problem("L706", "fatal", cause, "See the server's log.", resource=target))
        return held

    def search(self, kind: str, parameters: dict[str, str]) -> Iterator[Resource]:
        """Everything that a search finds, over all pages of the answer; raises LoadError (L702 to L709)."""
        bundle = self.get(kind, "Bundle", {**parameters, "_count": str(_PAGE)})
        seen: set[str] = set()
        while True:
            yield from (entry["resource"] for entry in bundle.get("entry", ()) if "resource" in entry)
            following = next((str(link.get("url")) for link in bundle.get("link", ()) if link.get("relation") == "next"), None)
            if following is None:
                return
            if following in seen or len(seen) >= MOST_PAGES:
                why = "one of its pages comes again" if following in seen else f"it has more than {MOST_PAGES:,} pages"
                cause = f"{self.base} does not end its search for {kind}: {why}"
                raise LoadError(Problem("L709", "fatal", cause, "See the server's log; load without --prune meanwhile."))
            seen.add(following)
            bundle = self.get(following, "Bundle")

    def finds_fault(self, resource: Resource) -> bool:
        """Whether the server's `$validate` has an error against a resource; a server without that operation has none."""
        answer = self._send("POST", f"{self.base}/{resource['resourceType']}/$validate", orjson.dumps(resource), None)
        issues = _read(answer)[0].get("issue", ())
        known = answer.status not in {httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED}
        return known and any(issue.get("severity") in {"error", "fatal"} for issue in issues)

    def said(self, answer: Answer) -> str:
        """The server's answer in its words, short, on one line and without our secrets."""
        found, wrong = _read(answer)
        issues = found.get("issue", ())
        words = [str(issue.get("diagnostics") or issue.get("details", {}).get("text") or issue.get("code")) for issue in issues]
        text = "; ".join(words) or answer.body[:1000].decode(errors="replace")
        place = f"({wrong}) " if wrong and answer.is_success else ""
        return excerpt(f"HTTP {answer.status} {place}{self._secrets.redact(text, 400)}", 300)

    def _url(self, path: str) -> str:
        """A path below the base; or a page of a search, which must be on the same server: credentials go with it."""
        url = path if "://" in path else f"{self.base}/{path}"
        here, there = parsed(self.base), parsed(url)
        if here is None or there is None or (here.scheme, here.netloc) != (there.scheme, there.netloc) or there.userinfo:
            cause = f"the next page of a search is said to be at {shown(url)}, another server"
            raise LoadError(Problem("L704", "fatal", cause, "Name the server by the address that it gives itself."))
        return url

    def _send(self, method: str, url: str, content: bytes | None, parameters: dict[str, str] | None) -> Answer:
        why = ""
        for attempt, pause in enumerate((*self._pauses, None), 1):
            asked = 0.0
            try:
                answer = self._signed(method, url, content, parameters)
            except UnreachableError as error:
                why = self._secrets.redact(str(error))
                if "CERTIFICATE_VERIFY_FAILED" in why or (not self._answered and attempt >= _TRIES_AT_FIRST):
                    break
            except AnswerError as error:
                cause = f"an answer of {self.base} cannot be taken: it {error}"
                remedy = "See what answers there; where it is right, a lower --max-entries makes answers smaller."
                raise LoadError(Problem("L708", "fatal", cause, remedy)) from error
            else:
                self._answered = True
                self._forbid(answer)
                last = attempt >= _TRIES_IF_UNSURE or pause is None
                if answer.status not in _BUSY | _UNSURE or (answer.status in _UNSURE and last):
                    return answer
                why, asked = self.said(answer), retry_after(answer.headers.get("Retry-After"))
            if pause is None or asked > _LONGEST_WAIT:
                break
            self._say(f"{self.base}: {excerpt(why, 120)}; trying again in {max(pause, asked):.3g} s")
            if self._stopping.wait(max(pause, asked)):
                break
        if not self._answered:
            raise self._unreachable(why)
        cause = f"{self.base} is gone, or does not take anything: {excerpt(why, 300)}"
        remedy = "See that it runs and is not overloaded, then load again: what it has by now is not sent a second time."
        raise LoadError(Problem("L702", "fatal", cause, remedy))

    def _signed(self, method: str, url: str, content: bytes | None, parameters: dict[str, str] | None) -> Answer:
        """Ask once; where the server no longer takes the token, once more with a new one."""
        headers = {**_WRITING, "Content-Type": FHIR_JSON} if content is not None else {}

        def asked(signature: str | None) -> Answer:
            signed = headers if signature is None else {**headers, "Authorization": signature}
            return ask(self._http, method, url, self._bounds, content=content, params=parameters, headers=signed)

        if self._credentials is None:
            return asked(None)
        answer = asked(signature := self._credentials.header())
        if answer.status == httpx.codes.UNAUTHORIZED and (other := self._credentials.header(signature)) != signature:
            return asked(other)
        return answer

    def _unreachable(self, why: str) -> LoadError:
        remedy = "Check the address, that the server runs, and that nothing between stands in the way."
        return LoadError(Problem("L703", "fatal", f"cannot reach {self.base}: {excerpt(why, 300)}", remedy))

    def _say(self, words: str) -> None:
        with self._telling:
            if self._tell is None or time.monotonic() - self._told < _SECONDS_BETWEEN_WORDS:
                return
            self._told = time.monotonic()
            self._tell(self._secrets.redact(words))

    def _forbid(self, answer: Answer) -> None:
        if answer.redirect is not None:
            cause = f"{self.base} sends on to {shown(answer.redirect)}, and redirects are not followed"
            raise LoadError(Problem("L704", "fatal", cause, "Name the address of the FHIR server itself."))
        if answer.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            cause = f"{self.base} does not let us: {self.said(answer)}"
            raise LoadError(Problem("L705", "fatal", cause, "Check --auth, the secret, and what its owner may read and write."))


def base_url(url: str, *, credentials: bool) -> str:
    """A server's base without a slash at its end; raises UsageError (L701, L721)."""
    parts = parsed(url)
    if parts is None or parts.query or parts.fragment or parts.userinfo:
        remedy = "Give the FHIR base, as in https://fhir.example.org/r5; a user and password go to --user and --secret-file."
        raise UsageError(Problem("L701", "error", "--server is not a base URL of a FHIR server, or has more than that", remedy))
    base = url.rstrip("/")
    return encrypted(base) if credentials else base


def bounds_for(bundle: int) -> Bounds:
    """What one answer may take, where a Bundle of so many bytes may be sent, and is read back with what servers add."""
    return Bounds(_SECONDS, max(_SIZE, 4 * bundle))


def retry_after(header: str | None) -> float:
    """The seconds that a `Retry-After` asks for (a number, or a date); 0 where there is none or it is neither."""
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _read(answer: Answer) -> tuple[Resource, str | None]:
    """The answer as a resource; an empty one, and why, where it is none, or not as FHIR has it."""
    wrong = fault(answer.json)
    return ({}, wrong) if wrong else (cast("Resource", answer.json), None)
