"""Which pages a run reads: files as they are named, every `.md` and `.txt` below a folder, and what a store gave."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path, PurePosixPath

from pipeline.errors import Problem, ReadError, UsageError
from pipeline.inputs import NotAFileError, TooLargeError, read_file
from pipeline.settings import PAGE_SUFFIXES


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page of a store: its name (its path from the URL that was given on), where it came from, and where it is now.

    `problem` says why it is not at `path`: it is too large, or the store does not give it.
    """

    name: str
    url: str
    path: Path
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """Of a page that cannot be read now and is published as it was read last: on which day that was, and since when."""

    read: date
    since: date


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


def find(seeds: Iterable[Path | Fetched], output: Path, *, follow_links: bool = False) -> list[Source]:
    """The pages of a run, by name.

    Hidden files and folders (`.git`, `.venv`, `._page.md`) and the output folder are passed over, links to folders not
    followed. A link to a file that leads out of the seed's folder is reported (R192) unless `follow_links`: whoever can put
    a link among the pages could else have any file of this machine published. A seed that is a link itself was named.
    A folder called like a page is reported as one that cannot be read; the pages below it are read.
    A file that is named twice is one page. Two files of one name are told apart by the folders above them. A page of a store
    has its URL's path for that, wherever it is on this machine.

    Raises:
        UsageError: U910, a seed is not there.

    """
    found: dict[str, Source] = {}
    for seed in seeds:
        for place, source in _pages(seed, output, follow_links=follow_links):
            before = found.get(place)
            if before is None or (len(source.name), source.name) > (len(before.name), before.name):
                found[place] = source
    ordered = sorted(found.values(), key=_name)
    if any(one.name == other.name for one, other in pairwise(ordered)):
        ordered = sorted(_distinct(found), key=_name)
    return ordered


def _name(source: Source) -> str:
    return source.name


def _pages(seed: Path | Fetched, output: Path, *, follow_links: bool) -> Iterator[tuple[str, Source]]:
    """Each page with the place that tells it from others of its name."""
    if isinstance(seed, Fetched):
        yield seed.url, Source(_printable(seed.name), str(seed.path), seed.problem)
        return
    if not os.path.lexists(seed):
        remedy = "Name files, or folders with .md or .txt files below."
        raise UsageError(Problem("U910", "error", "there is no such file or folder", remedy, source=_printable(str(seed))))
    below = _below(seed, output, follow_links=follow_links)
    for source in below if _is_folder(seed) else [Source(_printable(seed.name), str(seed))]:
        place = os.path.abspath(source.path)  # noqa: PTH100 - `resolve` would follow links: a link is a page of its own
        yield source.path if place == source.path else place, source  # one string, not two: there is no end of pages


def _below(folder: Path, output: Path, *, follow_links: bool) -> Iterator[Source]:
    unlisted: list[OSError] = []
    root = os.path.realpath(folder)
    for above, folders, files in os.walk(folder, onerror=unlisted.append):
        here = Path(above)
        folders[:] = [name for name in folders if not name.startswith(".") and not _same(here / name, output)]
        called_like_pages = [name for name in folders if _is_page(name)]
        inside = here.relative_to(folder).parts
        for name in filter(_is_page, files + called_like_pages):
            # No Path a page: each would keep its parts among the interpreter's own names, of which there is no end.
            place, shown = os.path.join(above, name), _printable("/".join((*inside, name)))  # noqa: PTH118 - see above
            yield Source(shown, place, None if follow_links or not _leads_out(place, root) else _led_out(shown))
    for error in unlisted:
        path = Path(str(error.filename))
        name = f"{_printable(path.relative_to(folder).as_posix())}/"
        yield Source(name, str(path), unopened(name, error))


def _leads_out(path: str, root: str) -> bool:
    return os.path.islink(path) and os.path.commonpath((root, os.path.realpath(path))) != root  # noqa: PTH114 - as above


def _led_out(name: str) -> Problem:
    cause = "this is a link to a file outside of the folder that was named"
    remedy = "Name the file itself, put it into the folder, or follow such links with --follow-links."
    return Problem("R192", "error", cause, remedy, source=name)


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
        return read_file(source.path, max_bytes)
    except NotAFileError as error:
        remedy = "Remove it from the seeds, or give it a name without .md or .txt."
        problem = Problem("R191", "error", "this is a folder or a device, not a file", remedy, source=source.name)
        raise ReadError(problem) from error
    except TooLargeError as error:
        cause = f"the page has {error.size} bytes, more than the {max_bytes} that a page may have"
        remedy = "Check that this is a page; if so, raise the limit on the size of a page."
        raise ReadError(Problem("R102", "error", cause, remedy, source=source.name)) from error
    except OSError as error:
        raise ReadError(unopened(source.name, error)) from error


def unopened(name: str, error: OSError) -> Problem:
    """R190: the operating system does not give the page."""
    cause = f"it cannot be read ({error.strerror or type(error).__name__})"
    return Problem("R190", "error", cause, "See that it is there, and that this user may read it.", source=name)
