"""Changes as Markdown: the words of a page stay words, and what is too much is counted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from pipeline.diff import KINDS, Change, Changes, Quote, Side, kind_in_words, markdown, title
from pipeline.diff.changes import CLINICAL, OTHER

SIDE = Side("0" * 64, "R5", "full", "2025-12-30", "1.0")


def changes(*listed: Change) -> Changes:
    totals = {kind: sum(change.kind == kind for change in listed) for kind in KINDS}
    pages = {"same": 7, "changed": 1, "added": 0, "removed": 0, "stale": 0}
    return Changes(SIDE, SIDE, totals, pages, listed)


NARROWED = Change(
    "use-narrowed",
    "zorvalimab",
    "Zorvalimab",
    "population",
    "breast cancer",
    ("Velora",),
    ("adults",),
    ("adults, have a high risk",),
    (Quote("breast cancer in adults", "zorvalimab.md", 32),),
    (Quote("breast cancer in adults who have a high risk", "zorvalimab.md", 33),),
)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example a@evil.example <https://evil.example>",
    "`code` **bold** _em_ ~~gone~~ | cell | # no heading",
    "one\n\n# Heading\n\n- item\n\n[ref]: https://evil.example",
    "&lt;b&gt; &#60;b&#62;",
]


def test_a_change_is_told_under_its_drug_with_both_quotes_and_their_lines() -> None:
    rendered = MarkdownIt("commonmark").render(markdown(changes(NARROWED)))
    assert "<h2>Zorvalimab</h2>" in rendered
    assert "<strong>use narrowed (patients)</strong> · Velora · breast cancer · adults → adults, have a high risk" in rendered
    assert "<li>was, zorvalimab.md:32: “breast cancer in adults”</li>" in rendered
    assert "<li>now, zorvalimab.md:33: “breast cancer in adults who have a high risk”</li>" in rendered


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_a_page_become_no_markup_and_no_links(text: str) -> None:
    hostile = replace(
        NARROWED, drug=text, use=text, brands=(text,), was=(text,), now=(text, text), new=(Quote(text, f"{text}.md", 3),)
    )
    told = markdown(changes(hostile))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rendered = parser.render(told)
    assert [tag for tag in tags(rendered) if "code" not in tag] == tags(parser.render(markdown(changes(NARROWED))))
    outside_code = re.sub("<code>.*?</code>", "", rendered)
    assert not re.search(r"://|www\.|@", outside_code), "what GitHub's dialect would make a link of"
    assert text.split(maxsplit=1)[0] in MarkdownIt("commonmark").render(told).replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&"
    )


def tags(rendered: str) -> list[str]:
    return [part.partition(">")[0] for part in rendered.split("<")[1:]]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_written_as_a_character_reference(text: str) -> None:
    """Prefect's first pages show `&#46;` as it is."""
    told = markdown(changes(replace(NARROWED, drug=text, use=text)))
    assert not re.search(r"(?<!\\)&", told)


def test_unseen_characters_are_shown_as_escapes() -> None:
    assert "\u202e" not in markdown(changes(replace(NARROWED, drug="Zor\u202evalimab")))


def test_its_size_is_bounded() -> None:
    long = replace(NARROWED, use="x" * 100_000)
    told = markdown(changes(*(replace(long, slug=f"drug-{number}") for number in range(1000))), shown=10)
    assert told.count("## ") == 10
    assert "990 more clinical changes" in told
    assert len(told) < 20_000


def test_other_changes_are_counted_by_kind_and_stale_drugs_named() -> None:
    told = markdown(changes(Change("page-only", "a", "A"), Change("page-only", "b", "B"), Change("became-stale", "c", "Cee")))
    assert "| page only: no fact changed | 2 |" in told
    assert "**Stale** (not in this snapshot: the page is quarantined; a server keeps what it has): Cee" in told


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind_in_words(kind) for kind in KINDS}) == len(KINDS) == len(CLINICAL) + len(OTHER)
    assert all("{" not in title(Change(kind, "a", "A", "population")) for kind in KINDS)
