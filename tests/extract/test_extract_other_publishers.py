"""How publishers other than NCI speak of uses: the British NHS, MedlinePlus, charities, the European agency, labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.extract import extract
from pipeline.model import DrugFacts
from pipeline.read import read_page
from tests.extract.of_others import conditions

#: Pages in the voice of other publishers, by people who had not seen the rules: 1 has 20 pages, first F1 0.61, strict 0.55;
#: 2 has 24 pages, first F1 0.77, strict 0.60; 3 has 22 pages, first F1 0.78, strict 0.65;
#: 4 has 20 pages, first F1 0.86, strict 0.72.
OTHER = Path(__file__).parent / "other"
#: A little below what was reached after the rules had learned from them. A use that counts as not stated has other bounds than
#: the annotation's, or is one that the annotation lists as not licensed.
FLOORS = {
    "1": {"uses_precision": 0.91, "uses_f1": 0.87, "strict_f1": 0.79},
    "2": {"uses_precision": 0.95, "uses_f1": 0.93, "strict_f1": 0.86},
    "3": {"uses_precision": 0.95, "uses_f1": 0.88, "strict_f1": 0.87},
    "4": {"uses_precision": 0.94, "uses_f1": 0.89, "strict_f1": 0.77},
}


def page(section: str, heading: str = "About zolafen") -> DrugFacts:
    """A page of a publisher that no profile knows."""
    front = "---\ntitle: Zolafen - Health Pages\nsource: Health Pages\n---\n\n# Zolafen - Health Pages\n"
    text = f"{front}\n## {heading}\n\n{section}\n"
    return extract(read_page(text.encode(), "zolafen.md"))


@pytest.mark.parametrize(
    "section",
    [
        "Zolafen reduces the amount of acid.\n\nIt's used to treat:\n\n- heartburn\n- indigestion",
        "It's a medicine used to treat:\n\n- heartburn\n- indigestion",
        "You might have zolafen to treat:\n\n- heartburn\n- indigestion",
        "Zolafen is a type of antacid. It is used to treat heartburn and indigestion.",
        "Zolafen is a stomach medicine. It's often used to treat heartburn and indigestion.",
        "Doctors use zolafen to treat heartburn and indigestion.",
    ],
)
def test_uses_without_the_drugs_name_before_the_verb(section: str) -> None:
    facts = page(section)
    assert conditions(facts) == ["heartburn", "indigestion"]
    assert {use.approval_status for use in facts.uses} == {"used"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Zolafen used to be given to prevent malaria.",
        "Zolafen used to be approved to treat malaria.",
        "Zolafen was previously used to treat malaria.",
        "In the past, zolafen was used to treat malaria.",
        "Zolafen was used in the past to treat malaria, but this licence has been withdrawn.",
        "You should not take zolafen to treat malaria.",
        "It isn't used to treat malaria.",
        "Doctors may also prescribe zolafen for malaria, but it is not licensed for this.",
    ],
)
def test_what_was_done_once_or_is_not_licensed_is_no_use(sentence: str) -> None:
    assert conditions(page(f"Zolafen is used to treat gout.\n\n{sentence}")) == ["gout"]


def test_a_use_without_a_license_bears_the_sentence_that_says_so() -> None:
    (use,) = page("Eye doctors also use zolafen to treat wet macular degeneration. It is unlicensed for this.").uses
    assert "It is unlicensed for this." in [one.fact.text for one in use.qualifiers]
    assert use.approval_status == "used"


@pytest.mark.parametrize(
    "sentence",
    [
        "Zolafen is in a class of medications called proton pump inhibitors.",
        "This medication is sometimes prescribed for other uses; ask your doctor or pharmacist for more information.",
        "Talk to your doctor about the risks of using this medication for your condition.",
    ],
)
def test_what_stands_on_every_page_restricts_no_use(sentence: str) -> None:
    (use,) = page(f"Zolafen is used to treat gout. {sentence}", "Why is this medication prescribed?").uses
    assert use.qualifiers == ()


@pytest.mark.parametrize(
    "heading",
    [
        "What is zolafen used to treat?",
        "What else is zolafen used for?",
        "Is zolafen used for anything else?",
        "Other uses for this medicine",
        "What zolafen is and what it is used for",
        "Who can and cannot take zolafen",
    ],
)
def test_headings_under_which_uses_stand(heading: str) -> None:
    assert conditions(page("Zolafen is used to treat gout.", heading)) == ["gout"]


def test_what_another_section_says_of_patients_stays_with_the_uses() -> None:
    section = "Zolafen is used to treat depression.\n\n## Who can and cannot take zolafen\n\n"
    said = [
        "Zolafen can be taken by adults.",
        "It can also be taken by children over the age of 6 who weigh more than 31 kg.",
        "Zolafen is not recommended to treat depression in people under 18.",
    ]
    (use,) = page(section + " ".join(said)).uses
    assert use.populations == ()  # the first sentence alone would leave the children out
    assert {one.fact.text for one in use.qualifiers} >= {*said}


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("Zolafen is used to prevent acute graft versus host disease in adults.", "acute graft versus host disease"),
        ("Zolafen is used to treat adults with hepatitis B. Talk to your doctor about the risks.", "hepatitis B"),
        ("Zolafen is an antibody and microtubule inhibitor conjugate used to treat adults with gout.", "gout"),
        ("Zolafen tablets are licensed to treat gout.", "gout"),
        ("Zolafen is authorised to treat gout.", "gout"),
    ],
)
def test_names_and_verbs(sentence: str, condition: str) -> None:
    assert conditions(page(sentence)) == [condition]


def test_preventive_treatment_prevents() -> None:
    (use,) = page("Zolafen is used for the preventive treatment of migraine in adults.").uses
    assert use.intent == "prevent"


def test_a_name_with_two_forms_is_one_substance() -> None:
    text = (
        "---\ntitle: Zolafen Capsules and Oral Solution\nsource: DailyMed\n---\n\n# Zolafen Capsules and Oral Solution\n\n"
        "## 1 INDICATIONS AND USAGE\n\nZOLVEX oral solution is indicated for the treatment of gout in adults.\n"
    )
    assert conditions(extract(read_page(text.encode(), "zolafen.md"))) == ["gout"]


def pages(batch: str) -> list[DrugFacts]:
    return [extract(read_page(path.read_bytes(), path.name)) for path in sorted((OTHER / batch / "pages").glob("*.md"))]


@pytest.mark.parametrize("batch", FLOORS)
def test_the_figures_do_not_fall(score: Callable[[Path, list[DrugFacts]], dict[str, Any]], batch: str) -> None:
    """Prints the figures (`pytest -s`)."""
    figures = score(OTHER / batch / "gold", pages(batch))

    print(batch, figures)  # noqa: T201 - for `pytest -s`
    assert {name: figures[name] for name, floor in FLOORS[batch].items() if figures[name] < floor} == {}
    assert figures["use_fields"]["status"] == 1.0


@pytest.mark.parametrize("batch", FLOORS)
def test_no_use_loses_a_word(load_beside: Callable[[str], ModuleType], batch: str) -> None:
    held = load_beside("held")
    uses = [(use, facts.name.text if facts.name is not None else "") for facts in pages(batch) for use in facts.uses]
    own_patients = "(adults only)"  # behind "in adults and children from 4 weeks of age:"
    lost = [(use.text.text, words) for use, name in uses if (words := held.lost(use, name))]
    assert [(text, words) for text, words in lost if own_patients not in text] == []
