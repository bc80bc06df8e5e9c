"""`corrections.yaml`: what is as described comes in and goes out again, what is not is refused with its line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.correct import (
    ApprovalStatusEdit,
    CharacteristicEdit,
    Correction,
    Corrections,
    Edits,
    IntentEdit,
    PriorEdit,
    Quote,
    TherapyEdit,
    dump,
    load,
    parse,
)
from pipeline.correct.loading import MAX_BYTES
from pipeline.errors import UsageError
from pipeline.model import Age, Span

REPOSITORY = Path(__file__).resolve().parents[2]
SHA256 = "0123456789abcdef" * 4
ENTRY = f"""\
- drug: zolerab
  sha256: {SHA256}
  use: {{offset: 10, length: 4, quote: pain}}
  verdict: wrong
  withhold: true
  reviewer: Ann Example
  date: 2026-11-02
  reason: The page says otherwise.
"""
FILE = f"format: 1\ncorrections:\n{ENTRY}"


def loaded(text: str | bytes) -> Corrections:
    return parse(text if isinstance(text, bytes) else text.encode(), "corrections.yaml")


def test_an_entry_is_read_with_its_line() -> None:
    (entry,) = loaded(FILE).entries
    day, reason = date(2026, 11, 2), "The page says otherwise."
    assert entry == Correction("zolerab", SHA256, Span(10, 14), "pain", "wrong", "Ann Example", day, reason, withhold=True)
    assert entry.line == 3


def test_the_file_that_is_shipped_is_read_and_holds_no_decision() -> None:
    assert load(REPOSITORY / "mappings").entries == ()


def test_the_example_in_the_rooms_readme_is_read_as_it_stands() -> None:
    readme = (REPOSITORY / "pipeline" / "correct" / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    (entry,) = loaded(re.sub(r"sha256: \w+…", f"sha256: {SHA256}", text)).entries
    assert set(entry.edits.changed) >= {"conditions", "line", "approval_status", "intent", "populations", "therapies", "prior"}
    assert entry.sampled


def test_a_folder_without_the_file_has_no_corrections(tmp_path: Path) -> None:
    assert load(tmp_path) == Corrections()


def test_a_folder_in_the_files_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "corrections.yaml").mkdir()
    with pytest.raises(UsageError, match="E101"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [
        (b"\xff", 1, "UTF-8"),
        (b"format: 1\ncorrections: [\n", 3, "YAML"),
        (b"format: 1\ncorrections: []\n---\nformat: 1\n", 3, "YAML"),
        (b"format: 1\ncorrections: &a []\n", 2, "anchor"),
        (b"format: 1\ncorrections: !!python/object:os.system []\n", 2, "tag"),
        (b"a: &x 1\nb: *x\n", 1, "anchor"),
        (b"[" * 5000, 1, "deeper"),
        (b"format: 1\ncorrections: \x00\n", None, "YAML"),
        (b"#" * (MAX_BYTES + 1), None, "bytes"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(data: bytes, line: int | None, cause: str) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(data)
    problem = caught.value.problem
    assert (problem.code, problem.severity, problem.source) == ("E101", "fatal", "corrections.yaml")
    assert cause in problem.cause
    assert line is None or problem.line == line


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("format: 1\n", "", 1),
        ("format: 1", "format: 2", 1),
        ("format: 1", "format: [1]", 1),
        ("corrections:\n", "others: 1\ncorrections:\n", 2),
        (ENTRY, "  zolerab\n", 3),
        (ENTRY, "- zolerab\n", 3),
        ("drug: zolerab\n  ", "", 3),
        ("drug: zolerab", "drug: Zolerab", 3),
        ("drug: zolerab", "drug: ../zolerab", 3),
        (SHA256, SHA256[1:], 4),
        (SHA256, SHA256.upper(), 4),
        ("offset: 10", "offset: -1", 5),
        ("offset: 10", "offset: 1.5", 5),
        ("offset: 10", "offset: '10'", 5),
        ("offset: 10", "offset: 010", 5),
        ("offset: 10", "offset: 99999999999", 5),
        ("length: 4", "length: 0", 5),
        ("length: 4, ", "", 5),
        ("quote: pain", "quote: 12", 5),
        ("quote: pain", 'quote: ""', 5),
        ("quote: pain", 'quote: "\\u0007"', 5),
        ("quote: pain", 'quote: "\\uFFFE"', 5),
        ("quote: pain", "quote: pain, word: 1", 5),
        ("verdict: wrong", "verdict: maybe", 6),
        ("verdict: wrong", "verdict: right", 3),
        ("withhold: true", "withhold: yes", 7),
        ("withhold: true", "withhold: 1", 7),
        ("withhold: true", "sampled: true", 3),
        ("withhold: true", "withhold: true\n  withhold: true", 8),
        ("withhold: true", "withhold: true\n  edits: {conditions: [{quote: pain}]}", 3),
        ("withhold: true", "edits: {}", 3),
        ("withhold: true", "edits: {text: [{quote: pain}]}", 7),
        ("withhold: true", "edits: {conditions: []}", 7),
        ("withhold: true", "edits: {conditions: pain}", 7),
        ("withhold: true", "edits: {conditions: [pain]}", 7),
        ("withhold: true", "edits: {conditions: [{quote: pain, offset: 1}]}", 7),
        ("withhold: true", "edits: {alone: [{quote: a}, {quote: b}]}", 7),
        ("withhold: true", "edits: {intent: {choice: cure, quote: cure}}", 7),
        ("withhold: true", "edits: {intent: {choice: treat}}", 7),
        ("withhold: true", "edits: {approval_status: {choice: denied, quote: no}}", 7),
        ("withhold: true", "edits: {populations: [[]]}", 7),
        ("withhold: true", "edits: {populations: [[{kind: sex, quote: women}]]}", 7),
        ("withhold: true", "edits: {populations: [[{kind: sex, quote: women, sex: other}]]}", 7),
        ("withhold: true", "edits: {populations: [[{kind: description, quote: women, sex: female}]]}", 7),
        ("withhold: true", "edits: {populations: [[{kind: age-range, quote: a, low: {value: 3}}]]}", 7),
        (
            "withhold: true",
            "edits: {populations: [[{kind: age-range, quote: a, low: {value: 3, unit: year}, high: {value: 9, unit: day}}]]}",
            7,
        ),
        ("withhold: true", "edits: {therapies: [{mode: one_of, phrase: {quote: a}}]}", 7),
        ("withhold: true", "edits: {prior: [{mode: required}]}", 7),
        ("reviewer: Ann Example", "reviewer:", 8),
        ("reviewer: Ann Example", "reviewer: 007", 8),
        ("date: 2026-11-02", "date: 2026-13-02", 9),
        ("date: 2026-11-02", "date: yesterday", 9),
        ("date: 2026-11-02", "date: 2026-11-02T10:00:00Z", 9),
        ("  reason: The page says otherwise.\n", "", 3),
    ],
)
def test_what_is_not_as_described_is_refused_with_its_line(old: str, new: str, line: int) -> None:
    assert old in FILE
    with pytest.raises(UsageError) as caught:
        loaded(FILE.replace(old, new))
    problem = caught.value.problem
    assert (problem.code, problem.source, problem.line) == ("E102", "corrections.yaml", line)
    assert problem.cause
    assert problem.remedy


@pytest.mark.parametrize(
    "second",
    [
        ENTRY.replace("Ann", "Bo").replace("verdict: wrong\n  withhold: true", "verdict: right"),
        ENTRY.replace("Ann", "Bo").replace("withhold: true", "edits: {conditions: [{quote: ache}]}"),
        ENTRY,
    ],
)
def test_entries_on_one_use_that_cannot_all_hold_are_refused(second: str) -> None:
    with pytest.raises(UsageError) as caught:
        loaded(FILE + second)
    assert (caught.value.problem.code, caught.value.problem.line) == ("E103", 11)
    assert "line 3" in caught.value.problem.cause


def test_people_who_agree_may_all_speak_of_one_use() -> None:
    assert [entry.reviewer for entry in loaded(FILE + ENTRY.replace("Ann", "Bo")).entries] == ["Ann Example", "Bo Example"]


def test_a_hash_that_looks_like_a_number_is_a_hash() -> None:
    (entry,) = loaded(FILE.replace(SHA256, "1" * 64)).entries
    assert entry.sha256 == "1" * 64


# What is written comes back

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "x"
)
spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 10**6), st.integers(1, 10**4))
quotes = st.builds(Quote, texts, st.none() | spans)
lists = st.lists(quotes, max_size=3).map(tuple)
ages = st.builds(Age, st.integers(0, 120), st.sampled_from(["day", "week", "month", "year"]))
characteristics = st.one_of(
    st.builds(CharacteristicEdit, st.sampled_from(["description", "menopausal-status"]), quotes),
    st.builds(CharacteristicEdit, st.just("sex"), quotes, sex=st.sampled_from(["female", "male"])),
    st.builds(
        CharacteristicEdit, st.just("age-group"), quotes, age_group=st.sampled_from(["adult", "adolescent", "child"])
    ),
    st.builds(CharacteristicEdit, st.just("age-range"), quotes, low=ages),
    st.builds(CharacteristicEdit, st.just("age-range"), quotes, high=ages),
)  # fmt: skip
intents = st.sampled_from(["treat", "prevent", "prevent_and_treat", "palliate", "reduce_risk", "other"])
edits = st.builds(
    Edits,
    conditions=st.lists(quotes, min_size=1, max_size=3).map(tuple),
    **{name: st.none() | lists for name in ("narrower", "settings", "causes", "disease_status", "biomarkers", "brands")},
    **{name: st.none() | st.lists(quotes, max_size=1).map(tuple) for name in ("line", "alone")},
    intent=st.none() | st.builds(IntentEdit, intents, quotes),
    approval_status=st.none()
    | st.builds(ApprovalStatusEdit, st.sampled_from(["approved", "accelerated_approval", "used"]), quotes),
    populations=st.none() | st.lists(st.lists(characteristics, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
    therapies=st.none()
    | st.lists(st.builds(TherapyEdit, st.sampled_from(["required", "optional"]), quotes, lists), max_size=2).map(tuple),
    prior=st.none()
    | st.lists(st.builds(PriorEdit, st.sampled_from(["required", "one_of"]), quotes, lists), max_size=2).map(tuple),
)  # fmt: skip
entries = st.builds(
    Correction,
    drug=st.from_regex("[a-z0-9-]{1,10}", fullmatch=True),
    sha256=st.from_regex("[0-9a-f]{64}", fullmatch=True),
    span=spans,
    quote=texts,
    verdict=st.just("incomplete"),
    reviewer=texts,
    date=st.dates(),
    reason=texts,
    edits=st.just(Edits()) | edits,
    sampled=st.booleans(),
    page=st.none() | texts,
    indication=st.none() | st.from_regex("[a-z0-9.-]{1,64}", fullmatch=True),
    reading=st.none() | st.from_regex("[0-9a-f]{16}", fullmatch=True),
)
ONE = Correction("no", "1" * 64, Span(0, 1), "no", "right", "true", date(1, 1, 1), None, page="~", reading="1" * 16)


def test_entries_of_one_day_can_be_written() -> None:
    two = Corrections((ONE, replace(ONE, span=Span(5, 6))))
    assert loaded(dump(two)) == two


@given(st.lists(entries, max_size=3, unique_by=lambda entry: entry.use))
@example([ONE])
@example([replace(ONE, verdict="wrong", withhold=True, reason="- a: b # c")])
def test_what_is_written_is_read_back_as_the_same(written: list[Correction]) -> None:
    corrections = Corrections(tuple(written))
    again = loaded(dump(corrections))
    assert again == corrections
    assert dump(again) == dump(corrections)


# Whatever comes in, it is read or refused

words = st.sampled_from(
    [*"[]{},:-?!&*|>#%@`'\"\n \t", "- ", ": ", "\n  ", "drug", "use", "edits", "format: 1\n", "corrections:\n", "null", "1e3",
     "2026-11-02", "<<", "~", "\\x", "\ufeff", "\x85", "\u2028", "é"]
)  # fmt: skip


@given(st.binary(max_size=60) | st.lists(words, max_size=40).map(lambda parts: "".join(parts).encode()))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert_read_or_refused(data)


@given(st.data())
def test_any_change_to_a_file_is_read_or_refused(data: Any) -> None:  # noqa: ANN401 - Hypothesis' own type is not public
    at = data.draw(st.integers(0, len(FILE)))
    end = data.draw(st.integers(at, min(len(FILE), at + 12)))
    new = data.draw(st.lists(words, max_size=3).map("".join))
    assert_read_or_refused((FILE[:at] + new + FILE[end:]).encode())


def assert_read_or_refused(data: bytes) -> None:
    problem = None
    try:
        found = loaded(data)
    except UsageError as error:
        problem = error.problem
    if problem is None:
        assert loaded(dump(found)) == found
    else:
        assert problem.code in {"E101", "E102", "E103"}
        assert problem.remedy
