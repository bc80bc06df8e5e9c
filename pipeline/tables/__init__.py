"""What a snapshot holds as flat tables, for analysts, and the search over drugs and uses that `onlabel show` asks."""

from pipeline.tables.beside import Named, same_drug, side_by_side
from pipeline.tables.columns import COLUMNS, DENIALS, UNREAD
from pipeline.tables.find import Filters, drugs_named, filters_of, names_near, unpublished
from pipeline.tables.lines import drug_line, facts_line, use_line
from pipeline.tables.parquet import database, write_parquet
from pipeline.tables.rows import denial_rows, unread_in, unread_rows, use_rows
from pipeline.tables.search import abbreviations_of
from pipeline.tables.write import Tables, write_tables

__all__ = [
    "COLUMNS",
    "DENIALS",
    "UNREAD",
    "Filters",
    "Named",
    "Tables",
    "abbreviations_of",
    "database",
    "denial_rows",
    "drug_line",
    "drugs_named",
    "facts_line",
    "filters_of",
    "names_near",
    "same_drug",
    "side_by_side",
    "unpublished",
    "unread_in",
    "unread_rows",
    "use_line",
    "use_rows",
    "write_parquet",
    "write_tables",
]
