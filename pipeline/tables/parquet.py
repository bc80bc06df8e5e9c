"""The tables as Parquet, out of the CSV files beside them, with the types of `from_csv.sql`; by DuckDB, an extra."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Problem, UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def database() -> DuckDBPyConnection:
    """A database that reads the CSV files with their types; raises UsageError (W312) where DuckDB is not installed."""
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError as error:
        remedy = "Install onlabel with its extra, in the checkout `pip install '.[parquet]'`."
        raise UsageError(Problem("W312", "error", "what writes Parquet is not installed (duckdb)", remedy)) from error
    opened = duckdb.connect()
    opened.execute(files("pipeline.tables").joinpath("from_csv.sql").read_text(encoding="utf-8"))
    return opened


def write_parquet(using: DuckDBPyConnection, folder: Path, names: Iterable[str]) -> list[Path]:
    """Write `<name>.parquet` for tables that `write_tables` wrote into a folder; each appears whole or not at all.

    Raises:
        UsageError: W311, a file cannot be written.

    """
    import duckdb  # noqa: PLC0415 - an extra, which `database` has found

    written = []
    for name in names:
        path = folder / f"{name}.parquet"
        unfinished = path.with_name(f".{path.name}.unfinished")
        macro = "uses_from" if name == "uses" else "sentences_from"
        try:
            unfinished.unlink(missing_ok=True)  # a link that stands there is not followed
            found = using.sql(f"FROM {macro}($path)", params={"path": str(folder / f"{name}.csv")})
            found.write_parquet(str(unfinished), compression="zstd")
            unfinished.replace(path)
        except (OSError, duckdb.Error) as error:
            cause, remedy = f"a table cannot be written as Parquet: {error}", "See that this user may write there."
            raise UsageError(Problem("W311", "error", cause, remedy, source=str(path))) from error
        finally:
            unfinished.unlink(missing_ok=True)
        written.append(path)
    return written
