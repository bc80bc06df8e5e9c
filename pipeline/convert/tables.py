"""The mapping tables of a run: named with their hashes, so that every worker reads the same and the report says which."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.errors import Problem, UsageError
from pipeline.terminology import Mappings, default_folder, load, tables_of


@dataclass(frozen=True, slots=True)
class MappingTables:
    """The tables of a folder, and the name and SHA-256 of each: small enough to hand to another process."""

    folder: Path
    files: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, folder: Path | None = None) -> MappingTables:
        """The tables of a folder as they are now; those of this installation unless one is named.

        Raises:
            UsageError: M801 for no table in the folder, M802 for a table that is not as described.
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
        return _read(self)


@lru_cache(maxsize=2)
def _read(tables: MappingTables) -> Mappings:
    mappings = load(tables.folder)
    # Pages of one run must not be coded by different tables; the report would name those that the run began with.
    if _hashes(tables.folder) != tables.files:
        cause = "the mapping tables changed while the run was under way"
        raise UsageError(Problem("M808", "fatal", cause, "Run again.", source=str(tables.folder)))
    return mappings


def _hashes(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in tables_of(folder))
