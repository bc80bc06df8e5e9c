"""An incremental run publishes the bytes that a full run would, whatever happened to the pages in between."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.convert import Report, Source, convert
from pipeline.errors import Problem, ReadError
from pipeline.fhir import build
from pipeline.model import DrugFacts, Resource
from pipeline.seeds import load
from pipeline.settings import Settings
from pipeline.terminology import default_folder
from tests.invented_pages import CORPUS, drug_page, regimen_page, write_pages
from tests.sampled import further, variant
from tests.snapshot_reader import hash_of, lines

DRUGS = ["Zelanib", "Abrotinib", "Morvatide", "Kelsumab", "Ortavastin"]
REGIMENS = {"ZA": ["Zelanib", "Abrotinib", "Unheardof"], "MK": ["Morvatide", "Kelsumab"], "ZO": ["Zelanib", "Ortavastin"]}
SETTINGS = [
    Settings(),
    Settings(as_of=date(2026, 5, 1)),
    Settings(as_of=date(2026, 6, 1)),
    Settings(fhir_versions=("R4", "R5")),
    Settings(fhir_versions=("R4B",), profile="core"),
]


class Pages:
    """A folder of pages that somebody works on."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same edits each time
        self.texts = {f"{name.lower()}.md": self.drug(name) for name in DRUGS[:3]}
        self.texts["za.md"] = regimen_page("ZA", REGIMENS["ZA"])

    def drug(self, name: str, slug: str | None = None) -> str:
        """A drug's page: its brand, its date, how often it is reviewed and a finding of its own are drawn."""
        draw = self.random.choice
        brand, reviewed = draw(["Velaria", "Morvia"]), draw(["2025-12-30", "2025-03-01", "soon", None])
        frequency = draw(["", "\nreviewFrequency: quarterly", "\nreviewFrequency: often"])
        sentence = draw(["", "Nobody can say what this sentence of the section means.\n\n"])
        page = drug_page(name, slug=slug, brand=brand, reviewed=reviewed)
        return page.replace("language: en", f"language: en{frequency}").replace("## More About", f"{sentence}## More About")

    def edit(self) -> None:
        """One of the things that happen to pages."""
        names = sorted(self.texts)
        name, other = self.random.choice(names), self.random.choice(names)
        drug, regimen = self.random.choice(DRUGS), self.random.choice(sorted(REGIMENS))
        edits: list[Callable[[], object]] = [
            lambda: self.texts.update({f"{drug.lower()}.md": self.drug(drug)}),
            lambda: self.texts.update({f"{regimen.lower()}.md": regimen_page(regimen, REGIMENS[regimen])}),
            lambda: self.texts.pop(name) if len(names) > 1 else None,
            lambda: self.texts.update({f"{self.random.choice('amz')}-{name}": self.texts.pop(name)}),
            lambda: self.texts.update({f"copy-of-{name}"[-40:]: self.texts[name]}),
            lambda: self.texts.update({f"0-{name}"[-40:]: self.texts[name]}),
            lambda: self.texts.update({f"other-{drug.lower()}.md": self.drug(drug)}),
            lambda: self.texts.update({"broken.md": "---\ntitle: 'x\n---\n"}),
            lambda: self.texts.update({"list.md": CORPUS["list.md"]}),
            lambda: self.texts.update({name: CORPUS["list.md"]}),
            lambda: self.texts.update({name: ""}),
            lambda: self.texts.update({name: self.texts[other], other: self.texts[name]}),
            # A drug whose id is that of a regimen, and a brand of one drug that has the id of another's record.
            lambda: self.texts.update({"za-drug.md": self.drug("Zaa", slug="za")}),
        ]
        self.random.choice(edits)()

    def write(self, folder: Path) -> Path:
        """All pages, in a folder that has nothing else."""
        shutil.rmtree(folder, ignore_errors=True)
        return write_pages(folder, self.texts)


def name_of(report: Report) -> str | None:
    return report.snapshot.name if report.snapshot else None


@pytest.mark.parametrize(("seed", "turns"), [(0, 4), variant(0, 8), *(further(seed, 8) for seed in (1, 2, 3))])
def test_after_any_edits_the_bytes_are_those_of_a_full_run(tmp_path: Path, seed: int, turns: int) -> None:
    pages = Pages(seed)
    settings = SETTINGS[0]
    taken = 0
    for turn in range(turns):
        for _ in range(pages.random.choice([0, 1, 1, 2])):
            pages.edit()
        if pages.random.random() < 0.3:
            settings = pages.random.choice(SETTINGS)
        seeds = pages.write(tmp_path / "seeds")
        whole = convert([seeds], tmp_path / "full", settings, max_removed=1, full=True)
        quick = convert([seeds], tmp_path / "output", settings, max_removed=1)
        assert whole.taken_over == 0
        assert name_of(quick) == name_of(whole), turn
        assert quick.snapshot is None or name_of(quick) == hash_of(quick.snapshot)
        assert (quick.accounting, quick.overdue, quick.change) == (whole.accounting, whole.overdue, whole.change)
        assert [one.outcome for one in quick.pages] == [one.outcome for one in whole.pages]
        taken += quick.taken_over
        again = convert([seeds], tmp_path / "output", settings, max_removed=1)
        assert (name_of(again), again.accounting) == (name_of(whole), whole.accounting)
        assert [one.problems for one in again.pages] == [one.problems for one in whole.pages]
    assert taken > 0


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_pages(tmp_path / "seeds", CORPUS)


Same = Callable[..., Report]


@pytest.fixture
def same(corpus: Path, tmp_path: Path) -> Same:
    """Runs over the corpus, incrementally; what is published is asserted to be what a full run publishes."""

    def run(settings: Settings = SETTINGS[0], **options: Any) -> Report:  # noqa: ANN401 - passed on
        whole = convert([corpus], tmp_path / "full", settings, full=True, max_removed=1, **options)
        quick = convert([corpus], tmp_path / "output", settings, max_removed=1, **options)
        assert name_of(quick) == name_of(whole) is not None
        return quick

    return run


def test_without_a_change_nothing_is_read_and_nothing_written(same: Same, tmp_path: Path) -> None:
    same()
    before = {path: path.lstat().st_mtime_ns for path in (tmp_path / "output/snapshots").rglob("*")}
    again = same()
    assert (again.unchanged, again.taken_over) == (True, len(CORPUS))
    assert {path: path.lstat().st_mtime_ns for path in (tmp_path / "output/snapshots").rglob("*")} == before
    assert json.loads((again.folder / "run.json").read_bytes())["state"] == "unchanged"
    assert json.loads((again.folder / "metrics.json").read_bytes())["pages"] == {"read": 0, "taken_over": len(CORPUS)}


#: Pages that are read each time, because what becomes of them is not theirs alone to say, or nothing is known of them.
READ_AGAIN: dict[str, dict[str, str]] = {
    "empty": {"empty.md": ""},
    "unreadable": {"broken.md": "---\ntitle: 'x\n---\n"},
    "too-large": {"large.md": "x" * (2 * 1024 * 1024 + 1)},
    "a-folder": {"folder.md/page.txt": drug_page("Newinib")},
    "a-copy-of-what-is-taken-over": {"zz-zelanib.md": CORPUS["zelanib.md"]},
    "a-copy-that-becomes-the-first": {"0-zelanib.md": CORPUS["zelanib.md"]},
    "copies-of-a-regimen": {"za-1.md": CORPUS["za.md"], "za-2.md": CORPUS["za.md"]},
    "two-of-one-drug": {"twin.md": drug_page("Twin"), "twin-2.md": drug_page("Twin", brand="Morvia")},
}


@pytest.mark.parametrize("kind", READ_AGAIN)
def test_a_page_that_stays_quarantined_or_a_duplicate_is_all_that_is_read_and_nothing_is_written(
    same: Same, corpus: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    write_pages(corpus, READ_AGAIN[kind])
    first = same()
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.publish.output.OutputFolder.place", None)
        again = convert([corpus], first.folder.parents[1], max_removed=1)
    assert (again.unchanged, again.snapshot, again.accounting) == (True, first.snapshot, first.accounting)
    assert again.problems == first.problems
    assert 0 < len(again.pages) - again.taken_over <= 2


@pytest.mark.parametrize("kind", ["unreadable", variant("a-copy-that-becomes-the-first"), variant("two-of-one-drug")])
def test_what_becomes_of_a_page_that_was_quarantined_or_a_duplicate_is_published(same: Same, corpus: Path, kind: str) -> None:
    """Everything here is compared with a full run, by the content hash."""
    before = set(corpus.rglob("*"))
    write_pages(corpus, READ_AGAIN[kind])
    first = same()
    (page, *_) = sorted(path for path in set(corpus.rglob("*")) - before if path.is_file())
    page.write_text("---\ntitle: [\n---\n", encoding="utf-8")
    broken = same()
    page.write_text(drug_page("Mendedib"), encoding="utf-8")
    fixed = same()
    page.unlink()
    gone = same()
    names = [report.snapshot for report in (first, broken, fixed, gone)]
    assert all(one != other for one, other in pairwise(names))


def test_a_finding_that_changes_alone_is_published(same: Same, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the words of the operating system do, for a page that it does not give."""
    write_pages(corpus, {"kept-from-us.md": drug_page("Newinib")})
    word = "one"

    def refuse(source: Source, max_bytes: int) -> bytes:
        if source.name == "kept-from-us.md":
            raise ReadError(Problem("R190", "error", f"it cannot be read ({word})", "See to it.", source=source.name))
        return load(source, max_bytes)

    monkeypatch.setattr("pipeline.convert.batch.load", refuse)
    monkeypatch.setattr("pipeline.convert.takeover.load", refuse)
    first = same()
    assert same().unchanged
    word = "another"
    second = same()
    assert (second.unchanged, second.snapshot == first.snapshot) == (False, False)


def test_one_changed_page_is_the_only_one_that_is_read(same: Same, corpus: Path) -> None:
    same()
    (corpus / "zelanib.md").write_text(drug_page("Zelanib", brand="Newbrand"), encoding="utf-8")
    report = same()
    assert (report.unchanged, report.taken_over) == (False, len(CORPUS) - 1)
    assert report.accounting["published"] == 4


def test_the_facts_of_pages_that_are_taken_over_stand_among_those_that_were_read(same: Same, corpus: Path) -> None:
    same()
    (corpus / "abrotinib.md").unlink()
    (corpus / "morvatide.md").write_text(drug_page("Morvatide"), encoding="utf-8")
    (corpus / "mk.md").write_text(regimen_page("MK", ["Morvatide"]), encoding="utf-8")
    report = same()
    assert report.taken_over == len(CORPUS) - 1
    assert report.snapshot is not None
    slugs = [each["slug"] for each in lines(report.snapshot / "facts.ndjson")]
    assert slugs == ["abrotinib-mesylate", "morvatide", "zelanib", "mk", "za"]


def test_everything_is_read_where_it_is_asked_for(same: Same, corpus: Path, tmp_path: Path) -> None:
    first = same()
    again = convert([corpus], tmp_path / "output", full=True)
    assert (again.unchanged, again.taken_over, again.snapshot) == (True, 0, first.snapshot)


def test_a_regimen_that_is_taken_over_follows_its_drugs(same: Same, corpus: Path) -> None:
    def links(report: Report) -> list[str | None]:
        assert report.snapshot is not None
        for path in (
            report.snapshot / "R5/resources/MedicationKnowledge.ndjson",
            report.snapshot / "R5/bundles/transaction.ndjson",
        ):
            found = [each for line in lines(path) for each in line.get("entry", [{"resource": line}])]
            (regimen,) = [
                each["resource"] for each in found if each["resource"]["id"] == "nci.za" and "name" in each["resource"]
            ]
        return [entry["reference"][0].get("reference") for entry in regimen["relatedMedicationKnowledge"]]

    zelanib, abrotinib, unheardof = (
        f"MedicationKnowledge/nci.{drug.lower()}" for drug in ("Zelanib", "Abrotinib", "Unheardof")
    )
    assert links(same()) == [zelanib, abrotinib, None]
    (corpus / "unheardof.md").write_text(drug_page("Unheardof"), encoding="utf-8")
    (corpus / "abrotinib.md").unlink()
    report = same()
    assert report.taken_over == len(CORPUS) - 1
    assert links(report) == [zelanib, None, unheardof]


@pytest.mark.parametrize("change", ["rules", "mappings", "settings"])
def test_what_shapes_the_bytes_is_the_same_or_every_page_is_read(
    same: Same, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    tables = Path(shutil.copytree(default_folder(), tmp_path / "mappings"))
    settings = Settings()
    same(settings, mappings=tables)
    if change == "rules":
        monkeypatch.setattr("pipeline.convert.program.code_hash", lambda: "of another program")
    elif change == "mappings":
        table = tables / "brand-rxnorm.sssom.tsv"
        table.write_text("\n".join(table.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    else:
        settings = replace(settings, canonical="https://other.example/fhir")
    assert same(settings, mappings=tables).taken_over == 0
    assert same(settings, mappings=tables).taken_over == len(CORPUS)


def test_another_date_reads_only_the_pages_without_one(same: Same, corpus: Path) -> None:
    (corpus / "zelanib.md").write_text(drug_page("Zelanib", reviewed=None), encoding="utf-8")
    same(Settings(as_of=date(2026, 1, 1)))
    report = same(Settings(as_of=date(2026, 1, 2)))
    assert (report.unchanged, report.taken_over) == (False, len(CORPUS) - 1)


@pytest.mark.parametrize(
    "name",
    [
        "R5/resources/Medication.ndjson",
        "facts.ndjson",
        *map(variant, ("R5/bundles/transaction.ndjson", "SHA256SUMS", "outcome/OperationOutcome.ndjson")),
    ],
)
def test_a_damaged_snapshot_is_no_base(same: Same, corpus: Path, tmp_path: Path, name: str) -> None:
    same()
    damaged = tmp_path / "output/current" / name
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    (corpus / "new.md").write_text(drug_page("Newinib"), encoding="utf-8")
    report = same()
    assert report.taken_over == 0
    no_update = ["P508"] if name.startswith("R5/resources") else []  # what changed since it cannot be said, either
    assert [problem.code for problem in report.notes] == ["P528", *no_update]


def test_an_id_of_a_page_that_is_taken_over_sends_every_page_to_be_read(
    same: Same, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same()
    # No two slugs are known whose shortened ids are the same, so one is made.
    monkeypatch.setattr("pipeline.convert.program.code_hash", lambda: "of this test")
    monkeypatch.setattr("pipeline.convert.batch.build", with_the_ids_of_zelanib(build))
    same()
    (corpus / "twin.md").write_text(drug_page("Twin"), encoding="utf-8")
    report = same()
    outcomes = {one.page.name: one.outcome for one in report.pages}
    assert (outcomes["twin.md"], outcomes["zelanib.md"]) == ("quarantined", "quarantined")
    assert {problem.code for one in report.pages for problem in one.problems} == {"P525"}
    assert same().taken_over == len(CORPUS) - 1, "the two are read again each time, the others are not"


Build = Callable[[DrugFacts, Settings], list[Resource]]


def with_the_ids_of_zelanib(real: Build) -> Build:
    def changed(facts: DrugFacts, settings: Settings) -> list[Resource]:
        text = orjson.dumps(real(facts, settings)).decode()
        resources: list[Resource] = orjson.loads(text.replace("nci.twin", "nci.zelanib"))
        return resources

    return changed


@pytest.mark.slow
def test_two_workers_take_over_and_read_as_one_does(same: Same, corpus: Path) -> None:
    same()
    (corpus / "new.md").write_text(drug_page("Newinib"), encoding="utf-8")
    assert same(workers=2).taken_over == len(CORPUS)


def test_a_run_that_a_guard_stops_leaves_the_base_as_it_is(same: Same, corpus: Path, tmp_path: Path) -> None:
    first = same()
    (corpus / "zelanib.md").unlink()
    stopped = convert([corpus], tmp_path / "output", max_removed=0)
    assert stopped.stopped is not None
    assert (stopped.stopped.code, stopped.taken_over) == ("P512", len(CORPUS) - 1)
    assert (tmp_path / "output/current").resolve() == (first.snapshot or tmp_path).resolve()


def test_what_changed_is_told_beside_the_snapshot_and_a_fault_there_undoes_nothing(
    same: Same, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = same(run_id="first")
    assert first.changes is not None
    assert first.changes.first
    (corpus / "new.md").write_text(drug_page("Newinib"), encoding="utf-8")
    report = same(run_id="with-changes")
    again = same(run_id="unchanged")
    told = [orjson.loads((one.folder / "changes.json").read_bytes()) for one in (first, report, again)]
    drugs = [sorted(change["slug"] for change in one["changes"] if change["kind"] == "drug-added") for one in told]
    assert drugs == [[*first.change.added], ["newinib"], []]
    assert told[2]["changes"] == []

    def fail(*_: object) -> None:
        message = "a defect"
        raise LookupError(message)

    monkeypatch.setattr("pipeline.diff.write_changes", fail)
    (corpus / "new.md").unlink()
    report = same(run_id="without")
    assert [problem.code for problem in report.notes] == ["P530"]
    assert report.exit_code == 0
    assert (report.folder / "run.json").is_file()
