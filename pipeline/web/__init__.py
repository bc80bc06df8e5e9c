"""Asking servers of others: addresses as they are asked, and answers within bounds."""

from pipeline.web.address import is_loopback, is_private, parsed, shown
from pipeline.web.answer import Answer, AnswerError, Bounds, UnreachableError, ask, client

__all__ = [
    "Answer",
    "AnswerError",
    "Bounds",
    "UnreachableError",
    "ask",
    "client",
    "is_loopback",
    "is_private",
    "parsed",
    "shown",
]
