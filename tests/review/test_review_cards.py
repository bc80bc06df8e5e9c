"""Cards that tell the uses of a drug apart, and the same uses side by side in a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.review.cards import rest_of, titles_of
from pipeline.snapshot import facts_of, open_snapshot
from tests.review.accessible import grave_faults

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def test_no_two_uses_of_a_drug_have_one_title(published_pages: Path) -> None:
    many = 0
    for facts in facts_of(open_snapshot(published_pages)):
        titles = titles_of(facts.uses)
        assert len(set(titles)) == len(titles), facts.slug
        many = max(many, len(titles))
    assert many > 25


def test_a_title_and_its_rest_have_every_word_that_restricts_a_use(published_pages: Path) -> None:
    for facts in facts_of(open_snapshot(published_pages)):
        for use, title in zip(facts.uses, titles_of(facts.uses), strict=True):
            said = f"{title} · {rest_of(use, title)}"
            patients = (one.fact for group in use.populations for one in group.characteristics)
            phrases = (one.phrase for one in (*use.prior, *(use.phases or use.therapies)))
            line = (use.line,) if use.line else ()
            for one in (*use.disease_status, *use.biomarkers, *use.stages, *line, *use.brands, *patients, *phrases):
                assert one.text.removeprefix("then ") in said, (facts.slug, one.text)
            assert all(one.fact.text in said for one in use.qualifiers), facts.slug


def test_a_title_says_disease_line_and_partner(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html")
    titles = [title.split(maxsplit=1)[1] for title in page.locator("#uses .card h3").all_inner_texts()]
    lung = [title for title in titles if title.startswith("Non-small cell lung cancer")]
    assert (
        "Non-small cell lung cancer, nonsquamous cancer · first treatment · with pemetrexed and platinum-based chemotherapy"
        in lung
    )
    assert "Cervical cancer · with chemotherapy · with or without bevacizumab" in titles
    assert len(lung) >= 6


def test_the_head_of_a_card_has_approval_status_and_brand_and_codes_are_folded_away(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "denosumab.html")
    expect(page.locator("#use-1 header .approval-approved")).to_have_text("Approved")
    expect(page.locator("#use-1 header .chip.brand")).to_have_text("Xgeva")
    expect(page.locator("#use-4 header .chip.brand")).to_have_text("Prolia")
    expect(page.locator("#use-1 .codes").first).to_be_hidden()
    page.click("#use-1 .coding summary")
    expect(page.locator("#use-1 .codes").first).to_contain_text("C121932")


def test_what_the_page_says_of_fda_approval_stands_in_the_head_unless_it_is_yes(real_site: Path, open_page: Open) -> None:
    said = open_page(real_site / "drugs" / "recombinant-hpv-bivalent-vaccine.html").locator(".title")
    expect(said.locator(".chip.warning", has_text="FDA approved")).to_have_text("FDA approved: No longer available in the U.S.")
    said = open_page(real_site / "drugs" / "denosumab.html").locator(".title")
    expect(said.locator(".chip", has_text="FDA approved")).to_have_count(0)


def test_what_restricts_a_use_in_words_stands_before_its_sentence(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "erlotinibhydrochloride.html")
    first = page.locator("#use-2 .body > *").first
    expect(first).to_have_class("first")
    expect(first).to_contain_text("Restriction in words")
    expect(first).to_contain_text("is no longer FDA-approved")


def test_steps_of_a_treatment_stand_in_their_order(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html")
    steps = page.locator("#use-3 [data-field=phases] .group")
    assert [step.locator(".fact").first.inner_text() for step in steps.all()] == [
        "with chemotherapy before surgery",
        "then alone after surgery",
    ]


def test_uses_side_by_side_show_how_they_differ(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html", viewport={"width": 1400, "height": 800})
    page.click("#tab-compare")
    expect(page.locator("#source")).to_be_hidden()
    rows = page.locator("#compare tbody tr")
    expect(rows).to_have_count(page.locator("#uses .card").count())
    # What is optional in a use must not look as if it were required.
    expect(rows.nth(4)).to_contain_text("bevacizumab (with or without)")
    expect(page.locator("#compare .same")).to_contain_text("Intent treat")
    rows.nth(4).locator("a").click()
    expect(page.locator("#use-5.current")).to_be_in_viewport()
    expect(page.locator("#source")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_or_critical_fault(real_site: Path, open_page: Open, scheme: str) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html", color_scheme=scheme, bypass_csp=True)
    page.click("#tab-compare")
    assert grave_faults(page) == []
