"""A page is told to be no drug's page from its source alone only where reading its blocks would say the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.extract import identity
from pipeline.extract.identity import classify
from pipeline.extract.template import may_be_of_the_template
from pipeline.model import Page
from pipeline.publishers import named
from pipeline.read import read_page

NCI = named("nci")
#: What is said of a page without any mark.
NO_MARK = classify(read_page(b"# A page", "page.md"), NCI)[1]

_FRONT_MATTER = "---\ntitle: 'A page - NCI'\nurl: https://example.org/a\n---\n\n"
_MARKS = (
    "US Brand Name(s)\n\nAlvera\n",
    "US\nBrand Names: Alvera\n",
    "FDA Approved\n\nYes\n",
    "fda approved: yes\n",
    "Drugs in the AB combination:\n\n- **A** = [Zolafen](/drugs/zolafen)\n",
    "## Use in Cancer\n\nZolafen is used to treat melanoma.\n",
    "### What zolafen is approved for\n\nMelanoma.\n",
    "## What a | b is used for\n\nMelanoma.\n",
    "Approved uses\n-------------\n\nMelanoma.\n",
    "[Definition from the NCI Drug Dictionary](https://example.org/def/1) - Names.\n",
    "| A | B |\n| --- | --- |\n| x | Definition from the NCI Drug Dictionary |\n",
    "1. Definition from the NCI Drug Dictionary\n",
    "> - ## Uses\n>   Melanoma.\n",
)
_MARKUP = (
    "**",
    "*",
    "_",
    "`",
    "[",
    "]",
    "](x)",
    "](<x y>)",
    "][x]",
    "][]",
    "![](x.png)",
    "[](x)",
    "[[1](#x)]",
    "<b>",
    "</b>",
    "<br>",
    "<!-- -->",
    "<1",
    "|",
    "&nbsp;",
    "\\",
    "\u00a0",
    " ",
    "\n",
    "",
)


def _read_in_full(page: Page, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    with monkeypatch.context() as patch:
        patch.setattr(identity, "may_be_of_the_template", lambda *_: True)
        return classify(page, NCI)


def _hidden(rng: random.Random) -> Iterator[str]:
    """Marks with markup put into them, letters as entities, other line ends."""
    for mark in _MARKS:
        yield mark
        for _ in range(120):
            text = mark
            for _ in range(rng.choice([1, 1, 2, 3])):
                at = min(rng.randrange(len(text) + 1), rng.randrange(len(text) + 1), rng.randrange(len(text) + 1))
                piece = rng.choice(_MARKUP)
                if rng.random() < 0.2 and at < len(text) and text[at].isalpha():
                    piece, text = f"&#{ord(text[at])};", text[:at] + text[at + 1 :]
                elif rng.random() < 0.3 and piece in {"**", "*", "_", "`"}:
                    text = text.replace("\n", piece + "\n", 1)
                text = text[:at] + piece + text[at:]
            if rng.random() < 0.2:
                text += "\n\n[x]: /x\n"
            yield text.replace("\n", rng.choice(["\r\n", "\r"])) if rng.random() < 0.1 else text


def test_no_mark_is_missed_whatever_hides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    marked = 0
    for number, text in enumerate(_hidden(random.Random(1))):  # noqa: S311 - nothing secret
        front_matter = _FRONT_MATTER if number % 2 else ""
        page = read_page(f"{front_matter}# A page\n\nSome words.\n\n{text}".encode(), "page.md")
        expected = _read_in_full(page, monkeypatch)
        assert classify(page, NCI) == expected, text
        marked += expected[1] != NO_MARK
    assert marked > 400


@pytest.mark.parametrize(
    "text",
    [
        "# Coping\n\nTalk with your doctor about drugs in use.\n\n## What to ask\n\n- Questions\n- [Contact us](/contact)\n",
        "![](/image.png)\n\nFor more, see [the FDA](https://example.org).\n\n| Drug | Dose |\n| --- | --- |\n| Zolafen | 1 |\n",
        "[[1](#cit/1)] [Drugs](/terms/drug) are given first.\n\n| Definition | Age |\n| --- | --- |\n| [[2](#cit/2)] | <1 |\n",
        "- **U**rogenital anomalies, f[ever](/terms/fever)\n- **D**endritic cells\n\n1. \u00a0What is it?\n",
        "A page from another system\r\nhas other line ends.\r\n",
    ],
)
def test_a_page_about_something_else_is_known_by_its_source(text: str) -> None:
    page = read_page((_FRONT_MATTER + text).encode(), "page.md")
    assert not may_be_of_the_template(page, NCI)
    assert classify(page, NCI) == ("none", NO_MARK)


@pytest.mark.parametrize(
    ("brands", "text", "may_be"),
    [
        (r"US Brand Names?|Trade names?\s*:", "**Trade** names: Alvera", True),
        (r"US Brand Names?|Trade names?\s*:", "US Brand Name(s)", True),
        (r"US Brand Names?|Trade names?\s*:", "Trade in drugs is not free.", False),
        (r"\s*Sold as [a(|)]|Trade names?", "Sold as a tablet: Alvera", True),
        (r"\s*Sold as [a(|)]|Trade names?", "Alvera is sold.", False),
        (r"Brands?", "Brand: Alvera", True),
        (r"(?:US )?Trade names?", "Any words.", True),
    ],
)
def test_the_labels_are_those_of_the_profile(brands: str, text: str, may_be: bool) -> None:  # noqa: FBT001 - expected
    """A pattern may have alternatives; where one of them does not begin with words, every page is read."""
    page = read_page(f"# A page\n\nSome words.\n\n{text}\n".encode(), "page.md")
    assert may_be_of_the_template(page, replace(NCI, labels={**NCI.labels, "brands": brands})) is may_be


def test_a_new_wording_of_any_label_is_not_dropped_unread() -> None:
    """What `nci.toml` says of a label is all that there is to change."""
    for key, pattern in NCI.labels.items():
        publisher = replace(NCI, labels={**NCI.labels, key: f"{pattern}|New words"})
        page = read_page(b"# A page\n\nSome words.\n\nNew words: Alvera\n", "page.md")
        assert may_be_of_the_template(page, publisher), key
        assert not may_be_of_the_template(page, NCI), key


def test_the_corpus_is_classified_as_by_its_blocks(shared_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((shared_dir / "corpus" / "other").glob("*.md"))[::4]:
        page = read_page(path.read_bytes(), path.name)
        assert classify(page, NCI) == _read_in_full(page, monkeypatch), path.name
