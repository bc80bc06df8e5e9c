"""What the commands that publish can be told, the flow and its deployments can be told too, and it works there."""

from __future__ import annotations

import inspect
import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.correct import Corrections, dump
from pipeline.flow.onlabel import onlabel
from pipeline.options import Flowing
from tests.correct.correct_pages import entry, facts_of, page_bytes
from tests.flow.onlabel_process import Onlabel
from tests.flow.test_flow_run import files, latest_run
from tests.invented_pages import drug_page, write_pages
from tests.sampled import further


def test_every_option_of_the_commands_is_a_parameter_of_the_flow_with_its_description() -> None:
    parameters = inspect.signature(onlabel.fn).parameters
    options = {each.name for each in fields(Flowing)}
    assert options <= parameters.keys()
    described = inspect.getdoc(onlabel.fn) or ""
    assert {name for name in options if f"\n    {name}: " not in described} == set()
    # Prefect shows these in its form.
    assert options <= onlabel.parameters.properties.keys()


def test_an_unreadable_page_and_corrections_go_through_prefect_as_without_it(
    served: Onlabel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = facts_of()
    corrections = tmp_path / "export.yaml"
    corrections.write_text(dump(Corrections((entry(facts, facts.uses[1], withhold=True),))), encoding="utf-8")
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "zolerab.md").write_bytes(page_bytes())
    (seeds / "zelanib.md").write_text(drug_page("Zelanib"), encoding="utf-8")
    options = (str(seeds), "--corrections", str(corrections), "--as-of", "today", "--stale-for", "3", "--output")
    assert served("run", *options, str(tmp_path / "ran")).returncode == 0
    assert run_command(["convert", *options, str(tmp_path / "converted"), "--quiet"]) == 0
    (seeds / "zelanib.md").write_text(f"Exported\n{drug_page('Zelanib')}", encoding="utf-8")
    done = served("run", *options, str(tmp_path / "ran"))
    assert done.returncode == 1
    assert "P531 warning: zelanib.md: " in done.stderr
    assert "1 page stale, published as read last" in done.stdout
    assert run_command(["convert", *options, str(tmp_path / "converted"), "--json"]) == 1
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["change"]["stale"], report["change"]["kept"]) == (["zelanib"], ["zelanib"])
    assert report["corrections"] == {"applied": 1, "not_applied": 0}
    assert report["as_of"] == str(datetime.now(UTC).date())
    assert files(tmp_path / "ran" / "current") == files(tmp_path / "converted" / "current")
    run = latest_run(served, "ran")
    assert (run["state_type"], run["parameters"]["as_of"]) == ("COMPLETED", "today")
    artifacts = served.ask("/artifacts/filter", flow_runs={"id": {"any_": [run["id"]]}})
    assert "**Stale** (1): zelanib" in next(one["data"] for one in artifacts if one["key"] == "onlabel-summary")


@pytest.mark.slow
@pytest.mark.parametrize("runner", [further("threads"), "processes"])
def test_a_page_past_its_deadline_is_quarantined_by_the_flow_too(served: Onlabel, tmp_path: Path, runner: str) -> None:
    uses = "".join(f"- **melanoma** that has spread to {number} places in adults\n" for number in range(8_000))
    late = drug_page("Longumab").replace("- **breast cancer** that has metastasized\n", uses)
    small = {f"drug{chr(97 + number)}mab.md": drug_page(f"Drug{chr(97 + number)}mab") for number in range(26)}
    seeds = write_pages(tmp_path / "seeds", {**small, "longumab.md": late})
    options = ("--runner", runner, "--workers", "2", "--page-timeout", "4", "--output", str(tmp_path / "out"))
    done = served("run", str(seeds), *options)
    assert done.returncode == 1, done.stderr
    assert "27 pages: 26 published, 0 not a drug, 1 quarantined, 0 duplicate" in done.stdout
    assert "P536 error: longumab.md: " in done.stderr
