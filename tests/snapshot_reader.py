"""Readers of a snapshot that share no code with what wrote it, and how tests ask for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.convert import Report

#: The fixture `publish`: publishes pages (text by file name), with the options of `convert`.
Publish = Callable[..., Report]


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON of each line of an NDJSON file."""
    data = path.read_bytes()
    assert not data or data.endswith(b"\n")
    assert not data.startswith(b"\xef\xbb\xbf")
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hash_of(snapshot: Path) -> str:
    """The content hash as the README of `publish` describes it."""
    said = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(tree(snapshot).items()))
    return hashlib.sha256(said.encode()).hexdigest()


def references(value: object) -> Iterator[str]:
    """The literal references in a resource, but those to what it contains."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str) and not value["reference"].startswith("#"):
            yield value["reference"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def place(issue: dict[str, Any], what: str) -> str | None:
    """The file or the line of an OperationOutcome's issue."""
    ends = {"file": "operationoutcome-file", "line": "operationoutcome-issue-line"}[what]
    return next((one["valueString"] for one in issue.get("extension", ()) if one["url"].endswith(ends)), None)
