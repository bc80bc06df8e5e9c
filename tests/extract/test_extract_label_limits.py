"""What limits a label's uses stays with them: "Limitations of Use", starred footnotes, openings; nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import DrugFacts
from tests.extract.in_words import Uses, conditions, patients, words

Facts = Callable[[str], DrugFacts]
GOUT = "CODRIX is indicated for the treatment of gout.\n\n"
GLIOMA = "CODRIX is indicated for the treatment of glioma in adults.\n\n"
LIMIT = "Reserve CODRIX for use in patients for whom other treatment is inadequate."


@pytest.mark.parametrize(
    "limits",
    [
        f"### Limitations of Use\n\n- {LIMIT}\n",
        f"### 1.3 Important Limitations of Use\n\n{LIMIT}\n",
        f"Limitations of Use\n\n- {LIMIT}\n",
        f"LIMITATIONS OF USE:\n\n{LIMIT}\n",
        f"Limitation of Use: {LIMIT}\n",
        f"### Limitation of Use: {LIMIT}\n",
        f"### Limitations of Use and Effectiveness\n\nCODRIX was studied in adults.\n\n{LIMIT}\n",
    ],
)
def test_what_stands_under_limitations_of_use_stays_with_every_use_before(uses_of_label: Uses, limits: str) -> None:
    uses = uses_of_label(GOUT + GLIOMA + limits)
    assert conditions(uses) == ["gout", "glioma"]
    assert all(any(LIMIT in said for said in words(use)) for use in uses)


def test_limits_behind_the_last_item_of_a_list_stay_with_all_of_it(uses_of_label: Uses) -> None:
    uses = uses_of_label(f"CODRIX is indicated for the treatment of:\n\n- gout\n\n- glioma. Limitations of Use: {LIMIT}\n")
    assert [LIMIT in " ".join(words(use)) for use in uses] == [True, True]


def test_a_list_of_limits_stays_with_the_words_that_open_it(uses_of_label: Uses) -> None:
    (use,) = uses_of_label(f"{GOUT}Limitations of Use\n\nCODRIX is not for use\n\n- In acute attacks\n\n- For mild pain\n")
    assert words(use)[-2:] == ["CODRIX is not for use In acute attacks", "CODRIX is not for use For mild pain"]


def test_limits_in_a_section_bind_its_uses_and_not_the_next_one_s(uses_of_label: Uses) -> None:
    limits = "Limitations of Use\n\nCODRIX has not been studied in men with gout.\n\n"
    uses = uses_of_label(f"### 1.1 Gout\n\n{GOUT}{limits}### 1.2 Glioma\n\n{GLIOMA}")
    assert [any("men with gout" in said for said in words(use)) for use in uses] == [True, False]


def test_a_denial_among_limits_binds_the_uses_of_its_section(uses_of_label: Uses) -> None:
    limits = "Important Limitation of Use: CODRIX is NOT indicated for the relief of acute gout.\n\n"
    uses = uses_of_label(
        f"### 1.1 Alvitis\n\nCODRIX is indicated for the treatment of alvitis.\n\n{limits}### 1.2 Gout\n\n"
        "CODRIX is indicated for the prevention of recurrent gout.\n"
    )
    assert [any("acute gout" in said for said in words(use)) for use in uses] == [True, False]


def test_a_denial_behind_a_use_stays_with_it(uses_of_label: Uses) -> None:
    denial = "CODRIX is not indicated for other alvic conditions."
    first, second = uses_of_label(f"CODRIX is indicated for the treatment of severe asthma. {denial}\n\n{GOUT}")
    assert [denial in words(use) for use in (first, second)] == [True, False]


def test_a_bracket_behind_patients_is_kept(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated to evaluate alvitis in adults and children (magnetic resonance angiography).")
    assert [one.text for one in use.disease_status] == ["magnetic resonance angiography"]


def test_a_use_behind_a_line_of_limits_is_a_use(uses_of_label: Uses) -> None:
    assert conditions(uses_of_label(f"{GOUT}Limitations of Use\n\n{LIMIT}\n\n{GLIOMA}")) == ["gout", "glioma"]


def test_limits_state_no_use(facts_of_label: Facts) -> None:
    facts = facts_of_label(f"{GOUT}### Limitations of Use\n\n- Glioma of the stem.\n\n- CODRIX is not indicated for alvitis.\n")
    assert conditions(facts.uses) == ["gout"]
    assert [one.text for one in facts.denials] == ["CODRIX is not indicated for alvitis."]


STAR = "*This indication is approved under accelerated approval based on responses. Continued approval may depend on trials.\n"


@pytest.mark.parametrize("mark", ["*", "†"])
def test_a_starred_footnote_speaks_of_the_use_that_carries_its_star(uses_of_label: Uses, mark: str) -> None:
    starred = "CODRIX is indicated for the treatment of adults with melanoma who are fit (if fitness is known)."
    uses = uses_of_label(f"{GOUT}{starred}{mark}\n\n{STAR.replace('*', mark)}\n{GLIOMA}")
    assert [(one.approval_status, one.conditions[0].text) for one in uses] == [
        ("approved", "gout"),
        ("accelerated_approval", "melanoma"),
        ("approved", "glioma"),
    ]
    assert [any("Continued approval" in said for said in words(use)) for use in uses] == [False, True, False]


def test_each_of_two_footnotes_with_one_mark_speaks_of_the_use_before_it(uses_of_label: Uses) -> None:
    other = "*CODRIX was studied with brontinib.\n\n"
    first, second = uses_of_label(f"{GOUT.rstrip()}*\n\n{STAR}\n{GLIOMA.rstrip()}*\n\n{other}")
    assert (first.approval_status, second.approval_status) == ("accelerated_approval", "approved")


def test_an_opening_that_nothing_follows_is_unread(facts_of_label: Facts) -> None:
    facts = facts_of_label(f"{GOUT}CODRIX is also indicated for the treatment of the following\n")
    assert [one.fact.text for one in facts.unread] == ["CODRIX is also indicated for the treatment of the following"]


def test_a_list_below_an_explanation_is_read(facts_of_label: Facts) -> None:
    facts = facts_of_label(
        "CODRIX is a glionase inhibitor indicated:\n\n- in combination with brontinib for the treatment of gout.\n"
    )
    assert [(use.conditions[0].text, [one.phrase.text for one in use.therapies]) for use in facts.uses] == [
        ("gout", ["brontinib"])
    ]
    assert facts.unread == ()


def test_an_opening_holds_below_all_of_its_titles(uses_of_label: Uses) -> None:
    titled = ("Peptic Ulcer", "GERD", "Alvic States")
    titles = "\n\n".join(f"{title}\n\n- Treatment of alvitis." for title in titled)
    uses = uses_of_label(f"CODRIX capsules are indicated in adults for the following\n\n{titles}")
    assert [patients(use) for use in uses] == [[["adults"]]] * 3


def test_a_sentence_on_other_patients_lends_none_to_the_use_before(uses_of_label: Uses) -> None:
    other = "It may be used secondarily in women with metastatic glioma who are 1 to 5 years postmenopausal."
    (use,) = uses_of_label(f"CODRIX is indicated for the treatment of men with gout. {other}")
    assert patients(use) == [["men"]]
    assert other.rstrip(".") in words(use)


def test_years_since_menopause_are_no_age(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for the treatment of glioma in women who are 1 to 5 years postmenopausal.")
    assert all(one.kind != "age-range" for group in use.populations for one in group.characteristics)


def test_a_remark_on_where_it_was_shown_to_work_is_no_cause(uses_of_label: Uses) -> None:
    remark = "CODRIX has been shown to be effective in regions where other drugs may fail, presumably due to drug resistance."
    (use,) = uses_of_label(f"CODRIX is indicated for the treatment of malaria in adults. {remark}")
    assert (use.causes, use.disease_status, remark in words(use)) == ((), (), True)


@pytest.mark.parametrize(
    "sentence",
    [
        "CODRIX is indicated for the acute treatment of migraine with or without aura in adults.",
        "CODRIX is indicated for prophylaxis of infections in patients at risk, such as recipients with alvic disease (AD).",
    ],
)
def test_what_a_disease_comes_with_is_no_treatment(uses_of_label: Uses, sentence: str) -> None:
    assert [use.therapies for use in uses_of_label(sentence)] == [()]


def test_whose_cancer_it_is_are_patients_and_no_treatment(uses_of: Uses) -> None:
    (use,) = uses_of(
        "Zolafen is approved to treat:\n\n- **Sarcoma.** It is used in adults:\n  - With ALVS whose cancer got worse.\n"
    )
    assert (use.therapies, patients(use)) == ((), [["adults", "With ALVS"]])


@pytest.mark.parametrize("item", ["active immunization for the", "Active immunization of pregnant women for the"])
def test_immunization_is_how_a_disease_is_prevented(uses_of_label: Uses, item: str) -> None:
    (use,) = uses_of_label(f"CODRIX is indicated for:\n\n- {item} prevention of alvitis caused by Aerococcus lentus.\n")
    assert (use.intent, conditions((use,)), use.settings) == ("prevent", ["alvitis"], ())


def test_immunization_against_no_named_disease_is_unread(uses_of_label: Uses) -> None:
    assert uses_of_label("CODRIX is indicated for active immunization for the prevention of disease caused by A. lentus.") == ()


def test_what_is_increased_is_not_the_disease(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for treatment to increase bone mass in men with osteoporosis.")
    assert (use.intent_text and use.intent_text.text, conditions((use,))) == ("increase bone mass", ["osteoporosis"])


def test_one_of_two_earlier_treatments_is_a_must(uses_of_label: Uses) -> None:
    (use,) = uses_of_label("CODRIX is indicated for gout in patients who have already received surgery and/or radiation.")
    assert [one.mode for one in use.prior] == ["one_of"]


def test_patients_of_a_second_purpose_are_not_the_first_one_s(uses_of_label: Uses) -> None:
    first, second = uses_of_label(
        "CODRIX is indicated for the imaging of glioma in men with alvic pain, and for the localization of alvic tumors "
        "in adults and children."
    )
    assert patients(first) == [["men", "with alvic pain"]]
    assert patients(second) == [["adults"], ["children"]]
