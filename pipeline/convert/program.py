"""What makes a snapshot besides its pages and settings: the same of all this, and the same bytes come out."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from pipeline import __version__
from pipeline.convert.tables import MappingTables

#: Where code shapes the bytes that are published.
_CODE: Final = (
    "errors.py", "model", "facts.py", "fields.py", "settings.py", "convert/batch.py", "convert/withholding.py",
    "read", "language", "publishers", "phrases", "sentences", "meaning", "elements", "extract",
    "correct", "terminology", "fhir", "validate", "publish",
)  # fmt: skip
#: Libraries whose versions may show in what is read, written, or let through.
_LIBRARIES: Final = ("fhir.resources", "markdown-it-py", "orjson", "pydantic", "python-frontmatter", "PyYAML")


def made_by(tables: MappingTables) -> dict[str, Any]:
    """The version, one hash over all code that shapes the bytes, the libraries that may, and the hash of each mapping table."""
    return {
        "onlabel": __version__,
        "rules_sha256": code_hash(),
        "libraries": _libraries(),
        "mappings": [{"name": name, "sha256": digest} for name, digest in tables.files],
    }


@cache
def code_hash() -> str:
    """One hash over the code and the tables of the rooms that shape the bytes; line ends of code do not count."""
    digest = hashlib.sha256()
    root = files("pipeline")
    for name in _CODE:
        for path, item in sorted(_below(root.joinpath(name), name)):
            data = item.read_bytes()
            source = data.replace(b"\r\n", b"\n") if path.endswith(".py") else data
            digest.update(f"{path}\n{len(source)}\n".encode() + source)
    return digest.hexdigest()


@cache
def _libraries() -> dict[str, str]:
    # Which characters are letters, and how they fold, comes with Python.
    return {**{name: version(name) for name in _LIBRARIES}, "Unicode": unicodedata.unidata_version}


def _below(item: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    if item.is_dir():
        for each in item.iterdir():
            if not each.name.startswith((".", "__pycache__")) and not each.name.endswith((".md", ".pyc")):
                yield from _below(each, f"{path}/{each.name}")
    elif item.is_file():
        yield path, item
