"""A page that means harm stays text: in the overview, in its own page, in the data of both."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.cli import run_command
from tests.invented_pages import drug_page

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
SCRIPT = "<script>document.title='taken'</script>"
HARM = (
    SCRIPT,
    '" onmouseover="document.title=\'taken\'" x="',
    "[press](javascript:document.title='taken')",
    "[send](https://evil.example/?q=1) <img src=https://evil.example/x.png onerror=alert(1)>",
    "left \u202eright to left\u202c end \u2066x\u2069",
    "line\u2028separator\u2029",
    "</script><script>document.title='taken'</script> {{ 7 * 7 }} {% raw %} <!-- ]]>",
)


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "seeds").mkdir()
    brand = "Brand <b onmouseover=alert(1)>"
    text = drug_page("Zolerab", brand=brand)
    # What turns the reading direction may stand on a page, but a fact that holds it is not published (V413).
    harm, printable = "\n\n".join(HARM), "\n\n".join(each for each in HARM if each.isprintable())
    text = text.replace("## Use in Cancer\n", f"{harm}\n\n## Use in Cancer\n\n{printable}\n").replace(
        "**breast cancer**", f"**breast cancer {SCRIPT.replace('<', '&lt;')}**"
    )
    (folder / "seeds" / "zolerab.md").write_text(text, encoding="utf-8")
    (folder / "seeds" / "bad\u202e<b>.md").write_bytes(b"\xff\xfe\x00")
    assert run_command(["convert", str(folder / "seeds"), "--output", str(folder / "output"), "--quiet"]) == 1
    assert run_command(["review", str(folder / "output"), "--quiet"]) == 0
    return folder / "output" / "review"


@pytest.mark.parametrize("file", ["index.html", "drugs/zolerab.html", "pages.html", "changes.html"])
def test_hostile_words_stay_words(hostile_site: Path, open_page: Open, file: str) -> None:
    page = open_page(hostile_site / file)
    for tab in page.locator('[role="tab"]:visible').all():
        tab.click()
    if file.startswith("drugs/"):
        page.click("#tab-resources")
    for branch in page.locator("details.resource > summary").all():
        branch.click()
    assert "taken" not in page.title()
    assert (
        page.evaluate(
            "[...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => /^on/.test(a.name))).length"
        )
        == 0
    )
    assert page.locator("img, iframe, object, embed, b[onmouseover], a[href^='javascript'], a[href^='http']").count() == 0
    # Nothing that turns the reading direction reaches the screen, wherever it stood.
    assert page.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069\\u2028\\u2029]/.test(document.body.innerText)") is False


def test_the_reader_sees_what_the_page_really_says(hostile_site: Path, open_page: Open) -> None:
    page = open_page(hostile_site / "drugs" / "zolerab.html")
    for seen in ("left [U+202E]right to left[U+202C] end", "line[U+2028]separator", "{{ 7 * 7 }}", "onmouseover="):
        expect(page.locator("#paper")).to_contain_text(seen)
    page.locator("#paper mark").first.hover()
    assert "taken" not in page.title()


def test_no_file_of_the_review_holds_a_hostile_character_or_tag(hostile_site: Path) -> None:
    for file in hostile_site.rglob("*"):
        if file.suffix in {".html", ".js"} and file.parent.name != "static":
            text = file.read_text(encoding="utf-8")
            assert not set(text) & set("\u202e\u202c\u2028\u2029\u2066\u2069"), file
            assert SCRIPT not in text
            if file.suffix == ".js":
                assert text.isascii()
                assert "<" not in text
    assert html.escape(SCRIPT, quote=False).replace("'", "&#39;") in (hostile_site / "drugs" / "zolerab.html").read_text(
        encoding="utf-8"
    )
