"""What people decided is applied to the use that they looked at, and to nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.correct import (
    ApprovalStatusEdit,
    CharacteristicEdit,
    Corrections,
    Edits,
    Quote,
    correct,
    reading,
)
from pipeline.correct.quoting import says_age
from pipeline.extract import extract, findings
from pipeline.model import Age, DrugFacts, Span
from pipeline.read import read_page
from tests.correct.correct_pages import PAGE, corrected, entry, facts_of, page_bytes

FACTS = facts_of()
FIRST, SECOND = FACTS.uses
PAIN = Edits(conditions=(Quote("pain"),))


def test_without_entries_nothing_changes() -> None:
    found = correct(FACTS, FACTS.page, Corrections())
    assert found.facts is FACTS
    assert found.findings == found.applied == ()


def test_a_confirmed_use_stays_as_it_was_and_names_who_confirmed_it() -> None:
    right = entry(FACTS, FIRST, "right", reason=None, reading=reading(FIRST))
    found, codes = corrected(FACTS, right, replace(right, reviewer="Aaron Wye"))
    assert codes == []
    assert replace(found.uses[0], reviews=()) == FIRST
    assert [(review.reviewer, review.verdict) for review in found.uses[0].reviews] == [
        ("Aaron Wye", "right"),
        ("Ann Example", "right"),
    ]


def test_a_withheld_use_is_not_published_and_its_sentences_say_so() -> None:
    found, codes = corrected(FACTS, entry(FACTS, FIRST, withhold=True))
    assert codes == ["E120"]
    assert found.uses == (SECOND,)
    assert [(one.text, one.reviews[0].reviewer) for one in found.withheld] == [(FIRST.text, "Ann Example")]
    withheld = [sentence.fact.text for sentence in found.sentences if sentence.role == "withheld"]
    first = "quillar cancer of the skin that has spread in women and in teenagers aged 12 years and older."
    detail = "It is used in grown patients whose tumor has the BRX gene at stage IV, with zorafen or mirafen as the first "
    assert withheld == [first, f"{detail}treatment, or as the only drug after velastin and after dorvastin."]
    assert [sentence.fact for sentence in found.sentences] == [sentence.fact for sentence in FACTS.sentences]


def test_a_page_whose_uses_are_all_withheld_is_not_said_to_be_unread() -> None:
    found, _ = corrected(FACTS, *(entry(FACTS, use, withhold=True) for use in FACTS.uses))
    assert found.uses == ()
    assert "X211" not in {problem.code for problem in findings(found)}


def test_an_incomplete_use_without_edits_stays_and_says_so() -> None:
    found, codes = corrected(FACTS, entry(FACTS, FIRST, "incomplete"))
    assert codes == []
    assert replace(found.uses[0], reviews=()) == FIRST
    assert found.uses[0].reviews[0].verdict == "incomplete"


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        (Edits(conditions=(Quote("a disease of the brome"),)), "E114"),
        (Edits(conditions=(Quote("canc"),)), "E114"),
        (Edits(conditions=(Quote("vessel blight"),)), "E114"),
        (Edits(conditions=(Quote("Pain"),)), "E114"),
        (Edits(conditions=(Quote("pain", Span(0, 4)),)), "E114"),
        (Edits(conditions=(Quote("Definition", Span(PAGE.index("Definition"), PAGE.index("Definition") + 10)),)), "E114"),
        (Edits(causes=(Quote("after"),)), "E115"),
        (
            Edits(populations=((CharacteristicEdit("age-range", Quote("12 years and older"), low=Age(13, "year")),),)),
            "E116",
        ),
        (
            Edits(populations=((CharacteristicEdit("age-range", Quote("12 years and older"), low=Age(12, "month")),),)),
            "E116",
        ),
        (Edits(conditions=(Quote("pain"),), causes=(Quote("nothing"),)), "E114"),
    ],
)
def test_words_that_the_use_does_not_say_are_not_published(edits: Edits, code: str) -> None:
    wrong, codes = corrected(FACTS, entry(FACTS, FIRST, edits=edits))
    assert codes == [code, "E120"]
    assert wrong.uses == (SECOND,)

    incomplete, codes = corrected(FACTS, entry(FACTS, FIRST, "incomplete", edits=edits))
    assert codes == [code]
    assert incomplete.uses == FACTS.uses


@pytest.mark.parametrize(
    ("words", "said", "not_said"),
    [
        ("6 months to 12 years", [Age(6, "month"), Age(12, "year")], [Age(12, "month"), Age(6, "year")]),
        ("aged 2 to 11 Years", [Age(2, "year"), Age(11, "year")], [Age(2, "month"), Age(1, "year")]),
        ("two years and older, or 10 weeks", [Age(2, "year"), Age(10, "week")], [Age(2, "week"), Age(10, "year")]),
        ("12-to-17-year-old adolescents", [Age(12, "year"), Age(17, "year")], [Age(7, "year")]),
        ("years 2 to 5", [Age(2, "year"), Age(5, "year")], [Age(2, "day")]),
        ("2.5 years, 1,000 days, twenty-one weeks", [], [Age(2, "year"), Age(5, "year"), Age(1, "day"), Age(1, "week")]),
    ],
)
def test_an_age_is_a_number_with_its_own_unit(words: str, said: list[Age], not_said: list[Age]) -> None:
    assert [age for age in (*said, *not_said) if says_age(words, age)] == said


def test_a_place_tells_which_of_several_is_meant() -> None:
    text = FACTS.page.text
    second = text.index("after dorvastin")
    quote = Quote("after", Span(second, second + 5))
    found, codes = corrected(FACTS, entry(FACTS, FIRST, edits=Edits(causes=(quote,))))
    assert codes == []
    assert found.uses[0].causes[0].spans == (quote.span,)


def test_words_of_another_sentence_of_the_section_bring_that_sentence_as_evidence() -> None:
    start = FACTS.page.text.index("fast way")
    edits = Edits(approval_status=ApprovalStatusEdit("accelerated_approval", Quote("fast way", Span(start, start + 8))))
    found, codes = corrected(FACTS, entry(FACTS, FIRST, edits=edits))
    assert codes == []
    assert found.uses[0].evidence[-1].text == "Approval by the fast way ends soon"


def test_a_quote_is_found_through_markup_and_line_breaks() -> None:
    facts = facts_of(text=PAGE.replace("chance of pain", "chance\nof **pain**"))
    found, codes = corrected(facts, entry(facts, facts.uses[0], edits=Edits(settings=(Quote("chance of pain"),))))
    assert codes == []
    (span,) = found.uses[0].settings[0].spans
    assert facts.page.text[span.start : span.end] == "chance\nof **pain"


def test_a_changed_page_gets_none_of_its_corrections_and_they_are_listed() -> None:
    changed = facts_of(text=PAGE.replace("ends soon", "ends later"))
    entries = (entry(FACTS, FIRST, edits=PAIN), entry(FACTS, SECOND, withhold=True))
    found = correct(changed, changed.page, Corrections(entries))
    assert found.facts == changed
    assert found.applied == ()
    assert [(one.code, one.source, one.line) for one in found.findings] == [
        ("E110", "zolerab.md", 26),
        ("E110", "zolerab.md", None),
    ]


def test_the_same_bytes_under_another_name_are_the_same_page() -> None:
    renamed = extract(read_page(page_bytes(), "another-name.md"))
    found, codes = corrected(renamed, entry(FACTS, FIRST, edits=PAIN))
    assert codes == []
    assert [fact.text for fact in found.uses[0].conditions] == ["pain"]


@pytest.mark.parametrize("change", [{"span": Span(1, 2)}, {"quote": "something else"}])
def test_an_entry_on_no_use_of_the_page_is_a_finding(change: dict[str, object]) -> None:
    lost = replace(entry(FACTS, FIRST, withhold=True), **change)  # type: ignore[arg-type]
    found, codes = corrected(FACTS, lost)
    assert codes == ["E112"]
    assert found.uses == FACTS.uses


def test_an_entry_far_beyond_the_page_is_a_finding_too() -> None:
    far = entry(FACTS, FIRST, withhold=True)
    assert corrected(FACTS, replace(far, span=Span(10**8, 10**8 + 1)))[1] == ["E112"]


def test_a_confirmation_of_another_reading_is_not_carried_over() -> None:
    found, codes = corrected(FACTS, entry(FACTS, FIRST, "right", reading="0" * 16))
    assert codes == ["E113"]
    assert found.uses == FACTS.uses


def test_edits_speak_of_the_page_and_hold_for_another_reading() -> None:
    found, codes = corrected(FACTS, entry(FACTS, FIRST, edits=PAIN, reading="0" * 16))
    assert codes == ["E113"]
    assert [fact.text for fact in found.uses[0].conditions] == ["pain"]
    _, codes = corrected(FACTS, entry(FACTS, FIRST, edits=PAIN, reading=reading(found.uses[0])))
    assert codes == []


def test_correcting_again_what_is_corrected_changes_nothing() -> None:
    once, _ = corrected(FACTS, entry(FACTS, FIRST, edits=PAIN), entry(FACTS, SECOND, withhold=True))
    again, codes = corrected(once, entry(FACTS, FIRST, edits=PAIN))
    assert codes == []
    assert again.uses == once.uses


def test_a_page_about_no_drug_has_no_uses_to_correct() -> None:
    page = FACTS.page
    none = DrugFacts(page, "zolerab", "none", "no use section", publisher="nci")
    assert corrected(none, entry(FACTS, FIRST, withhold=True))[1] == ["E112"]
