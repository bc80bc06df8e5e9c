"""A page out of its DocumentReference: its text as published, what spans show of it, and the account of its use section."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.errors import Problem
from pipeline.publishers import Publisher, refusal
from pipeline.verify.elements import named, quote_of, reference_to, value_of
from pipeline.verify.finding import Json, finding, no_text
from pipeline.verify.markdown import see
from pipeline.verify.scalars import block, block_header, double_quoted, plain, single_quoted
from pipeline.verify.seen import FRONT_MATTER, MARKUP, TARGET, TEXT, Link, Seen
from pipeline.verify.spans import Span, spans_of

_GLOSSARY_ID = re.compile(
    r"popDefinition\.aspx\?(?:[^#]*&)?id=(?:CDR0*+)?(\d++)(?![^&#])|/dictionaries/cancer-terms/def/(\d++)(?![^/?#])",
    re.IGNORECASE,
)
#: Footnote marks hang on sentences and are no part of them.
_FOOTNOTE_MARKS = frozenset("*#^\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u2020\u2021\u00a7\u00b6")
#: What a page without lists in its Markdown writes before an item: it says nothing.
_BULLETS = "\u2022\u25cf\u25aa\u2023\u25e6"
#: Neither says anything.
_MARKS = _FOOTNOTE_MARKS.union(_BULLETS)
#: "tags: [treatment, biosimilar]"
_FLOW = re.compile(r"\[(.*)\]\s*(?:#.*)?")
_QUOTED = re.compile(r"(['\"])(.*)\1(?:[ \t]+#.*)?")
#: A comment, and what opens a literal or folded block.
_NO_WORDS = re.compile(r"(?:\A|(?<![ \t])[ \t]++)#.*|\A[|>][-+\d]*+(?=[ \t]|\Z)")
_YAML_KEY = re.compile(r"(?:\A|(?<=[\r\n]))([^\s:#\-](?:[^:\r\n]*[^ \t:\r\n])?+)[ \t]*+:(?=[ \t\r\n]|\Z)")


#: What a reader does not see: a soft hyphen, zero-width spaces and joiners, a byte-order mark.
_UNSEEN = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def _folded(text: str) -> str:
    """White space as one space, and nothing that a reader does not see."""
    return " ".join(text.translate(_UNSEEN).split())


def _publisher_of(reference: str, publishers: Sequence[Publisher]) -> Publisher:
    """The publisher that a resource's id begins with; the one without a profile of its own where none does."""
    identity = reference.partition("/")[2].partition(".")[0]
    return next((each for each in publishers if each.id == identity), publishers[-1])


@dataclass
class Document:
    """A page as published, `reference` being its DocumentReference's `Type/id`.

    `publisher` is by whose profile it was read: its id begins the ids of what was read from it.
    """

    reference: str
    resource: Json
    text: str
    publisher: Publisher

    @cached_property
    def seen(self) -> Seen:
        """The page's text as a reader sees it."""
        return see(self.text)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the page's bytes, in lower-case hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def sentences(self) -> list[Span]:
        """The spans of the sentences that the use section is accounted with."""
        return [(start, end) for extension in named(self.resource, "sentence") for _, start, end in spans_of(extension)]

    @cached_property
    def canonical(self) -> str:
        """The base of our own URIs, as the system of the page's SHA-256 shows it."""
        systems = [str(identifier.get("system")) for identifier in self.resource.get("identifier", ())]
        return next((s.removesuffix("/sha256") for s in systems if s.endswith("/sha256")), "")

    @cached_property
    def web_address(self) -> str | None:
        """The page's address, as the identifier that the front matter proves."""
        stated = (each for each in self.resource.get("identifier", ()) if each.get("system") == "urn:ietf:rfc:3986")
        return next((str(each.get("value")) for each in stated), None)

    def front_matter(self, key: str) -> list[str]:
        """The values of a front-matter key, in lines or in brackets, without quotes, comments and the signs of a block."""
        found, inside = [], False
        for line in re.split(r"[\r\n]+", self.text[: self.front_matter_end]):
            named = _YAML_KEY.match(line)
            if named:
                inside = named[1].strip("'\"") == key
            value = (line[named.end() :] if named else line.strip().removeprefix("-")).strip()
            flow = _FLOW.fullmatch(value)
            parts = map(str.strip, flow[1].split(",")) if flow is not None else (value,)
            found += [said for each in parts if inside and (said := _unquoted(each))]
        return found

    @property
    def is_withdrawn(self) -> bool:
        """Whether the page says of itself that it is no longer in force, in a word of its publisher's profile."""
        return (self.quoted("status") or next(iter(self.front_matter("status")), "")).casefold() in self.publisher.withdrawn

    def quoted(self, key: str) -> str | None:
        """The first value of a front-matter key, read from the page at the span that the resource gives; None without one.

        YAML has more ways to write a value than `front_matter` reads.
        """
        for extension in named(self.resource, "front-matter"):
            for _, start, end in spans_of(extension):
                if self.key_at(start) == key:
                    return self.show(start, end)[0]
        return None

    @property
    def license(self) -> str | None:
        """The license that the page states; its DocumentReference does not repeat that of a page whose text is attached."""
        return next(iter(self.front_matter("license")), None)

    def states(self, value: str) -> bool:
        """Whether a whole value of the front matter is this, wherever it stands, for resources that do not say where."""
        breaks = [0, *(at.end() for at in re.finditer(r"[\s'\",:\[-]", self.text[: self.front_matter_end]))]
        last = [
            at for at in range(1, self.front_matter_end + 1) if at == self.front_matter_end or self.text[at] in "\r\n'\",]}# "
        ]
        return any(self.show(start, end)[0] == value for start in breaks for end in last if start < end)

    @cached_property
    def front_matter_end(self) -> int:
        """Where the front matter ends."""
        return self.seen.part.rfind(bytes([FRONT_MATTER])) + 1

    def key_at(self, offset: int) -> str | None:
        """The front-matter key whose value stands at an offset."""
        keys = [m[1].strip("'\"") for m in _YAML_KEY.finditer(self.text, 0, offset)]
        return keys[-1] if keys else None

    def link_at(self, start: int, end: int) -> Link | None:
        """The link that the words between two offsets stand in."""
        return next((one for one in self.seen.links if one.start <= start and end <= one.end), None)

    def glossary_id(self, start: int, end: int) -> str | None:
        """The dictionary entry that the link of the words between two offsets leads to."""
        link = self.link_at(start, end)
        found = _GLOSSARY_ID.search(link.href) if link else None
        return (found[1] or found[2]) if found else None

    def show(self, start: int, end: int) -> tuple[str | None, str]:  # noqa: PLR0911 - one return a reason
        """What a reader sees between two offsets; or None and why nothing may be quoted so."""
        seen = self.seen
        if not 0 <= start < end <= len(self.text):
            return None, f"{start}-{end} is not within the page's {len(self.text)} characters"
        first, last = seen.part[start], seen.part[end - 1]
        if start in seen.inside or (end in seen.inside and seen.part[end] == TEXT):
            return None, "it cuts an entity or escape"
        if self.text[start].isspace() or self.text[end - 1].isspace() or MARKUP in (first, last):
            return None, "there is markup or space at its ends"
        if first != last or (first == TEXT and FRONT_MATTER in seen.part[start:end]):
            return None, "it runs from one part of the page into another"
        if first == TEXT:
            shown = "".join(seen.shown[at] for at in range(start, end) if seen.part[at] == TEXT)
            return (_folded(shown), "") if self._ends_at_words(start, end) else (None, "it cuts a word")
        if seen.part.count(first, start, end) < end - start:
            return None, "it runs from one part of the page into another"
        if first == TARGET:
            return (self.text[start:end], "") if self._ends_at_words(start, end) else (None, "it cuts a word")
        return self._scalar(start, end)

    def objection(self, value: str, spans: Sequence[Span], *, word: bool = True) -> tuple[str, str] | None:
        """What speaks against a value being what a reader sees at its spans, joined in their order: a code and why.

        Args:
            value: The value.
            spans: Where it is said to stand.
            word: Whether it ends at words.
        """
        shown: list[str] = []
        for start, end in spans:
            said, reason = self.show(start, end)
            if said is None and reason == "it cuts a word" and not word:
                said = "".join(self.seen.shown[start:end])
            if said is None:
                return "C620" if "not within" in reason else "C621", reason
            shown.append(said)
        if not spans:
            return "C623", "no span"
        return None if " ".join(shown) == value else ("C622", f"it says {' '.join(shown)!r}"[:200])

    def _ends_at_words(self, start: int, end: int) -> bool:
        return not self._in_word(start) and not self._in_word(end)

    def _in_word(self, at: int) -> bool:
        """Whether a place is inside a word, or inside a number of a link's target."""
        if not 0 < at < len(self.text) or self.seen.part[at - 1] != self.seen.part[at]:
            return False
        return all(c.isalnum() and c not in _FOOTNOTE_MARKS for c in self.text[at - 1 : at + 1])

    def _scalar(self, start: int, end: int) -> tuple[str | None, str]:
        """A whole YAML scalar without its quotes."""
        text = self.text
        quote = text[start - 1]
        if quote in "'\"":
            if text[end] != quote:
                return None, "it is not a whole quoted value"
            return (single_quoted if quote == "'" else double_quoted)(text[start:end]), ""
        if header := block_header(text[:start]):
            return block(header, text[header.end() : end]), ""
        before = text[:start].rstrip(" \t")
        after = re.match(r"[ \t]*(?:#[^\r\n]*)?(?:[\r\n]|\Z)|[ \t]*[,\]}]", text[end:])
        if before[-1:] not in {":", "-", "[", ",", "\n", "\r"} or not after:
            return None, "it is not a whole value"
        return plain(text[start:end]), ""


@dataclass(frozen=True)
class Unread:
    """A page whose text is neither in the snapshot nor among the pages that were given: nothing quoted from it is checked."""

    sha256: str
    publisher: Publisher


def read_document(
    resource: Json, publishers: Sequence[Publisher], pages: Mapping[str, bytes]
) -> tuple[Document | Unread | None, list[Problem]]:
    """The page in a DocumentReference, and what is wrong with its attachment, hashes and identifiers.

    Args:
        resource: The DocumentReference.
        publishers: The profiles that the pages were read by.
        pages: Pages by their SHA-256, for those whose license keeps their text out of the snapshot.
    """
    reference = reference_to(resource)
    place = "DocumentReference.content[0].attachment"
    try:
        attachment = resource["content"][0]["attachment"]
        publisher = _publisher_of(reference, publishers)
        stated = [i.get("value") for i in resource.get("identifier", ()) if str(i.get("system")).endswith("/sha256")]
        withheld = "data" not in attachment and stated and refusal(_license_of(resource), publisher) is not None
        if withheld and stated[0] not in pages:
            return Unread(str(stated[0]), publisher), [no_text(reference, str(stated[0]))]
        data = pages[stated[0]] if withheld else base64.b64decode(attachment["data"], validate=True)
        document = Document(reference, resource, data.decode(), publisher)
    except (KeyError, IndexError, TypeError, ValueError, binascii.Error) as error:
        return None, [finding("C610", type(error).__name__, place, reference)]
    problems = []
    if "data" in attachment and refusal(document.license, publisher) is not None:
        problems.append(finding("C613", "", place, reference, document.license))
    if str(attachment.get("size")) != str(len(data)):
        problems.append(finding("C611", f"it has {len(data)} bytes", f"{place}.size", reference, attachment.get("size")))
    sha1 = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    if attachment.get("hash") != sha1:
        problems.append(finding("C611", f"its SHA-1 is {sha1}", f"{place}.hash", reference, attachment.get("hash")))
    sha256 = hashlib.sha256(data).hexdigest()
    if stated != [sha256]:
        problems.append(finding("C611", f"its SHA-256 is {sha256}", "DocumentReference.identifier", reference, stated))
    return document, problems


def _license_of(resource: Json) -> str | None:
    """The license as a DocumentReference quotes it from the front matter."""
    stated = named(resource, "front-matter")
    return next((quote_of(each) for each in stated if value_of(each, "key", "valueString") == "license"), None)


_MARKS = _FOOTNOTE_MARKS.union(_BULLETS)


def _unquoted(value: str) -> str:
    """A value of the front matter as it reads."""
    quoted = _QUOTED.fullmatch(value)
    return quoted[2] if quoted else _NO_WORDS.sub("", value)


def unaccounted(document: Document, sentences: list[Span]) -> Iterator[Problem]:
    """Visible text of the use section that no sentence covers, and sentences outside of it."""
    seen = document.seen
    covered = bytearray(len(document.text))
    for start, end in sentences:
        covered[start:end] = b"\1" * max(0, end - start)
    for first, last in use_sections(document):
        gap = [
            at
            for at in range(first, last)
            if seen.part[at] == TEXT and not covered[at] and seen.shown[at].strip() and seen.shown[at] not in _MARKS
        ]
        if gap:
            shown = "".join(seen.shown[at] for at in gap)
            yield finding("C660", f"{len(gap)} characters from {gap[0]} on", "DocumentReference", document.reference, shown)


def use_sections(document: Document) -> list[Span]:
    """The ranges of the page that stand under a heading about uses, down to the next heading of its rank."""
    seen = document.seen
    uses = re.compile(rf"(?:{document.publisher.uses}) ?[?:]?\Z", re.IGNORECASE)
    found, opened = [], None
    for level, start, end in sorted({(level, start, end) for level, start, end in seen.headings}, key=lambda h: h[1]):
        words = "".join(seen.shown[at] for at in range(start, end) if seen.part[at] == TEXT)
        if opened and level <= opened[0]:
            found.append((opened[1], start))
            opened = None
        if not opened and level > 1 and uses.match(" ".join(words.split())):
            opened = (level, end)
    if opened:
        found.append((opened[1], len(document.text)))
    return found
