"""Front matter: split from the page by python-frontmatter, read as YAML events so that nothing is converted.

YAML would make `no` a false, `1.10` a number and `2025-12-30` a date. Events carry what the page writes and where it stands,
come one at a time (depth, aliases and repeated keys are refused before anything grows from them), and need no constructor:
nothing that a page says can make an object. `frontmatter.loads` is not used, because keys such as `content` or `handler`
collide with the arguments of its `Post`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)
from yaml.reader import Reader

from pipeline.errors import ReadError
from pipeline.model import FrontMatterValue, Span
from pipeline.read.key_lines import are_keys, unrecognized
from pipeline.read.refusal import refusal
from pipeline.settings import ReadLimits

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml: the same events, slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

#: A line of dashes. The library's own pattern does not know CR line ends and lets `\s` run over blank lines and U+2028.
_BOUNDARY = re.compile(r"(?:\A|(?<=[\r\n]))-{3,}[ \t]*(?=[\r\n]|\Z)")
_BLOCK_HEADER = re.compile(r"[^\r\n]*[ \t\r\n]*")
_WHITE = " \t\r\n"
_FIX = "Fix the front matter of the page."
#: What may stand before front matter, because no reader sees it: white space, and whole comments (what a crawler notes).
_UNSEEN = re.compile(r"(?:[ \t\r\n]+|<!--.*?-->)*", re.DOTALL)


def read_front_matter(text: str, name: str, limits: ReadLimits) -> tuple[Mapping[str, tuple[FrontMatterValue, ...]], int]:
    """The front matter of a page, and the offset at which its Markdown begins.

    It begins with a line of dashes, before which only white space and comments may stand. Blocks of keys between lines of
    dashes that follow at once (a reviewer's note) belong to it. A page that has nothing of the kind has no front matter: an
    empty mapping and the offset after a byte-order mark; one with what looks like it and is not to be read is refused,
    because it would become a page on another drug.

    A key maps to its scalar, or to the scalars of its list; what is nested deeper is checked and left out. A key without a
    value has no values. Texts are as written, quotes removed: for a plain or quoted scalar on one line
    without escapes, `text[span.start:span.end]` is the value itself; escapes, `''`, block scalars and folded lines are
    resolved as YAML does, and the span holds what they were resolved from.

    Raises:
        ReadError: R106 to R112.
    """
    after_mark = len(text) - len(text.removeprefix("\ufeff"))
    unseen = _UNSEEN.match(text, after_mark)
    start = unseen.end() if unseen else after_mark
    if not _BOUNDARY.match(text[start:]):
        _refuse_unrecognized(text, start, name)
        return {}, after_mark
    reading = _Reading(text, name, limits)
    end = reading.block(start)
    while (more := _note(text, end)) is not None:
        end = reading.block(more)
    return {key: tuple(values) for key, values in reading.values.items()}, end


def _refuse_unrecognized(text: str, start: int, name: str) -> None:
    found = unrecognized(text[start:])
    if found is not None:
        cause = "what looks like front matter is not at the beginning of the page, or not between lines `---`"
        remedy = "Begin the page with a line `---`, then the front matter as YAML, then a line `---`."
        raise refusal(name, "R112", cause, remedy, (text, start + found))


def _split(text: str, start: int) -> tuple[str, str]:
    """The block between lines of dashes that begins at `start`, and all that follows it. Raises ValueError if it is open."""
    matter, content = YAMLHandler(fm_boundary=_BOUNDARY).split(text[start:])
    return matter, content


def _note(text: str, end: int) -> int | None:
    """Where another block of keys begins that follows front matter at once; None if there is none."""
    start = end + len(text[end:]) - len(text[end:].lstrip(_WHITE))
    if not _BOUNDARY.match(text[start:]):
        return None
    try:
        return start if are_keys(_split(text, start)[0].strip("\r\n")) else None
    except ValueError:  # a rule
        return None


@dataclass(slots=True)
class _Open:
    """A mapping or list that is open while events come in: the keys of a mapping so far, and the one without a value."""

    is_mapping: bool
    keys: set[str] = field(default_factory=set)
    key: str | None = None


@dataclass(slots=True)
class _Reading:
    """Front matter being read, block by block; `begin` is where the YAML of the block starts in the page's `text`."""

    text: str
    name: str
    limits: ReadLimits
    begin: int = 0
    values: dict[str, list[FrontMatterValue]] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)

    def block(self, start: int) -> int:
        """Take in the block whose first line of dashes is at `start`; the offset behind its last one."""
        try:
            matter, content = _split(self.text, start)
        except ValueError:
            cause = "the front matter is opened by a line of dashes and never closed"
            raise refusal(self.name, "R106", cause, "Close the front matter with a line `---`.", (self.text, start)) from None
        opening = _BOUNDARY.match(self.text[start:])
        self.begin = start + (opening.end() if opening else 0)
        self._take_in(matter)
        return len(self.text) - len(content)

    def _take_in(self, matter: str) -> None:
        documents = 0
        for event in self._events(matter):
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                raise self._refuse(event, "R107", "the front matter is more than one YAML document")
            self._plain_only(event)
            if isinstance(event, CollectionStartEvent):
                self._enter(event)
            elif isinstance(event, CollectionEndEvent):
                self.stack.pop()
                self._value_ends()
            elif isinstance(event, ScalarEvent):
                self._scalar(event)

    def _events(self, matter: str) -> Iterator[Event]:
        # Both loaders refuse control characters, but only this tells the place in code points.
        control = Reader.NON_PRINTABLE.search(matter)
        if control:
            cause = f"the front matter holds a control character (U+{ord(control.group()):04X})"
            raise refusal(self.name, "R107", cause, _FIX, (self.text, self.begin + control.start()))
        try:
            yield from yaml.parse(matter, Loader=Loader)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # The last two: the parser in Python, on an escape beyond Unicode; it does not say where.
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or "it cannot be parsed"
            at = self.begin + (mark.index if mark else len(matter) - len(matter.lstrip()))
            raise refusal(self.name, "R107", f"the front matter is not YAML: {said}", _FIX, (self.text, at)) from None

    def _plain_only(self, event: Event) -> None:
        """Refuse what can stand for something else: an alias bomb needs anchors, an object needs a tag."""
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise self._refuse(event, "R110", "the front matter uses an anchor, an alias or a tag")

    def _enter(self, event: CollectionStartEvent) -> None:
        if not self.stack and not isinstance(event, MappingStartEvent):
            raise self._refuse(event, "R108", "the front matter is a list, not a mapping of keys to values")
        if self.stack and self.stack[-1].is_mapping and self.stack[-1].key is None:
            raise self._refuse(event, "R107", "a key of the front matter is not a single word or text")
        if len(self.stack) >= self.limits.max_nesting:
            raise self._refuse(event, "R111", f"the front matter is nested deeper than {self.limits.max_nesting} levels")
        self.stack.append(_Open(isinstance(event, MappingStartEvent)))

    def _scalar(self, event: ScalarEvent) -> None:
        if not self.stack:
            raise self._refuse(event, "R108", "the front matter is a single text, not a mapping of keys to values")
        if re.search("[\ud800-\udfff]", event.value):
            # An escape of half a character: the parser in Python lets it through, and nothing could write it as UTF-8.
            raise self._refuse(event, "R107", "a text of the front matter holds an escape that is not a character")
        inner = self.stack[-1]
        if inner.is_mapping and inner.key is None:
            if event.value in inner.keys:
                raise self._refuse(event, "R109", "a key stands twice in the front matter")
            inner.key = event.value
            inner.keys.add(event.value)
            if len(self.stack) == 1:
                if event.value in self.values:
                    raise self._refuse(event, "R109", "a key stands twice in the front matter")
                self.values[event.value] = []
            return
        outer = self.stack[0].key
        value = self._written(event)
        in_list_of_key = [level.is_mapping for level in self.stack] == [True, False]
        if outer is not None and value and (len(self.stack) == 1 or in_list_of_key):
            self.values[outer].append(value)
        self._value_ends()

    def _value_ends(self) -> None:
        if self.stack and self.stack[-1].is_mapping:
            self.stack[-1].key = None

    def _written(self, event: ScalarEvent) -> FrontMatterValue | None:
        """A scalar as the page writes it and its place without quotes or block header; None for no value at all."""
        start, end = self._start(event), self._end(event)
        if event.style in {"'", '"'}:
            return FrontMatterValue(event.value, Span(start + 1, end - 1))
        if event.style in {"|", ">"}:
            header = _BLOCK_HEADER.match(self.text, start, end)
            start = header.end() if header else start
            end = start + len(self.text[start:end].rstrip(_WHITE))
        return FrontMatterValue(event.value.strip(_WHITE), Span(start, end)) if end > start else None

    def _refuse(self, event: Event, code: str, cause: str) -> ReadError:
        return refusal(self.name, code, cause, _FIX, (self.text, self._start(event)))

    def _start(self, event: Event) -> int:
        return self.begin + (event.start_mark.index if event.start_mark else 0)

    def _end(self, event: Event) -> int:
        return self.begin + (event.end_mark.index if event.end_mark else 0)
