"""The questions that a pharmacist asks: what is found, counted a second way from the facts; in site and terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.cli import run_command
from pipeline.facts import PublishedFacts
from pipeline.fields import all_brands, purpose
from pipeline.model import Use, facts_in
from pipeline.snapshot import facts_of, open_snapshot
from pipeline.tables.search import abbreviations_of, found_in, parse
from tests.sampled import variant

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
#: The uses that a query finds: the drug's slug, the number of the use.
FOUND = """(query) => {
  const terms = search.parse(query);
  const found = (drug) => [...(search.find(terms, drug, () => true) || new Map()).keys()];
  return search.drugs.flatMap((drug) => found(drug).map((number) => [drug.file, number]));
}"""


def said(*found: object) -> str:
    return " | ".join(fact.text for each in found for fact in facts_in(each))


def fields(use: Use) -> str:
    """All words of a use's fields, without the sentences that they stand in."""
    parts = (purpose(use), use.disease_status, use.biomarkers, use.stages, use.line, use.alone, use.populations)
    phrases = [one.phrase for one in (*use.therapies, *use.prior, *use.phases)] + [one.fact for one in use.qualifiers]
    return said(*(part for part in parts if part), tuple(phrases))


def has(pattern: str, words: str) -> bool:
    return re.search(pattern, words, re.IGNORECASE) is not None


#: A question, and what a use must be for it, from the model alone.
QUESTIONS: dict[str, Callable[[PublishedFacts, Use], bool]] = {
    "NSCLC": lambda _, use: has(r"non-small cell lung|\bNSCLC", said(purpose(use))),
    "small cell lung cancer": lambda _, use: has(r"(?<!non-)\bsmall cell lung", said(purpose(use))),
    "Hodgkin lymphoma": lambda _, use: has(r"(?<!non-)\bHodgkin lymphoma", said(purpose(use))),
    "HER2 positive": lambda _, use: has(r"HER2([- \u2013]positive|\+)", fields(use)),
    "ALL children": lambda _, use: (
        has(r"acute lymphoblastic leukemia|\bALL\b(?-i:)", said(purpose(use))) and has(r"\bchildren", fields(use))
    ),
    "brand:Xgeva": lambda facts, use: "Xgeva" in ([one.text for one in use.brands] or all_brands(facts)),
    "Prolia giant cell": lambda facts, use: (
        "Prolia" in ([one.text for one in use.brands] or all_brands(facts)) and has("giant cell", fields(use))
    ),
    "prior:platinum": lambda _, use: has(r"\bplatinum", said(tuple(one.phrase for one in use.prior))),
    "with:cisplatin": lambda _, use: has(r"\bcisplatin", said(tuple(one.phrase for one in (*use.therapies, *use.phases)))),
    "postmenopausal": lambda _, use: has("postmenopausal", fields(use)),
    "icd10:C34": lambda _, use: any(
        coding.system == ICD and coding.code.startswith("C34") for fact in facts_in(use) for coding in fact.codings
    ),
    "C3": lambda _facts, _use: False,  # a part of a code is no code
}
OTHERS = (
    "non-small cell lung cancer",
    "hr+ breast",
    "ER positive",
    "triple negative",
    "PD-L1 alone",
    '"stem cell" transplant',
    "BRCA1",
    "BRCA",
    "mondo:0005233",
    "ncit:C61313",
    "993449",
    "leukemias",
    "restriction:surgery",
    "drug:doxorubicin",
    "foo:bar",
    "with:",
    "in the",
    '"',
    "dMMR MSI-H",
    "Calmette-Guerin",
    "er",
    "constructor",
)


@pytest.fixture(scope="module")
def drugs(published_pages: Path) -> list[PublishedFacts]:
    return list(facts_of(open_snapshot(published_pages)))


def test_the_twelve_questions_are_answered_rightly(real_site: Path, open_page: Open, drugs: list[PublishedFacts]) -> None:
    page = open_page(real_site / "index.html")
    assert len(QUESTIONS) == 12
    for query, right in QUESTIONS.items():
        wanted = [[facts.slug, at] for facts in drugs for at, use in enumerate(facts.uses, 1) if right(facts, use)]
        assert page.evaluate(FOUND, query) == wanted, query
        page.fill("#query", query)
        slugs = {slug for slug, _ in wanted}
        expect(page.locator("#count")).to_contain_text(f"{len(slugs):,} of ")
        expect(page.locator("#count")).to_contain_text(f" regimens, {len(wanted):,} of ")
    assert sum(right(facts, use) for right in QUESTIONS.values() for facts in drugs for use in facts.uses) > 150


@pytest.mark.parametrize("step", [17, variant(1)])
def test_site_and_terminal_find_the_same(real_site: Path, open_page: Open, drugs: list[PublishedFacts], step: int) -> None:
    page = open_page(real_site / "index.html")
    known = abbreviations_of(drugs)
    for query in (*QUESTIONS, *OTHERS)[::step]:
        terms = parse(query, known)
        found = [[facts.slug, number] for facts in drugs for number in found_in(terms, facts, known) or ()]
        assert page.evaluate(FOUND, query) == found, query


def test_the_terminal_lists_what_a_search_finds(
    published_pages: Path, drugs: list[PublishedFacts], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = sum(QUESTIONS["NSCLC"](facts, use) for facts in drugs for use in facts.uses)
    assert run_command(["show", str(published_pages), "NSCLC", "--json"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == wanted
    assert f"{wanted} uses: “NSCLC” as non-small cell lung cancer" in err
    assert run_command(["show", str(published_pages), "Keytrdua"]) == 2
    assert "Did you mean Keytruda?" in capsys.readouterr().err


def test_it_says_what_it_searched_and_shows_where_it_was_found(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    page.fill("#query", "NSCLC prior:platinum")
    expect(page.locator("#count")).to_contain_text("“NSCLC” as non-small cell lung cancer and “platinum” in prior therapy")
    row = page.locator("#drugs tbody tr", has_text="Afatinib")
    expect(row.locator(".found li")).to_contain_text("Prior therapy: treatment with platinum chemotherapy")
    # What the title leaves out of the use, too: nobody must take it for a broader one.
    expect(row.locator(".found li")).to_contain_text("has metastasized (spread to other parts of the body)")
    expect(row.locator("mark")).to_have_text(["Non-small cell lung cancer", "platinum"])
    row.locator(".found a").first.click()
    expect(page.locator("article:target h3")).to_contain_text("Non-small cell lung cancer")


def test_what_stands_beside_a_title_is_compared_by_whole_words_and_prior_therapy_is_called_so(
    real_site: Path, open_page: Open
) -> None:
    page = open_page(real_site / "index.html")
    rest = """([title, ...words]) => search.rest(
      {flags: 0, entry: {words: words.map(([group, text]) => ({group, label: group, text}))}}, title)"""
    # "men" is not said by "treatment", nor a prior therapy by the same therapy that is to be given.
    title = "Prostate cancer · first-line treatment · with chemotherapy"
    assert page.evaluate(rest, [title, ["patients", "men"], ["prior", "chemotherapy"]]) == ["men", "after chemotherapy"]
    # Prior therapy that another field tells is not told twice.
    worse = "got worse after treatment with platinum"
    assert page.evaluate(rest, ["Lung cancer", ["detail", worse], ["prior", "treatment with platinum"]]) == [worse]


def test_a_use_with_a_lesser_status_than_its_drug_has_elsewhere_says_so(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    page.select_option("#approval-status", "2")
    page.fill("#query", "cancer")
    mixed = page.locator("#drugs tbody tr", has=page.locator("td .chips .approval-approved")).locator(".found li")
    assert mixed.count() > 0
    expect(mixed.locator(".approval-accelerated_approval")).to_have_count(mixed.count())


def test_near_misses_are_offered_and_words_of_two_uses_do_not_add_up(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    page.fill("#query", "Keytrdua melanoma")
    expect(page.locator("#near")).to_have_text("Did you mean Keytruda melanoma?")
    page.click("#near button")
    expect(page.locator("#drugs .name")).to_have_text(["Pembrolizumab"])
    page.fill("#query", "Prolia giant cell")
    expect(page.locator("#near")).to_have_text("Each of these words is found, but no use has all of them.")


def test_a_filter_is_on_the_use_that_was_found(real_site: Path, open_page: Open, drugs: list[PublishedFacts]) -> None:
    page = open_page(real_site / "index.html")
    page.fill("#query", "melanoma")
    page.select_option("#approval-status", "2")
    wanted = [
        facts.slug
        for facts in drugs
        for use in facts.uses
        if use.approval_status == "accelerated_approval" and has("melanoma", fields(use))
    ]
    expect(page.locator("#count")).to_contain_text(f"{len(set(wanted))} of ")
    expect(page.locator("#count")).to_contain_text(f" {len(wanted)} of ")
