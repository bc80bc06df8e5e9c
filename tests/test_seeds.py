"""Which pages a run reads, and what they are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.convert import find
from pipeline.errors import ReadError, UsageError
from pipeline.seeds import load
from tests.invented_pages import write_pages


def names(*seeds: Path, output: Path = Path("nowhere")) -> list[str]:
    return [source.name for source in find(seeds, output)]


def test_every_page_below_a_folder_by_name_and_nothing_else(tmp_path: Path) -> None:
    pages = ["b.md", "a.txt", "A.MD", "sub/c.md", "sub/.git/d.md", "._a.md", ".cache/e.txt", "f.rst", "md", "g.md.bak"]
    assert names(write_pages(tmp_path, dict.fromkeys(pages, "x"))) == ["A.MD", "a.txt", "b.md", "sub/c.md"]


def test_a_file_named_by_its_own_has_its_file_name_whatever_the_suffix(tmp_path: Path) -> None:
    write_pages(tmp_path, {"sub/page.markdown": "x"})
    assert names(tmp_path / "sub/page.markdown") == ["page.markdown"]


def test_a_file_that_is_named_twice_is_one_page(tmp_path: Path) -> None:
    write_pages(tmp_path, {"sub/a.md": "x"})
    wanted = ["sub/a.md"]
    assert names(tmp_path, tmp_path / "sub/a.md", tmp_path / "sub") == wanted
    assert names(tmp_path / "sub", tmp_path / "sub/../sub/a.md", tmp_path) == wanted


def test_files_of_one_name_are_told_apart_by_the_folders_above(tmp_path: Path) -> None:
    write_pages(tmp_path, {"one/x/a.md": "1", "two/x/a.md": "2", "two/b.md": "3"})
    seeds = [tmp_path / "one/x", tmp_path / "two/x", tmp_path / "two/b.md"]
    assert names(*seeds) == names(*reversed(seeds)) == ["b.md", "one/x/a.md", "two/x/a.md"]


def test_no_two_pages_have_one_name_whatever_the_folders_above_are_called(tmp_path: Path) -> None:
    write_pages(tmp_path, {"one/x.md": "1", "a/x.md": "2", "two/a/x.md": "3"})
    seeds = [tmp_path / "one", tmp_path / "a", tmp_path / "two"]
    last = f"{tmp_path.name}/a/x.md"
    assert names(*seeds) == names(*reversed(seeds)) == sorted(["one/x.md", last, "two/a/x.md"])


def test_bytes_that_are_no_text_do_not_take_the_name_of_another_page(tmp_path: Path) -> None:
    for name in (b"a\x80.md", b"a\\x80.md"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_text("x")
    assert names(tmp_path) == ["a\\x80.md", "a\\x80.md (2)"]


def test_the_output_folder_is_not_read(tmp_path: Path) -> None:
    write_pages(tmp_path, {"a.md": "x", "output/README.md": "x"})
    assert names(tmp_path, output=tmp_path / "output") == ["a.md"]


def test_links_to_folders_are_not_followed_and_links_to_pages_are_pages(tmp_path: Path) -> None:
    write_pages(tmp_path, {"seeds/a.md": "x", "seeds/sub/c.txt": "y"})
    (tmp_path / "seeds/loop").symlink_to(tmp_path / "seeds")
    (tmp_path / "seeds/b.md").symlink_to("sub/c.txt")
    found = find([tmp_path / "seeds"], Path("nowhere"))
    assert [(source.name, source.problem) for source in found] == [("a.md", None), ("b.md", None), ("sub/c.txt", None)]


def test_a_link_out_of_the_folder_is_a_page_only_if_asked_for(tmp_path: Path) -> None:
    pages = {"seeds/a.md": "x", "seeds-not/b.md": "y", "elsewhere/c.md": "z"}
    write_pages(tmp_path, pages)
    for name, target in (("b.md", "../seeds-not/b.md"), ("c.md", tmp_path / "elsewhere/c.md"), ("d.md", "c.md")):
        (tmp_path / "seeds" / name).symlink_to(target)
    (tmp_path / "named").symlink_to("seeds")
    for named in ("seeds", "named"):
        found = {source.name: source.problem for source in find([tmp_path / named], Path("nowhere"))}
        assert {name: problem and problem.code for name, problem in found.items()} == {
            "a.md": None,
            "b.md": "R192",
            "c.md": "R192",
            "d.md": "R192",
        }
    followed = find([tmp_path / "seeds"], Path("nowhere"), follow_links=True)
    assert [source.problem for source in followed] == [None] * 4
    (alone,) = find([tmp_path / "seeds/c.md"], Path("nowhere"))
    assert (alone.problem, load(alone, 10)) == (None, b"z")


def test_a_name_that_is_no_text_or_cannot_be_printed_is_escaped(tmp_path: Path) -> None:
    for name in (b"a\xff.md", "b\u202egnp.md".encode(), b"c\n.md"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_text("x")
    assert names(tmp_path) == ["a\\xff.md", "b\\u202egnp.md", "c\\n.md"]


def test_a_seed_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        names(tmp_path / "misspelt")
    assert wrong.value.problem.code == "U910"


def test_a_page_is_refused_by_its_size_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.md").open("wb") as file:
        file.truncate(100 * 1024 * 1024 * 1024)  # sparse: reading it would take this machine's memory
    with pytest.raises(ReadError) as refused:
        load(find([tmp_path], Path("nowhere"))[0], 4 * 1024 * 1024)
    assert refused.value.problem.code == "R102"
    assert str(100 * 1024 * 1024 * 1024) in refused.value.problem.cause


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling link", "loop"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.md"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "dangling link":
            path.symlink_to(tmp_path / "gone.md")
        case _:
            path.symlink_to(path)
    (source,) = find([tmp_path], Path("nowhere"))
    with pytest.raises(ReadError) as refused:
        load(source, 1000)
    assert (refused.value.problem.source, refused.value.problem.code) == (
        "x.md",
        "R191" if kind in {"folder", "pipe"} else "R190",
    )
