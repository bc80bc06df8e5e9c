"""`onlabel mappings …` as plain functions: paths in, results out, and their text or JSON to print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.errors import OnlabelError, Problem
from pipeline.extract import extract
from pipeline.inputs import read_file
from pipeline.model import DrugFacts
from pipeline.read import read_page
from pipeline.settings import ReadLimits
from pipeline.terminology.check import check
from pipeline.terminology.coding import code
from pipeline.terminology.coverage import Coverage, coverage
from pipeline.terminology.mapping import Mappings, default_folder, load

_SHOWN = 12


def mappings_coverage(pages: Sequence[Path], folder: Path | None = None) -> Coverage:
    """How much of what the pages say has a code. Pages that cannot be read count nothing."""
    mappings = load(folder or default_folder())
    return coverage(_coded(pages, mappings))


def mappings_check(folder: Path | None = None) -> list[Problem]:
    """What is wrong with the tables: order, form, contradictions, cycles."""
    return check(folder or default_folder())


def as_json(result: Coverage | Sequence[Problem]) -> str:
    """Any result as JSON."""
    data = asdict(result) if isinstance(result, Coverage) else [asdict(entry) for entry in result]
    return json.dumps(data, indent=2, ensure_ascii=False)


def as_text(result: Coverage | Sequence[Problem]) -> str:
    """Any result as text for a reader."""
    return "\n".join(_coverage_lines(result) if isinstance(result, Coverage) else map(str, result))


def _coverage_lines(result: Coverage) -> Iterable[str]:
    yield f"{result.pages} page{'' if result.pages == 1 else 's'} about a drug or a regimen"
    if not result.pages:
        return
    yield f"{'':28} {'':8} {'mentions':>8} {'exact':>7} {'broader':>7} {'any':>7}"
    for share in result.shares:
        if share.mentions:
            exact, broader = share.exact / share.mentions, share.broader / share.mentions
            yield f"{share.subject:28} {share.system:8} {share.mentions:8} {exact:7.1%} {broader:7.1%} {exact + broader:7.1%}"
    yield "without an exact code (~: with a broader one), the most frequent first:"
    for share in result.shares:
        left = [entry for entry in result.uncoded if (entry.subject, entry.system) == (share.subject, share.system)]
        if left:
            words = "; ".join(f"{'~' if entry.broader else ''}{entry.text} {entry.mentions}" for entry in left[:_SHOWN])
            more = f"; … {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
            yield f"  {share.subject}, {share.system}: {words}{more}"


def _coded(pages: Iterable[Path], mappings: Mappings) -> Iterator[DrugFacts]:
    for path in _files(pages):
        try:
            yield code(extract(read_page(read_file(path, ReadLimits().max_bytes), path.name)), mappings)
        except (OnlabelError, OSError):
            continue


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted([*path.rglob("*.md"), *path.rglob("*.txt")]) if path.is_dir() else [path]
