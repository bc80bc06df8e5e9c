"""How a run is cut into batches, and that a batch is a plain call for whatever runs it."""

from __future__ import annotations

import gc
import hashlib
import json
import pickle
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.convert import Batch, BatchResult, convert, convert_batch
from pipeline.convert.deadline import in_own_process
from pipeline.convert.tables import _read
from pipeline.errors import PublishError, UsageError
from pipeline.settings import Settings
from pipeline.terminology import default_folder
from tests.invented_pages import drug_page, write_pages
from tests.snapshot_reader import lines as read
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


def test_a_process_of_ours_looks_for_cycles_less_often_and_a_callers_does_not(seeds: Path, tmp_path: Path) -> None:
    before = gc.get_threshold()
    convert([seeds], tmp_path / "output")

    assert in_own_process(_thresholds, None) == (50_000, 20, 50)
    assert gc.get_threshold() == before


def _thresholds(_: object) -> tuple[int, int, int]:
    return gc.get_threshold()


@pytest.mark.slow
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
    ("options", "code"),
    [
        ({"workers": 0}, "U911"),
        ({"max_removed": 1.5}, "U911"),
        ({"max_removed": -0.1}, "U911"),
        ({"settings": Settings(fhir_versions=())}, "U911"),
        ({"base_url": "/data"}, "U915"),
        ({"update_cadence": "daily"}, "U915"),
        ({"update_cadence": "PT"}, "U915"),
    ],
)
def test_options_that_cannot_be_are_wrong_usage(seeds: Path, tmp_path: Path, options: dict[str, object], code: str) -> None:
    with pytest.raises(UsageError) as wrong:
        convert([seeds], tmp_path / "output", **options)  # type: ignore[arg-type]  # wrong on purpose
    assert wrong.value.problem.code == code
    assert not (tmp_path / "output").exists()


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the mapping tables, to be changed."""
    return Path(shutil.copytree(default_folder(), tmp_path / "mappings"))


def test_what_is_published_depends_on_the_mapping_tables_and_the_report_names_them(
    seed: Path, tables: Path, tmp_path: Path
) -> None:
    usual = convert([seed], tmp_path / "usual").snapshot
    same = convert([seed], tmp_path / "same", mappings=tables).snapshot
    brands = tables / "brand-rxnorm.sssom.tsv"
    lines = [line for line in brands.read_text(encoding="utf-8").splitlines() if not line.startswith("Xgeva\t")]
    brands.write_text("\n".join(lines) + "\n", encoding="utf-8")
    other = convert([seed], tmp_path / "other", mappings=tables).snapshot
    assert usual is not None
    assert same is not None
    assert other is not None
    assert tree(usual) == tree(same)
    before, after = (
        {
            coding["code"]
            for each in read(folder / "R5/resources/Medication.ndjson")
            for coding in each["code"].get("coding", ())
        }
        for folder in (usual, other)
    )
    assert before - after == {"1046399"}
    named = {each["name"]: each["sha256"] for each in json.loads((other / "report.json").read_bytes())["made_by"]["mappings"]}
    files = [*tables.glob("*.sssom.tsv"), tables / "corrections.yaml"]
    assert named == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_tables_that_change_during_a_run_stop_it(seeds: Path, tables: Path, tmp_path: Path) -> None:
    def run(batches: Sequence[Batch]) -> Iterator[BatchResult]:
        (tables / "brand-rxnorm.sssom.tsv").unlink()
        _read.cache_clear()  # as in another process, which has read nothing yet
        yield from map(convert_batch, batches)

    with pytest.raises(UsageError) as stopped:
        convert([seeds], tmp_path / "output", mappings=tables, run_batches=run)
    assert stopped.value.problem.code == "M808"
    assert not (tmp_path / "output" / "current").exists()


def test_a_folder_without_tables_is_refused(seeds: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        convert([seeds], tmp_path / "output", mappings=tmp_path)
    assert refused.value.problem.code == "M801"
