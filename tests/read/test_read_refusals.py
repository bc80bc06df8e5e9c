"""Pages that cannot be read, and pages that try to cost too much: each ends in a page or in its coded error."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.errors import Problem, ReadError
from pipeline.model import Page
from pipeline.read import read_page
from pipeline.settings import ReadLimits
from tests.sampled import variant

HERE = Path(__file__).parent

TEXT = "---\ntitle: Examplimab\n---\n# Examplimab\n"

#: What is wrong, the page, the code, the line and a piece of the excerpt (None: no place can be shown).
REFUSED: list[tuple[str, bytes, str, int | None, str | None]] = [
    ("empty", b"", "R101", None, None),
    ("only white space", b" \r\n\t\n", "R101", None, None),
    ("only a byte-order mark", b"\xef\xbb\xbf\n", "R101", None, None),
    ("UTF-16, marked, little-endian", TEXT.encode("utf-16"), "R103", None, None),
    ("UTF-16, marked, big-endian", b"\xfe\xff" + TEXT.encode("utf-16-be"), "R103", None, None),
    ("UTF-16 without a mark, little-endian", TEXT.encode("utf-16-le"), "R103", None, None),
    ("UTF-16 without a mark, big-endian", TEXT.encode("utf-16-be"), "R103", None, None),
    ("UTF-32, marked", TEXT.encode("utf-32"), "R103", None, None),
    ("UTF-32 without a mark, little-endian", TEXT.encode("utf-32-le"), "R103", None, None),
    ("UTF-32 without a mark, big-endian", TEXT.encode("utf-32-be"), "R103", None, None),
    ("binary", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "R104", 3, ""),
    ("a NUL in a text", b"# A\n\nb\x00c\n", "R104", 3, "\\x00c"),
    ("Latin-1", "# Examplimab\n\nna\u00efve".encode("latin-1"), "R105", 3, "ve"),
    ("a character cut off at the end", "# A \U0001f48a".encode()[:-1], "R105", 1, ""),
    ("an encoded surrogate", b"# A\n\n\xed\xa0\x80", "R105", 3, ""),
    ("an overlong encoding", b"# A \xc0\xaf", "R105", 1, ""),
    ("unclosed front matter", b"\n---\ntitle: A\n\n# A\n", "R106", 2, "---"),
    ("front matter that is not YAML", b"---\na: b: c\n---\n", "R107", 2, ""),
    ("an open quote", b"---\na: 'b\n---\n", "R107", 3, ""),
    ("a tab as indentation", b"---\na:\n\t- b\n---\n", "R107", 3, ""),
    ("a control character", b"---\na: b\x07\n---\n", "R107", 2, "\\x07"),
    ("a list as a key", b"---\n? [a]\n: b\n---\n", "R107", 2, "[a]"),
    ("two documents", b"---\na: b\n...\n--- c\n---\n", "R107", 4, "--- c"),
    ("a list instead of a mapping", b"---\n- a\n---\n", "R108", 2, "- a"),
    ("a text instead of a mapping", b"---\na\n---\n", "R108", 2, "a"),
    ("a key twice", b"---\na: b\nc: d\na: e\n---\n", "R109", 4, "a: e"),
    ("a key twice, quoted once", b"---\na: b\n'a': e\n---\n", "R109", 3, "'a': e"),
    ("a key twice in a nested mapping", b"---\na:\n  b: c\n  b: d\n---\n", "R109", 4, "b: d"),
    ("an anchor", b"---\na: &x b\n---\n", "R110", 2, "&x b"),
    ("an alias", b"---\na: *x\n---\n", "R110", 2, "*x"),
    ("a merge key", b"---\na: &x {b: c}\nd:\n  <<: *x\n---\n", "R110", 2, "&x {b: c}"),
    ("a tag that would make an object", b"---\na: !!python/object/apply:os.system ['x']\n---\n", "R110", 2, "!!python"),
    ("a tag on a text", b"---\na: !!int '1'\n---\n", "R110", 2, "!!int"),
    ("a key of front matter again in the note behind it", b"---\na: b\n---\n---\na: c\n---\n", "R109", 5, "a: c"),
    ("TOML's fence", b'+++\ntitle = "A"\n+++\n\n# A\n', "R112", 1, "+++"),
    ("JSON's fence", b'{\n  "title": "A"\n}\n\n# A\n', "R112", 1, "{"),
    ("a fence with something behind it", b"--- a\n", "R112", 1, "--- a"),
    ("a fence with a comment behind it", b"\n---  # exported\na: b\n---\n# A\n", "R112", 2, "--- # exported"),
    ("text before the fence", b"Exported 2026\n\n---\ntitle: A\ntags:\n- x\nurl: y\n---\n# A\n", "R112", 3, "---"),
    ("an open comment before the fence", b"<!-- exported\n---\ntitle: A\nurl: y\n---\n# A\n", "R112", 2, "---"),
    ("dashes that an editor joined", "\u2014-\ntitle: A\nurl: y\n\u2014-\n# A\n".encode(), "R112", 1, "\u2014-"),
    ("a no-break space before the fence", "\u00a0---\ntitle: A\nurl: y\n---\n# A\n".encode(), "R112", 1, "---"),
    ("a fence of code", b"```yaml\ntitle: A\nurl: y\n```\n# A\n", "R112", 2, "title: A"),
    ("text before keys without a fence", b"Exported 2026\n\ntitle: A\nurl: y\n\n# A\n", "R112", 3, "title: A"),
    ("keys without a fence before them", b"title: A\ntags:\n- x\nurl: y\n---\n# A\n", "R112", 1, "title: A"),
    ("keys without any fence, CR line ends", b"title: A\rurl: y\r\r# A\r", "R112", 1, "title: A"),
    ("YAML nested too deep", b"---\na: " + b"[" * 20_000 + b"\n---\n", "R111", 2, "[["),
    ("YAML blocks nested too deep", b"---\n" + b"".join(b" " * n + b"a:\n" for n in range(1000)) + b"---\n", "R111", 52, "a:"),
    ("quotations nested too deep", b"# A\n\n" + b">" * 20_000 + b" x", "R111", 3, ">"),
    ("lists nested too deep", b"".join(b"  " * n + b"- a\n" for n in range(1000)), "R111", 25, "a"),
    ("lists nested too deep on one line", b"- " * 20_000 + b"x", "R111", 1, "- "),
]

#: Runs of what costs a Markdown parser most, each repeated to 20,000 and more characters.
REPEATED = [
    *[
        "[",
        "]",
        "![",
        "](",
        "[a](",
        "![a](",
        "[]()",
        "![[]()",
        "[a](b)*",
        "[*a*](b",
        '[a](b "',
        "[a](<",
        "[a][b]",
        "[\\]: ",
        "[a]: <",
    ],
    *[
        "*",
        "_",
        "**a ",
        "*a_ ",
        "a_a_",
        "*_",
        "***a",
        "*a **b ",
        "`",
        "`a``",
        "`` ` ",
        "&",
        "&amp;",
        "\\",
        "<",
        "<a ",
        '<x y="',
        "<!--",
        "<?",
    ],
    *[
        "<![CDATA[",
        "<http://a",
        "</a>",
        "<div>\n",
        "|",
        "|a",
        "| --- |\n",
        "x|y\n-|-\n",
        "#",
        "# ",
        "- \n",
        "* a\n",
        "1. a\n",
        "> a\nb\n",
        "===\n",
    ],
    *["```\n", "    a\n", "\r", "\r\n", "  \n", "a\\\n", "\t", " ", "\u00a0", "\U0001f48a*", "[r]: x\n", "[r] "],
]


@pytest.mark.parametrize(("data", "code", "line", "excerpt"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_page_that_cannot_be_read_is_refused_with_its_code_and_place(
    data: bytes, code: str, line: int | None, excerpt: str | None
) -> None:
    with pytest.raises(ReadError) as caught:
        read_page(data, "drugs/examplimab.md")
    problem = caught.value.problem
    assert (problem.code, problem.severity, problem.source, problem.line) == (code, "error", "drugs/examplimab.md", line)
    assert problem.cause
    assert problem.remedy
    assert (excerpt or "") in (problem.excerpt or "")
    assert str(problem).isprintable()


def test_a_page_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(ReadError) as caught:
        read_page(b"\xff" * 1001, "page.md", ReadLimits(max_bytes=1000))
    assert caught.value.problem.code == "R102"
    assert read_page(b"a" * 1000, "page.md", ReadLimits(max_bytes=1000)).blocks


def test_a_file_of_100_mib_is_refused() -> None:
    with pytest.raises(ReadError) as caught:
        read_page(bytes(100 * 1024 * 1024), "page.md")
    assert caught.value.problem.code == "R102"


@pytest.mark.parametrize(
    "unit", [variant(unit) if at % 3 else unit for at, unit in enumerate(REPEATED)], ids=[*map(repr, REPEATED)]
)
def test_a_page_that_repeats_one_thing_reads_to_the_end(check_places: Callable[[Page, bytes], None], unit: str) -> None:
    data = b"A page that is not empty.\n\n" + (unit * max(3000, 20_000 // len(unit))).encode()
    check_places(read_page(data, "page.md"), data)


def test_nesting_up_to_the_limit_reads_whole() -> None:
    lists = "".join("  " * depth + f"- item {depth}\n" for depth in range(24))
    page = read_page(lists.encode(), "page.md")
    assert [(block.level, block.text) for block in page.blocks] == [(depth + 1, f"item {depth}") for depth in range(24)]
    quoted = read_page((">" * 40 + "a").encode(), "page.md")
    assert [block.text for block in quoted.blocks] == ["a"]
    images = read_page(b"![" * 40 + b"a" + b"](b)" * 40, "page.md")
    assert [block.text for block in images.blocks] == ["a"]


def test_the_limit_on_nesting_is_the_one_that_was_asked_for() -> None:
    data = b"> > > a"
    assert read_page(data, "page.md", ReadLimits(max_nesting=5)).blocks[0].text == "a"
    with pytest.raises(ReadError) as caught:
        read_page(data, "page.md", ReadLimits(max_nesting=3))
    assert caught.value.problem.code == "R111"


def test_brackets_nested_without_end_are_text() -> None:
    for opening, closing in ((b"[", b"](b)"), (b"![", b"](b)")):
        (block,) = read_page(opening * 3000 + b"a" + closing * 3000, "page.md").blocks
        assert block.text.startswith("[" if opening == b"[" else "![")
        assert "a" in block.text


def test_a_limit_beyond_what_the_interpreter_can_do_is_a_refusal_too() -> None:
    with pytest.raises(ReadError) as caught:
        read_page(b">" * 5000 + b"a", "page.md", ReadLimits(max_nesting=10_000))
    assert caught.value.problem.code == "R111"


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "---\na: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(100)) + "---\n"
    with pytest.raises(ReadError) as caught:
        read_page(bomb.encode(), "page.md")
    assert (caught.value.problem.code, caught.value.problem.line) == ("R110", 2)


def test_a_refusal_crosses_from_one_process_to_another() -> None:
    with pytest.raises(ReadError) as caught:
        read_page(b"", "page.md")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert isinstance(copy.problem, Problem)
    assert copy.problem == caught.value.problem


@pytest.mark.parametrize("path", sorted((HERE / "crashers").glob("*.md")), ids=lambda path: path.stem)
def test_what_crashed_or_misplaced_once_does_so_no_more(check_places: Callable[[Page, bytes], None], path: Path) -> None:
    data = path.read_bytes()
    with suppress(ReadError):
        check_places(read_page(data, path.name), data)


def test_every_code_of_this_room_is_driven() -> None:
    """But R113, which is raised when blocks are asked for (tests/convert/test_convert_memory.py)."""
    codes = {case[2] for case in REFUSED} | {"R102"}
    assert codes == {f"R{number}" for number in range(101, 113)}
