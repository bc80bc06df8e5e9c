"""What holds of any two pages: nothing is lost or told twice, and both directions tell the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.diff import CLINICAL
from pipeline.diff.drugs import changes_of_page
from pipeline.diff.pairing import pair
from pipeline.model import (
    Age,
    Characteristic,
    DrugFacts,
    Fact,
    Page,
    Population,
    PriorTherapy,
    Sentence,
    Span,
    Therapy,
    Use,
)
from pipeline.snapshot import Input, Record
from tests.diff.diff_mirror import essence, mirrored


def fact(text: str) -> Fact:
    return Fact(text, (Span(0, len(text)),), "test")


def facts(*texts: str, most: int = 2) -> st.SearchStrategy[tuple[Fact, ...]]:
    return st.lists(st.sampled_from(texts), max_size=most, unique=True).map(lambda found: tuple(map(fact, found)))


def maybe(*texts: str) -> st.SearchStrategy[Fact | None]:
    return st.none() | st.sampled_from(texts).map(fact)


CHARACTERISTICS = st.one_of(
    st.sampled_from(["adult", "child"]).map(lambda group: Characteristic("age-group", fact(f"{group}s"), age_group=group)),
    st.sampled_from([1, 12, 65]).map(
        lambda years: Characteristic("age-range", fact(f"aged {years} and older"), low=Age(years, "year"))
    ),
    st.sampled_from(["cannot receive surgery", "have a high risk"]).map(lambda text: Characteristic("description", fact(text))),
)
POPULATIONS = st.lists(
    st.lists(CHARACTERISTICS, min_size=1, max_size=2, unique_by=lambda one: one.fact.text).map(
        lambda found: Population(tuple(found))
    ),
    max_size=2,
).map(tuple)
NAMES = facts("tamorazole", "pelvaxel", "dorvinib", most=3).filter(bool)
THERAPIES = st.lists(
    st.builds(
        lambda mode, names: Therapy(mode, fact(" and ".join(name.text for name in names)), names),
        st.sampled_from(["required", "optional", "alternative", "combination", "concurrent"]),
        NAMES,
    ),
    max_size=2,
).map(tuple)
PRIOR = st.lists(
    st.builds(
        lambda mode, names: PriorTherapy(mode, fact(" or ".join(name.text for name in names)), names),
        st.sampled_from(["required", "one_of", "conditional"]),
        NAMES,
    ),
    max_size=1,
).map(tuple)
USES = st.builds(
    Use,
    text=st.sampled_from(["breast cancer", "lymphoma in adults", "bone mass with a drug"]).map(fact),
    parent=maybe("Lymphoma."),
    lead=maybe("It is approved to treat:", "It is approved to prevent:"),
    evidence=facts("This use is approved for the Velora brand."),
    conditions=facts("breast cancer", "lymphoma", "follicular lymphoma", "bone mass"),
    intent=st.sampled_from(["treat", "prevent", "other"]),
    intent_text=maybe("treat", "increase"),
    approval_status=st.sampled_from(["approved", "accelerated_approval"]),
    approval_status_fact=st.none(),
    narrower=facts("mantle cell lymphoma"),
    settings=facts("breast cancer", "prostate cancer"),
    causes=facts("multiple myeloma", "chemotherapy"),
    disease_status=facts("has spread", "has come back"),
    biomarkers=facts("HER2 positive", "EGFR mutation"),
    stages=facts("stage III", "stage IV"),
    line=maybe("first-line treatment", "second-line treatment"),
    brands=facts("Velora", "Quintia"),
    populations=POPULATIONS,
    alone=maybe("alone"),
    therapies=THERAPIES,
    prior=PRIOR,
)
MANY_USES = st.lists(USES, max_size=6)


def record(uses: Sequence[Use], denials: tuple[Fact, ...] = (), unread: tuple[Fact, ...] = ()) -> Record:
    page = Page("page.md", "A page.\n", {}, ())
    sentences = tuple(Sentence(one, "unread", "no rule") for one in unread)
    found = DrugFacts(
        page,
        "zorvalimab",
        "drug",
        "test",
        publisher="nci",
        name=fact("Zorvalimab"),
        uses=tuple(uses),
        denials=denials,
        sentences=sentences,
    )
    ids = tuple((f"nci.zorvalimab.{number}",) for number in range(len(uses)))
    return Record(Input("page.md", "published", "zorvalimab", "drug"), (), found, ids)


RECORDS = st.builds(
    record,
    MANY_USES,
    facts("It is not approved for leukaemia.", "It is not approved for melanoma."),
    facts("Grumpf.", "Whenever fluxes are dire."),
)


@given(RECORDS)
def test_a_page_has_no_changes_against_itself(one: Record) -> None:
    assert [change.kind for change in changes_of_page(one, one)] == ["resources-only"]


@given(MANY_USES, MANY_USES)
def test_every_use_of_both_pages_is_in_one_pair_or_came_or_went(old: list[Use], new: list[Use]) -> None:
    pairs = pair(old, new)
    assert sorted([i for i, _ in pairs.both] + [*pairs.withdrawn]) == [*range(len(old))]
    assert sorted([j for _, j in pairs.both] + [*pairs.added]) == [*range(len(new))]


@given(MANY_USES, MANY_USES)
def test_uses_are_paired_the_same_in_both_directions(old: list[Use], new: list[Use]) -> None:
    forth, back = pair(old, new), pair(new, old)
    assert {*forth.both} == {(j, i) for i, j in back.both}


@given(MANY_USES.flatmap(lambda uses: st.tuples(st.just(uses), st.permutations(uses))))
def test_another_order_of_uses_is_no_clinical_change(uses: tuple[list[Use], list[Use]]) -> None:
    found = [*changes_of_page(record(uses[0]), record(uses[1]))]
    assert [change for change in found if change.kind in CLINICAL] == []
    assert {change.aspect for change in found} <= {"order", None}


@given(RECORDS, RECORDS)
def test_backwards_everything_is_told_the_other_way_round(old: Record, new: Record) -> None:
    forth, back = changes_of_page(old, new), changes_of_page(new, old)
    assert essence(forth) == essence(map(mirrored, back))


@given(RECORDS)
def test_a_drug_that_came_brings_all_its_uses(new: Record) -> None:
    first, *uses = changes_of_page(None, new)
    assert first.kind == "drug-added"
    assert [(one.kind, one.new_ids) for one in uses] == [("use-added", ids) for ids in new.indications]


@given(USES, USES)
def test_each_aspect_of_a_use_that_stayed_is_told_once(old: Use, new: Use) -> None:
    told = [change.aspect for change in changes_of_page(record([old]), record([new])) if change.old_ids and change.new_ids]
    assert len(told) == len({*told})


def test_words_that_were_there_before_narrow_nothing() -> None:
    """Another rule took "has spread" out of the same words: nobody is excluded who was not before."""
    old = Use(
        text=fact("breast cancer that has spread"),
        parent=None,
        lead=None,
        evidence=(),
        conditions=(fact("breast cancer"),),
        intent="treat",
        intent_text=None,
        approval_status="approved",
        approval_status_fact=None,
    )
    new = replace(old, disease_status=(fact("has spread"),), text=fact("breast cancer  that has spread"))
    (change,) = changes_of_page(record([old]), record([new]))
    assert (change.kind, change.aspect) == ("use-reread", "disease-status")

    elsewhere = fact("It is studied.")
    said = replace(record([new]), facts=replace(record([new]).facts, sentences=(Sentence(elsewhere, "explanation"),)))
    (change,) = changes_of_page(record([old]), said)
    assert (change.kind, change.aspect) == ("use-changed", "disease-status")
