"""The review as a person meets it, over all real pages: searching, choosing on either side, keyboard, phone, axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.snapshot import facts_of, open_snapshot
from tests.review.accessible import grave_faults
from tests.sampled import further, variant

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
#: Pages of many kinds: brands apart, regimens, many uses, other intents, prior therapy.
DRUGS = (
    "denosumab",
    "pembrolizumab",
    "cyclophosphamide",
    "abemaciclib",
    "ac-t",
    "capecitabine",
    "bevacizumab",
    "rituximabandhyaluronidasehuman",
    "ac",
    "nivolumab",
)
PHONE = {"width": 360, "height": 700}
SCREENS = 12


def names(page: Page) -> list[str]:
    return page.locator("#drugs .name").all_inner_texts()


def test_search_finds_a_drug_by_name_brand_condition_and_code(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    for query in ("denosumab", "xgeva", "giant cell tumor of the bone", "C121932"):
        page.fill("#query", query)
        expect(page.locator("#drugs .name", has_text="Denosumab")).to_have_count(1)
        assert len(names(page)) < 20, query
        expect(page.locator("#count")).to_contain_text(f"{len(names(page))} of ")


def test_filters_narrow_and_sorting_orders(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    everything = page.locator("#count").inner_text()
    page.select_option("#kind", "1")
    page.click("text=brand-scoped uses")
    expect(page.locator("#count")).to_contain_text("0 of ")
    page.click("button[type=reset]")
    expect(page.locator("#count")).to_have_text(everything)
    page.select_option("#approval-status", "2")
    expect(page.locator("#drugs tbody tr").first.locator(".approval-accelerated_approval")).to_be_visible()
    page.select_option("#approval-status", "")
    page.select_option("#sort", "uses")
    uses = [int(text.split()[0]) for text in page.locator("#drugs td.number").all_inner_texts()]
    assert uses == sorted(uses, reverse=True)
    assert len(set(uses)) > 5
    page.click("button[type=reset]")
    page.click("button:text('unread sentences')")
    assert 0 < len(names(page)) < 5
    page.reload()
    assert 0 < len(names(page)) < 5, "the search is kept in the address"


def test_a_count_that_wants_attention_leads_to_its_drugs(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    page.fill("#query", "melanoma")
    page.click(".counts a[href='#only=64']")
    counted = page.locator(".counts a[href='#only=64']").inner_text()
    expect(page.locator("#count")).to_contain_text(f" {counted} of ")
    expect(page.locator("#query")).to_have_value("")
    assert len(names(page)) > 0
    expect(page.locator("#drugs tbody tr", has_text="restricted in words")).to_have_count(len(names(page)))


@pytest.mark.slow
def test_side_by_side_the_disease_and_the_heads_of_the_columns_stay_in_view(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html", viewport={"width": 1280, "height": 800})
    page.click("#tab-compare")
    page.locator("#compare .wide").evaluate("(one) => one.scrollTo(one.scrollWidth, one.scrollHeight)")
    for seen in ("thead .named", "thead th >> nth=-1", "tbody tr:last-child th", "tbody tr:last-child .named"):
        expect(page.locator(f"#compare {seen}")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("drug", [DRUGS[0], *map(further, DRUGS[1:])])
def test_words_of_a_card_and_of_the_source_light_each_other_up(real_site: Path, open_page: Open, drug: str) -> None:
    page = open_page(real_site / "drugs" / f"{drug}.html", reduced_motion="reduce")
    # Every fact of every use: pressed, it lights marks in the source that hold its words, and its own card.
    faults = page.evaluate("""() => {
      const squeeze = (text) => text.replace(/\\s+/g, "");
      const faults = [];
      const facts = [...document.querySelectorAll(".card[data-use] .fact")];
      for (const fact of facts) {
        fact.click();
        const lit = [...document.querySelectorAll("#paper mark.lit:not(.target)")].map((one) => one.textContent).join("");
        if (squeeze(lit) !== squeeze(fact.textContent)) faults.push(["source", fact.textContent, lit]);
        if (!fact.closest(".card").classList.contains("lit")) faults.push(["card", fact.textContent]);
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
      }
      const marks = [...document.querySelectorAll("#paper mark[data-m]:not(.target)")];
      for (const mark of marks) {
        mark.click();
        const pressed = [...document.querySelectorAll('.fact[aria-pressed="true"]')];
        if (!mark.classList.contains("lit")) faults.push(["mark", mark.textContent]);
        const said = squeeze(mark.textContent);
        if (!pressed.some((one) => squeeze(one.textContent).includes(said))) faults.push(["fact", mark.textContent]);
        const uses = page.data.marks[Number(mark.dataset.m.split(" ")[0])][3];
        for (const use of uses) if (!document.getElementById(`use-${use}`).classList.contains("lit")) faults.push(["use", use]);
        mark.click();
      }
      if (!facts.length || !marks.length) faults.push("nothing to press");
      return faults;
    }""")
    assert faults == []


def test_a_whole_use_is_shown_in_the_source_and_by_name_in_the_bar(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "denosumab.html")
    page.click("#use-3 [data-show]")
    lit = " ".join("".join(page.locator("#paper mark.lit").all_inner_texts()).split())
    assert "broken bones and other bone problems caused by multiple myeloma" in lit
    expect(page.locator("#chosen")).to_contain_text("use 3")
    page.click("#chosen >> text=Clear")
    expect(page.locator("mark.lit")).to_have_count(0)


def test_all_of_it_by_keyboard(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "index.html")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("denosumab")
    expect(page.locator("#drugs .name")).to_have_count(1)
    page.locator("#drugs .name").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#paper mark[tabindex='0']")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('mark')"):
            break
    for _ in range(80):
        if page.evaluate("document.activeElement.textContent") == "cannot be removed by surgery":
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#use-1")).to_have_class("card lit")
    page.keyboard.press("o")
    assert page.evaluate("document.activeElement.className").startswith("fact")
    assert page.evaluate("document.activeElement.textContent") == "cannot be removed by surgery"
    page.keyboard.press("o")
    assert page.evaluate("document.activeElement.matches('mark.lit')")
    page.keyboard.press("Escape")
    expect(page.locator("mark.lit")).to_have_count(0)
    page.focus("#tab-uses")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#compare")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#drug")).to_be_visible()
    expect(page.locator("#uses")).to_be_hidden()


def test_what_was_not_read_is_said_where_it_stands(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "rituximabandhyaluronidasehuman.html")
    assert "not read" in page.locator("#paper .tag").all_inner_texts()
    page.click("#tab-drug")
    page.click("#drug .fact.k-unread")
    assert "The subcutaneous form is used only" in "".join(page.locator("#paper mark.lit").all_inner_texts())
    expect(page.locator("#paper mark.lit").first).to_be_in_viewport()
    page.click("#tab-findings")
    expect(page.locator("#findings .finding")).to_have_count(1)
    expect(page.locator("#paper .finding")).to_have_count(1)


def test_the_uses_of_a_long_page_can_be_gone_to_from_a_list(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html")
    page.click(".index summary")
    assert page.locator(".index li").count() == page.locator("#uses .card").count()
    title = page.locator(".index li a").nth(-1).inner_text()
    page.locator(".index li a").nth(-1).click()
    last = page.locator("#uses .card").last
    expect(last).to_be_in_viewport()
    expect(last.locator("h3")).to_contain_text(title)


def test_resources_unfold_and_their_references_are_followed(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "denosumab.html")
    page.click("#use-1 .made:not(.coding) summary")
    page.click("#use-1 a.ref >> nth=0")
    resource = page.locator("details.resource[open]")
    expect(resource).to_have_count(1)
    resource.locator("summary:has-text('subject')").first.click()
    resource.locator("details[open] > .inner > details > summary").first.click()
    resource.locator("a[href^='#Medication/']").first.click()
    expect(page.locator("details.resource[open]")).to_have_count(2)
    resource.first.locator("text=Show JSON").click()
    assert '"resourceType": "' in resource.first.locator("pre").inner_text()


def test_a_regimen_leads_to_its_drugs_and_they_lead_back(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "ac.html")
    page.click("#tab-drug")
    page.click("#drug >> text=open Cyclophosphamide")
    expect(page.locator("h1")).to_have_text("Cyclophosphamide")
    page.click("#tab-drug")
    page.click("#drug .links bdi:text-is('AC')")
    expect(page.locator("h1")).to_have_text("AC")


@pytest.mark.parametrize(
    "file",
    ["index.html", *map(variant, ("changes.html", "pages.html", "drugs/denosumab.html", "drugs/pembrolizumab.html"))],
)
def test_on_a_phone_nothing_is_wider_than_the_screen(real_site: Path, open_page: Open, file: str) -> None:
    page = open_page(real_site / file, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_on_a_phone_there_is_one_view_at_a_time(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "denosumab.html", viewport=PHONE)
    expect(page.locator("#source")).to_be_hidden()
    expect(page.locator("#use-1 .body blockquote")).to_be_visible()
    expect(page.locator("#use-1 [data-field=conditions]")).to_be_hidden()
    page.click("#use-1 [data-fold]")
    page.click("#use-1 [data-field=conditions] .fact")
    page.click("#chosen >> text=Go to the source")
    expect(page.locator("#paper mark.lit").first).to_be_in_viewport()
    page.click("#chosen >> text=Use 1")
    expect(page.locator("#use-1 [data-field=conditions] .fact")).to_be_focused()


def screens(page: Page) -> float:
    """How many screens a page takes before anything is opened."""
    return float(page.evaluate("document.documentElement.scrollHeight / innerHeight"))


def longest(site: Path, most: int | None) -> list[Path]:
    """The drugs' pages with the most uses."""
    drugs = sorted(site.glob("drugs/*.html"), key=lambda file: -file.read_text(encoding="utf-8").count('class="card" id="use-'))
    return drugs[:most]


@pytest.mark.slow
@pytest.mark.parametrize("most", [12, pytest.param(None, marks=pytest.mark.exhaustive)])
def test_on_a_phone_no_page_takes_more_than_twelve_screens(real_site: Path, open_page: Open, most: int | None) -> None:
    page = open_page(real_site / "index.html", viewport=PHONE)
    for file in (*sorted(real_site.glob("*.html")), *longest(real_site, most)):
        page.goto(file.as_uri())
        assert screens(page) <= SCREENS, file.name
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], file.name


@pytest.mark.parametrize("most", [2, variant(8)])
def test_on_a_phone_a_folded_card_says_all_that_its_use_is_of(
    real_site: Path, published_pages: Path, open_page: Open, most: int
) -> None:
    facts = {one.slug: one for one in facts_of(open_snapshot(published_pages))}
    page = open_page(real_site / "index.html", viewport=PHONE)
    for file in longest(real_site, most):
        page.goto(file.as_uri())
        shown = page.locator("#uses .card").evaluate_all("""(cards) => cards.map((card) => {
          const opening = card.parentElement.querySelector(".opening");
          const seen = opening && opening.checkVisibility() ? [opening] : [];
          const parts = [...card.querySelectorAll(".facts, .body > *"), ...seen];
          return parts.map((one) => one.innerText).join(" ");
        })""")
        for use, seen in zip(facts[file.stem].uses, shown, strict=True):
            around = [one for one in (use.lead, use.parent, *use.evidence) if one is not None]
            for one in (use.text, *around, *(each.fact for each in use.qualifiers), *use.brands):
                assert " ".join(one.text.split()) in " ".join(seen.split()), (file.name, one.text)
    # The title leaves restrictions out, so it is for those who listen until the card is opened.
    page.goto(f"{(real_site / 'drugs' / 'pembrolizumab.html').as_uri()}#use-14")
    assert page.locator("#use-13 h3 bdi").evaluate("(one) => getComputedStyle(one).clipPath") == "inset(50%)"
    assert page.locator("#use-14 h3 bdi").evaluate("(one) => getComputedStyle(one).clipPath") == "none"
    # What a group shares stays above its cards, and hides nothing of the one that is gone to.
    expect(page.locator("#use-14 h3")).to_be_in_viewport(ratio=1)
    above = page.locator(".opening:has(~ #use-14)").evaluate("(one) => one.getBoundingClientRect().bottom")
    assert 100 < above <= page.locator("#use-14 h3").evaluate("(one) => one.getBoundingClientRect().top")


def test_on_a_phone_cards_and_filters_are_folded(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "erlotinibhydrochloride.html", viewport=PHONE)
    # What restricts a use in words is said before it is opened.
    expect(page.locator("#use-2 .first")).to_be_visible()
    tabs = page.locator(".tabs")
    assert tabs.evaluate(
        "(one) => one.scrollWidth > one.clientWidth && getComputedStyle(one).backgroundImage.includes('gradient')"
    )
    page.goto((real_site / "index.html").as_uri())
    expect(page.locator("#kind")).to_be_hidden()
    page.click("#filters")
    page.select_option("#kind", "1")
    expect(page.locator("#filters")).to_have_text("Filters (1)")


def test_no_line_looks_like_a_misspelling_or_a_deletion_and_nothing_approved_is_red(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html")
    lines = page.evaluate("""() => [...new Set([...document.querySelectorAll("mark, .fact")].map((one) => {
      const style = getComputedStyle(one);
      return `${style.textDecorationLine} ${style.textDecorationStyle}`;
    }))].filter((one) => !one.startsWith("none"))""")
    assert set(lines) == {f"underline {style}" for style in ("solid", "double", "dashed", "dotted")}
    approved = page.locator("mark.top-approval_status, .chip.approval-approved")
    colors = approved.evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one)).map((one) => [one.color, one.textDecorationColor])"
    )
    for each in colors:
        for color in each:
            red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
            assert red <= max(green, blue), color


def test_on_paper_stand_the_cards_and_the_source_without_controls(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "denosumab.html")
    page.emulate_media(media="print")
    for shown in ("#use-1 blockquote", "#use-5", "#paper"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in (".tabs", "#use-1 .judge", ".top nav"):
        expect(page.locator(hidden)).to_be_hidden()


@pytest.mark.slow
def test_axe_finds_no_serious_or_critical_fault_on_a_phone(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "pembrolizumab.html", viewport=PHONE, bypass_csp=True)
    assert grave_faults(page) == []


@pytest.mark.parametrize("scheme", ["light", variant("dark")])
@pytest.mark.parametrize(
    "file",
    ["drugs/denosumab.html", *map(variant, ("index.html", "changes.html", "pages.html", "drugs/cyclophosphamide.html"))],
)
def test_axe_finds_no_serious_or_critical_fault(real_site: Path, open_page: Open, file: str, scheme: str) -> None:
    page = open_page(real_site / file, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    if file.startswith("drugs/"):
        page.click("#use-1 [data-field=conditions] .fact")
        page.click("#use-1 [data-verdict=wrong]")
        page.select_option("[data-edit=field]", "populations" if "denosumab" in file else "therapies")
    assert grave_faults(page) == []
