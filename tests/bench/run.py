"""Time `convert` against a floor in the same run, and print their ratio (machines are noisy; ratios are not).

    python tests/bench/run.py [--pages 100] [--rounds 3]

The pages are the seed with another drug name on each. The floor is what the given libraries alone need for the same pages
in one process: `frontmatter.loads`, `MarkdownIt("commonmark").parse` of the body, and for each resource that onlabel
published `model_validate` and `model_dump_json` of fhir.resources.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import frontmatter
from fhir.resources import get_fhir_model_class
from markdown_it import MarkdownIt

from pipeline.convert import convert
from pipeline.settings import Settings

SEED = Path(__file__).resolve().parents[2] / "seeds" / "denosumab.md"


def write_pages(folder: Path, count: int) -> list[Path]:
    """The seed `count` times, each with an invented drug name of the same length class, and its own URL."""
    text = SEED.read_text(encoding="utf-8")
    paths = []
    for number in range(count):
        name = f"Drug{number:05d}mab"
        page = text.replace("Denosumab", name).replace("denosumab", name.lower()).replace("DENOSUMAB", name.upper())
        path = folder / f"{name.lower()}.md"
        path.write_text(page, encoding="utf-8")
        paths.append(path)
    return paths


def floor(paths: list[Path], resources: list[dict[str, object]]) -> None:
    """The libraries' own work for these pages and resources."""
    parser = MarkdownIt("commonmark")
    for path in paths:
        parser.parse(frontmatter.loads(path.read_text(encoding="utf-8")).content)
    for resource in resources:
        get_fhir_model_class(str(resource["resourceType"])).model_validate(resource).model_dump_json()


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        seeds = Path(scratch, "seeds")
        seeds.mkdir()
        paths = write_pages(seeds, arguments.pages)
        convert([seeds], Path(scratch, "warm"), Settings())
        lines = [line for path in Path(scratch, "warm").glob("current/R5/resources/*.ndjson") for line in path.open("rb")]
        resources = [json.loads(line) for line in lines]
        floor(paths[:1], resources[:20])
        ratios = []
        for turn in range(arguments.rounds):
            whole = seconds(lambda turn=turn: convert([seeds], Path(scratch, f"out{turn}"), Settings()))  # type: ignore[misc]
            least = seconds(lambda: floor(paths, resources))
            ratios.append(whole / least)
            print(f"convert {whole:.2f} s, floor {least:.2f} s, ratio {whole / least:.2f}")
    spread = max(ratios) - min(ratios)
    middle = statistics.median(ratios)
    print(f"{arguments.pages} pages, {len(resources)} resources: median ratio {middle:.2f} (spread {spread:.2f})")


if __name__ == "__main__":
    main()
