"""What a hostile or broken server sends: each is a function of the stub's handler that writes onto the wire."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from urllib.parse import urlsplit

from tests.load.fhir_stub import Handler

Answerer = Callable[[Handler], None]
#: Between two drops of what never ends; as many are a second's worth.
DROP_SECONDS = 0.02


def sent(body: bytes, *headers: str, status: str = "200 OK") -> Answerer:
    """An answer with a body as it stands."""
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", "")
    return wire(("\r\n".join(lines).encode() + body,))


def said(value: object, *headers: str, status: str = "200 OK") -> Answerer:
    """An answer with any value as JSON."""
    return sent(json.dumps(value).encode(), *headers, status=status)


def wire(parts: Iterable[bytes]) -> Answerer:
    """Bytes onto the wire as they stand, until they end or nobody listens."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        for part in parts:
            handler.wfile.write(part)
            handler.wfile.flush()

    return answer


def slowly(head: bytes, drop: bytes) -> Answerer:
    """A beginning, and then a drop every now and then, without end."""

    def drops() -> Iterator[bytes]:
        yield head
        for one in repeat(drop):
            yield one
            time.sleep(DROP_SECONDS)

    def answer(handler: Handler) -> None:
        wire(drops())(handler)

    return answer


def at_once(head: bytes, drop: bytes) -> Answerer:
    """A beginning, and then the same again and again as fast as it goes, without end."""

    def flood() -> Iterator[bytes]:
        yield head
        yield from repeat(drop)

    def answer(handler: Handler) -> None:
        wire(flood())(handler)

    return answer


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
_MEGABYTE = b" " * 2**20


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def empty_blocks() -> Answerer:
    """A gzip that goes on for ever and unpacks to nothing: an empty block, again and again."""
    packing = zlib.compressobj(wbits=31)
    start, empty = packing.compress(b"") + packing.flush(zlib.Z_FULL_FLUSH), packing.flush(zlib.Z_FULL_FLUSH)
    return at_once(PACKED + chunk(start), chunk((empty or b"\x00\x00\x00\xff\xff") * 1000))


#: A thousandth of what they unpack to; the second is packed once more, and is a thousandth of that.
BOMB = gzip.compress(_MEGABYTE * 16)
BOMB_IN_A_BOMB = gzip.compress(gzip.compress(b"\0" * 2**24, 9), 9)

#: Answers that never end: what of them, and whether they are too large before they are too late.
ENDLESS: dict[str, tuple[Answerer, str]] = {
    "a body in drops": (slowly(CHUNKED, chunk(b" ")), "time"),
    "a header in drops": (slowly(HEAD + b"X-Drops: ", b"x"), "time"),
    "early hints in drops": (slowly(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), "time"),
    "early hints at once": (at_once(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100), "time"),
    "silence": (lambda _: time.sleep(5), "time"),
    "a body at once": (at_once(CHUNKED, chunk(_MEGABYTE)), "size"),
    "a gzip of nothing": (empty_blocks(), "size"),
    "a bomb": (sent(BOMB, "Content-Encoding: gzip"), "size"),
    "a large body": (sent(_MEGABYTE * 2), "size"),
}

#: Packed otherwise than asked for, or broken: neither too large nor too late.
UNPACKABLE: dict[str, Answerer] = {
    "no gzip at all": sent(b'{"resourceType": "Bundle"}', "Content-Encoding: gzip"),
    "a gzip that breaks off": sent(gzip.compress(b"{}" * 1000)[:-12], "Content-Encoding: gzip"),
    "a gzip with a fault": sent(gzip.compress(b"{}" * 1000)[:10] + b"\xff" * 20, "Content-Encoding: gzip"),
    "a bomb in a bomb": sent(BOMB_IN_A_BOMB, "Content-Encoding: gzip, gzip"),
    "a bomb in a bomb, in two headers": sent(BOMB_IN_A_BOMB, "Content-Encoding: gzip", "Content-Encoding: gzip"),
    "deflate": sent(zlib.compress(b"{}"), "Content-Encoding: deflate"),
}


def another_next(handler: Handler) -> None:
    """A page of a search that names another one, each time."""
    number = int(urlsplit(handler.path).query.rpartition("page=")[2] or 0) if "page=" in handler.path else 0
    base = handler.stub.base
    said({"resourceType": "Bundle", "link": [{"relation": "next", "url": f"{base}/Medication?page={number + 1}"}]})(handler)


def the_same_next(handler: Handler) -> None:
    """Two pages of a search that name each other."""
    number = 1 if handler.path.endswith("page=2") else 2
    base = handler.stub.base
    said({"resourceType": "Bundle", "link": [{"relation": "next", "url": f"{base}/Medication?page={number}"}]})(handler)
