"""What `made_by` says of the program: other code or tables, another hash; other words about them, the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline
from pipeline.convert import program


@pytest.fixture
def hash_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], str]:
    """Changes a file of a copy of the package (or makes it) and gives the hash of the code after that."""
    copy = shutil.copytree(Path(pipeline.__file__).parent, tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(program, "files", lambda _: copy)

    def run(name: str, more: bytes) -> str:
        with (copy / name).open("ab") as file:
            file.write(more)
        return program.code_hash.__wrapped__()

    return run


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("extract/uses.py", True),
        ("read/blocks.py", True),
        ("language/english.py", True),
        ("publishers/nci.toml", True),
        ("phrases/words.py", True),
        ("fields.py", True),
        ("fhir/link.py", True),
        ("terminology/coding.py", True),
        ("correct/applying.py", True),
        ("publish/snapshot.py", True),
        ("convert/batch.py", True),
        ("model/facts.py", True),
        ("validate/ucum.json", True),
        ("extract/new_rule.py", True),
        ("extract/README.md", False),
        ("publish/.uses.py.swp", False),
        ("load/__init__.py", False),
        ("cli/app.py", False),
    ],
)
def test_what_shapes_the_bytes_is_in_the_hash(hash_after: Callable[[str, bytes], str], name: str, counts: bool) -> None:  # noqa: FBT001 - a column of the table
    before = hash_after("extract/uses.py", b"")
    assert (hash_after(name, b"\n# more\n") != before) is counts


def test_line_ends_do_not_count(hash_after: Callable[[str, bytes], str], tmp_path: Path) -> None:
    before = hash_after("extract/uses.py", b"")
    rules = tmp_path / "pipeline/extract/uses.py"
    rules.write_bytes(rules.read_bytes().replace(b"\n", b"\r\n"))
    assert hash_after("extract/uses.py", b"") == before
