"""The benchmark's pages are pages that the extraction reads whole, else it would measure something else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.extract import extract
from pipeline.read import read_page
from tests.bench import pages


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_every_sentence_of_a_generated_page_is_read_and_every_use_found(seed: int) -> None:
    for page in pages.pages(150, seed):
        facts = extract(read_page(page.text.encode(), page.name))
        assert (facts.kind, len(facts.uses)) == (page.kind, page.uses), page.text
        assert facts.unread == (), page.text


@pytest.mark.slow
def test_all_shapes_of_page_come_up() -> None:
    found: Counter[str] = Counter()
    for page in pages.pages(150):
        facts = extract(read_page(page.text.encode(), page.name))
        found[facts.kind] += 1
        found["several brands"] += len(facts.brands) > 1
        found["components"] += bool(facts.components)
        found["denials"] += bool(facts.denials)
        found["studied"] += bool(facts.studied)
        for use in facts.uses:
            found[use.approval_status] += 1
            found["nested"] += use.parent is not None
            found["prose"] += use.lead is None or use.lead.text == use.text.text
            found["of a brand"] += bool(use.brands)
            found["partners"] += bool(use.therapies)
            found["population"] += bool(use.populations)
            found["prior"] += bool(use.prior)
            found["biomarker"] += bool(use.biomarkers)
    assert all(number > 0 for number in found.values()), found
    assert {"drug", "regimen", "none", "accelerated_approval", "approved"} <= found.keys()


def test_pages_are_the_same_each_time_and_no_two_are_alike(tmp_path: Path) -> None:
    first, again = pages.write(tmp_path / "first", 60), pages.write(tmp_path / "again", 60)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert len({path.name for path in first}) == len({path.read_bytes() for path in first}) == 60
    assert pages.page(7, seed=1).text != pages.page(7).text
