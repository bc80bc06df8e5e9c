"""What a page costs the process that publishes, when thousands of them have been converted elsewhere."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.convert import Batch, BatchResult, convert, convert_batch
from pipeline.publish import SpoolWriter, serialise
from pipeline.settings import ReadLimits, Settings
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


@pytest.mark.slow
def test_a_page_costs_the_publishing_process_less_than_three_kilobytes(tmp_path: Path, one: BatchResult) -> None:
    # Both sizes are past the number of changes that a report lists. Some 700 bytes are kept; the rest is room for garbage that
    # waits for the collector, whose pace differs from run to run.
    few, many = peak(tmp_path / "few", 1_500, one), peak(tmp_path / "many", 6_000, one)
    assert (many - few) / 4_500 < 3_000


MEASURED = """
import re, sys
from pathlib import Path
from pipeline.convert import convert
report = convert([Path(sys.argv[1])], Path(sys.argv[2]), page_timeout=600)  # a busy machine must not end it
# Not `ru_maxrss`: a process begins with that of the one that started it, here the whole suite's.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(int(peak[1]) // 1024, *(problem.code for problem in report.problems))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the peak of memory is read in Linux' /proc")
@pytest.mark.parametrize(
    "more",
    ["| a | b |\n|---|---|\n" + "| glioma | x |\n" * 60_000, "*a* " * 400_000, "x\n\n" * 600_000],
    ids=["rows", "emphasis", "paragraphs"],
)
def test_a_page_of_too_many_pieces_is_refused_before_it_takes_the_memory(tmp_path: Path, more: str) -> None:
    page = drug_page("Zelanib").replace("- **breast cancer** that has metastasized", f"\n{more}")
    seeds = write_pages(tmp_path / "seeds", {"zelanib.md": page, "alomab.md": drug_page("Alomab")})
    command = [sys.executable, "-c", MEASURED, str(seeds), str(tmp_path / "output")]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(said[0]) < 600
    assert "R113" in said[1:]


def test_limits_that_are_hit_are_named(tmp_path: Path) -> None:
    uses = "".join(f"- **melanoma** that has spread to {number} places\n" for number in range(30))
    page = drug_page("Zelanib").replace("- **breast cancer** that has metastasized\n", uses)
    seeds = write_pages(tmp_path / "seeds", {"zelanib.md": page, "alomab.md": drug_page("Alomab")})
    for limits, code, limit in (
        (ReadLimits(max_uses=20), "X212", "more than the 20 that a page may have"),
        (ReadLimits(max_pieces=150), "R113", "more than 150 pieces"),
    ):
        report = convert([seeds], tmp_path / code, Settings(limits=limits))
        assert report.accounting["published"] == 1
        assert [limit in one.cause for one in report.problems if (one.code, one.source) == (code, "zelanib.md")] == [True]
