"""Where every character stands: a table of small pages, and what holds for all pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.errors import Problem, ReadError
from pipeline.model import Page, Run
from pipeline.read import read_page
from tests.sampled import sampled

HERE = Path(__file__).parent
Check = Callable[[Page, bytes], None]

#: Each: `markdown`, the blocks that it gives, and `places`, a character for each of its code points: `.` markup, `v` shown as
#: it stands, `b` the same in bold, `i` in italics, `x` in both, `l` in a link; `A` and `a`s behind it one piece that stands
#: for something else (an entity, an escape, a line end).
SPANS = json.loads((HERE / "spans.json").read_text())

#: What Markdown is made of, with the characters that offsets are lost on.
PIECES = [
    *"*_`[]()<>|#-+!&\\:\"'~=.",
    *[
        "**",
        "__",
        "``",
        "```",
        "~~~",
        "](/x)",
        "![",
        "[a](b)",
        "[r]",
        "[r]: /x",
        "&amp;",
        "&nbsp;",
        "&#937;",
        "\\*",
        "\\|",
        "<br>",
    ],
    *[
        "\n",
        "\r\n",
        "\r",
        "  \n",
        "\\\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "# ",
        "===",
        "---",
        "| a | b |\n|---|---|\n| ",
    ],
    *[
        "a",
        "word",
        "\u00e9",
        "\u00a0",
        "\U0001f48a",
        "\u2028",
        "\f",
        "\v",
        "\u200b",
        "\ufeff",
        "<b>",
        "</b>",
        "<!-- ",
        "-->",
        "<div>\n",
        "<http://x.y>",
    ],
]
MARKDOWN = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join)


def read_or_refuse(data: bytes) -> Page | Problem:
    try:
        return read_page(data, "page.md")
    except ReadError as error:
        return error.problem


def places(page: Page) -> str:
    drawn = ["."] * len(page.text)
    for run in (run for block in page.blocks for run in block.runs):
        as_it_stands = page.text[run.span.start : run.span.end] == run.text
        letter = letter_of(run) if as_it_stands else "a"
        for place in range(run.span.start, run.span.end):
            drawn[place] = letter
        if not as_it_stands:
            drawn[run.span.start] = "A"
    return "".join(drawn)


def letter_of(run: Run) -> str:
    if run.href:
        return "l"
    return "x" if run.bold and run.italic else "b" if run.bold else "i" if run.italic else "v"


@pytest.mark.parametrize("example", SPANS, ids=lambda example: example["shows"])
def test_every_character_shown_is_where_it_stands(example: dict[str, Any]) -> None:
    page = read_page(example["markdown"].encode(), "page.md")
    shape = [
        {
            "kind": block.kind,
            "level": block.level,
            "group": block.group,
            "row": block.row,
            "column": block.column,
            "text": block.text,
        }
        for block in page.blocks
    ]
    assert shape == [{"level": 0, "group": 0, "row": 0, "column": 0, **block} for block in example["blocks"]]
    assert places(page) == example["places"]


@pytest.mark.parametrize("before", ["\ufeff", "---\ntitle: T\n---\n", "\ufeff---\r\ntitle: \U0001f48a\r\n---\r\n\r\n"])
@pytest.mark.parametrize("example", SPANS, ids=lambda example: example["shows"])
def test_what_stands_before_the_markdown_moves_every_place_and_nothing_else(example: dict[str, Any], before: str) -> None:
    page = read_page((before + example["markdown"]).encode(), "page.md")
    assert places(page) == "." * len(before) + example["places"]
    assert [block.text for block in page.blocks] == [block["text"] for block in example["blocks"]]


def test_line_ends_change_no_text(seed: Path) -> None:
    lines = read_page(seed.read_bytes(), "page.md")
    for line_end in (b"\r\n", b"\r"):
        page = read_page(seed.read_bytes().replace(b"\n", line_end), "page.md")
        assert [block.text for block in page.blocks] == [block.text for block in lines.blocks]
        assert {key: [value.text for value in values] for key, values in page.front_matter.items()} == {
            key: [value.text for value in values] for key, values in lines.front_matter.items()
        }


def test_a_link_target_has_its_own_place_where_it_is_written_as_it_is() -> None:
    text = "[a](/x?id=7) <https://x.test> [b](</y z>) [c](/n\\_m) [d][r]\n\n[r]: /ref"
    page = read_page(text.encode(), "page.md")
    targets = {
        run.text: (run.href, run.href_span and text[run.href_span.start : run.href_span.end]) for run in page.blocks[0].runs
    }
    assert targets["a"] == ("/x?id=7", "/x?id=7")
    assert targets["https://x.test"] == ("https://x.test", "https://x.test")
    assert targets["b"] == ("/y z", "/y z")
    assert targets["c"] == ("/n_m", None)
    assert targets["d"] == ("/ref", None)


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "java&#10;script:x", "vbscript:x", "&#106;avascript:x"],
)
def test_a_link_that_runs_something_loses_its_target_and_keeps_its_words(target: str) -> None:
    (block,) = read_page(f"[Examplimab]({target}) x".encode(), "page.md").blocks
    assert block.text == "Examplimab x"
    assert {run.href for run in block.runs} == {None}


@pytest.mark.parametrize(
    "target", ["/a:b", "a/b", "#x", "?q=a:b", "x.html", "https://x.test", "HTTP://x.test", "mailto:a@b.c", "//x.test/y"]
)
def test_a_link_that_shows_a_page_keeps_its_target(target: str) -> None:
    (block,) = read_page(f"[a]({target})".encode(), "page.md").blocks
    assert block.runs[0].href == target


@given(MARKDOWN)
def test_every_page_reads_and_every_run_is_in_its_place(check_places: Check, markdown: str) -> None:
    data = markdown.encode()
    page = read_or_refuse(data)
    if isinstance(page, Problem):
        assert page.code in {"R101", "R103", "R104", "R106", "R107", "R108", "R109", "R110", "R112"}
    else:
        check_places(page, data)


@given(st.data())
def test_a_damaged_real_page_reads_and_every_run_is_in_its_place(check_places: Check, seed: Path, data: st.DataObject) -> None:
    text = seed.read_text()
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(text)))
        removed = data.draw(st.integers(0, 30))
        text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[start + removed :]
    page = read_or_refuse(text.encode())
    if isinstance(page, Problem):
        assert page.code in {"R106", "R107", "R108", "R109", "R110", "R112"}
        assert page.line
    else:
        check_places(page, text.encode())


class Permissive(MarkdownIt):
    """The library itself, with targets left alone as the room does."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - overrides the library's method
        return True

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - overrides the library's method
        return link


def shown(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"} or (
            token.type == "html_inline" and re.fullmatch(r"(?i)<br\s*/?>", token.content)
        ):
            yield " "
        elif token.type == "image":
            yield from shown(token.children or [])
        elif token.type != "html_inline":
            yield token.content


@given(MARKDOWN)
def test_the_text_is_that_which_the_library_reads(markdown: str) -> None:
    # The library trims more than the blanks that CommonMark knows from the ends of a paragraph.
    markdown = re.sub(r"[\f\v\u00a0\u1680\ufeff\u2000-\u205f\u3000]", "x", markdown)
    md = Permissive("commonmark", {"maxNesting": 50}).enable("table")
    page = read_or_refuse(markdown.encode())
    if isinstance(page, Problem) or markdown.lstrip(" \t\r\n").startswith("---"):
        return
    tokens = md.parse(markdown)
    inline = [
        token
        for number, token in enumerate(tokens)
        if token.type == "inline" and tokens[number - 1].type[:2] not in {"th", "td"}
    ]
    expected = ["".join(shown(token.children or [])).split() for token in inline]
    assert [block.text.split() for block in page.blocks if block.kind in {"heading", "paragraph", "item"}] == expected


ROW = st.lists(st.sampled_from([piece for piece in PIECES if piece.isprintable() and piece.isascii()]), max_size=12).map(
    "".join
)


@given(st.lists(ROW, max_size=4))
def test_the_cells_of_a_table_are_those_that_the_library_reads(rows: list[str]) -> None:
    markdown = "| a | b |\n|---|---|\n" + "".join(f"{row}\n" for row in rows)
    tokens = Permissive("commonmark", {"maxNesting": 50}).enable("table").parse(markdown)
    expected: list[list[str]] = []
    for number, token in enumerate(tokens):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            expected.append([])
        elif token.type == "inline" and tokens[number - 1].type in {"th_open", "td_open"}:
            expected[-1].append("".join(shown(token.children or [])).strip())
    cells = [[""] * 2 for _ in expected]
    # A table may end and another follow: the library's first is our first.
    for block in read_page(markdown.encode(), "page.md").blocks:
        if block.kind == "cell" and block.group == 1 and block.column < 2:
            cells[block.row][block.column] = block.text.strip()
    assert cells == expected


@sampled(6)
def test_real_pages_read_and_every_run_is_in_its_place(check_places: Check, shared_dir: Path, step: int) -> None:
    pages = sorted((shared_dir / "corpus").glob("*/*.md"))
    assert len(pages) > 520
    for path in pages[::step]:
        data = path.read_bytes()
        page = read_page(data, path.name)
        check_places(page, data)
        assert page.meta("url"), path
        assert page.blocks, path
