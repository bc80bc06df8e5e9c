"""Runs on invented pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import Report, convert
from tests.invented_pages import write_pages
from tests.snapshot_reader import Publish


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """Publishes pages (by file name) from `seeds/` to `output/`, both under the test's folder; old seeds are gone."""

    def run(pages: dict[str, str], output: str = "output", **options: Any) -> Report:  # noqa: ANN401 - passed on
        seeds = tmp_path / "seeds"
        if seeds.exists():
            for path in sorted(seeds.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
        return convert([write_pages(seeds, pages)], tmp_path / output, **options)

    return run
