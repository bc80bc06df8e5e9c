"""Uses that the text under the page's name states, or that under "What is X?", and the sentences that say them there."""

from __future__ import annotations

import pytest

from tests.extract.of_others import conditions, page


@pytest.mark.parametrize(
    "text",
    [
        "Zolafen is a targeted therapy drug. It is used to treat melanoma.",
        "Zolafen is a treatment for melanoma.",
        "Zolafen is a treatment for:\n\n- melanoma",
        "Zolafen (Alvera) is a type of medicine used for treating melanoma.\n\n## How it works\n\nIt blocks a protein.",
        "You might have zolafen to treat melanoma.",
        "## What is Zolafen?\n\nZolafen is a prescription medicine used to treat melanoma.",
        "## About zolafen\n\nZolafen is used for melanoma.",
        "## 1. Why am I using ALVERA?\n\nALVERA is used to treat melanoma.",
    ],
)
def test_uses_in_the_introduction(text: str) -> None:
    facts = page(text)

    assert conditions(facts) == ["melanoma"]
    assert {(use.approval_status, use.intent) for use in facts.uses} <= {("used", "treat"), ("used", "other")}


@pytest.mark.parametrize(
    "text",
    [
        "Lung cancer is a disease of the lungs. Surgery may be done to treat it.",
        "The lungs are two organs.\n\n## About side effects\n\nLoperamide is used to treat diarrhea.",
        "## What is the most important information I should know about lung cancer?\n\nSurgery is used to treat lung cancer.",
        "## What are the risks?\n\nLoperamide must not be used to treat diarrhea.",
        "It is usually treated with surgery. This is used for early cancer to remove the tumor.",
        "## Description\n\nA drug called brontinib is used to treat it.",
    ],
)
def test_a_page_that_does_not_say_what_its_subject_is_used_for_is_no_drugs(text: str) -> None:
    assert page(text, "Lung cancer").kind == "none"


def test_what_stands_under_the_next_heading_is_no_introduction() -> None:
    facts = page("Zolafen is used to treat melanoma.\n\n## Side effects\n\nZolafen is sometimes used to treat pain.")

    assert conditions(facts) == ["melanoma"]


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("Zolafen is an HIV medicine used together with other medicines to treat adults infected with HIV-1.", "HIV-1"),
        ("Zolafen is a medicine that is used, on its own or with metformin, to treat type 2 diabetes.", "type 2 diabetes"),
        ("Zolafen is an advanced therapy medicine for the treatment of adults with lymphoma.", "lymphoma"),
        ("Zolafen is a medicine for treating adults diagnosed with melanoma.", "melanoma"),
        ("Zolafen is used for lung cancer.", "lung cancer"),
        ("Zolafen is used to treat a kind of skin cancer called melanoma.", "melanoma"),
        ("Zolafen is used for treating adults who have melanoma.", "melanoma"),
        ("Zolafen is used to reduce the frequency of relapses in adults with gout.", "frequency of relapses"),
        ("Zolafen is approved for use in adults with lung cancer.", "lung cancer"),
        ("Zolafen is approved as the first treatment for adults with lung cancer.", "lung cancer"),
    ],
)
def test_sentences_that_say_what_it_is_and_what_for(sentence: str, condition: str) -> None:
    assert conditions(page(f"## About zolafen\n\n{sentence}")) == [condition]


@pytest.mark.parametrize(
    "sentence",
    [
        "Zolafen is a vaccine for use in children from 6 weeks of age.",
        "Therefore, when antacids are used in the treatment of ulcers and bacteria are suspected, antibiotics should be added.",
        "For the following indications zolafen has been approved with conditions.",
        "Zolafen is an alternative choice of treatment for syphilis in patients allergic to penicillins.",
    ],
)
def test_what_may_be_a_use_is_no_explanation(sentence: str) -> None:
    facts = page(f"## About zolafen\n\nZolafen is used to treat gout.\n\n{sentence}")

    assert sentence in [one.fact.text for one in facts.unread]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("to reduce the chance of breast cancer in women", "to treat breast cancer in men, after treatment with tamoxifen"),
        ("to treat nerve pain", "to prevent migraine and tension headaches"),
        ("alone to treat breast cancer in women", "to treat colon or rectal cancer that has spread"),
    ],
)
def test_it_is_also_used_for_something_else_is_a_use_of_its_own(first: str, second: str) -> None:
    facts = page(f"## About zolafen\n\nZolafen is used {first}. It is also used {second}.")

    assert [use.text.text for use in facts.uses] == [f"Zolafen is used {first}.", f"It is also used {second}."]
    assert facts.uses[0].prior == ()


def test_a_bold_name_before_a_paragraph_ends_what_is_said_of_the_use_before() -> None:
    lupus = "**Lupus nephritis.** Zolafen is given with prednisolone to women."
    listed = f"Zolafen is used to treat several conditions:\n\n**Arthritis.** It is used in adults.\n\n{lupus}"
    arthritis, nephritis = page(f"## About zolafen\n\n{listed}").uses
    (gout,) = page(f"## About zolafen\n\nZolafen is used to treat gout.\n\n{lupus}").uses

    assert arthritis.therapies == gout.therapies == ()
    assert [name.text for therapy in nephritis.therapies for name in therapy.names] == ["prednisolone"]


def test_how_you_have_it_is_said_of_the_use() -> None:
    (use,) = page("Zolafen is used to treat melanoma. You may have it on its own, or with nivolumab.").uses

    assert use.alone is not None
    assert [(one.mode, [name.text for name in one.names]) for one in use.therapies] == [("optional", ["nivolumab"])]


@pytest.mark.parametrize(
    ("patients", "age"),
    [("adults and children 6 years of age and over", 6), ("adolescents 12 years of age and above", 12)],
)
def test_of_age_and_over(patients: str, age: int) -> None:
    (use,) = page(f"Zolafen is used to treat asthma in {patients}.").uses

    assert [one.low.value for population in use.populations for one in population.characteristics if one.low] == [age]
    assert use.qualifiers == ()


@pytest.mark.parametrize(
    ("sentence", "partners", "alone"),
    [
        ("Zolafen is used to treat mania, as an adjunct to lithium.", ["required lithium"], False),
        ("Zolafen is used to treat mania, both as monotherapy and as an adjunct to lithium.", ["optional lithium"], True),
        (
            "Zolafen is used as adjunctive therapy to antidepressants for the treatment of mania.",
            ["required antidepressants"],
            False,
        ),
        ("Zolafen is used as an adjunct to diet and exercise to treat gout.", [], False),
    ],
)
def test_an_adjunct_to_a_drug_is_given_with_it(sentence: str, partners: list[str], alone: bool) -> None:  # noqa: FBT001 - a case
    (use,) = page(sentence).uses

    assert [f"{one.mode} {name.text}" for one in use.therapies for name in one.names] == partners
    assert (use.alone is not None) == alone


def test_what_stands_behind_progression_was_had() -> None:
    (use,) = page("Zolafen is used to treat adults with breast cancer following progression on a CDK4/6 inhibitor.").uses
    (other,) = page("Zolafen is used to treat adults with breast cancer following disease progression.").uses

    assert [name.text for one in use.prior for name in one.names] == ["CDK4/6 inhibitor"]
    assert other.prior == ()


def test_patients_behind_what_is_included_are_those_of_the_use() -> None:
    (use,) = page(
        "Zolafen is used to treat seizures, including absence seizures, in adults and children 2 years of age and older."
    ).uses

    assert [one.age_group for each in use.populations for one in each.characteristics if one.age_group] == ["adult", "child"]


def test_keeping_a_disease_from_coming_back_is_its_treatment() -> None:
    (use,) = page("Zolafen is used, by itself, to help keep lung cancer from coming back in adults.").uses

    assert (use.intent, [one.text for one in use.conditions]) == ("treat", ["lung cancer"])
    assert "from coming back" in [one.fact.text for one in use.qualifiers]


TITLES = """\
**3. Pharmaceutical form**

A white tablet.

**4.1 Therapeutic indications**

Adults:

Treatment of gout.

Children over 2 years:

Treatment of fever.

**4.2 Posology**

Zolafen is used to treat pain with 20 mg.
"""


def test_a_paragraph_that_stands_for_a_heading_begins_and_ends_a_section() -> None:
    gout, fever = page(TITLES, "Zolafen 20 mg film-coated tablets").uses

    assert [one.text for use in (gout, fever) for one in use.conditions] == ["gout", "fever"]
    assert [
        one.age_group for use in (gout, fever) for each in use.populations for one in each.characteristics if one.age_group
    ] == [
        "adult",
        "child",
    ]


def test_a_heading_behind_a_list_is_no_item_of_it() -> None:
    prose = "Zolafen is indicated for the treatment of fever."
    listed = f"Zolafen is indicated for:\n\n- the treatment of gout in adults\n\n_Fever_\n\n{prose}"
    gout, fever = page(f"## 4.1 Therapeutic indications\n\n{listed}").uses

    assert (gout.text.text, gout.intent) == ("the treatment of gout in adults", "treat")
    assert fever.text.text == prose


def test_paragraphs_with_bullets_are_a_list() -> None:
    facts = page(
        "Zolafen is used to treat these infections:\n\n\u2022 Acute otitis media.\n\n\u2022 Acute cystitis (adults only)."
    )

    assert [use.text.text for use in facts.uses] == ["Acute otitis media.", "Acute cystitis (adults only)."]


@pytest.mark.parametrize(
    "sentence",
    [
        "You may be given medicine to prevent shingles.",
        "Consideration should be given to official guidance on the use of antibacterial agents.",
        "Zolafen may also be used for purposes not listed in this medication guide.",
    ],
)
def test_what_is_given_beside_is_no_use(sentence: str) -> None:
    assert conditions(page(f"Zolafen is used to treat gout.\n\n{sentence}")) == ["gout"]


def test_a_strength_is_said_of_its_uses() -> None:
    (use,) = page("Zolafen 10 mg is used in adults to treat gout.", "Zolafen 2.5 mg and 10 mg hard capsules").uses

    assert ("manner", "Zolafen 10 mg") in [(one.kind, one.fact.text) for one in use.qualifiers]


def test_an_age_in_brackets_is_of_the_patients() -> None:
    (use,) = page("Zolafen is used to treat gout in children (1 to 12 years of age).").uses

    assert [one.low.value for each in use.populations for one in each.characteristics if one.low] == [1]


def test_marks_before_a_disease_are_no_disease() -> None:
    states = "hormone receptor (HR)-positive, HER2-negative locally advanced or metastatic breast cancer"
    (use,) = page(f"Zolafen is indicated for the treatment of adults with {states}:\n\n- in combination with letrozole").uses

    assert [one.text for one in use.conditions] == [states]


def test_one_form_after_another_is_a_use_each() -> None:
    first = "Zolafen is used to treat breast cancer that has spread."
    second = "It is used to treat early breast cancer in women who have already been treated with surgery."
    uses = page(f"## Why is this medication prescribed?\n\n{first} {second}").uses

    assert [use.text.text for use in uses] == [first, second]


def test_the_name_behind_about() -> None:
    facts = page("Zolafen is used to treat gout.", "About zolafen - Brand names: Alvera, Bexida")

    assert facts.name is not None
    assert (facts.name.text, conditions(facts)) == ("zolafen", ["gout"])


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("Zolafen is used to treat adults with stage IIB, IIC, or III melanoma.", "stage IIB, IIC, or III melanoma"),
        ("Zolafen is used to induce remission (making the symptoms of a disease go away) in adults with gout.", "remission"),
        ("In addition, zolafen is used to treat gout.", "gout"),
    ],
)
def test_what_is_named(sentence: str, condition: str) -> None:
    (use,) = page(f"## About zolafen\n\n{sentence}").uses

    assert [one.text for one in use.conditions] == [condition]
    assert use.qualifiers == () or "remission" in condition


def test_prevented_from_forming_is_prevented() -> None:
    (use,) = page("Zolafen is used to prevent infection from developing in the heart.").uses

    assert use.intent == "prevent"


def test_with_or_without_a_disease_names_no_partner() -> None:
    (use,) = page("Zolafen is used to treat:\n\n- panic disorder, with or without agoraphobia").uses

    assert use.therapies == ()


def test_a_title_that_asks_opens_nothing() -> None:
    facts = page(
        "## 1. What Zolafen is and what it is used for\n\n**What Zolafen is used for**\n\nZolafen is used to treat gout."
    )

    assert conditions(facts) == ["gout"]
    assert facts.unread == ()
