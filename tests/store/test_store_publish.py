"""Pages and snapshots in a store: the same bytes as in folders, `CURRENT` last, and calm words where the store refuses."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli import run_command
from pipeline.store import Place
from pipeline.store.objects import Objects
from tests.invented_pages import drug_page
from tests.sampled import variant
from tests.store.s3_server import S3, ask

REPOSITORY = Path(__file__).resolve().parent.parent.parent
OUTPUT = "s3://pages/published/onlabel"


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def published(s3: S3) -> dict[str, bytes]:
    return s3.published("pages/published/onlabel")


def convert(*arguments: str) -> int:
    return run_command(["convert", *arguments, "--quiet"])


def test_pages_and_output_in_s3_give_the_bytes_that_folders_give(s3: S3, tmp_path: Path) -> None:
    assert convert(str(s3.pages), "--output", str(tmp_path / "out")) == 1
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    assert published(s3) == files((tmp_path / "out" / "current").resolve())
    # The second time nothing is new, on this machine or on another one.
    before = s3.below("pages/published/onlabel/snapshots")
    assert convert("s3://pages/nci", "--output", OUTPUT, "--work", str(tmp_path / "other-machine")) == 1
    assert s3.below("pages/published/onlabel/snapshots") == before


def test_what_a_run_in_s3_says_names_the_store(s3: S3, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert convert("s3://pages/nci/zorvatinib.md", "--output", OUTPUT, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    name = s3.read("pages/published/onlabel/CURRENT").decode().strip()
    assert told["published_to"] == f"{OUTPUT}/{name}"
    assert told["accounting"]["published"] == 1
    # The run's own folder is kept there too, and what the store is called by stands in no path of the page.
    assert s3.read(f"pages/published/onlabel/runs/{Path(told['run']).name}/run.json")
    assert '"name":"zorvatinib.md"' in published(s3)["report.json"].decode().replace(" ", "").replace("\n", "")
    assert tmp_path.name in told["run"]


def test_a_change_and_a_removal_in_the_store_are_published(s3: S3) -> None:
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    s3.write("pages/nci/zorvatinib.md", drug_page("Zorvatinib", brand="Otherbrand").encode())
    s3.remove("pages/nci/more/quellimab.md")
    s3.remove("pages/nci/broken.md")
    assert convert("s3://pages/nci", "--output", OUTPUT, "--max-removed", "1") == 0
    names = [json.loads(line)["name"] for line in published(s3)["R5/resources/MedicationKnowledge.ndjson"].splitlines()]
    assert [one for names_of_one in names for one in names_of_one] == ["Zorvatinib", "Otherbrand", "Otherbrand"]


@pytest.mark.slow
def test_what_a_run_removes_from_bulk_goes_in_the_store_too(s3: S3) -> None:
    bulk = "pages/published/onlabel/bulk"
    page = "s3://pages/nci/zorvatinib.md"
    assert convert(page, "--output", OUTPUT, "--fhir", "R5", "--fhir", "R4") == 0
    before = s3.below(bulk)
    assert f"{bulk}/R4/$bulk-publish" in before
    assert convert(page, "--output", OUTPUT, "--fhir", "R5") == 0
    # Who waits at a page of R4 is told there that it is closed; nobody begins with it.
    assert before - s3.below(bulk) == {f"{bulk}/R4/$bulk-publish"}


@pytest.mark.parametrize(("seed", "output"), [("file://seeds", "out"), ("seeds", "file://out")])
def test_a_file_url_with_a_host_is_refused_and_nothing_is_read(
    seed: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its host, `file://seeds` would be all pages of the folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "zorvatinib.md").write_text(drug_page("Zorvatinib"))
    assert convert(seed, "--output", output) == 3
    assert "S101" in capsys.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == ["seeds"]
    assert convert("file://localhost" + str(tmp_path / "seeds"), "--output", (tmp_path / "out").as_uri()) == 0
    assert (tmp_path / "out" / "current").exists()


def test_the_guard_on_removals_knows_what_another_machine_published(
    s3: S3, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    before = published(s3)
    alone = ("s3://pages/nci/zorvatinib.md", "--output", OUTPUT, "--work", str(tmp_path / "other-machine"))
    assert convert(*alone) == 3
    assert "P512" in capsys.readouterr().err
    assert published(s3) == before


@pytest.mark.slow
def test_pages_that_a_folder_would_pass_over_or_refuse_are_treated_alike(s3: S3, tmp_path: Path) -> None:
    s3.write("pages/nci/.git/note.md", b"# hidden")
    s3.write("pages/nci/picture.png", b"\x89PNG")
    s3.write("pages/nci/large.txt", b"x" * (2 * 1024 * 1024 + 1))
    (s3.pages / "large.txt").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    assert convert(str(s3.pages), "--output", str(tmp_path / "out")) == 1
    # The output lies below the pages: it is none of them.
    assert convert("s3://pages/nci", "--output", "s3://pages/nci/output") == 1
    assert convert("s3://pages/nci", "--output", "s3://pages/nci/output") == 1
    there = f"pages/nci/output/{s3.read('pages/nci/output/CURRENT').decode().strip()}"
    assert json.loads(s3.read(f"{there}/report.json")) == json.loads((tmp_path / "out/current/report.json").read_bytes())
    # What is too large was not even fetched.
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file() and file.stat().st_size > 2 * 1024 * 1024]


def test_a_crash_between_upload_and_switch_leaves_the_old_snapshot_and_the_next_run_mends_it(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    before = published(s3)
    s3.write("pages/nci/third.md", drug_page("Third").encode())

    class Crash(BaseException):
        """The process ends here."""

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(Objects, "replace", crash)
        with pytest.raises(Crash):
            convert("s3://pages/nci", "--output", OUTPUT)
    assert published(s3) == before
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    assert published(s3) != before


@pytest.mark.usefixtures("s3")
def test_a_local_folder_with_other_things_in_it_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine" / "pages" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    assert convert("s3://pages/nci", "--output", OUTPUT, "--work", str(tmp_path / "mine")) == 3
    assert "S107" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["pages"]


@pytest.mark.usefixtures("s3")
def test_two_runs_on_one_machine_do_not_share_a_local_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with Place.of(["s3://pages/nci"], OUTPUT).held():
        assert convert("s3://pages/nci", "--output", OUTPUT) == 3
    said = capsys.readouterr().err
    assert "S107" in said
    assert f"Held by process {os.getpid()} on" in said


def test_a_damaged_upload_is_found_and_sent_again(s3: S3, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    name = s3.read("pages/published/onlabel/CURRENT").decode().strip()
    path = f"pages/published/onlabel/{name}/R5/resources/MedicationKnowledge.ndjson"
    whole = s3.read(path)
    s3.write(path, whole.replace(b"Zorvatinib", b"Zorvatinob"))
    # Another machine needs the snapshot whole, and says that it is not.
    assert convert("s3://pages/nci", "--output", OUTPUT, "--work", str(tmp_path / "other-machine")) == 3
    assert "S108" in capsys.readouterr().err
    # This one has it, so it puts it right.
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    assert s3.read(path) == whole


@pytest.mark.parametrize(
    ("seed", "output", "code"),
    [
        ("s3://no-such-bucket/nci", OUTPUT, "S103"),
        variant("s3://pages/nothing-here", OUTPUT, "S103"),
        variant("s3://pages/nci", "s3://no-such-bucket/out", "S103"),
        ("s3://pages/nci", "s3://pages/taken", "S105"),
        ("s3://key:very-secret@pages/nci", OUTPUT, "S102"),
        variant("s3://key:very-secret/with+slash@pages/nci", OUTPUT, "S102"),
        variant("s3://key:very-secret#and?more@pages/nci", OUTPUT, "S102"),
        variant("abfs://pages@account/nci?sv=2&sig=very-secret", OUTPUT, "S102"),
        ("s3://pages/nci", "s3://pages/wrong", "S109"),
        ("nosuch://pages/nci", OUTPUT, "S101"),
        ("https://example.org/pages", OUTPUT, "S101"),
    ],
)
def test_what_the_store_refuses_is_said_calmly(
    seed: str, output: str, code: str, s3: S3, capsys: pytest.CaptureFixture[str]
) -> None:
    s3.write("pages/taken/thesis.txt", b"mine")
    s3.write("pages/wrong/CURRENT", b"elsewhere")
    assert convert(seed, "--output", output) == 3
    printed = capsys.readouterr()
    assert f"{code} fatal: " in printed.err
    assert "Remedy: " in printed.err
    assert "very-secret" not in printed.err + printed.out
    assert "Traceback" not in printed.err
    assert s3.below("pages/taken") == {"pages/taken/thesis.txt"}


def test_wrong_credentials_and_none_are_said_calmly(
    s3: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(s3.server, "reset-auth", b"0")
    try:
        assert convert("s3://pages/nci", "--output", OUTPUT) == 3
    finally:
        ask(s3.server, "reset-auth", b"inf")
    assert "S102 fatal: s3://pages/nci: the store does not let us in" in capsys.readouterr().err
    s3.type.clear_instance_cache()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert convert("s3://pages/nci", "--output", OUTPUT) == 3
    assert "S102 fatal: s3://pages/nci: the store does not let us in" in capsys.readouterr().err


def test_a_page_that_the_store_keeps_from_us_is_quarantined_and_costs_no_other(
    s3: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cat = s3.type.cat_file

    def forbidden(self: object, path: str, **more: object) -> bytes:
        if path.endswith("quellimab.md"):
            message = "Access Denied"
            raise PermissionError(message)
        return cat(self, path, **more)

    monkeypatch.setattr(s3.type, "cat_file", forbidden)
    assert convert("s3://pages/nci", "--output", OUTPUT) == 1
    assert "R190 error: more/quellimab.md: it cannot be read" in capsys.readouterr().err
    assert "Zorvatinib" in published(s3)["R5/resources/MedicationKnowledge.ndjson"].decode()


def test_what_passes_by_itself_is_tried_again(
    s3: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.store.objects.PAUSES", (0.0, 0.0))
    cat, failures = s3.type.cat_file, iter([True] * 2 + [False] * 100)

    def shaky(self: object, path: str, **more: object) -> bytes:
        if next(failures):
            raise TimeoutError
        return cat(self, path, **more)

    monkeypatch.setattr(s3.type, "cat_file", shaky)
    assert convert("s3://pages/nci/zorvatinib.md", "--output", OUTPUT) == 0
    failures = iter([True] * 100)
    assert convert("s3://pages/nci/zorvatinib.md", "--output", OUTPUT) == 3
    assert "S104 fatal: s3://pages" in capsys.readouterr().err


def seconds_to_fail(seeds: str, output: str) -> float:
    start = time.monotonic()
    assert convert(seeds, "--output", output) == 3
    return time.monotonic() - start


def test_a_store_that_is_not_there_is_said_so_within_seconds(
    s3: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It took 42 to 72 s: the store's own tries, times ours."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    for seeds, output in (("s3://pages/nci", "s3://pages/out"), (str(s3.pages), "s3://pages/out")):
        s3.type.clear_instance_cache()
        assert seconds_to_fail(seeds, output) < 25
        assert "S111 fatal: s3://pages/out: the store cannot be reached (EndpointConnectionError" in capsys.readouterr().err


@pytest.mark.usefixtures("s3")
def test_a_store_that_is_silent_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.store.objects.FIRST_ANSWER_SECONDS", 1.5)
    monkeypatch.setattr("pipeline.store.objects.ANNOUNCED_AFTER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert run_command(["convert", "s3://silent/nci", "--output", OUTPUT]) == 3
    said = capsys.readouterr().err
    assert said.startswith("Waiting for s3://silent/nci to answer (at most 1.5 s) …\nS111 fatal: ")
    assert "no answer within 1.5 s" in said


def test_other_commands_say_that_they_work_on_folders(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("verify", "load", "extract"):
        assert run_command([command, "s3://pages/nci"]) == 2
        assert f"U908 error: s3://pages/nci: `onlabel {command}` works on folders" in capsys.readouterr().err


def test_a_file_url_is_the_folder_and_a_store_without_etags_works_too(
    tmp_path: Path, seed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert convert(seed.as_uri(), "--output", (tmp_path / "out put").as_uri()) == 0
    assert convert(seed.as_uri(), "--output", "memory://onlabel/out") == 0
    assert convert(seed.as_uri(), "--output", "memory://onlabel/out") == 0
    store = Objects.at("memory://onlabel/out")
    there = store.read("CURRENT").decode().strip()
    found = {name.removeprefix(f"{there}/"): store.read(name) for name in store.list(there)}
    assert found == files((tmp_path / "out put" / "current").resolve())


@pytest.mark.slow
@pytest.mark.usefixtures("s3")
def test_the_console_hears_nothing_of_the_libraries_under_it() -> None:
    command = [sys.executable, "-W", "default", "-m", "pipeline", "convert", "s3://pages/nci", "--output", OUTPUT, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "R107" not in line and "Remedy" not in line] == []
