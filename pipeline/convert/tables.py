"""The mapping tables and corrections of a run, named with their hashes: every worker reads the same, the report says which."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.correct import Corrections, files_of
from pipeline.correct import load as load_corrections
from pipeline.errors import Problem, UsageError
from pipeline.terminology import Mappings, default_folder, load, tables_of


@dataclass(frozen=True, slots=True)
class MappingTables:
    """The tables of a folder, and the name and SHA-256 of each: small enough to hand to another process.

    The corrections that people made are a file beside the tables, and the files of `more`; all are among the names.
    """

    folder: Path
    files: tuple[tuple[str, str], ...]
    more: tuple[Path, ...] = ()

    @classmethod
    def of(cls, folder: Path | None = None, corrections: Sequence[Path] = ()) -> MappingTables:
        """The tables of a folder as they are now, those of this installation unless one is named; with more corrections.

        Raises:
            UsageError: M801 for no table in the folder, M802 for a table that is not as described; E101 to E103 for corrections
                that are not.
        """
        folder = (folder or default_folder()).absolute()
        more = tuple(path.absolute() for path in corrections)
        load_corrections(folder, more)  # what is not to be read is said in its own words
        tables = cls(folder, _hashes(folder, more), more)
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
    read = load(tables.folder), load_corrections(tables.folder, tables.more)
    # Pages of one run must not be coded by different tables; the report would name those that the run began with.
    if _hashes(tables.folder, tables.more) != tables.files:
        cause = "the mapping tables changed while the run was under way"
        raise UsageError(Problem("M808", "fatal", cause, "Run again.", source=str(tables.folder)))
    return read


def _hashes(folder: Path, more: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    own, beside = files_of(folder), files_of(folder, more)
    # Those of the folder by name, whatever it is; the others in their order, which counts.
    files = [*sorted([*((path.name, path) for path in tables_of(folder)), *own]), *beside[len(own) :]]
    return tuple((name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in files)
