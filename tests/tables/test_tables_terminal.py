"""`onlabel show` in a terminal and in a pipe: its width, its colors, and what page text must not do to it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.console import seen
from pipeline.cli.terminal import safe
from pipeline.snapshot import open_snapshot
from tests.tables.conftest import Show

REPOSITORY = Path(__file__).resolve().parents[2]


def test_into_a_pipe_there_are_no_colours_no_filling_and_a_line_a_row(show: Show, output: Path) -> None:
    said = show(output, "--uses").out

    assert "\x1b" not in said
    assert not re.search(r"[ \t]$", said, re.MULTILINE)
    assert len(said.splitlines()) == 2 + sum(len(record.facts.uses) for record in open_snapshot(output).records())


@pytest.mark.parametrize("columns", [40, 60, 100])
@pytest.mark.parametrize("arguments", [(), ("--uses",), ("abrotinib",), ("zorvalimab",)])
def test_nothing_is_wider_than_the_terminal_or_lost_in_it(
    arguments: Sequence[str], columns: int, show: Show, invented: Path
) -> None:
    said = show(invented, *arguments, columns=columns).out

    assert max(map(len, said.splitlines())) <= columns
    if arguments == ("abrotinib",):
        assert "Accelerated Approval Program" in " ".join(said.split())


def test_a_terminal_has_colours_unless_it_is_asked_to_have_none(shipped: Path) -> None:
    def seen(**environment: str) -> str:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "pipeline", "show", str(shipped), "denosumab"]
        variables = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
        process = subprocess.Popen(
            command, stdout=theirs, cwd=REPOSITORY, env={**variables, "TERM": "xterm-256color", **environment}
        )
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        assert process.wait(timeout=60) == 0
        return b"".join(pieces).decode()

    assert "\x1b[36m" in seen()
    assert "\x1b[36m" not in seen(NO_COLOR="1")


def test_page_text_is_never_taken_for_markup(show: Show, invented: Path) -> None:
    said = show(invented, "hostile").out

    assert "“[red]reversed[/red] lymphoma in children" in said
    assert "=2+3|Tinib" in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("\u202egro.rekcatta", "\\u202egro.rekcatta"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("bell\x07 c1\x9b", "bell\\x07 c1\\x9b"),
        ("no\xa0break", "no break"),
        ("naïve 薬 ≥ “quoted”", "naïve 薬 ≥ “quoted”"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text())
def test_shown_text_holds_nothing_unseen_and_json_stays_the_same_data(text: str) -> None:
    assert safe(text).isprintable()
    written = seen(json.dumps(text, ensure_ascii=False))
    assert written.replace("\xa0", " ").isprintable()
    assert json.loads(written) == text
