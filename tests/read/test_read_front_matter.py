"""What front matter says, as it says it, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Problem, ReadError
from pipeline.model import FrontMatterValue, Page, Span
from pipeline.read import front_matter, read_page

HERE = Path(__file__).parent

#: Each: `yaml`, its `values`, and the `sources` that the spans hold where these differ from the values.
EXAMPLES = json.loads((HERE / "front_matter.json").read_text())

SCALARS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    [
        "1.10",
        "NO",
        "~",
        "a: b",
        "- a",
        "#x",
        "*a",
        "&a",
        "!t",
        "'",
        '"',
        "[",
        "{",
        "---",
        "...",
        "a #b",
        "\u2028",
        "\U0001f48a",
        "a\\n",
    ]
)


def read_or_refuse(data: bytes) -> Page | Problem:
    try:
        return read_page(data, "page.md")
    except ReadError as error:
        return error.problem


def values(page: Page) -> dict[str, list[str]]:
    return {key: [value.text for value in found] for key, found in page.front_matter.items()}


def sources(page: Page) -> dict[str, list[str]]:
    return {key: [page.text[value.span.start : value.span.end] for value in found] for key, found in page.front_matter.items()}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["shows"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_value_is_what_is_written_and_stands_where_its_span_says(example: dict[str, Any], line_end: str, mark: str) -> None:
    text = f"{mark}---\n{example['yaml']}\n---\n# Body\n".replace("\n", line_end)
    page = read_page(text.encode(), "page.md")
    assert values(page) == example["values"]
    written = {key: [source.replace(line_end, "\n") for source in found] for key, found in sources(page).items()}
    assert written == example["values"] | example.get("sources", {})
    assert [block.text for block in page.blocks] == ["Body"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["shows"])
def test_the_parser_in_python_reads_the_same_as_the_one_in_c(example: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    data = f"---\n{example['yaml']}\n---\n".encode()
    page = read_page(data, "page.md")
    monkeypatch.setattr(front_matter, "Loader", yaml.SafeLoader)
    assert read_page(data, "page.md") == page


@pytest.mark.parametrize("escape", ["\\ud800", "\\ud800\\udc00", "\\U00110000", "\\UFFFFFFFF", "\\xZZ", "\\q"])
@pytest.mark.parametrize("loader", [front_matter.Loader, yaml.SafeLoader])
@pytest.mark.parametrize("line", ['a: "{}"', '"{}": a'])
def test_an_escape_that_is_no_character_is_refused(
    line: str, escape: str, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_matter, "Loader", loader)
    with pytest.raises(ReadError) as caught:
        read_page(f"---\n{line.format(escape)}\n---\n".encode(), "page.md")
    assert (caught.value.problem.code, caught.value.problem.line) == ("R107", 2)


@pytest.mark.parametrize(
    "text",
    [
        "# A\n",
        "text\n---\nmore",
        "- - -\n",
        "--- -\n",
        " x\n---\na: b\n---\n",
        "***\n",
        "Note: one line.\n\nWarning: two.\n",
        "Answer = 42\n",
        "text\n\n---\n\nNote: one line.\n\nmore text\n",
    ],
)
def test_a_page_without_front_matter_reads_with_none(text: str) -> None:
    page = read_page(text.encode(), "page.md")
    assert page.front_matter == {}
    assert page.meta("title") is None


@pytest.mark.parametrize(
    "text", ["---\n---\n# A", "---\n\n---\n# A", "\n\n---\n---\n# A", "-----\n----- \t\n# A", "---\r---\r# A"]
)
def test_empty_front_matter_is_no_front_matter(text: str) -> None:
    page = read_page(text.encode(), "page.md")
    assert page.front_matter == {}
    assert [block.text for block in page.blocks] == ["A"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "before", ["<!-- exported -->\n", "\n<!--\n---\nx: y\n---\n-->\n\n", "<!-- a --> <!-- b -->\n", "<!-- a -->"]
)
def test_comments_before_front_matter_do_not_hide_it(before: str, mark: str, line_end: str) -> None:
    page = read_page(f"{mark}{before}---\nurl: https://a.test/b\n---\n# A\n".replace("\n", line_end).encode(), "page.md")
    assert values(page) == {"url": ["https://a.test/b"]} == sources(page)
    assert [block.text for block in page.blocks] == ["A"]


@pytest.mark.parametrize("between", ["\n", "\n\n \n"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_block_of_keys_behind_front_matter_belongs_to_it(line_end: str, between: str) -> None:
    text = f"---\na: b\n---{between}---\nnote: |\n  read\n\n  twice\nby:\n- c # me\n---\n# A\n\n---\nd: e\nf: g\n---\n"
    page = read_page(text.replace("\n", line_end).encode(), "page.md")
    assert values(page) == {"a": ["b"], "note": ["read\n\ntwice"], "by": ["c"]}
    assert page.blocks[0].text == "A"


@pytest.mark.parametrize("behind", ["---\nSome words.\n---\n", "---\nd: e\n\n# A\n", "---\n\n---\n"])
def test_a_rule_behind_front_matter_is_text(behind: str) -> None:
    assert values(read_page(f"---\na: b\n---\n{behind}".encode(), "page.md")) == {"a": ["b"]}


def test_dashes_inside_the_page_do_not_end_or_reopen_front_matter() -> None:
    page = read_page(b"---\na: x --- y\nb: ---z\n---\nc\n\n---\n\nd: e\n", "page.md")
    assert values(page) == {"a": ["x --- y"], "b": ["---z"]}
    assert [block.text for block in page.blocks] == ["c", "d: e"]


def test_meta_gives_the_first_value(seed: Path) -> None:
    page = read_page(seed.read_bytes(), "page.md")
    assert page.meta("cancerTypes") == "breast"
    assert page.meta("lastReviewed") == "2025-12-30"
    span = page.front_matter["lastReviewed"][0].span
    assert page.text[span.start - 1 : span.end + 1] == "'2025-12-30'"


@given(
    st.dictionaries(SCALARS.filter(bool), SCALARS | st.lists(SCALARS, max_size=3), max_size=4),
    st.sampled_from([False, True, None]),
)
def test_what_yaml_writes_is_read_back_as_text(written: dict[str, str | list[str]], flow: bool | None) -> None:  # noqa: FBT001 - from Hypothesis
    text = yaml.safe_dump(written, allow_unicode=True, default_flow_style=flow, sort_keys=False, width=1000)
    page = read_page(f"---\n{text}---\n".encode(), "page.md")
    # YAML's own `~` and an empty plain scalar cannot come up: what is dumped is text, and quoted where it must be.
    expected = {key: [value] if isinstance(value, str) else value for key, value in written.items()}
    assert values(page) == expected


@given(st.text(st.sampled_from("ab:-?[]{},#&*!|>'\"%@` \n\t.01~<=\\\r\u00e9\U0001f48a\u2028"), max_size=60))
def test_any_front_matter_reads_or_is_refused(text: str) -> None:
    data = f"---\n{text}\n---\nx".encode()
    page = read_or_refuse(data)
    if isinstance(page, Problem):
        assert page.code in {"R106", "R107", "R108", "R109", "R110", "R111", "R112"}
        assert page.line
        return
    assert page.data == data
    for found in page.front_matter.values():
        for value in found:
            assert value.span.start <= value.span.end <= len(page.text)


def test_a_value_knows_nothing_of_yaml() -> None:
    page = read_page(b"---\na: yes\n---\n", "page.md")
    assert page.front_matter["a"] == (FrontMatterValue("yes", Span(7, 10)),)
