"""Pages of other publishers: recognized by what they say, read as far as they are understood, published under their names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import orjson
import pytest

import pipeline
from pipeline.cli import run_command
from pipeline.extract import extract
from pipeline.fhir import build
from pipeline.model import DrugFacts
from pipeline.publishers import named, profiles
from pipeline.read import read_page
from pipeline.settings import Settings
from pipeline.verify import verify

SET_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
LABEL = f"""\
---
title: "Zolafen"
source: DailyMed
url: https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={SET_ID}
language: en
---

# Zolafen

## 1 Indications and Usage

### 1.1 Hypertension

ZOLVEX is indicated for the treatment of hypertension in adults [see Clinical Studies (14.1)].

### 1.2 Diabetes

Zolafen tablets are indicated as an adjunct to diet and exercise to improve glycemic control in adults with type 2 diabetes.

For the relief of the signs and symptoms of osteoarthritis.

ZOLVEX is indicated for the prevention of

- migraine
- angina

### 1.3 Limitations of Use

ZOLVEX is not indicated for the treatment of gout. Controlled studies do not extend beyond 6 months. (See WARNINGS.)

## 2 Dosage and Administration

ZOLVEX is indicated once a day.
"""
PLAIN = """\
---
title: Zolafen - Health Pages
source: Health Pages
url: https://health.example/drugs/zolafen.html
---

# Zolafen - Health Pages

## Why is this medication prescribed?

Zolafen is used to treat melanoma that has spread. It is indicated for the treatment of glioma in adults.
"""


NOT_ATTACHED = (
    "The page's text is not attached, because its license does not say that anybody may copy it: size and hash are its."
)
#: What is said of a page that no profile takes: what each looked for.
NOBODYS = (
    "nci: it has neither the label of US brand names, the label of FDA approval, a section on its use nor its definition in "
    "the NCI Drug Dictionary; fda-label: it lacks a section on its use; page: it lacks a section on its use"
)


def facts_of(text: str, name: str = "page.md") -> DrugFacts:
    return extract(read_page(text.encode(), name))


def test_a_label_is_read_by_its_own_profile() -> None:
    facts = facts_of(LABEL)

    assert (facts.publisher, facts.slug, facts.kind, facts.name and facts.name.text) == (
        "fda-label",
        f"fda-label.{SET_ID}",
        "drug",
        "Zolafen",
    )
    stated = {condition.text: use for use in facts.uses for condition in use.conditions}
    assert list(stated) == ["hypertension", "type 2 diabetes", "osteoarthritis", "migraine", "angina"]
    assert {use.approval_status for use in facts.uses} == {"approved"}
    purposes = [one.fact.text for one in stated["type 2 diabetes"].qualifiers if one.kind == "purpose"]
    assert purposes == ["improve glycemic control"]
    assert [one.fact.text for one in stated["type 2 diabetes"].qualifiers if one.kind == "stated"][:2] == [
        "1.2 Diabetes",
        "as an adjunct to diet and exercise",
    ]
    assert stated["migraine"].intent == "prevent"
    assert [denial.text for denial in facts.denials] == ["ZOLVEX is not indicated for the treatment of gout."]


def test_what_a_label_says_and_nobody_understands_is_unread() -> None:
    assert [one.fact.text for one in facts_of(LABEL).unread] == ["Controlled studies do not extend beyond 6 months."]


def test_a_page_of_another_publisher_is_read_by_its_layout_and_approves_nothing() -> None:
    facts = facts_of(PLAIN, "zolafen.md")

    assert (facts.publisher, facts.slug) == ("page", "page.zolafen")
    assert [(use.conditions[0].text, use.approval_status) for use in facts.uses] == [("melanoma", "used"), ("glioma", "used")]


@pytest.mark.parametrize("heading", ["Uses", "Medical uses", "4.1 Therapeutic indications", "What is Zolafen used for?"])
def test_headings_on_uses_of_pages_in_general(heading: str) -> None:
    facts = facts_of(PLAIN.replace("Why is this medication prescribed?", heading))
    assert [use.conditions[0].text for use in facts.uses] == ["melanoma", "glioma"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PLAIN.replace("Why is this medication prescribed?", "How it feels"), NOBODYS),
        (PLAIN.replace("source:", "language: es\nsource:"), "its language is es, and only English is read"),
        (LABEL.replace("Indications and Usage", "Description"), "it lacks a section on its use"),
    ],
)
def test_a_page_that_no_profile_takes_is_no_drugs_page(text: str, reason: str) -> None:
    facts = facts_of(text)
    assert (facts.kind, facts.kind_reason, facts.uses) == ("none", reason, ())


def test_a_drug_on_pages_of_three_publishers_is_published_thrice_and_proven(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    patient = (Path(__file__).parents[2] / "seeds" / "denosumab.md").read_bytes()
    for name, data in {"label.md": LABEL.encode(), "plain.md": PLAIN.encode(), "patient.md": patient}.items():
        (pages / name).write_bytes(data)

    assert run_command(["convert", str(pages), "--output", str(tmp_path / "out")]) == 0

    folder = next((tmp_path / "out" / "snapshots").iterdir())
    assert [problem for problem in verify(folder / "R5") if problem.severity == "error"] == []
    documents = [orjson.loads(line) for line in (folder / "R5/resources/DocumentReference.ndjson").read_bytes().splitlines()]
    authors = {each["id"]: each.get("author", [{}])[0].get("display") for each in documents}
    assert authors == {
        f"fda-label.{SET_ID}": "US Food and Drug Administration",
        "nci.denosumab": "National Cancer Institute",
        "page.plain": None,
    }
    assert {each["description"].removesuffix(each["description"].partition(" The attachment")[2]) for each in documents} == {
        f"{each.notice} The attachment" if each.license else f"{each.notice} {NOT_ATTACHED}" for each in profiles()
    }


def test_pages_of_two_publishers_never_have_one_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    # The same last part of the address, the same file name.
    (pages / "denosumab.md").write_bytes((Path(__file__).parents[2] / "seeds" / "denosumab.md").read_bytes())
    (pages / "more").mkdir()
    (pages / "more" / "denosumab.md").write_text(PLAIN.replace("Zolafen", "Denosumab"), encoding="utf-8")

    assert run_command(["convert", str(pages), "--output", str(tmp_path / "out")]) == 0

    records = (tmp_path / "out/current/R5/resources/DocumentReference.ndjson").read_bytes().splitlines()
    assert [orjson.loads(line)["id"] for line in records] == ["nci.denosumab", "page.denosumab"]
    # "denosumab" is the name of both: each is shown, then what each page names, side by side.
    capsys.readouterr()
    assert run_command(["show", str(tmp_path / "out"), "denosumab"]) == 0
    said = capsys.readouterr().out
    table = said[said.index("Side by side.") :]
    assert re.search(r"Named as a condition\W+denosumab\W+page\.denosumab", table)
    assert re.search(r"^\W*melanoma\W+not named\W+use 1 \(used\)", table, re.MULTILINE)
    assert re.search(r"^\S.*\W+use 1 \(approved\)\W+not named", table, re.MULTILINE)
    # The slug of one means that one.
    assert run_command(["show", str(tmp_path / "out"), "page.denosumab"]) == 0
    assert "Side by side" not in capsys.readouterr().out


def test_a_label_says_what_it_is_and_a_page_of_nobody_claims_no_country() -> None:
    settings = Settings()
    document, *_, knowledge, _ = build(facts_of(LABEL), settings)
    assert [each["code"] for each in document["type"]["coding"]] == ["drug-label", "34391-3"]
    assert [each["coding"][0]["code"] for each in document["category"]] == ["34067-9"]
    set_id = {"system": "https://dailymed.nlm.nih.gov/dailymed", "value": SET_ID}
    assert set_id in document["identifier"]
    assert set_id in knowledge["identifier"]
    assert knowledge["intendedJurisdiction"][0]["coding"][0]["code"] == "US"

    document, *_, knowledge, _ = build(facts_of(PLAIN), settings)
    assert [each["code"] for each in document["type"]["coding"]] == ["drug-information"]
    assert "category" not in document
    assert "intendedJurisdiction" not in knowledge


def test_a_page_that_says_it_is_no_longer_in_force_is_published_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.md").write_text(PLAIN.replace("source:", "status: Deprecated\nsource:"), encoding="utf-8")
    (tmp_path / "now.md").write_text(LABEL.replace("source:", "status: active\nsource:"), encoding="utf-8")
    assert run_command(["convert", str(tmp_path), "--output", str(tmp_path / "out"), "--max-removed", "1"]) == 0

    folder = tmp_path / "out/current/R5"
    assert [one for one in verify(folder.parent) if one.severity == "error"] == []
    stated = {
        (line["resourceType"], json.dumps(line["status"]))
        for path in sorted((folder / "resources").glob("*.ndjson"))
        for line in map(orjson.loads, path.read_bytes().splitlines())
        if str(line["id"]).startswith("page.") and "status" in line
    }
    retired = {"coding": [{"system": "http://hl7.org/fhir/publication-status", "code": "retired"}]}
    assert stated == {
        ("DocumentReference", '"superseded"'),
        ("MedicationKnowledge", '"inactive"'),
        ("Medication", '"inactive"'),
        ("ClinicalUseDefinition", json.dumps(retired)),
    }
    capsys.readouterr()
    assert run_command(["show", str(tmp_path / "out"), "page.old"]) == 0
    assert "Deprecated: the page says of itself that it is no longer in force" in " ".join(capsys.readouterr().out.split())
    assert run_command(["show", str(tmp_path / "out"), f"fda-label.{SET_ID}", "--json"]) == 0
    assert "page_status" not in json.loads(capsys.readouterr().out)["page"]


def test_which_profile_took_a_page_and_why_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text(PLAIN, encoding="utf-8")

    assert run_command(["publishers", str(tmp_path / "a.md")]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["publisher"] == "page"
    assert [(each["publisher"], each["kind"]) for each in said["tried"]] == [
        ("nci", "none"),
        ("fda-label", "none"),
        ("page", "drug"),
    ]


def test_the_profiles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["publishers"]) == 0
    listed = [json.loads(line)["publisher"] for line in capsys.readouterr().out.splitlines()]
    assert listed == [each.id for each in profiles()]
    assert named("nci").organization
    with pytest.raises(KeyError, match="none"):
        named("none")


#: Names of dictionaries and identifier systems, whoever's pages print them; the header of the mapping tables.
_SYSTEMS = re.compile(
    r"NCI Thesaurus|NCI Drug Dictionary|NCI's own|NCI's dictionary|NCI dictionary or page|RxNorm, NCI"
    r"|cancer\.gov/publications/dictionaries"
)
_PUBLISHER = re.compile(r"\bNCI\b|National Cancer Institute|cancer\.gov")


def test_no_other_room_names_a_publisher() -> None:
    package = Path(pipeline.__file__).parent
    found = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        if path.parts[len(package.parts)] not in {"publishers", "terminology"}
        for line in path.read_text(encoding="utf-8").splitlines()
        if _PUBLISHER.search(_SYSTEMS.sub("", line))
    ]
    assert found == []


def label(section: str) -> DrugFacts:
    return facts_of(LABEL[: LABEL.index("### 1.1")] + section)


@pytest.mark.parametrize(
    ("section", "conditions"),
    [
        ("Zolafen tablets, USP are indicated for the management of hypertension.", ["hypertension"]),
        ("For the relief of mild pain.", ["mild pain"]),
        ("ZOLVEX is indicated for gout.", ["gout"]),
        ("ZOLVEX is effective for the treatment of scabies.", ["scabies"]),
        ("ZOLVEX is indicated\n\n- a) in the treatment of colitis;\n\n- b) for the prevention of gout.", ["colitis", "gout"]),
        ("ZOLVEX is indicated to:\n\n- Reduce the risk of stroke", ["stroke"]),
        ("ZOLVEX is indicated as adjunctive therapy in the treatment of partial seizures.", ["partial seizures"]),
        ("ZOLVEX is indicated for the treatment of gout.\n\nLimitations of Use\n\nFor acute gout.", ["gout"]),
        ("A diagnosis of gout implies the presence of crystals.", []),
    ],
)
def test_how_labels_speak(section: str, conditions: list[str]) -> None:
    assert [condition.text for use in label(section).uses for condition in use.conditions] == conditions


def test_a_partner_in_the_subject_is_a_must() -> None:
    (use,) = label("ZOLVEX in combination with dexamethasone is indicated for the treatment of melanoma.").uses
    assert [(one.mode, one.phrase.text) for one in use.therapies] == [("required", "dexamethasone")]


def test_an_age_behind_two_groups_is_said_of_the_second() -> None:
    (use,) = label(
        "ZOLVEX is indicated for the treatment of adult and pediatric patients 12 years of age and older with gout."
    ).uses
    groups = [[(one.age_group, one.low and one.low.value) for one in each.characteristics] for each in use.populations]
    assert groups == [[("adult", None)], [("child", None), (None, 12)]]


def test_this_indication_is_the_one_before_it() -> None:
    gout, glioma = label(
        "### 1.1 Gout\n\nZOLVEX is indicated for the treatment of gout.\n\n### 1.2 Glioma\n\n"
        "ZOLVEX is indicated for the treatment of glioma. "
        "This indication is approved under accelerated approval based on response rate."
    ).uses
    assert (gout.approval_status, glioma.approval_status) == ("approved", "accelerated_approval")
