"""`--keep`: old snapshots go, the current one and those that somebody reads do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.publish import held, reading, remove_beyond
from tests.invented_pages import drug_page
from tests.snapshot_reader import Publish, hash_of


@pytest.fixture
def days(publish: Publish, tmp_path: Path) -> list[Path]:
    """Four snapshots, the oldest first; the last is current."""
    found = []
    for day in range(1, 5):
        report = publish({"zelanib.md": drug_page("Zelanib", reviewed=f"2025-12-0{day}")}, run_id=f"day-{day}")
        assert report.snapshot is not None
        os.utime(tmp_path / f"output/runs/day-{day}/run.json", (day, day))
        found.append(report.snapshot)
    return found


def there(output: Path) -> set[str]:
    return {path.name for path in (output / "snapshots").iterdir()}


def today(publish: Publish, keep: int | None) -> Path:
    report = publish({"zelanib.md": drug_page("Zelanib", reviewed="2025-12-04")}, keep=keep)
    assert report.exit_code == 0
    assert report.snapshot is not None
    return report.snapshot


@pytest.mark.parametrize(("keep", "left"), [(None, 4), (9, 4), (3, 3), (1, 1)])
def test_the_newest_are_kept_by_when_they_became_current(
    publish: Publish, days: list[Path], tmp_path: Path, keep: int | None, left: int
) -> None:
    assert today(publish, keep) == days[-1]
    assert there(tmp_path / "output") == {path.name for path in days[-left:]}
    assert not (tmp_path / "output/.staging").exists()


def test_a_snapshot_that_became_current_again_is_not_old(publish: Publish, days: list[Path], tmp_path: Path) -> None:
    publish({"zelanib.md": drug_page("Zelanib", reviewed="2025-12-01")}, run_id="again")
    today(publish, 2)
    assert there(tmp_path / "output") == {days[0].name, days[-1].name}


def test_what_is_no_snapshot_stays_whoever_put_it_there(publish: Publish, days: list[Path], tmp_path: Path) -> None:
    (tmp_path / "output/snapshots/kept-for-audit").mkdir()
    today(publish, 1)
    assert there(tmp_path / "output") == {days[-1].name, "kept-for-audit"}


def test_one_that_is_read_stays_until_it_is_not(publish: Publish, days: list[Path], tmp_path: Path) -> None:
    with reading(days[0]) as held_one, reading(tmp_path / "output/current") as current:
        assert current == days[-1].resolve()
        today(publish, 1)
        assert there(tmp_path / "output") == {days[0].name, days[-1].name}
        assert hash_of(held_one) == days[0].name
    today(publish, 1)
    assert there(tmp_path / "output") == {days[-1].name}


def test_a_reader_follows_current_and_says_what_is_gone(days: list[Path], tmp_path: Path) -> None:
    with held(tmp_path / "output", "by-hand", "test") as output:
        assert remove_beyond(output, 1, days[-1]) == [path.name for path in reversed(days[:-1])]
    with pytest.raises(FileNotFoundError), reading(days[0]):
        pass


def test_a_run_that_publishes_nothing_removes_nothing(publish: Publish, days: list[Path], tmp_path: Path) -> None:
    assert publish({"empty.md": ""}, keep=1).exit_code == 3
    assert there(tmp_path / "output") == {path.name for path in days}


def test_no_snapshot_at_all_cannot_be_asked_for(publish: Publish) -> None:
    with pytest.raises(UsageError) as wrong:
        publish({"zelanib.md": drug_page("Zelanib")}, keep=0)
    assert wrong.value.problem.code == "U911"
