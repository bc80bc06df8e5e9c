"""The verifier's own reading of Markdown: what is seen, what is not, and that it agrees with the reader's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read import read_page
from pipeline.verify.markdown import see
from pipeline.verify.seen import TEXT


def _shown(text: str) -> str:
    seen = see(text)
    return "".join(seen.shown[at] for at in range(len(text)) if seen.part[at] == TEXT)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**bold** and *slanted*", "bold and slanted"),
        ("snake_case and 5 * 3 * 2", "snake_case and 5 * 3 * 2"),
        ("***both** half*", "both half"),
        ("[words](/target?a=(b) 'title') end", "words end"),
        ("[not a link] (x)", "[not a link] (x)"),
        ("![a *picture*](p.png)", "a picture"),
        ("[words][ref]\n\n[ref]: https://example.org", "words"),
        ("a &amp; b &#8217; c &nosuch; d", "a & b \u2019 c &nosuch; d"),
        ("\\*stars\\* and \\a", "*stars* and \\a"),
        ("`a  *b*` ``c`d``", "a  *b* c`d"),
        ("one\ntwo", "one two"),
        ("- item\n  goes on", "item goes on"),
        ("a <b>tag</b> <!-- gone --> end", "a tag  end"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("| a | **b** |\n|---|---|\n| c\\|d | e |", " a  b  c|d  e "),
        ("Title\n=====\ntext", "Titletext"),
    ],
)
def test_what_a_reader_sees_of_markdown(source: str, shown: str) -> None:
    assert _shown(source) == shown


def test_a_link_has_its_words_its_target_and_their_places() -> None:
    text = "see [giant *cell*](/a?id=1&amp;v=2) here"
    (link,) = see(text).links
    assert (text[link.start : link.end], text[link.target_start : link.target_end]) == ("giant *cell*", "/a?id=1&amp;v=2")
    assert link.href == "/a?id=1&v=2"


@given(st.text(alphabet="ab *_`[]()<>&;\\\n-#|!12.", max_size=60))
def test_no_text_breaks_the_scanner_and_every_character_has_a_part(text: str) -> None:
    seen = see(text)
    assert len(seen.part) == len(seen.shown) == len(text)


def test_it_sees_every_block_of_the_real_pages_as_the_reader_does(real_pages: list[Path]) -> None:
    blocks = 0
    for file in real_pages:
        page = read_page(file.read_bytes(), file.name)
        seen = see(page.text)
        for block in page.blocks:
            shown = block.text.strip()
            if not shown or block.kind in {"html", "code"}:
                continue
            start = len(block.text) - len(block.text.lstrip())
            span = block.locate(start, len(block.text.rstrip()))
            own = "".join(seen.shown[at] for at in range(span.start, span.end) if seen.part[at] == TEXT)
            assert " ".join(own.split()) == " ".join(shown.split()), (file.name, page.line(span.start))
            blocks += 1
    assert blocks > len(real_pages) > 0
