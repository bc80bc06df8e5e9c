"""How a run is cut into batches, and that a batch is a plain call for whatever runs it."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.convert import Batch, BatchResult, convert, convert_batch
from pipeline.errors import PublishError, UsageError
from pipeline.settings import Settings
from tests.invented_pages import drug_page, write_pages
from tests.snapshot_reader import tree


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write_pages(tmp_path / "seeds", {f"{n:02}.md": drug_page(f"Drug{n:02}") for n in range(60)} | {"bad.md": ""})


def test_batches_and_results_are_small_and_pickle(seeds: Path, tmp_path: Path) -> None:
    sizes = []

    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        for batch in batches:
            sent = pickle.dumps(batch)
            result = pickle.dumps(convert_batch(pickle.loads(sent)))  # noqa: S301 - made in the line above
            sizes.append(max(len(sent), len(result)) / len(batch.sources))
            yield pickle.loads(result)  # noqa: S301 - made in the line above

    assert convert([seeds], tmp_path / "output", run_batches=run).accounting["published"] == 60
    assert len(sizes) == 3
    assert max(sizes) < 1_000


def test_threads_publish_the_same_bytes(seeds: Path, tmp_path: Path) -> None:
    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        with ThreadPoolExecutor(2) as pool:
            yield from reversed(list(pool.map(convert_batch, batches)))

    one = convert([seeds], tmp_path / "one").snapshot
    two = convert([seeds], tmp_path / "two", run_batches=run).snapshot
    assert one is not None
    assert two is not None
    assert tree(one) == tree(two)


@pytest.mark.parametrize("times", [0, 2])
def test_a_batch_that_is_lost_or_comes_twice_stops_the_run(seeds: Path, tmp_path: Path, times: int) -> None:
    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        results = [convert_batch(batch) for batch in batches]
        yield from results[1:] + results[:1] * times

    with pytest.raises(PublishError) as stopped:
        convert([seeds], tmp_path / "output", run_batches=run, max_removed=1)
    assert stopped.value.problem.code == "P514"


def test_memory_that_runs_out_stops_the_run_and_no_page_is_blamed(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.convert.batch.extract", fail)
    with pytest.raises(PublishError) as stopped:
        convert([seeds], tmp_path / "output")
    assert stopped.value.problem.code == "P513"


@pytest.mark.parametrize(
    "options", [{"workers": 0}, {"max_removed": 1.5}, {"max_removed": -0.1}, {"settings": Settings(fhir_versions=("R4",))}]
)
def test_options_that_cannot_be_are_wrong_usage(seeds: Path, tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(UsageError) as wrong:
        convert([seeds], tmp_path / "output", **options)  # type: ignore[arg-type]  # wrong on purpose
    assert wrong.value.problem.code == "U911"
    assert not (tmp_path / "output").exists()
