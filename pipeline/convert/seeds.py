"""Which pages a run reads: files as they are named, every `.md` and `.txt` below a folder, and what a store gave."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from pipeline.errors import Problem, ReadError, UsageError
from pipeline.publish import Stale
from pipeline.settings import PAGE_SUFFIXES
from pipeline.store import Fetched


@dataclass(frozen=True, slots=True)
class Source:
    """A page to read. `name` is what the snapshot calls it, `path` where it is on this machine.

    The name of a page below a folder is its path from that folder on, in which what cannot be printed is escaped; it ends in
    `/` where a folder itself is reported. `problem` says why the page cannot be read, where that is known already. `stale`
    says that these are kept bytes of a page that cannot be read now.
    """

    name: str
    path: str
    problem: Problem | None = None
    stale: Stale | None = None


def find(seeds: Iterable[Path | Fetched], output: Path) -> list[Source]:
    """The pages of a run, by name.

    Hidden files and folders (`.git`, `.venv`, `._page.md`) and the output folder are passed over, links to folders not
    followed. A folder called like a page is reported as one that cannot be read; the pages below it are read.
    A file that is named twice is one page. Two files of one name are told apart by the folders above them. A page of a store
    has its URL's path for that, wherever it is on this machine.

    Raises:
        UsageError: U910, a seed is not there.

    """
    found: dict[str, Source] = {}
    for seed in seeds:
        for place, source in _pages(seed, output):
            before = found.get(place)
            if before is None or (len(source.name), source.name) > (len(before.name), before.name):
                found[place] = source
    ordered = sorted(found.values(), key=_name)
    if any(one.name == other.name for one, other in pairwise(ordered)):
        ordered = sorted(_distinct(found), key=_name)
    return ordered


def _name(source: Source) -> str:
    return source.name


def _pages(seed: Path | Fetched, output: Path) -> Iterator[tuple[str, Source]]:
    """Each page with the place that tells it from others of its name."""
    if isinstance(seed, Fetched):
        yield seed.url, Source(_printable(seed.name), str(seed.path), seed.problem)
        return
    if not os.path.lexists(seed):
        remedy = "Name files, or folders with .md or .txt files below."
        raise UsageError(Problem("U910", "error", "there is no such file or folder", remedy, source=_printable(str(seed))))
    for source in _below(seed, output) if _is_folder(seed) else [Source(_printable(seed.name), str(seed))]:
        place = os.path.abspath(source.path)  # noqa: PTH100 - `resolve` would follow links: a link is a page of its own
        yield source.path if place == source.path else place, source  # one string, not two: there is no end of pages


def _below(folder: Path, output: Path) -> Iterator[Source]:
    unlisted: list[OSError] = []
    for above, folders, files in os.walk(folder, onerror=unlisted.append):
        here = Path(above)
        folders[:] = [name for name in folders if not name.startswith(".") and not _same(here / name, output)]
        called_like_pages = [name for name in folders if _is_page(name)]
        inside = here.relative_to(folder).parts
        for name in filter(_is_page, files + called_like_pages):
            # No Path a page: each would keep its parts among the interpreter's own names, of which there is no end.
            yield Source(_printable("/".join((*inside, name))), os.path.join(above, name))  # noqa: PTH118 - see above
    for error in unlisted:
        path = Path(str(error.filename))
        name = f"{_printable(path.relative_to(folder).as_posix())}/"
        yield Source(name, str(path), unopened(name, error))


def _is_page(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(tuple(PAGE_SUFFIXES))


# `Path.is_dir` and `Path.samefile` raise where a folder above may not be searched; such a page is reported when it is opened.
def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - see above


def _same(path: Path, other: Path) -> bool:
    with suppress(OSError):
        return path.samefile(other)
    return False


def _printable(name: str) -> str:
    # A file name is bytes: not every one is text, and some texts (a line break, a right-to-left mark) must not reach a log.
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _distinct(found: Mapping[str, Source]) -> Iterator[Source]:
    """Give files of one name the names of the folders above them, as many as it takes until no two have the same."""
    marks: dict[str, str] = {}
    names: dict[str, str] = {}
    for alike in _alike({place: _printable(place) for place in found}):
        # Bytes that are no text may be escaped to what another file is called: then only a number tells the two apart.
        for number, place in enumerate(sorted(alike, key=os.fsencode), 1):
            mark = ("/" if found[place].name.endswith("/") else "") + (f" ({number})" if number > 1 else "")
            marks[place] = mark
            names[place] = found[place].name.removesuffix("/") + mark
    for _ in range(max((place.count(os.sep) for place in found), default=0) + 1):
        ambiguous = [place for alike in _alike(names) if len(alike) > 1 for place in alike]
        if not ambiguous:
            break
        for place in ambiguous:
            *above, last = PurePosixPath(_printable(place)).parts
            parts = (*above, last + marks[place])
            names[place] = "/".join(parts[-len(PurePosixPath(names[place]).parts) - 1 :])
    return (replace(source, name=names[place]) for place, source in found.items())


def _alike(names: Mapping[str, str]) -> Iterable[list[str]]:
    """The places of the files that have the same name, of every name."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for place, name in names.items():
        places[name].append(place)
    return places.values()


def load(source: Source, max_bytes: int) -> bytes:
    """The bytes of a page. What is too large is refused by its size, before it is read.

    Raises:
        ReadError: R102 (more than `max_bytes`), R190 (it cannot be opened or read), R191 (it is no file).

    """
    try:
        # O_NONBLOCK: opening a named pipe must not wait for a writer.
        handle = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                remedy = "Remove it from the seeds, or give it a name without .md or .txt."
                raise ReadError(
                    Problem("R191", "error", "this is a folder or a device, not a file", remedy, source=source.name)
                )
            if status.st_size > max_bytes:
                cause = f"the page has {status.st_size} bytes, more than the {max_bytes} that a page may have"
                remedy = "Check that this is a page; if so, raise the limit on the size of a page."
                raise ReadError(Problem("R102", "error", cause, remedy, source=source.name))
            with open(handle, "rb", closefd=False) as file:
                return file.read(max_bytes + 1)  # one more than may be: a file that grew since is refused by `read`
        finally:
            os.close(handle)
    except OSError as error:
        raise ReadError(unopened(source.name, error)) from error


def unopened(name: str, error: OSError) -> Problem:
    """R190: the operating system does not give the page."""
    cause = f"it cannot be read ({error.strerror or type(error).__name__})"
    return Problem("R190", "error", cause, "See that it is there, and that this user may read it.", source=name)
