from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import extract
from pipeline.model import Fact
from pipeline.read import read_page
from pipeline.terminology import code, default_folder, load
from tests.terminology.terminology_example import MAPPINGS, codes, drug, fact, use


def conditions(*texts: str) -> list[list[tuple[str, str]]]:
    return [codes(condition) for condition in code(drug("X", use(*texts)), MAPPINGS).uses[0].conditions]


def test_the_code_that_the_page_prints_is_not_repeated_from_a_mapping() -> None:
    mapped = code(drug("Zorbimab"), MAPPINGS)
    printed = code(drug("Zorbimab", ncit="C1"), MAPPINGS)
    assert mapped.name is not None
    assert printed.name is not None
    assert codes(mapped.name) == [("C1", "exact"), ("11", "exact"), ("UNIIZORBI1", "exact")]
    assert codes(printed.name) == [("11", "exact"), ("UNIIZORBI1", "exact")]


def test_an_exact_code_stands_before_a_broader_one() -> None:
    coded = code(drug("Quelutinib Maleate"), MAPPINGS)
    assert coded.name is not None
    assert codes(coded.name) == [("UNIIQUELM1", "exact"), ("12", "broader")]


def test_a_brand_has_its_brand_name_code_and_no_substance() -> None:
    facts = replace(drug("Zorbimab"), brands=(fact("Zorbix"), fact("Unknownix")))
    assert [codes(brand) for brand in code(facts, MAPPINGS).brands] == [[("21", "exact")], []]


def test_the_longest_phrase_wins_and_a_part_is_broader() -> None:
    assert conditions("Non-small cell lung cancer") == [[("C52", "exact"), ("C34", "broader")]]
    assert conditions("Metastatic non-small cell lung cancer (NSCLC)") == [[("C52", "broader"), ("C34", "broader")]]


def test_non_small_cell_never_becomes_small_cell() -> None:
    for text in ("non-small cell lung cancer", "Nonsquamous non\u2013small cell lung cancer", "non small cell lung cancer"):
        assert ("C51", "exact") not in conditions(text)[0]
        assert ("C51", "broader") not in conditions(text)[0]


def test_words_after_of_narrow_the_words_before() -> None:
    assert conditions("squamous cell carcinoma of the penis") == [[("C55", "broader")]]


@pytest.mark.parametrize(
    "text",
    [
        "lesions that sometimes lead to cervical cancer",
        "risk of cervical cancer",
        "no cervical cancer",
        "cancers linked to small cell lung cancer",
        "myelodysplastic/myeloproliferative neoplasms",
        "anal or cervical cancer",
        "broken bones",
        "",
    ],
)
def test_what_is_not_the_disease_stays_text(text: str) -> None:
    assert conditions(text) == [[]]


def test_a_code_as_wide_as_cancer_says_nothing_of_a_kind_of_cancer() -> None:
    assert conditions("cancer") == [[("C56", "exact")]]
    assert conditions("zorbic cancer") == [[]]


def test_a_list_shares_its_last_noun() -> None:
    assert conditions("Ovarian epithelial", "fallopian tube", "primary peritoneal cancer") == [
        [("C53", "exact")],
        [],
        [("C54", "exact")],
    ]
    assert conditions("Ovarian epithelial") == [[]]


def test_a_regimen_is_matched_as_it_is_written() -> None:
    coded = code(drug("X", use("cancer", given=("ICE", "ice"))), MAPPINGS)
    assert [codes(name) for name in coded.uses[0].therapies[0].names] == [[("C31", "exact")], []]


def test_a_treatment_takes_each_system_from_the_most_exact_table() -> None:
    coded = code(drug("X", use("cancer", before=("zorbimab", "zorbase inhibitors"))), MAPPINGS)
    assert [codes(name) for name in coded.uses[0].prior[0].names] == [
        [("C1", "exact"), ("11", "exact"), ("UNIIZORBI1", "exact")],
        [("C41", "exact")],
    ]


def test_a_suffix_keeps_the_substance_and_widens_the_rest() -> None:
    coded = code(drug("Zorbimab-tqjs"), MAPPINGS)
    assert coded.name is not None
    assert codes(coded.name) == [("UNIIZORBI1", "exact"), ("C1", "broader"), ("11", "broader")]


def test_a_cause_is_a_disease_or_a_treatment() -> None:
    coded = code(drug("X", use("bone loss", causes=("cervical cancer", "zorbase inhibitors"))), MAPPINGS)
    assert [codes(cause) for cause in coded.uses[0].causes] == [[("C57", "exact")], [("C41", "exact")]]


def test_the_ingredients_of_a_combination_have_their_own_place_in_the_name() -> None:
    coded = code(drug("Zorbimab and Mefarase-abcd"), MAPPINGS)
    assert [ingredient.text for ingredient in coded.ingredients] == ["Zorbimab", "Mefarase-abcd"]
    for ingredient in coded.ingredients:
        (span,) = ingredient.spans
        assert coded.page.text[span.start : span.end] == ingredient.text
    assert codes(coded.ingredients[1]) == [("UNIIMEFAR1", "exact"), ("13", "broader")]


@pytest.mark.parametrize("name", ["Zorbimab", "Zorbimab and Something Else", "Salt and Pepper"])
def test_a_name_that_lists_no_known_drugs_has_no_ingredients(name: str) -> None:
    assert code(drug(name), MAPPINGS).ingredients == ()


WORDS = st.sampled_from(
    ["non-small", "small", "cell", "lung", "cancer", "of", "the", "cervical", "risk", "and", "(NSCLC)", "Σ"]
)


@given(st.lists(WORDS, min_size=1, max_size=6).map(" ".join))
def test_coding_changes_codes_alone_and_twice_is_once(text: str) -> None:
    facts = drug("Zorbimab and Mefarase", use(text, "cancer"))
    once = code(facts, MAPPINGS)
    assert code(once, MAPPINGS) == once
    bare = [replace(condition, codings=()) for condition in once.uses[0].conditions]
    assert bare == list(facts.uses[0].conditions)
    for condition in once.uses[0].conditions:
        exact_after_broader = [coding.relation for coding in condition.codings]
        assert exact_after_broader == sorted(exact_after_broader, key=lambda relation: relation != "exact")


def test_the_denosumab_page_is_coded(seed: Path) -> None:
    coded = code(extract(read_page(seed.read_bytes(), seed.name)), load(default_folder()))

    def exact(found: Fact, system: str) -> list[str]:
        return [each.code for each in found.codings if each.relation == "exact" and system in each.system]

    assert coded.name is not None
    assert exact(coded.name, "rxnorm") == ["993449"]
    assert exact(coded.name, "fdasis") == ["4EQZ6YO2HI"]
    assert exact(coded.name, "Thesaurus") == []
    assert [identifier.fact.text for identifier in coded.identifiers if identifier.kind == "ncit"] == ["C61313"]
    assert {brand.text: exact(brand, "rxnorm") for brand in coded.brands} == {"Prolia": ["993453"], "Xgeva": ["1046399"]}
    found = {
        named.text: exact(named, "Thesaurus")
        for each in coded.uses
        for named in (*each.conditions, *each.settings, *each.causes)
    }
    assert found == {
        "giant cell tumor of the bone": ["C121932"],
        "hypercalcemia of malignancy": ["C3496"],
        "broken bones and other bone problems": [],
        "multiple myeloma": ["C3242"],
        "solid tumors that have spread to bone": [],
        "bone mass": [],
        "breast cancer": ["C4872"],
        "prostate cancer": ["C4863"],
    }
