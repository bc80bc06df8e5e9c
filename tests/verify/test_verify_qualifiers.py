"""Words that restrict a use are proven like everything, and so are the marks of the uses that bear them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.settings import Settings
from pipeline.verify import verify
from tests.invented_pages import drug_page, write_pages
from tests.verify.conftest import Published
from tests.verify.test_verify_changes import _NOT_OF_THE_PAGE, _changes, _places, _with

Json = dict[str, Any]
PAGE = drug_page("Zelanib").replace(
    "- **breast cancer** that has metastasized\n",
    "- **breast cancer** that has metastasized in women younger than 50 years, unless wobbling\n"
    "- **sarcoma**. It is used in pregnant patients.\n",
)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("qualified")
    report = convert([write_pages(folder / "pages", {"zelanib.md": PAGE})], folder / "out")
    assert report.counts["qualified_in_words"] == 2
    return folder / "out"


@pytest.fixture(scope="module")
def published(output: Path) -> Published:
    return Published(output)


def indications(published: Published) -> list[Json]:
    return [each for each in published.resources if each["resourceType"] == "ClinicalUseDefinition"]


def test_the_snapshot_is_proven(output: Path) -> None:
    assert verify(output) == []


def test_whatever_is_changed_in_a_qualified_use_is_found(published: Published) -> None:
    missed = [
        (label, value, other)
        for resource in indications(published)
        for path, label, value in _places(resource, label=resource["resourceType"])
        if not _NOT_OF_THE_PAGE.search(label)
        for other in _changes(value)
        if not published.problems(resource, _with(resource, path, other))
    ]
    assert missed == []


def test_a_mark_that_is_taken_away_is_found_in_either_place(published: Published) -> None:
    original = next(each for each in indications(published) if "tag" in each["meta"])
    without_tag, without_mark = copy.deepcopy(original), copy.deepcopy(original)
    del without_tag["meta"]["tag"]
    without_mark["extension"] = [each for each in original["extension"] if not each["url"].endswith("/qualified-in-words")]

    for changed, place in ((without_tag, "meta.tag"), (without_mark, "ClinicalUseDefinition.extension")):
        assert any(place in str(problem.expression) for problem in published.problems(original, changed))


def test_a_mark_on_a_use_that_was_read_in_full_is_found(published: Published) -> None:
    original = next(each for each in indications(published) if "tag" not in each["meta"])
    changed = copy.deepcopy(original)
    changed["meta"]["tag"] = next(each["meta"]["tag"] for each in indications(published) if "tag" in each["meta"])

    assert published.problems(original, changed)


def test_a_qualifier_that_is_taken_away_with_its_marks_is_found(published: Published) -> None:
    original = next(each for each in indications(published) if "diseaseStatus" in each["indication"])
    changed = copy.deepcopy(original)
    del changed["meta"]["tag"], changed["indication"]["diseaseStatus"]
    changed["extension"] = [each for each in original["extension"] if not each["url"].endswith("/qualified-in-words")]

    assert published.problems(original, changed)


@pytest.mark.parametrize("which", [0, 1])
def test_patients_that_are_taken_away_from_the_record_of_a_drug_or_brand_are_found(published: Published, which: int) -> None:
    use = next(each for each in indications(published) if "contained" in each and "tag" not in each["meta"])
    named = f"ClinicalUseDefinition/{use['id']}"
    original = [each for each in published.resources if each["resourceType"] == "MedicationKnowledge"][which]
    changed = copy.deepcopy(original)
    (guideline,) = (each for each in changed["indicationGuideline"] if each["indication"][0]["reference"]["reference"] == named)
    del guideline["dosingGuideline"]

    assert f"{named} is for certain patients" in str(published.problems(original, changed))


@pytest.mark.parametrize("comparator", [">", "<=", None])
def test_an_age_is_compared_as_the_words_say(published: Published, comparator: str | None) -> None:
    original = next(each for each in indications(published) if "valueQuantity" in str(each))
    changed = copy.deepcopy(original)
    for group in changed["contained"]:
        for each in group["characteristic"]:
            if "valueQuantity" in each:
                each["valueQuantity"]["comparator"] = comparator

    assert published.problems(original, changed)


def test_uses_that_words_restrict_can_be_withheld(tmp_path: Path) -> None:
    pages = write_pages(tmp_path / "pages", {"zelanib.md": PAGE})

    report = convert([pages], tmp_path / "out", Settings(withhold="qualified"))

    assert (report.counts["uses"], report.counts["qualified_in_words"], report.counts["withheld"]) == (1, 0, 2)
    assert report.counts["sentences"]["withheld"] >= 2
    outcome = (tmp_path / "out" / "current" / "outcome" / "OperationOutcome.ndjson").read_text(encoding="utf-8")
    assert outcome.count('"P535"') == 2
    assert "unless wobbling" in outcome
    assert verify(tmp_path / "out") == []
