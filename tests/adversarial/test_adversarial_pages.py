"""No bad page costs another, gets out of the output folder, or is passed over in silence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import fromstring

import pytest

from pipeline.convert import Report, convert
from pipeline.errors import PublishError
from tests.adversarial.bad_pages import NOT_A_DRUG, QUARANTINED, STRANGE, Bad
from tests.invented_pages import drug_page, write_pages
from tests.sampled import variant
from tests.snapshot_reader import hash_of, lines, place, tree

#: The elements that a narrative of ours may have.
HARMLESS = {"div", "p", "b", "i", "q", "ul", "ol", "li", "br", "table", "tbody", "tr", "td", "th", "span", "em", "strong"}


def run_with(tmp_path: Path, bad: Bad) -> tuple[Report, dict[str, object], list[str]]:
    """Convert a good page with the bad one beside it; the run's report, the bad page's entry in it, and its codes."""
    seeds = write_pages(tmp_path / "seeds", {"good.md": drug_page("Goodnib")})
    bad.write(seeds / bad.name)
    report = convert([seeds], tmp_path / "output")
    assert report.snapshot is not None, "the good page is published"
    assert report.snapshot.name == hash_of(report.snapshot)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output", "seeds"], "nothing is written anywhere else"
    assert {one.page.slug for one in report.pages if one.outcome == "published"} >= {"goodnib"}
    said = json.loads((report.snapshot / "report.json").read_bytes())
    accounting = said["accounting"]
    assert sum(accounting.values()) == 2 * accounting["inputs"] == 4
    outcomes = [
        issue["details"]["coding"][0]["code"]
        for outcome in lines(report.snapshot / "outcome/OperationOutcome.ndjson")
        for issue in outcome["issue"]
        if place(issue, "file") == bad.name
    ]
    (entry,) = [one for one in said["inputs"] if one["name"] == bad.name]
    assert set(entry["problems"]) <= set(outcomes)
    return report, entry, outcomes


@pytest.mark.parametrize("name", QUARANTINED)
def test_what_cannot_be_read_is_quarantined_with_its_code(tmp_path: Path, name: str) -> None:
    bad = QUARANTINED[name]
    report, entry, outcomes = run_with(tmp_path, bad)
    assert report.exit_code == 1
    assert (entry["outcome"], set(entry["problems"])) == (bad.outcome, bad.codes)  # type: ignore[call-overload]
    assert bad.codes <= set(outcomes)
    assert [(problem.code, problem.source) for problem in report.problems] == [(*bad.codes, bad.name)]


@pytest.mark.parametrize("name", NOT_A_DRUG)
def test_what_is_about_no_drug_is_counted_as_that(tmp_path: Path, name: str) -> None:
    report, entry, outcomes = run_with(tmp_path, NOT_A_DRUG[name])
    assert (entry["outcome"], report.exit_code) == ("not-a-drug", 0)
    assert outcomes == ["P522"]


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_strange_does_no_harm(tmp_path: Path, name: str) -> None:
    report, entry, outcomes = run_with(tmp_path, Bad(STRANGE[name]))
    assert "P590" not in outcomes, (report.folder / "log").read_text()
    assert entry["outcome"] in {"published", "quarantined", "not-a-drug"}
    assert entry["outcome"] != "quarantined" or outcomes
    assert report.snapshot is not None
    for resource in (r for path in (report.snapshot / "R5/resources").iterdir() for r in lines(path)):
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", resource["id"])
        for element in fromstring(resource["text"]["div"]).iter() if "text" in resource else ():  # noqa: S314 - our own output
            assert element.tag.removeprefix("{http://www.w3.org/1999/xhtml}") in HARMLESS
            assert not [name for name in element.attrib if name.startswith("on") or name in {"href", "src", "style"}]


def test_a_page_that_breaks_the_program_is_quarantined_with_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_facts: object, _settings: object) -> None:
        message = f"object at {id(object()):#x}"
        raise RecursionError(message)

    seeds = write_pages(tmp_path / "seeds", {"a.md": drug_page("Anib"), "b.md": "# Nothing\n"})
    monkeypatch.setattr("pipeline.convert.batch.build", fail)
    report = convert([seeds], tmp_path / "output", run_id="one")
    assert report.exit_code == 3
    (problem,) = [problem for problem in report.problems if problem.code == "P590"]
    assert "RecursionError in pipeline.convert.batch._converted" in problem.cause
    assert "0x" not in problem.cause
    log = (tmp_path / "output/runs/one/log").read_text()
    assert "Traceback (most recent call last)" in log
    assert "object at 0x" in log


@pytest.fixture
def as_somebody(tmp_path: Path) -> Iterator[Path]:
    """A folder of a user to whom a file can be denied: root, who may read everything, becomes another one for the test."""
    for name in ("Firstnib", "Secondnib"):  # what is imported on the way may be root's alone
        convert([write_pages(tmp_path / "seeds", {f"{name}.md": drug_page(name)})], tmp_path / "output")
    with TemporaryDirectory() as folder:
        somebody = 65534 if os.geteuid() == 0 else os.geteuid()
        os.chown(folder, somebody, -1)
        before = os.geteuid()
        os.seteuid(somebody)
        try:
            yield Path(folder)
        finally:
            os.seteuid(before)


@pytest.mark.parametrize("kind", ["page", "folder"])
def test_what_this_user_may_not_read_is_quarantined_and_what_it_held_is_stale(as_somebody: Path, kind: str) -> None:
    seeds = write_pages(as_somebody / "seeds", {"good.md": drug_page("Goodnib"), "sub/bad.md": drug_page("Badnib")})
    convert([seeds], as_somebody / "output")
    denied = seeds / "sub" if kind == "folder" else seeds / "sub/bad.md"
    denied.chmod(0)
    try:
        report = convert([seeds], as_somebody / "output")
    finally:
        denied.chmod(0o700)
    assert (report.exit_code, report.change.stale, report.change.removed) == (1, ("badnib",), ())
    found = [(p.code, p.source) for p in report.problems]
    assert found == [("R190", "sub/" if kind == "folder" else "sub/bad.md"), ("P531", "sub/bad.md")]


@pytest.mark.parametrize("changed", [True, False], ids=["new-page", "no-change"])
@pytest.mark.parametrize("denied", ["output", "everything"])
def test_an_output_that_may_not_be_written_is_refused(as_somebody: Path, denied: str, changed: bool) -> None:  # noqa: FBT001 - a case
    seeds = write_pages(as_somebody / "seeds", {"good.md": drug_page("Goodnib")})
    output = as_somebody / "output"
    convert([seeds], output)
    before = tree(output)
    if changed:
        write_pages(seeds, {"new.md": drug_page("Newinib")})
    with read_only([output] if denied == "output" else [output, *output.rglob("*")]), pytest.raises(PublishError) as refused:
        convert([seeds], output)
    assert refused.value.problem.code == "P503"
    assert tree(output) == before
    assert convert([seeds], output).exit_code == 0


def test_snapshots_that_may_not_be_added_to_stay_as_they_are(as_somebody: Path) -> None:
    seeds = write_pages(as_somebody / "seeds", {"good.md": drug_page("Goodnib")})
    output = as_somebody / "output"
    old = convert([seeds], output).snapshot
    before = tree(output / "snapshots")
    write_pages(seeds, {"new.md": drug_page("Newinib")})
    with read_only([output / "snapshots"]), pytest.raises(PublishError) as refused:
        convert([seeds], output)
    assert refused.value.problem.code == "P503"
    assert tree(output / "snapshots") == before
    assert old is not None
    assert (output / "current").resolve() == old.resolve()
    assert not (output / ".staging").exists()


@contextmanager
def read_only(paths: list[Path]) -> Iterator[None]:
    modes = {path: path.stat().st_mode for path in paths if not path.is_symlink()}
    try:
        for path in modes:
            path.chmod(0o500 if path.is_dir() else 0o400)
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize("pages", [20, variant(200)])
def test_an_empty_folder_after_many_pages_changes_nothing(tmp_path: Path, pages: int) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"{n}.md": drug_page(f"Drug{n:03}") for n in range(pages)})
    convert([seeds], tmp_path / "output")
    before = tree(tmp_path / "output/snapshots")
    for path in seeds.iterdir():
        path.unlink()
    report = convert([seeds], tmp_path / "output")
    assert report.stopped is not None
    assert (report.exit_code, report.stopped.code) == (3, "P510")
    assert tree(tmp_path / "output/snapshots") == before
    assert (tmp_path / "output/current").resolve().name == next(iter(before)).split("/")[0]


@pytest.mark.parametrize("workers", [1, variant(2)])
def test_all_of_it_at_once(tmp_path: Path, workers: int) -> None:
    seeds = write_pages(tmp_path / "seeds", {f"good{n}.md": drug_page(f"Goodnib{n}") for n in range(30)})
    everything = {**{k: v.write for k, v in (QUARANTINED | NOT_A_DRUG).items()}, **STRANGE}
    for number, write in enumerate(everything.values()):
        write(seeds / f"bad{number}.md")
    report = convert([seeds], tmp_path / "output", workers=workers)
    assert report.exit_code == 1
    assert report.accounting["inputs"] == 30 + len(everything)
    assert report.accounting["published"] >= 30
    assert report.accounting["quarantined"] >= len(QUARANTINED)
    published = {one.page.name for one in report.pages if one.outcome == "published"}
    assert {f"good{n}.md" for n in range(30)} <= published
