"""Commands run and measured, and what is said of a measured number: its bound, its noise, and whether it is kept."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
ONLABEL = str(BIN / "onlabel")
FLOOR = (sys.executable, str(Path(__file__).with_name("floor.py")))


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command and its child processes took: processor and wall seconds, and the memory of the largest, in bytes."""

    cpu: float
    wall: float
    peak: int
    said: str


def spent(*command: str, allowed: Sequence[int] = (0,)) -> Spent:
    """Run a command to its end; its output is kept, and shown where its exit code is not allowed."""
    return finish(begin(*command), allowed)


def begin(*command: str) -> tuple[subprocess.Popen[str], float]:
    """Start a command."""
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True), time.perf_counter()


def finish(begun: tuple[subprocess.Popen[str], float], allowed: Sequence[int] = (0,)) -> Spent:
    """Wait for it. (`wait4` counts children that were waited for, and the largest process among them.)"""
    process, start = begun
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdout:
        process.stdout.close()
    if process.returncode not in allowed:
        message = f"{process.args} ended with {process.returncode}:\n{said[-2000:]}"
        raise SystemExit(message)
    kilo = 1 if sys.platform == "darwin" else 1024
    return Spent(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss * kilo, said)


def convert(seeds: Path, output: Path, *options: str) -> Spent:
    """`onlabel convert`, process start included."""
    return spent(ONLABEL, "convert", str(seeds), "--output", str(output), "--quiet", *options)


def floor(pages: Path, resources: Path) -> dict[str, Any]:
    """One run of floor.py."""
    found: dict[str, Any] = json.loads(spent(*FLOOR, str(pages), str(resources)).said)
    return found


def floors(pages: Path, resources: Path, processes: int) -> float:
    """Wall seconds of that many floor processes at a time: the slowest of them."""
    begun = [begin(*FLOOR, str(pages), str(resources)) for _ in range(processes)]
    return max(float(json.loads(finish(each).said)["wall"]) for each in begun)


def count(resources: Path) -> int:
    """How many resources a folder of NDJSON holds."""
    return sum(1 for path in resources.glob("*.ndjson") for _ in path.open("rb"))


def middle(values: Sequence[float]) -> tuple[float, float]:
    """The median, and the spread around it (half the range) as a share of it."""
    median = statistics.median(values)
    return median, (max(values) - min(values)) / 2 / median if median else 0.0


#: What two runs of the same code on the same machine differ by, however alike the repetitions in one of them are.
_OF_PROCESSOR_TIME = 0.10
_OF_WALL_TIME = 0.30


@dataclass(frozen=True, slots=True)
class Row:
    """A measured number; `spread`, of its repetitions, is a share of it.

    `wall` says that it is of wall time. `at_least` turns the bound round. Without a bound it is said only.
    """

    what: str
    value: float
    bound: float | None
    spread: float = 0.0
    unit: str = ""
    detail: str = ""
    at_least: bool = False
    wall: bool = False

    @property
    def noise(self) -> float:
        """How far the number may be off, as a share of it."""
        return max(self.spread, _OF_WALL_TIME if self.wall else _OF_PROCESSOR_TIME)

    @property
    def verdict(self) -> str:
        """`kept`, `within noise`, or `worse`."""
        if self.bound is None:
            return "-"
        over = self.bound / self.value if self.at_least else self.value / self.bound
        return "kept" if over <= 1 else "within noise" if over <= 1 + self.noise else "worse"

    def cells(self) -> tuple[str, ...]:
        """The row of the printed table."""
        bound = "-" if self.bound is None else f"{'≥' if self.at_least else '≤'} {_number(self.bound)}{self.unit}"
        return self.what, f"{_number(self.value)}{self.unit}", bound, f"± {100 * self.noise:.0f} %", self.verdict, self.detail

    def data(self) -> dict[str, Any]:
        """The row as JSON data."""
        names = ("what", "value", "bound", "noise", "unit", "at_least", "verdict", "detail")
        return {name: getattr(self, name) for name in names}


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:.0f}"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, which a README can hold as it is."""
    cells = [("what", "measured", "bound", "noise", "verdict", "how"), *(row.cells() for row in rows)]
    widths = [max(len(each[column]) for each in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)) + " |" for each in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
