"""The command's root, and what its commands share: option types, exit codes, checks of what was typed."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from cyclopts.config import Toml

from pipeline import __version__
from pipeline.cli.console import Console
from pipeline.errors import Problem, UsageError
from pipeline.settings import FhirVersion

#: Exit codes, never reused.
DONE, PARTLY, USAGE, STOPPED, REFUSED, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143

#: The commands that take the URL of a store.
OF_STORES = frozenset({"run", "convert", "serve"})
_STORE = re.compile(r"(?!https?://)[a-z][a-z0-9+.-]+://")

Flag = Annotated[bool, Parameter(negative="")]
Seed = Annotated[Path, Parameter(name="SEEDS", help="Pages, or folders with .md and .txt pages below. [default: seeds]")]
Json = Annotated[Flag, Parameter(help="Print the result as JSON.")]
Quiet = Annotated[Flag, Parameter(help="Say nothing but the result and errors.")]

app = App(
    name="onlabel",
    help="""Publish what drug-information pages say each drug is approved for, quoted and proven, as FHIR.

Exit codes: 0 all published; 1 some pages quarantined or some resources invalid; 2 wrong usage; 3 nothing could be published,
or a guard stopped the run; 4 the FHIR server refused, or could not be reached.
""",
    version=__version__,
    version_flags=["--version"],
    help_format="markdown",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)


app.meta.suppress_keyboard_interrupt = False


@app.meta.default
def with_config(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    config: Annotated[Path | None, Parameter(help="A TOML file with options by their names (max-removed = 0.1).")] = None,
    log: Annotated[
        Literal["text", "json"], Parameter(help="How to tell on standard error what happens: for people, or as JSON lines.")
    ] = "text",
) -> int:
    """Take options from a file before those of the command line."""
    Console.log = log
    _refuse_urls(tokens)
    app.config = ()
    if config is not None:
        app.config = (Toml(readable(config), must_exist=True, use_commands_as_keys=False),)
    result: int | None = app(tokens, exit_on_error=False, print_error=False)  # None after --help
    return result or DONE


def _refuse_urls(tokens: tuple[str, ...]) -> None:
    """Say plainly (U908) that only publishing works with a store; a path made of a URL would only not be found."""
    if tokens[:1] and tokens[0] not in OF_STORES:
        for token in tokens[1:]:
            if _STORE.match(token):
                cause = f"`onlabel {tokens[0]}` works on folders, not on a store"
                remedy = "fetch it to a folder first, or name the local folder of the run that published it (WORK/output)"
                raise UsageError(Problem("U908", "error", cause, remedy, source=token))


def readable(config: Path) -> Path:
    """A configuration file that can be read; raises UsageError (U904) for one that cannot."""
    import tomllib

    try:
        tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        cause = f"the configuration file cannot be read ({error})"
        raise UsageError(Problem("U904", "error", cause, "name a TOML file", source=str(config))) from error
    return config


def require(values: Iterable[object], name: str) -> None:
    """Refuse a command that was given nothing to work on (U901)."""
    if not tuple(values):
        raise UsageError(Problem("U901", "error", f"{name} is missing", "see the command's --help"))


def fhir_version(name: str) -> FhirVersion:
    """A FHIR version by its name; raises UsageError (U902) for one that is not to be had."""
    match name.upper():
        case "R5":
            return "R5"
        case "R4B":
            return "R4B"
        case "R4":
            return "R4"
        case "STU3" | "R3" | "DSTU2" | "R2":
            cause = f"FHIR {name} has no ClinicalUseDefinition or MedicationKnowledge, so an indication has no place in it"
            remedy = "name R5, R4B or R4"
        case _:
            cause, remedy = f"there is no FHIR version {name!r}", "name R5, R4B or R4"
    raise UsageError(Problem("U902", "error", cause, remedy))


def canonical_base(url: str) -> str:
    """A base for canonical URLs, without a slash at its end; raises UsageError (U903)."""
    base = url.rstrip("/")
    if not base.startswith(("http://", "https://", "urn:")) or any(c.isspace() or c in '<>"|#' for c in base):
        remedy = "give an absolute URL without fragment, as in https://example.org/fhir"
        raise UsageError(Problem("U903", "error", f"--canonical {url!r} is no base for URLs", remedy))
    return base


@contextmanager
def holding(path: Path) -> Iterator[Path]:
    """The snapshot that an output folder publishes now, or the folder itself, held: no run removes it until the block ends.

    Whatever a run publishes meanwhile, the block reads one snapshot. A path that is no folder is given back for the command
    to refuse.

    Raises:
        PublishError: P506, where `current` points at nothing.

    """
    from pipeline.publish import current_snapshot, reading

    snapshot = current_snapshot(path) or path
    if not snapshot.is_dir():
        yield path
        return
    with reading(snapshot) as folder:
        yield folder


def output_of(path: Path, snapshot: Path) -> Path:
    """The output folder to write into beside what is published: the one named, or the one in which the named snapshot stands.

    A snapshot is named by its content, so nothing may be added to it; one that was copied out of its output folder has the
    folder in which it lies.

    Args:
        path: What was named, an output folder or a snapshot.
        snapshot: The snapshot's own folder, as `holding` gives it.

    """
    if not (path / "report.json").is_file():
        return path
    return snapshot.parent.parent if snapshot.parent.name == "snapshots" else snapshot.parent
