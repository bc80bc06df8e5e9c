"""A run that dies, whenever it dies, leaves the old snapshot or the new one, and the next run needs nobody's help."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest

from pipeline.convert import convert
from pipeline.errors import PublishError
from tests.invented_pages import drug_page, write_pages
from tests.sampled import further, sampled, variant
from tests.snapshot_reader import hash_of, tree

CHILD = Path(__file__).with_name("crash_child.py")


class Runs:
    """Conversions in processes of their own, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, seeds: Path, output: Path, workers: int = 1, step: int = 0) -> int:
        """Start a run; gives the number of its process."""
        return self._ask(f"{seeds} {output} {workers} {step}")

    def status(self) -> int:
        """Wait for the run's end; gives its exit status."""
        return self._ask("wait")

    def _ask(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    command = [sys.executable, str(CHILD)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHILD.parents[2]), *sys.path])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as process:
        yield Runs(process)
        assert process.stdin is not None
        process.stdin.close()


class Scene:
    """An output folder where `old` is published, and seeds that would publish `new`.

    Of the two pages of `old` one is taken over and one has changed; `pages` are new.
    """

    def __init__(self, folder: Path, pages: int) -> None:
        self.output = folder / "output"
        self.seeds = write_pages(folder / "seeds", {"zelanib.md": drug_page("Zelanib"), "basenib.md": drug_page("Basenib")})
        self._template = folder / "template"
        self.old = self._publish(self._template)
        write_pages(self.seeds, {"basenib.md": drug_page("Basenib", brand="Otherbrand")})
        write_pages(self.seeds, {f"{n}.md": drug_page(f"Drug{n}") for n in range(pages)})
        self.new = self._publish(folder / "elsewhere")

    def _publish(self, output: Path) -> str:
        snapshot = convert([self.seeds], output).snapshot
        assert snapshot is not None
        return snapshot.name

    def reset(self) -> None:
        """Only `old` is published, as if nothing had happened since."""
        shutil.rmtree(self.output, ignore_errors=True)
        shutil.copytree(self._template, self.output, symlinks=True)

    def check(self) -> str:
        """What is current now, after a look at everything that readers can see."""
        current = (self.output / "current").resolve()
        assert current.name in {self.old, self.new}
        snapshots = list((self.output / "snapshots").iterdir())
        assert current in [path.resolve() for path in snapshots]
        assert [path.name for path in snapshots if hash_of(path) != path.name] == []
        return current.name

    def read_by_the_last_run(self) -> dict[str, int]:
        """How many pages the last run read, and how many it took over from the base."""
        last = max((self.output / "runs").iterdir(), key=lambda run: run.name)
        counted: dict[str, int] = orjson.loads((last / "metrics.json").read_bytes())["pages"]
        return counted

    def recover(self, runs: Runs) -> None:
        """The next run publishes `new` and leaves nothing unfinished behind."""
        runs.start(self.seeds, self.output)
        assert runs.status() == 0
        assert self.check() == self.new
        assert not (self.output / ".staging").exists()


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there can be one: what a killed process wrote is there too, and no test waits for a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.mark.parametrize("kills", [variant(4), further(200)])
def test_sigkill_at_any_moment_leaves_the_old_snapshot_or_the_new(runs: Runs, in_memory: Path, kills: int) -> None:
    """By the clock; in `make test` the next one kills a run before some of its steps."""
    # Few pages: half of the run's time is then that of publishing.
    scene = Scene(in_memory, pages=3)
    scene.reset()
    started = time.monotonic()
    runs.start(scene.seeds, scene.output)
    assert runs.status() == 0
    length = time.monotonic() - started
    moments = random.Random(20)  # noqa: S311 - repeatable moments
    killed = 0
    while killed < kills:
        scene.reset()
        child = runs.start(scene.seeds, scene.output)
        time.sleep(moments.uniform(0, length))
        os.kill(child, signal.SIGKILL)
        if runs.status() == -signal.SIGKILL:
            killed += 1
            length *= 1.01
        else:
            # However fast the machine is just now: about one run in four ends before its moment comes.
            length *= 0.97
        scene.check()
    scene.recover(runs)


@sampled(31, slow=9)
def test_death_just_before_each_step_on_the_file_system_is_harmless(runs: Runs, in_memory: Path, step: int) -> None:
    scene = Scene(in_memory, pages=1)
    scene.reset()
    base = tree(scene.output / "snapshots" / scene.old)
    seen = set()
    for number, death in enumerate(range(1, 1000, step), start=1):
        scene.reset()
        runs.start(scene.seeds, scene.output, step=death)
        status = runs.status()
        seen.add(scene.check())
        if status == 0:
            assert scene.read_by_the_last_run() == {"read": 2, "taken_over": 1}
            break
        assert status == -signal.SIGKILL
        if scene.check() == scene.old:
            # A run that dies before it publishes has not touched what the next one begins from.
            assert tree(scene.output / "snapshots" / scene.old) == base
        if number % 10 == 0:
            scene.recover(runs)
    assert death > 50, "the run has more steps than that"
    assert seen == {scene.old, scene.new}


@pytest.mark.slow
def test_death_in_a_folder_of_its_own_leaves_one_that_the_next_run_takes(runs: Runs, in_memory: Path) -> None:
    seeds = write_pages(in_memory / "seeds", {"zelanib.md": drug_page("Zelanib")})
    for step in range(1, 12):
        output = in_memory / f"output{step}"
        runs.start(seeds, output, step=step)
        assert runs.status() == -signal.SIGKILL
        runs.start(seeds, output)
        assert runs.status() == 0


@pytest.mark.slow
def test_workers_end_with_the_run_that_is_killed(runs: Runs, tmp_path: Path) -> None:
    scene = Scene(tmp_path, pages=60)
    for pause in (0.5, 1.2, 2.0):
        scene.reset()
        child = runs.start(scene.seeds, scene.output, workers=2)
        time.sleep(pause)
        offspring = children(child)
        os.kill(child, signal.SIGKILL)
        runs.status()
        scene.check()
        wait_until_gone(offspring)
    scene.recover(runs)


def children(process: int) -> list[int]:
    """The processes that a process has started (Linux)."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(number) for number in listed.read_text().split()] if listed.exists() else []


def wait_until_gone(processes: list[int]) -> None:
    end = time.monotonic() + 20
    while left := [number for number in processes if is_alive(number)]:
        assert time.monotonic() < end, f"still there: {left}"
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    return status.exists() and ") Z " not in status.read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own. Where none can be mounted, the test with a limit on the size of files stands in for it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a tmpfs can be mounted by root alone")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S607 - fixed words


@pytest.mark.parametrize("room", [60_000, *map(variant, (0, 20_000, 120_000, 200_000, 300_000))])
def test_a_full_disk_leaves_what_was_published(small_disk: Path, tmp_path: Path, room: int) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{n}.md": drug_page(f"Drug{n}") for n in range(4)})
    output = small_disk / "output"
    old = convert([seeds], output).snapshot
    assert old is not None
    before = tree(output / "snapshots")
    write_pages(seeds, {f"new{n}.md": drug_page(f"Newinib{n}") for n in range(8)})
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"x" * (free - free % 4096 - room // 4096 * 4096))
    with pytest.raises(PublishError) as full:
        convert([seeds], output)
    assert full.value.problem.code == "P504"
    assert tree(output / "snapshots") == before
    assert (output / "current").resolve() == old.resolve()
    filler.unlink()
    assert convert([seeds], output).exit_code == 0


def test_a_limit_on_the_size_of_files_leaves_what_was_published(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{n}.md": drug_page(f"Drug{n}") for n in range(2)})
    output = tmp_path / "output"
    old = convert([seeds], output).snapshot
    write_pages(seeds, {f"new{n}.md": drug_page(f"Newinib{n}") for n in range(6)})
    before, limits = tree(output), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
    try:
        with pytest.raises(PublishError) as full:
            convert([seeds], output)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert full.value.problem.code == "P504"
    assert tree(output) == before
    again = convert([seeds], output)
    assert (again.exit_code, again.snapshot == old) == (0, False)


def test_a_run_whose_log_cannot_be_kept_has_published_all_the_same(tmp_path: Path) -> None:
    seeds = write_pages(tmp_path / "seeds", {"zelanib.md": drug_page("Zelanib")})
    output = tmp_path / "output"
    convert([seeds], output)
    shutil.rmtree(output / "runs")
    (output / "runs").write_text("where the run's folder should be")
    report = convert([seeds], output)
    assert report.exit_code == 0
    assert [problem.code for problem in report.notes] == ["P507"]
