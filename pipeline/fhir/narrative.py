"""Narratives: what a person sees who opens a resource. Quotes of the page stand in `<q>`, all else is fixed words.

Everything is escaped. Source: https://hl7.org/fhir/R5/narrative.html
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pipeline.fhir.primitives import string
from pipeline.fhir.source import Json
from pipeline.model import Use

LANGUAGE = "en"


def quotation(text: str) -> str:
    """Words of the page, for a narrative."""
    # A carriage return would come back from XML as a line feed: as a reference it stays what it is.
    return f"<q>{escape(text, quote=False)}</q>".replace("\r", "&#13;")


def in_words(uses: Iterable[Use]) -> tuple[str, list[str]]:
    """A block of a narrative: the words that restrict some uses and that no rule understood."""
    stated = dict.fromkeys(one.fact.text for use in uses for one in use.qualifiers if one.kind == "stated")
    return "Restricted by words that no rule understood", [quotation(text) for text in stated]


def narrative(heading: str, *blocks: tuple[str, Iterable[str]], notice: str | None = None) -> Json:
    """A `text` element: a heading, then lists under their labels (a list without entries is left out), then the notice.

    Args:
        heading: inline XHTML.
        blocks: label (plain text) and entries (inline XHTML).
        notice: What everything that is read from the publisher's pages says of itself.
    """
    parts = [f"<p><b>{heading}</b></p>"]
    for label, entries in blocks:
        listed = "".join(f"<li>{entry}</li>" for entry in entries)
        if listed:
            parts.append(f"<p>{escape(label, quote=False)}</p><ul>{listed}</ul>")
    if notice is not None:
        parts.append(f"<p><i>{escape(notice, quote=False)}</i></p>")
    div = f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{LANGUAGE}" xml:lang="{LANGUAGE}">{"".join(parts)}</div>'
    return {"status": "generated", "div": string(div)}
