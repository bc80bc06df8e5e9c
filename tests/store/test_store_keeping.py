"""`--keep` in a store: old snapshots go, the current one and those that somebody may be reading or sending do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.store import keeping
from pipeline.store.objects import Listed, Objects
from pipeline.store.place import Place
from pipeline.store.snapshots import current
from tests.store.s3_server import S3

OUTPUT = "s3://pages/published/onlabel"
ROOT = "pages/published/onlabel"
NAMES = [letter * 64 for letter in "dab"]

Day = Callable[..., list[str]]


@pytest.fixture
def day(s3: S3, tmp_path: Path) -> Day:
    """Publishes a snapshot (its content is of no matter), a day after the one before; gives the codes of what went wrong."""
    number = iter(range(100))

    def publish(name: str, keep: int | None = None) -> list[str]:
        s3.age(24)
        place = Place.of([], OUTPUT)
        place._began = current(Objects.at(OUTPUT))
        snapshot, run = tmp_path / name, tmp_path / f"run-{next(number)}"
        snapshot.mkdir(exist_ok=True)
        for file in ("report.json", "R5.ndjson"):
            (snapshot / file).write_text(name)
        run.mkdir()
        (run / "run.json").write_text(json.dumps({"snapshot": name, "previous": place._began.name}))
        found = place.push(snapshot, run, keep)
        assert s3.read(f"{ROOT}/CURRENT").decode().strip() == f"snapshots/{name}"
        assert set(s3.published(ROOT)) == {"report.json", "R5.ndjson"}
        return [problem.code for problem in found]

    for name in NAMES:
        assert publish(name) == []
    return publish


def there(s3: S3) -> set[str]:
    return {path.split("/")[4] for path in s3.below(f"{ROOT}/snapshots")}


@pytest.mark.slow
def test_what_another_run_sent_to_bulk_meanwhile_stays(s3: S3, day: Day) -> None:
    s3.write(f"{ROOT}/bulk/R5/20260101T000000.000Z/next.json", b"{}")
    day(NAMES[2])
    (Place.of([], OUTPUT).output / "bulk" / "R5" / "20250101T000000.000Z").mkdir(parents=True)
    day(NAMES[2])
    assert s3.below(f"{ROOT}/bulk") == {f"{ROOT}/bulk/R5/20260101T000000.000Z/next.json"}


def test_the_newest_are_kept_by_when_they_were_current(s3: S3, day: Day) -> None:
    day(NAMES[2])
    assert there(s3) == {*NAMES}
    day(NAMES[2], 2)
    assert there(s3) == {*NAMES[1:]}
    day(NAMES[2], 1)
    assert there(s3) == {NAMES[2]}


def test_one_that_was_current_just_before_stays_for_who_reads_it(s3: S3, day: Day) -> None:
    last = "c" * 64
    day(last, 1)
    assert there(s3) == {NAMES[2], last}
    day(last, 1)
    assert there(s3) == {last}


@pytest.mark.slow
def test_one_that_was_current_again_is_not_old(s3: S3, day: Day) -> None:
    day(NAMES[0])
    day(NAMES[2])
    day(NAMES[2], 2)
    assert there(s3) == {NAMES[0], NAMES[2]}


def test_one_that_another_run_is_sending_stays_and_what_is_no_snapshot_too(s3: S3, day: Day) -> None:
    sent = "0" * 64
    s3.write(f"{ROOT}/snapshots/kept-for-audit/report.json", b"{}")
    s3.age(24)
    s3.write(f"{ROOT}/snapshots/{sent}/report.json", b"{}")
    s3.age(-24)
    day(NAMES[2], 1)
    assert there(s3) == {NAMES[2], sent, "kept-for-audit"}
    day(NAMES[2], 1)
    assert there(s3) == {NAMES[2], "kept-for-audit"}


@pytest.mark.slow
def test_an_old_one_that_is_to_be_current_again_is_not_removed_by_another_run_meanwhile(
    s3: S3, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, removed = Objects.replace, []

    def another_run_removes(store: Objects, name: str, data: bytes, before: Listed | None) -> bool:
        s3.write(f"{ROOT}/runs/of-another/run.json", json.dumps({"snapshot": NAMES[2], "previous": NAMES[2]}).encode())
        removed.extend(keeping.remove_beyond(Objects.at(OUTPUT), 1))
        return replace(store, name, data, before)

    monkeypatch.setattr(Objects, "replace", another_run_removes)
    day(NAMES[0])
    assert removed == [NAMES[1]]


def test_without_the_right_to_remove_the_new_snapshot_stands(s3: S3, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        message = "Access Denied"
        raise PermissionError(message)

    monkeypatch.setattr(s3.type, "rm", forbidden)
    s3.type.clear_instance_cache()
    assert day(NAMES[2], 1) == ["S112"]
    assert there(s3) == {*NAMES}


def test_where_a_store_does_not_say_when_it_was_written_nothing_is_removed(
    s3: S3, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = keeping._written
    monkeypatch.setattr(keeping, "_written", lambda seen: written(Listed(seen.size, None, None)))
    day(NAMES[2], 1)
    assert there(s3) == {*NAMES}


@pytest.mark.usefixtures("day")
def test_the_command_removes_them_there(s3: S3) -> None:
    s3.age(24)
    s3.write(f"{ROOT}/.onlabel", b"")
    s3.remove(f"{ROOT}/CURRENT")
    assert run_command(["convert", "s3://pages/nci/zorvatinib.md", "--output", OUTPUT, "--keep", "1", "--quiet"]) == 0
    (published,) = there(s3)
    assert published not in NAMES
