"""The mapping tables and corrections of a run, named with their hashes: every worker reads the same, the report says which."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.correct import FILE_NAME, Corrections
from pipeline.correct import load as load_corrections
from pipeline.errors import Problem, UsageError
from pipeline.terminology import Mappings, default_folder, load, tables_of


@dataclass(frozen=True, slots=True)
class MappingTables:
    """The tables of a folder, and the name and SHA-256 of each: small enough to hand to another process.

    The corrections that people made are a file beside the tables, and among the names.
    """

    folder: Path
    files: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, folder: Path | None = None) -> MappingTables:
        """The tables of a folder as they are now; those of this installation unless one is named.

        Raises:
            UsageError: M801 for no table in the folder, M802 for a table that is not as described; E101 to E103 for corrections
                that are not.
        """
        folder = (folder or default_folder()).absolute()
        tables = cls(folder, _hashes(folder))
        _read(tables)
        return tables

    def read(self) -> Mappings:
        """The rows of the tables, read once a process.

        Raises:
            UsageError: M808, if the tables are no longer what they were when the run began.
        """
        return _read(self)[0]

    def corrections(self) -> Corrections:
        """What people decided on single uses, read once a process.

        Raises:
            UsageError: M808, as for `read`.
        """
        return _read(self)[1]


@lru_cache(maxsize=2)
def _read(tables: MappingTables) -> tuple[Mappings, Corrections]:
    read = load(tables.folder), load_corrections(tables.folder)
    # Pages of one run must not be coded by different tables; the report would name those that the run began with.
    if _hashes(tables.folder) != tables.files:
        cause = "the mapping tables changed while the run was under way"
        raise UsageError(Problem("M808", "fatal", cause, "Run again.", source=str(tables.folder)))
    return read


def _hashes(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in _files(folder))


def _files(folder: Path) -> list[Path]:
    corrections = folder / FILE_NAME
    # Sorted by name as the tables are, so that the report does not depend on where the file comes from.
    return sorted([*tables_of(folder), *([corrections] if corrections.is_file() else [])])
