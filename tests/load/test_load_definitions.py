"""The definitions of what is published: sent first, left out where a server takes none, none of others', none ever pruned."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.errors import LoadError
from tests.load.fhir_stub import DEFINITIONS, TYPES, Stub
from tests.load.load_runs import DRUGS, codes, published, run
from tests.load.load_snapshots import definition, snapshot

OURS = ("StructureDefinition/drug", "StructureDefinition/quote", "CodeSystem/ages", "ValueSet/ages", "ConceptMap/drugs")


@pytest.fixture
def drugs(tmp_path: Path) -> Path:
    return snapshot(tmp_path, DRUGS, definitions=(*OURS, "CodeSystem/theirs"))


@pytest.fixture
def able(stub: Stub) -> Stub:
    """The server, which takes definitions too."""
    stub.types = (*TYPES, *DEFINITIONS)
    return stub


def test_they_are_sent_before_the_rest_and_a_second_load_sends_nothing(drugs: Path, able: Stub) -> None:
    report = run(drugs, able)
    order = [name for transaction in able.transactions for name in transaction]
    assert [name.partition("/")[0] for name in order[: len(OURS)]] == sorted(
        [name.partition("/")[0] for name in OURS], key=DEFINITIONS.index
    )
    assert set(able.store) == {*OURS, *published(drugs)}
    assert (report.definitions, report.problems, report.created) == ({"created": len(OURS)}, (), len(published(drugs)))
    sent = len(able.transactions)
    assert run(drugs, able).definitions == {"unchanged": len(OURS)}
    assert len(able.transactions) == sent


def test_they_are_left_out_where_that_is_asked_for(drugs: Path, able: Stub) -> None:
    report = run(drugs, able, no_conformance=True)
    assert (set(able.store), report.definitions, report.problems) == (set(published(drugs)), {}, ())


@pytest.mark.parametrize("how", ["unknown", "read only"])
def test_a_type_that_the_server_does_not_take_is_said_and_the_rest_is_loaded(drugs: Path, able: Stub, how: str) -> None:
    if how == "unknown":
        able.types = (*TYPES, *DEFINITIONS[:3])
    else:
        able.read_only = frozenset({"StructureDefinition"})
    report = run(drugs, able)
    (problem,) = report.problems
    assert (problem.code, problem.severity) == ("L714", "warning")
    assert problem.cause.startswith("the server takes no StructureDefinition, so 2 ")
    assert report.definitions == {"created": 3, "left out": 2}
    assert (report.created, report.exit_code) == (report.resources, 0)


def test_one_that_the_server_refuses_is_named_with_its_line_and_the_rest_is_loaded(drugs: Path, able: Stub) -> None:
    able.refuse = lambda resource: "no such base" if resource["id"] == "quote" else None
    report = run(drugs, able)
    (problem,) = report.problems
    assert (problem.code, problem.severity, problem.resource) == ("L715", "warning", "StructureDefinition/quote")
    assert problem.cause.startswith("1 of 2 StructureDefinition")
    assert "no such base" in problem.cause
    assert (problem.source, problem.line) == (str(drugs / "R5" / "conformance" / "StructureDefinition.ndjson"), 2)
    assert set(able.store) == {*OURS, *published(drugs)} - {"StructureDefinition/quote"}
    assert report.exit_code == 0


def test_what_someone_else_defines_under_the_same_id_is_left_alone(drugs: Path, able: Stub) -> None:
    theirs = {**definition("StructureDefinition", "drug"), "url": "https://them.example/drug", "meta": {"versionId": "1"}}
    able.store["StructureDefinition/drug"] = theirs
    report = run(drugs, able)
    assert able.store["StructureDefinition/drug"] == theirs
    assert codes(report) == {"L715"}
    assert "someone else's" in report.problems[0].cause


def test_what_the_server_keeps_otherwise_is_a_warning(drugs: Path, able: Stub) -> None:
    able.forget = frozenset({"url"})
    report = run(drugs, able)
    assert (codes(report), report.exit_code) == ({"L716"}, 0)


def test_a_damaged_file_of_them_is_said_before_any_resource_is_sent(drugs: Path, able: Stub) -> None:
    (drugs / "R5" / "conformance" / "ValueSet.ndjson").write_text("{}\n{")
    with pytest.raises(LoadError, match=r"L707.*ValueSet\.ndjson:2"):
        run(drugs, able)
    assert set(able.store) == {"CodeSystem/ages"}


def test_pruning_leaves_them(tmp_path: Path, drugs: Path, able: Stub) -> None:
    run(drugs, able)
    run(snapshot(tmp_path, DRUGS[:2], definitions=OURS[:1]), able, prune=True, max_removed=1)
    assert set(OURS) <= set(able.store)


def test_the_command_counts_them_apart(drugs: Path, able: Stub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["load", str(drugs), "--server", able.base]) == 0
    assert "5 definitions of what is in them: 5 created" in capsys.readouterr().out
    assert run_command(["load", str(drugs), "--server", able.base, "--no-conformance"]) == 0
    assert "definitions" not in capsys.readouterr().out
