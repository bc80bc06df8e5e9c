"""Mapping files: one SSSOM table a subject kind and code system, read, written and looked up.

SSSOM (https://mapping-commons.github.io/sssom/): a YAML header in comment lines, then tab-separated rows. Our subjects are
literals, the words of a page (`subject_type` "rdfs literal"); `skos:exactMatch` says that the code means the same,
`skos:broadMatch` that it means more.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import yaml

from pipeline.errors import Problem, UsageError
from pipeline.terminology.normalise import key
from pipeline.terminology.systems import KINDS, SYSTEMS, SubjectKind, SystemKey

Relation = Literal["exact", "broader"]
SUFFIX: Final = ".sssom.tsv"
PREDICATES: Final[dict[Relation, str]] = {"exact": "skos:exactMatch", "broader": "skos:broadMatch"}
_RELATIONS: Final[dict[str, Relation]] = {predicate: relation for relation, predicate in PREDICATES.items()}
COLUMNS: Final = (
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "object_source_version",
    "subject_preprocessing",
    "comment",
)
_BASE: Final = "https://onlabel.example/mappings/"


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One mapping: these words, this code. `sources` names where the row stands, as in `mappings/SOURCES.tsv`."""

    kind: SubjectKind
    system: SystemKey
    subject: str
    relation: Relation
    code: str
    display: str
    justification: str = "semapv:LexicalMatching"
    version: str | None = None
    sources: str = ""

    @property
    def key(self) -> str:
        """The subject as names are compared."""
        return key(self.subject)


@dataclass(frozen=True)
class Mappings:
    """All rows that are applied. `identity` is the SHA-256 of what they say: part of what a snapshot was made from."""

    rows: tuple[Row, ...] = ()
    _index: Mapping[tuple[SubjectKind, str], tuple[Row, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[tuple[SubjectKind, str], list[Row]] = {}
        for row in self.rows:
            index.setdefault((row.kind, row.key), []).append(row)
        object.__setattr__(self, "_index", {place: tuple(rows) for place, rows in index.items()})

    def find(self, kind: SubjectKind, text: str) -> tuple[Row, ...]:
        """The rows whose subject is these words.

        A regimen's acronym is a word of its own (AC, ICE, CAF): it matches only as it is written.
        """
        rows = self.find_key(kind, key(text))
        return tuple(row for row in rows if row.subject == text) if kind == "regimen" else rows

    def find_key(self, kind: SubjectKind, words: str) -> tuple[Row, ...]:
        """The rows whose subject is these words, given as `normalise.key` gives them."""
        return self._index.get((kind, words), ())

    @cached_property
    def identity(self) -> str:
        """SHA-256 of all rows, in order."""
        return sha256("\n".join(map(repr, sorted(self.rows))).encode()).hexdigest()


def file_name(kind: SubjectKind, system: SystemKey) -> str:
    """The name of the table of a kind and system: `condition-ncit.sssom.tsv`."""
    return f"{kind}-{system}{SUFFIX}"


def default_folder() -> Path:
    """The mappings that belong to this installation: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_mappings"
    return inside if inside.is_dir() else package.parent / "mappings"


def load(folder: Path) -> Mappings:
    """Read every `*.sssom.tsv` of a folder.

    Args:
        folder: As `default_folder()` gives it.

    Returns:
        The rows of all tables, in order of file and line.

    Raises:
        UsageError: M801 for no table in the folder, M802 for a table that is not as described.
    """
    return Mappings(tuple(row for path in tables_of(folder) for row in read_table(path)))


def tables_of(folder: Path) -> list[Path]:
    """The mapping tables of a folder, by name.

    Raises:
        UsageError: M801, if there is none; M802, if one is no file.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    for path in paths:
        if not path.is_file():  # opening a named pipe would wait for its writer
            raise _broken(path, 1, "it is a folder, a pipe or a link to nothing, not a file")
    if not paths:
        cause, remedy = f"no mapping table (*{SUFFIX}) is in this folder", "Name the folder that holds them."
        raise UsageError(Problem("M801", "fatal", cause, remedy, str(folder)))
    return paths


def read_table(path: Path) -> list[Row]:
    """The rows of one table; which kind and system it is about stands in its name.

    Raises:
        UsageError: M802, with the line.
    """
    kind, system = _subject(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise _broken(path, error.object.count(b"\n", 0, error.start) + 1, "it is not UTF-8") from error
    except OSError as error:
        raise _broken(path, 1, f"it cannot be read ({error.strerror or type(error).__name__})") from error
    start = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.DictReader(lines[start:], delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise _broken(path, start + 1, "the columns are not those of our tables")
        cells_of = list(enumerate(reader, start + 2))
    except csv.Error as error:
        raise _broken(path, start + reader.line_num, f"the line cannot be read as a row ({error})") from error
    rows = []
    for number, cells in cells_of:
        relation = _RELATIONS.get(cells["predicate_id"] or "")
        prefix = SYSTEMS[system].prefix
        if relation is None or not (cells["object_id"] or "").startswith(f"{prefix}:") or not cells["subject_label"]:
            raise _broken(path, number, "a row needs words, a known predicate and a code of its table's system")
        rows.append(
            Row(
                kind,
                system,
                cells["subject_label"],
                relation,
                SYSTEMS[system].code(cells["object_id"]),
                cells["object_label"] or "",
                cells["mapping_justification"] or "",
                cells["object_source_version"] or None,
                cells["comment"] or "",
            )
        )
    return rows


def table(kind: SubjectKind, system: SystemKey, rows: Iterable[Row]) -> str:
    """The text of one table: header, then rows sorted by words, relation and code, each once."""
    codes = SYSTEMS[system]
    header = {
        "mapping_set_id": f"{_BASE}{file_name(kind, system)}",
        "mapping_set_title": f"{kind} names of drug-information pages in {codes.name}",
        "license": codes.licence,
        "sssom_version": "1.1",
        "curie_map": {codes.prefix: codes.namespace},
        "subject_type": "rdfs literal",
        "subject_source": "https://www.cancer.gov/about-cancer/treatment/drugs",
        "object_source": codes.source,
        "comment": "comment of a row: its sources, as in SOURCES.tsv",
    }
    out = io.StringIO()
    for line in yaml.safe_dump(header, sort_keys=False, width=1000).splitlines():
        out.write(f"#{line}\n")
    out.write("\t".join(COLUMNS) + "\n")
    for row in sorted(set(rows), key=lambda row: (row.key, row.subject, row.relation, row.code)):
        cells = (
            row.subject,
            PREDICATES[row.relation],
            codes.curie(row.code),
            row.display,
            row.justification,
            row.version or "",
            "semapv:CaseNormalization|semapv:Stemming",
            row.sources,
        )
        out.write("\t".join(cells) + "\n")
    return out.getvalue()


def _subject(path: Path) -> tuple[SubjectKind, SystemKey]:
    kind, _, system = path.name.removesuffix(SUFFIX).partition("-")
    for known in KINDS:
        for code_system in SYSTEMS:
            if (kind, system) == (known, code_system):
                return known, code_system
    raise _broken(path, 1, "the name of a table is KIND-SYSTEM.sssom.tsv")


def _broken(path: Path, line: int, cause: str) -> UsageError:
    return UsageError(Problem("M802", "fatal", cause, "Restore the table or build it again.", str(path), line))
