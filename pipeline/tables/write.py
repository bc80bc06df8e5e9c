"""Writes the tables folder: CSV files, and for a snapshot in R5 the views that give the same rows from the resources."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, TextIO

from pipeline.errors import Problem, UsageError
from pipeline.settings import DEFAULT_CANONICAL, model_of
from pipeline.snapshot import Record, Snapshot
from pipeline.tables.columns import COLUMNS, DENIALS, UNREAD
from pipeline.tables.rows import Cell, Row, denial_rows, unread_rows, use_rows

#: What a spreadsheet may take for a formula, full-width forms included, and cells that already are escaped like this.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - the full-width forms are meant
_TABLES: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Record], Iterable[Row]]]]] = {
    "uses": (COLUMNS, use_rows),
    "denials": (DENIALS, denial_rows),
    "unread": (UNREAD, unread_rows),
}
#: The FHIR versions whose resources ViewDefinitions read. `views.sql` reads those of R5.
_VIEWED: Final = ("R5", "R4")
_FOLDERS: Final = ("views", "questions")


@dataclass(frozen=True, slots=True)
class Tables:
    """What was written: the folder, the rows of each table, and which views of the resources stand beside them."""

    folder: Path
    rows: Mapping[str, int]
    views: tuple[str, ...]


def write_tables(snapshot: Snapshot, folder: Path, *, parquet: bool = False) -> Tables:
    """Write the CSV files, `from_csv.sql` and `questions/`; with R5 in full also `views.sql`, and with R5 or R4 `views/`.

    Each file appears whole or not at all; files of other names in the folder stay as they are.

    Args:
        snapshot: What was published, in any version and profile.
        folder: Where to write; made if it is not there.
        parquet: Whether `write_parquet` is next; else Parquet of an earlier snapshot is removed.

    Raises:
        UsageError: W310 (the folder is in a snapshot), W311 (a file cannot be written).
        SnapshotError: W101, W102, W103: the snapshot is not to be read.

    """
    resolved = folder.resolve()
    if any((parent / "report.json").is_file() for parent in (resolved, *resolved.parents)):
        cause = "a snapshot is never changed, and the tables would be written into one"
        raise UsageError(Problem("W310", "error", cause, "Name another folder with `--to`.", source=str(folder)))
    for place in (folder, *(folder / name for name in _FOLDERS)):
        if place.is_symlink():
            cause = "the tables cannot be written: a link stands in the place of a folder, and would lead elsewhere"
            remedy = "Remove the link, or name another folder with `--to`."
            raise UsageError(Problem("W311", "error", cause, remedy, source=str(place)))
    settings = snapshot.report["settings"]
    version = snapshot.version if (settings["profile"], model_of(settings)) == ("full", "knowledge") else None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows = _write_rows(snapshot, folder)
        for name in () if parquet else rows:
            (folder / f"{name}.parquet").unlink(missing_ok=True)
        views = _write_queries(folder, settings.get("canonical", DEFAULT_CANONICAL), version)
    except OSError as error:
        cause = f"the tables cannot be written: {error.strerror or error}"
        remedy = "See that this user may write there and that the disk has room, or name another folder with `--to`."
        raise UsageError(Problem("W311", "error", cause, remedy, source=str(error.filename or folder))) from error
    return Tables(folder, rows, views)


def _write_rows(snapshot: Snapshot, folder: Path) -> dict[str, int]:
    counts = dict.fromkeys(_TABLES, 0)
    with ExitStack() as stack:
        writers = {}
        for name, (columns, _) in _TABLES.items():
            # The dialect of Python's csv module is RFC 4180's: commas, doubled quotes, CRLF.
            writers[name] = csv.writer(stack.enter_context(_whole(folder / f"{name}.csv")))
            writers[name].writerow(columns)
        for record in snapshot.records():
            for name, (columns, rows_of) in _TABLES.items():
                for row in rows_of(record):
                    writers[name].writerow([_cell(row[column]) for column in columns])
                    counts[name] += 1
    return counts


def _cell(value: Cell) -> str:
    """A value as it stands in the file: numbers without needless zeros, an apostrophe before what looks like a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _write_queries(folder: Path, canonical: str, version: str | None) -> tuple[str, ...]:
    """Write what comes with this room, for a FHIR version in full or None; views for others go. Gives the views' names."""
    wanted = dict(_queries(version))
    for name in {name for each in _VIEWED for name, _ in _queries(each)} - wanted.keys():
        (folder / name).unlink(missing_ok=True)  # of an earlier snapshot
    for name, file in wanted.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        text = file.read_text(encoding="utf-8").replace(DEFAULT_CANONICAL, canonical)
        if version == "R4":
            text = text.replace('"5.0.0"', '"4.0.1"').replace('"integer64"', '"unsignedInt"')
        with _whole(path) as written:
            written.write(text)
    return tuple(name for name in wanted if name.startswith("views"))


def _queries(version: str | None) -> Iterator[tuple[str, Traversable]]:
    """The files of SQL and views that come with this room and fit a version, by their names in the tables folder."""
    room = files("pipeline.tables")
    yield "from_csv.sql", room / "from_csv.sql"
    for file in _in(room / "questions", ".sql"):
        yield f"questions/{file.name}", file
    if version == "R5":
        yield "views.sql", room / "views.sql"
    if version in _VIEWED:
        # Of documents both versions say the same, in the same elements.
        for file in (*_in(room / "views", ".json"), *_in(room / "views" / version, ".json")):
            yield f"views/{file.name}", file


def _in(folder: Traversable, suffix: str) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(suffix)), key=lambda file: file.name)


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file to write that takes its place when all of it is written, and leaves nothing behind otherwise."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with unfinished.open("x", encoding="utf-8", newline="") as file:  # a link that stands there is not followed
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
