"""What holds on any page: quotes are the page's own words, every sentence is accounted for, nothing raises."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import extract, findings, record
from pipeline.extract.section import use_blocks
from pipeline.model import DrugFacts, facts_in
from pipeline.publishers import named
from pipeline.read import read_page
from tests.real_facts import real_facts
from tests.sampled import examples

PAGES = sorted((Path(__file__).parent / "pages").glob("*.md"))


def shown(source: str) -> str:
    """Source with inline markup removed and white space folded, by means that share nothing with the reader."""
    words = re.sub(r"!?\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])", r"\1", source)
    words = re.sub(
        r"\]\([^()]*(?:\([^()]*\)[^()]*)*\)|\]\[[^\[\]]*\]|(?<!\\)[\[\]]", "", words
    )  # a span may begin inside a link
    words = re.sub(r"(?<![\w\\])_{1,2}|_{1,2}(?!\w)|(?<!\\)\*+", "", words)
    words = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", html.unescape(words))
    return " ".join(words.split())


def check(facts: DrugFacts) -> None:
    text = facts.page.text
    for fact in facts_in(facts):
        parts = [text[span.start : span.end] for span in fact.spans]
        assert all(part == part.strip() and part for part in parts), fact
        assert " ".join(fact.text.split()) == fact.text
        assert " ".join(shown(part) for part in parts) == fact.text
        assert fact.rule
    for sentence in facts.sentences:
        assert (sentence.role == "unread") == (sentence.reason is not None)
    if facts.kind == "none":
        assert (facts.uses, facts.sentences, facts.brands, facts.name) == ((), (), (), None)
    problems = findings(facts)
    assert len([one for one in problems if one.code == "X210"]) == len(facts.unread)
    assert all(one.line is not None and one.excerpt for one in problems if one.code == "X210")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_fact_of_an_invented_page_is_a_quote(path: Path) -> None:
    check(extract(read_page(path.read_bytes(), path.name)))


def test_every_fact_of_the_real_drug_pages_is_a_quote_and_every_sentence_has_a_rule(shared_dir: Path) -> None:
    read = total = 0
    for path, facts in real_facts(shared_dir):
        check(facts)
        if facts.kind != "none":
            assert facts.uses, path.name
            said = " ".join(" ".join(block.text.split()) for block in use_blocks(facts.page, named("nci")))
            accounted = sum(len(re.sub(r"\W|[¹²³]", "", one.fact.text)) for one in facts.sentences)
            assert accounted == len(re.sub(r"\W|[¹²³]", "", said)), path.name
            total += len(facts.sentences)
            read += len(facts.sentences) - len(facts.unread)
    print(f"{read} of {total} sentences read")  # noqa: T201 - the accounting, for `pytest -s`
    assert read / total >= 0.99


def test_pages_about_no_one_drug_give_nothing(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "corpus" / "other").glob("*.md")):
        facts = extract(read_page(path.read_bytes(), path.name))
        assert (facts.kind, facts.uses, facts.name, facts.sentences) == ("none", (), None, ()), path.name


SNIPPETS = [page.read_text(encoding="utf-8") for page in PAGES]
WORDS = sorted({word for text in SNIPPETS for word in text.split()})


PIECES = ["", " ", "\n", "\n\n", "- ", "**", ":", "(", ")", "¹", "not ", *WORDS]
CUTS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), st.sampled_from(PIECES)), max_size=6)


@examples(150)
@given(text=st.sampled_from(SNIPPETS), cuts=CUTS)
def test_a_damaged_page_never_raises_and_never_misquotes(text: str, cuts: list[tuple[int, int, str]]) -> None:
    start = text.index("## Use in Cancer")
    for at, length, put in cuts:
        place = start + at % max(1, len(text) - start)
        text = text[:place] + put + text[place + length :]

    facts = extract(read_page(text.encode(), "damaged.md"))

    for fact in facts_in(facts):
        assert all(facts.page.text[span.start : span.end].strip() for span in fact.spans)
    assert record(facts)["sentences"]["total"] == len(facts.sentences)


@examples(100)
@given(words=st.lists(st.sampled_from(WORDS), max_size=80))
def test_any_words_in_a_use_section_are_accounted_for(words: list[str]) -> None:
    page = (
        SNIPPETS[0].split("## Use in Cancer")[0] + "## Use in Cancer\n\nZolafen is approved to treat:\n\n- " + " ".join(words)
    )

    facts = extract(read_page(page.encode(), "words.md"))

    accounted = sum(len(re.sub(r"\W|[¹²³⁴⁵⁶⁷⁸⁹]", "", one.fact.text)) for one in facts.sentences)
    said = "".join(block.text for block in use_blocks(facts.page, named("nci")))
    assert accounted == len(re.sub(r"\W|[¹²³⁴⁵⁶⁷⁸⁹]", "", said))


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["word ", "and or ", "(a ", "of the bone and ", "either ", "stage II, ", "**a** ", "It is used. "]
)
def test_a_hostile_page_costs_little_time(piece: str, facts_of: Any) -> None:  # noqa: ANN401 - a fixture
    page = (
        SNIPPETS[0].split("## Use in Cancer")[0]
        + "## Use in Cancer\n\nZolafen is approved to treat:\n\n- "
        + piece * (60_000 // len(piece))
    )

    facts = facts_of(page)

    assert facts.sentences
