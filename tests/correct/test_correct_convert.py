"""From a reviewer's mark to what is published, and what happens when the page changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.cli.console import Console
from pipeline.cli.outcome import conclude
from pipeline.cli.reviewing import review
from pipeline.convert import Report, convert
from pipeline.correct import ApprovalStatusEdit, Correction, Corrections, Edits, Quote, dump
from pipeline.errors import UsageError
from pipeline.model import Span
from pipeline.settings import Settings
from pipeline.store import Place
from pipeline.terminology import default_folder
from pipeline.verify import verify
from tests.correct.correct_pages import PAGE, entry, facts_of, page_bytes
from tests.fhir.unbuild import read_facts

FACTS = facts_of()
FIRST, SECOND = FACTS.uses
EDITS = Edits(conditions=(Quote("cancer of the skin"),), approval_status=ApprovalStatusEdit("used", Quote("approved for")))
MARKS = (
    entry(FACTS, FIRST, edits=EDITS),
    entry(FACTS, SECOND, withhold=True, reason='Not a use: <script>alert("1")</script> & more'),
)


class House:
    """Seeds, mapping tables and output of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = folder / "mappings"
        self.tables.mkdir()
        (folder / "seeds").mkdir()
        for path in default_folder().glob("*.sssom.tsv"):
            (self.tables / path.name).symlink_to(path)
        self.page()
        (folder / "seeds" / "velastin.md").write_bytes(page_bytes("velastin"))

    def page(self, text: str = PAGE) -> None:
        (self.folder / "seeds" / "zolerab.md").write_bytes(page_bytes(text=text))

    def mark(self, *entries: Correction) -> None:
        (self.tables / "corrections.yaml").write_text(dump(Corrections(entries)), encoding="utf-8")

    def convert(self, output: str = "output", **more: Any) -> Report:  # noqa: ANN401 - convert's own options
        return convert([self.folder / "seeds"], self.folder / output, mappings=self.tables, **more)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def resources(report: Report, kind: str) -> list[dict[str, Any]]:
    assert report.snapshot is not None
    path = report.snapshot / "R5" / "resources" / f"{kind}.ndjson"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def of_page(report: Report, drug: str) -> list[dict[str, Any]]:
    kinds = ("DocumentReference", "MedicationKnowledge", "ClinicalUseDefinition", "Provenance")
    found = [each for kind in kinds for each in resources(report, kind)]
    return [each for each in found if each["id"].split(".")[1] == drug]


def outcomes(report: Report) -> list[tuple[str, str | None]]:
    assert report.snapshot is not None
    found = []
    for line in (report.snapshot / "outcome" / "OperationOutcome.ndjson").read_bytes().splitlines():
        for issue in orjson.loads(line)["issue"]:
            lines = [one["valueString"] for one in issue.get("extension", ()) if one["url"].endswith("issue-line")]
            found.append((issue["details"]["coding"][0]["code"], lines[0] if lines else None))
    return found


def test_a_mark_is_applied_named_and_proven(house: House) -> None:
    house.mark(*MARKS)
    # The facts are read back from the proof beside them.
    report = house.convert(settings=Settings(fhir_versions=("R5", "R4B", "R4"), proof="full"))

    assert report.problems == ()
    assert report.snapshot is not None
    assert [str(problem) for problem in verify(report.snapshot) if problem.severity != "information"] == []
    facts = read_facts(of_page(report, "zolerab"), "zolerab.md")
    (use,) = facts.uses
    assert ([fact.text for fact in use.conditions], use.approval_status) == (["cancer of the skin"], "used")
    assert [(review.reviewer, review.changed) for review in use.reviews] == [("Ann Example", ("conditions", "approval_status"))]
    assert [withheld.text.text for withheld in facts.withheld] == [SECOND.text.text]
    assert "withheld" in {sentence.role for sentence in facts.sentences}
    assert ("E120", "27") in outcomes(report)
    (provenance,) = (one for one in resources(report, "Provenance") if one["id"] == "nci.zolerab")
    assert "&lt;script&gt;" in provenance["text"]["div"]
    assert "<script>" not in provenance["text"]["div"]


def test_another_page_with_the_same_words_is_not_touched(house: House) -> None:
    before = of_page(house.convert("before"), "velastin")
    house.mark(*MARKS)
    assert of_page(house.convert("after"), "velastin") == before


def test_a_changed_page_is_published_as_it_is_read_and_its_marks_are_listed(house: House) -> None:
    house.mark(*MARKS)
    # The facts are read back from the proof beside them.
    house.convert(settings=Settings(proof="full"))
    house.page(PAGE.replace("ends soon", "ends later"))
    changed = house.convert(settings=Settings(proof="full"))

    facts = read_facts(of_page(changed, "zolerab"), "zolerab.md")
    assert [[fact.text for fact in use.conditions] for use in facts.uses] == [["quillar cancer"], ["vessel blight"]]
    assert facts.withheld == ()
    assert [code for code, _ in outcomes(changed) if code.startswith("E")] == ["E110", "E110"]
    assert [(note.code, note.source, note.line) for note in changed.notes] == [
        ("E110", "corrections.yaml", 3),
        ("E110", "corrections.yaml", 22),
    ]
    assert changed.exit_code == 0
    assert changed.snapshot is not None
    assert [problem.code for problem in verify(changed.snapshot)] == []


def test_a_mark_on_a_page_that_is_not_there_is_listed_once(house: House) -> None:
    house.mark(replace(MARKS[1], drug="dorvastin", sha256="0" * 64))
    report = house.convert()
    assert [note.code for note in report.notes] == ["E111"]
    assert "E111" not in {code for code, _ in outcomes(report)}


def test_a_mark_that_cannot_be_applied_is_told_by_every_run(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    lost = replace(MARKS[1], span=Span(1, 2))
    house.mark(entry(FACTS, FIRST, edits=Edits(conditions=(Quote("no words of it"),))), MARKS[1], lost)
    codes = ["E112", "E114"]
    for taken_over in (0, 1, 2):
        report = house.convert()
        assert report.taken_over == taken_over
        assert sorted(note.code for note in report.notes) == codes
        assert sorted(problem.code for problem in report.problems) == codes
        assert report.corrections == (1, 2)
        assert "E112 warning: zolerab.md:1: the correction in line" in (report.folder / "log").read_text(encoding="utf-8")
        # The next run reads one page, and takes the one that was marked over; the last takes over both.
        if taken_over == 0:
            (house.folder / "seeds" / "velastin.md").write_bytes(page_bytes("velastin", PAGE.replace("ends soon", "ended")))
    conclude(report, Settings(), Place.of(("seeds",), str(house.folder / "output"), house.folder), Console(), json=False)
    said = capsys.readouterr()
    assert "3 corrections: 1 applied, 2 not applied\n" in said.out
    assert "E112" in said.err
    assert "E114" in said.err


def test_the_progress_counts_withheld_uses_and_leaves_out_what_is_not_applied(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    far = replace(MARKS[1], span=Span(1, 2), sampled=True, verdict="right", reason=None, withhold=False)
    unquotable = entry(FACTS, FIRST, edits=Edits(conditions=(Quote("no words of it"),)), verdict="incomplete", sampled=True)
    house.mark(unquotable, replace(MARKS[1], sampled=True), far)
    house.convert()
    assert review(house.folder / "output", mappings=house.tables, progress=True) == 0
    said = capsys.readouterr().out
    assert "1 of 4 uses reviewed, on 1 of 2 pages\n" in said
    assert "of 1 use drawn at random" in said
    assert said.count("for another look, it cannot be applied: zolerab: ") == 2


def test_marks_that_contradict_each_other_stop_the_run_before_it_begins(house: House) -> None:
    first = house.convert()
    house.mark(MARKS[1], replace(MARKS[1], reviewer="Bo", withhold=False, verdict="right", reason=None))
    with pytest.raises(UsageError, match="E103"):
        house.convert()
    assert (house.folder / "output" / "current").resolve() == first.snapshot


def test_a_new_mark_is_seen_by_the_next_run_and_every_way_gives_the_same_bytes(house: House) -> None:
    plain = house.convert()
    house.mark(*MARKS)
    marked = house.convert()
    assert marked.snapshot != plain.snapshot
    assert house.convert().unchanged
    for output, more in (("fresh", {}), ("workers", {"workers": 2})):
        fresh = house.convert(output, **more)
        assert fresh.snapshot is not None
        assert marked.snapshot is not None
        assert fresh.snapshot.name == marked.snapshot.name
    house.mark()
    unmarked = house.convert(release_withheld=True)
    assert of_page(unmarked, "zolerab") == of_page(plain, "zolerab")


def test_the_report_names_the_file_with_its_hash(house: House) -> None:
    house.mark(*MARKS)
    report = house.convert()
    assert report.snapshot is not None
    said = (report.snapshot / "report.json").read_text(encoding="utf-8")
    assert "corrections.yaml" in said
