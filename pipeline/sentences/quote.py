"""Facts made of the page's own words: every rule quotes through here, so that text, place and links always fit together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.language import UNSEEN
from pipeline.model import Block, Fact, Link, Run, Span

#: The id of a term in NCI's dictionary of cancer terms, in either shape of address that the pages use.
_GLOSSARY = re.compile(
    r"popDefinition\.aspx\?(?:[^#]*&)?id=(?:CDR0*+)?(?P<popup>\d++)(?![^&#])"
    r"|/dictionaries/cancer-terms/def/(?P<term>\d++)(?![^/?#])",
    re.IGNORECASE,
)


def fold(text: str) -> str:
    """The text with every run of white space (line breaks, no-break spaces) as one space, and none at its ends.

    Characters that show nothing (a soft hyphen, a zero-width space) are left out: "mela\u00adnoma" reads "melanoma".
    """
    return " ".join((text if text.isascii() else text.translate(UNSEEN)).split())


def quote(block: Block, rule: str) -> Fact:
    """The whole of a block, which must show something, as a fact."""
    return fact(block, 0, len(block.text), rule)


def fact(block: Block, start: int, end: int, rule: str) -> Fact:
    """What a block says between two offsets of its text, with its place and links.

    The span is minimal: white space at the ends of the range is left out, and so is the markup around it.

    Args:
        block: The block that is quoted.
        start: Where the quote begins in `block.text`.
        end: Where it ends.
        rule: The name of the rule that reads it.

    Raises:
        ValueError: There is nothing but white space in the range.
    """
    start, end = trimmed(block.text, start, end)
    return Fact(fold(block.text[start:end]), (block.locate(start, end),), rule, tuple(_links(block, start, end)))


#: A comment that is not closed hides the rest, in a browser too.
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)


#: In a code block, most often a list that was indented too far: what would be markup of a list or of bold words.
_MARK = re.compile(r"(?:^|(?<=\s))(?:[-+*]|\d+[.)])\s+|[*_`~]+")


def shown(block: Block, rule: str) -> Fact | None:
    """What a block shows: the whole of it, of an HTML or code block the words between its markup; None where it shows nothing."""
    hidden = {"html": _TAG, "code": _MARK}.get(block.kind)
    if hidden is None:
        return quote(block, rule) if block.text.strip() else None
    ends = [0, *(place for tag in hidden.finditer(block.text) for place in tag.span()), len(block.text)]
    parts = [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if block.text[a:b].strip()]
    return join([fact(block, a, b, rule) for a, b in parts], rule) if parts else None


def join(facts: Sequence[Fact], rule: str) -> Fact:
    """Several quotes read one after the other as one fact."""
    return Fact(
        " ".join(part.text for part in facts),
        tuple(span for part in facts for span in part.spans),
        rule,
        tuple(link for part in facts for link in part.links),
    )


def target(run: Run, start: int, end: int, rule: str) -> Fact:
    """A piece of a link's target, between two offsets of `run.href`, as a fact; `run.href_span` must be there."""
    if run.href is None or run.href_span is None:
        message = f"the target of {run.text!r} has no place of its own"
        raise ValueError(message)
    place = run.href_span.start
    return Fact(run.href[start:end], (Span(place + start, place + end),), rule)


def glossary_id(href: str) -> str | None:
    """The id of the entry in the dictionary of cancer terms that a link points to, or None if it points elsewhere."""
    found = None if "dictionary=genetic" in href.casefold() else _GLOSSARY.search(href)
    return found["popup"] or found["term"] if found else None


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A range of a text without the white space at its ends."""
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())


def _links(block: Block, start: int, end: int) -> Iterator[Link]:
    """The linked words between two offsets.

    A glossary entry is for all the words of its link ("Xmab and hyaluronidase"), so a piece of them does not carry its id.
    """
    for href, begins, ends in block.linked:
        inside = max(begins, start), min(ends, end)
        if inside[0] >= inside[1]:
            continue
        first, last = trimmed(block.text, *inside)
        if first < last:
            entry = glossary_id(href) if (first, last) == trimmed(block.text, begins, ends) else None
            yield Link(fold(block.text[first:last]), block.locate(first, last), href, entry)
