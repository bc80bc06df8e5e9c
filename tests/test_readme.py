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
        thread = threading.Thread(target=running.serve_forever)
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
    documents = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("pipeline/**/*.md")]
    links = [(document, target) for document in documents for target in LINK.findall(document.read_text(encoding="utf-8"))]
    assert len(links) > len(documents)
    assert [(document.name, target) for document, target in links if not (document.parent / target).exists()] == []


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
