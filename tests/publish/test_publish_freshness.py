"""What is overdue, by what the pages themselves say of reviews."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.freshness import DAYS, MONTHS, due
from pipeline.settings import Settings
from tests.invented_pages import drug_page
from tests.snapshot_reader import Publish, lines


def page(name: str, reviewed: str | None, frequency: str | None) -> str:
    text = drug_page(name, reviewed=reviewed)
    return text if frequency is None else text.replace("language: en", f"language: en\nreviewFrequency: {frequency}")


@pytest.mark.parametrize(
    ("reviewed", "frequency", "wanted"),
    [
        ("2025-12-30", "quarterly", "2026-03-30"),
        ("2025-11-30", "quarterly", "2026-02-28"),
        ("2023-11-30", "Quarterly ", "2024-02-29"),
        ("2025-12-31", "monthly", "2026-01-31"),
        ("2025-12-30", "weekly", "2026-01-06"),
        ("2024-02-29", "annually", "2025-02-28"),
        ("2025-12-30", "twice  a year", "2026-06-30"),
        ("2025-12-30", "bimonthly", None),
        ("2025-12-30", "as needed", None),
        ("2025-12-30", None, None),
        ("30 December 2025", "quarterly", None),
        (None, "quarterly", None),
        ("9999-12-30", "quarterly", None),
    ],
)
def test_when_a_page_is_to_be_reviewed_again(reviewed: str | None, frequency: str | None, wanted: str | None) -> None:
    found = due(reviewed, frequency)
    assert (found and found.isoformat()) == wanted


@given(st.dates(max_value=date(9990, 1, 1)), st.sampled_from(sorted([*MONTHS, *DAYS])))
def test_a_review_is_always_due_after_the_last_one(day: date, frequency: str) -> None:
    found = due(day.isoformat(), frequency)
    assert found is not None
    assert found > day


def test_published_pages_that_are_overdue_are_listed_by_name(publish: Publish, tmp_path: Path) -> None:
    pages = {
        "zelanib.md": page("Zelanib", "2025-12-30", "quarterly"),
        "abrotinib.md": page("Abrotinib", "2025-12-31", "quarterly"),
        "morvatide.md": page("Morvatide", "2020-01-01", "whenever"),
        "kelsumab.md": page("Kelsumab", None, "quarterly"),
        "copy-of-zelanib.md": page("Zelanib", "2025-12-30", "quarterly"),
    }
    report = publish(pages, today=date(2026, 3, 31))
    assert [(one.name, one.drug, one.last_reviewed, one.frequency, str(one.due)) for one in report.overdue] == [
        ("copy-of-zelanib.md", "zelanib", "2025-12-30", "quarterly", "2026-03-30")
    ]
    run = json.loads((report.folder / "run.json").read_bytes())
    assert (run["day"], run["overdue"]) == ("2026-03-31", [{**report.overdue[0]._asdict(), "due": "2026-03-30"}])
    said = json.loads((tmp_path / "output/current/report.json").read_bytes())
    assert "overdue" not in said
    assert said["as_of"] == "2025-12-31"
    assert said["unknown_review_frequencies"] == {"whenever": 1}
    issues = [i for o in lines(tmp_path / "output/current/outcome/OperationOutcome.ndjson") for i in o["issue"]]
    (unknown,) = [issue for issue in issues if issue["details"]["coding"][0]["code"] == "P527"]
    assert unknown["severity"] == "information"
    assert "whenever" in unknown["diagnostics"]


def test_a_page_that_is_due_today_is_not_overdue(publish: Publish) -> None:
    pages = {"zelanib.md": page("Zelanib", "2025-12-30", "quarterly")}
    assert publish(pages, today=date(2026, 3, 30)).overdue == ()
    assert len(publish(pages, today=date(2026, 3, 31)).overdue) == 1


def test_a_nightly_run_tells_what_became_overdue_and_publishes_nothing_new(publish: Publish) -> None:
    pages = {"zelanib.md": page("Zelanib", "2025-12-30", "quarterly")}
    first, later = publish(pages, today=date(2026, 1, 1)), publish(pages, today=date(2026, 4, 1))
    assert later.unchanged
    assert (first.snapshot, len(first.overdue), len(later.overdue)) == (later.snapshot, 0, 1)


def test_without_a_given_day_the_clock_says_what_is_overdue(publish: Publish) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    pages = {
        "zelanib.md": page("Zelanib", str(tomorrow - timedelta(days=40)), "monthly"),
        "abrotinib.md": page("Abrotinib", str(tomorrow), "monthly"),
    }
    assert [one.drug for one in publish(pages).overdue] == ["zelanib"]


def test_a_date_to_speak_for_that_lies_ahead_is_the_day_of_the_run(publish: Publish) -> None:
    pages = {"zelanib.md": page("Zelanib", "2025-12-30", "quarterly")}
    run = partial(publish, pages, today=date(2026, 3, 1))
    assert len(run(settings=Settings(as_of=date(2026, 3, 31))).overdue) == 1
    assert run(settings=Settings(as_of=date(2025, 3, 31))).day == date(2026, 3, 1)


def test_a_novel_instead_of_a_frequency_does_not_fill_the_report(publish: Publish, tmp_path: Path) -> None:
    assert publish({"zelanib.md": page("Zelanib", "2025-12-30", "often " * 100)}).exit_code == 0
    said = json.loads((tmp_path / "output/current/report.json").read_bytes())
    ((word, count),) = said["unknown_review_frequencies"].items()
    assert (len(word), count) == (80, 1)
