"""Codes from public terminologies for the words of a page's facts: `code(facts, mappings)`."""

from __future__ import annotations

from pipeline.terminology.coding import code
from pipeline.terminology.mapping import Mappings, default_folder, load, tables_of

__all__ = ["Mappings", "code", "default_folder", "load", "tables_of"]
