"""Whatever a drug is called, and however long: what is published of it is read back, shown, proven, compared and loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.diff.compare import compare
from pipeline.settings import FhirVersion, Profile, Settings
from pipeline.snapshot import open_snapshot
from pipeline.tables.find import drugs_named
from pipeline.verify import verify
from tests.invented_pages import drug_page, regimen_page, write_pages
from tests.load.fhir_stub import Stub, serving
from tests.load.load_runs import held, published, run
from tests.sampled import sampled

VERSIONS = get_args(FhirVersion)
#: Where the ids of brands, then those of indications, then that of the drug are cut, and what is beyond any name.
LENGTHS = (1, 40, 47, 48, 51, 55, 56, 57, 60, 61, 62, 90, 300)
#: What may stand at the end of a page's address; a digit at its end tells it from the others.
NAMES = st.text(alphabet="zZ09-_.~%éß日", max_size=120)


def _pages(slugs: Sequence[str]) -> dict[str, str]:
    pages = {f"{number}.md": drug_page(f"Zelanib{number}", slug=slug) for number, slug in enumerate(slugs)}
    regimen = regimen_page("ZA", ["Zelanib"]).replace("drugs/zelanib)", f"drugs/{slugs[0]})")
    return {**pages, "za.md": regimen}


@pytest.mark.parametrize("profile", get_args(Profile))
@sampled(11)
def test_a_drug_of_any_length_of_name_is_read_back_in_every_version(tmp_path: Path, profile: Profile, step: int) -> None:
    slugs = {("zelanib-acetate-" * 10)[:length].strip("-") for length in (*LENGTHS, *range(1, 101, step))}
    seeds = write_pages(tmp_path / "seeds", _pages(sorted(slugs)))
    convert([seeds], tmp_path / "output", Settings(fhir_versions=VERSIONS, profile=profile))

    for version in VERSIONS:
        read = {record.slug: record.facts for record in open_snapshot(tmp_path / "output", version).records()}
        assert read.keys() == {*slugs, "za"}
        for slug in slugs:
            name, brands = read[slug].name, {brand.text for use in read[slug].uses for brand in use.brands}
            assert name is not None
            assert (name.text[:7], brands) == ("Zelanib", {"Zelaria"})


@pytest.mark.slow
@given(st.lists(NAMES, min_size=1, max_size=3))
@example(["z" * (length - 1) for length in LENGTHS])
@example(["z-" * (length // 2) for length in LENGTHS])
@example(["é"])
@settings(max_examples=5, deadline=None)
def test_what_is_published_of_any_slug_is_taken_by_every_command(names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        pages = _pages([f"{name}{number:x}" for number, name in enumerate(names)])
        seeds, output = write_pages(Path(folder, "seeds"), pages), Path(folder, "output")
        convert([seeds], output)
        before = open_snapshot(output)
        slugs = [one.slug for one in before.published() if one.slug and one.kind == "drug"]
        assert len(slugs) == len(names)
        assert verify(output) == []
        assert [record.slug for slug in slugs for record in drugs_named(before, slug)] == slugs
        for command in ("review", "tables"):
            assert run_command([command, str(output), "--quiet"]) == 0
        assert len(list((output / "review" / "drugs").iterdir())) == len(pages)
        for page in seeds.glob("[0-9]*.md"):
            page.write_text(page.read_text(encoding="utf-8").replace("in adults", "in children"), encoding="utf-8")
        convert([seeds], output)
        changes = compare(before, open_snapshot(output))
        assert {change.slug for change in changes.listed} == set(slugs)
        with serving(Stub()) as stub:
            assert run(output / "current", stub).exit_code == 0
            assert held(stub).keys() == published(output / "current").keys()


def test_what_a_person_decided_on_a_drug_with_a_long_name_is_found_by_the_next_run(tmp_path: Path) -> None:
    slug = "z" * 56
    seeds = write_pages(tmp_path / "seeds", {"z.md": drug_page("Zelanib", slug=slug)})
    output = tmp_path / "output"
    convert([seeds], output)
    record = open_snapshot(output).record(slug)
    assert record is not None
    use = record.facts.uses[0].text
    entry = {
        "drug": slug,
        "sha256": record.facts.page.sha256,
        "use": {"offset": use.spans[0].start, "length": use.spans[-1].end - use.spans[0].start, "quote": use.text},
        "verdict": "wrong",
        "reviewer": "A. Reader",
        "date": "2026-01-01",
        "reason": "Not a use.",
        "withhold": True,
    }
    corrections = tmp_path / "decided.yaml"
    corrections.write_text(json.dumps({"format": 1, "corrections": [entry]}), encoding="utf-8")

    to = ["--output", str(output), "--quiet"]
    assert run_command(["convert", str(seeds), *to, "--corrections", str(corrections)]) == 0
    assert run_command(["convert", str(seeds), *to]) == 3
