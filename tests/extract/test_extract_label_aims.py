"""What a label's drug changes, and in which disease; the diseases of a sentence that says more than one thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts
from tests.extract.in_words import Uses


@pytest.mark.parametrize(
    ("sentence", "diseases"),
    [
        ("1.4 Alvemyalgia Codrix is indicated for the management of alvemyalgia.", ["alvemyalgia"]),
        ("1.2 Severe Alvic Disorder Codrix is indicated for the treatment of alvic disorder.", ["alvic disorder"]),
        ("CODRIX, alone or in combination with a resin, is indicated for the treatment of glioma.", ["glioma"]),
        ("CODRIX is indicated for the reversal of bronchospasm in adults.", ["bronchospasm"]),
        ("CODRIX is indicated for reducing the number of draining fistulas.", ["draining fistulas"]),
        ("CODRIX is indicated for the treatment of severe (extensive) plaque keratosis.", ["plaque keratosis"]),
        ("CODRIX is indicated for the treatment of various types of alvic goiter.", ["alvic goiter"]),
        (
            "CODRIX is indicated for the treatment of urethral, endocervical, or rectal infections.",
            ["urethral, endocervical, or rectal infections"],
        ),
        (
            "CODRIX is indicated in the relief of biliary colic and as a drying agent in the relief of symptoms of rhinitis.",
            ["biliary colic", "rhinitis"],
        ),
        ("CODRIX is indicated for the care of persistent, moderate to severe pain.", ["persistent, moderate to severe pain"]),
        ("CODRIX is indicated for the care of alvitis and other gut disorders.", ["alvitis", "other gut disorders"]),
        (
            "CODRIX is indicated in the management of spasticity, particularly for the relief of flexor spasms.",
            ["spasticity", "flexor spasms"],
        ),
        (
            "CODRIX is indicated for the treatment of alvitis caused by molds; acute mucositis in men due to fungi; and gout.",
            ["alvitis", "acute mucositis", "gout"],
        ),
        (
            "CODRIX is indicated for deficiencies due to the following conditions: gastric pathology; tapeworm infestation.",
            ["deficiencies"],
        ),
        ("CODRIX is indicated for the long term, once daily, treatment of airway spasm.", ["airway spasm"]),
        (
            "CODRIX is given for treatment of colitis produced by Aerococcus lentus and for acute enteritis.",
            ["colitis", "acute enteritis"],
        ),
        (
            "CODRIX is indicated for the treatment of exacerbations of chronic bronchitis, acute pneumonia, and alvitis.",
            ["exacerbations of chronic bronchitis", "acute pneumonia", "alvitis"],
        ),
        (
            "CODRIX is indicated for the treatment of gastritis, and for the maintenance of healing of esophagitis.",
            ["gastritis", "esophagitis"],
        ),
        ("CODRIX is indicated in women for alvirrhea.", ["alvirrhea"]),
        ("CODRIX is indicated for patients with radiolucent, noncalcified stones.", ["radiolucent, noncalcified stones"]),
        ("CODRIX is indicated for the relief of acute colic and of chronic alvitis.", ["acute colic", "chronic alvitis"]),
        ("CODRIX is indicated for sedation and amnesia prior to surgery.", ["sedation", "amnesia"]),
        (
            "CODRIX is indicated for treatment of women with receptor positive or receptor unknown breast cancer.",
            ["breast cancer"],
        ),
        (
            "CODRIX is indicated for the treatment of the following: 1. Alvosis, gastric and enteric; 2. Mucosis; and 3. Gout.",
            ["Alvosis, gastric and enteric", "Mucosis", "Gout"],
        ),
        ("CODRIX is indicated for the treatment of patients with travelers' diarrhea.", ["travelers' diarrhea"]),
        ("CODRIX is indicated for treating or preventing seizures.", ["seizures"]),
        ("CODRIX is useful as temporary adjunctive therapy in reducing enuresis.", ["enuresis"]),
        (
            "CODRIX is indicated as adjunctive therapy for short-term administration in acute alvitis and mucositis.",
            ["acute alvitis", "mucositis"],
        ),
        ("CODRIX is indicated for the treatment of edema, including: gastric failure; alvosis; and gout.", ["edema"]),
        (
            "CODRIX is indicated for the treatment of glioma. It can also be used to control visceral spasm.",
            ["glioma", "visceral spasm"],
        ),
    ],
)  # fmt: skip
def test_more_of_what_labels_treat(uses_of_label: Uses, sentence: str, diseases: list[str]) -> None:
    assert [one.text for use in uses_of_label(sentence) for one in use.conditions] == diseases


@pytest.mark.parametrize(
    ("sentence", "disease", "purpose"),
    [
        ("CODRIX may be used in functional disorders to reduce symptoms.", "functional disorders", "reduce symptoms"),
        (
            "CODRIX is indicated for the prolongation of the remission period between acute attacks of colitis.",
            "colitis",
            "prolongation of the remission period",
        ),
        (
            "CODRIX is indicated for reducing symptoms and inducing and maintaining remission in adults with active enteritis.",
            "active enteritis",
            "reducing symptoms and inducing and maintaining remission",
        ),
        ("CODRIX is indicated for control of ventricular rate in flutter.", "flutter", "control of ventricular rate"),
    ],
)  # fmt: skip
def test_what_a_drug_changes_is_its_purpose_in_a_disease(
    uses_of_label: Uses, sentence: str, disease: str, purpose: str
) -> None:
    (use,) = uses_of_label(sentence)
    assert [one.text for one in use.conditions] == [disease]
    assert purpose in [one.fact.text for one in use.qualifiers if one.kind == "purpose"]


@pytest.mark.parametrize(
    ("sentence", "settings"),
    [
        ("CODRIX is used to control gastric spasm in cystitis and pylorospasm.", ["cystitis", "pylorospasm"]),
        (
            "CODRIX is indicated for the prevention of tetany in adults with rhinitis and spasm associated with enteritis.",
            ["rhinitis", "spasm", "enteritis"],
        ),
        ("CODRIX is indicated for the prevention of stroke in patients with an increased risk of cardiopathy.", []),
        ("CODRIX is indicated in obese patients with gastropathy to reduce the risk of stroke.", ["gastropathy"]),
        ("CODRIX is indicated for the treatment of sarcoma in patients who have undergone resection of the tumor.", []),
        ("CODRIX is indicated for the treatment of pain associated with disabling symptoms.", []),
        (
            "CODRIX is indicated for edema associated with primary or metastatic brain tumor.",
            ["primary or metastatic brain tumor"],
        ),
    ],
)
def test_in_which_disease_something_is_prevented(uses_of_label: Uses, sentence: str, settings: list[str]) -> None:
    (use,) = uses_of_label(sentence)
    assert [one.text for one in (*use.narrower, *use.settings)] == settings


@pytest.mark.parametrize(
    ("lead", "items", "diseases"),
    [
        ("CODRIX has been found effective in active stages of the following", ("Alvitis.", "Glioma."), ["Alvitis", "Glioma"]),
        ("CODRIX is indicated for the following", ("Conversion to a rhythm of asystasis.", "Glioma."), ["asystasis", "Glioma"]),
        ("CODRIX is indicated for", ("Reduction in the risk of stroke.", "Treatment of glioma."), ["stroke", "glioma"]),
        ("CODRIX is indicated for", ("Maintenance therapy for gastritis patients.", "Glioma."), ["gastritis", "Glioma"]),
        (
            "CODRIX is indicated for the following conditions:",
            ("For intermittent porphyry.", "Renal Diseases: To induce a remission in alvitis."),
            ["intermittent porphyry", "alvitis"],
        ),
        ("CODRIX is indicated to", ("Treat patients with cardiopathy.", "Treat glioma."), ["cardiopathy", "glioma"]),
        ("CODRIX is indicated for", ("Adjunctive therapy for adults with alvitis.", "Glioma."), ["alvitis", "Glioma"]),
        ("CODRIX is indicated for the treatment of", ("Alvitis Tonsillitis", "Glioma"), ["Alvitis", "Tonsillitis", "Glioma"]),
    ],
)  # fmt: skip
def test_more_of_what_a_label_s_list_names(uses_of_label: Uses, lead: str, items: tuple[str, str], diseases: list[str]) -> None:
    uses = uses_of_label(f"{lead}\n\n- {items[0]}\n\n- {items[1]}\n")
    assert [one.text for use in uses for one in use.conditions] == diseases


def test_where_a_label_sends_the_reader_behind_a_full_stop_opens_no_list(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "CODRIX is indicated for the treatment of glioma in adults. [See Clinical Studies (14) .]\n\n"
        "### Important Limitations of Use\n\nCODRIX should not be used for the treatment of melanoma.\n"
    )
    assert [one.text for one in use.conditions] == ["glioma"]


def test_headings_with_nothing_below_them_are_what_a_label_s_sentence_opens(uses_of_label: Uses) -> None:
    uses = uses_of_label(
        "CODRIX is indicated for\n\n### Management of neuralgia\n\n### Adjunctive therapy in adults with glioma\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["neuralgia", "glioma"]
    assert [bool(use.populations) for use in uses] == [False, True]


def test_a_remark_behind_a_disease_is_no_part_of_its_name(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "CODRIX is indicated for the treatment of pain associated with alvitis (not to be taken with alcohol)."
    )
    assert [one.text for one in use.settings] == ["alvitis"]
    assert [one.fact.text for one in use.qualifiers if one.kind == "stated"] == ["not to be taken with alcohol"]


def test_what_a_sentence_says_that_a_disease_includes_restricts_nothing(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of alvitis. This category includes myxedema and alvic edema.")
    assert [one.text for one in use.conditions] == ["alvitis"]
    assert (use.narrower, [one.text for one in use.disease_status]) == ((), ["includes myxedema and alvic edema"])


@pytest.mark.parametrize("cause", ["due to Aerococcus lentus, Aerococcus levis, or fungi", "due to alvic disease"])
def test_a_cause_is_also_said_in_the_label_s_words(uses_of_label: Uses, cause: str) -> None:
    (use,) = uses_of_label(f"CODRIX is indicated for the treatment of alvitis {cause}.")
    assert use.causes
    assert cause in [one.text for one in use.disease_status]


def test_a_label_s_sentence_that_names_no_condition_is_unread(facts_of_label: Callable[[str], DrugFacts]) -> None:
    found = facts_of_label("CODRIX is indicated as an aid to giving up smoking.")
    assert (found.uses, [one.fact.text for one in found.unread]) == (
        (),
        ["CODRIX is indicated as an aid to giving up smoking."],
    )


def test_what_a_bracket_behind_an_infection_names_is_no_disease(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of acute otitis (A. lentus).")
    assert "(A. lentus)" not in [one.text for one in use.disease_status if one.rule == "beside-name"]
