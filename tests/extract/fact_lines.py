"""The facts of a folder of pages as lines (page, number of the use, field, words), so that `diff` compares two readers.

python tests/extract/fact_lines.py FOLDER > lines.tsv    (with PYTHONPATH: the tree whose reader is to read)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.extract import extract
from pipeline.model import Fact
from pipeline.read import read_page

#: What a field was called by the reader before the layers.
RENAMED = {"standing": "approval_status", "standing_fact": "approval_status_fact"}


def lines(path: Path) -> Iterator[str]:
    facts = extract(read_page(path.read_bytes(), path.name))
    for number, use in enumerate(facts.uses):
        for field in use.__dataclass_fields__:
            name = RENAMED.get(field, field)
            if name not in ("evidence", "approval_status_fact", "reviews"):
                yield from (f"{path.stem}\t{number}\t{name}\t{said}" for said in values(getattr(use, field)))


def values(value: Any) -> Iterator[str]:  # noqa: ANN401 - any field of the model
    """The words of a field: a fact, or an object of facts with what it says besides, on one line each."""
    if isinstance(value, tuple):
        for one in value:
            yield from values(one)
    elif isinstance(value, Fact):
        yield value.text
    elif isinstance(value, str):
        yield value
    elif value is not None:
        parts = (getattr(value, name) for name in value.__dataclass_fields__)
        yield " | ".join(" + ".join(values(part)) if isinstance(part, tuple | Fact) else str(part) for part in parts)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for page in sorted(Path(sys.argv[1]).glob("*.md")) for line in lines(page))
