"""Runs, readers and clocks that get in each other's way: by the command line, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from pipeline.convert import convert
from pipeline.publish import reading
from tests.invented_pages import drug_page, write_pages
from tests.snapshot_reader import hash_of, tree

REPOSITORY = Path(__file__).parents[2]


def command(seeds: Path, output: Path, *more: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "pipeline", "convert", str(seeds), "--output", str(output), *more]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(arguments, cwd=REPOSITORY, text=True, **pipes)


def day(seeds: Path, number: int) -> None:
    """The pages as they are on a day."""
    write_pages(seeds, {"zelanib.md": drug_page("Zelanib", reviewed=f"2025-12-{number:02}")})


def test_of_two_runs_at_once_the_second_says_who_holds_the_folder_and_leaves(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{n}.md": drug_page(f"Drug{n}") for n in range(10)})
    output = tmp_path / "output"
    expected = convert([seeds], tmp_path / "alone").snapshot
    assert expected is not None
    with command(seeds, output) as first:
        hold(first, output / ".onlabel")
        try:
            with command(seeds, output) as second:
                said = second.communicate(timeout=60)[1]
            meanwhile = sorted(path.name for path in (output / ".staging").iterdir())
        finally:
            first.send_signal(signal.SIGCONT)
        assert second.returncode == 3
        assert "P502 fatal: " in said
        assert f"process {first.pid} on " in said
        assert len(meanwhile) == 1  # the first one's
        first.communicate(timeout=60)
    assert first.returncode == 0
    assert (output / "current").resolve().name == expected.name
    assert tree(output / "current") == tree(expected)
    assert not (output / ".staging").exists()


def hold(process: subprocess.Popen[str], marker: Path) -> None:
    """Stop a process as soon as it holds the output folder and works there."""
    end = time.monotonic() + 60
    staging = marker.with_name(".staging")
    while not (marker.exists() and f"process {process.pid} " in marker.read_text() and list(staging.glob("*"))):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)
    process.send_signal(signal.SIGSTOP)


@pytest.mark.slow
def test_what_somebody_reads_outlives_keep_and_goes_with_the_next_run(tmp_path: Path) -> None:
    seeds, output = tmp_path / "seeds", tmp_path / "output"
    day(seeds, 1)
    first = convert([seeds], output).snapshot
    assert first is not None
    before = tree(first)
    with reading(output / "current") as read:
        files = [path.open("rb") for path in sorted(read.rglob("*")) if path.is_file()]
        for number in (2, 3):
            day(seeds, number)
            with command(seeds, output, "--keep", "1") as run:
                run.communicate(timeout=60)
            assert run.returncode == 0
            # Neither it nor a file of it is gone, for one that lists it as for one that had it open.
            assert {path.name for path in (output / "snapshots").iterdir()} == {first.name, (output / "current").resolve().name}
            assert tree(read) == before
        for file in files:
            with file:
                assert file.read() == before[Path(file.name).relative_to(read).as_posix()]
    with command(seeds, output, "--keep", "1") as run:
        run.communicate(timeout=60)
    assert [path.name for path in (output / "snapshots").iterdir()] == [(output / "current").resolve().name]
    assert not first.exists()


class Clock:
    """The machine's clock, as runs see it: in their names, and in the times of what they write."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self, _: object) -> datetime:
        return self.moment

    def stamp(self, run: Path) -> None:
        seconds = self.moment.timestamp()
        for path in (run, *run.iterdir(), (run.parents[1] / "current").resolve()):
            os.utime(path, (seconds, seconds))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("pipeline.convert.run_folder.datetime", clock)
    return clock


YEARS = (2026, 2019, 2040, 2040, 2019, 1971, 2026)


def test_a_clock_that_is_set_back_and_forward_changes_nothing_but_names(clock: Clock, tmp_path: Path) -> None:
    seeds, output = tmp_path / "seeds", tmp_path / "output"
    expected, before = [], None
    for number, year in enumerate(YEARS, start=1):
        day(seeds, number)
        clock.moment = clock.moment.replace(year=year)
        alone = convert([seeds], tmp_path / f"alone{number}").snapshot
        report = convert([seeds], output, keep=2)
        assert report.snapshot is not None
        assert alone is not None
        clock.stamp(report.folder)
        assert (report.exit_code, report.notes, report.snapshot.name) == (0, (), alone.name)
        assert report.folder.name.startswith(f"{year}1123T")
        # What was current just before is kept, whenever the clock says that this was.
        assert {path.name for path in (output / "snapshots").iterdir()} == {
            report.snapshot.name,
            before or report.snapshot.name,
        }
        assert [path.name for path in (output / "snapshots").iterdir() if hash_of(path) != path.name] == []
        run = orjson.loads((report.folder / "run.json").read_bytes())
        assert run["previous"] == before
        before = report.snapshot.name
        expected.append(before)
    assert len(set(expected)) == len(YEARS)


def test_a_clock_that_stands_still_or_goes_back_does_not_read_unchanged_pages_again(clock: Clock, tmp_path: Path) -> None:
    seeds, output = tmp_path / "seeds", tmp_path / "output"
    day(seeds, 1)
    first = convert([seeds], output)
    for year in (2026, 2019):
        clock.moment = clock.moment.replace(year=year)
        again = convert([seeds], output)
        assert (again.unchanged, again.taken_over, again.snapshot) == (True, 1, first.snapshot)
