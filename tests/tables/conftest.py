"""What was published (invented pages, the shipped page, the real pages beside a checkout), and the command that shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.cli import run_command
from pipeline.convert import convert
from pipeline.settings import Settings
from tests.sampled import variant

PAGES = Path(__file__).with_name("pages")


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the invented pages in every version, under a canonical base of its own."""
    output = tmp_path_factory.mktemp("tables") / "output"
    report = convert([PAGES], output, Settings(canonical="https://pharmacy.example/fhir", fhir_versions=("R5", "R4B", "R4")))
    assert report.accounting["published"] == len(list(PAGES.iterdir()))
    return output


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, seed: Path) -> Path:
    """The output of the page that the project ships."""
    output = tmp_path_factory.mktemp("tables") / "output"
    convert([seed], output, Settings())
    return output


@pytest.fixture(
    params=[
        pytest.param("invented"),
        variant("shipped"),
        pytest.param("published_pages", id="corpus", marks=pytest.mark.exhaustive),
    ]
)
def output(request: pytest.FixtureRequest) -> Path:
    """Each of these outputs in turn."""
    found: Path = request.getfixturevalue(request.param)
    return found


class Said(NamedTuple):
    code: int
    out: str
    err: str


Show = Callable[..., Said]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Show:
    """Runs `onlabel show`, as into a pipe; `columns` sets the width."""

    def run(*arguments: str | Path, columns: int | None = None, command: str = "show") -> Said:
        monkeypatch.delenv("COLUMNS", raising=False)
        if columns:
            monkeypatch.setenv("COLUMNS", str(columns))
        code = run_command([command, *map(str, arguments)])
        return Said(code, *capsys.readouterr())

    return run
