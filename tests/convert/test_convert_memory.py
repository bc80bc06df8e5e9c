"""What a page costs the process that publishes, when thousands of them have been converted elsewhere."""

from __future__ import annotations

import gc
import pickle
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.convert import Batch, BatchResult, convert, convert_batch
from pipeline.publish import SpoolWriter, serialise
from tests.invented_pages import drug_page, write_pages


@pytest.fixture
def one(tmp_path: Path) -> BatchResult:
    """What a real batch of one page gives."""
    kept: list[BatchResult] = []

    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        for batch in batches:
            kept.append(convert_batch(batch))
            yield kept[-1]

    convert([write_pages(tmp_path / "one", {"zelanib.md": drug_page("Zelanib")})], tmp_path / "warm", run_batches=run)
    return kept[0]


def peak(folder: Path, count: int, one: BatchResult) -> int:
    """The bytes of Python objects that a run over so many pages needs at most; each page is converted to one small resource."""

    def elsewhere(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        for batch in batches:
            writer, pages = SpoolWriter(batch.spool, f"{batch.first:09}", batch.settings.canonical), []
            for number, source in zip(batch.numbers, batch.sources, strict=True):
                slug = Path(source.name).stem
                resource = {"resourceType": "MedicationKnowledge", "id": f"nci.{slug}"}
                writer.add(number, "drug", slug, "R5", [serialise(resource)])
                writer.end_page(number, [])
                pages.append(replace(one.pages[0], number=number, name=source.name, slug=slug, knowledge=f"nci.{slug}"))
            writer.finish()
            yield pickle.loads(pickle.dumps(BatchResult(tuple(pages), ())))  # noqa: S301 - made in this line

    seeds = write_pages(folder / "seeds", {f"drug{number:05}.md": "" for number in range(count)})
    # The collector's pace follows what it found alive the last time: without what other tests left, it is that of a run of
    # its own. Only a collection after the freeze makes it forget them.
    gc.collect()
    gc.freeze()
    gc.collect()
    tracemalloc.start()
    try:
        assert convert([seeds], folder / "output", run_batches=elsewhere).accounting["published"] == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def test_a_page_costs_the_publishing_process_less_than_three_kilobytes(tmp_path: Path, one: BatchResult) -> None:
    # Both sizes are past the number of changes that a report lists. Some 700 bytes are kept; the rest is room for garbage that
    # waits for the collector, whose pace differs from run to run.
    few, many = peak(tmp_path / "few", 1_500, one), peak(tmp_path / "many", 6_000, one)
    assert (many - few) / 4_500 < 3_000
