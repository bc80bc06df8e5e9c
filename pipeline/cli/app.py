"""The command's root, and what its commands share: option types, exit codes, checks of what was typed."""
# ruff: noqa: PLC0415 - imports inside the commands keep `onlabel --help` under 0.3 s

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from pipeline import __version__
from pipeline.cli import configuration
from pipeline.cli.console import Console
from pipeline.errors import Problem, UsageError
from pipeline.options import Flag

if TYPE_CHECKING:
    from pipeline.seeds import Source

#: Exit codes, never reused.
DONE, PARTLY, USAGE, STOPPED, REFUSED, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 4, 130, 143

#: The commands that take the URL of a store.
OF_STORES = frozenset({"run", "convert", "serve"})
_STORE = re.compile(r"(?!https?://)[a-z][a-z0-9+.-]+://")

Seed = Annotated[Path, Parameter(name="SEEDS", help="Pages, or folders with .md and .txt pages below. [default: seeds]")]
Json = Annotated[Flag, Parameter(help="Print the result as JSON.")]
Quiet = Annotated[Flag, Parameter(help="Print only the result and errors.")]

app = App(
    name="onlabel",
    help="""Publish what drug-information pages say each drug is approved for, quoted and proven, as FHIR.

Exit codes: 0 all well; 1 done, but some pages are quarantined, resources invalid, facts unproven or resources not loaded;
2 wrong usage: an option, or a file or folder that is not there or is not what the command reads; 3 nothing could be published,
a guard stopped it, or what is published is damaged; 4 the FHIR server refused, or could not be reached; 130 interrupted.
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
    config: Annotated[
        Path | None,
        Parameter(
            help="A TOML file with options by their names (max-removed = 0.1) for all commands that have them, "
            "and under [convert] for that command alone. Options on the command line override it."
        ),
    ] = None,
    log: Annotated[
        Literal["text", "json"] | None,
        Parameter(help="Messages on standard error: as text, or as JSON lines. [default: text]"),
    ] = None,
) -> int:
    """Take options from a file before those of the command line."""
    Console.log = log or "text"
    _refuse_urls(tokens)
    app.config = ()
    if config is not None:
        said = configuration.read(config)
        app.config = (configuration.options_of(app, said, config),)
        if log is None and "log" in said:
            Console.log = _log_of(said["log"], config)
    result: int | None = app(tokens, exit_on_error=False, print_error=False)  # None after --help
    return result or DONE


def _log_of(value: object, config: Path) -> Literal["text", "json"]:
    if value == "json" or value == "text":  # noqa: PLR1714 - `in` would not tell mypy which it is
        return value
    cause = f"log in the configuration file is {value!r}"
    raise UsageError(Problem("U901", "error", cause, "Write text or json.", source=str(config)))


def _refuse_urls(tokens: tuple[str, ...]) -> None:
    """Say plainly (U908) that only publishing works with a store; a path made of a URL would only not be found."""
    if tokens[:1] and tokens[0] not in OF_STORES:
        for token in tokens[1:]:
            if _STORE.match(token):
                cause = f"`onlabel {tokens[0]}` works on folders, not on a store"
                remedy = "Fetch it to a folder first, or name the local folder of the run that published it (WORK/output)."
                raise UsageError(Problem("U908", "error", cause, remedy, source=token))


def require(values: Iterable[object], name: str) -> None:
    """Refuse a command that was given nothing to work on (U901)."""
    if not tuple(values):
        raise UsageError(Problem("U901", "error", f"{name} is missing", "See the command's --help."))


def some_page(seeds: Sequence[Path], *, follow_links: bool = False) -> list[Source]:
    """The pages named, or below the folders named.

    Raises:
        UsageError: U910, one is not there; U912, there is no page among them.

    """
    from pipeline.seeds import find

    refuse_outputs(seeds)
    pages = find(seeds, Path(), follow_links=follow_links)
    if not pages:
        remedy = "Name files, or folders with .md or .txt files below."
        raise UsageError(Problem("U912", "error", "there is no page in this folder", remedy, source=str(seeds[0])))
    return pages


def there(folder: Path) -> Path:
    """A folder that is there; raises UsageError (U910)."""
    if not folder.is_dir():
        raise UsageError(Problem("U910", "error", "there is no such folder", "Name one that is there.", source=str(folder)))
    return folder


def refuse_outputs(seeds: Iterable[Path]) -> None:
    """Refuse an output folder or a snapshot in place of pages (U912), also one in which a README.md stands."""
    for seed in seeds:
        # `Path.is_file` raises where a folder may not be searched; what is wrong with such a one is said when it is read.
        if os.path.isfile(seed / ".onlabel") or all(map(os.path.exists, (seed / "report.json", seed / "outcome"))):  # noqa: PTH113 - see above
            cause = "this folder holds what was published, not pages"
            remedy = "Name the pages that it was made from; `onlabel show` tells what is published."
            raise UsageError(Problem("U912", "error", cause, remedy, source=str(seed)))


def is_output(path: Path) -> bool:
    """Whether something is published in a folder, or it is a snapshot."""
    return any((path / name).is_symlink() or (path / name).exists() for name in ("current", "CURRENT", "report.json"))


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
