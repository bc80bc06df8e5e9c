"""What a sentence says stands in the field for it, whole, and in no other."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model import Use, facts_in
from tests.extract.in_words import LEAD, Uses

FIELDS = (
    "conditions",
    "causes",
    "disease_status",
    "biomarkers",
    "stages",
    "line",
    "therapies",
    "prior",
    "populations",
    "qualifiers",
)


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
            "in patients who have received brontinib and chemotherapy for cancer that has spread or is not removed",
            {
                "populations": ["have received brontinib and chemotherapy for cancer that has spread or is not removed"],
                "prior": [("required", "brontinib", "chemotherapy")],
            },
        ),
        (
            "in patients who have received at least two hormone therapies, including at least one for metastatic cancer",
            {"prior": [("required", "hormone therapies")]},
        ),
        (
            "that is advanced or metastatic and HR+ or hormone receptor unknown",
            {"disease_status": ["advanced or metastatic"], "biomarkers": ["HR+ or hormone receptor unknown"]},
        ),
        (
            "in adults, and in children aged 2 years or older, whose tumor advanced during treatment or who have no choice",
            {
                "populations": [
                    *("adults", "whose tumor advanced during treatment or who have no choice"),
                    *("children", "aged 2 years or older", "whose tumor advanced during treatment or who have no choice"),
                ]
            },
        ),
        ("that has the DEF receptor, as seen on a scan", {"biomarkers": ["the DEF receptor, as seen on a scan"]}),
        ("in patients whose zolane scan was positive", {"populations": ["whose zolane scan was positive"]}),
        ("in adults who are DEF negative", {"populations": ["adults", "are DEF negative"]}),
        (
            "in patients who have anemia that required 4 or more blood transfusions",
            {"populations": ["have anemia that required 4 or more blood transfusions"]},
        ),
        (
            "in patients with newly diagnosed cancer who are 75 years or older or who cannot receive strong chemotherapy",
            {
                "disease_status": ["newly diagnosed"],
                "populations": ["75 years or older or who cannot receive strong chemotherapy"],
            },
        ),
        (
            "in patients whose cancer has the DEF protein and has come back and cannot be removed by surgery or has spread",
            {
                "biomarkers": ["the DEF protein"],
                "disease_status": ["has come back and cannot be removed by surgery or has spread"],
            },
        ),
        (
            "in patients whose cancer is DEF positive or when it is not known if the cancer is DEF positive",
            {"biomarkers": ["DEF positive or when it is not known if the cancer is DEF positive"]},
        ),
        ("in adults with the following types of plasmoma", {"populations": ["adults"]}),
        (
            "in adults who need systemic therapy, including those who received brontinib and it did not work",
            {
                "populations": [
                    "adults",
                    "need systemic therapy",
                    "including those who received brontinib and it did not work",
                ]
            },
        ),
        ("in patients who have had treatment to the skin", {"prior": [("required", "treatment to the skin")]}),
        (
            "that has responded to brontinib given together with chemotherapy",
            {
                "disease_status": ["has responded to brontinib given together with chemotherapy"],
                "prior": [("required", "brontinib", "chemotherapy")],
            },
        ),
        (
            "in adults with chronic immune plasmoma (ITP), a condition in which platelets are destroyed",
            {"populations": ["adults"]},
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
        (
            "when the cancer has spread and brontinib has stopped working",
            {
                "disease_status": ["when the cancer has spread and brontinib has stopped working"],
                "prior": [("required", "brontinib")],
            },
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
            "in adults whose cancer came back after surgery to remove the liver or surgery to remove the spleen",
            {
                "populations": ["adults"],
                "disease_status": ["came back after surgery to remove the liver or surgery to remove the spleen"],
                "prior": [("required", "surgery")],
            },
        ),
        (
            "as part of combination therapy for plasmoma or alone for melanoma",
            {
                "therapies": [("optional", "combination therapy")],
                "disease_status": ["as part of combination therapy for plasmoma or alone for melanoma"],
            },
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


def test_the_same_sentence_on_some_patients_is_quoted_whole(uses_of: Uses) -> None:
    said = (
        "It is used for patients with cancer that has a DEF mutation if their cancer got worse after treatment with brontinib"
    )
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It is used with carfol. {said}.")
    assert fields(use) == {
        "conditions": ["Plasmoma"],
        "therapies": [("required", "carfol")],
        "prior": [("conditional", "brontinib")],
        "qualifiers": [said],
    }


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (
            "Zolafen is approved to treat malignant pleural effusion and keep it from recurring (coming back).",
            {"conditions": ["malignant pleural effusion"], "qualifiers": ["keep it from recurring (coming back)"]},
        ),
        (
            "Zolafen is approved to prevent:\n\n- **Pleural effusions** from recurring (coming back).",
            {"conditions": ["Pleural effusions"], "qualifiers": ["from recurring (coming back)"]},
        ),
        (
            "Zolafen is approved to reduce inflammation and suppress (lower) the body's immune response.",
            {"conditions": ["inflammation", "immune response"], "qualifiers": ["suppress (lower) the body's immune response"]},
        ),
        (
            "Zolafen is approved to prevent:\n\n- **Nausea** caused by chemotherapy and nausea after surgery.",
            {"conditions": ["Nausea"], "causes": ["chemotherapy", "surgery"]},
        ),
        (
            "Zolafen is approved to prevent:\n\n- **Nausea** caused by chemotherapy and nausea after surgery, despite carfol.",
            {"conditions": ["Nausea"], "causes": ["chemotherapy and nausea after surgery, despite carfol"]},
        ),
    ],
)
def test_what_a_use_is_to_reach(uses_of: Uses, section: str, expected: dict[str, Any]) -> None:
    (use,) = uses_of(section)
    assert fields(use) == expected


def test_the_partner_of_the_opening_sentence_is_kept_with_its_verb(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to be given with carfol or other drugs to treat:\n\n- **Plasmoma**. It is used with brontinib."
    )
    assert fields(use) == {
        "conditions": ["Plasmoma"],
        "therapies": [("required", "brontinib")],
        "qualifiers": ["given with carfol or other drugs"],
    }


def test_a_later_sentence_on_a_disease_is_of_each_use_that_names_it(uses_of: Uses) -> None:
    items = "- Adults with chronic immune plasmopenia (CIP).\n- Children who have had CIP for 6 months."
    later = "Zolafen is used in certain patients with CIP who have not gotten better with other treatment."
    uses = uses_of(f"{LEAD}- **Plasmopenia**. It is used in:\n  {items.replace(chr(10), chr(10) + '  ')}\n\n{later}")
    said = ["certain patients", "have not gotten better with other treatment"]
    assert [fields(use)["populations"] for use in uses] == [["Adults", *said], ["Children", "have had CIP for 6 months", *said]]


def test_a_branch_behind_a_comma_makes_no_earlier_treatment_a_must(uses_of: Uses) -> None:
    item = "DEF positive and has been treated with a DEF drug for cancer that has spread, or has come back after DEF therapy"
    (use,) = uses_of(f"{LEAD}- **Plasmoma**. It is used in patients whose cancer is:\n  - {item}")
    assert fields(use)["prior"] == [("conditional", "DEF drug"), ("conditional", "DEF therapy")]
