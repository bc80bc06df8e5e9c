"""The output folder: whose it is, one run at a time, and how `current` moves."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from pipeline.errors import PublishError
from pipeline.publish import current_snapshot, held
from pipeline.publish.files import refusals, write_file
from tests.invented_pages import CORPUS, drug_page
from tests.snapshot_reader import Publish, hash_of, tree


def test_a_folder_that_holds_something_else_is_refused_untouched(publish: Publish, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (output / "thesis.txt").write_text("years of work")
    with pytest.raises(PublishError) as refused:
        publish(CORPUS)
    assert refused.value.problem.code == "P501"
    assert tree(output) == {"thesis.txt": b"years of work"}


def test_a_file_is_no_output_folder(publish: Publish, tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file")
    with pytest.raises(PublishError) as refused:
        publish(CORPUS)
    assert refused.value.problem.code == "P501"
    assert refused.value.problem.cause == "the output is not a folder"
    assert (tmp_path / "output").read_text() == "a file"


def test_the_folder_that_a_repository_keeps_for_output_is_taken(publish: Publish, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (output / "README.md").write_text("what will appear here")
    assert publish(CORPUS).exit_code == 0
    assert (output / "README.md").read_text() == "what will appear here"


def test_a_second_run_says_who_holds_the_folder_and_leaves(publish: Publish, tmp_path: Path) -> None:
    output = tmp_path / "output"
    with held(output, "first", "run first, process 4711 on ward7"):
        before = tree(output)
        with pytest.raises(PublishError) as refused:
            publish(CORPUS)
        assert tree(output) == before
    assert refused.value.problem.code == "P502"
    assert "process 4711 on ward7" in refused.value.problem.cause
    assert publish(CORPUS).exit_code == 0


def test_the_lock_is_free_after_a_run_that_failed(publish: Publish, tmp_path: Path) -> None:
    def fail(_done: int, _total: int) -> None:
        message = "the caller's own trouble"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        publish(CORPUS, progress=fail)
    handle = os.open(tmp_path / "output/.onlabel", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)
    assert not (tmp_path / "output/.staging").exists()


def test_what_a_dead_run_left_is_cleared_and_nothing_outside(publish: Publish, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "keep.txt").write_text("not ours")
    publish(CORPUS)
    dead = tmp_path / "output/.staging/dead-run/spool"
    dead.mkdir(parents=True)
    (dead / "half").write_text("{")
    (dead / "link").symlink_to(elsewhere)
    publish(CORPUS)
    assert not (tmp_path / "output/.staging").exists()
    assert tree(elsewhere) == {"keep.txt": b"not ours"}


def test_without_symbolic_links_a_text_file_names_the_snapshot(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    output = tmp_path / "output"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "symlink_to", refuse)
        report = publish(CORPUS)
        assert report.snapshot is not None
        assert (output / "CURRENT").read_text() == f"snapshots/{report.snapshot.name}\n"
        assert current_snapshot(output) == report.snapshot
        assert publish(CORPUS).unchanged
    second = publish({**CORPUS, "new.md": drug_page("Newinib")})
    assert (output / "current").is_symlink()
    assert not (output / "CURRENT").exists()
    assert current_snapshot(output) == second.snapshot


@pytest.mark.parametrize("pointer", ["snapshots/" + "0" * 64, "../elsewhere", "snapshots/../../etc"])
def test_a_current_that_leads_nowhere_stops_the_run(publish: Publish, tmp_path: Path, pointer: str) -> None:
    publish(CORPUS)
    current = tmp_path / "output/current"
    current.unlink()
    current.symlink_to(pointer)
    with pytest.raises(PublishError) as stopped:
        publish(CORPUS)
    assert stopped.value.problem.code == "P506"
    assert os.readlink(current) == pointer  # noqa: PTH115 - the text of the link, whatever it is
    current.unlink()
    assert publish(CORPUS).exit_code == 0


def test_a_snapshot_without_its_report_stops_the_run(publish: Publish, tmp_path: Path) -> None:
    publish(CORPUS)
    (tmp_path / "output/current/report.json").write_text("[]")
    with pytest.raises(PublishError) as stopped:
        publish(CORPUS)
    assert stopped.value.problem.code == "P506"


@pytest.mark.parametrize("run_id", ["../../outside", "", ".hidden", "a/b", "x" * 81])
def test_a_run_id_names_a_folder_and_nothing_else(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(ValueError, match="run id"), held(tmp_path / "output", run_id, "test"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "P504"), (errno.EDQUOT, "P504"), (errno.EACCES, "P503"), (errno.EROFS, "P503"), (errno.EIO, "P505")],
)
def test_what_the_operating_system_refuses_has_a_code(number: int, code: str) -> None:
    with pytest.raises(PublishError) as refused, refusals(Path("output")):
        raise OSError(number, os.strerror(number))
    assert refused.value.problem.code == code
    assert os.strerror(number) in refused.value.problem.cause


def test_a_disk_that_is_read_only_is_no_matter_of_rights() -> None:
    with pytest.raises(PublishError) as refused, refusals(Path("output")):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    assert "mounted read-only" in refused.value.problem.cause
    assert "--output" in refused.value.problem.remedy


def test_a_file_is_replaced_whole_even_after_a_half_written_try(tmp_path: Path) -> None:
    (tmp_path / ".CURRENT.new").write_bytes(b"half")
    write_file(tmp_path / "CURRENT", b"one\n")
    write_file(tmp_path / "CURRENT", b"two\n")
    assert tree(tmp_path) == {"CURRENT": b"two\n"}


def test_a_run_that_dies_while_it_mends_a_damaged_snapshot_leaves_one_that_current_names(
    publish: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(CORPUS).snapshot
    assert first is not None
    (first / "report.json").write_bytes((first / "report.json").read_bytes() + b"\n")
    real = Path.rename

    def dying(path: Path, target: Path) -> Path:
        if path.name == "snapshot":
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying)
        with pytest.raises(KeyboardInterrupt):
            publish(CORPUS)
    assert current_snapshot(tmp_path / "output") == first
    assert publish(CORPUS).snapshot == first
    assert hash_of(first) == first.name


@pytest.mark.parametrize("name", [".onlabel", "snapshots", "runs", "kept"])
def test_nothing_is_written_through_a_link_in_the_output_folder(publish: Publish, tmp_path: Path, name: str) -> None:
    elsewhere, output = tmp_path / "elsewhere", tmp_path / "output"
    publish(CORPUS)
    before = tree(output)
    if name == ".onlabel":
        elsewhere.write_text("years of work")
    else:
        elsewhere.mkdir()
    there = output / name
    if there.is_dir():
        there.rename(tmp_path / "moved")
    there.unlink(missing_ok=True)
    there.symlink_to(elsewhere)
    with pytest.raises(PublishError) as refused:
        publish({**CORPUS, "new.md": drug_page("Newnib")})
    assert refused.value.problem.code == "P501"
    assert name in refused.value.problem.cause
    assert elsewhere.read_text() == "years of work" if name == ".onlabel" else list(elsewhere.iterdir()) == []
    there.unlink()
    if name != ".onlabel" and (tmp_path / "moved").exists():
        (tmp_path / "moved").rename(there)
        assert tree(output) == before


def test_an_output_folder_that_is_a_link_itself_is_the_folder_that_it_leads_to(publish: Publish, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "output").symlink_to("disk")
    assert publish(CORPUS).exit_code == 0
    assert current_snapshot(tmp_path / "disk") is not None
