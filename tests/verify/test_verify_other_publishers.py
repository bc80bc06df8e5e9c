"""What is read from pages of other publishers, which nobody wrote with the verifier in mind, is proven."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.convert import convert
from pipeline.verify import prove
from tests.sampled import one_of

BATCHES = Path(__file__).parents[1] / "extract"


@pytest.mark.parametrize("batch", one_of("other/3", "other/1", "other/2", "other/4", "fresh/36"))
def test_an_untouched_output_of_others_pages_is_proven(batch: str, tmp_path: Path) -> None:
    """Their words for "used", British spelling, front matter in brackets, bullets and bold headings."""
    pages = BATCHES / batch / "pages"
    convert([pages], tmp_path)

    texts = {hashlib.sha256(page.read_bytes()).hexdigest(): page.read_bytes() for page in pages.glob("*.md")}
    proved = prove(tmp_path, texts)

    assert [str(problem) for problem in proved.problems] == []
    assert proved.quotes > 1_000
