"""From a mark on a card to what is published: marked, exported, applied, and held back when the page changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.cli import run_command
from pipeline.correct import Correction, load
from pipeline.model import Age
from pipeline.snapshot import open_snapshot
from pipeline.terminology import default_folder
from tests.invented_pages import drug_page
from tests.review.accessible import grave_faults

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
#: Selects words of the source as a mouse would.
SELECT = """(words) => {
  const nodes = [];
  const walker = document.createTreeWalker(document.getElementById("paper"), NodeFilter.SHOW_TEXT);
  const shown = (node) => node.parentElement.matches("[data-s]:not(.target)");
  while (walker.nextNode()) if (shown(walker.currentNode)) nodes.push(walker.currentNode);
  const all = nodes.map((node) => node.data).join("");
  const at = all.lastIndexOf(words);
  const place = (offset) => {
    for (const node of nodes) {
      if (offset <= node.data.length) return [node, offset];
      offset -= node.data.length;
    }
  };
  getSelection().setBaseAndExtent(...place(at), ...place(at + words.length));
}"""


class Desk:
    """Seeds, tables and output of one reviewer."""

    def __init__(self, folder: Path) -> None:
        self.seeds, self.tables, self.output = folder / "seeds", folder / "mappings", folder / "output"
        self.seeds.mkdir()
        self.tables.mkdir()
        for path in default_folder().glob("*.sssom.tsv"):
            (self.tables / path.name).symlink_to(path)
        self.page()

    def page(self, more: str = "") -> None:
        (self.seeds / "zolerab.md").write_text(drug_page("Zolerab") + more, encoding="utf-8")

    def publish(self, *options: str) -> Path:
        tables = ["--mappings", str(self.tables), "--quiet"]
        assert run_command(["convert", str(self.seeds), "--output", str(self.output), *tables]) == 0
        assert run_command(["review", str(self.output), *tables, *options]) == 0
        return self.output / "review" / "drugs" / "zolerab.html"

    def conditions(self) -> list[list[str]]:
        record = open_snapshot(self.output).record("zolerab")
        assert record is not None
        return [[fact.text for fact in use.conditions] for use in record.facts.uses]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def exported(page: Page, desk: Desk) -> tuple[Correction, ...]:
    with page.expect_download() as download:
        page.click("[data-export]")
    assert download.value.suggested_filename == "corrections.yaml"
    download.value.save_as(desk.tables / "corrections.yaml")
    return load(desk.tables).entries


def decide(page: Page, use: int, verdict: str, reason: str = "") -> None:
    page.click(f"#use-{use} [data-verdict={verdict}]")
    page.get_by_label("Your name").fill("Jane Doe, PharmD")
    page.get_by_label("Remark" if verdict == "right" else "Reason").fill(reason)


@pytest.mark.slow
def test_an_export_is_applied_as_it_is_beside_an_earlier_one(desk: Desk, open_page: Open, tmp_path: Path) -> None:
    page = open_page(desk.publish(), accept_downloads=True)
    decide(page, 2, "right")
    page.click("[data-keep]")
    assert len(exported(page, desk)) == 1
    decide(page, 1, "wrong", "It is none.")
    page.locator("#use-1").get_by_label("Withhold this use").check()
    page.click("[data-keep]")
    with page.expect_download() as download:
        page.click("[data-export]")
    file = tmp_path / "corrections (1).yaml"
    download.value.save_as(file)
    options = ["--mappings", str(desk.tables), "--corrections", str(file), "--quiet"]
    assert run_command(["convert", str(desk.seeds), "--output", str(desk.output), *options]) == 0
    assert len(desk.conditions()) == 1
    assert run_command(["verify", str(desk.output), "--quiet"]) == 0


def test_a_correction_goes_round(desk: Desk, open_page: Open, capsys: pytest.CaptureFixture[str]) -> None:
    page = open_page(desk.publish(), accept_downloads=True)
    before = desk.conditions()
    decide(page, 2, "right")
    page.click("[data-keep]")
    decide(page, 1, "wrong", 'It says "cancer": no more.\u2028')
    page.click("[data-keep]")
    expect(page.locator("#use-1 .said")).to_have_text("Correct a field, or withhold the use.")
    page.select_option("[data-edit=field]", "conditions")
    page.fill("[data-edit=words]", "words that stand nowhere")
    page.click("[data-edit=add]")
    expect(page.locator("#use-1 .said")).to_contain_text("must quote it")
    page.locator("#use-1 .quotes button").first.click()
    word = before[0][0].split()[0]
    page.evaluate(SELECT, word)
    expect(page.locator("[data-edit=words]")).to_have_value(word)
    page.click("[data-edit=add]")
    page.click("[data-keep]")
    expect(page.locator("#use-1 .mine")).to_contain_text("wrong")
    page.reload()
    expect(page.locator("#use-1 [data-verdict=wrong]")).to_have_attribute("aria-pressed", "true")

    entries = exported(page, desk)
    assert {(one.verdict, one.reviewer) for one in entries} == {("right", "Jane Doe, PharmD"), ("wrong", "Jane Doe, PharmD")}
    (wrong,) = (one for one in entries if one.verdict == "wrong")
    assert wrong.reason == 'It says "cancer": no more.'

    page = open_page(desk.publish())
    assert desk.conditions() == [[word], before[1]]
    assert run_command(["verify", str(desk.output), "--quiet"]) == 0
    expect(page.locator("#use-2 .decisions")).to_contain_text("reviewed: right Jane Doe, PharmD")
    expect(page.locator("#use-1 .decisions")).to_contain_text("corrected by Jane Doe, PharmD")
    expect(page.locator("#use-1 .decisions")).not_to_contain_text("reviewed: wrong")
    expect(page.locator("#use-1 .decisions")).to_contain_text("It says")
    overview = open_page(desk.output / "review" / "index.html")
    expect(overview.locator("#drugs")).to_contain_text("2 of 2 reviewed")
    capsys.readouterr()
    assert run_command(["review", str(desk.output), "--mappings", str(desk.tables), "--progress"]) == 0
    assert (
        "2 of 2 uses reviewed, on 1 of 1 page\n  1 right, 1 wrong, 0 incomplete\n  Jane Doe, PharmD: 2 uses"
        in capsys.readouterr().out
    )

    desk.page("\nAn added sentence.\n")
    page = open_page(desk.publish())
    assert desk.conditions() == before, "the page changed, so nothing is applied"
    expect(page.locator("#use-1 .decision")).to_have_count(0)
    capsys.readouterr()
    assert run_command(["review", str(desk.output), "--mappings", str(desk.tables), "--progress"]) == 0
    assert capsys.readouterr().out.count("for another look, the page changed: zolerab") == 2
    for scheme in ("light", "dark"):
        changes = open_page(desk.output / "review" / "changes.html", color_scheme=scheme, bypass_csp=True)
        changes.locator(".change summary").first.click()
        expect(changes.locator(".change blockquote").first).to_be_visible()
        assert grave_faults(changes) == []


@pytest.mark.slow
def test_a_withheld_use_is_not_published_and_its_sentence_says_so(desk: Desk, open_page: Open) -> None:
    page = open_page(desk.publish(), accept_downloads=True)
    decide(page, 1, "wrong", "Not a use.")
    page.get_by_label("Withhold this use").check()
    page.click("[data-keep]")
    (entry,) = exported(page, desk)
    assert entry.withhold
    page = open_page(desk.publish())
    assert len(desk.conditions()) == 1
    expect(page.locator("#paper .tag")).to_contain_text(["withheld"])


@pytest.mark.slow
def test_patients_and_treatments_are_corrected_part_by_part(desk: Desk, open_page: Open) -> None:
    more = (
        ". It is used with or without cisplatin or docetaxel in women aged 12 years and older who were treated with tamoxifen"
    )
    page_text = drug_page("Zolerab").replace("that has metastasized", f"that has metastasized{more}")
    (desk.seeds / "zolerab.md").write_text(page_text, encoding="utf-8")
    page = open_page(desk.publish(), accept_downloads=True)
    decide(page, 1, "wrong", "Read too little.")
    edit = page.locator("#use-1 .edit")

    def choose(field: str) -> None:
        page.select_option("[data-edit=field]", field)
        while edit.locator(".quotes button").count():
            edit.locator(".quotes button").first.click()

    choose("populations")
    edit.get_by_label("What the words say").select_option("sex female")
    edit.locator("[data-edit=words]").fill("women")
    edit.locator("[data-edit=add]").click()
    edit.get_by_label("What the words say").select_option("age-range")
    edit.get_by_label("Together with the others").select_option("and")
    page.evaluate(SELECT, "aged 12 years and older")
    expect(edit.locator("[data-edit=words]")).to_have_value("aged 12 years and older")
    edit.locator("[data-edit=add]").click()
    expect(edit.locator(".said")).to_have_text("Give the age from which, or to which.")
    edit.get_by_label("From").fill("12")
    edit.locator("[data-edit=add]").click()
    expect(edit.locator(".quotes li")).to_have_text(["women (female) and aged 12 years and older (from 12 years)Remove"])
    for field, mode, phrase, names in (
        ("therapies", "optional", "with or without cisplatin or docetaxel", ("cisplatin", "docetaxel")),
        ("prior", "required", "treated with tamoxifen", ("tamoxifen",)),
    ):
        choose(field)
        edit.get_by_label("How").select_option(mode)
        edit.get_by_label("Words of the page").fill(phrase)
        for name in names:
            edit.get_by_label("Each treatment").fill(name)
            edit.locator("[data-edit=name]").click()
        if field == "prior":
            page.click("[data-keep]")
            expect(edit.locator(".said")).to_contain_text("were not added")
        edit.locator("[data-edit=add]").click()
        expect(edit.locator(".quotes li")).to_have_count(1)
    page.click("[data-keep]")
    (entry,) = exported(page, desk)
    assert set(entry.edits.changed) == {"populations", "therapies", "prior"}

    desk.publish()
    record = open_snapshot(desk.output).record("zolerab")
    assert record is not None
    use = record.facts.uses[0]
    ((sex, years),) = (group.characteristics for group in use.populations)
    assert (sex.fact.text, sex.sex, years.fact.text, years.low) == (
        "women",
        "female",
        "aged 12 years and older",
        Age(12, "year"),
    )
    ((therapy,), (prior,)) = (use.therapies, use.prior)
    assert (therapy.mode, [one.text for one in therapy.names]) == ("optional", ["cisplatin", "docetaxel"])
    assert (prior.mode, prior.phrase.text, [one.text for one in prior.names]) == (
        "required",
        "treated with tamoxifen",
        ["tamoxifen"],
    )
    assert run_command(["verify", str(desk.output), "--quiet"]) == 0


@pytest.mark.slow
def test_a_drawn_use_is_marked_and_its_decision_counts_for_the_precision(
    desk: Desk, open_page: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    page = open_page(desk.publish("--sample", "1"), accept_downloads=True)
    cards = page.locator(".card[data-use]")
    expect(cards).to_have_count(2)
    expect(page.locator(".chip.drawn")).to_have_count(1)
    drawn = int(cards.filter(has=page.locator(".chip.drawn")).get_attribute("data-use") or 0)
    page.goto((desk.output / "review" / "index.html").as_uri())
    expect(page.locator("#waiting")).to_have_text("1")
    page.click("text=Show these drugs")
    expect(page.locator("#drugs .name")).to_have_count(1)
    page.click("#drugs .name")
    decide(page, 1, "right")
    page.click("[data-keep]")
    page.click("#use-2 [data-verdict=right]")
    page.goto((desk.output / "review" / "index.html").as_uri() + "#reviewed=drawn")
    expect(page.locator("#waiting")).to_have_text("0")
    expect(page.locator("#drugs .name")).to_have_count(0)

    uses = {one.span.start: one.sampled for one in exported(page, desk)}
    assert [uses[place] for place in sorted(uses)] == [drawn == 1, drawn == 2]
    command = ["review", str(desk.output), "--mappings", str(desk.tables)]
    capsys.readouterr()
    assert run_command([*command, "--progress", "--sample", "1"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"Precision 100.0% \(95 % interval \d+\.\d% to 100.0%\) of 1 use drawn at random", said)
    assert "1 of 1 use of this draw decided\n" in said
    # Without a draw, what was drawn for an earlier decision stays marked, and nothing else is.
    page = open_page(desk.publish())
    expect(page.locator(".chip.drawn")).to_have_count(1)
    expect(page.locator(f"#use-{drawn} .chip.drawn")).to_have_count(1)


@pytest.mark.slow
def test_a_decision_made_before_the_use_was_drawn_counts_too(desk: Desk, open_page: Open) -> None:
    page = open_page(desk.publish(), accept_downloads=True)
    expect(page.locator(".chip.drawn")).to_have_count(0)
    decide(page, 1, "right")
    page.click("[data-keep]")
    desk.publish("--sample", "2")
    page.reload()
    assert [one.sampled for one in exported(page, desk)] == [True]
    # Opening the page was no step of the reviewer's: the key takes back the decision.
    page.keyboard.press("u")
    expect(page.locator("[data-export]")).to_be_hidden()
    page.keyboard.press("u")
    expect(page.locator("[data-place]")).to_have_text("Nothing to undo")


def test_a_decision_can_be_taken_back(desk: Desk, open_page: Open) -> None:
    page = open_page(desk.publish())
    decide(page, 1, "incomplete", "The age is missing.")
    page.click("[data-keep]")
    expect(page.locator("[data-export]")).to_contain_text("Export 1")
    page.click("#use-1 [data-verdict=incomplete]")
    page.click("text=Remove decision")
    expect(page.locator("[data-export]")).to_be_hidden()
    expect(page.locator("#use-1 [aria-pressed=true][data-verdict]")).to_have_count(0)
