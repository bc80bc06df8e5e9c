"""What a server answers, within bounds: the one place that takes an answer off the wire.

httpx bounds each wait for the next bytes, and neither the whole time of an answer (early hints, or headers, may come in drops
for ever) nor its size, packed or unpacked. So each question is asked in a thread of its own, is given up when its time is
over, and what comes is counted and unpacked here.
"""

from __future__ import annotations

import io
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

import httpx
import orjson

from pipeline.errors import excerpt
from pipeline.web.address import is_loopback

SECONDS_TO_CONNECT = 10.0
_GZIP_ALONE = 31  # zlib's `wbits` for gzip


class AnswerError(Exception):
    """An answer that cannot be taken; the message says why, in words to follow "the answer"."""


class UnreachableError(AnswerError):
    """No answer, or half of one: what may pass by itself. The message says why, in the words of whoever noticed."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one answer may take: `seconds` from the question to the last byte, `size` in bytes, as sent and unpacked."""

    seconds: float
    size: int


@dataclass(frozen=True)
class Answer:
    """A whole answer. Whatever character set it names, its text is read as UTF-8."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success."""
        return httpx.codes.is_success(self.status)

    @property
    def redirect(self) -> str | None:
        """Where the server sends on to, if it does."""
        return self.headers.get("Location") if httpx.codes.is_redirect(self.status) else None

    @cached_property
    def json(self) -> object:
        """The body as JSON; None where it is none."""
        try:
            return orjson.loads(self.body)
        except ValueError:
            return None


def client(url: str, silence: float, headers: Mapping[str, str]) -> httpx.Client:
    """A client for one server, to be closed after use: it follows no redirects and takes gzip alone.

    Args:
        url: The server's.
        silence: The seconds in which nothing may come.
        headers: To go with each question.

    Raises:
        UnreachableError: The proxy or the certificates that the environment names cannot be used.
    """
    try:
        return httpx.Client(
            timeout=httpx.Timeout(silence, connect=SECONDS_TO_CONNECT),
            headers={"Accept-Encoding": "gzip", **headers},
            follow_redirects=False,
            trust_env=not is_loopback(url),  # a proxy for the web leads nowhere near this machine
        )
    except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
        # Not in its own words: a proxy's address may hold a password.
        message = f"the proxy or certificates that the environment names cannot be used ({type(error).__name__})"
        raise UnreachableError(message) from None


def ask(
    http: httpx.Client,
    method: str,
    url: str,
    bounds: Bounds,
    into: BinaryIO | None = None,
    **parts: Any,  # noqa: ANN401 - httpx's own
) -> Answer:
    """Ask, and take the whole answer.

    Args:
        http: A client, from `client`. Closing it ends what was given up.
        method: As in GET.
        url: What `parsed` takes.
        bounds: What the answer may take.
        into: Where its body goes instead of into the answer.
        parts: Content, parameters, headers, … as `httpx.Client.stream` takes them.

    Raises:
        UnreachableError: No answer, or half of one.
        AnswerError: It is beyond its bounds, or packed otherwise than asked for.
    """
    done: Future[Answer] = Future()

    def work() -> None:
        try:
            done.set_result(_asked(http, method, url, bounds, into, parts))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the answer is waited for
            done.set_exception(error)

    threading.Thread(target=work, daemon=True, name="asks a server").start()
    if not wait([done], bounds.seconds).done:
        raise _late(bounds)
    return done.result()


def _asked(  # noqa: PLR0913, PLR0917 - of `ask`
    http: httpx.Client, method: str, url: str, bounds: Bounds, into: BinaryIO | None, parts: Mapping[str, Any]
) -> Answer:
    body = into or io.BytesIO()
    until = time.monotonic() + bounds.seconds
    try:
        with http.stream(method, url, **parts) as response:
            for block in _unpacked(response, bounds):
                body.write(block)
                if time.monotonic() > until:
                    raise _late(bounds)
            whole = body.getvalue() if isinstance(body, io.BytesIO) else b""
            return Answer(response.status_code, response.headers, whole)
    except (httpx.TransportError, UnicodeError) as error:  # a host's name that no name server takes is a UnicodeError
        message = f"{type(error).__name__}: {error}"
        raise UnreachableError(message) from error


def _unpacked(response: httpx.Response, bounds: Bounds) -> Iterator[bytes]:
    """The body, counted on both sides of the packing; httpx would unpack as often, and as far, as a server says."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing not in {"", "identity", "gzip"}:
        message = f"is packed as {excerpt(packing, 40)!r}, and gzip alone was asked for"
        raise AnswerError(message)
    unpacker = zlib.decompressobj(_GZIP_ALONE) if packing == "gzip" else None
    arrived = size = 0
    for block in response.iter_raw():
        arrived += len(block)
        try:
            part = unpacker.decompress(block, bounds.size + 1 - size) if unpacker else block
        except zlib.error:
            break
        size += len(part)
        if max(arrived, size) > bounds.size:
            message = f"has more than {bounds.size:,} bytes"
            raise AnswerError(message)
        yield part  # also where there is nothing in it: time goes by
    if unpacker and arrived and not unpacker.eof:
        message = "is a broken gzip"
        raise AnswerError(message)


def _late(bounds: Bounds) -> AnswerError:
    return AnswerError(f"did not come whole within {bounds.seconds:g} s")
