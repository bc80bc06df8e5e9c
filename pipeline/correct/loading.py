"""`corrections.yaml` in: strictly, with the line of whatever is not as described in README.md."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from yaml.nodes import Node

from pipeline.correct.corrections import FILE_NAME, Corrections
from pipeline.correct.entries import Fault, entries
from pipeline.correct.merging import check_agreement, merged, opinions
from pipeline.errors import Problem, UsageError, excerpt
from pipeline.inputs import read_file

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml: the same nodes, slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

#: Some ten thousand entries.
MAX_BYTES = 8 * 1024 * 1024
#: An entry needs nine.
_MAX_NESTING = 20


def load(folder: Path, more: Sequence[Path] = ()) -> Corrections:
    """The corrections in a folder of mapping tables, none where it has no such file; and those of other files besides.

    Raises:
        UsageError: E101 (no file that can be read), E102 (not as described), E103 (entries contradict each other).
    """
    return merged(parse(_read(path), name) for name, path in files_of(folder, more))


def load_opinions(folder: Path, more: Sequence[Path] = ()) -> Corrections:
    """As `load`, but files may contradict each other; raises UsageError (E101, E102; E103 within one file)."""
    return opinions(parse(_read(path), name) for name, path in files_of(folder, more))


def load_files(files: Sequence[Path]) -> Corrections:
    """The corrections of files, merged in their order; raises as `load`."""
    return merged(parse(_read(path), name) for name, path in named(files))


def files_of(folder: Path, more: Sequence[Path] = ()) -> list[tuple[str, Path]]:
    """The files with corrections, each with the name by which messages call it: the folder's, then the others."""
    own = folder / FILE_NAME
    return named([*([own] if os.path.lexists(own) else []), *more])


def named(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Files by their own names, once each; those of one name are numbered."""
    once = {path.resolve(): path for path in reversed(paths)}
    counted: Counter[str] = Counter()
    found = []
    for path in reversed(once.values()):
        name = excerpt(path.name)
        counted[name] += 1
        found.append((f"{name} ({counted[name]})" if counted[name] > 1 else name, path))
    return found


def _read(path: Path) -> bytes:
    try:
        return read_file(path, MAX_BYTES)
    except OSError as error:
        _refuse("E101", str(path), f"it cannot be read ({error.strerror or type(error).__name__})")


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
    found = tuple(replace(entry, file=source) for entry in found)
    check_agreement(found)
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


_REMEDIES = {
    "E101": "Write the file as plain YAML, as pipeline/correct/README.md shows.",
    "E102": "Fix the entry; pipeline/correct/README.md describes each key.",
}


def _refuse(code: str, source: str, cause: str, line: int | None = None, shown: str | None = None) -> NoReturn:
    said = excerpt(shown) if shown else None
    raise UsageError(Problem(code, "fatal", cause, _REMEDIES[code], source=source, line=line, excerpt=said))
