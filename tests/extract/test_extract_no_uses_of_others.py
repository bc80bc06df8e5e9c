"""What on pages of other publishers is no use, no partner and no prior therapy, and which use a note stays with."""

from __future__ import annotations

import pytest

from tests.extract.of_others import conditions, page


@pytest.mark.parametrize("name", ["Blood test", "Kidney dialysis", "Chemotherapy", "Nausea and vomiting", "Hip replacement"])
def test_what_a_disease_or_a_procedure_is_used_for_makes_it_no_drug(name: str) -> None:
    assert page(f"{name} is used to treat cancer. It is used for melanoma.", name).kind == "none"


def test_a_section_on_another_drug_gives_no_use() -> None:
    facts = page("Zolafen is used to treat gout.\n\n## What is brontinib?\n\nBrontinib is used to treat melanoma.")

    assert conditions(facts) == ["gout"]


@pytest.mark.parametrize(
    "said",
    [
        "a drug contraindicated for the treatment of melanoma",
        "a substance not suitable for treating melanoma",
        "a drug too toxic for the treatment of melanoma",
        "a drug that doctors avoid for treating melanoma",
        "a new drug under development for the treatment of melanoma",
        "a failed treatment for melanoma",
        "a medicine that was used to treat melanoma",
        "a drug that has been used for melanoma",
        "a copy of a drug that is used to treat melanoma",
    ],
)
def test_what_it_is_not_or_not_now_is_no_use(said: str) -> None:
    assert conditions(page(f"## About zolafen\n\nZolafen is used to treat gout. Zolafen is {said}.")) == ["gout"]


@pytest.mark.parametrize(
    "note",
    [
        "**Important:** it must be given with brontinib.",
        "**Do not use** in lupus.",
        "**Note** that only adults can take it.",
    ],
)
def test_a_bold_note_is_no_item_and_stays_with_the_uses(note: str) -> None:
    facts = page(f"## About zolafen\n\nZolafen is used to treat:\n\n**Gout** in adults.\n\n{note}")

    assert conditions(facts) == ["Gout"]
    assert [one for one in facts.uses[0].qualifiers if one.kind == "stated"] != []


def test_a_kind_behind_other_names_takes_none_of_them_away() -> None:
    (use,) = page("Zolafen is used to treat leukemia, lymphoma, and a type of skin cancer called melanoma in adults.").uses

    assert [one.text for one in use.conditions][:2] == ["leukemia", "lymphoma"]


@pytest.mark.parametrize(
    "sentence", ["It is given slowly to prevent allergic reactions.", "It is taken with food to prevent heartburn."]
)
def test_what_is_prevented_while_it_is_given_is_no_use(sentence: str) -> None:
    assert conditions(page(f"Zolafen is used to treat leukemia in adults. {sentence}")) == ["leukemia"]


def test_a_lower_heading_does_not_end_an_introduction() -> None:
    facts = page("## About zolafen\n\nZolafen is used to treat gout.\n\n### Limits\n\nIt must only be used with brontinib.")

    assert "It must only be used with brontinib." in [one.fact.text for one in facts.sentences]


def test_a_table_with_a_header_alone_stays_with_the_uses() -> None:
    (use,) = page(
        "## About zolafen\n\nZolafen is used to treat gout.\n\n| Only for adults | Only with brontinib |\n| --- | --- |\n"
    ).uses

    assert "Only for adults Only with brontinib" in [one.fact.text for one in use.qualifiers]


@pytest.mark.parametrize("had", ["chickenpox", "COVID-19", "symptoms"])
def test_what_patients_have_had_is_no_prior_therapy(had: str) -> None:
    (use,) = page(f"Zolafen is used to prevent shingles in adults who have already had {had}.").uses

    assert use.prior == ()


def test_what_you_may_have_it_with_stays_in_words() -> None:
    (use,) = page("Zolafen is used to treat gout. You may have it with brontinib.").uses

    assert use.therapies == ()
    assert "You may have it with brontinib." in [one.fact.text for one in use.qualifiers]


def test_a_drug_behind_a_comma_is_a_partner() -> None:
    ovarian, lung = page(
        "Zolafen is used to treat:\n\n- ovarian cancer, usually with carboplatin\n- lung cancer, with cisplatin"
    ).uses

    assert [(one.mode, one.names[0].text) for use in (ovarian, lung) for one in use.therapies] == [
        ("optional", "carboplatin"),
        ("required", "cisplatin"),
    ]


def test_not_licensed_for_this_is_said_of_the_use_before() -> None:
    breast, endometriosis = page(
        "It's used to treat breast cancer.\n\nZolafen is sometimes used to treat endometriosis. It is not licensed for this."
    ).uses

    assert breast.qualifiers == ()
    assert [one.fact.text for one in endometriosis.qualifiers] == ["It is not licensed for this."]
