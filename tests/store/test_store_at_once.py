"""Two runs that publish to one place in a store: one of them does, and the other says so and replaces nothing."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import run_command
from pipeline.errors import StoreError
from pipeline.store import place
from pipeline.store.objects import Objects
from pipeline.store.snapshots import Began, current, push
from tests.invented_pages import drug_page
from tests.store.s3_server import S3

OUTPUT = "s3://pages/published/onlabel"
CURRENT = "pages/published/onlabel/CURRENT"
OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64


def snapshot(tmp_path: Path, name: str) -> Path:
    """A snapshot of one small file: nothing here looks into it."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "report.json").write_text(f"report of {name}")
    return folder


@pytest.fixture
def store(s3: S3, tmp_path: Path) -> Objects:
    """A store in which OLD is current."""
    push(Objects.at(OUTPUT), snapshot(tmp_path, OLD), Began())
    assert s3.read(CURRENT).decode() == f"snapshots/{OLD}\n"
    return Objects.at(OUTPUT)


def test_a_run_that_another_overtook_stops_and_replaces_nothing(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def convert(*arguments: str) -> int:
        return run_command(["convert", *arguments, "--output", OUTPUT, "--quiet"])

    assert convert("s3://pages/nci/zorvatinib.md") == 0
    other = str(tmp_path / "other-machine")
    real = place.push

    def late(*given: Any) -> None:  # noqa: ANN401 - passed on
        with monkeypatch.context() as patched:
            patched.setattr(place, "push", real)
            assert convert("s3://pages/nci", "--work", other) == 1
        real(*given)

    monkeypatch.setattr(place, "push", late)
    s3.write("pages/nci/third.md", drug_page("Third").encode())
    # The one that began first has a page less than the one that comes between.
    code = convert("s3://pages/nci/zorvatinib.md", "s3://pages/nci/third.md")
    said = capsys.readouterr().err
    assert (code, "S106" in said) == (3, True), said
    assert "Quellimab" in s3.published("pages/published/onlabel")["R5/resources/MedicationKnowledge.ndjson"].decode()


def test_where_another_run_published_the_same_snapshot_nothing_is_left_to_do(store: Objects, tmp_path: Path) -> None:
    began, new = current(store), snapshot(tmp_path, NEW)
    push(store, new, began)
    push(store, new, began)
    assert current(store).name == NEW


def test_the_last_moment_before_the_switch_is_safe_too(s3: S3, store: Objects) -> None:
    """Another run may write CURRENT after it was read again: the store itself refuses then."""
    seen = store.seen("CURRENT")
    s3.write(CURRENT, b"snapshots/" + b"0" * 64 + b"\n")
    assert not store.replace("CURRENT", b"mine", seen)
    assert not store.replace("CURRENT", b"mine", None)
    assert s3.read(CURRENT).endswith(b"0\n")
    s3.remove(CURRENT)
    assert not store.replace("CURRENT", b"mine", seen)
    assert store.replace("CURRENT", b"mine", None)
    assert s3.read(CURRENT) == b"mine"


class Answer(Exception):  # noqa: N818 - as botocore has it
    """What botocore raises: the answer of the store."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answer {status}")
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


def refused(status: int) -> OSError:
    """A refusal as s3fs tells it."""
    error = OSError(errno.EIO, f"answer {status}")
    error.__cause__ = Answer(status)
    return error


Pipe = Callable[..., Any]
Writes = Callable[[Callable[[Pipe], None]], list[bool]]


@pytest.fixture
def conditional(store: Objects, monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Lets a function answer each write on a condition, given that write; gives whether each write of CURRENT was one."""
    pipe = store.store.pipe_file

    def answered_by(answer: Callable[[Pipe], None]) -> list[bool]:
        writes = []

        def watched(path: str, data: bytes, **more: object) -> None:
            if path == CURRENT:
                writes.append(bool(more))
            if more:
                answer(lambda: pipe(path, data, **more))
            else:
                pipe(path, data)

        monkeypatch.setattr(store.store, "pipe_file", watched)
        monkeypatch.setattr("pipeline.store.objects.PAUSES", (0.0,))
        return writes

    return answered_by


@pytest.mark.parametrize("refusal", [refused(501), NotImplementedError("no conditions")], ids=["501", "fsspec"])
def test_a_store_that_says_that_it_knows_no_conditions_is_written_without(
    store: Objects, conditional: Writes, tmp_path: Path, refusal: Exception
) -> None:
    def answer(_: Pipe) -> None:
        raise refusal

    writes = conditional(answer)
    push(store, snapshot(tmp_path, NEW), current(store))
    assert writes == [True, False]
    assert current(store).name == NEW


@pytest.mark.parametrize(("status", "code"), [(412, "S106"), (409, "S106"), (500, "S104"), (400, "S104")])
def test_any_other_refusal_of_a_condition_is_not_written_over(
    store: Objects, conditional: Writes, tmp_path: Path, status: int, code: str
) -> None:
    def answer(_: Pipe) -> None:
        raise refused(status)

    writes = conditional(answer)
    with pytest.raises(StoreError) as stopped:
        push(store, snapshot(tmp_path, NEW), current(store))
    assert stopped.value.problem.code == code
    assert set(writes) == {True}
    assert current(store).name == OLD


@pytest.mark.parametrize("between", [NEW, OTHER], ids=["ours", "of-another"])
def test_a_condition_that_no_longer_holds_is_no_fault_where_the_answer_to_our_own_try_was_lost(
    s3: S3, store: Objects, conditional: Writes, tmp_path: Path, between: str
) -> None:
    tries = iter([True, False])

    def answer(write: Pipe) -> None:
        if next(tries):
            # The write arrived, or that of another run did; what the store said of it did not.
            s3.write(CURRENT, f"snapshots/{between}\n".encode())
            raise TimeoutError
        write()

    writes = conditional(answer)
    new, began = snapshot(tmp_path, NEW), current(store)
    if between == NEW:
        push(store, new, began)
    else:
        with pytest.raises(StoreError) as stopped:
            push(store, new, began)
        assert stopped.value.problem.code == "S106"
    assert writes == [True, True]
    assert current(store).name == between
