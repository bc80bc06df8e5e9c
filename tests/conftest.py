"""What every room's tests share: where the neighbouring facts are, and what happens where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real pages and annotations beside a checkout; without it the test skips, in CI it fails."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        reason = "the real pages (a folder `shared` beside the checkout) are not here"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI requires them")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def seed() -> Path:
    """The denosumab page that the project ships."""
    return REPOSITORY / "seeds" / "denosumab.md"
