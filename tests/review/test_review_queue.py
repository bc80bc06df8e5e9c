"""The queue: uses by need, decided by keys one after the other, undone, and decided many at once with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.cli import run_command
from pipeline.correct import load_files
from pipeline.facts import PublishedFacts
from pipeline.review.overview import NEEDS
from pipeline.snapshot import facts_of, open_snapshot
from pipeline.tables import unread_in
from tests.review.accessible import grave_faults

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
CURRENT = ".card.current"


@pytest.fixture(scope="module")
def drugs(published_pages: Path) -> list[PublishedFacts]:
    return list(facts_of(open_snapshot(published_pages)))


def name_me(page: Page) -> None:
    page.evaluate("localStorage.setItem('onlabel.reviewer', 'Ann, PharmD')")


def test_the_queue_lists_uses_by_need(real_site: Path, open_page: Open, drugs: list[PublishedFacts]) -> None:
    page = open_page(real_site / "queue.html")
    uses = [(facts, use) for facts in drugs for use in facts.uses]
    words = sum(use.qualified_in_words for _, use in uses)
    beside = sum(bool(unread_in(facts, use)) and not use.qualified_in_words for facts, use in uses)
    expect(page.locator("#left")).to_contain_text(f"{len(uses)} of {len(uses)} uses wait for a decision: {words} restricted in")
    assert beside == 0 or f"{beside} unread beside it" in page.locator("#left").inner_text()
    listed = page.locator("#queue li")
    expect(listed).to_have_count(50)
    for at in range(words):
        expect(listed.nth(at).locator(".chip").first).to_have_text("restricted in words")
    expect(listed.nth(words)).not_to_contain_text("restricted in words")
    # Nobody disagrees here, so that need is not offered; the others are by the same numbers.
    expect(page.locator("#need option")).to_have_text(["All, most urgent first", *(one.capitalize() for _, one in NEEDS[1:])])
    page.select_option("#need", label="Restricted in words")
    expect(listed).to_have_count(words)
    page.select_option("#need", "")
    # The title leaves it out, and whoever decides from this list must not take it for a broader use.
    page.fill("#query", "ensartinib")
    expect(listed).to_contain_text(["ALK"])
    page.fill("#query", "afamitresgene")
    expect(listed.locator(".approval-accelerated_approval")).to_have_text("accelerated approval")
    page.fill("#query", "NSCLC")
    expect(page.locator("#count")).to_contain_text("in this queue with “NSCLC” as non-small cell lung cancer")


#: A use's own words: what is lit first on the page may be a sentence far above that says something of it.
LIT_IN_VIEW = """() => [...document.querySelectorAll("#paper mark.lit")].some((one) => {
    const place = one.getBoundingClientRect();
    return place.bottom > 0 && place.top < innerHeight;
})"""


def test_one_key_decides_and_goes_on_with_the_source_lit(real_site: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(real_site / "queue.html", accept_downloads=True, reduced_motion="reduce")
    name_me(page)
    page.reload()
    expect(page.locator("#start")).to_be_focused()
    page.keyboard.press("Enter")
    seen = []
    for key in ("r", "s", "r"):
        expect(page.locator("[data-place]")).to_contain_text("in the queue")
        expect(page.locator(CURRENT)).to_have_count(1)
        page.wait_for_function(LIT_IN_VIEW)
        seen.append((page.url, page.locator(CURRENT).get_attribute("id")))
        page.keyboard.press(key)
        page.wait_for_function("(before) => location.href !== before", arg=seen[-1][0])
    assert len(set(seen)) == 3
    # Wrong needs a reason; the key fills in the last one, and Enter keeps it and goes on.
    expect(page.locator(CURRENT)).to_have_count(1)
    before = page.url
    page.keyboard.press("w")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("The page says it of another drug.")
    page.keyboard.press("Enter")
    page.wait_for_function("(before) => location.href !== before", arg=before)
    expect(page.locator(CURRENT)).to_have_count(1)
    last = page.url
    page.keyboard.press("i")
    expect(page.get_by_label("Reason")).to_have_value("The page says it of another drug.")
    page.keyboard.press("Escape")
    expect(page.locator(".edit")).to_have_count(0)
    page.keyboard.press("u")
    page.wait_for_function("(before) => location.href === before", arg=before)
    expect(page.locator(CURRENT)).to_have_count(1)
    expect(page.locator(f"{CURRENT} [aria-pressed=true][data-verdict]")).to_have_count(0)
    assert page.url != last
    page.keyboard.press("q")
    expect(page.locator("#left")).to_contain_text(re.compile(r"^\d+ of \d+ uses wait"))
    with page.expect_download() as download:
        page.click("[data-export]")
    download.value.save_as(tmp_path / "corrections.yaml")
    assert [(one.verdict, one.reviewer) for one in load_files([tmp_path / "corrections.yaml"]).entries] == [
        ("right", "Ann, PharmD"),
        ("right", "Ann, PharmD"),
    ]


def test_down_a_page_without_a_queue(real_site: Path, open_page: Open) -> None:
    page = open_page(real_site / "drugs" / "denosumab.html", reduced_motion="reduce")
    page.keyboard.press("r")
    expect(page.locator("#use-1.current")).to_be_visible()
    page.keyboard.press("r")
    page.get_by_label("Your name").fill("Ann, PharmD")
    page.keyboard.press("Enter")
    expect(page.locator("#use-2.current")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("j")
    expect(page.locator("#use-4.current")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#use-2.current")).to_be_visible()
    expect(page.locator("[data-decided]")).to_have_text("1")
    expect(page.locator("[data-export]")).to_have_text("Export 1 decision", use_inner_text=True)


def test_many_are_decided_at_once_with_a_reason_and_undone_at_once(
    real_site: Path, open_page: Open, drugs: list[PublishedFacts], tmp_path: Path
) -> None:
    page = open_page(real_site / "queue.html", accept_downloads=True)
    page.fill("#query", "drug:denosumab")
    page.click("text=Decide on all of this queue at once")
    page.click("#many")
    expect(page.locator("#said")).to_have_text("The decision is missing.")
    page.select_option("#verdict", "right")
    page.click("#many")
    expect(page.locator("#said")).to_have_text("Your name is missing.")
    page.fill("#reviewer", "Ann, PharmD")
    page.click("#many")
    expect(page.locator("#said")).to_contain_text("The reason is missing")
    page.fill("#reason", "Compared with the label by hand.")
    page.click("#many")
    (facts,) = (one for one in drugs if one.slug == "denosumab")
    expect(page.locator("#said")).to_contain_text(f"{len(facts.uses)} decided: right")
    with page.expect_download() as download:
        page.click("[data-export]")
    download.value.save_as(tmp_path / "corrections.yaml")
    entries = load_files([tmp_path / "corrections.yaml"]).entries
    assert {(one.verdict, one.reason, one.sampled) for one in entries} == {("right", "Compared with the label by hand.", False)}
    assert len(entries) == len(facts.uses)
    page.click("#undo")
    expect(page.locator("#said")).to_contain_text(f"{len(facts.uses)} taken back")
    expect(page.locator("[data-export]")).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_or_critical_fault(real_site: Path, open_page: Open, scheme: str) -> None:
    page = open_page(real_site / "queue.html", color_scheme=scheme, bypass_csp=True)
    page.click("text=Decide on all of this queue at once")
    assert grave_faults(page) == []


@pytest.mark.slow
def test_two_reviewers_stand_side_by_side_and_what_they_disagree_on_is_not_decided(
    real_site: Path, published_pages: Path, open_page: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for who, verdicts in (("Ann", ("r", "r", "r", "i")), ("Bo", ("r", "r", "i", "i"))):
        page = open_page(real_site / "drugs" / "denosumab.html", accept_downloads=True, reduced_motion="reduce")
        page.evaluate("(who) => localStorage.setItem('onlabel.reviewer', who)", who)
        page.keyboard.press("j")
        for at, key in enumerate(verdicts, 1):
            expect(page.locator(f"#use-{at}.current")).to_be_visible()
            page.keyboard.press(key)
            if key == "i":
                page.keyboard.type("The age.")
                page.keyboard.press("Enter")
        with page.expect_download() as download:
            page.click("[data-export]")
        files.append(tmp_path / f"{who}.yaml")
        download.value.save_as(files[-1])
    options = [*("--corrections", str(files[0])), *("--corrections", str(files[1]))]
    assert run_command(["review", str(published_pages), "--progress", *options]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^3 of \d+ uses reviewed", said, re.MULTILINE)
    assert re.search(r"^\d+ uses to review: 1 reviewers disagree, \d+ restricted in words, ", said, re.MULTILINE)
    assert "Ann and Bo: 3 of 4 uses with the same verdict, Cohen's kappa 0.50" in said
    assert re.search(r"not decided: denosumab: .* \(Ann: right; Bo: incomplete, The age\.\)", said)
    assert run_command(["review", str(published_pages), "--to", str(tmp_path / "both"), "--quiet", *options]) == 0
    page = open_page(tmp_path / "both" / "queue.html")
    expect(page.locator("#queue li").first).to_contain_text("Denosumab")
    expect(page.locator("#queue li").first).to_contain_text("reviewers disagree")
    expect(page.locator(".agreement")).to_contain_text("Cohen's kappa 0.50")
    expect(page.locator(".agreement tbody tr")).to_have_count(1)


@pytest.mark.slow
def test_what_was_decided_among_many_does_not_count_for_the_precision(
    published_pages: Path, open_page: Open, tmp_path: Path
) -> None:
    site = tmp_path / "review"
    assert run_command(["review", str(published_pages), "--to", str(site), "--sample", "1000", "--quiet"]) == 0
    page = open_page(site / "queue.html", accept_downloads=True)
    page.fill("#query", "drug:denosumab")
    page.click("text=Decide on all of this queue at once")
    page.select_option("#verdict", "right")
    page.fill("#reviewer", "Ann, PharmD")
    page.fill("#reason", "Compared with the label by hand.")
    page.click("#many")
    page.goto((site / "drugs" / "denosumab.html#use-1").as_uri().replace("%23", "#"))
    expect(page.locator(CURRENT)).to_have_count(1)
    page.keyboard.press("r")
    with page.expect_download() as download:
        page.click("[data-export]")
    download.value.save_as(tmp_path / "corrections.yaml")
    entries = load_files([tmp_path / "corrections.yaml"]).entries
    assert sorted(one.sampled for one in entries) == [False] * (len(entries) - 1) + [True]
