"""The README says what the program does: its transcripts are run, its excerpts are looked up in the real output."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pipeline import __version__
from tests.error_codes import explained

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
TRANSCRIPT = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXCERPT = re.compile(r"^<!-- part of: (\S+) -->\n```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)\[[^\]`]+\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)(?!`)")
ANCHOR = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)")
MODULE = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|sql|js|toml))`")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
#: The pages that explain the program, and the rooms, each of which has one.
DOCUMENTS = sorted({*REPOSITORY.glob("*.md"), *REPOSITORY.glob("pipeline/**/*.md"), REPOSITORY / "mappings/README.md"})
ROOMS = sorted({module.parent for module in REPOSITORY.glob("pipeline/*/*.py")})


def run(command: str, folder: Path) -> str:
    program, *arguments = shlex.split(command)
    assert program == "onlabel"
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    (tmp_path / "seeds").symlink_to(REPOSITORY / "seeds")
    return tmp_path


@pytest.mark.parametrize("block", TRANSCRIPT.findall(README))
def test_every_transcript_is_what_the_command_prints(block: str, workplace: Path) -> None:
    command, expected = block.removeprefix("$ ").split("\n", 1)
    pattern = "(?s:.*?)".join(re.escape(part) for part in expected.strip().split("…"))
    assert re.fullmatch(pattern, run(command, workplace).strip())


def holds(whole: object, part: object) -> bool:
    """Whether `part` is found in `whole`: objects by their members, lists by their entries in any place."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(holds(entry, wanted) for entry in whole) for wanted in part)
    return bool(whole == part)


@pytest.mark.parametrize(("name", "part"), EXCERPT.findall(README))
def test_every_excerpt_is_part_of_the_real_output(name: str, part: str, workplace: Path) -> None:
    run("onlabel convert seeds --quiet", workplace)
    lines = (workplace / "output" / "current" / name).read_text(encoding="utf-8").splitlines()
    assert sum(holds(json.loads(line), json.loads(part)) for line in lines) == 1


@pytest.fixture
def server() -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes whatever is posted, and what it got."""
    taken: list[bytes] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be silent."""

    with HTTPServer(("127.0.0.1", 0), Taking) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", taken
        running.shutdown()
        thread.join()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_loop_in_the_shell_sends_every_bundle_in_order(workplace: Path, server: tuple[str, list[bytes]]) -> None:
    guide = (REPOSITORY / "pipeline/load/README.md").read_text(encoding="utf-8")
    (loop,) = (block for block in SHELL.findall(guide) if "curl" in block)
    url, taken = server
    run("onlabel convert seeds --quiet", workplace)
    subprocess.run(
        [shutil.which("bash") or "bash", "-c", loop.replace("https://fhir.example.org/r5", url)],
        cwd=workplace,
        check=True,
        timeout=60,
    )
    bundles = (workplace / "output/current/R5/bundles/transaction.ndjson").read_bytes().splitlines()
    assert len(bundles) > 1
    assert taken == bundles


def test_every_local_link_leads_somewhere() -> None:
    links = [(document, target) for document in DOCUMENTS for target in LINK.findall(document.read_text(encoding="utf-8"))]
    assert len(links) > len(DOCUMENTS)
    assert [(document.name, target) for document, target in links if not (document.parent / target).exists()] == []


def anchors(document: Path) -> set[str]:
    """What GitHub calls a page's headings: in lower case, without punctuation, with hyphens for spaces."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADING.findall(text)}


def test_every_link_to_a_heading_leads_to_one() -> None:
    links = [(document, *said) for document in DOCUMENTS for said in ANCHOR.findall(document.read_text(encoding="utf-8"))]
    assert links
    lost = [
        f"{document.relative_to(REPOSITORY)}: {target}#{anchor}"
        for document, target, anchor in links
        if anchor not in anchors((document.parent / target) if target else document)
    ]
    assert lost == []


def test_every_test_that_a_page_names_is_there() -> None:
    named = [
        (document, name.rstrip("."))
        for document in DOCUMENTS
        if document.name != "CHANGELOG.md"
        for name in re.findall(r"(?<![\w/.])tests/[\w./*-]+", document.read_text(encoding="utf-8"))
    ]
    assert named
    assert [f"{document.relative_to(REPOSITORY)}: {name}" for document, name in named if not any(REPOSITORY.glob(name))] == []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_readme_of_a_room_names_its_modules_and_no_others(room: Path) -> None:
    """A module of another room is named with its path (`pipeline/fields.py`), a test too or as `test_….py`."""
    named = set(re.findall(r"`([a-z_]+\.py)`", (room / "README.md").read_text(encoding="utf-8")))
    modules = {path.name for path in room.glob("*.py")} - {"__init__.py", "__main__.py"}
    tests = {path.name for path in REPOSITORY.glob("tests/**/test_*.py")}
    assert (sorted(modules - named), sorted(named - modules - tests - {"__init__.py"})) == ([], [])


def test_every_module_that_a_page_names_with_its_path_is_there() -> None:
    named = [(document, name) for document in DOCUMENTS for name in MODULE.findall(document.read_text(encoding="utf-8"))]
    assert named
    lost = [
        f"{document.relative_to(REPOSITORY)}: {name}"
        for document, name in named
        if document.name != "CHANGELOG.md"
        if not any((folder / name).is_file() for folder in (REPOSITORY, REPOSITORY / "pipeline", document.parent))
    ]
    assert lost == []


def test_it_is_read_in_five_minutes() -> None:
    """At 260 words a minute, code and tables counted like words; the rest is in the pages that it links to."""
    assert len(README.split()) <= 1300
    assert README.count("![") <= 2


def test_the_readme_says_what_stops_a_new_user() -> None:
    for said in ("--canonical", "a transaction Bundle a line", "`|` is sent as `%7C`", "with the same locked versions"):
        assert said in README


def test_the_readme_has_transcripts_and_excerpts_to_check() -> None:
    assert TRANSCRIPT.findall(README)
    assert EXCERPT.findall(README)


def test_what_is_installed_is_this_version_and_extras_that_there_are() -> None:
    """From the checkout, or from a wheel of it: no package index has onlabel."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = re.findall(r"^    (?:pipx|uv tool|pip) install .*?'([^']+?)(?:\[([a-z0-9,]+)\])?'", README, re.MULTILINE)
    assert {source for source, _ in told} == {".", f"dist/onlabel-{__version__}-py3-none-any.whl"}
    assert {extra for _, extras in told for extra in extras.split(",")} <= set(project["optional-dependencies"])


def test_what_the_security_policy_names_is_there() -> None:
    policy = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    tests = re.findall(r"`(tests/[^`]+)`", policy)
    assert tests
    assert [name for name in tests if not (REPOSITORY / name).is_file()] == []
    assert {*re.findall(r"\b[A-Z]\d{3}\b", policy)} <= explained().keys()
    assert [target for target in re.findall(r"make (\w+)", policy) if f"\n{target}: " not in makefile] == []
