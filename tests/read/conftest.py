"""What every page that reads must hold, whatever it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Page, Run

LINE_ENDS = {"\n", "\r", "\r\n", "\\\n", "\\\r", "\\\r\n"}


def _shows(run: Run, source: str) -> bool:
    if run.text == source:
        return True
    if run.text == " ":
        return source in LINE_ENDS or source.lower().startswith(("<br", "&"))
    if source.startswith("\\"):
        # In a cell the bar is escaped before the cell is read: two backslashes do not take the escape away there.
        return run.text in {source[1:], source.replace("\\|", "|")[1:]}
    return source.startswith("&") and source.endswith(";")


def _check(page: Page, data: bytes) -> None:
    assert page.data == data
    before = 0
    for block in page.blocks:
        assert before <= block.span.start <= block.span.end <= len(page.text), block
        before = block.span.end
        at, length = block.span.start, 0
        for run in block.runs:
            assert run.text, run
            assert at <= run.span.start < run.span.end <= block.span.end, (block, run)
            source = page.text[run.span.start : run.span.end]
            assert _shows(run, source), (run, source)
            assert block.locate(length, length + len(run.text)) == run.span
            if run.text == source:
                last = length + len(run.text) - 1
                assert page.text[block.locate(last, last + 1).start] == block.text[last]
            if run.href_span:
                assert page.text[run.href_span.start : run.href_span.end] == run.href
            at, length = run.span.end, length + len(run.text)
    for values in page.front_matter.values():
        for value in values:
            assert 0 <= value.span.start <= value.span.end <= len(page.text)


@pytest.fixture(scope="session")
def check_places() -> Callable[[Page, bytes], None]:
    """Asserts that every run of a page is where it says, that blocks do not overlap, and that no byte is lost."""
    return _check
