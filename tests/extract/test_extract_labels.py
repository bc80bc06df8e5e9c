"""How the labels of the FDA speak: "X tablets are indicated …", no colon, no bold print, a name that the page may not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.extract.record import record
from pipeline.model import DrugFacts, Use
from tests.extract.in_words import Fields, Uses


def told(uses: tuple[Use, ...]) -> list[tuple[str, str, list[str]]]:
    """Status, intent and conditions of each use."""
    return [(one.approval_status, one.intent, [each.text for each in one.conditions]) for one in uses]


@pytest.mark.parametrize(
    "product",
    ["CODRIX", "Bramavel XR", "Zolafen maleate tablets, USP", "Zolafen delayed release capsules, 5 mg", "Alvera Injection"],
)
def test_what_a_label_is_about_is_its_product_under_any_name(uses_of_label: Uses, product: str) -> None:
    assert told(uses_of_label(f"{product} are indicated for the management of glioma in adults.")) == [
        ("approved", "treat", ["glioma"])
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Caution is indicated in hepatitis.",
        "Surgery is indicated for the treatment of glioma.",
        "A biopsy is indicated for the diagnosis of glioma.",
        "Drug therapy is indicated for patients with glioma.",
        "CODRIX is not indicated for the treatment of glioma.",
        "Use in children is indicated for the treatment of glioma.",
        "CODRIX may not be indicated for all patients with glioma.",
    ],
)
def test_what_else_is_indicated_is_no_use(uses_of_label: Uses, sentence: str) -> None:
    assert uses_of_label(sentence) == ()


def test_not_for_all_patients_takes_no_use_back(uses_of_label: Uses) -> None:
    """ "Not for all" denies nothing: the use stands, and the sentence stays with it."""
    (use,) = uses_of_label(
        "CODRIX is indicated for the treatment of glioma. CODRIX may not be indicated for all patients with glioma."
    )
    assert [one.text for one in use.conditions] == ["glioma"]
    assert "all patients" in " ".join(one.fact.text for one in use.qualifiers)


@pytest.mark.parametrize(
    ("aim", "intent", "disease"),
    [
        ("for the relief of the signs and symptoms of osteoarthritis", "other", "osteoarthritis"),
        ("in the treatment and prophylaxis of frequent migraine", "prevent_and_treat", "frequent migraine"),
        ("in the prophylaxis of meningeal leukemia", "prevent", "meningeal leukemia"),
        ("for the treatment of the inflammatory and pruritic manifestations of dermatosis", "treat", "dermatosis"),
        ("for secondary amenorrhea", "other", "secondary amenorrhea"),
        (
            "for the treatment of severe, recalcitrant, disabling psoriasis",
            "treat",
            "severe, recalcitrant, disabling psoriasis",
        ),
        ("for the treatment of melanoma [see Clinical Studies (14.1)]", "treat", "melanoma"),
    ],
)
def test_what_a_label_is_indicated_for(uses_of_label: Uses, aim: str, intent: str, disease: str) -> None:
    assert told(uses_of_label(f"CODRIX is indicated {aim}.")) == [("approved", intent, [disease])]


def test_the_form_that_a_label_speaks_of_is_how_the_drug_is_given(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("Zolafen Injection, USP is indicated for the treatment of melanoma.")
    assert [(one.kind, one.fact.text) for one in use.qualifiers] == [("manner", "Zolafen Injection, USP")]


def test_a_severity_alone_is_no_condition(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of moderate to severe forms of psoriasis.")
    assert [one.text for one in use.conditions] == ["psoriasis"]
    assert [one.text for one in use.disease_status] == ["moderate to severe forms of"]
    assert uses_of_label("CODRIX is indicated for the treatment of moderate to severe.") == ()


def test_the_disease_of_the_patients_is_the_setting_and_stays_with_them(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated to reduce chronic drooling in adults with cerebral palsy.")
    assert [one.text for one in use.settings] == ["cerebral palsy"]
    assert "with cerebral palsy" in [c.fact.text for one in use.populations for c in one.characteristics]


def test_a_sentence_without_a_verb_states_a_use(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("As adjunctive therapy in the management of glioma in adults.")
    assert told((use,)) == [("approved", "treat", ["glioma"])]
    assert "adjunctive" in " ".join(one.fact.text for one in use.qualifiers)


def test_what_a_label_changes_for_the_sake_of_a_disease_is_its_purpose(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "Zolafen is indicated as an adjunct to diet to reduce LDL C and triglycerides in adults with hyperlipidemia."
    )
    assert [each.text for each in use.conditions] == ["hyperlipidemia"]
    assert ("reduce LDL C and triglycerides", "purpose") in [(each.fact.text, each.kind) for each in use.qualifiers]


def test_the_disease_of_which_the_condition_is_a_part_is_a_setting_in_a_label(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "Zolafen is indicated for the treatment of edema associated with heart failure, cirrhosis, and corticosteroid therapy."
    )
    assert ([each.text for each in use.settings], [each.text for each in use.causes]) == (
        ["heart failure", "cirrhosis"],
        ["corticosteroid therapy"],
    )


@pytest.mark.parametrize(
    ("sentence", "diseases"),
    [
        # what the drug is, with a bracket in it
        (
            "CODRIX is an anti-inflammatory drug (NSAID) indicated for the treatment of arthritis of the knee.",
            ["arthritis of the knee"],
        ),
        # several words before the noun of the aim, brackets behind it
        ("CODRIX is indicated for acute and maintenance treatment of bipolar disorder.", ["bipolar disorder"]),
        ("CODRIX is indicated for short term (up to 8 weeks) treatment (once a day) of heartburn.", ["heartburn"]),
        ("CODRIX is indicated for chemoprophylaxis against viral infection.", ["viral infection"]),
        ("CODRIX is indicated for the reduction in the occurrence of gastric ulcers.", ["gastric ulcers"]),
        ("Active and prophylactic treatment of glioma.", ["glioma"]),
        # another aim of the same kind, with no "for" before it
        (
            "CODRIX is indicated for the management of anxiety disorder or the short term relief of panic.",
            ["anxiety disorder", "panic"],
        ),
        # patients, and what they have
        ("CODRIX is indicated for the treatment of hemodynamically stable patients with acute glioma.", ["acute glioma"]),
        (
            "CODRIX is indicated in the management of selected adults with severe glioma, or children with melanoma.",
            ["severe glioma"],
        ),
        # what is treated of a disease, and how it stands
        ("CODRIX is indicated to slow the progression of atherosclerosis in adults.", ["atherosclerosis"]),
        ("CODRIX is indicated for the treatment of all forms of parkinsonism.", ["parkinsonism"]),
        ("CODRIX is indicated for the treatment of moderate to severe forms of scalp psoriasis.", ["scalp psoriasis"]),
        ("CODRIX is indicated for the treatment of mild to moderate ulcerative colitis.", ["ulcerative colitis"]),
        ("CODRIX is indicated for the treatment of moderate to severe pain.", ["moderate to severe pain"]),
        # lists: one noun for two adjectives, no last "and", sites of one disease
        (
            "CODRIX is indicated for the treatment of simple and complex absence seizures.",
            ["simple and complex absence seizures"],
        ),
        (
            "CODRIX is indicated for the treatment of arthritis, bursitis, tendonitis; see below.",
            ["arthritis", "bursitis", "tendonitis"],
        ),
        ("CODRIX is indicated for stable angina and angina due to coronary spasm.", ["stable angina", "angina"]),
        (
            "CODRIX is indicated for the treatment of infections of the ear, nose, and throat.",
            ["infections of the ear, nose, and throat"],
        ),
        ("CODRIX is indicated for the treatment of lung cancer, particularly small cell types.", ["lung cancer"]),
        # what is no disease
        ("CODRIX is indicated for the prophylaxis of venous thrombosis and its extension.", ["venous thrombosis"]),
        ("CODRIX is indicated to reduce the risk of death and myocardial infarction.", ["myocardial infarction"]),
        # where the noun ends
        ("CODRIX is indicated for the management of angina confirmed by any of these criteria.", ["angina"]),
        ("CODRIX is indicated for the treatment of seizures occurring during surgery.", ["seizures"]),
        # what for is not said by a verb
        ("CODRIX is indicated as an adjunct to surgery in acute osteosis.", ["acute osteosis"]),
        ("CODRIX is indicated in acute and chronic bronchitis.", ["acute and chronic bronchitis"]),
        ("CODRIX is recommended for the treatment of melanoma.", ["melanoma"]),
        ("CODRIX is a useful adjunct for the relief of spasm.", ["spasm"]),
        ("CODRIX has also demonstrated effectiveness in controlling nausea.", ["nausea"]),
        # a list behind a colon in the sentence
        (
            "CODRIX is indicated for treatment of the following infections: tinea pedis, tinea cruris, and tinea corporis.",
            ["tinea pedis", "tinea cruris", "tinea corporis"],
        ),
        # a heading that lost its line, a subject that was lost
        ("1.2 Epilepsy CODRIX is indicated for the treatment of seizures.", ["seizures"]),
        ("is indicated for the treatment of glioma.", ["glioma"]),
    ],
)  # fmt: skip
def test_how_labels_say_what_is_treated(uses_of_label: Uses, sentence: str, diseases: list[str]) -> None:
    uses = uses_of_label(sentence)
    assert [one.text for use in uses for one in use.conditions] == diseases


@pytest.mark.parametrize(
    "sentence",
    [
        "Some studies suggest that CODRIX may be useful in glioma.",
        "CODRIX is recommended for glioma by the society of surgeons.",
        "CODRIX has also been used successfully in a limited number of cases of glioma.",
        "CODRIX protects against the effects of drugs given to reverse paralysis.",
        "CODRIX is indicated for the treatment of hyperactive children.",
        "CODRIX is indicated as an integral part of a program for patients with this syndrome.",
    ],
)
def test_what_names_no_disease_or_no_use_gives_none(uses_of_label: Uses, sentence: str) -> None:
    assert uses_of_label(sentence) == ()


def test_two_aims_of_two_diseases_are_two_uses_each_with_its_words(uses_of_label: Uses) -> None:
    one, other = uses_of_label(
        "CODRIX is indicated in adults for the treatment of melanoma and for the prevention of glioma after surgery."
    )
    assert told((one, other)) == [("approved", "treat", ["melanoma"]), ("approved", "prevent", ["glioma"])]
    assert [bool(use.populations) for use in (one, other)] == [True, True]
    assert "glioma" not in one.text.text
    assert "melanoma" not in other.text.text
    assert "surgery" in " ".join(each.fact.text for each in one.qualifiers)  # it may hold for both


def test_may_be_useful_is_kept_with_the_use(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX may be useful in the symptomatic relief of acute tremor.")
    assert "may be useful" in " ".join(one.fact.text for one in use.qualifiers)


def test_how_a_disease_stands_is_its_status(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "CODRIX is indicated for the treatment of locally advanced, unresectable or metastatic pancreatic cancer."
    )
    assert ([one.text for one in use.conditions], [one.text for one in use.disease_status]) == (
        ["pancreatic cancer"],
        ["locally advanced, unresectable or metastatic"],
    )


def test_a_limit_of_all_uses_stays_with_each_of_them(uses_of_label: Uses) -> None:
    only = "To reduce resistance, CODRIX should be used only to treat infections that are proven to be caused by bacteria."
    uses = uses_of_label(
        f"{only}\n\nCODRIX is indicated for the treatment of cystitis.\n\nCODRIX is indicated for the treatment of sinusitis.\n"
    )
    assert [one.text for use in uses for one in use.conditions] == ["cystitis", "sinusitis"]
    assert all(only in [one.fact.text for one in use.qualifiers] for use in uses)


def test_the_disease_before_the_subject_is_the_setting(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("In acute leukemia, CODRIX is indicated in the prophylaxis of meningitis.")
    assert ([one.text for one in use.conditions], [one.text for one in use.settings]) == (["meningitis"], ["acute leukemia"])


def test_what_patients_have_beside_a_disease_is_no_setting(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "CODRIX is indicated in the management of obesity in patients with a body mass index of 30 or higher."
    )
    assert use.settings == ()


@pytest.mark.parametrize(
    ("sentence", "narrower"),
    [
        (
            "CODRIX is indicated for skin infections including abscesses, cellulitis, boils, due to bacteria.",
            ["abscesses", "cellulitis", "boils"],
        ),
        (
            "CODRIX is indicated to reduce the risk of thromboembolic lesions such as stroke or thrombosis.",
            ["stroke", "thrombosis"],
        ),
        ("CODRIX is indicated for bleeding due to hormones in the absence of pathology, such as fibrosis or cystitis.", []),
    ],
)  # fmt: skip
def test_what_a_disease_includes(facts_of_label: Callable[[str], DrugFacts], sentence: str, narrower: list[str]) -> None:
    """It narrows no use; the record lists it as the annotations do."""
    facts = facts_of_label(sentence)
    assert [use.narrower for use in facts.uses] == [()]
    assert record(facts)["uses"][0]["subcondition"] == narrower


def test_the_product_that_a_label_names_stays_with_the_use(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of glioma [see Clinical Studies (14.1)].")
    assert "CODRIX" in [one.fact.text for one in use.qualifiers]
    assert use.text.text == "CODRIX is indicated for the treatment of glioma"


@pytest.mark.parametrize(
    ("sentence", "settings"),
    [
        ("CODRIX is indicated for the treatment of claudication on the basis of renal osteosis.", ["renal osteosis"]),
        ("CODRIX is indicated for the treatment of hypertension secondary to renal osteosis.", ["renal osteosis"]),
        ("CODRIX is indicated for the treatment of parkinsonism in association with renal osteosis.", ["renal osteosis"]),
        ("CODRIX is indicated for the treatment of severe pain in cancer patients.", ["cancer"]),
        ("CODRIX is indicated for the treatment of pain in gastric ulcer patients.", ["gastric ulcer"]),
    ],
)
def test_the_disease_from_which_a_condition_comes_is_its_setting(
    uses_of_label: Uses, sentence: str, settings: list[str]
) -> None:
    (use,) = uses_of_label(sentence)
    assert [each.text for each in use.settings] == settings


@pytest.mark.parametrize(
    ("cause", "listed"),
    [("laryngitis", ["laryngitis"]), ("laryngitis or dust", []), ("Gemella lenta including cases with bacteremia", [])],
)
def test_a_disease_that_causes_a_condition_is_listed_with_it(
    facts_of_label: Callable[[str], DrugFacts], cause: str, listed: list[str]
) -> None:
    """It stays a cause; where "or" joins it with what is no disease, it is not listed either."""
    facts = facts_of_label(f"CODRIX is indicated for the treatment of cough due to {cause}.")
    assert " or ".join(each.text for each in facts.uses[0].causes) == cause
    assert record(facts)["uses"][0]["subcondition"] == listed


@pytest.mark.parametrize(
    ("sentence", "beside"),
    [
        ("CODRIX is indicated for the treatment of herpes labialis (fever sores).", ["fever sores"]),
        ("CODRIX is indicated for glioma (formerly known as gliosis or X glomosis).", ["gliosis", "X glomosis"]),
        ("CODRIX is indicated for the treatment of panic disorder, with or without agoraphobia.", ["agoraphobia"]),
        ("CODRIX is indicated for chronic neuropathy (e.g., gliosis).", ["gliosis"]),
        ("CODRIX is indicated for the treatment of glioma (once daily).", []),
        ("CODRIX is indicated for the treatment of glioma (mild to moderate).", []),
        ("CODRIX is indicated for the treatment of glioma (see WARNINGS).", []),
        ("CODRIX is indicated for the treatment of glioma (GLM).", []),
        ("CODRIX is indicated for the treatment of glioma, with or without surgery.", []),
    ],
)  # fmt: skip
def test_what_stands_beside_a_disease_is_listed_and_narrows_nothing(
    facts_of_label: Callable[[str], DrugFacts], sentence: str, beside: list[str]
) -> None:
    facts = facts_of_label(sentence)
    assert [use.narrower for use in facts.uses] == [()]
    assert record(facts)["uses"][0]["subcondition"] == beside


@pytest.mark.parametrize(
    ("sentence", "intent", "diseases"),
    [
        ("Temporarily relieves gastric pain.", "other", ["gastric pain"]),
        ("Uses temporarily relieves gastric pain and tendonitis.", "other", ["gastric pain", "tendonitis"]),
        ("Helps prevent gastric reflux.", "prevent", ["gastric reflux"]),
        ("Treats athletic keratoses.", "treat", ["athletic keratoses"]),
        ("Indicated for the treatment of glioma.", "treat", ["glioma"]),
        ("For use in adults as therapy for the treatment of glioma when surgery is refused.", "treat", ["glioma"]),
        ("CODRIX is for the management of severe pain when an opioid is needed.", "treat", ["severe pain"]),
    ],
)  # fmt: skip
def test_a_label_leaves_its_drug_or_its_verb_out(uses_of_label: Uses, sentence: str, intent: str, diseases: list[str]) -> None:
    assert told(uses_of_label(sentence)) == [("approved", intent, diseases)]


def test_when_a_use_without_a_subject_holds_is_kept(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("For use as therapy for the treatment of glioma when surgery is not wanted.")
    assert "when surgery is not wanted" in " ".join(one.text for one in use.disease_status)


def test_the_state_before_several_diseases_is_their_status(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of mild to moderate distal colitis, enteritis or proctitis.")
    assert [one.text for one in use.conditions] == ["distal colitis", "enteritis", "proctitis"]
    assert [one.text for one in use.disease_status] == ["mild to moderate"]


def test_an_adequate_trial_of_another_treatment_is_no_study(uses_of_label: Uses, fields_of: Fields) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of glioma after an adequate trial of diet.")
    assert "adequate trial of diet" in " ".join(fields_of(use))


def test_a_second_disease_with_patients_of_its_own_is_a_use_of_its_own(uses_of_label: Uses) -> None:
    one, other = uses_of_label(
        "CODRIX is indicated for the relief of symptoms of seasonal rhinitis in patients 2 years of age and older and perennial"
        " rhinitis in patients 6 months of age and older."
    )
    assert [[each.text for each in use.conditions] for use in (one, other)] == [["seasonal rhinitis"], ["perennial rhinitis"]]
    ages = [[c.fact.text for p in use.populations for c in p.characteristics] for use in (one, other)]
    assert ages == [["2 years of age and older"], ["6 months of age and older"]]
    assert "seasonal" not in other.text.text


def test_behind_a_semicolon_each_disease_has_its_own_cause(uses_of_label: Uses) -> None:
    uses = uses_of_label(
        "CODRIX is indicated for topical treatment of tinea pedis due to Aerococcus; candidiasis due to Gemella; and athetosis."
    )
    assert [([c.text for c in use.conditions], [c.text for c in use.causes]) for use in uses] == [
        (["tinea pedis"], ["Aerococcus"]),
        (["candidiasis"], ["Gemella"]),
        (["athetosis"], []),
    ]


@pytest.mark.parametrize(
    ("sentence", "diseases"),
    [
        ("CODRIX is effective to control nausea and vomiting.", ["nausea", "vomiting"]),
        ("CODRIX is useful alone or as an adjunct in the treatment of glioma.", ["glioma"]),
        ("CODRIX has also been found useful in edema.", ["edema"]),
        ("CODRIX is a contact laxative for the relief of gastric obstruction.", ["gastric obstruction"]),
        ("CODRIX in combination with other agents is indicated for the treatment of glioma.", ["glioma"]),
        ("CODRIX is a combination of alvera and bexida indicated for the treatment of glioma.", ["glioma"]),
        ("CODRIX is useful for the alleviation of signs and symptoms of spasticity due to glioma.", ["spasticity"]),
        (
            "CODRIX is indicated for the management of hypertension, gastric pain, and as an adjunct in the care of glioma.",
            ["hypertension", "gastric pain", "glioma"],
        ),
        (
            "CODRIX is indicated for the treatment of heart failure or left ventricular dysfunction.",
            ["heart failure", "left ventricular dysfunction"],
        ),
        (
            "CODRIX is indicated for the treatment of seasonal and perennial allergic and nonallergic rhinitis.",
            ["seasonal and perennial allergic and nonallergic rhinitis"],
        ),
        ("CODRIX is indicated for the treatment of skin and soft tissue infections.", ["skin and soft tissue infections"]),
        (
            "CODRIX is indicated for the treatment of infections of the female pelvis and genital tract.",
            ["infections of the female pelvis and genital tract"],
        ),
        ("CODRIX is indicated as treatment for individuals with a diagnosis of bipolar disorder.", ["bipolar disorder"]),
    ],
)  # fmt: skip
def test_more_of_how_labels_say_what_is_treated(uses_of_label: Uses, sentence: str, diseases: list[str]) -> None:
    assert [one.text for use in uses_of_label(sentence) for one in use.conditions] == diseases


def test_what_a_treatment_is_to_bring_is_no_condition(uses_of_label: Uses) -> None:
    assert uses_of_label("CODRIX is indicated for the treatment of stable patients within 24 hours, to improve survival.") == ()


def test_what_was_done_in_a_study_is_no_more_of_the_use(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "CODRIX is indicated for the treatment of glioma.\n\n"
        "In the adjunctive study, CODRIX was administered to patients who had been on a stable regimen.\n"
    )
    assert use.populations == ()


def test_after_a_disease_is_no_earlier_treatment(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of heart failure following myocardial infarction.")
    assert (use.prior, [one.text for one in use.settings]) == ((), ["myocardial infarction"])


def test_a_study_in_animals_takes_no_use_back(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(
        "CODRIX is indicated for the treatment of plague infection. This indication is based on studies conducted in animals."
    )
    assert [one.text for one in use.conditions] == ["plague infection"]
