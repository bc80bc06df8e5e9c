"""What must not be shown: the one place that knows secrets, and takes them out of what is said.

A server may repeat a secret as it came, in Base64 inside something longer, escaped, or cut off. So it is not looked for as a
whole: any eight characters of it in a row are hidden, in each way of writing it.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import quote, quote_plus

from pipeline.errors import OnlabelError, Problem

#: So many characters of a secret in a row give it away. Of a shorter secret, all.
_ENOUGH = 8
#: Another way of writing a secret that is shorter stands everywhere by chance.
_SHORTEST = 4
_SHOWN = "[secret]"
_OF_A_PROBLEM = ("cause", "remedy", "source", "excerpt", "expression", "resource")
#: What tells of requests and answers, at INFO and DEBUG.
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")


class Secrets:
    """Passwords, tokens, keys: added as they are come by, from several threads."""

    def __init__(self) -> None:
        self._pieces: dict[int, frozenset[str]] = {}  # by their lengths

    def add(self, secret: str) -> None:
        """Hide a secret from now on."""
        added = {piece for form in _forms(secret) for piece in _pieces(form)}
        for size in range(1, _ENOUGH + 1):
            pieces = frozenset(piece for piece in added if len(piece) == size)
            if pieces:
                self._pieces = {**self._pieces, size: self._pieces.get(size, frozenset()) | pieces}

    def redact(self, text: str, limit: int | None = None) -> str:
        """A text without secrets; of its first `limit` characters, so that none is cut in two before it is found."""
        end = len(text) if limit is None else min(limit, len(text))
        hidden = bytearray(len(text[: end + _ENOUGH]))
        for size, pieces in self._pieces.items():
            for start in range(len(hidden) - size + 1):
                if text[start : start + size] in pieces:
                    hidden[start : start + size] = b"\1" * size
        if not any(hidden):
            return text[:end]
        runs = groupby(range(end), hidden.__getitem__)
        return "".join(_SHOWN if secret else "".join(text[place] for place in places) for secret, places in runs)

    def cleared(self, problem: Problem) -> Problem:
        """A problem without secrets, wherever in it a server's words or names stand."""
        texts = {name: getattr(problem, name) for name in _OF_A_PROBLEM}
        cleared: dict[str, Any] = {name: self.redact(text) for name, text in texts.items() if text}
        return replace(problem, **cleared)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Keep secrets out of what a `with` block raises, and of what the libraries that talk to servers log meanwhile."""
        loggers = [*map(logging.getLogger, _LOGGERS)]
        for logger in loggers:
            logger.addFilter(self._clear)
        try:
            yield
        except OnlabelError as error:
            raise type(error)(self.cleared(error.problem)) from None
        except Exception as error:
            # Nobody foresaw it, and its own words may hold anything: as it is, if they do not.
            words = "".join(traceback.format_exception(error))
            if self.redact(words) == words:
                raise
            raise RuntimeError(self.redact(words)) from None
        finally:
            for logger in loggers:
                logger.removeFilter(self._clear)

    def _clear(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redact(record.getMessage()), ()
        return True


def _pieces(form: str) -> Iterator[str]:
    size = min(_ENOUGH, len(form))
    yield from (form[start : start + size] for start in range(len(form) - size + 1))


def _forms(secret: str) -> Iterator[str]:
    """A secret in each way in which it may stand in a message."""
    data = secret.encode()
    yield secret
    written = {repr(secret)[1:-1], repr(data)[2:-1], secret.encode("unicode_escape").decode(), json.dumps(secret)[1:-1]}
    written |= {html.escape(secret), quote(secret, safe=""), quote_plus(secret), data.hex(), data.hex().upper()}
    coded = {*_base64(data)}  # a header with a password is coded already: who codes it has it twice
    written |= coded | {twice for once in coded for twice in _base64(once.encode())}
    yield from (form for form in written if len(form) >= _SHORTEST)


def _base64(data: bytes) -> Iterator[str]:
    """What does not change of data in Base64, of both alphabets, whatever stands before and behind it."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data).decode()[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield from (coded, coded.translate({ord("+"): "-", ord("/"): "_"}))
