"""Facts can be written as JSON and read back, whatever they hold, and the schema says what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline import model
from pipeline.errors import OnlabelError
from pipeline.extract import extract
from pipeline.facts import PublishedFacts, facts_from_json, facts_schema, facts_to_json, reference
from pipeline.model import AnyPage, DrugFacts, Fact, PageReference
from pipeline.read import read_page
from pipeline.terminology import Mappings, code, default_folder, load
from tests.fhir.fhir_facts import combination, zorvalimab, zva
from tests.invented_pages import CORPUS
from tests.sampled import examples, sampled

INVENTED = sorted(path for path in Path(__file__).parent.glob("*/**/*.md") if path.name != "README.md")


@cache
def strategy(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any type of the model
    """Values of a type of the model, every field of a dataclass drawn, those with a default too."""
    if kind is AnyPage:
        kind = PageReference
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{each.name: st.deferred(lambda of=hints[each.name]: strategy(of)) for each in fields(kind)})
    if get_origin(kind) is tuple:
        return st.lists(strategy(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) is not Literal and get_args(kind):
        return st.one_of([strategy(one) for one in get_args(kind)])
    return st.from_type(kind)


@given(strategy(DrugFacts))
@settings(examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_is_written_is_read_back_and_is_as_the_schema_says(facts: PublishedFacts) -> None:
    line = facts_to_json(facts)

    assert facts_from_json(line) == facts
    assert b"\n" not in line
    assert list(validator().iter_errors(json.loads(line))) == []


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(facts_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture(scope="module")
def mappings() -> Mappings:
    return load(default_folder())


def check(data: bytes, name: str, mappings: Mappings) -> bool:
    """The facts of a page are read back as they were written; False where the page cannot be read."""
    try:
        facts = code(extract(read_page(data, name)), mappings)
    except OnlabelError:
        return False
    line = facts_to_json(facts)
    assert facts_from_json(line) == replace(facts, page=reference(facts.page))  # type: ignore[misc]
    assert list(validator().iter_errors(json.loads(line))) == []
    assert facts_to_json(facts_from_json(line)) == line
    return True


@sampled(24, slow=8)
def test_the_facts_of_every_invented_page_are_read_back(mappings: Mappings, step: int) -> None:
    pages = [(path.name, path.read_bytes()) for path in INVENTED]
    pages += [(name, text.encode()) for name, text in CORPUS.items()]

    assert sum(check(data, name, mappings) for name, data in pages[::step]) > 800 // step


def test_the_facts_of_real_pages_are_read_back(real_pages: list[Path], mappings: Mappings) -> None:
    assert all(check(path.read_bytes(), path.name, mappings) for path in real_pages)


@pytest.mark.parametrize("make", [zorvalimab, combination, zva])
def test_facts_written_by_hand_are_read_back(make: Any) -> None:  # noqa: ANN401 - one of three functions
    facts: DrugFacts = make()

    assert facts_from_json(facts_to_json(facts)) == replace(facts, page=reference(facts.page))  # type: ignore[misc]


def test_a_line_holds_no_more_than_is_known() -> None:
    facts: PublishedFacts = DrugFacts(
        PageReference("a.md", "0" * 64), "zolerab", "drug", "by hand", publisher="nci", uses=(use(),)
    )

    assert json.loads(facts_to_json(facts)) == {
        "page": {"name": "a.md", "sha256": "0" * 64},
        "slug": "zolerab",
        "kind": "drug",
        "kind_reason": "by hand",
        "uses": [
            {
                "text": {"text": "melanoma", "spans": [{"start": 3, "end": 11}], "rule": "a rule"},
                "intent": "treat",
                "approval_status": "approved",
            }
        ],
        "publisher": "nci",
    }


def use() -> model.Use:
    return model.Use(text=Fact("melanoma", (model.Span(3, 11),), "a rule"), intent="treat", approval_status="approved")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"treat"', '"cure"', "uses.0.intent: "),
        ('"start":3', '"start":"3"', "uses.0.text.spans.0.start: "),
        ('"rule":"a rule"', '"rule":"a rule","score":1', "uses.0.text.score: "),
        ('"slug":"zolerab",', "", "slug: "),
        ('{"page"', '["page"', "the line: "),
    ],
)
def test_what_is_no_line_of_facts_is_refused_with_the_place(old: str, new: str, said: str) -> None:
    facts: PublishedFacts = DrugFacts(
        PageReference("a.md", "0" * 64), "zolerab", "drug", "by hand", publisher="nci", uses=(use(),)
    )
    line = facts_to_json(facts).decode()
    assert old in line
    with pytest.raises(ValueError, match=r"^" + said) as refused:
        facts_from_json(line.replace(old, new).encode())
    assert "pydantic" not in str(refused.value)


def test_half_a_surrogate_pair_is_refused() -> None:
    facts: PublishedFacts = DrugFacts(PageReference("a.md", "0" * 64), "zolerab", "drug", "by \ud800 hand", publisher="nci")
    with pytest.raises(ValueError, match="surrogates"):
        facts_to_json(facts)


def test_the_schema_has_every_type_and_field_of_the_model_with_its_words() -> None:
    schema = facts_schema()
    Draft202012Validator.check_schema(schema)
    described = {**schema["$defs"], "DrugFacts": schema}

    assert set(described) == {kind.__name__ for kind in dataclasses_in(DrugFacts)}
    for kind in dataclasses_in(DrugFacts):
        of = described[kind.__name__]
        assert list(of["properties"]) == [each.name for each in fields(kind)]
        assert of["description"].split() == (kind.__doc__ or "").split()
        assert of["additionalProperties"] is False
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$defs"]["Qualifier"]["properties"]["kind"]["enum"] == list(get_args(model.QualifierKind))
    assert "null" not in json.dumps(schema)


def dataclasses_in(kind: Any) -> set[Any]:  # noqa: ANN401 - any type of the model
    """The dataclasses that a value of a type can hold, itself among them."""

    def walk(of: Any) -> Iterator[Any]:  # noqa: ANN401 - any type of the model
        of = PageReference if of is AnyPage else of
        for part in get_args(of):
            yield from walk(part)
        if is_dataclass(of):
            yield of
            for hint in get_type_hints(of).values():
                yield from walk(hint)

    return set(walk(kind))
