"""`corrections.yaml` in: strictly, with the line of whatever is not as described in README.md."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from yaml.nodes import Node

from pipeline.correct.corrections import FILE_NAME, Correction, Corrections
from pipeline.correct.entries import Fault, entries
from pipeline.errors import Problem, UsageError, excerpt

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml: the same nodes, slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

#: Some ten thousand entries.
MAX_BYTES = 8 * 1024 * 1024
#: An entry needs nine.
_MAX_NESTING = 20


def load(folder: Path) -> Corrections:
    """The corrections in a folder of mapping tables; none where it has no such file.

    Raises:
        UsageError: E101 (no file that can be read), E102 (not as described), E103 (entries contradict each other).
    """
    path = folder / FILE_NAME
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Corrections(source=FILE_NAME)
    except OSError as error:
        _refuse("E101", str(path), f"it cannot be read ({error.strerror or type(error).__name__})")
    return parse(data, FILE_NAME)


def parse(data: bytes, source: str) -> Corrections:
    """The corrections in the bytes of a file; `source` is what findings call it.

    Raises:
        UsageError: E101 (not UTF-8, not plain YAML, too large), E102 (not as described), E103 (entries contradict each other).
    """
    if len(data) > MAX_BYTES:
        _refuse("E101", source, f"it has more than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse("E101", source, "it is not UTF-8", data.count(b"\n", 0, error.start) + 1)
    root = _root(text, source)
    try:
        found = entries(root) if root is not None else ()
    except Fault as fault:
        _refuse("E102", source, fault.cause, fault.line, fault.shown)
    _agreeing(found, source)
    return Corrections(found, source)


def _root(text: str, source: str) -> Node | None:
    """The document as nodes, once its events show that nothing in it can grow or become an object."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=Loader):
            line = event.start_mark.line + 1 if event.start_mark else None
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
                _refuse("E101", source, "it uses an anchor, an alias or a tag", line)
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _MAX_NESTING:
                _refuse("E101", source, f"it is nested deeper than {_MAX_NESTING} levels", line)
        node: Node | None = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The last two: the parser in Python, on an escape beyond Unicode; it does not say where.
        mark = getattr(error, "problem_mark", None)
        cause = f"it is not YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}"
        _refuse("E101", source, cause, mark.line + 1 if mark else None)
    return node


def _agreeing(found: tuple[Correction, ...], source: str) -> None:
    """Refuse entries on one use that cannot all hold, and one person's second entry on it."""
    first: dict[object, Correction] = {}
    people: dict[object, int] = {}
    for entry in found:
        before = first.setdefault(entry.use, entry)
        if (before.verdict, before.withhold, before.edits) != (entry.verdict, entry.withhold, entry.edits):
            cause = f"this entry and the one in line {before.line} say different things of the same use"
            _refuse("E103", source, cause, entry.line, entry.quote)
        again = people.setdefault((entry.use, entry.reviewer), entry.line)
        if again != entry.line:
            cause = f"{entry.reviewer} speaks of this use in line {again} already"
            _refuse("E103", source, cause, entry.line, entry.quote)


_REMEDIES = {
    "E101": "Write the file as plain YAML, as pipeline/correct/README.md shows.",
    "E102": "Mend the entry; pipeline/correct/README.md describes each key.",
    "E103": "Let the reviewers agree, and leave one verdict and one set of edits for the use.",
}


def _refuse(code: str, source: str, cause: str, line: int | None = None, shown: str | None = None) -> NoReturn:
    said = excerpt(shown) if shown else None
    raise UsageError(Problem(code, "fatal", cause, _REMEDIES[code], source=source, line=line, excerpt=said))
