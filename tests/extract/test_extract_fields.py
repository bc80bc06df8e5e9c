"""What a sentence says stands in the field for it, whole, and in no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.model import DrugFacts, Use, facts_in

Uses = Callable[[str], tuple[Use, ...]]
LEAD = "Zolafen is approved to treat:\n\n"
FIELDS = ("conditions", "causes", "disease_status", "biomarkers", "stages", "line", "therapies", "prior", "populations", "qualifiers")


@pytest.fixture
def uses_of(facts_of: Callable[[str], DrugFacts]) -> Uses:
    """The uses of a page whose section on its use is given."""
    return lambda section: facts_of(f"# Zolafen\n\nFDA Approved\n\nYes\n\n## Use in Cancer\n\n{section}").uses


def fields(use: Use) -> dict[str, Any]:
    """What stands in the fields of a use, in the page's words; of earlier treatment the mode and its names."""
    said: dict[str, Any] = {name: [one.text for one in facts_in(getattr(use, name))] for name in FIELDS}
    said["prior"] = [(one.mode, *(name.text for name in one.names)) for one in use.prior]
    said["therapies"] = [(one.mode, one.phrase.text) for one in use.therapies]
    return {name: value for name, value in said.items() if value}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "that requires treatment but not immediate surgery",
            {"disease_status": ["requires treatment but not immediate surgery"]},
        ),
        ("(fluid in the brain)", {}),
        (
            "in patients with mutations in certain genes involved in the DEF pathway",
            {"biomarkers": ["mutations in certain genes involved in the DEF pathway"]},
        ),
        ("in patients with relapsed or refractory disease", {"disease_status": ["relapsed or refractory"]}),
        (
            "in patients who have a high risk that the cancer will come back",
            {"populations": ["a high risk that the cancer will come back"]},
        ),
        (
            "in patients who have received brontinib and chemotherapy for cancer that has spread or cannot be removed by surgery",
            {
                "populations": [
                    "have received brontinib and chemotherapy for cancer that has spread or cannot be removed by surgery"
                ],
                "prior": [("required", "brontinib", "chemotherapy")],
            },
        ),
        (
            "in patients who have received at least two hormone therapies, including at least one for metastatic cancer",
            {"prior": [("required", "hormone therapies")]},
        ),
    ],
)
def test_what_is_said_of_a_disease_and_its_patients(uses_of: Uses, said: str, expected: dict[str, Any]) -> None:
    (use,) = uses_of(f"{LEAD}- **Plasmoma** {said}.")
    assert fields(use) == {"conditions": ["Plasmoma"], **expected}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "when the cancer is DEF2 positive, has spread, and has not been treated with brontinib",
            {"biomarkers": ["DEF2 positive"], "disease_status": ["has spread", "has not been treated with brontinib"]},
        ),
        (
            "when the cancer has the DEF-L1 protein but does not have a mutation in the GHI gene",
            {"biomarkers": ["the DEF-L1 protein", "does not have a mutation in the GHI gene"]},
        ),
        ("as neoadjuvant therapy (to shrink the tumor before surgery)", {"line": ["neoadjuvant therapy"]}),
        (
            "as adjuvant therapy (only if the tumor was removed)",
            {"line": ["adjuvant therapy"], "disease_status": ["only if the tumor was removed"]},
        ),
        (
            "with a DEF inhibitor given as first-line hormone therapy",
            {"therapies": [("required", "DEF inhibitor")], "line": ["first-line hormone therapy"]},
        ),
        (
            "with brontinib or in patients whose cancer got worse",
            {
                "therapies": [("optional", "brontinib")],
                "disease_status": ["with brontinib or in patients whose cancer got worse"],
            },
        ),
    ],
)
def test_what_is_said_of_how_it_is_used(uses_of: Uses, said: str, expected: dict[str, Any]) -> None:
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It is used {said}.")
    assert fields(use) == {"conditions": ["Plasmoma"], **expected}


def test_that_it_may_be_used_after_a_treatment_makes_none_a_must(uses_of: Uses) -> None:
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It may be used after treatment with brontinib.")
    assert fields(use) == {"conditions": ["Plasmoma"], "qualifiers": ["may be used after treatment with brontinib"]}
