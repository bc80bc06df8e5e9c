"""What a page is about: name, brands, FDA status, identifiers, components and kind, each with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract import identity
from pipeline.model import Component, Fact, Page, Span
from pipeline.publishers import named
from pipeline.read import read_page
from pipeline.sentences.quote import fact, fold, glossary_id, join, quote, target

NCI = named("nci")

HERE = Path(__file__).parent

#: Each: a `page` about an invented drug, and what is found on it; what a page does not list is not checked on it.
EXAMPLES = json.loads((HERE / "identity.json").read_text())


def found(page: Page) -> dict[str, Any]:
    def text(said: Fact | None) -> str | None:
        return said.text if said else None

    def component(part: Component) -> list[str | None]:
        return [text(part.letter), part.name.text, part.slug]

    status, said = identity.find_fda_status(page, NCI)
    return {
        "name": text(identity.find_name(page, NCI)),
        "pronunciation": text(identity.find_pronunciation(page)),
        "brands": [brand.text for brand in identity.find_brands(page, NCI)],
        "fda_status": [status, text(said)],
        "identifiers": [[identifier.kind, identifier.fact.text] for identifier in identity.find_identifiers(page, NCI)],
        "components": [component(part) for part in identity.find_components(page, NCI)],
        "kind": identity.classify(page, NCI)[0],
        "slug": identity.slug_of(page, NCI),
    }


def facts(page: Page) -> Iterator[Fact]:
    yield from identity.find_brands(page, NCI)
    yield from (identifier.fact for identifier in identity.find_identifiers(page, NCI))
    for component in identity.find_components(page, NCI):
        yield component.name
        if component.letter:
            yield component.letter
    for said in (identity.find_name(page, NCI), identity.find_pronunciation(page), identity.find_fda_status(page, NCI)[1]):
        if said:
            yield said


def without_markup(source: str) -> str:
    """The source between two places as a reader sees it, for the markup that these pages use."""
    return fold(re.sub(r"\]\([^)]*\)|[\[\]*]|\\(?=[^\w\s])", "", source))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["shows"])
def test_a_page_is_about_what_it_says(example: dict[str, Any]) -> None:
    page = read_page(example["page"].encode(), "drugs/examplimab.md")
    expected = {key: value for key, value in example.items() if key not in {"shows", "page"}}
    assert {key: value for key, value in found(page).items() if key in expected} == expected
    for said in facts(page):
        (span,) = said.spans
        assert without_markup(page.text[span.start : span.end]) == said.text
        assert said.rule


def test_the_seed_is_about_denosumab(seed: Path) -> None:
    page = read_page(seed.read_bytes(), "denosumab.md")
    assert found(page) == {
        "name": "Denosumab",
        "pronunciation": "deh-noh-SOO-mab",
        "brands": ["Prolia", "Xgeva"],
        "fda_status": ["approved", "Yes"],
        "identifiers": [
            ["dailymed-query", "DENOSUMAB"],
            ["nci-drug-dictionary", "481348"],
            ["medlineplus", "a610023"],
            ["ncit", "C61313"],
        ],
        "components": [],
        "kind": "drug",
        "slug": "denosumab",
    }
    assert identity.classify(page, NCI)[1]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Yes", "approved"),
        ("No", "not_approved"),
        ("No.", "not_approved"),
        ("No (under review)", "not_approved"),
        ("Not yet FDA-approved", "not_approved"),
        ("No longer available in the U.S.", "discontinued"),
        ("Withdrawn", "discontinued"),
        ("No information", "not_stated"),
        ("Not applicable", "not_stated"),
    ],
)
def test_what_stands_under_the_label_of_fda_approval_is_its_status_and_other_words_are_only_quoted(
    said: str, status: str
) -> None:
    page = read_page(f"# Zolafen\n\nFDA Approved\n\n{said}\n\n## Use in Cancer\n".encode(), "zolafen.md")
    assert found(page)["fda_status"] == [status, said]


@pytest.mark.parametrize(
    ("url", "name", "slug"),
    [
        ("https://www.cancer.gov/about-cancer/treatment/drugs/examplimab-abcd", "x.md", "examplimab-abcd"),
        ("https://www.cancer.gov/about-cancer/treatment/drugs/R-CHOP/", "x.md", "r-chop"),
        ("https://www.cancer.gov/drugs/examplimab.html?lang=en#use", "x.md", "examplimab"),
        ("/drugs/Examplimab%20Abcd", "x.md", "examplimab-20abcd"),
        ("https://www.cancer.gov", "folder/Examplimab.MD", "examplimab"),
        ("https://www.cancer.gov/../../..", "examplimab.md", "examplimab"),
        ("https://x.test/drugs/../../etc/passwd", "x.md", "passwd"),
        ("https://x.test/drugs/..%2f..%2fetc", "x.md", "2f-2fetc"),
        ("https://[broken", "../../examplimab.md", "examplimab"),
        (None, "C:\\pages\\Examplimab Abcd.md", "examplimab-abcd"),
        (None, "examplimab", "examplimab"),
    ],
)
def test_the_slug_is_the_end_of_the_address_or_the_name_of_the_file(url: str | None, name: str, slug: str) -> None:
    text = f"---\nurl: '{url}'\n---\n# A\n" if url else "# A\n"
    assert identity.slug_of(read_page(text.encode(), name), NCI) == slug


@given(st.text(max_size=30), st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=30))
def test_a_slug_is_safe_whatever_the_page_says(name: str, url: str) -> None:
    page = read_page(b"---\nurl: " + json.dumps(url, ensure_ascii=False).encode() + b"\n---\n# A\n", name)
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", identity.slug_of(page, NCI))


def test_a_page_without_address_and_name_is_known_by_its_bytes() -> None:
    first, second = (read_page(text, "???.md") for text in (b"# A", b"# B"))
    assert identity.slug_of(first, NCI) == f"page-{first.sha256[:12]}"
    assert identity.slug_of(first, NCI) != identity.slug_of(second, NCI)


def test_a_quote_is_minimal_and_knows_its_links() -> None:
    text = (
        "- **[giant *cell* tumor](/Common/PopUps/popDefinition.aspx?id=752738&version=Patient) of\nthe\u00a0 bone** "
        "and [more ](/x) [  ](/y)"
    )
    page = read_page(text.encode(), "page.md")
    (block,) = page.blocks
    said = quote(block, "rule")
    assert said.text == "giant cell tumor of the bone and more"
    assert page.text[said.spans[0].start : said.spans[0].end] == text[text.index("giant") : text.index("more") + 4]
    assert [(link.text, link.glossary_id) for link in said.links] == [("giant cell tumor", "752738"), ("more", None)]
    part = fact(block, block.text.index("cell") - 1, block.text.index("of") + 3, "rule")
    assert part.text == "cell tumor of"
    assert [link.text for link in part.links] == ["cell tumor"]
    assert page.text[part.links[0].span.start : part.links[0].span.end] == "cell* tumor"
    with pytest.raises(ValueError, match="no text"):
        fact(block, block.text.index(" and"), block.text.index(" and") + 1, "rule")


def test_quotes_joined_keep_all_places_and_links() -> None:
    page = read_page(b"[a](/x) b\n\n[c](/y)", "page.md")
    said = join([quote(block, "part") for block in page.blocks], "whole")
    assert (said.text, said.rule, [link.text for link in said.links]) == ("a b c", "whole", ["a", "c"])
    assert said.spans == (Span(1, 9), Span(12, 13))


def test_a_piece_of_a_target_has_a_place_only_where_the_target_has() -> None:
    page = read_page(b"[a](/def/77) [b][r]\n\n[r]: /def/88", "page.md")
    runs = {run.text: run for run in page.blocks[0].runs}
    said = target(runs["a"], 5, 7, "rule")
    assert (said.text, page.text[said.spans[0].start : said.spans[0].end]) == ("77", "77")
    with pytest.raises(ValueError, match="no place"):
        target(runs["b"], 5, 7, "rule")


@pytest.mark.parametrize(
    ("href", "identifier"),
    [
        ("/Common/PopUps/popDefinition.aspx?id=45393&version=Patient&language=English", "45393"),
        ("/Common/PopUps/popDefinition.aspx?id=CDR0000044737&version=Patient&language=en", "44737"),
        ("/Common/PopUps/popDefinition.aspx?version=Patient&id=7", "7"),
        ("https://www.cancer.gov/publications/dictionaries/cancer-terms/def/44737", "44737"),
        ("/publications/dictionaries/cancer-terms/def/44737?redirect=true", "44737"),
        ("/publications/dictionaries/cancer-terms/def/therapy", None),
        ("/publications/dictionaries/cancer-drug/def/481348", None),
        ("/Common/PopUps/popDefinition.aspx?id=556486&version=healthprofessional&language=English&dictionary=genetic", None),
        ("/Common/PopUps/popDefinition.aspx?id=45393x", None),
        ("https://www.cancer.gov/", None),
    ],
)
def test_the_dictionary_entry_of_a_link_is_its_number(href: str, identifier: str | None) -> None:
    assert glossary_id(href) == identifier


def test_every_real_page_of_a_drug_or_regimen_is_known_as_one_and_no_other(shared_dir: Path) -> None:
    kinds: dict[str, list[str]] = {"drug": [], "regimen": [], "none": []}
    for path in sorted(shared_dir.glob("corpus/drugs/*.md")):
        page = read_page(path.read_bytes(), path.name)
        kind = identity.classify(page, NCI)[0]
        kinds[kind].append(path.stem)
        if kind != "none":
            assert path.stem.endswith(f"-{identity.slug_of(page, NCI)}")
            assert identity.find_name(page, NCI), path
            assert identity.find_identifiers(page, NCI), path
        for said in facts(page):
            (span,) = said.spans
            assert without_markup(page.text[span.start : span.end]) == said.text, path
    assert {kind: len(pages) for kind, pages in kinds.items()} == {"drug": 183, "regimen": 33, "none": 27}
    others = [
        identity.classify(read_page(path.read_bytes(), path.name), NCI)[0] for path in shared_dir.glob("corpus/other/*.md")
    ]
    assert set(others) == {"none"}


def test_every_annotated_page_is_about_what_its_annotation_says(shared_dir: Path) -> None:
    annotated = {path.stem: json.loads(path.read_text()) for path in sorted(shared_dir.glob("gold/dev/*.json"))}
    assert annotated
    for slug, gold in annotated.items():
        path = shared_dir / "corpus" / "drugs" / f"about-cancer-treatment-drugs-{slug}.md"
        read = found(read_page(path.read_bytes(), path.name))
        assert read["slug"] == slug
        assert (
            read["kind"],
            read["name"],
            read["brands"],
            read["fda_status"][0],
            [part[1] for part in read["components"]],
        ) == (
            gold["kind"],
            gold["name"],
            gold["brands"],
            gold["fda_status"],
            gold["components"],
        )
