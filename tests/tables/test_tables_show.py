"""`onlabel show` and `onlabel tables`: what a person or a program sees of a snapshot, whatever its pages hold."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.convert import convert
from pipeline.correct import Corrections, dump
from pipeline.extract import extract
from pipeline.read import read_page
from pipeline.settings import Settings
from pipeline.snapshot import open_snapshot
from pipeline.terminology import default_folder
from tests.correct.correct_pages import entry
from tests.invented_pages import drug_page, write_pages
from tests.tables.conftest import Show

REPOSITORY = Path(__file__).resolve().parents[2]


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_all_drugs_are_listed_with_brands_uses_approval_status_and_unread(show: Show, invented: Path) -> None:
    said = show(invented)

    rows = [re.split(r" {2,}", line) for line in said.out.splitlines()]
    assert rows[0] == ["Drug", "Brands", "Uses", "Approval status", "Unread"]
    assert ["Abrotinib", "Morvia", "6", "5 approved, 1 accelerated approval", "1, 1 in words"] in rows
    assert ["Zorvalimab", "Zorvaxa, Zorvelle", "5", "5 approved"] in rows
    assert ["ZA (regimen)", "1", "1 used"] in rows
    assert ["Querinib", "Morvia", "3", "3 approved", "1, 3 in words"] in rows
    assert said.err == "5 pages, 18 uses.\n"
    assert said.code == 0


def test_a_use_in_the_table_has_what_opens_its_list_too(show: Show, shipped: Path) -> None:
    said = show(shipped, "--uses").out
    quoted = "Denosumab is also approved to increase bone mass in adults who have a high risk of breaking bones."
    (line,) = [line for line in said.splitlines() if "breast cancer in women receiving aromatase inhibitor therapy" in line]
    assert quoted in line


@pytest.mark.parametrize("wanted", ["denosumab", "Denosumab", "  DENOSUMAB ", "Prolia", "xgeva", "C61313", "993449", "481348"])
def test_a_drug_is_found_by_name_brand_slug_and_code(wanted: str, show: Show, shipped: Path) -> None:
    said = show(shipped, wanted)

    assert said.code == 0
    assert said.out.startswith("Denosumab (deh-noh-SOO-mab)\n")


@pytest.mark.parametrize(("wanted", "offered"), [("denosmab", "denosumab"), ("prolla", "Prolia"), ("geva", "Xgeva")])
def test_what_is_near_is_offered_and_never_taken(wanted: str, offered: str, show: Show, shipped: Path) -> None:
    said = show(shipped, wanted)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("W301 error")
    assert offered in said.err


@pytest.mark.parametrize("words", [["the"], ["?"], ["--condition", "of the"], ["abrotinib", "--code", "?"]])
def test_words_that_say_nothing_do_not_list_everything(words: list[str], show: Show, invented: Path) -> None:
    said = show(invented, *words)

    assert (said.code, said.out) == (2, "")
    assert "W301 error" in said.err
    assert f"{words[-1]!r} has no word or code to look for" in said.err


@pytest.mark.parametrize("wanted", ["quorvax", "Quorvax", "quorvax.md"])
def test_a_drug_whose_page_is_quarantined_is_said_to_be(wanted: str, show: Show, left_out: Path) -> None:
    said = show(left_out, wanted)

    assert (said.code, said.out) == (2, "")
    assert (
        f"W301 error: quorvax.md: no drug, brand or code '{wanted}' is published here: its page is quarantined (R" in said.err
    )


def test_a_page_that_is_about_no_drug_is_said_to_be(show: Show, left_out: Path) -> None:
    said = show(left_out, "ovarian cancer")

    assert said.code == 2
    assert "is published here: its page was read as about no drug" in said.err


@pytest.fixture(scope="module")
def left_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One drug published, one quarantined, and a page about a disease."""
    folder = tmp_path_factory.mktemp("left-out")
    disease = (
        drug_page("Zelanib").partition("# Zelanib")[0].replace("Zelanib", "Ovarian cancer").replace("zelanib", "ovarian-cancer")
    )
    pages = {
        "zelanib.md": drug_page("Zelanib"),
        "quorvax.md": drug_page("Quorvax").replace("language: en", "language: [en"),
        "ovarian-cancer.md": f"{disease}# Drugs Approved for Ovarian Cancer\n\nThis page lists drugs.\n",
    }
    report = convert([write_pages(folder / "seeds", pages)], folder / "output")
    assert report.accounting == {"inputs": 3, "published": 1, "not_a_drug": 1, "quarantined": 1, "duplicate": 0}
    return folder / "output"


def test_a_withheld_use_is_not_counted_as_unread_and_names_who_withheld_it(show: Show, tmp_path: Path) -> None:
    page = drug_page("Zelanib")
    facts = extract(read_page(page.encode(), "zelanib.md"))
    (tmp_path / "corrections.yaml").write_text(
        dump(Corrections((entry(facts, facts.uses[0], withhold=True),))), encoding="utf-8"
    )
    for path in default_folder().glob("*.sssom.tsv"):
        (tmp_path / path.name).symlink_to(path)
    output = tmp_path / "output"
    convert([write_pages(tmp_path / "seeds", {"zelanib.md": page})], output, Settings(), mappings=tmp_path)

    (row,) = [line for line in show(output).out.splitlines() if line.startswith("Zelanib")]
    assert re.split(r" {2,}", row)[-1] == "1 withheld"
    (line,) = json_lines(show(output, "--json").out)
    assert (line["unread"], line["withheld"], line["uses"]) == (0, 1, 1)
    said = show(output, "zelanib").out
    assert re.search(r"^uses +1: 1 approved; 1 withheld by a reviewer$", said, re.MULTILINE)
    why = "(withheld by a reviewer: Ann Example, 2026-11-02: The page says otherwise.)"
    assert re.search(rf"^withheld +“breast cancer that has metastasized” zelanib.md:\d+ {re.escape(why)}$", said, re.MULTILINE)
    assert "unread" not in said
    assert show(output, command="tables").code == 0
    rows = [*csv.DictReader((output / "tables" / "unread.csv").read_text(encoding="utf-8").splitlines())]
    assert [(row["role"], row["quote"]) for row in rows] == [("withheld", "breast cancer that has metastasized")]


def test_words_that_stand_for_several_drugs_are_asked_back(show: Show, tmp_path: Path) -> None:
    pages = {f"{name.lower()}.md": drug_page(name, brand="Samebrand") for name in ("Zelanib", "Abrotinib")}
    convert([write_pages(tmp_path / "seeds", pages)], tmp_path / "output")

    said = show(tmp_path / "output", "samebrand")
    assert (said.code, said.out) == (2, "")
    assert "W302" in said.err
    assert "abrotinib, zelanib" in said.err


def test_every_use_is_shown_with_its_quotes_at_their_lines(show: Show, output: Path) -> None:
    record = next(record for record in open_snapshot(output).records() if len(record.facts.uses) > 3)
    said = show(output, record.slug).out

    facts = record.facts
    for number, use in enumerate(facts.uses, start=1):
        assert re.search(rf"^{number}  ", said, re.MULTILINE)
        for quote in (use.text, use.lead, use.parent):
            if quote:
                assert f"says         “{quote.text}” {facts.page.name}:{facts.page.line(quote.spans[0].start)}\n" in said
    assert all(identity in said for ids in record.indications for identity in ids)
    assert all(f"“{studied.text}”" in said for studied in facts.studied)


def test_what_is_denied_unread_or_accelerated_is_said(show: Show, invented: Path) -> None:
    said = re.sub(r" {2,}", "  ", show(invented, "abrotinib").out)

    assert "not approved  “Abrotinib is not approved to treat bladder cancer.” abrotinib.md:35" in said
    assert "unread  “The cart must be green.” abrotinib.md:33 (no rule knows this shape of sentence)" in said
    assert "approval  accelerated approval\n" in said
    assert "after  docetaxel or capecitabine\n" in said
    assert "  with  dexamethasone\n" in said
    assert "may be with  trastuzumab\n" in said


def test_words_that_restrict_a_use_are_said_before_all_else_of_it(show: Show, invented: Path) -> None:
    said = re.sub(r" {2,}", "  ", show(invented, "querinib").out)

    first = said[said.index("1  treat Sarcoma") : said.index("2  treat Glioma")]
    assert first.startswith(
        "1  treat Sarcoma  only as the words say\n  in words  “in pellet form”\n  in words  “in pregnant patients”\n"
    )
    assert "in words  “into the bladder” (manner)\n" in said
    listed = show(invented, "--uses").out
    assert "only “in pellet form”, “in pregnant patients”, “The cart must be green.”" in listed


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--approval-status", "accelerated_approval"), {("abrotinib", 4)}),
        (("--condition", "MELANOMA"), {("abrotinib", 5), ("hostile", 2), ("zorvalimab", 2)}),
        (("--condition", "multiple myeloma"), {("abrotinib", 3), ("zorvalimab", 5)}),
        (("--code", "c90.0"), {("abrotinib", 3), ("zorvalimab", 5)}),
        (("--brand", "zorvelle"), {("zorvalimab", 1), ("zorvalimab", 3), ("zorvalimab", 4), ("zorvalimab", 5)}),
        (("--brand", "Zorvaxa", "--condition", "melanoma"), {("zorvalimab", 2)}),
        (("--brand", "Nosuch"), set()),
    ],
)
def test_filters_keep_the_uses_that_are_asked_for(
    filters: Sequence[str], expected: set[tuple[str, int]], show: Show, invented: Path
) -> None:
    said = show(invented, "--uses", "--json", *filters)

    assert {(line["slug"], line["use"]) for line in json_lines(said.out)} == expected
    listed = show(invented, "--json", *filters)
    assert {line["slug"] for line in json_lines(listed.out)} == {slug for slug, _ in expected}
    assert said.code == listed.code == 0


def test_filters_apply_to_one_drug_too_and_say_so(show: Show, invented: Path) -> None:
    said = show(invented, "abrotinib", "--condition", "myeloma").out

    assert re.search(r"uses +1 of 6: 1 approved", said)
    assert re.findall(r"^(\d)  ", said, re.MULTILINE) == ["3"]


def test_json_has_every_fact_with_its_words_place_and_codes(show: Show, output: Path) -> None:
    lines = json_lines(show(output, "--uses", "--json").out)

    uses = [
        (record, number, use) for record in open_snapshot(output).records() for number, use in enumerate(record.facts.uses, 1)
    ]
    assert len(lines) == len(uses)
    for line, (record, number, use) in zip(lines, uses, strict=True):
        page = record.facts.page
        assert (line["slug"], line["use"], line["approval_status"]) == (record.slug, number, use.approval_status)
        assert line["text"]["text"] == use.text.text
        assert line["text"]["line"] == page.line(use.text.spans[0].start)
        assert line["text"]["spans"] == [[span.start, span.end] for span in use.text.spans]
        assert [each["text"] for each in line.get("conditions", [])] == [each.text for each in use.conditions]
        assert [code["code"] for each in line.get("conditions", []) for code in each.get("codings", [])] == [
            code.code for each in use.conditions for code in each.codings
        ]
        assert line["page"]["sha256"] == page.sha256


def test_json_of_a_drug_has_its_uses_sentences_and_findings(show: Show, invented: Path) -> None:
    (line,) = json_lines(show(invented, "abrotinib", "--json").out)

    assert [use["use"] for use in line["uses"]] == [1, 2, 3, 4, 5, 6]
    assert [each["text"] for each in line["denials"]] == ["Abrotinib is not approved to treat bladder cancer."]
    assert any(sentence["role"] == "unread" for sentence in line["sentences"])
    assert [finding["code"] for finding in line["findings"]] == ["X210"]


def test_a_resource_is_shown_as_json_under_what_it_quotes(show: Show, shipped: Path) -> None:
    folder = shipped / "current" / "R5" / "resources"
    for file in sorted(folder.glob("*.ndjson")):
        for line in file.read_text(encoding="utf-8").splitlines():
            resource = json.loads(line)
            name = f"{resource['resourceType']}/{resource['id']}"
            assert json_lines(show(shipped, name, "--json").out) == [resource]
            said = show(shipped, name).out
            assert said.startswith(f"{name}\n")
            assert json.loads(said[said.index("\n{") :]) == resource
            quoted = said[: said.index("\n{")]
            if resource["resourceType"] == "ClinicalUseDefinition":
                texts = [each["extension"] for each in resource["extension"] if each["url"].endswith("/quote")]
                said_of_it = [part["valueString"] for parts in texts for part in parts if part["url"] == "text"]
                assert said_of_it
                assert all(f"“{text}”" in quoted for text in said_of_it if not any(text != o and text in o for o in said_of_it))
                assert "denosumab.md:" in quoted
            if resource["resourceType"] == "DocumentReference":  # what a use says is quoted with the use
                assert "“Denosumab is also being studied" in quoted
            if resource["resourceType"] == "MedicationKnowledge":
                assert "“These uses are approved for the Prolia brand" in quoted or "“Prolia”" in quoted or "“Xgeva”" in quoted


@pytest.mark.parametrize(
    "name", ["ClinicalUseDefinition/nci.denosumab.nosuch", "Nosuch/nci.denosumab", "Medication/../../report"]
)
def test_a_resource_that_is_not_there_is_said(name: str, show: Show, shipped: Path) -> None:
    said = show(shipped, name)

    assert (said.code, said.out) == (2, "")
    assert re.match(r"W30[13] error", said.err)


@pytest.mark.parametrize("version", ["R5", "R4B", "R4"])
def test_every_version_shows_the_same_uses(version: str, show: Show, invented: Path) -> None:
    uses, expected = (
        [
            (line["slug"], line["use"], line["text"], line["approval_status"], line.get("brands"), line.get("populations"))
            for line in lines
        ]
        for lines in (
            json_lines(show(invented, "--uses", "--json", "--fhir", version).out),
            json_lines(show(invented, "--uses", "--json").out),
        )
    )

    assert uses == expected
    assert "says " in show(invented, "abrotinib", "--fhir", version).out


def test_the_core_profile_is_shown_and_tabulated_without_views(show: Show, seed: Path, tmp_path: Path) -> None:
    convert([seed], tmp_path / "output", Settings(profile="core"))

    assert "5: 5 approved" in show(tmp_path / "output", "denosumab").out
    said = show(tmp_path / "output", command="tables")
    assert "uses.csv: 5 rows" in said.out
    assert said.err.startswith("No views")


def test_a_single_word_is_the_output_folder_only_where_something_is_published(
    show: Show, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").symlink_to(shipped)
    (tmp_path / "denosumab").mkdir()

    assert show("denosumab").out.startswith("Denosumab")
    assert show("output").out.startswith("Drug")
    assert show().out == show("output").out
    assert show("./nowhere").code == 2


def test_too_many_words_are_refused_with_the_way_to_write_them(show: Show) -> None:
    said = show("output", "trastuzumab", "deruxtecan")

    assert said.code == 2
    assert "U901" in said.err
    assert '"trastuzumab deruxtecan"' in said.err


def test_tables_go_beside_the_snapshots_or_where_they_are_asked_to(show: Show, seed: Path, tmp_path: Path) -> None:
    convert([seed], tmp_path / "output")
    inside = {path.relative_to(tmp_path) for path in (tmp_path / "output" / "snapshots").rglob("*")}

    for where in (tmp_path / "output", (tmp_path / "output" / "current").resolve()):
        said = show(where, command="tables")
        assert said.out.splitlines()[0] == f"{tmp_path / 'output' / 'tables' / 'uses'}.csv: 5 rows"
    assert show(tmp_path / "output", "--to", tmp_path / "mine", command="tables").code == 0
    assert (tmp_path / "mine" / "uses.csv").read_bytes() == (tmp_path / "output" / "tables" / "uses.csv").read_bytes()
    assert {path.relative_to(tmp_path) for path in (tmp_path / "output" / "snapshots").rglob("*")} == inside
    said = show(tmp_path / "output", "--to", tmp_path / "output" / "current" / "x", command="tables")
    assert said.code == 2
    assert "W310" in said.err


def test_an_earlier_treatment_is_shown_with_how_many_there_were(tmp_path: Path, show: Show) -> None:
    """Its name alone would be wider than the page."""
    page = drug_page("Zolerab").replace("in adults", "in adults who have had at least two other systemic therapies")
    convert([write_pages(tmp_path / "seeds", {"zolerab.md": page})], tmp_path / "out")
    assert "   after        at least two other systemic therapies\n" in show(tmp_path / "out", "zolerab").out
