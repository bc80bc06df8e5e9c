"""Brings the pages below URLs of a store to this machine; what is here already is not fetched again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pipeline.errors import Problem, StoreError
from pipeline.seeds import Fetched
from pipeline.settings import PAGE_SUFFIXES
from pipeline.store.objects import IN_FLIGHT, Listed, Objects

#: One object may be kept from us, or be gone since it was listed. A store that does not answer at all is no page's fault.
_OF_ONE_OBJECT = frozenset({"S102", "S103"})


def fetch_pages(urls: Sequence[str], folder: Path, max_bytes: int, output: str) -> list[Fetched]:
    """Bring the pages at or below each URL to `folder`, as a run would find them in a folder.

    Hidden objects (`.git/…`, `._page.md`) and those below the output's URL are passed over. A page that the store does not
    give is reported with its reason; it costs no other.

    Args:
        urls: Pages, and prefixes with .md and .txt pages below.
        folder: Where the pages are kept between runs; what is none of them any more is removed.
        max_bytes: The size of a page; what is larger is not fetched.
        output: Where the run publishes to.

    Raises:
        StoreError: S101 (a URL that cannot be used), S102 (not let in), S103 (nothing there), S104 (it does not answer).

    """
    wanted = [(page, objects, listed) for url in urls for page, objects, listed in _pages(url, folder, output)]
    folder.mkdir(parents=True, exist_ok=True)
    # By where it goes: an object below two of the URLs is fetched once.
    once = {page.path: (page, objects, listed) for page, objects, listed in wanted}
    with ThreadPoolExecutor(max_workers=IN_FLIGHT) as threads:
        problems = dict(
            zip(once, threads.map(lambda one: _fetch(one[0], one[1], one[2], max_bytes), once.values()), strict=True)
        )
    for file in folder.iterdir():
        if file not in once:
            file.unlink()
    return [replace(page, problem=problems[page.path]) for page, _, _ in wanted]


def _pages(url: str, folder: Path, output: str) -> Iterator[tuple[Fetched, Objects, Listed]]:
    objects = Objects.at(url)
    listed = objects.list()
    if not listed:
        remedy = "Name an object, or a prefix with .md or .txt objects below."
        raise StoreError(Problem("S103", "fatal", "there is nothing at this URL", remedy, source=objects.url))
    for name, seen in listed.items():
        page = Fetched(name or PurePosixPath(objects.root).name, objects.at_url(name), folder)
        if not name or (_is_page(name) and not page.url.startswith(f"{output.rstrip('/')}/")):
            # Named by what it is, so that what changed in the store has another name here.
            identity = hashlib.sha256(f"{page.url}\n{seen.size}\n{seen.token}".encode()).hexdigest()
            yield replace(page, path=folder / identity), objects, seen


def _is_page(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return PurePosixPath(name).suffix.lower() in PAGE_SUFFIXES and not any(part.startswith(".") for part in parts)


def _fetch(page: Fetched, objects: Objects, listed: Listed, max_bytes: int) -> Problem | None:
    if listed.size > max_bytes:
        cause = f"the page has {listed.size} bytes, more than the {max_bytes} that a page may have"
        remedy = "Check that this is a page; if so, raise the limit on the size of a page."
        return Problem("R102", "error", cause, remedy, source=page.name)
    if listed.token is not None and page.path.is_file():
        return None
    try:
        data = objects.read(page.url[len(objects.url) :].removeprefix("/"))
    except StoreError as error:
        if error.problem.code not in _OF_ONE_OBJECT:
            raise
        cause = f"it cannot be read ({error.problem.cause})"
        return Problem("R190", "error", cause, "See that it is there, and that this user may read it.", source=page.name)
    unfinished = page.path.with_name(f".{page.path.name}")
    unfinished.write_bytes(data)
    unfinished.replace(page.path)
    return None
