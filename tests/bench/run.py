"""Measure speed and memory against a floor in the same run, and print one table of ratios: machines are noisy, ratios less so.

    python tests/bench/run.py                  1,000 and 4,000 pages (make bench)
    python tests/bench/run.py --large 20000    (make bench-large)
    python tests/bench/run.py --quick          100 and 300 pages, to see that it runs; judges nothing

The pages are those of pages.py, the floor is floor.py over a sample of them, scaled by pages and by resources. Ratios of one
process's work are of processor time, which other programs disturb least; what is about several processes, or about
waiting, is of wall time. The noise of a row is the spread of its repetitions, or of the floor's if that is larger, and at
least what runs of the same code were seen to differ by: 10 % of processor time, 30 % of wall time.
Exit code 1: a number is worse than its bound by more than its noise.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

import pages
from measure import ONLABEL, Row, Spent, convert, count, floor, floors, middle, spent, table

from pipeline.extract import extract
from pipeline.read import read_page

MEGABYTE = 1024 * 1024
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SEED_PAGE = Path(__file__).resolve().parents[2] / "seeds" / "denosumab.md"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: pages of the two sizes, of the floor's sample, and repetitions."""

    small: int
    large: int
    sample: int
    rounds: int


class Bench:
    """One run of the benchmark; `noise` is the spread of the floor's repetitions."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.seeds = {size: folder / f"seeds-{size}" for size in (plan.small, plan.large, plan.sample)}
        for size, seeds in self.seeds.items():
            pages.write(seeds, size)
        self.noise = 0.0
        self.small: list[Spent] = []
        self.large: Spent | None = None

    def rows(self) -> Iterator[Row]:
        """All rows, in the order of the table."""
        yield from self._against_the_floor()
        yield from self._by_size()
        yield from self._workers()
        yield from self._again()
        yield from self._flow()
        yield from self._start()
        yield from self._crawl()

    def _against_the_floor(self) -> Iterator[Row]:
        """Floor and subject by turns, so that both see the same machine."""
        sample, small = self.seeds[self.plan.sample], self.seeds[self.plan.small]
        convert(sample, self.folder / "sample", "--proof", "full")  # leaner output is not to lower the floor
        resources = _resources(self.folder / "sample")
        turns = [floor(sample, resources)]
        for turn in range(self.plan.rounds):
            self.small.append(convert(small, self.folder / f"small-{turn}"))
            turns.append(floor(sample, resources))
        published = count(_resources(self.folder / "small-0"))
        whole = [
            turn["parse"] * self.plan.small / turn["pages"] + turn["resources"] * published / turn["count"] for turn in turns
        ]
        _, self.noise = middle(whole)
        ratios = [each.cpu / ((before + after) / 2) for each, before, after in zip(self.small, whole, whole[1:], strict=False)]
        ratio, spread = middle(ratios)
        least = sum(whole) / len(whole)
        detail = (
            f"{self.plan.small} pages, {published} resources: {middle([each.cpu for each in self.small])[0]:.1f} s; floor "
            f"{least:.1f} s, scaled from {self.plan.sample} pages"
        )
        yield Row("convert, of the floor", ratio, 0.40, max(spread, self.noise), detail=detail)

    def _by_size(self) -> Iterator[Row]:
        small, large = self.plan.small, self.plan.large
        self.large = convert(self.seeds[large], self.folder / "large")
        at_small = middle([each.cpu / small for each in self.small])[0]
        at_large = self.large.cpu / large
        detail = f"{1000 * at_large:.1f} ms a page at {large}, {1000 * at_small:.1f} ms at {small}"
        yield Row("time a page, large of small", at_large / at_small, 1.10, self.noise, detail=detail)
        peak, before = self.large.peak, max(each.peak for each in self.small)
        detail = f"{peak / MEGABYTE:.0f} MB at {large} pages, {before / MEGABYTE:.0f} MB at {small}"
        yield Row("peak memory, large of small", peak / before, 1.3, detail=detail)
        yield Row("peak memory of a process", peak / MEGABYTE, 600, unit=" MB", detail=f"{large} pages")

    def _workers(self) -> Iterator[Row]:
        sample, small = self.seeds[self.plan.sample], self.seeds[self.plan.small]
        resources = _resources(self.folder / "sample")
        two, gains, least = [], [], []
        for turn in range(self.plan.rounds):
            one = convert(small, self.folder / f"one-{turn}")
            two.append(convert(small, self.folder / f"two-{turn}", "--workers", "2"))
            gains.append(one.wall / two[-1].wall)
            least.append(2 * floors(sample, resources, 1) / floors(sample, resources, 2))
        gain, spread = middle(gains)
        of_floor, floor_spread = middle(least)
        detail = f"{gain:.2f} times as fast; two floor processes do {of_floor:.2f} times as much as one (wall time)"
        yield Row(
            "2 workers' gain, of the floor's",
            gain / of_floor,
            self._of_wall_time(0.9),
            spread + floor_spread,
            detail=detail,
            at_least=True,
            wall=True,
        )
        largest = max(each.peak for each in two) / MEGABYTE
        yield Row("peak memory of a worker's run", largest, 600, unit=" MB", detail="the largest process")

    def _again(self) -> Iterator[Row]:
        if self.large is None:
            return
        seeds, output = self.seeds[self.plan.large], self.folder / "large"
        runs = [convert(seeds, output).cpu for _ in range(self.plan.rounds)]
        again, spread = middle([each / self.large.cpu for each in runs])
        detail = f"{middle(runs)[0]:.1f} s of {self.large.cpu:.1f} s at {self.plan.large} pages"
        yield Row("unchanged re-run, of the full run", again, 0.05, max(spread, self.noise), detail=detail)
        changed = next(path for path in sorted(seeds.rglob("*.md")) if "is approved to treat:" in path.read_text("utf-8"))
        text = changed.read_text(encoding="utf-8")
        runs = []
        for turn in range(self.plan.rounds):
            changed.write_text(text + f"\nSeen again, {turn}.\n", encoding="utf-8")
            runs.append(convert(seeds, output).cpu)
        changed.write_text(text, encoding="utf-8")
        again, spread = middle([each / self.large.cpu for each in runs])
        yield Row("one changed page, of the full run", again, 0.06, max(spread, self.noise), detail=f"{middle(runs)[0]:.1f} s")

    def _flow(self) -> Iterator[Row]:
        """What the flow adds: its run of many pages less its run of one page, which is the server's start."""
        if self.large is None:
            return
        one = self.folder / "one-page"
        one.mkdir()
        (one / SEED_PAGE.name).write_bytes(SEED_PAGE.read_bytes())
        turns = range(self.plan.rounds)
        flow = [self._run(one, f"run-{turn}") for turn in turns] + [self._run(self.seeds[self.plan.large], "run-many")]
        plain = [convert(one, self.folder / f"convert-{turn}") for turn in turns] + [self.large]
        for what, bound, taken in (
            ("run, of convert", self._of_wall_time(1.05), attrgetter("wall")),
            ("  in processor time", None, attrgetter("cpu")),
        ):
            work = [taken(each[-1]) - min(map(taken, each[:-1])) for each in (flow, plain)]
            detail = f"{work[0]:.1f} s for {work[1]:.1f} s at {self.plan.large} pages, start aside"
            yield Row(what, work[0] / work[1], bound, self.noise, detail=detail, wall=bound is not None)

    def _of_wall_time(self, bound: float | None) -> float | None:
        """The bound; none where all is measured once: one wall time says more of the machine than of onlabel."""
        return bound if self.plan.rounds > 1 else None

    def _run(self, seeds: Path, name: str) -> Spent:
        return spent(ONLABEL, "run", str(seeds), "--output", str(self.folder / name), "--quiet")

    def _start(self) -> Iterator[Row]:
        """Start-up, by turns with what importing one model alone takes."""
        commands = {
            "onlabel --help": (0.3, (ONLABEL, "--help")),
            "onlabel extract, one page": (1.0, (ONLABEL, "extract", str(SEED_PAGE))),
            "import of one fhir.resources model": (None, (sys.executable, "-c", "import fhir.resources.medicationknowledge")),
        }
        took: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(1 + 2 * self.plan.rounds):
            for name, (_, command) in commands.items():
                took[name].append(spent(*command).wall)
        for name, (bound, _) in commands.items():
            value, spread = middle(took[name][1:])  # the first one warms the file cache
            yield Row(name, value, self._of_wall_time(bound), spread, " s", "wall time", wall=True)

    def _crawl(self) -> Iterator[Row]:
        """What pages that yield nothing take of a crawl's time: reading and recognising them, of the whole run."""
        if not CORPUS.is_dir():
            print("not measured: the crawl's share (the folder `shared` beside the checkout is not here)", file=sys.stderr)
            return
        crawl = convert(CORPUS, self.folder / "crawl")
        report = json.loads((self.folder / "crawl" / "current" / "report.json").read_text(encoding="utf-8"))
        nothing = [CORPUS / each["name"] for each in report["inputs"] if each["outcome"] == "not-a-drug"]
        times = [_recognise(nothing) for _ in range(self.plan.rounds)]
        share, spread = middle([each / crawl.cpu for each in times])
        detail = f"{len(nothing)} of {len(report['inputs'])} pages, {middle(times)[0]:.1f} s of {crawl.cpu:.1f} s"
        yield Row("pages that yield nothing, of a crawl", share, 0.15, max(spread, self.noise), detail=detail)


def _recognise(paths: list[Path]) -> float:
    start = time.process_time()
    for path in paths:
        data = path.read_bytes()
        hashlib.sha256(data).hexdigest()
        extract(read_page(data, path.name))
    return time.process_time() - start


def _resources(output: Path) -> Path:
    return output / "current" / "R5" / "resources"


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=4000)
    parser.add_argument("--sample", type=int, default=100, help="pages that the floor is measured on")
    parser.add_argument("--rounds", type=int, default=2, help="repetitions of all but the large run")
    parser.add_argument("--quick", action="store_true", help="100 and 300 pages, and no judgement")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    plan = Plan(100, 300, 30, 2) if given.quick else Plan(given.small, given.large, given.sample, given.rounds)
    machine = _machine()
    with tempfile.TemporaryDirectory(prefix="onlabel-bench-") as folder:
        # Modules are compiled once, as where onlabel is installed, whatever this environment says of that.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        rows = []
        for row in Bench(plan, Path(folder)).rows():
            rows.append(row)
            print(" ".join(row.cells()), file=sys.stderr, flush=True)
    if given.json:
        print(json.dumps({"machine": machine, "rows": [row.data() for row in rows]}, indent=2))
    else:
        print(", ".join(f"{name} {value}" for name, value in machine.items()))
        print(table(rows))
    return int(not given.quick and any(row.verdict == "worse" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
